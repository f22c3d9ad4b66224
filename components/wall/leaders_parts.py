"""What leaders' posters are put together of: blocks of a known size, stacked as far as they fit.

Every size is worked out here, in pixels, before the browser sees it: a block says how high it is, what does not fit is
left out by its rank, and nothing is made smaller than the distance asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.drawing.markup import Markup, escape
from components.wall.canvas import Canvas
from components.wall.frame import ems

LINE = 1.32
"""Height of a line, in sizes of its type."""
MOST_ROWS, MOST_FIGURES = 7, 12
FULL = 25
"""Lines of text that a poster with all it may hold is high."""
PLAIN, GREY, BAD = "", "grey", "bad"
"""Tones: ink, second ink, what is out of order."""


def comfortable(canvas: Canvas) -> Canvas:
    """The same picture with larger type where it is higher than what a poster may hold takes: by half at most."""
    factor = canvas.height / (FULL * canvas.text)
    return replace(canvas, far=canvas.far * min(max(factor, 1.0), 1.5))


@dataclass(frozen=True)
class Block:
    """Markup that is ``height`` px high; of those that do not all fit the one with the highest ``rank`` goes first.
    ``size``: of its largest type, 0 that of the poster."""

    markup: str
    height: float
    rank: int = 0
    size: float = 0


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


def cut(words: str, width: float, size: float) -> str:
    """The words, or as many of their signs as fit, with an ellipsis."""
    if ems(words) * size <= width:
        return words
    while words and ems(words + "…") * size > width:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""


def column_width(rows: Sequence[Sequence[Cell]], place: int, size: float, most: float) -> float:
    """How wide a column has to be for its cells, at most ``most`` px."""
    widest = max((ems(row[place].text) * (1.06 if row[place].bold else 1.0) for row in rows), default=0.0)
    return min(widest * size + size * 0.1, most)


def room_for_rows(height: float, size: float, *, most: int = MOST_ROWS, air: float = 1.0) -> int:
    """How many rows of a size are not higher than ``height``."""
    return max(0, min(most, int(height / (LINE * size * air))))


def nothing(words: str, how: str, canvas: Canvas) -> Markup:
    """Why there is nothing, and how that is mended."""
    width = min(canvas.width, canvas.text * 34)
    blocks = [wrapped(words, width, canvas.text, tone=PLAIN), wrapped(how, width, canvas.text, rank=1)]
    return Markup(stacked(blocks, width, canvas.height, canvas.text * 0.6, style="middle"))
