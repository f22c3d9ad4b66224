"""Figures of a month that is closed, or is not, for what draws them."""

from data.figures.read import Figure
from data.figures.standing import Standing
from data.months import last_day
from tests.data.small_county import LAST

CLOSED = Standing(LAST, last_day(LAST), True)
OPEN = Standing(LAST, "2026-11-22", False)


def figure(
    value: float | None, numerator: float | None, denominator: float | None, standing: Standing = CLOSED
) -> Figure:
    """A figure of nothing that is left out."""
    return Figure(value, numerator, denominator, None, standing)
