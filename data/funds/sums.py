"""Funds as they stood at the end of a month: by source, year, region and project, their course, what is late.

The funds are those of a region and of all below it, as in the cube. What is paid or planned counts until the month's
``as_of``. Money is yuan; what is arranged, less what was recovered. For the month's own year the sums are those of the
registry's fund_arranged, fund_disbursed and fund_planned; over all years those of fund_unpaid, late_funds and
fund_short, and by calendar year of payment those of fund_paid.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import PROJECTS, READ
from data.access.viewer import Viewer, within_sql
from data.figures.list_kinds import place_of
from data.figures.sources import (
    FUND_ARRANGED_SQL,
    FUND_OPEN_SQL,
    FUND_PAID_SQL,
    FUND_PLANNED_SQL,
    FUND_SHORT_SQL,
    FUND_UNPAID_SQL,
    month_of_day,
)
from data.money import in_yuan
from data.months import last_day
from data.terms import OWN

FROM = "fund f JOIN month m ON m.month = :month"
_EACH = (
    f"SELECT f.code, f.year, f.source, f.region, f.project, {FUND_ARRANGED_SQL} AS arranged, {FUND_PAID_SQL} AS paid,"
    f" {FUND_PLANNED_SQL} AS planned, {FUND_UNPAID_SQL} AS unpaid, {FUND_SHORT_SQL} AS short FROM {FROM}"
)
_SUMS = (
    "COUNT(*) AS funds, SUM(arranged) AS arranged, SUM(paid) AS paid, SUM(planned) AS planned, SUM(unpaid) AS unpaid,"
    " SUM(CASE WHEN short > 0 THEN 1 ELSE 0 END) AS late, SUM(short) AS short"
)
_MONEY = ("arranged", "paid", "planned", "unpaid", "short")
_CUMULATIVE = "(SELECT SUM(o.amount_fen) FROM fund_plan o WHERE o.fund = q.fund AND o.planned <= q.planned)"
_SOURCE_ORDER = "CASE source WHEN '中央' THEN 1 WHEN '省' THEN 2 WHEN '市' THEN 3 WHEN '县' THEN 4 ELSE 5 END"


@needs(READ, PROJECTS)
def by_source(connection: Connection, viewer: Viewer, region: str, month: int, year: int) -> pd.DataFrame:
    """One row a source, 中央 first: source, funds (number), arranged, paid, planned, unpaid, late (number), short,
    progress."""
    return _grouped(connection, viewer, region, month, "source", f"GROUP BY source ORDER BY {_SOURCE_ORDER}", year)


@needs(READ, PROJECTS)
def by_year(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """The same by year of the fund, the newest first, all as they stand at the end of ``month``, and ``in_year``: what
    was paid in that calendar year of whatever fund. No year after the month's own, and none without any of it."""
    known = _grouped(connection, viewer, region, month, "year", "GROUP BY year", None)
    here, bound = within_sql("f.region", viewer.narrowed(region))
    found = connection.execute(
        text(
            "SELECT CAST(substr(y.paid, 1, 4) AS INTEGER) AS year, SUM(y.amount_fen) AS in_year FROM fund_payment y"
            f" JOIN fund f ON f.code = y.fund JOIN month m ON m.month = :month WHERE {here} AND y.paid <= m.as_of"
            " GROUP BY 1"
        ),
        {**bound, "month": month},
    )
    paid = pd.DataFrame(found.all(), columns=["year", "in_year"])
    in_yuan(paid, ("in_year",))
    years = known.merge(paid, on="year", how="outer").fillna(
        {name: 0 for name in ("funds", "late", "in_year", *_MONEY)}
    )
    years = years.astype({"year": int, "funds": int, "late": int})
    return years.sort_values("year", ascending=False, ignore_index=True)


@needs(READ, PROJECTS)
def by_project(
    connection: Connection, viewer: Viewer, region: str, month: int, year: int, *, limit: int = 8
) -> pd.DataFrame:
    """The same by project (columns project, name), what is unpaid most first; funds without a project are left out."""
    columns = "project, (SELECT p.name FROM project p WHERE p.code = project) AS name"
    rest = "GROUP BY project ORDER BY SUM(unpaid) DESC, project LIMIT :limit"
    where = "f.project IS NOT NULL"
    return _grouped(connection, viewer, region, month, columns, rest, year, where=where, limit=limit)


@needs(READ, PROJECTS)
def by_region(connection: Connection, viewer: Viewer, parent: str, month: int, year: int) -> pd.DataFrame:
    """The regions below ``parent``, and what ``parent`` holds itself as a last row named 本级 where it holds any, so
    that the parts add up: columns code, name, value (paid ÷ arranged), numerator, denominator."""
    here, bound = within_sql("f.region", viewer.narrowed(parent))
    found = connection.execute(
        text(
            f"""
            WITH e AS MATERIALIZED ({_EACH} WHERE f.year = :year AND {here})
            SELECT r.code, CASE WHEN r.code = :parent THEN :own ELSE r.name END AS name, SUM(e.paid) AS numerator,
            SUM(e.arranged) AS denominator FROM region r LEFT JOIN e ON e.region = r.code
            OR (r.code <> :parent AND substr(e.region, 1, length(r.code)) = r.code)
            WHERE r.parent = :parent OR r.code = :parent GROUP BY r.code, r.name
            HAVING COUNT(e.code) > 0 OR (r.code <> :parent AND MAX(r.closed) IS NULL)
            ORDER BY CASE WHEN r.code = :parent THEN 1 ELSE 0 END, r.code"""
        ),
        {**bound, "month": month, "year": year, "parent": parent, "own": OWN},
    )
    frame = pd.DataFrame(found.all(), columns=["code", "name", "numerator", "denominator"])
    in_yuan(frame, ("numerator", "denominator"))
    frame["value"] = frame["numerator"] / frame["denominator"].where(frame["denominator"] != 0)
    return frame[["code", "name", "value", "numerator", "denominator"]]


@needs(READ, PROJECTS)
def as_of(connection: Connection, viewer: Viewer, month: int) -> str:
    """The day up to which a month's figures count."""
    day: str = connection.execute(text("SELECT as_of FROM month WHERE month = :month"), {"month": month}).scalar_one()
    return day


def elapsed(day: str, year: int) -> float:
    """Share of the year that is gone at the end of a day: 0 before it, 1 after it."""
    gone = (date.fromisoformat(day) - date(year, 1, 1)).days + 1
    return min(max(gone / (date(year, 12, 31) - date(year - 1, 12, 31)).days, 0.0), 1.0)


@needs(READ, PROJECTS)
def course(
    connection: Connection, viewer: Viewer, region: str, month: int, year: int, *, fund: str | None = None
) -> pd.DataFrame:
    """Cumulative sums over the months of a year, and on to the last payment where money came after its end.

    Index: month ordinals; day (end of the month, or the day the figures stand at), paid (NaN after ``month``), planned
    (NaN where no fund has a plan) and even (arranged times the share of the year gone). Empty where nothing was
    arranged. ``fund``: of this one alone.
    """
    until = as_of(connection, viewer, month)
    here, bound = within_sql("f.region", viewer.narrowed(region))
    where = f"f.year = :year AND {here}" + (" AND f.code = :fund" if fund else "")
    asked = {**bound, "year": year, "until": until, "fund": fund}
    arranged = connection.execute(
        text(f"SELECT SUM({FUND_ARRANGED_SQL}) FROM {FROM} WHERE {where}"), {**asked, "month": month}
    ).scalar()
    if not arranged:
        return pd.DataFrame(columns=["day", "paid", "planned", "even"])
    paid = _by_month(
        connection,
        f"fund_payment y JOIN fund f ON f.code = y.fund WHERE {where} AND y.paid <= :until",
        "y.paid",
        "y.amount_fen",
        asked,
    )
    planned = _by_month(
        connection, f"fund_plan q JOIN fund f ON f.code = q.fund WHERE {where}", "q.planned", "q.amount_fen", asked
    )
    months = range(year * 12, max([year * 12 + 11, *(one for one in paid if one <= month)]) + 1)
    days = [min(last_day(one), until) if one == month else last_day(one) for one in months]

    due = _by_month(
        connection,
        f"fund_plan q JOIN fund f ON f.code = q.fund WHERE {where} AND q.planned <= :until",
        "q.planned",
        "q.amount_fen",
        asked,
    )

    def up_to(sums: dict[int, int], one: int) -> float:
        return sum(fen for when, fen in sums.items() if when <= one) / 100

    return pd.DataFrame(
        {
            "day": days,
            "paid": [up_to(paid, one) if one <= month else float("nan") for one in months],
            "planned": [up_to(due if one == month else planned, one) if planned else float("nan") for one in months],
            "even": [int(arranged) / 100 * elapsed(day, year) for day in days],
        },
        index=list(months),
    )


@needs(READ, PROJECTS)
def late_batches(
    connection: Connection, viewer: Viewer, region: str, month: int, *, limit: int = 10
) -> tuple[int, pd.DataFrame]:
    """Planned payments of living funds of any year, whose day has passed while less was paid in all than was planned in
    all by then.

    How many there are, and the first of them, the longest late first: fund, name, year, source, region, place, planned
    (day), amount, missing (of this payment), days.
    """
    here, bound = within_sql("f.region", viewer.narrowed(region))
    found = connection.execute(
        text(
            f"""
            WITH e AS MATERIALIZED (SELECT f.code AS fund, f.name, f.year, f.source, f.region, q.planned, q.amount_fen,
            m.as_of, {_CUMULATIVE} AS wanted, {FUND_ARRANGED_SQL} AS arranged, {FUND_PAID_SQL} AS paid
            FROM fund_plan q JOIN fund f ON f.code = q.fund JOIN month m ON m.month = :month AND f.year * 12 <= m.month
            WHERE {here} AND q.planned < m.as_of AND {FUND_OPEN_SQL}),
            b AS (SELECT e.*, CASE WHEN wanted < arranged THEN wanted ELSE arranged END
            - CASE WHEN wanted - amount_fen > paid THEN wanted - amount_fen ELSE paid END AS missing FROM e)
            SELECT fund, name, year, source, region, {place_of("b.region").sql} AS place,
            planned, amount_fen AS amount, missing, as_of, COUNT(*) OVER () AS total
            FROM b WHERE missing > 0 ORDER BY planned, missing DESC, fund LIMIT :limit"""
        ),
        {**bound, "month": month, "limit": limit},
    )
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    ends, totals = [date.fromisoformat(day) for day in frame.pop("as_of")], frame.pop("total")
    frame["days"] = [(end - date.fromisoformat(day)).days for end, day in zip(ends, frame["planned"], strict=True)]
    in_yuan(frame, ("amount", "missing"))
    return int(totals.max()) if len(totals) else 0, frame


def _grouped(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    columns: str,
    rest: str,
    year: int | None,
    *,
    where: str = "1 = 1",
    **bound: int,
) -> pd.DataFrame:
    here, scope = within_sql("f.region", viewer.narrowed(region))
    years = "f.year <= :year" if year is None else "f.year = :year"
    asked = {**scope, **bound, "month": month, "year": month // 12 if year is None else year}
    found = connection.execute(
        # worked out once for each fund: taken into the outer question, every mention would ask for it again
        text(
            f"WITH e AS MATERIALIZED ({_EACH} WHERE {years} AND {here} AND {where})"
            f" SELECT {columns}, {_SUMS} FROM e {rest}"
        ),
        asked,
    )
    frame = pd.DataFrame(found.all(), columns=list(found.keys()))
    in_yuan(frame, _MONEY)
    frame["progress"] = frame["paid"] / frame["arranged"].where(frame["arranged"] != 0)
    return frame.astype({"funds": int, "late": int})


def _by_month(
    connection: Connection, joined: str, day: str, amount: str, asked: Mapping[str, object]
) -> dict[int, int]:
    found = connection.execute(
        text(f"SELECT {month_of_day(day)} AS month, SUM({amount}) FROM {joined} GROUP BY 1"), asked
    )
    return {month: int(fen) for month, fen in found}
