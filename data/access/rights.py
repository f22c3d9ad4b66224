"""A query or a write of ``data`` names the right that it needs; without it the call raises and nothing is asked."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from data.access.roles import RIGHTS, THINGS
from data.access.viewer import Viewer
from data.errors import NoRight

P = ParamSpec("P")
T = TypeVar("T")


def needs(right: str, thing: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The function, which takes a ``viewer`` by that name, asks for this right over this thing before anything else;
    it raises NoRight without."""
    if right not in RIGHTS or thing not in THINGS:
        raise ValueError(f"no such right: {right} {thing}")

    def asking(query: Callable[P, T]) -> Callable[P, T]:
        place = list(signature(query).parameters).index("viewer")

        @wraps(query)
        def asked(*arguments: P.args, **options: P.kwargs) -> T:
            viewer = arguments[place] if place < len(arguments) else options["viewer"]
            assert isinstance(viewer, Viewer)
            require_right(viewer, right, thing)
            return query(*arguments, **options)

        asked.needed = (right, thing)  # type: ignore[attr-defined]  # what the test of the table reads
        return asked

    return asking


def require_right(viewer: Viewer, right: str, thing: str) -> None:
    """Raises NoRight for who has no such right; for what depends on what is asked for."""
    if not viewer.may(right, thing):
        raise NoRight(RIGHTS[right], THINGS[thing])
