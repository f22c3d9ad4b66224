"""Who may do something to households: asked before records change, codes are made, PINs handed out, a log is read."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ, WRITE
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.model import access_log
from data.model import household as households_table
from data.store.batches import batches


@needs(READ, HOUSEHOLDS)
def row_of(connection: Connection, viewer: Viewer, household: int, *, lock: bool = False) -> RowMapping:
    """The household's own row; raises NotFound where it is not there or not the viewer's.

    ``lock``: held against other editors until the transaction ends.
    """
    seen, bound = seen_households(viewer)
    h = households_table.alias("h")
    asked = select(h).where(h.c.id == household, text(seen))
    found = connection.execute(asked.with_for_update(of=h) if lock else asked, bound).mappings().first()
    if found is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return found


@needs(WRITE, HOUSEHOLDS)
def writable_row(connection: Connection, viewer: Viewer, household: int) -> RowMapping:
    """The same for who may write."""
    return row_of(connection, viewer, household)


@needs(READ, HOUSEHOLDS)
def require(connection: Connection, viewer: Viewer, households: Sequence[int]) -> None:
    """Raises NotFound where a household (none named twice) is not his."""
    clause, bound = seen_households(viewer)
    asked = text(f"SELECT COUNT(*) FROM household h WHERE h.id IN :ids AND {clause}")
    asked = asked.bindparams(bindparam("ids", expanding=True))
    there = sum(connection.execute(asked, {**bound, "ids": batch}).scalar_one() for batch in batches(households))
    if there != len(households):
        raise NotFound(NO_SUCH_HOUSEHOLD)


def free_number(connection: Connection) -> int:
    """The number of a household that is to be made: none that the log tells of, also of one that is no more."""
    told = (select(func.max(column)).scalar_subquery() for column in (households_table.c.id, access_log.c.household_id))
    return max(number or 0 for number in connection.execute(select(*told)).one()) + 1
