"""Many of something in portions: what one statement, one round of statements or one piece of memory takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
KEYS = 5000  # parameters of one statement


def batches(items: Iterable[T], size: int = KEYS) -> Iterator[list[T]]:
    """The items in their order, in lists of ``size``; the last may be shorter, and none is empty."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
