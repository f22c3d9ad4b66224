"""A workbook that somebody takes away: made as a job, in the log before it can be fetched."""

import shutil
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, text

from components.shell import jobs
from components.shell.jobs import Made, Work
from data.access.jobs import folder
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.taken import detail
from data.clock import Clock
from data.workbook.apart import make_apart
from data.workbook.orders import Order


@dataclass(frozen=True)
class Taking:
    """An order and what stands in the log of it: ``place`` is the region's name and code, ``purpose`` one of our words
    or '', ``by`` who takes it, ``address`` whence he came."""

    order: Order
    place: str
    purpose: str
    by: str
    address: str

    @property
    def filters(self) -> str:
        return "；".join(filter(None, (self.order.filters, self.purpose and f"用途：{self.purpose}")))


def start(engine: Engine, viewer: Viewer, taking: Taking, name: str, rows: int, clock: Clock) -> str:
    """Begin the job that makes a file of this name, of so many rows; its number. Raises Refused where too many wait."""
    facts = {"what": taking.order.what, "place": taking.place}
    make = partial(_made, viewer, taking, name)
    return jobs.start(engine, viewer, make, name=name, total=rows, facts=facts, clock=clock)


def _made(viewer: Viewer, taking: Taking, name: str, work: Work) -> Made:
    place = folder(work.engine, work.id)
    try:
        now = work.clock()
        counts = make_apart(
            work.engine, viewer, taking.order, place / name, now=now, by=taking.by, told=partial(_told, work)
        )
        rows = sum(counts.values())
        left = detail(taking.order.what, place=taking.place, filters=taking.filters, count=rows)
        actor, address = viewer.actor, taking.address
        audit.leaves(work.engine, actor=actor, address=address, view="export", detail=left, now=work.clock())
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)  # nobody fetches a part, or what stands in no log
        raise
    return Made(facts={"rows": f"{rows:,}"})


def _told(work: Work, done: int) -> None:
    """So many rows are written; raises Refused where the session that ordered them has ended."""
    work.told(done - work.done)
    with work.engine.connect() as connection:
        connection.execute(text("SELECT 1"))  # a transaction, which asks
