"""What colours and marks of a map mean, as SVG: for where a map stands without a page around it."""

from collections.abc import Mapping, Sequence

import shapely

from components.drawing.classes import Classes
from components.drawing.svg import box, shortened, stroke, svg, wide, words
from components.drawing.svg_points import mark
from components.drawing.svg_view import FINE, hatched
from components.drawing.theme import Palette

FILLED, HATCHED = "", "/"
Sign = tuple[str, str, str]
"""How it is drawn (FILLED, HATCHED or one of ▲◆●■○·), its colour, and the words beside it."""


def class_signs(classes: Classes, colours: Palette) -> list[Sign]:
    """The classes of a map with how many lands each holds, and what has no data."""
    signs = [
        (FILLED, colour, f"{label}（{count} 个）")
        for label, colour, count in zip(classes.labels, classes.colours, classes.counts, strict=True)
    ]
    return signs + ([(HATCHED, colours.missing, f"无数据（{classes.missing} 个）")] if classes.missing else [])


def mark_signs(marks: Mapping[str, tuple[str, str]], counts: Mapping[str, int] | None = None) -> list[Sign]:
    """Marks of points by state, with how many there are: those of which there are none are left out."""
    if counts is None:
        return [(sign, colour, state) for state, (sign, colour) in marks.items()]
    return [
        (sign, colour, f"{state} {counts[state]:,}") for state, (sign, colour) in marks.items() if counts.get(state)
    ]


def legend_svg(signs: Sequence[Sign], *, width: float, text: float, colours: Palette, line: float = 1) -> str:
    """Signs and words beside each other in as many lines as they need, as high as these are."""
    parts, x, y = [], 0.0, 0.0
    for sign, colour, said in signs:
        said = shortened(said, width - text * 1.6, text)
        broad = text * 1.6 + wide(said, text)
        if x and x + broad > width:
            x, y = 0.0, y + text * 1.6
        middle = y + text * 0.8
        parts += [_sign(sign, colour, x, middle, text, line, colours)]
        parts.append(words(x + text * 1.6, middle + text * 0.36, said, colours.ink, size=text))
        x += broad + text
    return svg(width, y + text * 1.6 if signs else 0, parts)


def _sign(sign: str, colour: str, x: float, middle: float, text: float, line: float, colours: Palette) -> str:
    if sign not in (FILLED, HATCHED):
        return mark(sign, colour, x + text * 0.6, middle, text * 0.42, colours.surface)
    left, top, right, bottom = x, middle - text * 0.4, x + text * 1.2, middle + text * 0.4
    fill = box(left, top, right - left, bottom - top, colour if sign == FILLED else colours.land)
    lines = f'<g transform="scale({1 / FINE:g})">{hatched([shapely.box(left, top, right, bottom)], colour, line)}</g>'
    edge = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return fill + (lines if sign == HATCHED else "") + stroke(edge, colours.map_line, width=0.6 * line)
