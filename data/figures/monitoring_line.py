"""The monitoring line over the months, for charts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from data import model
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.months import last_day


@needs(READ, HOUSEHOLDS)
def monitoring_line(connection: Connection, viewer: Viewer, region: str, months: Sequence[int]) -> list[float | None]:
    """Yuan a head and year at each month's end; None where nothing is configured or the region spans provinces."""
    province = viewer.narrowed(region)[:2]
    amounts = lines_of(connection, province, map(last_day, months)) if province else [None] * len(months)
    return [None if fen is None else fen / 100 for fen in amounts]


def line_of(connection: Connection, province: str, day: str) -> int | None:
    """The monitoring line (fen a head and year) in force in a province on a day (ISO).

    A line holds from a day on. The province's own where it has any, else the general one; days before the first take
    the first. Twelve months take the line of their last day. None where nothing is configured.
    """
    return lines_of(connection, province, [day])[0]


def lines_of(connection: Connection, province: str, days: Iterable[str]) -> list[int | None]:
    """The same on each of many days."""
    table = model.monitoring_line
    for owner in (province, ""):
        known = connection.execute(
            select(table.c.since, table.c.amount_fen).where(table.c.province == owner).order_by(table.c.since)
        ).all()
        if known:
            first: int = known[0].amount_fen
            return [next((amount for since, amount in reversed(known) if since <= day), first) for day in days]
    return [None for _ in days]
