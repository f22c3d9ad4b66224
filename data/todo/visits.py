"""走访: households whose visit is overdue or due soon, one by one for who helps them; for offices those overdue, a
village at a time."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import RowMapping, func, select

from data.access.masks import mask_name
from data.access.roles import HOUSEHOLDS
from data.access.scope import seen_households
from data.access.viewer import within, within_sql
from data.households.visit_days import COUNTED, LONGEST_MONTH, WAITING_SINCE
from data.model import household, pairing, visit
from data.model.running import runs_on
from data.months import month_of
from data.settings import value_of
from data.store.engine import days_after
from data.terms import LEVELS
from data.todo.clocks import SOON, Desk, Source, Told, Waits


def _waits(desk: Desk) -> Waits | None:
    if desk.mine and desk.helper is not None:
        return _of_helper(desk)
    of_a_village = len(desk.viewer.region) == max(LEVELS)  # whose own matter they are, whoever pays them
    if desk.viewer.sees_own_only or (desk.mine and not of_a_village):
        return None
    return _by_village(desk)


def _bound(desk: Desk, allowed: int) -> dict[str, object]:
    limit = date.fromisoformat(desk.today) - timedelta(days=allowed)
    return {"month": month_of(desk.today), "limit": limit.isoformat()}


def _of_helper(desk: Desk) -> Waits:
    """By his own visits, as his page has it (``data.duties.file``): since the last, or since he was named."""
    allowed = int(value_of(desk.connection, "visit_days"))
    here, bound = within_sql("hm.village", desk.region)
    seen, named = seen_households(desk.viewer)
    own = f"pairing x WHERE x.household_id = h.id AND x.helper = :helper AND {runs_on('x', 'm.as_of')}"
    waiting = f"""COALESCE((SELECT MAX(v.visited) FROM visit v WHERE v.household_id = h.id AND v.helper = :helper
        AND v.visited <= m.as_of), (SELECT MIN(x.started) FROM {own}))"""
    sql = f"""
        SELECT CAST(q.id AS TEXT) AS key, q.village AS region,
            {days_after(desk.connection, "q.waiting", str(allowed))} AS due,
            {days_after(desk.connection, "q.waiting", str(allowed - SOON))} AS since, NULL AS person, 1 AS number
        FROM (SELECT h.id, hm.village, {waiting} AS waiting {COUNTED} AND {here} AND {seen}
            AND EXISTS (SELECT 1 FROM {own})) q
        WHERE q.waiting <= :limit"""
    return Waits(sql, {**bound, **named, **_bound(desk, allowed - SOON), "helper": desk.helper})


def _by_village(desk: Desk) -> Waits:
    allowed = int(value_of(desk.connection, "visit_days"))
    here, bound = within_sql("hm.village", desk.region)
    over = days_after(desk.connection, "MIN(q.waiting)", str(allowed))
    unvisited = "AND hm.visits = 0" if allowed >= LONGEST_MONTH else ""
    sql = f"""
        SELECT q.village AS key, q.village AS region, {over} AS due,
            {days_after(desk.connection, "MAX(q.waiting)", str(allowed + 1))} AS since, NULL AS person,
            COUNT(*) AS number
        FROM (SELECT hm.village, {WAITING_SINCE} AS waiting {COUNTED} AND {here} {unvisited}) q
        WHERE q.waiting < :limit GROUP BY q.village"""
    return Waits(sql, {**bound, **_bound(desk, allowed)})


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    if desk.mine and desk.helper is not None:
        return _homes(desk, rows)
    return {
        row["key"]: Told(
            f"{row['number']:,} 户超期未走访",
            "battle_map",
            {"region": row["region"], "unvisited": 1},
            "帮扶责任人",
        )
        for row in rows
    }


def _homes(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    h = household.c
    named = select(h.id, h.village, h.head).where(h.id.in_([int(row["key"]) for row in rows]))
    return {
        str(id): Told(
            f"走访 {head if desk.viewer.sees_identity else mask_name(head)} 户",
            "household",
            {"region": village, "household": id},
        )
        for id, village, head in desk.connection.execute(named)
    }


def _done(desk: Desk, since: str) -> int:
    if _waits(desk) is None:
        return 0
    v = visit.c
    paid = select(func.count(v.code.distinct())).where(v.visited >= since[:10])
    if desk.mine and desk.helper is not None:
        own = (pairing.c.household_id == v.household_id) & (pairing.c.helper == desk.helper)
        paid = paid.join(pairing, own).where(v.helper == desk.helper)
    else:
        paid = paid.join(household, household.c.id == v.household_id).where(within(household.c.village, desk.region))
    return desk.connection.execute(paid).scalar_one()


SOURCE = Source("visits", "走访", "户", HOUSEHOLDS, _waits, _tell, _done)
