"""Who may slip and what people wrote: server time of 监测帮扶 and 数据治理, and what each of their questions works."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Connection, Engine, Table, func, select

from benchmarks.ground import Ground
from benchmarks.pages import Address, measured, served
from benchmarks.table import Failure, Finding, middle
from data.access.viewer import Viewer
from data.model import clue, exit_review, monitoring_case, quality_hit, quality_round
from data.monitoring import board as cases_board
from data.monitoring import clues, listing
from data.quality import board as quality_board
from data.quality import listing as hits
from data.quality import rounds, waivers
from data.regions import tree as regions
from data.todo import waiting
from tests.browser.server import Server

RUNS = 7
_Ask = Callable[[Connection], object]


@dataclass(frozen=True)
class Facts:
    """What addresses and questions name: the top, the village with most cases, one case with its household, one clue,
    one exit review and one round of cleaning, the rule with most hits, today."""

    top: str
    village: str
    case: int
    household: int
    clue: int
    exit: int
    round: int
    rule: str
    today: date


def answers(ground: Ground) -> Iterator[Finding | Failure]:
    """The pages warm, to who sees the whole and to a village's cadre; the questions behind them on SQLite."""
    ground.ready_with_cases()
    engine = ground.engine()
    facts = _facts(engine, ground)
    yield from _questions(ground, engine, facts)
    engine.dispose()
    with served(ground) as server:
        yield from _pages(ground, server, facts)


def addresses(facts: Facts) -> list[Address]:
    """Every view of the two pages, of the whole and, where it shows something else, of a village to its cadre; the
    household whose case it is, and what waits."""
    whole, local = {"region": facts.top}, {"region": facts.village, "role": "village"}
    both = (("the whole", whole), ("a village", local))
    views = {
        "monitoring": (
            ("总体情况", {}, "办到哪一步"), ("监测程序", {"view": "cases"}, "监测程序清单"),
            ("帮扶计划", {"view": "plans"}, "帮扶计划"), ("有序退出", {"view": "exits"}, "有序退出"),
            ("线索", {"view": "clues"}, "线索"),
        ),
        "quality": (
            ("规则", {}, "数据质量规则"), ("规则和区划", {"view": "regions"}, "待整改"),
            ("得分", {"view": "score"}, "数据质量得分"), ("豁免", {"view": "waivers"}, "豁免"),
            ("清理轮次", {"view": "rounds"}, "清理轮次"), ("one rule's list", {"rule": facts.rule}, facts.rule),
        ),
    }  # fmt: skip
    words = {"monitoring": "监测帮扶", "quality": "数据治理"}
    found = [
        Address(f"{words[page]} {name}, {where}", page, {**place, **more}, says)
        for page, of_page in views.items()
        for name, more, says in of_page
        for where, place in both
    ]
    ones = (
        ("监测帮扶, one case", "monitoring", {"case": facts.case}, "全过程"),
        ("监测帮扶, one clue", "monitoring", {"clue": facts.clue}, "办理经过"),
        ("监测帮扶, one exit", "monitoring", {"exit": facts.exit}, "办理经过"),
        ("监测帮扶, telling a clue", "monitoring", {"view": "tell"}, "登记线索"),
        ("数据治理, one round", "quality", {"view": "rounds", "round": facts.round}, "这一轮按"),
        ("户档案 of a watched household", "household", {"household": facts.household}, "监测帮扶"),
        ("我的待办, the whole, with cases", "todo", {}, "今日摘要"),
    )
    found += [Address(title, page, {**whole, **more}, says) for title, page, more, says in ones]
    return [*found, Address("我的待办, a village's cadre", "todo", local, "今日摘要")]


def _facts(engine: Engine, ground: Ground) -> Facts:
    with engine.connect() as connection:

        def first(table: Table, *where: object) -> int:
            return connection.execute(select(func.min(table.c.id)).where(*where)).scalar_one()

        village = _most(connection, monitoring_case.c.village)
        case = first(monitoring_case, monitoring_case.c.village == village)
        of = select(monitoring_case.c.household_id).where(monitoring_case.c.id == case)
        return Facts(
            ground.top().code, village, case, connection.execute(of).scalar_one(),
            first(clue, clue.c.household_id.is_not(None)), first(exit_review), first(quality_round),
            _most(connection, quality_hit.c.rule), date.fromisoformat(regions.status(connection).built),
        )  # fmt: skip


def _most(connection: Connection, column: Column[str]) -> str:
    """The value that most rows have."""
    order = (func.count().desc(), column)
    return connection.execute(select(column).group_by(column).order_by(*order).limit(1)).scalar_one()


def _pages(ground: Ground, server: Server, facts: Facts) -> Iterator[Finding | Failure]:
    for address in addresses(facts):
        yield from measured(ground, server, address)


def questions(facts: Facts, viewer: Viewer, region: str) -> dict[str, _Ask]:
    """What the pages ask of a region."""
    at, today = (viewer, region, facts.today), facts.today
    below = len(facts.village) if len(region) >= 9 else 9
    of_cases, of_clues = listing.Filters(), clues.Filters()
    return {
        "cases by step": lambda c: cases_board.at_steps(c, *at),
        "cases by region": lambda c: cases_board.by_region(c, viewer, region, below=below, today=today),
        "cases by month": lambda c: cases_board.by_month(c, *at),
        "yield of clues": lambda c: cases_board.yield_by_source(c, *at),
        "risk points": lambda c: cases_board.risk_points(c, *at),
        "what help lacks": lambda c: cases_board.gaps(c, *at),
        "reference income": lambda c: cases_board.reference_income(c, *at),
        "groups of cases": lambda c: listing.counts(c, viewer, region, filters=of_cases, today=today),
        "a page of cases": lambda c: listing.cases(c, viewer, region, filters=of_cases, today=today),
        "groups of plans": lambda c: listing.item_counts(c, viewer, region, today=today),
        "a page of plans": lambda c: listing.items(c, viewer, region, group="open", today=today),
        "groups of clues": lambda c: clues.counts(c, viewer, region, filters=of_clues, today=today),
        "a page of clues": lambda c: clues.clues(c, viewer, region, filters=of_clues, today=today),
        "hits by rule and region": lambda c: quality_board.by_rule_and_region(c, *at),
        "course of hits": lambda c: quality_board.trend(c, *at),
        "rules that fit nobody": lambda c: quality_board.flagged(c, viewer),
        "score of regions": lambda c: quality_board.score(c, *at),
        "groups of a rule's hits": lambda c: hits.counts(c, viewer, facts.rule, region, today),
        "a page of a rule's hits": lambda c: hits.hits(c, viewer, facts.rule, region, today),
        "what waits": lambda c: waiting.counts(c, viewer, region, today.isoformat(), person=None),
        "waivers": lambda c: waivers.counts(c, *at),
        "what a round brought": lambda c: rounds.brought(c, viewer, facts.round, region, today),
    }


def _questions(ground: Ground, engine: Engine, facts: Facts) -> Iterator[Finding | Failure]:
    for where, viewer in (
        ("the whole", Viewer("county", facts.top)),
        ("a village", Viewer("village", facts.village)),
    ):
        for what, ask in questions(facts, viewer, viewer.region).items():
            title = f"question: {what}, {where}, processor"
            try:
                yield middle(title, ground.preset, _worked(engine, ask), "s")
            except Exception as error:
                yield Failure(title, ground.preset, error)


def _worked(engine: Engine, ask: _Ask) -> Sequence[float]:
    seconds = []
    for _ in range(1 + RUNS):
        begun = time.process_time()
        with engine.connect() as connection:
            ask(connection)
        seconds.append(time.process_time() - begun)
    return seconds[1:]
