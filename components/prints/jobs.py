"""Print jobs beside the sessions: a thread each, two at work at once in a process; how far they are and what they made
stands in the store beside the store (``data.access.jobs``)."""

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial

from sqlalchemy import Engine

from components.prints.making import Order, Paper, made, made_charts
from components.shell.errors import numbered
from components.shell.store import beside_session
from components.wallcharts.making import ChartOrder
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, FINISHED, RUNNING, WAITING
from data.access.viewer import Viewer
from data.clock import Clock
from data.errors import WarRoomError
from data.paper.typeset import Cancelled

AT_ONCE = 2
PULSE = 1.0  # seconds between two signs of life, and looks whether it was cancelled
_room = threading.BoundedSemaphore(AT_ONCE)


class _Work:
    """A job in the hands of this process."""

    def __init__(self, engine: Engine, id: str, clock: Clock) -> None:
        self.engine, self.id, self.clock = engine, id, clock
        self.done = 0
        self.state = WAITING
        self.outcome: tuple[str, Paper | None, str] = (CANCELLED, None, "")
        self.stop, self.over = threading.Event(), threading.Event()

    def pulse(self) -> None:
        """Signs of life until it is over."""
        while not self.over.wait(PULSE):
            if not jobs.beat(self.engine, self.id, self.clock(), done=self.done, state=self.state):
                self.stop.set()

    def told(self, more: int) -> None:
        self.done += more
        if self.stop.is_set():
            raise Cancelled


def start(engine: Engine, viewer: Viewer, order: Order | ChartOrder, name: str, clock: Clock) -> str:
    """Begin a job; its number. Raises Refused where too many wait."""
    facts = {"what": order.what}
    id = jobs.begin(engine, viewer, name=name, total=order.total, facts=facts, now=clock())
    work = _Work(engine, id, clock)
    make = beside_session(partial(_make, viewer, order, work))  # with the right of the session; the rest is ours
    threading.Thread(target=work.pulse, name="print-pulse", daemon=True).start()
    threading.Thread(target=_run, args=(make, order, work), name="print", daemon=True).start()
    return id


def _run(make: Callable[[], None], order: Order | ChartOrder, work: _Work) -> None:
    try:
        copy_context().run(make)
        state, paper, why = work.outcome
        told = {"what": order.what, "lacking": paper.lacking if paper else ""}
        content = paper.content if paper else None
        now = work.clock()
        jobs.end(work.engine, work.id, state, now, done=work.done, paper=content, why=why, facts=told)
    finally:
        work.over.set()
    time.sleep(jobs.KEPT.total_seconds())  # of a daemon: what nobody fetched does not lie there longer
    jobs.sweep(work.engine, work.clock())


def _make(viewer: Viewer, order: Order | ChartOrder, work: _Work) -> None:
    while not _room.acquire(timeout=PULSE / 5):
        if work.stop.is_set():
            return
    try:
        work.state = RUNNING
        work.outcome = _outcome(lambda: _made(viewer, order, work))
    finally:
        _room.release()


def _made(viewer: Viewer, order: Order | ChartOrder, work: _Work) -> Paper:
    if isinstance(order, ChartOrder):
        return made_charts(work.engine, viewer, order, clock=work.clock, told=work.told, cancelled=work.stop.is_set)
    return made(work.engine, viewer, order, clock=work.clock, told=work.told, cancelled=work.stop.is_set)


def _outcome(work: Callable[[], Paper]) -> tuple[str, Paper | None, str]:
    try:
        return FINISHED, work(), ""
    except Cancelled:
        return CANCELLED, None, ""
    except WarRoomError as error:
        return FAILED, None, str(error)
    except Exception as error:
        return FAILED, None, numbered(error)
