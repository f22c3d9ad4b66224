"""A page of a list: which one the address asks for, how many there are, where its rows begin."""

from dataclasses import dataclass

from components.shell.errors import show_problems
from components.shell.reading import page_of


@dataclass(frozen=True)
class Paged:
    """``page`` of ``pages``, both from 1; ``offset`` rows stand before it."""

    page: int
    pages: int
    offset: int


def paged(asked: str | int | None, total: int, size: int) -> Paged:
    """The page to draw of ``total`` rows, ``size`` to a page; says it where the list has no such page."""
    pages = max(-(-total // size), 1)
    page, problems = page_of(asked, pages)
    show_problems(problems if total else ())
    return Paged(page, pages, (page - 1) * size)
