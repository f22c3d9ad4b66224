"""Proposing a dividend plan: which returns a village may give out, a draft of it, and changing the draft."""

from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from data.access import roles
from data.access.rights import needs
from data.access.viewer import Viewer
from data.clock import written
from data.dividends import rules as dividend_rules
from data.dividends.content import Candidate, Content, candidates, check_sources, respread, returns
from data.dividends.rules import PURPOSES, WHOLE, Rule
from data.dividends.states import PLANS, WAY
from data.errors import OutOfScope, Refused
from data.figures import cube
from data.model import dividend_kept, dividend_share, dividend_source, region
from data.months import spoken
from data.settings import official_words
from data.store.engine import writing
from data.terms import SHARE_SUBJECTS
from data.text.official import official
from data.text.signs import seen
from data.workflow import actor

MOST = 10**13  # fen: more than any village gives out, and what a sum of them still holds
LONGEST = 60


@needs(roles.WRITE, roles.PLANS)
def create(engine: Engine, viewer: Viewer, village: str, first: int, last: int, *, at: datetime) -> int:
    """Make a draft of what is free of these months: sources as suggested, nothing kept, by persons; returns its id.

    Raises OutOfScope for who is not the village's, Refused where there is nothing to give out.
    """
    if not WAY.allowed(viewer, village, None):
        raise OutOfScope("替这个村提分配方案")
    if not first <= last:
        raise Refused("起始月份应不晚于截止月份。")
    with writing(engine) as connection:
        cube.hold(connection)
        free = {one.key: one.suggested for one in returns(connection, viewer, village, first, last) if one.suggested}
        among = candidates(connection, viewer, village)
        if not free:
            raise Refused(f"{_span(first, last)}没有可分配的收益：没有到账，或已经列入别的方案。请换月份。")
        if not among:
            with official_words(connection, last):  # a form may be sent beside the run of its page
                raise Refused(official("村里没有建档立卡户或监测对象，没有户可分。"))
        name = connection.execute(select(region.c.name).where(region.c.code == village)).scalar_one()
        title = f"{name}{_span(first, last)}收益分配方案"
        draft = Content(title, first, last, Rule(), free, {}, {})
        if any(one.household.persons for one in among):
            draft = respread(draft, among)
        new = {"village": village, "created": written(at), "actor": actor(viewer), **_sums(draft)}
        plan = PLANS.add(connection, viewer, "create", new, at=at)
        _write(connection, plan, draft, among)
        cube.stamp(connection, at, village)
    return plan


@needs(roles.WRITE, roles.PLANS)
def save(engine: Engine, viewer: Viewer, plan: int, version: int, content: Content, *, at: datetime) -> int:
    """Write a changed draft over version ``version``; returns the new version. A draft need not come out even.

    Raises Changed where somebody else was first, Refused for what cannot be: more than a project returned, amounts
    below zero, households that are not the village's.
    """
    with writing(engine) as connection:
        held = locked(connection, viewer, plan, version)
        arrow = PLANS.transition(connection, viewer, held, "edit")
        if held["reverses"] is not None:
            raise Refused("冲销方案照原方案逐笔冲回，不能修改；不需要时请作废。")
        among = candidates(connection, viewer, held["village"])
        _check(connection, viewer, held, content, among)
        values = {"actor": actor(viewer), **_sums(content)}
        PLANS.take(connection, viewer, held, arrow, at=at, values=values)
        for table in (dividend_source, dividend_share, dividend_kept):
            connection.execute(table.delete().where(table.c.plan == plan))
        _write(connection, plan, content, among)
        cube.stamp(connection, at, held["village"])
    return version + 1


@needs(roles.WRITE, roles.PLANS)
def locked(connection: Connection, viewer: Viewer, plan: int, version: int) -> RowMapping:
    """The row for writing, behind whoever else writes; raises as ``Register.locked`` does."""
    cube.hold(connection)
    return PLANS.locked(connection, viewer, plan, version)


def _check(connection: Connection, viewer: Viewer, held: RowMapping, content: Content, among: list[Candidate]) -> None:
    dividend_rules.check(content.rule)
    title = seen(content.title)
    if not title or title != content.title.strip() or len(title) > LONGEST or not title.isprintable():
        raise Refused(f"方案名称要填写，最多 {LONGEST} 个字，不能有看不见的字符。")
    amounts = [*content.sources.values(), *content.kept.values(), *(share.amount for share in content.shares.values())]
    if any(not 0 <= amount <= MOST for amount in amounts):
        raise Refused("金额不能小于零，也不能大得离谱，请核对。")
    if strange := content.kept.keys() - PURPOSES.keys():
        raise Refused(f"没有“{min(strange)[:20]}”这种留存用途。")
    there = {one.household.id for one in among}
    if any(kind not in SHARE_SUBJECTS for _, kind in content.shares) or {id for id, _ in content.shares} - there:
        raise Refused("名单里有已不在本村统计范围内的户，请按现在的户重新分配后再保存。")
    village, span = held["village"], (content.first_month, content.last_month)
    open_to_it = {one.key for one in returns(connection, viewer, village, *span, but=held["id"])}
    if content.sources.keys() - open_to_it:
        raise Refused("来源里有不属于本村、或不在所选月份内的收益，请去掉。")
    check_sources(connection, held["id"], content.sources)


def _sums(content: Content) -> dict[str, object]:
    return {
        "title": content.title.strip(),
        "first_month": content.first_month,
        "last_month": content.last_month,
        "rule": dividend_rules.stored(content.rule),
        "received_fen": content.received,
        "distributed_fen": content.distributed,
        "kept_fen": content.held_back,
    }


def _write(connection: Connection, plan: int, content: Content, among: list[Candidate]) -> None:
    facts = {one.household.id: one.household for one in among}
    sources = [
        {"plan": plan, "project": project, "month": when, "amount_fen": amount}
        for (project, when), amount in content.sources.items()
        if amount
    ]
    shares = [
        {
            "plan": plan,
            "household_id": id,
            "kind": kind,
            "persons": facts[id].persons,
            "labour": facts[id].labour,
            "state": facts[id].state,
            "weight": None if share.weight is None else share.weight / WHOLE,
            "amount_fen": share.amount,
            "by_hand": int(share.by_hand),
        }
        for (id, kind), share in content.shares.items()
        if kind == "dividend" or share.amount
    ]
    kept = [
        {"plan": plan, "purpose": purpose, "amount_fen": amount} for purpose, amount in content.kept.items() if amount
    ]
    for table, rows in ((dividend_source, sources), (dividend_share, shares), (dividend_kept, kept)):
        if rows:
            connection.execute(insert(table), rows)


def _span(first: int, last: int) -> str:
    if first == last:
        return spoken(first)
    return f"{spoken(first)}至{last % 12 + 1}月" if first // 12 == last // 12 else f"{spoken(first)}至{spoken(last)}"
