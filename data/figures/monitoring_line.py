"""The monitoring line over the months, for charts."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from data import model
from data.access.viewer import Viewer


def monitoring_line(connection: Connection, viewer: Viewer, region: str, months: Sequence[int]) -> list[float | None]:
    """Yuan a head and year in each month's year; None where nothing is configured or the region spans provinces."""
    province = viewer.narrowed(region)[:2]
    by_year = (
        {year: line_of(connection, province, year) for year in {month // 12 for month in months}} if province else {}
    )
    amounts = [by_year.get(month // 12) for month in months]
    return [None if fen is None else fen / 100 for fen in amounts]


def line_of(connection: Connection, province: str, year: int) -> int | None:
    """The monitoring line (fen a head and year) of a province in a year.

    The province's own where it has any, else the general one; a year without an entry takes the one before it, years
    before the first take the first. None where nothing is configured.
    """
    table = model.monitoring_line
    for owner in (province, ""):
        known = connection.execute(
            select(table.c.year, table.c.amount_fen).where(table.c.province == owner).order_by(table.c.year)
        ).all()
        if known:
            amount: int = next((amount for of, amount in reversed(known) if of <= year), known[0].amount_fen)
            return amount
    return None
