"""The monitoring line over the months, for charts."""

from collections.abc import Sequence

from sqlalchemy import Connection

from data.access import Viewer
from data.household_months import line_of


def monitoring_line(
    connection: Connection, viewer: Viewer, region: str, months: Sequence[int]
) -> list[float | None]:  # fmt: skip
    """Yuan a head and year in each month's year; None where nothing is configured or the region spans provinces."""
    province = viewer.narrowed(region)[:2]
    by_year = (
        {year: line_of(connection, province, year) for year in {month // 12 for month in months}} if province else {}
    )
    amounts = [by_year.get(month // 12) for month in months]
    return [None if fen is None else fen / 100 for fen in amounts]
