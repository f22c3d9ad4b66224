"""Who may do something to households: one question before codes are made, PINs handed out, a log is read."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, text

from data.access import Viewer
from data.errors import NotFound, OutOfScope
from data.household_file import NO_SUCH_HOUSEHOLD
from data.household_scope import seen_households

AT_ONCE = 5000


def require(connection: Connection, viewer: Viewer, households: Sequence[int]) -> None:
    """Raises OutOfScope for who changes nothing, NotFound where a household (none named twice) is not his."""
    if not viewer.may_write:
        raise OutOfScope("这些户的户码、口令和查看记录")
    clause, bound = seen_households(viewer)
    asked = text(f"SELECT COUNT(*) FROM household h WHERE h.id IN :ids AND {clause}")
    asked = asked.bindparams(bindparam("ids", expanding=True))
    there = sum(connection.execute(asked, {**bound, "ids": list(batch)}).scalar() for batch in batches(households))
    if there != len(households):
        raise NotFound(NO_SUCH_HOUSEHOLD)


def batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Ids in portions that one statement takes."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
