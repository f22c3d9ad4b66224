"""Parts of a drawing as SVG text: lines, boxes and words; values in it stay text."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from components.drawing.markup import escape
from components.drawing.theme import FONT

SCREEN_TEXT = 14
"""Pixels of the text on a screen that a line of one pixel goes with."""


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """The whole drawing, as wide as its place allows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" font-family="{FONT}">{"".join(parts)}</svg>'
    )


def printable(text: object) -> str:
    """A text without control characters, which XML does not know."""
    return "".join(sign for sign in str(text) if sign.isprintable())


def words(
    x: float, y: float, text: object, colour: str, *, size: float = 12, anchor: str = "start", bold: bool = False
) -> str:
    """A text whose baseline begins (``anchor``: or ends, or has its middle) at a point."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(printable(text))}</text>"
    )


def wide(text: str, size: float = 12) -> float:
    """About how wide a text is: Chinese and the widest Latin signs as wide as high, the others a little over half."""
    return sum(size if ord(sign) > 0x2000 or sign in "%@&WMm" else size * 0.58 for sign in text)


def shortened(text: str, most: float, size: float = 12) -> str:
    """A text no wider than ``most``: its end gives way to …; '' where not even one sign fits."""
    if wide(text, size) <= most:
        return text
    kept = text
    while kept and wide(kept, size) + size > most:
        kept = kept[:-1]
    return f"{kept}…" if kept else ""


def round_steps(low: float, high: float, most: int) -> list[float]:
    """Round numbers from at or under ``low`` to at or over ``high``, about ``most`` of them and at least two."""
    rough = max((high - low) / max(most - 1, 1), 1e-9)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * power for unit in (1, 2, 5, 10) if unit * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, max(last, first + 1) + 1)]


def box(x: float, y: float, width: float, height: float, colour: str, *, round: float = 0) -> str:
    """A filled rectangle."""
    corner = f' rx="{round:g}"' if round else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{colour}"{corner}/>'


def stroke(
    points: Sequence[tuple[float, float]], colour: str, *, width: float = 1, dash: str = "", fill: str = "none"
) -> str:
    """A line through points; a dot where there is only one, of which a line would draw nothing."""
    if len(points) == 1:
        return f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="{width + 1:g}" fill="{colour}"/>'
    path = " ".join(f"{'M' if not place else 'L'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="{fill}" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def area(points: Sequence[tuple[float, float]], colour: str) -> str:
    """A filled shape; a bar where all its points are below each other, as in a course of one month."""
    heights = [y for _, y in points]
    if len({x for x, _ in points}) == 1:
        return box(points[0][0] - 3, min(heights), 6, max(heights) - min(heights), colour)
    return f'<path d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)} Z" fill="{colour}"/>'


def pushed_apart(heights: Sequence[float], gap: float, lowest: float) -> list[float]:
    """Heights (downwards) of labels so that they keep ``gap`` and their order, none below ``lowest``."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    placed = list(heights)
    for before, place in pairwise(order):
        placed[place] = max(placed[place], placed[before] + gap)
    limit = lowest
    for place in reversed(order):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - gap
    return placed


def day_number(iso: str) -> int:
    """A day as a number to draw by."""
    return date.fromisoformat(iso).toordinal()
