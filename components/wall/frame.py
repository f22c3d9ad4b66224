"""The frame of a poster: its finding and the days that its figures stand at above, what is overdue below."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.drawing.markup import Markup, escape
from components.wall.canvas import Canvas
from components.wall.scene import Poster
from components.wall.words import ems

PANE = 1.6
"""Width over height that a poster has at least, where several stand beside each other."""
MOST_PANES = 6
"""However long a band the picture is: each pane of each row is drawn and sent."""
LEAST_LINES, LEAST_COLUMNS = 9, 12
"""Lines and characters of text that a picture holds at least, else it is for another distance."""
OFFLINE = "连接中断 · 画面停在 23:59"
"""The longest that stands in the place of where the data are from."""
_LINE = 1.3  # of a line of type, in its size
_GAP = 0.7  # between blocks, in sizes of text
_APART = 3  # times as much between posters that stand beside each other
_BETWEEN = " · "


@dataclass(frozen=True)
class Surroundings:
    """What every poster of a region says beside its own: what is ``overdue``, the most urgent first, which data it is
    drawn from, whether that is a demonstration."""

    overdue: Sequence[str]
    source: str
    demonstration: bool


def panes(canvas: Canvas) -> int:
    """How many posters stand beside each other: more than one on very wide walls."""
    return max(1, min(MOST_PANES, int(canvas.width / canvas.height / PANE)))


def readable(canvas: Canvas) -> bool:
    """Whether a poster can be read from the farthest seat at all."""
    return canvas.height >= LEAST_LINES * canvas.text and canvas.width >= LEAST_COLUMNS * canvas.text


def body_canvas(canvas: Canvas) -> Canvas:
    """What is left to the body of each poster, in the same sizes of type."""
    number, gap = panes(canvas), _gap(canvas)
    width = (canvas.width - 2 * gap - _APART * gap * (number - 1)) // number
    height = canvas.height - _head(canvas) - _foot(canvas) - 2 * gap
    return replace(canvas, width=width, height=height, cm=canvas.cm * width / canvas.width)


def framed(posters: Sequence[Poster], around: Surroundings, canvas: Canvas) -> Markup:
    """One picture of the whole canvas: as many posters beside each other as it has panes."""
    sizes = {
        "figure": canvas.figure, "text": canvas.text, "small": canvas.small, "gap": _gap(canvas),
        "head": _head(canvas), "foot": _foot(canvas),
    }  # fmt: skip
    style = " ".join(f"--{name}:{size:.2f}px;" for name, size in sizes.items())
    body = body_canvas(canvas)
    stood = "".join(_pane(poster, body) for poster in posters)
    return Markup(
        f'<section class="poster" style="{style}width:{canvas.width}px;height:{canvas.height}px">'
        f'<div class="panes" style="gap:{_APART * _gap(canvas)}px">{stood}</div>{_strip(around, canvas)}</section>'
    )


def _gap(canvas: Canvas) -> int:
    return round(canvas.text * _GAP)


def _head(canvas: Canvas) -> int:
    return round((canvas.figure + canvas.small) * _LINE) + _gap(canvas)


def _foot(canvas: Canvas) -> int:
    return round(canvas.text * _LINE) * (2 if _narrow(canvas) else 1) + _gap(canvas)


def _narrow(canvas: Canvas) -> bool:
    """Whether what is overdue and where the data are from have a line each."""
    return canvas.width < 26 * canvas.small + 18 * canvas.text


def _pane(poster: Poster, body: Canvas) -> str:
    wide = body.width / max(ems(poster.title), 1)
    size = max(min(body.figure, wide), body.text)
    lines = ' class="lines"' if wide < size else ""
    return (
        f'<article class="pane" style="width:{body.width}px"><header><h1{lines} style="font-size:{size:.2f}px">'
        f'{escape(poster.title)}</h1><p class="sub">{escape(_fitting(poster.subtitle, body))}</p></header>'
        f'<div class="body" style="width:{body.width}px;height:{body.height}px">{poster.body}</div></article>'
    )


def _fitting(words: str, body: Canvas) -> str:
    """Its first and last part, region and days, and what fits of those between."""
    parts = words.split(_BETWEEN)
    while len(parts) > 2 and ems(_BETWEEN.join(parts)) * body.small > body.width:
        del parts[-2]
    return _BETWEEN.join(parts)


def _strip(around: Surroundings, canvas: Canvas) -> str:
    mark = '<span class="mark">演示数据</span>' if around.demonstration else ""
    from_width = max(ems(OFFLINE), ems(around.source)) * canvas.small
    right = (6 * around.demonstration + 5) * canvas.small + from_width
    left = canvas.width - 2 * _gap(canvas) - (0 if _narrow(canvas) else right + _gap(canvas))
    overdue = _overdue(around, left / canvas.text)
    source = f'<span class="from" style="min-width:{from_width:.0f}px">{escape(around.source)}</span>'
    return (
        f'<footer class="strip{" two" if _narrow(canvas) else ""}"><p class="overdue">{overdue}</p>'
        f'<p class="facts">{mark}{source}<span class="clock"></span></p></footer>'
    )


def _overdue(around: Surroundings, room: float) -> str:
    """As many of its parts as fit into so many characters, from the first."""
    told: list[str] = []
    for part in around.overdue:
        if ems(_BETWEEN.join([*told, part])) > room:
            break
        told.append(part)
    return escape(_BETWEEN.join(told))
