"""The steps of a dividend plan: published, sent to the township, approved, filed by the county, sent back, reversed.

Each is one transaction: the row of the plan is held, the version compared, the role asked, what must be true checked.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, func, insert, literal, select, text

from data import settings
from data.access import roles
from data.access.masks import mask_name
from data.access.rights import needs
from data.access.viewer import Viewer
from data.clock import written
from data.dividends.content import check_sources, content_of, follows_rule, proposed_households, running_month
from data.dividends.drafts import locked
from data.dividends.filing import write_back
from data.dividends.states import PLANS
from data.errors import Refused
from data.figures import cube
from data.figures.sources import HELPED_SQL
from data.figures.states import persons_on, standing
from data.model import dividend_kept, dividend_plan, dividend_share, dividend_source
from data.money import exact
from data.months import spoken
from data.store.engine import writing
from data.terms import STATE_NAMES
from data.workflow import Transition, actor

_NAMED = 8  # households named in one sentence
_CHANGED = text(f"""
    SELECT x.household_id, h.head, h.village, v.name AS place, MAX(x.persons) AS persons, MAX(x.state) AS state,
        SUM(ABS(x.amount_fen)) AS amount, MAX({persons_on()}) AS persons_now,
        MAX(CASE WHEN {HELPED_SQL} THEN s.state END) AS state_now
    FROM dividend_share x JOIN household h ON h.id = x.household_id JOIN region v ON v.code = h.village
    JOIN month m ON m.month = :month JOIN {standing()}
    WHERE x.plan = :plan GROUP BY x.household_id, h.head, h.village, v.name ORDER BY x.household_id""")


@dataclass(frozen=True)
class Doubt:
    """A household of a plan that is not what it was when it was proposed. ``grave``: it cannot be paid like this."""

    household: int
    head: str
    what: str
    grave: bool


@needs(roles.READ, roles.PLANS)
def doubts(connection: Connection, viewer: Viewer, plan: int) -> list[Doubt]:
    """Who moved away, is no longer counted, or has other members or another state than when it was proposed.

    None for a plan that is filed or void, and none for a reversal, which goes by what was paid.
    """
    held = PLANS.row(connection, viewer, plan)
    if held["state"] in ("filed", "void") or held["reverses"] is not None:
        return []
    rows = connection.execute(_CHANGED, {"plan": plan, "month": running_month(connection)})
    found = []
    for row in rows:
        moved = row.village != held["village"]
        gone = row.state_now is None
        head = row.head if viewer.sees_identity else mask_name(row.head)
        if moved or gone:
            if row.amount:
                what = f"已迁到{row.place}" if moved else "已不在统计范围（退出、销户或并户）"
                found.append(Doubt(row.household_id, head, what, True))
            continue
        parts = []
        if row.persons_now != row.persons:
            parts.append(f"人口由 {row.persons} 人变为 {row.persons_now} 人（分户、增减人口）")
        if row.state_now != row.state:
            parts.append(f"户类型由{STATE_NAMES[row.state]}变为{STATE_NAMES[row.state_now]}")
        if parts:
            found.append(Doubt(row.household_id, head, "、".join(parts), False))
    return found


def doubts_in_words(found: list[Doubt]) -> str:
    """Doubts as one sentence part, the first of them by name."""
    named = "；".join(f"{one.head}：{one.what}" for one in found[:_NAMED])
    return named + (f"；等 {len(found)} 户" if len(found) > _NAMED else "")


def return_reason(found: list[Doubt]) -> str:
    """What the township or county writes when it sends a plan back for such households; empty without any."""
    grave = [one for one in found if one.grave]
    return f"以下户有变动，请按现在的户重新分配、重新公示后再报：{doubts_in_words(grave)}。" if grave else ""


def may_submit_from(held: RowMapping) -> date:
    """The first day after the publicity of a published plan."""
    return date.fromisoformat(held["published"]) + timedelta(days=held["publicity_days"])


@needs(roles.WRITE, roles.PLANS)
def step(
    engine: Engine,
    viewer: Viewer,
    plan: int,
    action: str,
    *,
    version: int,
    reason: str = "",
    month: int | None = None,
    at: datetime,
) -> str:
    """Take a plan one step on or back; returns its new state.

    ``month`` is the month of the ledger that a filing books to, one of ``booking_months`` (the running one). Raises
    NotFound and OutOfScope for a plan that is not the viewer's, Changed where it is not version ``version`` any more,
    Refused where the role, the state, the money, the days of publicity or the households do not allow it.
    """
    with writing(engine) as connection:
        held = locked(connection, viewer, plan, version)
        arrow = PLANS.transition(connection, viewer, held, action)
        note = _ready(connection, viewer, held, action, at) if action in _ON else ""
        marks = _marks(connection, arrow, written(at))
        PLANS.take(connection, viewer, held, arrow, at=at, reason=reason, note=note, values=marks)
        if action == "file":
            write_back(connection, viewer, held, _booking_month(connection, viewer, held, month), at)
        else:
            cube.stamp(connection, at, held["village"])
    return arrow.after


@needs(roles.WRITE, roles.PLANS)
def reverse(engine: Engine, viewer: Viewer, plan: int, *, reason: str, version: int, at: datetime) -> int:
    """Propose to take a filed plan back: a new plan with the same amounts below zero, on the same way; returns its id.

    Raises as ``step`` does; Refused also for a plan that is taken back already, or takes one back itself.
    """
    with writing(engine) as connection:
        held = locked(connection, viewer, plan, version)
        arrow = PLANS.transition(connection, viewer, held, "reverse")
        PLANS.log(connection, viewer, plan, arrow, at=at, reason=reason)
        if held["reverses"] is not None:
            raise Refused("冲销方案不能再冲销；需要重新发放时，请重新提出方案。")
        standing = (dividend_plan.c.reverses == plan) & (dividend_plan.c.state != "void")
        if connection.execute(select(dividend_plan.c.id).where(standing)).first():
            raise Refused("这个方案已经有冲销方案了，请打开那个方案继续办理。")
        new = {
            **{name: held[name] for name in ("village", "first_month", "last_month", "rule")},
            **{name: -held[name] for name in ("received_fen", "distributed_fen", "kept_fen")},
            "title": f"冲销：{held['title']}",
            "created": written(at),
            "actor": actor(viewer),
            "reverses": plan,
        }
        made = PLANS.add(connection, viewer, "create", new, at=at, reason=reason)
        for table in (dividend_source, dividend_share, dividend_kept):
            names = [column.name for column in table.c if column.name not in ("plan", "amount_fen")]
            rows = select(literal(made), *(table.c[name] for name in names), -table.c.amount_fen)
            connection.execute(
                insert(table).from_select(["plan", *names, "amount_fen"], rows.where(table.c.plan == plan))
            )
        cube.stamp(connection, at, held["village"])
    return made


@needs(roles.READ, roles.PLANS)
def booking_months(connection: Connection, viewer: Viewer, plan: int) -> range:
    """The months whose ledger a filing may write to: from that of the last receipt given out to the running one.

    Raises NotFound for a plan that is not the viewer's.
    """
    PLANS.row(connection, viewer, plan)
    sources = dividend_source.c
    received = select(func.max(sources.month)).where(sources.plan == plan, sources.amount_fen != 0)
    running = running_month(connection)
    last: int | None = connection.execute(received).scalar()
    return range(running if last is None else last, running + 1)


def _booking_month(connection: Connection, viewer: Viewer, held: RowMapping, asked: int | None) -> int:
    """The month whose ledger a filing writes to: a reversal that of what it takes back, any other the one asked for.

    Raises Refused for a month before the last receipt or after the running one.
    """
    if held["reverses"] is not None:
        booked: int = connection.execute(
            select(dividend_plan.c.booked).where(dividend_plan.c.id == held["reverses"])
        ).scalar_one()
        return booked
    months = booking_months(connection, viewer, held["id"])
    month = months.stop - 1 if asked is None else asked
    if month not in months:
        raise Refused(
            f"最后一笔收益在{spoken(months.start)}到账，记账月份应在{spoken(months.start)}至{spoken(months.stop - 1)}"
            "之间，请在备案窗口改选后再备案。"
        )
    return month


def unbalanced(connection: Connection, plan: int) -> int:
    """Received less distributed less kept, in fen, from the rows themselves."""
    sums = [
        select(func.coalesce(func.sum(table.c.amount_fen), 0)).where(table.c.plan == plan).scalar_subquery()
        for table in (dividend_source, dividend_share, dividend_kept)
    ]
    received, distributed, kept = (int(value) for value in connection.execute(select(*sums)).one())
    return received - distributed - kept


def _ready(connection: Connection, viewer: Viewer, held: RowMapping, action: str, at: datetime) -> str:
    """Whether the plan may take a step on; returns what changed meanwhile, for its log."""
    plan = held["id"]
    if not held["received_fen"]:
        raise Refused("方案里还没有收益，请先选来源。")
    if difference := unbalanced(connection, plan):
        words = f"还有 {exact(difference)} 元没有分完" if difference > 0 else f"多分了 {exact(-difference)} 元"
        raise Refused(f"分配加留存与收益不相等：{words}。请改到一分不差，再{_ON[action]}。")
    if held["reverses"] is None:
        sources = {
            (row.project, row.month): row.amount_fen
            for row in connection.execute(select(dividend_source).where(dividend_source.c.plan == plan))
        }
        check_sources(connection, plan, sources)
        if action == "publish":
            _check_rule(connection, viewer, plan)
    if action == "submit" and at.date() < (end := may_submit_from(held)):
        raise Refused(f"公示还没有满 {held['publicity_days']} 天，{end.month}月{end.day}日起才能报镇审核。")
    found = doubts(connection, viewer, plan)
    if any(one.grave for one in found):
        raise Refused(f"名单里有迁走或已不在统计范围的户，不能{_ON[action]}。{return_reason(found)}")
    return f"办理时已知：{doubts_in_words(found)}" if found else ""


def _check_rule(connection: Connection, viewer: Viewer, plan: int) -> None:
    """What hangs in the village must be what the rule beside it makes."""
    if not follows_rule(content_of(connection, viewer, plan), proposed_households(connection, plan)):
        raise Refused("各户金额与分配办法不一致：请按“按办法重新分配”，或把改过的户标为手工，保存后再公示。")


_ON = {"publish": "公示", "submit": "报审", "approve": "审核通过", "file": "备案"}


def _marks(connection: Connection, arrow: Transition, now: str) -> dict[str, object]:
    """When the plan came into its new state; back with the village all of that is void."""
    match arrow.after:
        case "published":
            return {"published": now[:10], "publicity_days": int(settings.value_of(connection, "publicity_days"))}
        case "submitted" | "approved" | "filed":
            return {arrow.after: now}
        case "draft":
            return dict.fromkeys(("published", "publicity_days", "submitted", "approved"))
    return {}
