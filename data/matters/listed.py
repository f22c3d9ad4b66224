"""Places for tasks from the list of names behind a figure: its households, or the villages or townships they lie in."""

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.figures import lists
from data.matters.raising import Place

PER = {"household": "每户一项", "village": "每村一项", "township": "每乡镇一项"}
"""What a task is made for."""
_DIGITS = {"village": 12, "township": 9}


@needs(READ, MATTERS)
def places_behind(connection: Connection, viewer: Viewer, id: str, region: str, month: int, *, per: str) -> list[Place]:
    """The places behind an indicator in a month, ``per`` household (worst first), village or township (by code), as PER
    names them. Raises NotFound for an unknown indicator, OutOfScope."""
    if per == "household":
        return [Place(*one) for one in lists.households_behind(connection, viewer, id, region, month)]
    return [Place(code) for code in lists.regions_behind(connection, viewer, id, region, month, digits=_DIGITS[per])]
