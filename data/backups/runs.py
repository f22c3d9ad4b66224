"""Backups that were made, those that failed, and what a trial restore proved of them: the table ``backup_run``."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from data import settings
from data.access.actors import COMMAND
from data.access.rights import needs
from data.access.roles import BACKUPS, READ
from data.access.viewer import Viewer
from data.backups.facts import Facts
from data.backups.timetable import Timetable
from data.clock import SKEW, written
from data.model import backup_run
from data.store.rows import StoredRow, written_id

Progress = Callable[[str, int, int], None]
"""Is told how far something is: the step in words, how many are done of how many."""
PAGE = 20
TREND = 30
RESTORED = "恢复"
PROVEN, FAILED, OPEN = "proven", "failed", "open"
"""What a trial restore found of one thing: it holds, it does not, it could not be looked at."""


@dataclass(frozen=True)
class Proof:
    """One thing that a trial restore looked at, what came of it (PROVEN, FAILED, OPEN), and that in words."""

    what: str
    state: str
    words: str


@dataclass(frozen=True)
class Drill:
    """A trial restore: when it began (ISO), how many seconds it took, what it found."""

    at: str
    seconds: int
    proofs: tuple[Proof, ...]

    @property
    def restored(self) -> bool:
        """Whether a store was made of it at all."""
        return any(proof.what == RESTORED and proof.state == PROVEN for proof in self.proofs)

    @property
    def failed(self) -> bool:
        """Whether anything is not as it should be."""
        return any(proof.state == FAILED for proof in self.proofs)

    @property
    def passed(self) -> bool:
        """Whether a store was made of it and nothing failed of what could be looked at."""
        return self.restored and not self.failed

    @property
    def outcome(self) -> str:
        """In a word."""
        return "没有通过" if self.failed else "通过" if self.passed else "没有做成"


@dataclass(frozen=True)
class Run:
    """One backup: when (ISO), who, where, how large (bytes), its SHA-256; ``facts`` of what it holds, None of one that
    failed; ``why`` it failed ('' where it did not); when its file was ``removed`` (ISO)."""

    id: int
    at: str
    actor: str
    file: Path
    size: int
    digest: str
    facts: Facts | None
    why: str
    drill: Drill | None
    removed: str | None

    @property
    def good(self) -> bool:
        """Whether it was made whole and nobody has removed it since."""
        return not self.why and self.removed is None

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def lies(self) -> bool:
        """Whether its file is where it was put, as large as it was: a disk may have been taken out."""
        try:
            return self.file.stat().st_size == self.size
        except OSError:
            return False


_r = backup_run.c
_GOOD = (_r.why == "", _r.removed.is_(None))


def enter(
    connection: Connection,
    at: str,
    actor: str,
    file: Path,
    *,
    size: int = 0,
    digest: str = "",
    facts: Facts | None = None,
    why: str = "",
) -> int:
    """Put down a backup that was made, or why it was not; its number."""
    told = {"facts": json.dumps(facts or {}, ensure_ascii=False), "why": why}
    row = {"at": at, "actor": actor, "file": str(file), "size": size, "digest": digest, **told}
    return written_id(connection.execute(insert(backup_run).values(row)))


def enter_drill(connection: Connection, id: int, drill: Drill) -> None:
    """Put down what a trial restore found; the last one counts."""
    told = json.dumps([asdict(proof) for proof in drill.proofs], ensure_ascii=False)
    kept = {"drilled": drill.at, "drill": json.dumps({"seconds": drill.seconds, "proofs": json.loads(told)})}
    connection.execute(update(backup_run).where(_r.id == id).values(kept))


def enter_removed(connection: Connection, id: int, at: str) -> None:
    """Put down that the file is no more."""
    connection.execute(update(backup_run).where(_r.id == id).values(removed=at))


def find(connection: Connection, id: int) -> Run | None:
    """The backup of that number."""
    return _one(connection, _r.id == id)


def find_file(connection: Connection, file: Path | str) -> Run | None:
    """The last backup that was put down under this path."""
    return _one(connection, _r.file == str(file))


def all_good(connection: Connection) -> list[Run]:
    """Those made whole and not removed, the last made first."""
    return [_run(row) for row in connection.execute(select(backup_run).where(*_GOOD).order_by(_r.id.desc()))]


def newest(connection: Connection, now: datetime) -> Run | None:
    """The last good one; what is dated later than now was made before the clock was set back, and counts last."""
    return _one(connection, *_GOOD, _r.at <= written(now + SKEW)) or _one(connection, *_GOOD)


def last_failed(connection: Connection, now: datetime) -> Run | None:
    """The last that was not made, where none was made since."""
    found = _one(connection, _r.at <= written(now + SKEW))
    return found if found and found.why else None


def last_drilled(connection: Connection, now: datetime) -> Run | None:
    """The backup that was restored on trial last."""
    asked = select(backup_run).where(_r.drilled <= written(now + SKEW)).order_by(_r.drilled.desc(), _r.id.desc())
    row = connection.execute(asked.limit(1)).first()
    return _run(row) if row else None


def timetable(connection: Connection) -> Timetable:
    """The timetable in force."""
    every, hour = (int(settings.value_of(connection, name)) for name in ("backup_days", "backup_hour"))
    return Timetable(every, hour)


@dataclass(frozen=True)
class State:
    """How the backups stand: the newest good one and how old it is (None: there is none), what failed since, the
    last trial restore, the timetable, when the next is due (None: never), whether that is late; sizes of the last
    good ones (bytes, the oldest first); when and where the key was saved apart last, as far as the store knows."""

    newest: Run | None
    age: timedelta | None
    failed: Run | None
    drilled: Run | None
    timetable: Timetable
    due_at: datetime | None
    late: bool
    sizes: tuple[int, ...]
    key_saved: tuple[str, str] | None


@needs(READ, BACKUPS)
def state(connection: Connection, viewer: Viewer, now: datetime) -> State:
    """How the backups stand at a moment."""
    held, times = newest(connection, now), timetable(connection)
    last = held.made if held else None
    sizes = select(_r.size).where(_r.why == "").order_by(_r.id.desc()).limit(TREND)
    saved = select(_r.at, _r.facts).where(_r.actor == COMMAND, _r.facts.like('%"key_to": "%')).order_by(_r.id.desc())
    key = connection.execute(saved.limit(1)).first()
    return State(
        held,
        max(now - last, timedelta(0)) if last and last <= now + SKEW else None,
        last_failed(connection, now),
        last_drilled(connection, now),
        times,
        times.due_at(now, last),
        times.late(now, last),
        tuple(reversed(connection.execute(sizes).scalars().all())),
        (key.at, json.loads(key.facts)["key_to"]) if key else None,
    )


@needs(READ, BACKUPS)
def runs(connection: Connection, viewer: Viewer, *, offset: int = 0, limit: int = PAGE) -> Sequence[Run]:
    """A page of all, the last first."""
    asked = select(backup_run).order_by(_r.id.desc()).offset(offset).limit(limit)
    return [_run(row) for row in connection.execute(asked)]


@needs(READ, BACKUPS)
def count_runs(connection: Connection, viewer: Viewer) -> int:
    """How many there are."""
    return connection.execute(select(func.count()).select_from(backup_run)).scalar_one()


def _one(connection: Connection, *where: ColumnElement[bool]) -> Run | None:
    row = connection.execute(select(backup_run).where(*where).order_by(_r.id.desc()).limit(1)).first()
    return _run(row) if row else None


def _run(row: StoredRow) -> Run:
    drill = None
    if row.drill:
        told = json.loads(row.drill)
        drill = Drill(row.drilled, told["seconds"], tuple(Proof(**proof) for proof in told["proofs"]))
    facts: Facts | None = json.loads(row.facts) or None
    return Run(row.id, row.at, row.actor, Path(row.file), row.size, row.digest, facts, row.why, drill, row.removed)
