"""Server time of each page: from the request on the websocket to the last message of the run, without a browser."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from sqlalchemy import func, select
from websockets.exceptions import WebSocketException

from benchmarks.ground import MILLION, Ground
from benchmarks.process import worked
from benchmarks.session import BrokenPage, Session
from benchmarks.table import Failure, Finding, middle
from data.access.viewer import Viewer
from data.demo.rounds import make_rounds
from data.matters.rounds import open_round
from data.model import data_version, dispatch_round
from data.months import label
from data.regions import tree as regions
from tests.browser.server import Server, serving

RUNS = 21
WARMING = 4
PAGE_SECONDS = 0.150  # design.md, for the prefecture; at a million households half as much again


@dataclass(frozen=True)
class Address:
    """A page to open: what it is called in the table, its path, its parameters, words that must be on it."""

    title: str
    page: str
    parameters: dict[str, str | int]
    expected: str

    def query(self, **more: str | int) -> str:
        return urlencode({**self.parameters, **more})


def addresses(ground: Ground) -> list[Address]:
    """Every page at the levels where it shows something else."""
    top, village = ground.top(), ground.villages(1)[0]
    household, head = ground.households(village.code, 1)[0]
    whole, local = {"region": top.code}, {"region": village.code}
    listed = {**whole, "indicator": "below_line_households"}
    return [
        Address("总览, the whole", "overview", whole, "超期事项"),
        Address("总览, a village", "overview", local, "各类户"),
        Address("挂图作战, the whole", "battle_map", whole, top.name),
        Address("挂图作战, all villages", "battle_map", {**whole, "level": "village"}, top.name),
        Address("挂图作战, a village", "battle_map", local, "扶持谁"),
        Address("指标说明 with its list of names, the whole", "figure", listed, "低于监测线"),
        Address("帮扶责任, leaders of the whole", "duty", whole, "负责人"),
        Address("帮扶责任, teams of the whole", "duty", {**whole, "view": "teams"}, "按责任人"),
        Address("帮扶责任, visits of the whole", "duty", {**whole, "view": "visits"}, "五必访"),
        Address("月调度, the whole", "dispatch", whole, "名单"),
        Address("月调度, a county", "dispatch", {"region": village.code[:6], "pick": "all"}, "名单"),
        Address("督办整改, problems of the whole", "problems", whole, "在办"),
        Address("督办整改, tasks over the days", "problems", {**whole, "kind": "task", "view": "gantt"}, "今天"),
        Address("我的待办, the whole", "todo", whole, "今日摘要"),
        Address("我的待办 by region, the whole", "todo", {**whole, "view": "regions"}, "谁负责"),
        Address("我的待办, a village", "todo", {**local, "view": "all"}, "今日摘要"),
        Address("户档案", "household", {**local, "household": household}, head),
    ]


def answers(ground: Ground) -> Iterator[Finding | Failure]:
    """Each page warm, at the same address; and with another month each time, of which nothing has been read before."""
    ground.ready()
    _with_rounds(ground)
    months = [{"month": label(month)} for month in ground.last_months(RUNS)]
    with served(ground) as server:
        for address in addresses(ground):
            yield from measured(ground, server, address, months)


def measured(
    ground: Ground, server: Server, address: Address, months: Sequence[Mapping[str, str]] = ()
) -> Iterator[Finding | Failure]:
    """One page at the same address again and again, what the server worked for a run of it; then with each of the
    ``months``."""
    fresh: list[float] = []
    try:
        with Session(server.url) as session:
            _seconds(session, address, [{}] * WARMING)
            begun = worked(server.process)
            warm = _seconds(session, address, [{}] * RUNS)
            busy = worked(server.process) - begun
            fresh = _seconds(session, address, months)
    except (BrokenPage, WebSocketException, TimeoutError) as error:
        yield Failure(address.title, ground.preset, error)
        return
    target = PAGE_SECONDS * (1.5 if ground.preset == MILLION else 1)
    yield middle(f"{address.title}: warm", ground.preset, warm, "s", target)
    yield Finding(f"{address.title}: warm, processor", ground.preset, busy / RUNS, "s", runs=RUNS)
    if fresh:
        yield middle(f"{address.title}: another month each time", ground.preset, fresh, "s")


def _with_rounds(ground: Ground) -> None:
    """The month's round is opened and reported in the application; of a million households it is only opened."""
    engine = ground.engine()
    with engine.connect() as connection:
        there = connection.execute(select(func.count()).select_from(dispatch_round)).scalar_one()
        today = date.fromisoformat(connection.execute(select(data_version.c.built)).scalar_one())
        counties = regions.counties(connection)
    if not there and ground.preset != MILLION:
        make_rounds(engine, today)
    elif not there:
        for county in counties:
            now = datetime.combine(today, time(9))
            open_round(engine, Viewer("county", county), county, due=today, now=now)
    engine.dispose()


def _seconds(session: Session, address: Address, changes: Sequence[Mapping[str, str]]) -> list[float]:
    return [session.run(address.page, address.query(**one), expected=address.expected).seconds for one in changes]


@contextmanager
def served(ground: Ground, **changes: str) -> Iterator[Server]:
    """The application on the ground's database, with changes of the environment."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        with serving(ground.url, ground.directory) as server:
            yield server
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
