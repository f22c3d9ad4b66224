"""A process of its own does what a step asked for: ``python -m data work JOB``.

It gives signs of life and tells how far it is in the store beside the store; one that is silent for a minute is dead,
and another takes its place (``data.imports.spawning``). What it writes and that it is written stand in one transaction,
so that a second beginning never writes twice. At most ``AT_ONCE`` of them read files at a time.
"""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Update, delete, func, insert, select, update

from data.access.rights import needs
from data.access.roles import IMPORT, RECORDS
from data.access.viewer import Viewer
from data.clock import SKEW, Clock, written
from data.errors import Refused, WarRoomError
from data.imports import jobs
from data.imports.jobs import Job
from data.imports.way import CHECK, PLAN, REGISTER, UNDO, WRITE
from data.model import import_job
from data.model.transient import import_work
from data.store.engine import writing
from data.store.faults import told
from data.store.process import beating
from data.store.transient import transient_engine

AT_ONCE = 2
BEAT = 1.0  # seconds
SILENT = timedelta(seconds=60)
MOST_TRIES = 3
WAITING = "排队等候"
_ENDS = {CHECK: (None, None), PLAN: (None, None), WRITE: ("wrote", "stopped"), UNDO: ("undid", "kept")}
"""Work → the step that tells that it is done, and that it is not."""
_NEVER = "处理这批文件的程序三次中途停止，没有写入。请检查文件，或请管理员查看服务器日志。"
log = logging.getLogger(__name__)


class Stopped(Refused):
    """Somebody does not want it any more."""

    def __init__(self) -> None:
        super().__init__("已按要求停止，没有写入。")


@dataclass(frozen=True)
class Progress:
    """How far it is: ``step`` in words, ``done`` of ``total`` (0: not known), whether a process is at it."""

    step: str
    done: int
    total: int
    alive: bool


@dataclass(frozen=True)
class Work:
    """What a worker is given: the job as it stands, for whom, the clock, and ``report``, to be called with a label,
    what is done and the total, which raises Stopped. ``finish(connection, facts, run)`` is called once, inside the
    transaction that writes; a check calls it in one of its own."""

    engine: Engine
    job: Job
    viewer: Viewer
    clock: Clock
    report: Callable[[str, int, int], None]
    finish: Callable[[Connection, Mapping[str, object], int | None], None]


Worker = Callable[[Work], None]
Workers = Mapping[tuple[str, str], Worker]
"""(kind of job, work) → what does it: ``data.imports.workers.WORKERS``."""


def progress(engine: Engine, id: int, clock: Clock) -> Progress | None:
    """How far a job is; None where no process has begun it."""
    row = _row(engine, id)
    if row is None or not row["worker"]:
        return None
    return Progress(row["step"], row["done"], row["total"], _lives(row, clock()))


@needs(IMPORT, RECORDS)
def stop(engine: Engine, viewer: Viewer, id: int) -> None:
    """Ask the process to stop; what is being written is finished or taken back as a whole."""
    with engine.connect() as connection:
        jobs.job(connection, viewer, id)
    with writing(transient_engine(engine)) as connection:
        connection.execute(update(import_work).where(import_work.c.job == id).values(stop=1))


def _row(engine: Engine, id: int) -> RowMapping | None:
    with transient_engine(engine).connect() as connection:
        return connection.execute(select(import_work).where(import_work.c.job == id)).mappings().first()


def run(engine: Engine, id: int, workers: Workers, *, clock: Clock) -> bool:
    """Do what the job asks for, in this process; False where there is nothing to do or another one is at it."""
    with engine.connect() as connection:
        asked = connection.execute(select(import_job.c.work).where(import_job.c.id == id)).scalar()
    if not asked:
        return False
    hand = _Hand(engine, id, clock)
    if not hand.take():
        return False
    try:
        with beating(hand.beat, every=BEAT, name="import-beat"):
            _tried(engine, id, workers, hand, clock)
    finally:
        hand.leave()
    return True


def _tried(engine: Engine, id: int, workers: Workers, hand: "_Hand", clock: Clock) -> None:
    """Do it, or say why it was not done."""
    try:
        hand.wait_for_room()
        _work(engine, id, workers, hand, clock)
    except WarRoomError as error:
        _give_up(engine, id, str(error), clock)
    except OSError as error:
        _give_up(engine, id, f"没有完成：{told(error)}。", clock)
    except Exception:
        number = secrets.token_hex(3).upper()
        log.exception("import %s stopped, number %s", id, number)
        _give_up(engine, id, f"程序出错，没有完成（编号 {number}）。请把编号告诉管理员。", clock)


def _work(engine: Engine, id: int, workers: Workers, hand: "_Hand", clock: Clock) -> None:
    with engine.connect() as connection:
        row = connection.execute(select(import_job).where(import_job.c.id == id)).mappings().one()
        viewer = jobs.orderer(row)
        one = jobs.job(connection, viewer, id)
    if hand.tries > MOST_TRIES:
        raise Refused(_NEVER)
    finished = []

    def finish(connection: Connection, facts: Mapping[str, object], run: int | None) -> None:
        held = _locked(connection, id)
        if held["work"] != one.work or held["version"] != one.version:
            raise Refused("这批文件刚刚又有人办理，本次没有写入。")
        values: dict[str, object] = {"work": "", "why": "", "facts": json.dumps(facts, ensure_ascii=False)}
        if run is not None:
            values["run"] = run
        _end(connection, viewer, held, _ENDS[one.work][0], values, clock)
        finished.append(True)

    workers[one.kind, one.work](Work(engine, one, viewer, clock, hand.report, finish))
    assert finished, "a worker ended without saying so"


def _give_up(engine: Engine, id: int, why: str, clock: Clock) -> None:
    """Nothing was written: say why, and give the job back to people."""
    with writing(engine) as connection:
        held = _locked(connection, id)
        if held["work"]:
            _end(connection, jobs.orderer(held), held, _ENDS[held["work"]][1], {"work": "", "why": why}, clock)


def _locked(connection: Connection, id: int) -> RowMapping:
    asked = select(import_job).where(import_job.c.id == id).with_for_update()
    return connection.execute(asked).mappings().one()


def _end(
    connection: Connection,
    viewer: Viewer,
    held: RowMapping,
    action: str | None,
    values: Mapping[str, object],
    clock: Clock,
) -> None:
    if action is None:
        version = held["version"] + 1
        connection.execute(update(import_job).where(import_job.c.id == held["id"]).values(version=version, **values))
        return
    arrow = REGISTER.transition(connection, viewer, held, action)
    REGISTER.take(connection, viewer, held, arrow, at=clock(), values=values)


def _alive(now: datetime) -> ColumnElement[bool]:
    """Clause: a process is at it and gave a sign of life; one from before the clock was set back is none."""
    since, until = _lately(now)
    return (import_work.c.worker != "") & (import_work.c.seen >= since) & (import_work.c.seen <= until)


def _lives(row: RowMapping, now: datetime) -> bool:
    """The same of a row."""
    since, until = _lately(now)
    return bool(row["worker"] != "" and since <= row["seen"] <= until)


def _lately(now: datetime) -> tuple[str, str]:
    return written(now - SILENT), written(now + SKEW)


class _Hand:
    """A job in the hands of this process."""

    def __init__(self, engine: Engine, id: int, clock: Clock) -> None:
        self.engine, self.id, self.clock = transient_engine(engine), id, clock
        self.worker = secrets.token_hex(8)
        self.tries = 0
        self.told: tuple[str, int, int] = (WAITING, 0, 0)
        self.stopping = threading.Event()

    def take(self) -> bool:
        """Whether nobody else is at it."""
        table, now = import_work, self.clock()
        with writing(self.engine) as connection:
            held = connection.execute(select(table).where(table.c.job == self.id)).mappings().first()
            if held is not None and _lives(held, now):
                return False
            died = held is not None and held["worker"] != ""
            self.tries = 1 + int(held["tries"] if held is not None and died else 0)
            connection.execute(delete(table).where(table.c.job == self.id))
            own: dict[str, object] = {"job": self.id, "worker": self.worker, "seen": written(now), "tries": self.tries}
            connection.execute(insert(table).values(**own, step=WAITING, done=0, total=0, stop=0))
            return True

    def wait_for_room(self) -> None:
        """Until less than AT_ONCE others work."""
        table = import_work
        while True:
            with writing(self.engine) as connection:
                others = _alive(self.clock()) & (table.c.job != self.id) & (table.c.step != WAITING)
                if connection.execute(select(func.count()).select_from(table).where(others)).scalar_one() < AT_ONCE:
                    self.told = ("开始", 0, 0)
                    connection.execute(update(table).where(table.c.job == self.id).values(step="开始"))
                    return
            if self.stopping.wait(BEAT):
                raise Stopped

    def beat(self) -> None:
        """A sign of life, and how far it is."""
        step, done, total = self.told
        with writing(self.engine) as connection:
            values = {"seen": written(self.clock()), "step": step, "done": done, "total": total}
            stops = connection.execute(self._own.values(**values).returning(import_work.c.stop)).scalar()
        if stops != 0:  # somebody stops it, or another process has taken it
            self.stopping.set()

    def report(self, step: str, done: int, total: int) -> None:
        """How far it is; raises Stopped where nobody wants it any more."""
        self.told = (step, done, total)
        if self.stopping.is_set():
            raise Stopped

    def leave(self) -> None:
        """Nobody is at it any more."""
        with writing(self.engine) as connection:
            connection.execute(self._own.values(worker="", tries=0))

    @property
    def _own(self) -> Update:
        """A change of the row, while it is this process's."""
        mine = (import_work.c.job == self.id) & (import_work.c.worker == self.worker)
        return update(import_work).where(mine)


def forsaken(engine: Engine, clock: Clock) -> list[int]:
    """Jobs that ask for work and that no living process is at."""
    with engine.connect() as connection:
        asked = list(connection.execute(select(import_job.c.id).where(import_job.c.work != "")).scalars())
    if not asked:
        return []
    with transient_engine(engine).connect() as connection:
        held = set(connection.execute(select(import_work.c.job).where(_alive(clock()))).scalars())
    return [id for id in asked if id not in held]
