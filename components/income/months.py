"""Months of a course of income by name; those that are not closed say so."""

from collections.abc import Sequence

from components.drawing.charts import month_words
from components.shell.screen import Screen
from data.figures.indicators import INDICATORS
from data.figures.standing import open_months

INCOME_ID = "net_income_per_capita"


def named_months(screen: Screen, months: Sequence[int]) -> list[str]:
    """A name for each month, in their order."""
    with screen.engine.connect() as connection:
        unfinished = open_months(connection, screen.region.code, INDICATORS[INCOME_ID], list(months))
    return [month_words(month, open=month in unfinished) for month in months]
