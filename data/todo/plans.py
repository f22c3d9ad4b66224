"""分配方案: what waits in a state for the office whose turn it is; a published one once its publicity is over."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, func, select

from data.access.roles import PLANS, ROLES
from data.access.viewer import within, within_sql
from data.dividends.states import PLANS as REGISTER
from data.dividends.states import WAY
from data.model import dividend_plan, dividend_step
from data.store.engine import days_after
from data.todo.clocks import Desk, Source, Told, Waits
from data.workflow import decides

_DO = {"draft": "完善后公示", "published": "公示期满，报镇审核", "submitted": "审核", "approved": "备案"}
"""State → what is to be done by whose turn it is."""


def _waits(desk: Desk) -> Waits | None:
    states = _states(desk)
    if not states:
        return None
    here, bound = within_sql("v.village", desk.region)
    days = REGISTER.days(desk.connection)
    over = days_after(desk.connection, "v.published", "v.publicity_days")
    due = "".join(
        f" WHEN '{state}' THEN {days_after(desk.connection, f'substr(v.{state}, 1, 10)', str(days[state]))}"
        for state in WAY.deadlines
    )
    sql = f"""
        SELECT CAST(v.id AS TEXT) AS key, v.village AS region, CASE v.state {due} END AS due,
            CASE v.state WHEN 'published' THEN {over} WHEN 'submitted' THEN v.submitted WHEN 'approved' THEN v.approved
                ELSE v.created END AS since, NULL AS person, 1 AS number
        FROM dividend_plan v WHERE {here} AND (v.state <> 'published' OR {over} <= :this_day)
        AND v.state IN ({", ".join(f"'{state}'" for state in states)})"""
    return Waits(sql, {**bound, "this_day": desk.today})


def _states(desk: Desk) -> list[str]:
    """The states in which a plan of the region waits: for the viewer, or for anybody."""
    if desk.viewer.sees_own_only:
        return []
    mine = WAY.turns_of(desk.viewer)
    office = [one for one in mine if decides(desk.viewer, WAY.turn[one], desk.viewer.region)]
    return office if desk.mine else list(WAY.turn)


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    v = dividend_plan.c
    named = desk.connection.execute(
        select(v.id, v.village, v.title, v.state).where(v.id.in_([int(row["key"]) for row in rows]))
    )
    return {
        str(id): Told(f"{title}：{_DO[state]}", "dividends", {"region": village, "plan": id}, ROLES[WAY.turn[state]])
        for id, village, title, state in named
    }


def _done(desk: Desk, since: str) -> int:
    states = _states(desk)
    step, plan = dividend_step.c, dividend_plan.c
    found = select(func.count(step.plan.distinct())).join(dividend_plan, plan.id == step.plan)
    found = found.where(within(plan.village, desk.region), step.at >= since, step.before != step.after)
    return desk.connection.execute(found.where(step.before.in_(states))).scalar_one()


SOURCE = Source("plans", "分配方案", "个", PLANS, _waits, _tell, _done)
