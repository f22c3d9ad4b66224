"""Work that outlasts a page, in the store beside the store: found from any process by him who ordered it, and by nobody
else. Who works at it gives signs of life; without one for a minute it has failed. What it made is kept half an hour: a
paper in that store, a file too large for it in a folder of the job's own beside the store (``folder``)."""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, func, insert, select, update

from data.access.viewer import Viewer
from data.clock import SKEW, written
from data.errors import Refused
from data.model.transient import job
from data.store.engine import beside, writing
from data.store.private import own_folder
from data.store.rows import StoredRow
from data.store.transient import transient_engine

WAITING, RUNNING, FINISHED, FAILED, CANCELLED = "waiting", "running", "finished", "failed", "cancelled"
AT_WORK = (WAITING, RUNNING)
MOST_AT_WORK = 8
KEPT = timedelta(minutes=30)
SILENT = timedelta(seconds=60)
_TOO_MANY = f"正在排队的任务已有 {MOST_AT_WORK} 个，请等前面的完成后再试。"
_GONE = "这份文件已经清除，请重新生成。"
_DIED = "做这份文件的程序中途停了，请重新生成。"


@dataclass(frozen=True)
class Job:
    """One job as it stands: ``done`` of ``total`` are made; ``size`` of what it made in bytes once it is finished,
    ``why`` where it failed; ``facts`` are what the page says of it."""

    id: str
    name: str  # of the file
    state: str
    total: int
    done: int
    why: str
    facts: Mapping[str, str]
    size: int

    @property
    def at_work(self) -> bool:
        return self.state in AT_WORK


def begin(engine: Engine, viewer: Viewer, *, name: str, total: int, facts: Mapping[str, str], now: datetime) -> str:
    """A new job, which waits; its number. Raises Refused where too many are at work."""
    sweep(engine, now)
    id = secrets.token_urlsafe(12)
    row = {"id": id, "actor": viewer.actor, "name": name, "state": WAITING, "total": total, "done": 0, "stop": 0}
    with writing(transient_engine(engine)) as connection:
        living = (job.c.state.in_(AT_WORK), job.c.seen > written(now - SILENT))
        if connection.execute(select(func.count()).select_from(job).where(*living)).scalar_one() >= MOST_AT_WORK:
            raise Refused(_TOO_MANY)
        kept = {"seen": written(now), "why": "", "facts": json.dumps(facts, ensure_ascii=False)}
        connection.execute(insert(job).values(**row, **kept))
    return id


def find(engine: Engine, viewer: Viewer, id: str, now: datetime) -> Job | None:
    """The job of that number; None where it is gone or another's."""
    columns = [column for column in job.c if column.name != "paper"]
    asked = select(*columns, func.coalesce(func.length(job.c.paper), 0).label("size"))
    with transient_engine(engine).connect() as connection:
        found = connection.execute(asked.where(job.c.id == id, job.c.actor == viewer.actor)).first()
    return None if found is None or found.seen < written(now - KEPT) else _told(engine, found, now)


def _told(engine: Engine, row: StoredRow, now: datetime) -> Job:
    state, why = row.state, row.why
    if state in AT_WORK and row.seen < written(now - SILENT):
        state, why = FAILED, _DIED
    size = row.size
    if not size and state == FINISHED and (file := _file(engine, row.id, row.name)).exists():
        size = file.stat().st_size
    return Job(row.id, row.name, state, row.total, row.done, why, json.loads(row.facts), size)


def paper(engine: Engine, viewer: Viewer, id: str) -> bytes:
    """What it made; raises Refused where that is gone or another's."""
    mine = (job.c.id == id, job.c.actor == viewer.actor, job.c.state == FINISHED)
    with transient_engine(engine).connect() as connection:
        found = connection.execute(select(job.c.paper).where(*mine)).scalar()
    if found is None:
        raise Refused(_GONE)
    return bytes(found)


def folder(engine: Engine, id: str) -> Path:
    """Where the work of a job writes what is too large for the store, under the job's name; it is its owner's alone."""
    place = beside(engine, "made") / id
    own_folder(place)
    return place


def file(engine: Engine, viewer: Viewer, id: str, now: datetime) -> Path:
    """The file that it made, called as the job is; raises Refused where that is gone or another's."""
    job = find(engine, viewer, id, now)
    if job is None or job.state != FINISHED or not (made := _file(engine, id, job.name)).exists():
        raise Refused(_GONE)
    return made


def _file(engine: Engine, id: str, name: str) -> Path:
    return beside(engine, "made") / id / name


def cancel(engine: Engine, viewer: Viewer, id: str) -> None:
    """Take it back, whichever process works at it: it ends within some seconds."""
    with writing(transient_engine(engine)) as connection:
        connection.execute(update(job).where(job.c.id == id, job.c.actor == viewer.actor).values(stop=1))


def beat(engine: Engine, id: str, now: datetime, *, done: int, state: str = RUNNING) -> bool:
    """A sign of life of who works at it; whether it goes on: not where it was cancelled, or given up for dead."""
    with writing(transient_engine(engine)) as connection:
        mine = (job.c.id == id, job.c.state.in_(AT_WORK), job.c.stop == 0)
        seen = {"seen": written(now), "done": done, "state": state}
        return connection.execute(update(job).where(*mine).values(seen)).rowcount == 1


def end(
    engine: Engine,
    id: str,
    state: str,
    now: datetime,
    *,
    done: int = 0,
    paper: bytes | None = None,
    why: str = "",
    facts: Mapping[str, str] | None = None,
) -> None:
    """What came of it."""
    told = {"facts": json.dumps(facts, ensure_ascii=False)} if facts is not None else {}
    with writing(transient_engine(engine)) as connection:
        ended = {"state": state, "seen": written(now), "done": done, "paper": paper, "why": why, **told}
        connection.execute(update(job).where(job.c.id == id).values(ended))


def sweep(engine: Engine, now: datetime) -> None:
    """Forget what has been kept long enough, and the files of jobs that nobody knows."""
    made = beside(engine, "made")
    folders = list(made.iterdir()) if made.exists() else []  # asked first: a job stands before its folder
    with writing(transient_engine(engine)) as connection:
        connection.execute(delete(job).where((job.c.seen < written(now - KEPT)) | (job.c.seen > written(now + SKEW))))
        known = set(connection.execute(select(job.c.id)).scalars())
    for one in folders:
        if one.name not in known:
            shutil.rmtree(one, ignore_errors=True)
