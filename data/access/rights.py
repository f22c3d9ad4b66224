"""A query or a write of ``data`` names the right that it needs; without it the call raises and nothing is asked."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from data.access.roles import RIGHTS, THINGS
from data.access.viewer import Viewer
from data.errors import OutOfScope

P = ParamSpec("P")
T = TypeVar("T")
Query = Callable[Concatenate[Connection, Viewer, P], T]


def needs(right: str, thing: str) -> Callable[[Query[P, T]], Query[P, T]]:
    """The function asks for this right over this thing before anything else; it raises OutOfScope without."""
    if right not in RIGHTS or thing not in THINGS:
        raise ValueError(f"no such right: {right} {thing}")

    def asking(query: Query[P, T]) -> Query[P, T]:
        @wraps(query)
        def asked(connection: Connection, viewer: Viewer, /, *arguments: P.args, **options: P.kwargs) -> T:
            require_right(viewer, right, thing)
            return query(connection, viewer, *arguments, **options)

        asked.needed = (right, thing)  # type: ignore[attr-defined]  # what the test of the table reads
        return asked

    return asking


def require_right(viewer: Viewer, right: str, thing: str) -> None:
    """Raises OutOfScope for who has no such right; for what takes no connection first."""
    if not viewer.may(right, thing):
        raise OutOfScope(THINGS[thing])
