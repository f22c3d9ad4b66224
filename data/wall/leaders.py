"""Who leads a region, for walls: post and name, which the county hangs up anyway; telephones where it says so."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer
from data.duties.leaders import Leader, leading, without_phones
from data.settings import value_of


@needs(READ, FIGURES)
def leaders_on_wall(
    connection: Connection, viewer: Viewer, regions: Sequence[str], day: str, *, paper: bool = False
) -> Mapping[str, tuple[Leader, ...]]:
    """Region → who leads it on a day (ISO), the first to answer first, of those that anybody does; telephones by the
    setting ``wall_phones``, whoever opened the wall. A ``paper`` that hangs where it is used has those of work always,
    as it has those of helpers. Raises OutOfScope."""
    held = leading(connection, [viewer.narrowed(code) for code in regions], day)
    return held if paper or value_of(connection, "wall_phones") == "1" else without_phones(held)
