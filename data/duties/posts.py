"""Posts of a region and of those below it, held and vacant."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.viewer import Viewer, within
from data.duties.leaders import Leader, leading, without_phones
from data.model import region as regions_table
from data.regions.tree import children, standing_on

_VILLAGE = 12


@dataclass(frozen=True)
class Held:
    """Who leads a region on a day, the first to answer first; how many villages it has (itself, where it is one), and
    how many of them nobody leads."""

    code: str
    name: str
    leaders: tuple[Leader, ...]
    villages: int
    vacant: int


@needs(READ, DUTIES)
def posts_below(connection: Connection, viewer: Viewer, region: str, day: str) -> list[Held]:
    """The direct sub-regions of a region on a day (ISO), by code; none for a village. Raises OutOfScope."""
    code = regions_table.c.code
    asked = select(code).where(within(code, viewer.narrowed(region)), standing_on(day), code.like("_" * _VILLAGE))
    villages = list(connection.execute(asked).scalars())
    listed = children(connection, viewer, region, day)
    held = leading(connection, [*villages, *(one.code for one in listed)], day)
    held = held if viewer.sees_identity else without_phones(held)
    found = []
    for one in listed:
        own = [village for village in villages if village.startswith(one.code)]
        vacant = sum(village not in held for village in own)
        found.append(Held(one.code, one.name, held.get(one.code, ()), len(own), vacant))
    return found
