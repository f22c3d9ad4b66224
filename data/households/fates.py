"""What became of households that are no more: struck off, or merged into another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.figures.courses import ENDS

_ASKED = f"""
    SELECT e.household_id, e.day, e.kind, e.reason, o.head FROM household_event e JOIN month m ON m.month = :month
    LEFT JOIN household o ON o.id = e.other
    WHERE e.household_id IN :ids AND e.kind IN ({", ".join(repr(kind) for kind in ENDS)}) AND e.day <= m.as_of
    ORDER BY e.day DESC"""


@dataclass(frozen=True)
class Fate:
    """What became of a household: ``kind`` 注销 or 并入, and the whole in words."""

    kind: str
    said: str


@needs(READ, HOUSEHOLDS)
def fates(connection: Connection, viewer: Viewer, ids: Sequence[int], month: int) -> dict[int, Fate]:
    """Household → what became of it by the end of a month; nothing for those that are there. Whether the
    viewer may see the households is asked before."""
    asked = text(_ASKED).bindparams(bindparam("ids", expanding=True))
    told = {}
    for row in connection.execute(asked, {"ids": list(ids), "month": month}):
        into = (row.head if viewer.sees_identity else mask_name(row.head)) if row.head else ""
        said = f"已于 {row.day} {row.kind}" + (f"到{into}户" if into else "")
        said += f"（{row.reason}）" if row.reason and viewer.sees_identity else ""
        told[row.household_id] = Fate(row.kind, said)
    return told
