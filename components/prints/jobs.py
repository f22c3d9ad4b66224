"""Print jobs: what is ordered on paper, made beside the sessions (``components.shell.jobs``)."""

from functools import partial

from sqlalchemy import Engine

from components.prints.making import Order, made, made_charts
from components.shell import jobs
from components.shell.jobs import Made, Work
from components.wallcharts.making import ChartOrder
from data.access.viewer import Viewer
from data.clock import Clock


def start(engine: Engine, viewer: Viewer, order: Order | ChartOrder, name: str, clock: Clock) -> str:
    """Begin a job; its number. Raises Refused where too many wait."""
    facts = {"what": order.what}
    make = partial(_made, viewer, order)
    return jobs.start(engine, viewer, make, name=name, total=order.total, facts=facts, clock=clock)


def _made(viewer: Viewer, order: Order | ChartOrder, work: Work) -> Made:
    if isinstance(order, ChartOrder):
        paper = made_charts(work.engine, viewer, order, clock=work.clock, told=work.told, cancelled=work.cancelled)
    else:
        paper = made(work.engine, viewer, order, clock=work.clock, told=work.told, cancelled=work.cancelled)
    return Made(paper.content, {"lacking": paper.lacking})
