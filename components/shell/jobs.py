"""Jobs beside the sessions: a thread each, some at work at once in a process; how far they are and what they made
stands in the store beside the store (``data.access.jobs``)."""

import threading
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine

from components.shell.errors import numbered
from components.shell.store import beside_session
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, FINISHED, RUNNING, WAITING
from data.access.viewer import Viewer
from data.clock import Clock
from data.errors import WarRoomError
from data.paper.typeset import Cancelled
from data.store.process import beating

AT_ONCE = 2
PULSE = 1.0  # seconds between two signs of life, and looks whether it was cancelled
_room = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Made:
    """What a job made: its content, None where it lies in the job's folder; what the page says of it beside what it
    said before."""

    content: bytes | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class Work:
    """A job in the hands of this process."""

    def __init__(self, engine: Engine, id: str, clock: Clock) -> None:
        self.engine, self.id, self.clock = engine, id, clock
        self.done = 0
        self.state = WAITING
        self.outcome: tuple[str, Made, str] = (CANCELLED, Made(), "")
        self.stop = threading.Event()

    def beat(self) -> None:
        """A sign of life, and how far it is."""
        if not jobs.beat(self.engine, self.id, self.clock(), done=self.done, state=self.state):
            self.stop.set()

    def told(self, more: int) -> None:
        """So many more are done; raises Cancelled where nobody wants them any more."""
        self.done += more
        if self.stop.is_set():
            raise Cancelled

    def cancelled(self) -> bool:
        return self.stop.is_set()


Make = Callable[[Work], Made]


def start(
    engine: Engine, viewer: Viewer, make: Make, *, name: str, total: int, facts: Mapping[str, str], clock: Clock
) -> str:
    """Begin a job that makes a file of this name; its number. Raises Refused where too many wait."""
    id = jobs.begin(engine, viewer, name=name, total=total, facts=facts, now=clock())
    work = Work(engine, id, clock)
    beside = beside_session(partial(_make, make, work))  # with the right of the session; the rest is ours
    threading.Thread(target=_run, args=(beside, facts, work), name="job", daemon=True).start()
    return id


def _run(make: Callable[[], None], facts: Mapping[str, str], work: Work) -> None:
    with beating(work.beat, every=PULSE, name="job-beat"):
        copy_context().run(make)
        state, made, why = work.outcome
        told = {**facts, **made.facts}
        jobs.end(work.engine, work.id, state, work.clock(), done=work.done, paper=made.content, why=why, facts=told)
    time.sleep(jobs.KEPT.total_seconds())  # of a daemon: what nobody fetched does not lie there longer
    jobs.sweep(work.engine, work.clock())


def _make(make: Make, work: Work) -> None:
    while not _room.acquire(timeout=PULSE / 5):
        if work.stop.is_set():
            return
    try:
        work.state = RUNNING
        work.outcome = _outcome(make, work)
    finally:
        _room.release()


def _outcome(make: Make, work: Work) -> tuple[str, Made, str]:
    try:
        return FINISHED, make(work), ""
    except Cancelled:
        return CANCELLED, Made(), ""
    except WarRoomError as error:
        return FAILED, Made(), str(error)
    except Exception as error:
        return FAILED, Made(), numbered(error)
