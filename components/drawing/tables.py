"""Tables as markup: figures to the right, headings that sort, a row opens what it names."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.svg import wide
from components.drawing.wording import NO_VALUE, cents, has_value, percent

_HALF_A_CARD = 130  # px of heading and value at 12 px: what is wider takes a line of a phone's card for itself
_BREAK, _TAG = re.compile("<(?:br|small)[^>]*>"), re.compile("<[^>]*>")
RIGHT = {"integer", "fen", "share", "bp", "overdue", "figure"}


Row: TypeAlias = Any  # its fields are the columns of a frame, and pandas brings no types
"""A row of ``itertuples``. A function that reads more than the fields of an address takes a Protocol of its own."""


@dataclass(frozen=True)
class TableColumn:
    """One column of a frame: ``form`` as in ``data.figures.list_kinds``, or figure (a text that is a number);
    ``decimals`` of a share."""

    id: str
    heading: str
    form: str = "text"
    decimals: int = 1


def cell_text(form: str, value: Any, decimals: int = 1) -> str:  # the form says what it is
    """A value as it is read; — where there is none."""
    if value is None or value is pd.NA or (isinstance(value, float) and not has_value(value)):
        return NO_VALUE
    match form:
        case "integer" | "overdue":
            return f"{value + 0:,.0f}".replace("-", "−")  # rounded, as a workbook shows it
        case "fen":
            return cents(value)
        case "share" | "bp":
            return percent(value, decimals)
    return str(value)


@dataclass(frozen=True)
class TableLook:
    """How a table looks, and what leads on from it.

    ``row_url`` takes a row (of ``itertuples``) and gives what it opens; the link stands in the column ``opener`` and
    covers the row. ``sort_url`` takes a column's id; a heading without an address is plain. ``strong_last``: a row of
    sums. ``whole``: as high as its rows, where it would else scroll in itself. ``cards``: each row a card on a
    phone. ``drawn``: column id → markup of its cell in a row, its values escaped; ``chosen``: whether a row is pointed
    out.
    """

    row_url: Callable[[Row], str | None] | None = None
    opener: str = ""
    sort_url: Callable[[str], str | None] | None = None
    sorted_by: str = ""
    descending: bool = False
    strong_last: bool = False
    drawn: Mapping[str, Callable[[Row], str]] | None = None
    chosen: Callable[[Row], bool] | None = None
    whole: bool = False
    cards: bool = False


PLAIN = TableLook()


def table_markup(frame: pd.DataFrame, columns: Sequence[TableColumn], *, caption: str, look: TableLook = PLAIN) -> str:
    """The rows of ``frame`` in its order, in those columns that they have or that are drawn: what a viewer may not
    know, his rows have not."""
    columns = [one for one in columns if one.id in frame or one.id in (look.drawn or {})]
    heads = "".join(_head(column, look) for column in columns)
    last = len(frame) - 1

    def row_style(place: int, row: Row) -> str:
        if look.chosen and look.chosen(row):
            return ' class="chosen" aria-current="true"'
        return ' class="total"' if look.strong_last and place == last else ""

    lines = "".join(
        f"<tr{row_style(place, row)}>{''.join(_cell(column, row, look) for column in columns)}</tr>"
        for place, row in enumerate(frame.itertuples(index=False))
    )
    style = " ".join(["table", *["whole"] * look.whole, *["cards"] * look.cards])
    return (
        f'<div class="{style}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _head(column: TableColumn, look: TableLook) -> str:
    style = ' class="right"' if column.form in RIGHT else ""
    url = look.sort_url and look.sort_url(column.id)
    if url is None:
        return f'<th scope="col"{style}>{escape(column.heading)}</th>'
    mark, order = "", ""
    if column.id == look.sorted_by:
        mark = " ↓" if look.descending else " ↑"
        order = f' aria-sort="{"descending" if look.descending else "ascending"}"'
    inner = link(escape(column.heading) + mark, url, data_stay="1", title=f"按{column.heading}排序")
    return f'<th scope="col"{style}{order}>{inner}</th>'


def _cell(column: TableColumn, row: Row, look: TableLook) -> str:
    draw = (look.drawn or {}).get(column.id)
    told = "" if draw else cell_text(column.form, getattr(row, column.id), column.decimals)
    text = draw(row) if draw else escape(told)
    if column.id == look.opener and look.row_url and (url := look.row_url(row)):
        text = link(text, url, style="row")
    right = " class=right" if column.form in RIGHT else ""
    longest = max(map(wide, _lines(text))) if draw else wide(told)
    wide_one = "" if wide(column.heading) + longest <= _HALF_A_CARD else " data-wide"
    return f'<td{right}{wide_one} data-label="{escape(column.heading)}">{text}</td>'


def _lines(markup: str) -> list[str]:
    """What is read of a drawn cell, line by line."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup))).split("\n")


def pager_markup(page: int, pages: int, total: str, url: Callable[[int], str]) -> str:
    """Where one is in a paged list, and the ways on and back."""
    back = link("‹ 上一页", url(page - 1), style="underlined", data_stay="1") if page > 1 else ""
    on = link("下一页 ›", url(page + 1), style="underlined", data_stay="1") if page < pages else ""
    place = f"第 {page} / {pages} 页" if pages > 1 else ""
    return f'<nav class="pager" aria-label="翻页"><span>{escape(total)}</span>{back}<span>{place}</span>{on}</nav>'
