"""The course of one figure over the months, with the months told apart that are not closed."""

import pandas as pd
from sqlalchemy import Connection

from components.shell.asking import ask
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.figures import read as figures
from data.figures.indicators import Indicator
from data.figures.standing import open_months


def course_of(
    screen: Screen, indicator: Indicator, *, until: int, months: int = 60, region: str | None = None
) -> pd.DataFrame:
    """Index: month ordinals up to ``until``; columns value (NaN: none) and open, whether the month is not closed."""
    return ask(screen, _course, screen.region.code if region is None else region, indicator.id, until, months)


def _course(connection: Connection, viewer: Viewer, region: str, id: str, until: int, months: int) -> pd.DataFrame:
    frame = figures.trend(connection, viewer, region, (id,), until=until, months=months).rename(columns={id: "value"})
    unfinished = open_months(connection, region, figures.indicator(id), list(frame.index))
    return frame.assign(open=frame.index.isin(unfinished))
