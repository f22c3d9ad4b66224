"""What leaders' posters are put together of: blocks of a known size, stacked as far as they fit.

Every size is worked out here, in pixels, before the browser sees it: a block says how high it is, what does not fit is
left out by its rank, and nothing is made smaller than the distance asks.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from components.drawing.markup import Markup, escape
from components.drawing.svg import SCREEN_TEXT
from components.wall.canvas import Canvas
from components.wall.words import MOST_ROWS, count_words, cut, ems

LINE = 1.32
"""Height of a line, in sizes of its type."""
_WIDE = 38  # signs of text across that leave a poster its two columns
BAR_AIR = 1.3
"""How much higher a row with a bar is than a line."""
TALL_AIR = 1.14
"""How much higher a row of two lines is than those."""
GROWN = 1.6
"""How much larger type, and how much higher rows, become at most where a poster has room."""
PLAIN, GREY, BAD = "", "grey", "bad"
"""Tones: ink, second ink, what is out of order."""


def comfortable(canvas: Canvas, lines: int) -> Canvas:
    """The same picture with larger type, up to twice, where it is higher than ``lines`` of text, which is what a poster
    with all it may hold takes, and wide enough for it."""
    factor = min(canvas.height / (lines * canvas.text), canvas.width / (_WIDE * canvas.text), 2.0)
    return replace(canvas, far=canvas.far * max(factor, 1.0))


@dataclass(frozen=True)
class Block:
    """Markup that is ``height`` px high; of those that do not all fit the one with the highest ``rank`` goes first.
    ``size``: of its largest type, 0 that of the poster."""

    markup: str
    height: float
    rank: int = 0
    size: float = 0


Side = Callable[[Canvas, float], Sequence[Block]]
"""The large figure and what stands below it, in the type of a canvas and a width."""
Rows = Callable[[Canvas, float, float], Block]
"""Rows in the type of a canvas, a width, and so many times as high as they are at least."""


@dataclass(frozen=True)
class Cell:
    """A text of a row; ``tone`` and whether it is ``bold``; ``end``: it stands at the right of its column."""

    text: str
    tone: str = PLAIN
    bold: bool = False
    end: bool = False


def stacked(blocks: Sequence[Block], width: float, height: float, gap: float, *, style: str = "") -> str:
    """The blocks below each other in a box, without those that find no room."""
    kept = [block for block in blocks if block.markup]
    while kept and sum(block.height for block in kept) + gap * (len(kept) - 1) > height:
        kept.remove(max(reversed(kept), key=lambda block: block.rank))
    inner = "".join(_boxed(block) for block in kept)
    size = f"width:{width:.0f}px;height:{height:.0f}px;row-gap:{gap:.0f}px"
    return f'<div class="stack {style}" style="{size}">{inner}</div>'


def _boxed(block: Block) -> str:
    size = f";font-size:{block.size:.0f}px" if block.size else ""
    return f'<div style="height:{block.height:.0f}px{size}">{block.markup}</div>'


def beside(*parts: str, gap: float) -> Markup:
    """Boxes beside each other."""
    return Markup(f'<div class="beside" style="column-gap:{gap:.0f}px">{"".join(parts)}</div>')


def figure_and_rows(side: Side, rows: Rows, canvas: Canvas, *, share: float, gap: float) -> Markup:
    """The large figure at the left, in that share of the width, rows over the whole height at its right: in the largest
    type in which both say all that they say in that of the canvas, then in higher rows."""
    width = int(canvas.width * share)
    rest = canvas.width - width - gap

    def said(in_type: Canvas) -> list[str]:
        return [_STYLE.sub("", block.markup) for block in (*side(in_type, width), rows(in_type, rest, 1.0))]

    def fits(larger: Canvas) -> bool:
        first, *others = side(larger, width)
        held = first.height + sum(block.height + canvas.text * 0.4 for block in others)
        high = max(held, rows(larger, rest, 1.0).height)
        return high <= canvas.height and first.size > larger.figure and said(larger) == least

    least = said(canvas)
    types = (replace(canvas, far=canvas.far * step / 10) for step in range(int(GROWN * 10), 10, -1))
    best = next(filter(fits, types), canvas)
    air = airy(rows(best, rest, 1.0).height, canvas.height)
    left = stacked(side(best, width), width, canvas.height, canvas.text * 0.4, style="middle")
    right = stacked([rows(best, rest, air)], rest, canvas.height, 0, style="middle")
    return beside(left, right, gap=gap)


def airy(least: float, height: float) -> float:
    """How many times as high rows become that are ``least`` px high together and may take ``height``, a pixel of it
    left for rounding."""
    return max(1.0, min(GROWN, (height - 1) / least)) if least else 1.0


_STYLE = re.compile(r' style="[^"]*"')


def first_fitting(options: Sequence[str], width: float, size: float) -> str:
    """The first of the options, the fullest first, that is not wider than ``width``; '' where none is."""
    return next((words for words in options if ems(words) * size <= width), "")


def text_line(options: Sequence[str], width: float, size: float, *, tone: str = PLAIN, rank: int = 0) -> Block:
    """One line of text, of the first option that fits."""
    words = first_fitting(options, width, size)
    if not words:
        return Block("", 0)
    return Block(
        f'<p class="{tone}" style="font-size:{size:.1f}px;line-height:{LINE * size:.1f}px">{escape(words)}</p>',
        LINE * size,
        rank,
    )


def wrapped(words: str, width: float, size: float, *, tone: str = GREY, rank: int = 0) -> Block:
    """A sentence in as many lines as it takes."""
    lines = max(1, -int(-ems(words) * size * 1.04 // width))
    return Block(
        f'<p class="wrap {tone}" style="font-size:{size:.1f}px;line-height:{LINE * size:.1f}px">{escape(words)}</p>',
        lines * LINE * size,
        rank,
    )


def hero(
    number: str, unit: str, canvas: Canvas, width: float, *, label: str = "", tone: str = PLAIN, most: float = 2.6
) -> Block:
    """The one figure that is largest: ``most`` headlines high, less where the box is narrow; ``label`` above it."""
    size = min(canvas.figure * most, width / (ems(number) + ems(unit) * 0.4 + 0.3), canvas.height * 0.3)
    size = max(size, canvas.figure)
    small = max(canvas.text, size * 0.32)
    said = text_line([label], width, canvas.text, tone=GREY) if label else Block("", 0)
    markup = (
        f'{said.markup}<p class="hero {tone}" style="font-size:{size:.1f}px;line-height:{1.15 * size:.1f}px">'
        f'<b>{escape(number)}</b><small style="font-size:{small:.1f}px"> {escape(unit)}</small></p>'
    )
    return Block(markup, said.height + 1.15 * size, size=size)


def rows_block(
    rows: Sequence[Sequence[Cell]], widths: Sequence[float], size: float, gap: float, *, rank: int = 0, air: float = 1.0
) -> Block:
    """Rows of cells in columns of these widths (px); a cell that is wider is shortened by an ellipsis of its own."""
    columns = " ".join(f"{width:.0f}px" for width in widths)
    high = LINE * size * air
    lines = "".join(
        f'<li style="height:{high:.1f}px;line-height:{high:.1f}px">'
        + "".join(_cell(cell, width, size) for cell, width in zip(row, widths, strict=True))
        + "</li>"
        for row in rows
    )
    style = f"font-size:{size:.1f}px;--columns:{columns};column-gap:{gap:.0f}px"
    return Block(f'<ol class="rows" style="{style}">{lines}</ol>', high * len(rows), rank) if rows else Block("", 0)


def _cell(cell: Cell, width: float, size: float) -> str:
    styles = " ".join(filter(None, (cell.tone, "strong" if cell.bold else "", "end" if cell.end else "")))
    return f'<span class="{styles}">{escape(cut(cell.text, width, size))}</span>'


def column_width(rows: Sequence[Sequence[Cell]], place: int, size: float, most: float) -> float:
    """How wide a column has to be for its cells, at most ``most`` px."""
    widest = max((ems(row[place].text) * (1.06 if row[place].bold else 1.0) for row in rows), default=0.0)
    return min(widest * size + size * 0.1, most)


def aligned(
    rows: Sequence[Sequence[Cell]],
    width: float,
    size: float,
    gap: float,
    *,
    rank: int = 0,
    air: float = 1.0,
    first: int = 0,
) -> Block:
    """Rows whose column ``first`` takes what the others leave; where that is not enough for what stands in it, without
    the last."""
    while rows and len(rows[0]) > 2:
        needed = max(ems(row[first].text) * (1.06 if row[first].bold else 1.0) for row in rows) * size
        if _left(rows, width, size, gap, first) >= needed:
            break
        rows = [row[:-1] for row in rows]
    if not rows:
        return Block("", 0)
    widths = [column_width(rows, place, size, width * 0.6) for place in range(len(rows[0]))]
    widths[first] = max(_left(rows, width, size, gap, first), size)
    return rows_block(rows, widths, size, gap, rank=rank, air=air)


def _left(rows: Sequence[Sequence[Cell]], width: float, size: float, gap: float, first: int) -> float:
    """What the other columns leave, less a pixel each that rounding may take."""
    others = [column_width(rows, place, size, width * 0.6) for place in range(len(rows[0])) if place != first]
    return int(width - sum(others) - gap * len(others)) - len(others)


def tall_high(canvas: Canvas) -> float:
    """How high a row of two lines is at least."""
    return LINE * (canvas.text + canvas.small) * TALL_AIR


def tall_rows(rows: Sequence[tuple[Block, Block]], canvas: Canvas, *, air: float = 1.0, rank: int = 0) -> Block:
    """Rows of two lines: what is said, and below it, smaller, of whom or why."""
    high = tall_high(canvas) * air
    lines = "".join(f'<div style="height:{high:.1f}px">{first.markup}{below.markup}</div>' for first, below in rows)
    return Block(f'<div class="tall">{lines}</div>', high * len(rows), rank) if rows else Block("", 0)


def room_for_rows(height: float, size: float, *, most: int = MOST_ROWS, air: float = 1.0) -> int:
    """How many rows of a size are not higher than ``height``."""
    return max(0, min(most, int(height / (LINE * size * air))))


def bar_rows(
    rows: Sequence[tuple[str, str, float]],
    width: float,
    size: float,
    *,
    rank: int = 0,
    tone: str = "",
    air: float = BAR_AIR,
) -> Block:
    """Rows of a name, a bar from zero and an amount in words; what is widest decides the columns."""
    most = max((value for *_, value in rows), default=0.0) or 1.0
    words = max((ems(amount) for _, amount, _ in rows), default=0.0) * size + size * 0.1
    name = min(max((ems(one) for one, *_ in rows), default=0.0) * size * 1.02 + size * 0.1, width * 0.45)
    left = int(width - name - words - 2 * size) - 2  # px that rounding may take
    bar = left if left >= 2 * size else 0
    name = name if bar else min(name, width - words - size)
    columns = f"{name:.0f}px {bar:.0f}px {words:.0f}px" if bar else f"{width - words - size - 2:.0f}px {words:.0f}px"
    high = LINE * size * air
    lines = "".join(
        f'<li style="height:{high:.1f}px;line-height:{high:.1f}px"><span>{escape(cut(one, name, size))}</span>'
        + (f'<span class="meter {tone}" style="--part:{max(value, 0) / most * 100:.1f}%"></span>' if bar else "")
        + f'<span class="end strong">{escape(amount)}</span></li>'
        for one, amount, value in rows
    )
    style = f"font-size:{size:.1f}px;--columns:{columns};column-gap:{size:.0f}px"
    return Block(f'<ol class="rows" style="{style}">{lines}</ol>', high * len(rows), rank) if rows else Block("", 0)


def stroke(canvas: Canvas) -> float:
    """How much stronger lines are than on a screen."""
    return max(1.0, canvas.small / SCREEN_TEXT)


def within_words(texts: Sequence[str], left: int) -> int:
    """How many of the texts, from the first, hold no more than ``left`` words."""
    held = 0
    for number, text in enumerate(texts):
        held += count_words(text)
        if held > left:
            return number
    return len(texts)


def nothing(words: str, how: str, canvas: Canvas) -> Markup:
    """Why there is nothing, and how that is mended."""
    canvas = comfortable(canvas, lines=14)
    width = min(canvas.width, canvas.text * 34)
    blocks = [wrapped(words, width, canvas.text, tone=PLAIN), wrapped(how, width, canvas.text, rank=1)]
    return Markup(stacked(blocks, width, canvas.height, canvas.text * 0.6, style="middle"))
