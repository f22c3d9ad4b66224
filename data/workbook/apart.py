"""Workbooks made in a process of their own: tens of seconds of work that no page waits for, and no memory that stays.

``python -m data.workbook.apart`` reads one order as JSON from its standard input and tells on its standard output, a
line of JSON each, how far it is and what came of it. What is in the records stands in the file alone.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from sqlalchemy import Connection, Engine

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.viewer import Viewer
from data.errors import Refused, WarRoomError
from data.store.engine import is_sqlite, open_engine
from data.store.private import keep_private
from data.workbook.orders import Order, make
from data.workbook.part import Part

ROOT = Path(__file__).resolve().parents[2]
_FAILED = "文件没有生成完，请重试；仍不行时，请按乡镇、按工作表分开导出。"


class Told(TypedDict):
    """Who orders what, as JSON takes it."""

    role: str
    region: str
    helper: str | None
    person: int | None
    households: list[int] | None
    kind: str
    place: str
    sheets: list[str]
    months: list[int] | None
    filled: bool
    periods: list[int]


class _Job(TypedDict):
    order: Told
    url: str
    path: str
    now: str
    by: str


@needs(EXPORT, RECORDS)
def make_apart(
    engine: Engine,
    viewer: Viewer,
    order: Order,
    path: Path,
    *,
    now: datetime,
    by: str,
    told: Callable[[int], None],
) -> dict[str, int]:
    """As ``orders.make``, elsewhere; ``told`` hears how many rows are written in all, and may raise to end it.

    Raises what the making refuses, in its own words; Refused where the process died.
    """
    at = engine.url
    if is_sqlite(engine):
        at = at.set(database=str(Path(at.database or "").resolve()))
    job = _Job(
        order=told_order(viewer, order),
        url=at.render_as_string(hide_password=False),
        path=str(path),
        now=now.isoformat(),
        by=by,
    )
    with _running([sys.executable, "-m", "data.workbook.apart"], job) as lines:
        for line in lines:
            said = json.loads(line)
            if "refused" in said:
                raise Refused(said["refused"])
            if "counts" in said:
                return dict(said["counts"])
            told(said["done"])
    raise Refused(_FAILED)


@contextmanager
def _running(command: list[str], job: _Job) -> Iterator[Iterator[bytes]]:
    """The lines that the process says; it ends with the block."""
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(job).encode())
            process.stdin.close()
            yield iter(process.stdout)
        finally:
            process.kill()


def told_order(viewer: Viewer, order: Order) -> Told:
    """An order on its way."""
    return Told(
        role=viewer.role,
        region=viewer.region,
        helper=viewer.helper,
        person=viewer.person,
        households=None if viewer.households is None else sorted(viewer.households),
        kind=order.kind,
        place=order.part.region,
        sheets=list(order.part.sheets),
        months=None if order.part.months is None else list(order.part.months),
        filled=order.filled,
        periods=list(order.periods),
    )


def read_order(told: Told) -> tuple[Viewer, Order]:
    """The same again."""
    seen = None if told["households"] is None else frozenset(told["households"])
    months = None if told["months"] is None else (told["months"][0], told["months"][1])
    viewer = Viewer(told["role"], told["region"], told["helper"], told["person"], seen)
    part = Part(told["place"], tuple(told["sheets"]), months)
    return viewer, Order(told["kind"], part, filled=told["filled"], periods=tuple(told["periods"]))


def _work(job: _Job) -> dict[str, int]:
    """The work of the process."""
    viewer, order = read_order(job["order"])
    before, here = 0, ("", 0)

    def progress(step: str, done: int, total: int) -> None:
        nonlocal before, here
        if step != here[0]:
            before, here = before + here[1], (step, 0)
        here = step, done
        _say({"done": before + done})

    engine = open_engine(job["url"])
    with _of_one_moment(engine) as connection:
        path, now = Path(job["path"]), datetime.fromisoformat(job["now"])
        return make(connection, viewer, order, path, progress, now=now, by=job["by"])


@contextmanager
def _of_one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that reads all sheets as they stood together, whatever is written meanwhile."""
    with engine.connect() as connection:
        if not is_sqlite(engine):
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _say(told: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    keep_private()
    try:
        _say({"counts": _work(json.load(sys.stdin))})
    except WarRoomError as error:
        _say({"refused": str(error)})
