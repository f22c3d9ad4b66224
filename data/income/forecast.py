"""What the twelve months of an income year will have brought when it ends, and how well that was foretold before.

With R the income of twelve months, m the month, E the last month of the income year and r = E - m months to come:

    F(E) = R(m) + (R(m) - R(E - 12)) × r ÷ 12

R(m) holds the same months of last year for those to come, so that nothing is assumed of seasons; what the months gone
by brought more (or less) than a year ago is carried on, the more carefully the less of the year has passed: with one
month gone a twelfth of the full projection counts, with eleven nearly all of it. Linear in R: for households whose
members and books are there all the time the forecasts add up to that of their region.
"""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, or_, select, text

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.figures.cube import cube
from data.figures.monitoring_line import line_of
from data.figures.net_income import NET
from data.income.year import IncomeYear, year_of
from data.model import region as regions
from data.months import last_day
from data.regions.names import named_apart
from data.settings import value_of
from data.terms import Record


@dataclass(frozen=True)
class Term:
    """The month forecast from and the income year it lies in."""

    month: int
    year: IncomeYear

    @property
    def last(self) -> int:
        return self.year.last

    @property
    def base(self) -> int:
        """The last month of the income year before."""
        return self.year.last - 12

    @property
    def remaining(self) -> int:
        """Months to come: 11 in the first month of the year, 0 in the last."""
        return self.year.last - self.month

    def years_back(self, number: int) -> "Term":
        """The same month of an earlier income year, which has ended by the month of this one."""
        return Term(self.month - 12 * number, IncomeYear(self.year.year - number, self.year.start))


def term(connection: Connection, month: int) -> Term:
    """The term of a month, by the setting ``income_year_start``."""
    return Term(month, year_of(month, int(value_of(connection, "income_year_start"))))


def foretold(now: float, base: float | None, remaining: int) -> float:
    """The formula; without a value at the end of the year before it stays as it is now."""
    return now if base is None else now + (now - base) * remaining / 12


def foretold_sql(now: str, base: str) -> str:
    """SQL of the forecast times twelve, exact in whole fen; binds ``remaining``."""
    return f"(12 * {now} + ({now} - COALESCE({base}, {now})) * :remaining)"


def lines_of(connection: Connection, region: str, month: int) -> dict[str, int | None]:
    """Province → its monitoring line on the last day of a month, for every province that the region has part in."""
    asked = text("SELECT DISTINCT substr(code, 1, 2) FROM region")
    provinces = [region[:2]] if region else sorted(connection.execute(asked).scalars().all())
    return {province: line_of(connection, province, last_day(month)) for province in provinces}


def line_sql(lines: dict[str, int | None], village: str) -> str:
    """SQL of the line (fen) for the village in a column; NULL without one. Provinces are two characters of a code."""
    known = {province: line for province, line in lines.items() if line is not None and province.isdigit()}
    cases = " ".join(f"WHEN '{province}' THEN {int(line)}" for province, line in known.items())
    return f"(CASE substr({village}, 1, 2) {cases} END)" if cases else "CAST(NULL AS BIGINT)"


@needs(READ, FIGURES)
def region_forecasts(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """The region itself first, then its children by code: columns code, name, now, base, forecast (yuan a head).

    Regions without income in the month are left out; base is NaN where the year before is not on record.
    """
    this = term(connection, month)
    heads = _per_head(connection, viewer, region, [month, this.base])
    rows = []
    for code, name, values in heads:
        if month in values:
            now, base = values[month], values.get(this.base)
            rows.append((code, name, now, base, foretold(now, base, this.remaining)))
    frame = pd.DataFrame(rows, columns=["code", "name", "now", "base", "forecast"])
    return frame.astype({"now": float, "base": float, "forecast": float})


@needs(READ, FIGURES)
def backtest(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """The same forecast from the same month of each income year that has ended, beside what came.

    A row for the region and each child and year with all of it on record: code, name, year, forecast, actual (yuan a
    head), error (|forecast - actual| ÷ actual) and still (the error of taking the present income for the forecast).
    Newest year first.
    """
    this = term(connection, month)
    terms = [this.years_back(number) for number in range(1, 11)]
    months = {one for each in terms for one in (each.month, each.base, each.last)}
    rows = []
    for code, name, values in _per_head(connection, viewer, region, sorted(months)):
        for one in terms:
            if not {one.month, one.base, one.last} <= values.keys() or values[one.last] <= 0:
                continue
            now, actual = values[one.month], values[one.last]
            forecast = foretold(now, values[one.base], one.remaining)
            rows.append(
                (
                    code,
                    name,
                    one.year.year,
                    forecast,
                    actual,
                    abs(forecast - actual) / actual,
                    abs(now - actual) / actual,
                )
            )
    return pd.DataFrame(rows, columns=["code", "name", "year", "forecast", "actual", "error", "still"])


def _per_head(
    connection: Connection, viewer: Viewer, region: str, months: list[int]
) -> list[tuple[str, str, dict[int, float]]]:
    """Region and children: code, name, month → net income a head in yuan."""
    here = viewer.narrowed(region)
    named = dict(connection.execute(select(regions.c.code, regions.c.name).where(regions.c.code == here)).all())
    named = {here: named.get(here, "合计")}
    below = select(regions.c.code, regions.c.name).where(regions.c.parent == here).order_by(regions.c.code)
    named |= named_apart(connection, dict(connection.execute(below).all())) if len(here) < 12 else {}
    children = select(regions.c.code).where(regions.c.parent == here)
    where = or_(cube.c.region == here, cube.c.region.in_(children)) if len(here) < 12 else cube.c.region == here
    found = connection.execute(
        select(cube.c.region, cube.c.month, cube.c.net_income, cube.c.income_persons).where(
            where, cube.c.month.in_(months), cube.c.income_persons > 0, cube.c.net_income.is_not(None)
        )
    ).all()
    values: dict[str, dict[int, float]] = {}
    for code, month, net, persons in found:
        values.setdefault(code, {})[month] = net / 100 / persons
    return [(code, name, values.get(code, {})) for code, name in named.items()]


@needs(READ, FIGURES)
def household_backtest(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """How well the forecast named the households that ended under the line, for the income years that have ended.

    Columns year, households (with all of it on record), foretold (under the line), right (of these, really under),
    under (really under the line); of the households the viewer may see. Newest year first, three at most.
    """
    this = term(connection, month)
    here, bound = within_sql("hm.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "hm.household_id")
    whole = f"record = {Record.WHOLE:d}"
    first = connection.execute(text(f"SELECT MIN(month) FROM household_month WHERE {whole}")).scalar()
    rows = []
    for one in (this.years_back(number) for number in range(1, 4)):
        if first is None or one.base < first:
            continue
        line = line_sql(lines_of(connection, region, one.last), "hm.village")
        told = foretold_sql(NET.format("hm"), NET.format("b"))
        counted = text(
            f"""
            SELECT COUNT(*), SUM(told), SUM(told * really), SUM(really) FROM (SELECT
            CASE WHEN {told} < 12 * hm.persons * {line} THEN 1 ELSE 0 END AS told, e.below_line AS really
            FROM household_month hm
            JOIN household_month b ON b.month = :base AND b.village = hm.village AND b.household_id = hm.household_id
            JOIN household_month e ON e.month = :last AND e.village = hm.village AND e.household_id = hm.household_id
            WHERE hm.month = :month AND hm.persons > 0 AND hm.{whole} AND b.{whole}
            AND e.below_line IS NOT NULL AND {here} AND {seen}) q"""
        )
        terms = {"month": one.month, "base": one.base, "last": one.last, "remaining": one.remaining}
        number, *sums = connection.execute(counted, {**bound, **named, **terms}).one()
        if number:
            rows.append((one.year.year, number, *(int(value or 0) for value in sums)))
    return pd.DataFrame(rows, columns=["year", "households", "foretold", "right", "under"])
