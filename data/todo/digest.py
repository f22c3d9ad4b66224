"""The day's digest: of each kind how much waits, how much of it is late, what came and what was done since yesterday.

Counts and ways alone: no person and no household is named.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.todo.clocks import Desk
from data.todo.sources import KINDS
from data.todo.waiting import Count, counts


@dataclass(frozen=True)
class Line:
    """Of one kind: what waits (``new``: since yesterday), and how much was done since yesterday (None: not counted)."""

    kind: str
    waits: Count
    done: int | None


def yesterday(today: str) -> str:
    """The day (ISO) since which a digest tells of a day."""
    return (date.fromisoformat(today) - timedelta(days=1)).isoformat()


@needs(READ, MATTERS)
def digest(connection: Connection, viewer: Viewer, region: str, today: str, *, person: int | None) -> list[Line]:
    """What waits for the viewer in a region, of each kind of which anything waits or was done; ``today`` and ``person``
    as of ``waiting.counts``."""
    since = yesterday(today)
    held = counts(connection, viewer, region, today, person=person, look=since)
    desk = Desk(connection, viewer, region, today)
    lines = []
    for kind, source in KINDS.items():
        done = source.done(desk, since) if source.done and viewer.may(READ, source.thing) else None
        if kind in held or done:
            lines.append(Line(kind, held.get(kind, Count()), done))
    return lines
