"""Under which region each one lies: the nearest of those above it that are known."""

from collections.abc import Container

from sqlalchemy import Connection, select, update

from data.model import region
from data.regions.codes import nearest_parent


def mend_parents(connection: Connection, known: Container[str]) -> int:
    """Put each region under its nearest known ancestor, where one has come that is nearer; returns how many moved."""
    stored = connection.execute(select(region.c.code, region.c.parent)).all()
    moved = {code: parent for code, held in stored if (parent := nearest_parent(code, known)) != held}
    for code, parent in moved.items():
        connection.execute(update(region).where(region.c.code == code).values(parent=parent))
    return len(moved)
