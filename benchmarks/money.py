"""Where the money comes from and goes: server time of its pages, and its questions on SQLite and PostgreSQL."""

import importlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, Engine, func, select

from benchmarks.commands import run_data
from benchmarks.ground import MILLION, Ground
from benchmarks.pages import PAGE_SECONDS, Address, served
from benchmarks.session import BrokenPage, Session
from benchmarks.table import Failure, Finding, middle
from data.access.viewer import Viewer
from data.demo.plans import make_plans
from data.model import dividend_plan, fund, project, project_household, region
from data.regions import tree as regions
from data.store.engine import ready_engine
from tests.postgres import running_cluster

RUNS = 21
WARMING = 4
WHAT_IF_SECONDS = 0.300  # of a line that nobody tried before, from the request to the last message
FIRST_LINE, STEP = 8_000, 150  # yuan; another one each time
WHOLE = Viewer("admin", "")


@dataclass(frozen=True)
class Facts:
    """What the addresses and questions name: the top, a county, a village, a project with many households, its fund,
    and a village or township that has funds of its own this year."""

    top: str
    county: str
    village: str
    project: str
    fund: str
    funded: str
    month: int
    today: str


def answers(ground: Ground) -> Iterator[Finding | Failure]:
    """The pages, warm and with another line each time; then the questions behind them, side by side on both engines."""
    ground.ready()
    engine = ground.engine()
    yield from _with_plans(ground, engine)
    facts = _facts(engine, ground)
    with served(ground) as server:
        for address in addresses(facts):
            yield from _page(ground, server.url, address)
        yield from _what_if(ground, server.url, facts)
    yield from _questions(ground, engine, facts, "SQLite")
    engine.dispose()
    if ground.preset == "county":  # the larger ones say the same and take an hour to fill
        with filled_postgres(ground) as other:
            yield from _with_plans(ground, other)
            yield from _questions(ground, other, facts, "PostgreSQL")


def addresses(facts: Facts) -> list[Address]:
    """Every page of money at the levels where it shows something else, and words that only it says."""
    whole, county, village = ({"region": code} for code in (facts.top, facts.county, facts.village))
    plans = "村提方案 → 镇级审核 → 县级备案"
    return [
        Address("收入趋势, the whole", "income", whole, "人均纯收入"),
        Address("收入趋势 spread, the whole", "income", {**whole, "view": "spread"}, "监测线"),
        Address("收入趋势 sinking, the whole", "income", {**whole, "view": "sinking"}, "户收入在下降"),
        Address("收入趋势, a village", "income", village, "人均纯收入"),
        Address("项目收益, the whole", "projects", whole, "项目名单"),
        Address("项目收益 compared, the whole", "projects", {**whole, "view": "compare"}, "每投 100 元"),
        Address("项目收益 at risk, the whole", "projects", {**whole, "view": "risk"}, "系统预警"),
        Address("项目", "project", {**whole, "project": facts.project}, "从储备到运营"),
        Address("资金, the whole", "funds", whole, "资金名单"),
        Address("资金, a village or township", "funds", {"region": facts.funded}, "资金名单"),
        Address("资金, one fund", "funds", {**whole, "fund": facts.fund}, "户次"),
        Address("收益分配, the whole", "dividends", whole, plans),
        Address("收益分配, a county", "dividends", county, plans),
        Address("收益分配, a village", "dividends", village, plans),
    ]


def _facts(engine: Engine, ground: Ground) -> Facts:
    with engine.connect() as connection:
        status = regions.status(connection)
        behind = select(fund.c.project, fund.c.code, func.count()).join(
            project_household, project_household.c.project == fund.c.project
        )
        most = behind.group_by(fund.c.project, fund.c.code).order_by(func.count().desc(), fund.c.code).limit(1)
        one, paid_by, _ = connection.execute(most).one()
        place = connection.execute(select(project.c.region).where(project.c.code == one)).scalar_one()
        length = func.length(region.c.code)
        lowest = select(fund.c.region).where(fund.c.year == status.last_month // 12)
        order = (func.length(fund.c.region).desc(), fund.c.region)
        funded = connection.execute(lowest.order_by(*order).limit(1)).scalar_one()
        county = connection.execute(select(func.min(region.c.code)).where(length == 6)).scalar_one()
    village = place if len(place) == 12 else ground.villages(1)[0].code
    return Facts(ground.top().code, county, village, one, paid_by, funded, status.last_month, status.built)


def _with_plans(ground: Ground, engine: Engine) -> Iterator[Failure]:
    """Dividend plans are made in the application: without any, their pages would have nothing to show."""
    with engine.connect() as connection:
        there = connection.execute(select(func.count()).select_from(dividend_plan)).scalar_one()
        today = regions.status(connection).built
    if there or ground.preset == MILLION:
        return
    try:
        make_plans(engine, date.fromisoformat(today))
    except Exception as error:
        yield Failure("dividend plans to measure on", ground.preset, error)


def _page(ground: Ground, url: str, address: Address) -> Iterator[Finding | Failure]:
    target = PAGE_SECONDS * (1.5 if ground.preset == MILLION else 1)
    try:
        with Session(url) as session:
            seconds = [
                session.run(address.page, address.query(), expected=address.expected).seconds
                for _ in range(WARMING + RUNS)
            ]
        yield middle(f"{address.title}: warm", ground.preset, seconds[WARMING:], "s", target)
    except (BrokenPage, TimeoutError, OSError) as error:
        yield Failure(address.title, ground.preset, error)


def _what_if(ground: Ground, url: str, facts: Facts) -> Iterator[Finding | Failure]:
    spread = Address("收入趋势", "income", {"region": facts.top, "view": "spread"}, "监测线")
    try:
        with Session(url) as session:
            seconds = [
                session.run(spread.page, spread.query(line=FIRST_LINE + STEP * number), expected="监测线").seconds
                for number in range(WARMING + RUNS)
            ]
        title = "收入趋势, the whole: what-if, another line each time"
        yield middle(title, ground.preset, seconds[WARMING:], "s", WHAT_IF_SECONDS)
    except (BrokenPage, TimeoutError, OSError) as error:
        yield Failure("what-if", ground.preset, error)


@dataclass(frozen=True)
class Question:
    """One function of ``data`` (``path``: module.function) and what it is asked, behind connection and viewer."""

    what: str
    path: str
    arguments: tuple
    options: dict = field(default_factory=dict)

    def asked(self, connection: Connection) -> object:
        """The answer; raises ImportError where there is no such question."""
        module, _, name = self.path.partition(".")
        return getattr(importlib.import_module(f"data.{module}"), name)(
            connection, WHOLE, *self.arguments, **self.options
        )


def questions(facts: Facts) -> list[Question]:
    """What the pages ask of the whole."""
    where, today = (facts.top, facts.month), (facts.top, facts.today)
    of_year = (*where, facts.month // 12)
    return [
        Question("course of incomes", "income_course.income_course", (facts.top,), {"until": facts.month}),
        Question("spread of incomes", "income_distribution.distribution", where),
        Question("whose income sinks", "sinking.sinking", where),
        Question("forecast by region", "income_forecast.region_forecasts", where),
        Question("a page of projects", "projects.page", where),
        Question("sums of all projects", "projects.totals", where),
        Question("projects compared", "project_compare.compared", (*where, "kind")),
        Question("one project", "project_file.project", (facts.project, facts.month)),
        Question("upstream shock of one project", "shocks.shock", (*where, [facts.project])),
        Question("funds by source", "funds.by_source", of_year),
        Question("funds by year", "funds.by_year", where),
        Question("late payments", "funds.late_batches", of_year),
        Question("course of payments", "funds.course", of_year),
        Question("a page of funds", "fund_lists.page", of_year),
        Question("one fund", "fund_file.fund_file", (facts.fund, facts.month)),
        Question("households behind a fund", "fund_file.behind", (facts.project, facts.month)),
        Question("dividend plans by state", "dividend_lists.summary", today),
        Question("a page of dividend plans", "dividend_lists.plans", today),
        Question("villages without a plan", "dividend_lists.without_plan", (facts.top,)),
    ]


def _questions(ground: Ground, engine: Engine, facts: Facts, store: str) -> Iterator[Finding | Failure]:
    for question in questions(facts):
        title = f"question: {question.what}, {store}"
        try:
            yield middle(title, ground.preset, _times(engine, question), "s")
        except Exception as error:
            yield Failure(title, ground.preset, error)


def _times(engine: Engine, question: Question) -> Sequence[float]:
    seconds = []
    for _ in range(WARMING + RUNS):
        begun = time.perf_counter()
        with engine.connect() as connection:
            question.asked(connection)
        seconds.append(time.perf_counter() - begun)
    return seconds[WARMING:]


@contextmanager
def filled_postgres(ground: Ground) -> Iterator[Engine]:
    """The same workbooks in a cluster of its own, deleted at the end."""
    with running_cluster() as cluster:
        url = cluster.create("money")
        run_data(url, "import", *ground.workbooks())
        engine = ready_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
