"""The course of per-capita income by kind, from the cube: rolling twelve months, and income years."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer
from data.figures.cube import cube
from data.income.year import year_of
from data.terms import INCOME_KINDS

KINDS = tuple(INCOME_KINDS)
PARTS = (*KINDS, "expense")
"""What makes the net income: four kinds, and the expense that is taken from them."""


@needs(READ, FIGURES)
def income_course(connection: Connection, viewer: Viewer, region: str, *, until: int, months: int = 73) -> pd.DataFrame:
    """Yuan a head over twelve months, for each month up to ``until`` (index: ordinal) that has a value.

    Columns wage, business, property, transfer, expense, gross, net, persons (whose income is whole). Net is the
    indicator ``net_income_per_capita``; the expense is what the gross income has more than the net. ``growth``: the
    indicator ``net_income_growth``; ``grown_wage`` … ``grown_expense``: what each part adds to it (more expense counts
    against), fractions that add up to it; NaN without households whole in both years, or with nothing a year before.
    """
    columns = [cube.c[f"{kind}_income"] for kind in KINDS]
    grown = [cube.c[f"grown_{part}"] for part in PARTS]
    found = connection.execute(
        select(
            *(cube.c.month, *columns, cube.c.gross_income, cube.c.net_income, cube.c.income_persons),
            *(cube.c.growth_before, *grown),
        )
        .where(cube.c.region == viewer.narrowed(region), cube.c.month > until - months, cube.c.month <= until)
        .where(cube.c.income_persons > 0, cube.c.net_income.is_not(None))
        .order_by(cube.c.month)
    ).all()
    rows = []
    for _, wage, business, property, transfer, gross, net, persons, before, *more in found:
        heads = (fen / 100 / persons for fen in (wage, business, property, transfer, gross - net, gross, net))
        parts = [fen / before for fen in more] if before and before > 0 else [None] * len(PARTS)
        rows.append([*heads, persons, *parts])
    names = [*PARTS, "gross", "net", "persons", *(f"grown_{part}" for part in PARTS)]
    course = pd.DataFrame(rows, columns=names, index=[row.month for row in found], dtype=float)
    return course.assign(growth=course[names[-len(PARTS) :]].sum(axis=1, min_count=1))


def income_years(course: pd.DataFrame, start: int) -> pd.DataFrame:
    """The last month of each income year in the course: columns of the course, then year, month, complete.

    Of the year that has not ended the last month known stands in, with ``complete`` False: its twelve months reach
    into the year before. A year whose last month is missing in the midst is left out. ``course`` as of
    :func:`income_course`, ``start`` the setting ``income_year_start``; index: the year.
    """
    listed = {}
    for month in course.index:
        year = year_of(month, start)
        if month == year.last or month == course.index[-1]:
            listed[year.year] = (month, month == year.last)
    frame = course.loc[[month for month, _ in listed.values()]].copy()
    frame["month"] = frame.index
    frame["complete"] = [complete for _, complete in listed.values()]
    return frame.set_axis(pd.Index(listed, name="year", dtype="int64"))


def structures(course: pd.DataFrame, month: int, backs: Sequence[int] = (0, 12, 60)) -> pd.DataFrame:
    """Income by kind in a month and so many months before it, where it is known: rows of the course, column back.

    Without the month itself there are no rows. Share columns wage_share … are fractions of the gross income.
    """
    if month not in course.index:
        return course.iloc[0:0].assign(back=pd.Series(dtype="int64"))
    known = [back for back in backs if month - back in course.index]
    rows = course.loc[[month - back for back in known]].assign(back=known)
    for kind in KINDS:
        rows[f"{kind}_share"] = (rows[kind] / rows["gross"]).where(rows["gross"] > 0)
    return rows


def contributions(course: pd.DataFrame, month: int, *, back: int = 12) -> pd.DataFrame:
    """What each part adds to the change of the net income: index PARTS, columns before, now, change (yuan a head).

    The expense counts against: more of it is a negative change. The changes add up to the change of the net. No rows
    where one of the two months is missing.
    """
    if month not in course.index or month - back not in course.index:
        return pd.DataFrame(columns=["before", "now", "change"], dtype=float)
    before, now = course.loc[month - back, list(PARTS)], course.loc[month, list(PARTS)]
    sign = pd.Series(1.0, index=list(PARTS))
    sign["expense"] = -1.0
    return pd.DataFrame({"before": before, "now": now, "change": (now - before) * sign})


def growth_parts(course: pd.DataFrame) -> pd.DataFrame:
    """What each part adds to the growth of every month that has one: columns PARTS and growth, fractions."""
    parts = course[[f"grown_{part}" for part in PARTS]].set_axis(list(PARTS), axis=1)
    return parts.assign(growth=course["growth"])[course["growth"].notna()]
