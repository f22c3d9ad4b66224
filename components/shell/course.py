"""The course of one figure over the months, with the months told apart that are not closed."""

import pandas as pd

from components.shell.asking import ask
from components.shell.screen import Screen
from data.figures import read as figures
from data.figures.indicators import Indicator


def course_of(
    screen: Screen, indicator: Indicator, *, until: int, months: int = 60, region: str | None = None
) -> pd.DataFrame:
    """Index: month ordinals up to ``until``; columns value (NaN: none) and open, whether the month is not closed."""
    here = screen.region.code if region is None else region
    return ask(screen, figures.course, here, indicator.id, until=until, months=months)
