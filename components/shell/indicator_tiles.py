"""Indicators as tiles with their course: the headline figures of a page."""

from collections.abc import Sequence

from components.drawing.tiles import Tile
from components.shell.asking import ask
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.figures import read as figures
from data.figures.indicators import INDICATORS

COURSE = 24  # months in a tile's line


def indicator_tiles(screen: Screen, ids: Sequence[str]) -> list[Tile]:
    """These indicators of the region and month, each leading to its explanation; one that counts the running month
    says the day up to which it does."""
    course = ask(screen, figures.trend, screen.region.code, ids, until=screen.month, months=COURSE)

    def value(id: str, back: int) -> float | None:
        found: float | None = course[id].get(screen.month - back)
        return found

    return [
        Tile(
            INDICATORS[id],
            value(id, 0),
            value(id, 1),
            value(id, 12),
            [value(id, back) for back in range(COURSE - 1, -1, -1)],
            screen.link(FIGURE, indicator=id),
            int(screen.status.built[8:]) if screen.running and INDICATORS[id].window == "本月" else None,
        )
        for id in ids
    ]
