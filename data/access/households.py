"""Who may do something to households: asked before records change, codes are made, PINs handed out, a log is read."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, bindparam, select, text

from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.errors import NO_SUCH_HOUSEHOLD, NotFound, OutOfScope
from data.model import household as households_table
from data.store.batches import batches


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


def writable_row(connection: Connection, viewer: Viewer, household: int, what: str = "修改户档案") -> RowMapping:
    """The same for who may write; raises OutOfScope, of ``what``, for who may not."""
    found = row_of(connection, viewer, household)
    if not viewer.may_write:
        raise OutOfScope(what)
    return found


def require(connection: Connection, viewer: Viewer, households: Sequence[int]) -> None:
    """Raises OutOfScope for who changes nothing, NotFound where a household (none named twice) is not his."""
    if not viewer.may_write:
        raise OutOfScope("这些户的户码、口令和查看记录")
    clause, bound = seen_households(viewer)
    asked = text(f"SELECT COUNT(*) FROM household h WHERE h.id IN :ids AND {clause}")
    asked = asked.bindparams(bindparam("ids", expanding=True))
    there = sum(connection.execute(asked, {**bound, "ids": batch}).scalar_one() for batch in batches(households))
    if there != len(households):
        raise NotFound(NO_SUCH_HOUSEHOLD)
