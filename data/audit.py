"""The log of looks: who saw which household, when, from where and how much of it. Lines hang on each other by a chain
of hashes, so that one taken out or changed afterwards is found; where the chain ends stands in a file beside the
store as well, so that lines cut off at the end are missed too.

Looking must not wait for a writer (an import holds the store for minutes): lines are kept until one thread of the
process has written them, at once where the store is free. A process that is killed meanwhile loses them.
"""

import atexit
import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from data.engine import beside, is_sqlite, writing
from data.model import access_log

VIEWS = {
    "stranger": "扫码（路人）",
    "household": "扫码（本户）",
    "cadre": "扫码（干部）",
    "file": "打开户档案",
    "card": "打开明白卡",
    "archive": "打开档案材料",
    "print": "打印",
    "right": "口令相符",
    "wrong": "口令不符",
    "refused": "超出范围被拒",
    "withdrawn": "已作废的码",
    "expired": "已过期的码",
    "unknown": "不存在的码",
    "issued": "发放户码",
    "revoked": "作废户码",
    "pin_given": "发放口令",
    "pin_taken": "收回口令",
    "flood": "不存在的码过多，已限制",
    "gap": "日志此前有缺行（或恢复过备份）",
}
MOST_WAITING = 20_000
RETRY = 2.0  # seconds between two tries while the store is held by somebody else
LONGEST = 80  # characters of an actor or address
_BATCH = 500

_log = logging.getLogger("warroom")


@dataclass(frozen=True)
class Look:
    """One line: time (ISO, seconds), who (``Viewer.key``, stranger or household), from which address, what he saw (a
    key of VIEWS) and of which household, None where the code named none."""

    at: str
    actor: str
    address: str
    view: str
    household: int | None


def record(engine: Engine, *, actor: str, address: str, view: str, household: int | None = None) -> None:
    """Enter a look; returns at once."""
    _writer(engine).put(_look(actor, address, view, household))


def enter(connection: Connection, *, actor: str, address: str, view: str, households: Iterable[int]) -> None:
    """Enter what was done to households within the transaction that does it: both stand, or neither."""
    if lines := [_look(actor, address, view, household) for household in households]:
        _append(connection, lines)


def flush(engine: Engine, seconds: float = 20) -> bool:
    """Wait until everything entered before is written; False where it was not in time."""
    return _writer(engine).wait(seconds)


def waiting(engine: Engine) -> list[Look]:
    """What was entered and is not written yet, the oldest first."""
    return _writer(engine).waiting()


def _look(actor: str, address: str, view: str, household: int | None) -> Look:
    if view not in VIEWS:
        raise ValueError(f"no such view: {view}")
    now = datetime.now().isoformat(timespec="seconds")
    return Look(now, _plain(actor), _plain(address), view, household)


def _plain(value: str) -> str:
    """What any store takes: printable and short."""
    return "".join(filter(str.isprintable, value))[:LONGEST]


class _Writer:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lines: deque[Look] = deque()  # a line goes out when it is written, not before
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="access-log", daemon=True).start()

    def put(self, look: Look) -> None:
        with self._changed:
            if len(self._lines) >= MOST_WAITING:
                _log.error("the log of looks is full, a line was lost")
                return
            self._lines.append(look)
            self._changed.notify_all()

    def waiting(self) -> list[Look]:
        with self._changed:
            return list(self._lines)

    def wait(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._lines, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines)
                lines = list(islice(self._lines, _BATCH))
            self._write(lines)
            with self._changed:
                for _ in lines:
                    self._lines.popleft()
                self._changed.notify_all()

    def _write(self, lines: list[Look]) -> None:
        while True:
            try:
                with writing(self._engine) as connection:
                    end = _append(connection, _with_gap(connection, lines))
                _write_end(end_file(self._engine), *end)
                return
            except (SQLAlchemyError, OSError) as error:
                _log.warning("the log of looks waits: %s", type(error).__name__)
                time.sleep(RETRY)


def _append(connection: Connection, lines: list[Look]) -> tuple[int, str]:
    """Write lines behind the last; id and hash of the new last one."""
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE access_log IN EXCLUSIVE MODE"))
    newest = select(access_log.c.id, access_log.c.chain).order_by(access_log.c.id.desc()).limit(1)
    before = connection.execute(newest).first()
    chain, rows = before.chain if before else "", []
    for look in lines:
        chain = link(chain, look)
        row = {"at": look.at, "actor": look.actor, "address": look.address, "view": look.view}
        rows.append({**row, "household_id": look.household, "chain": chain})
    connection.execute(insert(access_log), rows)
    return connection.execute(newest).one()._tuple()


def link(before: str, look: Look) -> str:
    """The hash of a line: SHA-256 over the one before and its own content."""
    return hashlib.sha256("\x1f".join(map(str, (before, *astuple(look)))).encode()).hexdigest()


def end_file(engine: Engine) -> Path:
    """Where id and hash of the last line stand outside the store."""
    return beside(engine, "log-end")


def _write_end(path: Path, last: int, chain: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{threading.get_native_id()}")
    made.write_text(f"{last} {chain}\n", encoding="ascii")
    made.replace(path)


def cut_off(connection: Connection) -> bool:
    """Whether the line that was the last one is not in the log any more: lines were taken off its end, or an older
    backup was put back."""
    try:
        last, _, chain = end_file(connection.engine).read_text(encoding="ascii").strip().partition(" ")
        held = connection.execute(select(access_log.c.chain).where(access_log.c.id == int(last))).scalar()
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return False  # nothing was written on this machine yet, or the file was spoilt
    return held != chain


def _with_gap(connection: Connection, lines: list[Look]) -> list[Look]:
    """The lines to write, and before them that some are missing, so that it stays known."""
    return [_look("system", "", "gap", None), *lines] if cut_off(connection) else lines


def broken(connection: Connection) -> list[int]:
    """Ids of lines that do not follow from the one before: changed, or the one before was taken out."""
    found, before = [], ""
    for row in _all(connection):
        look = Look(row.at, row.actor, row.address, row.view, row.household_id)
        if link(before, look) != row.chain:
            found.append(row.id)
        before = row.chain
    return found


def _all(connection: Connection) -> Iterator:
    """Every line, a few thousand at a time."""
    after = 0
    while rows := connection.execute(
        select(access_log).where(access_log.c.id > after).order_by(access_log.c.id).limit(5000)
    ).all():
        yield from rows
        after = rows[-1].id


_writers: dict[Engine, _Writer] = {}  # a process has two or three engines
_making = threading.Lock()


def _writer(engine: Engine) -> _Writer:
    with _making:
        if engine not in _writers:
            _writers[engine] = _Writer(engine)
        return _writers[engine]


@atexit.register
def _finish() -> None:
    for writer in list(_writers.values()):
        writer.wait(3)
