"""The log of looks: who saw which household, when, from where and how much of it. Lines hang on each other by a chain
of hashes, so that one taken out or changed afterwards is found.

Looking must not wait for a writer (an import holds the store for minutes): lines go through a queue, and one thread of
the process writes them, at once where the store is free.
"""

import atexit
import hashlib
import logging
import queue
import threading
import time
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from data.engine import is_sqlite, writing
from data.model import access_log

VIEWS = {
    "stranger": "扫码（路人）",
    "household": "扫码（本户）",
    "cadre": "扫码（干部）",
    "file": "打开户档案",
    "card": "打开明白卡",
    "archive": "打开档案材料",
    "print": "打印",
    "wrong": "口令不符",
    "refused": "超出范围被拒",
    "withdrawn": "已作废的码",
    "expired": "已过期的码",
    "unknown": "不存在的码",
}
MOST_WAITING = 20_000
RETRY = 2.0  # seconds between two tries while the store is held by somebody else

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
    if view not in VIEWS:
        raise ValueError(f"no such view: {view}")
    now = datetime.now().isoformat(timespec="seconds")
    _writer(engine).put(Look(now, actor, address, view, household))


def flush(engine: Engine, seconds: float = 20) -> bool:
    """Wait until everything entered before is written; False where it was not in time."""
    return _writer(engine).wait(seconds)


def waiting(engine: Engine) -> list[Look]:
    """What was entered and is not written yet, the oldest first."""
    return _writer(engine).waiting()


class _Writer:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lines: queue.Queue[Look] = queue.Queue(MOST_WAITING)
        self._held: list[Look] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._run, name="access-log", daemon=True).start()

    def put(self, look: Look) -> None:
        try:
            self._lines.put_nowait(look)
        except queue.Full:
            _log.error("the log of looks is full, a line was lost")

    def waiting(self) -> list[Look]:
        with self._lock:
            return [*self._held, *list(self._lines.queue)]

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self._lines.unfinished_tasks:
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def _run(self) -> None:
        while True:
            first = self._lines.get()
            with self._lock:
                self._held = [first]
                while len(self._held) < 500 and not self._lines.empty():
                    self._held.append(self._lines.get_nowait())
                lines = list(self._held)
            self._write(lines)
            with self._lock:
                self._held = []
            for _ in lines:
                self._lines.task_done()

    def _write(self, lines: list[Look]) -> None:
        while True:
            try:
                with writing(self._engine) as connection:
                    _append(connection, lines)
                return
            except SQLAlchemyError as error:
                _log.warning("the log of looks waits: %s", type(error).__name__)
                time.sleep(RETRY)


def _append(connection: Connection, lines: list[Look]) -> None:
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE access_log IN EXCLUSIVE MODE"))
    last = connection.execute(select(access_log.c.chain).order_by(access_log.c.id.desc()).limit(1)).scalar() or ""
    rows = []
    for look in lines:
        last = link(last, look)
        rows.append({**vars(look), "household_id": look.household, "chain": last})
        del rows[-1]["household"]
    connection.execute(insert(access_log), rows)


def link(before: str, look: Look) -> str:
    """The hash of a line: SHA-256 over the one before and its own content."""
    return hashlib.sha256("\x1f".join(map(str, (before, *astuple(look)))).encode()).hexdigest()


def broken(connection: Connection) -> list[int]:
    """Ids of lines that do not follow from the one before: changed, or the one before was taken out."""
    found, before = [], ""
    rows = connection.execute(select(access_log).order_by(access_log.c.id)).mappings()
    for row in rows:
        look = Look(row["at"], row["actor"], row["address"], row["view"], row["household_id"])
        if link(before, look) != row["chain"]:
            found.append(row["id"])
        before = row["chain"]
    return found


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
