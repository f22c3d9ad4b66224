"""Indicators as tiles with their course: the headline figures of a page."""

from collections.abc import Sequence

from components.drawing.tiles import Tile
from components.shell.asking import ask
from components.shell.course import course_of
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.figures import read as figures
from data.figures.indicators import BOOKS, INDICATORS

COURSE = 24  # months in a tile's line


def indicator_tiles(screen: Screen, ids: Sequence[str]) -> list[Tile]:
    """These indicators of the region, each at its own month and leading to its explanation."""
    values = ask(screen, figures.figures, screen.region.code, screen.asked, ids)
    return [_tile(screen, id, values[id].value) for id in ids]


def _tile(screen: Screen, id: str, now: float | None) -> Tile:
    indicator = INDICATORS[id]
    standing = screen.standing(indicator)
    course = course_of(screen, indicator, until=standing.month, months=COURSE)
    closed = course["value"].where(~course["open"]).reindex(range(standing.month - COURSE + 1, standing.month + 1))
    told = [None if value != value else float(value) for value in closed]
    return Tile(
        indicator,
        now,
        told[-2],
        told[-13],
        told,
        screen.link(FIGURE, indicator=id),
        standing.open_words,
        f"{standing.month % 12 + 1}月" if indicator.closes == BOOKS and screen.asked is None else "",
    )
