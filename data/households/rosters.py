"""Since when it is known who belongs to a household: before it, those that are recorded now are taken."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, text

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer, within_sql

ESTIMATED = "按现有成员推算"
_ESTIMATED = """
    SELECT h.id FROM household h CROSS JOIN data_version d WHERE h.id IN :ids AND :day < d.built
    AND NOT EXISTS (SELECT 1 FROM member p WHERE p.household_id = h.id
        AND (p.collected <= :day OR p.joined <= :day OR p.gone <= :day))
    AND NOT EXISTS (SELECT 1 FROM member_event e WHERE e.household_id = h.id AND e.day <= :day)"""
_SINCE = "SELECT MIN(p.collected) FROM member p JOIN household h ON h.id = p.household_id WHERE {here}"


@needs(READ, FIGURES)
def rosters_since(connection: Connection, viewer: Viewer, region: str) -> str | None:
    """The first day (ISO) on which members of a region were recorded: persons of the months before are, but for those
    whose coming and going is on record, an estimate; None where no day is told."""
    here, bound = within_sql("h.village", viewer.narrowed(region))
    first: str | None = connection.execute(text(_SINCE.format(here=here)), bound).scalar()
    return first


def estimated(connection: Connection, households: Iterable[int], day: str) -> set[int]:
    """Those of the households whose members of a day (ISO) before today are those of now: nobody had been recorded,
    had joined or had gone by then."""
    asked = text(_ESTIMATED).bindparams(bindparam("ids", expanding=True))
    return set(connection.execute(asked, {"ids": list(households), "day": day}).scalars())
