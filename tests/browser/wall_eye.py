"""What an eye at the farthest seat would find wrong with the poster that a wall shows: cut, too small, too pale, too
much."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from components.drawing.markup import escape, variables
from components.drawing.theme import FONT, palette
from components.wall.canvas import Canvas
from components.wall.files import STATIC, STYLES

FIGURES, WORDS, ROWS = 12, 40, 7
CONTRAST = 4.5

_LOOK = Path(__file__).with_name("wall_eye.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Read:
    """What there is to read of one poster: its title; ``figures`` are its numbers that are no days, ``words`` its runs
    of up to four characters, ``rows`` those of its longest list; labels of maps do not count."""

    title: str
    figures: int
    words: int
    rows: int


def standing(made: str, canvas: Canvas) -> str:
    """A document in which posters that were composed for a canvas stand as on its wall, without a server."""
    style = variables({**palette(canvas.dark).css(), "font": FONT, "arc": f"{2.90888 * canvas.far / canvas.cm:.6f}vw"})
    css = "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)
    return (
        f'<!doctype html><html lang="zh-CN" style="{escape(style)}"><style>{css}'
        f'.poster {{ position: absolute; inset: 0 }}</style><body><div class="layer on">{made}</div></body></html>'
    )


def flaws(page: Page) -> list[str]:
    """What is wrong with the poster that the page shows; nothing where all is well.

    Nothing is cut, scrolls, lies over an edge or over other words; no type is smaller than 16 minutes of arc at the
    distance that the display is set up for; the contrast is 4.5; at most 12 figures, 40 words, 7 rows a poster.
    """
    found = page.evaluate(_LOOK, CONTRAST)["flaws"]
    for one in read(page):
        counted = ((one.figures, FIGURES, "figures"), (one.words, WORDS, "words"), (one.rows, ROWS, "rows"))
        found += [f"{number} {what} in {one.title}" for number, most, what in counted if number > most]
    return found


def read(page: Page) -> list[Read]:
    """What the posters that stand beside each other give to read."""
    return [Read(**one) for one in page.evaluate(_LOOK, CONTRAST)["counts"]]


def posters(page: Page, url: str) -> Iterator[str]:
    """Opens a wall and turns it once around by the arrow key: each time the name of the scene and the number of its
    poster, ``income 0``, while it is shown, its change over."""
    page.goto(url)
    first = shown = _rested(page, 0)
    while True:
        yield shown.partition(" ")[2]
        changes = int(page.evaluate("document.documentElement.dataset.changes"))
        page.keyboard.press("ArrowRight")
        shown = _rested(page, changes)
        if shown == first:
            return


def _rested(page: Page, changes: int) -> str:
    """What is shown once it has changed more often than that, and the change is over."""
    page.wait_for_function(
        "(changes) => document.documentElement.dataset.changes > changes"
        " && document.querySelectorAll('.layer .poster').length === 1",
        arg=changes,
    )
    return page.evaluate("document.documentElement.dataset.shown")
