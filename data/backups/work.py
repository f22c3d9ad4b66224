"""The one backup or trial restore that is at work, done by a process of its own, which gives signs of life.

Who orders it puts it down in the store beside the store and starts the process; one that died is found by its silence,
and what it left half done goes.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.backups import runs
from data.backups.runs import FAILED, Drill, Progress, Proof
from data.clock import SKEW, Clock, written
from data.errors import Refused
from data.model.transient import backup_work
from data.store import process
from data.store.engine import writing
from data.store.transient import transient_engine

BACKUP, DRILL = "backup", "drill"
WORDS = {BACKUP: "备份", DRILL: "恢复演练"}
LOG_END = ".log-end"
"""Behind the name of a backup: where the end of its log is written."""
BEAT = 3.0  # seconds
SILENT = timedelta(seconds=90)
_BROKEN_OFF = "程序中途停了（可能停电、重启或被结束），这一次没有完成"
_w = backup_work.c


@dataclass(frozen=True)
class Work:
    """What is at work: of which ``kind``, told from another by ``worker``; ``run`` the backup that is restored on
    trial; where the file goes or lies; who ordered it and when; how far it is."""

    worker: str
    kind: str
    run: int | None
    file: Path
    actor: str
    begun: str
    step: str
    done: int
    total: int


def take(engine: Engine, kind: str, file: Path, *, actor: str, now: datetime, run: int | None = None) -> Work:
    """Put it down. Raises Refused where another is at work."""
    settle(engine, now)
    worker = secrets.token_hex(8)
    row = {"id": 1, "worker": worker, "kind": kind, "run": run, "file": str(file), "actor": actor}
    row |= {"begun": written(now), "seen": written(now), "step": "", "done": 0, "total": 0}
    try:
        with writing(transient_engine(engine)) as connection:
            connection.execute(insert(backup_work).values(row))
    except IntegrityError as error:
        found = _held(engine)
        raise Refused(f"正在{WORDS[found[0].kind if found else kind]}，请等它做完。") from error
    return Work(worker, kind, run, file, actor, written(now), "", 0, 0)


def at_work(engine: Engine, now: datetime) -> Work | None:
    """What is at work and lives; None where nothing is."""
    found = _held(engine)
    return found[0] if found and _lives(found[1], now) else None


def ordered(engine: Engine, worker: str) -> Work:
    """What this worker was started for. Raises Refused where that is taken back."""
    found = _held(engine)
    if found is None or found[0].worker != worker:
        raise Refused("没有这项工作，它已完成或已被判定中断。")
    return found[0]


def settle(engine: Engine, now: datetime) -> None:
    """Put down of one that died that it did not come to its end, and remove its half file."""
    found = _held(engine)
    if found is None or _lives(found[1], now) or not end(engine, found[0].worker):
        return
    work = found[0]
    with writing(engine) as connection:
        if work.kind == DRILL and work.run is not None:
            told = Drill(work.begun, 0, (Proof("演练", FAILED, f"{_BROKEN_OFF}。"),))
            runs.enter_drill(connection, work.run, told)
        elif work.kind == BACKUP and runs.find_file(connection, work.file) is None:
            runs.enter(connection, work.begun, work.actor, work.file, why=f"{_BROKEN_OFF}。")
            remove(work.file, ".partial", ".partial-journal", "", LOG_END)


def remove(file: Path, *behind: str) -> None:
    """Take away files of a backup, as far as they are there and may be."""
    for one in behind:
        with suppress(OSError):
            Path(f"{file}{one}").unlink()


def end(engine: Engine, worker: str) -> bool:
    """It is over; whether it still was this worker's."""
    with writing(transient_engine(engine)) as connection:
        return connection.execute(delete(backup_work).where(_w.worker == worker)).rowcount == 1


def beat(engine: Engine, worker: str, now: datetime, step: tuple[str, int, int]) -> bool:
    """A sign of life, and how far it is; whether it still is this worker's."""
    values = dict(zip(("step", "done", "total"), step, strict=True)) | {"seen": written(now)}
    with writing(transient_engine(engine)) as connection:
        return connection.execute(update(backup_work).where(_w.worker == worker).values(values)).rowcount == 1


@contextmanager
def beating(engine: Engine, work: Work, clock: Clock) -> Iterator[Progress]:
    """Gives signs of life while the block runs; what it is given to tell how far it is."""
    step = [("", 0, 0)]

    def tell(words: str, done: int, total: int) -> None:
        step[0] = (words, done, total)

    def live() -> None:
        beat(engine, work.worker, clock(), step[0])

    with process.beating(live, every=BEAT, name="backup-beat"):
        yield tell


def start(engine: Engine, work: Work) -> None:
    """Start the process that does it; it outlasts this one's end."""
    process.start(engine, work.kind, "--ordered", work.worker)


def _held(engine: Engine) -> tuple[Work, datetime] | None:
    with transient_engine(engine).connect() as connection:
        row = connection.execute(select(backup_work)).first()
    if row is None:
        return None
    work = Work(row.worker, row.kind, row.run, Path(row.file), row.actor, row.begun, row.step, row.done, row.total)
    return work, datetime.fromisoformat(row.seen)


def _lives(seen: datetime, now: datetime) -> bool:
    return now - SILENT < seen <= now + SKEW
