"""Headline figures as tiles: value, unit, change, course, warning; the whole tile opens the figure's explanation."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.drawing import wording
from components.drawing.markup import escape, link, picture
from components.drawing.spark import spark_line
from data.figures.indicators import Indicator

WARNINGS = ("", "需关注", "需处置")


@dataclass(frozen=True)
class Tile:
    """What a tile shows: values as of ``data.figures.read``; ``course`` the months up to this one, oldest first.

    ``open_words`` say what is missing of a month that is not closed: it is compared with nothing, since a part of a
    month cannot be, and stands in no course. ``stands_at``: the month of a figure that is not of today.
    """

    indicator: Indicator
    value: float | None
    month_before: float | None
    year_before: float | None
    course: Sequence[float | None]
    url: str
    open_words: str = ""
    stands_at: str = ""


def tile_markup(tile: Tile, *, line: str, end: str) -> str:
    """One tile; ``line`` and ``end`` are the colours of its course."""
    shown = wording.amount(tile.indicator, tile.value)
    level = wording.attention(tile.indicator, tile.value) if not tile.open_words else 0
    warning = f'<span class="warning level-{level}">{WARNINGS[level]}</span>' if level else ""
    drawing = spark_line(tile.course, line=line, end=end)
    course = (
        picture(drawing, f"近{len(tile.course)}个月走势", style="course") if drawing else '<span class="course"></span>'
    )
    width = sum(0.58 if char.isascii() else 1 for char in shown.number) + 0.5 * len(shown.unit) + 0.2
    inner = (
        f'<span class="name">{escape(tile.indicator.label)}{_of(tile)}{warning}</span>'
        f'<span class="figure" style="--width: {width:.2f}">{escape(shown.number)}'
        f"<small>{escape(shown.unit)}</small></span>"
        f'<span class="changes">{_changes(tile, level)}</span>{course}'
    )
    return link(inner, tile.url, style="tile", title=f"{tile.indicator.label}：查看口径和名单")


def _of(tile: Tile) -> str:
    return f"<i>{escape(tile.stands_at)}</i>" if tile.stands_at else ""


def _changes(tile: Tile, level: int) -> str:
    if tile.open_words:
        before = wording.amount(tile.indicator, tile.month_before)
        return f"<span>{escape(tile.open_words)}</span><span>上月全月 <b>{escape(before)}</b></span>"
    spans = (("较上月", tile.month_before), ("较上年同月", tile.year_before))
    return "".join(_change_markup(tile.indicator, span, tile.value, before, level) for span, before in spans)


def _change_markup(indicator: Indicator, span: str, now: float | None, before: float | None, level: int) -> str:
    change = wording.change(indicator, now, before)
    if change is None:
        return f"<span>{span} {wording.NO_VALUE}</span>"
    style = ' class="worse"' if change.trend < 0 and level else ""
    return f"<span{style}>{span} <b>{change.arrow} {escape(change.amount)}</b></span>"


def tiles_markup(tiles: Sequence[Tile], *, line: str, end: str) -> str:
    """All tiles in their grid."""
    return f'<div class="tiles">{"".join(tile_markup(tile, line=line, end=end) for tile in tiles)}</div>'
