"""The way out of poverty: at the end of each year how many were left, lifted, and what share of the rural people."""

import pandas as pd
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer
from data.figures.read import trend
from data.regions.tree import status

WAY = ("unlifted_households", "unlifted_persons", "lifted_households", "incidence")
FIRST = 2014
"""The year of the first register."""


@needs(READ, FIGURES)
def way(connection: Connection, viewer: Viewer, region: str, until: int) -> pd.DataFrame:
    """One row a year (index) from FIRST or the first that is known on: ``month`` (the ordinal it stands at: December,
    of the last year ``until``) and the indicators of WAY; NaN where there is no value. Empty without a calendar."""
    held = status(connection)
    columns = ["month", *WAY]
    if held is None:
        return pd.DataFrame(columns=columns)
    course = trend(connection, viewer, region, WAY, until=until, months=until - held.first_month + 1)
    course = course.dropna(subset=["unlifted_households"])
    ends = [month for month in course.index if (month % 12 == 11 or month == until) and month // 12 >= FIRST]
    frame = course.loc[ends].assign(month=ends)[columns]
    return frame.set_axis([month // 12 for month in ends])
