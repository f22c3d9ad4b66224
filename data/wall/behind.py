"""Where a region is behind: since when its parts lie on the wrong side of their mean, what they lack, who answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import FIGURES, HOUSEHOLDS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.figures import read as figures
from data.figures.indicators import Indicator
from data.figures.standing import Standing, open_months, standings
from data.income.course import income_course
from data.model.running import runs_on
from data.terms import INCOME_KINDS

LOOKED_BACK = 36  # months


@dataclass(frozen=True)
class Since:
    """How many months in a row, up to the one that is looked at, a region has been behind; ``longer``: that is as far
    as there is anything to look at, so that it may be more."""

    months: int
    longer: bool


@dataclass(frozen=True)
class Answering:
    """Whose help most households of a region have, ``unit``, and how many ``units`` help there in all."""

    unit: str
    units: int


@needs(READ, FIGURES)
def ranked_standing(connection: Connection, viewer: Viewer, region: str, indicator: Indicator) -> Standing:
    """Where the parts of a region are compared: at the figure's own month, or where that runs still at the last whole
    one, since a part of a month is not ranked."""
    here = viewer.narrowed(region)
    own = standings(connection, here, None)[indicator.closes]
    if own.closed:
        return own
    before = standings(connection, here, own.month - 1)[indicator.closes]
    return before if before.closed else own


@needs(READ, FIGURES)
def months_behind(
    connection: Connection, viewer: Viewer, parent: str, month: int, indicator: Indicator, codes: Sequence[str]
) -> dict[str, Since]:
    """Of some of the direct sub-regions: since when each lies on the worse side of the mean of all, read as the figure
    is told. The mean is the region's own figure, of what adds up a share of it. A month that is not closed ends the
    row, and so does one without a value."""
    course = figures.courses(connection, viewer, parent, indicator.id, until=month, months=LOOKED_BACK)
    whole = figures.trend(connection, viewer, parent, [indicator.id], until=month, months=LOOKED_BACK)[indicator.id]
    mean = whole / course.notna().sum(axis=1) if indicator.denominator is None else whole
    return {
        code: _since(indicator, course[code], mean, set(open_months(connection, code, indicator, list(course.index))))
        for code in codes
        if code in course
    }


def _since(indicator: Indicator, values: pd.Series, mean: pd.Series, open_ones: set[int]) -> Since:
    row = 0
    for at in reversed(values.index):
        value, middle = values[at], mean[at]
        if at in open_ones or pd.isna(value) or pd.isna(middle):
            return Since(row, longer=False)
        told = round(middle, 1) if indicator.denominator is None else indicator.told(middle)
        if (indicator.told(value) - told) * (indicator.direction or -1) >= 0:
            return Since(row, longer=False)
        row += 1
    return Since(row, longer=row > 0)


@needs(READ, FIGURES)
def income_gaps(
    connection: Connection, viewer: Viewer, parent: str, month: int, codes: Sequence[str]
) -> dict[str, tuple[str, float]]:
    """What the income of some regions lacks most against that of the region around them: the kind of income (a key of
    INCOME_KINDS) and yuan a head; none where no kind is less, or nothing is known."""
    around = income_course(connection, viewer, parent, until=month, months=1)
    found = {}
    for code in codes:
        own = income_course(connection, viewer, code, until=month, months=1)
        if len(around) and len(own):
            gaps = around.iloc[0][list(INCOME_KINDS)] - own.iloc[0][list(INCOME_KINDS)]
            if gaps.max() >= 1:
                found[code] = (str(gaps.idxmax()), float(gaps.max()))
    return found


@needs(READ, HOUSEHOLDS)
def answering(connection: Connection, viewer: Viewer, codes: Sequence[str]) -> dict[str, Answering]:
    """Who answers for some regions, until leaders are on record: the unit whose helpers most households there are
    paired with today; none where nobody is paired."""
    seen, named = seen_households(viewer)
    found = {}
    for code in codes:
        here, bound = within_sql("h.village", viewer.narrowed(code))
        asked = f"""
            SELECT a.unit, COUNT(DISTINCT h.id) AS households
            FROM household h JOIN pairing s ON s.household_id = h.id JOIN helper a ON a.code = s.helper
            JOIN data_version d ON {runs_on("s", "d.built")} WHERE {here} AND {seen}
            GROUP BY a.unit ORDER BY COUNT(DISTINCT h.id) DESC, a.unit"""
        units = connection.execute(text(asked), {**bound, **named}).all()
        if units:
            found[code] = Answering(units[0].unit, len(units))
    return found
