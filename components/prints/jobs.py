"""Print jobs beside the sessions: a thread each, two at work at once, found again by number, kept for half an hour.

What a job made lies in the memory of this process alone, and is given to nobody but the viewer who ordered it.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from components.prints.making import Order, Paper, made
from components.shell.errors import numbered
from components.shell.store import beside_session
from data.access.viewer import Viewer
from data.clock import Clock
from data.errors import Refused, WarRoomError
from data.paper.typeset import Cancelled

AT_ONCE = 2
MOST_WAITING = 8
KEPT = 30 * 60  # seconds that a finished job is kept
_LOOK = 0.2  # seconds between two looks of a waiting job whether it was cancelled
_TOO_MANY = f"正在排队的打印任务已有 {MOST_WAITING} 个，请等前面的完成后再试。"

WAITING, RUNNING, FINISHED, FAILED, CANCELLED = "waiting", "running", "finished", "failed", "cancelled"


@dataclass
class Job:
    """One job: ``done`` of ``order.households`` are set; ``paper`` once it is finished, ``why`` where it failed."""

    id: str
    owner: str  # ``Viewer.actor``
    order: Order
    name: str  # of the file
    state: str = WAITING
    done: int = 0
    paper: Paper | None = None
    why: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def total(self) -> int:
        return len(self.order.households)

    @property
    def at_work(self) -> bool:
        return self.state in (WAITING, RUNNING)

    def cancel(self) -> None:
        """Take it back; it ends within a second."""
        self.stop.set()


_jobs: dict[str, Job] = {}
_lock = threading.Lock()
_room = threading.BoundedSemaphore(AT_ONCE)


def start(engine: Engine, viewer: Viewer, order: Order, name: str, clock: Clock) -> Job:
    """Begin a job; raises Refused where too many wait."""
    job = Job(secrets.token_urlsafe(12), viewer.actor, order, name)
    with _lock:
        if sum(one.at_work for one in _jobs.values()) >= MOST_WAITING:
            raise Refused(_TOO_MANY)
        _jobs[job.id] = job
    threading.Thread(target=beside_session(_run), args=(engine, viewer, job, clock), name="print", daemon=True).start()
    return job


def find(id: str, viewer: Viewer) -> Job | None:
    """The job of that number; None where it is gone or another viewer's."""
    job = _jobs.get(id)
    return job if job and job.owner == viewer.actor else None


def _run(engine: Engine, viewer: Viewer, job: Job, clock: Clock) -> None:
    while not _room.acquire(timeout=_LOOK):
        if job.stop.is_set():
            return _end(job, CANCELLED)
    try:
        job.state = RUNNING
        stopped = job.stop.is_set
        _end(job, *_outcome(lambda: made(engine, viewer, job.order, clock=clock, told=_teller(job), cancelled=stopped)))
    finally:
        _room.release()


def _teller(job: Job) -> Callable[[int], None]:
    def told(more: int) -> None:
        job.done += more
        if job.stop.is_set():
            raise Cancelled

    return told


def _outcome(work: Callable[[], Paper]) -> tuple[str, Paper | None, str]:
    try:
        return FINISHED, work(), ""
    except Cancelled:
        return CANCELLED, None, ""
    except WarRoomError as error:
        return FAILED, None, str(error)
    except Exception as error:
        return FAILED, None, numbered(error)


def _end(job: Job, state: str, paper: Paper | None = None, why: str = "") -> None:
    job.paper, job.why, job.state = paper, why, state
    gone = threading.Timer(KEPT, _jobs.pop, (job.id, None))
    gone.daemon = True
    gone.start()
