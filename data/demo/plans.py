"""Dividend plans of the demonstration, some in each state, made as villages, townships and the county make them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.dividends.content import (
    Candidate,
    Content,
    Share,
    candidates,
    content_of,
    respread,
    running_month,
    usual_months,
)
from data.dividends.drafts import create, save
from data.dividends.region import without_plan
from data.dividends.rules import BASES, Rule
from data.dividends.steps import reverse, step

EVERYBODY = Viewer("admin", "")
# how far each goes: state, days since it was proposed
_WAYS = (
    ("published", 8), ("approved", 16), ("submitted", 15), ("filed", 24), ("draft", 1), ("returned", 12),
    ("reversed", 26), ("submitted", 9), ("published", 3), ("approved", 22), ("filed", 21), ("void", 6),
)  # fmt: skip
_LEFT = 3  # villages stay without a plan, of a few a third
_PAID_OUT = 70  # per cent of a half-year that the books of the demonstration have paid out in its last month
_POST = 600_00  # fen of a post for the months of a plan; where there is less, nobody has one
_RETURNED = "老人户和残疾户照顾不够，请按户类型重新核定系数后再报。"


def make_plans(engine: Engine, today: date, progress: Callable[[str, int, int], None] | None = None) -> int:
    """Propose plans for the villages with returns that nobody gave out, and take each as far as its turn; how many."""
    with engine.connect() as connection:
        villages = sorted(without_plan(connection, EVERYBODY, "")["village"])
        running = running_month(connection)
    # beside each other the townships would differ too little: every so many villages
    most = min(len(_WAYS), len(villages) - min(_LEFT, len(villages) // 3))
    chosen = villages[:: max(1, len(villages) // (len(_WAYS) + 2))][:most]
    for number, village in enumerate(chosen):
        if progress:
            progress("演示分配方案", number, len(chosen))
        state, days = _WAYS[number]
        begun = datetime.combine(today - timedelta(days=days), time(9, 10 + number))
        _make(engine, Viewer("village", village), state, begun, number, running)
    return len(chosen)


def _make(engine: Engine, village: Viewer, state: str, begun: datetime, number: int, running: int) -> None:
    first, last = usual_months(running)
    plan = create(engine, village, village.region, first, last, at=begun)
    with engine.connect() as connection:
        draft, among = content_of(connection, village, plan), candidates(connection, village, village.region)
    if running % 6 in (5, 0):  # in the last month of a half-year, and right after, the books hold its dividends
        draft = replace(draft, sources={key: fen * (100 - _PAID_OUT) // 100 for key, fen in draft.sources.items()})
    save(engine, village, plan, 1, _filled(draft, among, number), at=begun + timedelta(minutes=25))
    _walk(engine, village, plan, state, begun + timedelta(hours=1))


def _filled(draft: Content, among: list[Candidate], number: int) -> Content:
    basis = [name for name in BASES if name != "hand"][number % (len(BASES) - 1)]
    if not any(one.household.labour for one in among):
        basis = "persons"
    kept = {"fund": draft.received // 10, "posts": draft.received // 20, "welfare": draft.received // 50}
    holders = among[number % 3 :: 9][: min(2, draft.received // 4 // _POST)]
    posts = {(one.household.id, "post"): Share(_POST, True) for one in holders}
    return respread(replace(draft, rule=Rule(basis), kept=kept, shares={**draft.shares, **posts}), among)


def _walk(engine: Engine, village: Viewer, plan: int, state: str, begun: datetime) -> None:
    township, county = Viewer("township", village.region[:9]), Viewer("county", village.region[:6])
    ways = {
        "draft": [],
        "void": [("void", village, 1, "项目收益另有安排，本方案不再使用。")],
        "published": [("publish", village, 0, "")],
        "submitted": [("publish", village, 0, ""), ("submit", village, 6, "")],
        "approved": [("publish", village, 0, ""), ("submit", village, 6, ""), ("approve", township, 8, "")],
    }
    ways["returned"] = [*ways["submitted"], ("return", township, 9, _RETURNED)]
    ways["filed"] = ways["reversed"] = [*ways["approved"], ("file", county, 12, "")]
    for version, (action, viewer, days, reason) in enumerate(ways[state], start=2):
        step(engine, viewer, plan, action, version=version, reason=reason, at=begun + timedelta(days=days))
    if state == "reversed":
        reverse(
            engine,
            village,
            plan,
            version=2 + len(ways[state]),
            at=begun + timedelta(days=20),
            reason="两户人口登记有误，冲销后重新分配。",
        )
