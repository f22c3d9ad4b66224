"""All rules over all records as a job: ordered on a page, done by a process of its own that gives signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from data.access import jobs
from data.access.rights import needs
from data.access.roles import QUALITY, WRITE
from data.access.viewer import Viewer
from data.clock import Clock
from data.errors import Refused, WarRoomError
from data.figures import cube
from data.model.transient import job
from data.rules import running
from data.store import process
from data.store.engine import writing
from data.store.lease import lead, let_go
from data.store.transient import transient_engine

COMMAND = "quality"
BEAT = 3.0  # seconds
LASTING = timedelta(seconds=60)
_LEASE = "quality"
_ONE = "另一次检查正在进行，请等它完成。"


@needs(WRITE, QUALITY)
def order(engine: Engine, viewer: Viewer, *, now: datetime) -> str:
    """Have all rules run; the job's number. Raises Refused where that is going on."""
    id = jobs.begin(engine, viewer, name="数据质量检查", total=1, facts={}, now=now)
    if not lead(engine, _LEASE, id, now=now, lasting=LASTING):
        jobs.end(engine, id, jobs.FAILED, now, why=_ONE)
        raise Refused(_ONE)
    process.start(engine, COMMAND, "--ordered", id)
    return id


def perform(engine: Engine, id: str, *, clock: Clock) -> None:
    """Do what was ordered under this number. Raises Refused where that is taken back or given up."""
    with transient_engine(engine).connect() as connection:
        actor = connection.execute(select(job.c.actor).where(job.c.id == id)).scalar()
    if actor is None or not jobs.beat(engine, id, clock(), done=0):
        let_go(engine, _LEASE, id)
        raise Refused("没有这项工作，它已完成或已被判定中断。")

    def live() -> None:
        jobs.beat(engine, id, clock(), done=0)
        lead(engine, _LEASE, id, now=clock(), lasting=LASTING)

    try:
        with process.beating(live, every=BEAT, name="quality-beat"), writing(engine) as connection:
            cube.hold(connection)
            running.run(connection, clock(), actor=actor)
            cube.stamp(connection, clock())
        jobs.end(engine, id, jobs.FINISHED, clock(), done=1)
    except BaseException as error:
        why = str(error) if isinstance(error, WarRoomError) else "检查没有完成，数据保持原样，请重试。"
        jobs.end(engine, id, jobs.FAILED, clock(), why=why)
        raise
    finally:
        let_go(engine, _LEASE, id)
