"""What there is to draw a map on: the levels below a region, and whether anything is known of where they lie."""

from sqlalchemy import Connection, func, or_, select

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer, within
from data.model import boundary, household, region


@needs(READ, FIGURES)
def levels_below(connection: Connection, viewer: Viewer, place: str) -> tuple[int, ...]:
    """Lengths of the codes below a region, the nearest first; () for one without any."""
    below = within(region.c.code, viewer.narrowed(place)), region.c.code != place
    lengths = select(func.length(region.c.code)).where(*below).distinct()
    return tuple(sorted(connection.scalars(lengths)))


@needs(READ, FIGURES)
def can_be_drawn(connection: Connection, viewer: Viewer, place: str) -> bool:
    """Whether a boundary, a seat or a household's coordinates are known in a region: without any there is no map."""
    code = viewer.narrowed(place)
    known = (
        select(boundary.c.region).where(within(boundary.c.region, code)),
        select(region.c.code).where(within(region.c.code, code), region.c.lon.is_not(None), region.c.lat.is_not(None)),
        select(household.c.id).where(
            within(household.c.village, code), household.c.lon.is_not(None), household.c.lat.is_not(None)
        ),
    )
    return bool(connection.scalar(select(or_(*(where.exists() for where in known)))))
