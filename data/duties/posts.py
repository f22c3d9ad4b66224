"""Posts of the regions below one, held and vacant."""

from dataclasses import dataclass

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.viewer import Viewer
from data.duties.leaders import Leader, leading, vacant_posts, without_phones
from data.regions.tree import children


@dataclass(frozen=True)
class Held:
    """Who leads a region on a day, the first to answer first, and how many posts of it and of what lies within it must
    be filled and are not."""

    code: str
    name: str
    leaders: tuple[Leader, ...]
    vacant: int


@needs(READ, DUTIES)
def posts_below(connection: Connection, viewer: Viewer, region: str, day: str) -> list[Held]:
    """The direct sub-regions of a region on a day (ISO), by code; none for a village. Raises OutOfScope."""
    listed = children(connection, viewer, region, day)
    held = leading(connection, [one.code for one in listed], day)
    held = held if viewer.sees_identity else without_phones(held)
    vacant = [one.region for one in vacant_posts(connection, viewer.narrowed(region), day)]
    return [
        Held(one.code, one.name, held.get(one.code, ()), sum(code.startswith(one.code) for code in vacant))
        for one in listed
    ]
