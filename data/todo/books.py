"""收支闭账: villages whose lines of an ended month have not come, and counties whose last ended month is not closed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping

from data.access.roles import ADMINISTER, FIGURES, SETTINGS
from data.access.viewer import within_sql
from data.figures.books import COUNTY, SHORT
from data.months import first_day, month_of, spoken
from data.terms import LEVELS
from data.todo.clocks import Desk, Source, Told, Waits

_INDICATOR = "unreported_households"
_VILLAGE = max(LEVELS)
_OPEN = """
    SELECT c.county || ':' || (:running - 1) AS key, c.county AS region, NULL AS due, :begun AS since,
        NULL AS person, 1 AS number
    FROM books_county c WHERE {here} AND c.closed < :running - 1"""
_SHORT = f"""
    SELECT b.region || ':' || b.month AS key, b.region AS region, NULL AS due, :begun AS since, NULL AS person,
        1 AS number
    FROM books_month b JOIN books_county c ON c.county = substr(b.region, 1, {COUNTY})
    WHERE {{here}} AND length(b.region) = {_VILLAGE} AND b.month < :running
    AND (b.month > c.closed OR b.month = :running - 1) AND {SHORT}"""


def _waits(desk: Desk) -> Waits | None:
    running = month_of(desk.today)
    parts: list[str] = []
    bound: dict[str, object] = {"running": running, "begun": first_day(running)}
    if desk.viewer.sees_own_only:
        return None
    for sql, column, is_his in (
        (_SHORT, "b.region", len(desk.viewer.region) == _VILLAGE),
        (_OPEN, "c.county", desk.viewer.may(ADMINISTER, SETTINGS)),
    ):
        if is_his or not desk.mine:
            here, named = within_sql(column, desk.region, f"region_{column[0]}")
            parts.append(sql.format(here=here))
            bound |= named
    return Waits(" UNION ALL ".join(parts), bound) if parts else None


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    told = {}
    for row in rows:
        month = int(row["key"].partition(":")[2])
        of_a_village = len(row["region"]) == _VILLAGE
        told[row["key"]] = Told(
            f"{spoken(month)}收支{'没有报齐' if of_a_village else '还没有闭账'}",
            "figure",
            {"region": row["region"], "indicator": _INDICATOR, "month": month},
            "村" if of_a_village else "县级",
        )
    return told


SOURCE = Source("books", "收支闭账", "个月", FIGURES, _waits, _tell)
