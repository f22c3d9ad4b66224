"""What a wall may tell of households, whoever opened it: the one place that decides, for screens and charts alike."""

from dataclasses import replace

from sqlalchemy import Connection, text

from data.access.rights import needs, require_right
from data.access.roles import FIGURES, HOUSEHOLDS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.settings import value_of

NOBODY: frozenset[int] = frozenset()


@needs(READ, FIGURES)
def as_display(viewer: Viewer) -> Viewer:
    """Who reads for a wall that this viewer opened: a display, for everybody in the room reads it. Who sees single
    households alone has none on walls. Raises NoRight for who may not see lists at all."""
    require_right(viewer, READ, HOUSEHOLDS)
    return replace(viewer, role="display", helper=None, households=NOBODY if viewer.sees_own_only else None)


@needs(READ, HOUSEHOLDS)
def whole_names(connection: Connection, viewer: Viewer, village: str) -> dict[int, str]:
    """Household → its head's whole name where the county's setting lets walls show it, else nothing: then what
    :func:`as_display` reads, 张**, stays."""
    if value_of(connection, "wall_names") != "0":
        return {}
    seen, bound = seen_households(as_display(viewer))
    asked = text(f"SELECT h.id, h.head FROM household h WHERE h.village = :village AND {seen}")
    return {row.id: row.head for row in connection.execute(asked, {**bound, "village": viewer.narrowed(village)})}
