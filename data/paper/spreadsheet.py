"""A list from the screen as a workbook: real numbers and dates, and no text that a spreadsheet program would run."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of what :func:`list_workbook` makes."""
_FORMATS = {
    "integer": "#,##0",
    "number": "#,##0.00",
    "yuan": "#,##0.00",
    "percent": "0.0%",
    "percent2": "0.00%",
    "day": "yyyy-mm-dd",
    "text": "@",
}
_HEAD = 2  # the row of the headings, below title and subtitle
_MOST_TEXT = 32_767  # characters a cell holds


@dataclass(frozen=True)
class ListColumn:
    """A column of a list. ``kind``: text, integer, number (with decimals where any of the column has some), yuan,
    percent and percent2 (a fraction, with one decimal or two), day (ISO text or a date)."""

    name: str
    heading: str
    kind: str = "text"
    width: float | None = None


def file_name(title: str) -> str:
    """What a file of this title may be called: without the signs that some system does not take, 60 at most."""
    return "".join(sign for sign in title if sign not in '\\/:*?"<>|')[:60]


def list_workbook(
    frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    mark: str = "",
    columns: Sequence[ListColumn],
    sheet: str = "名单",
) -> bytes:
    """The rows of ``frame`` as .xlsx, in the order of ``columns``; NaN, None and infinity are empty cells. ``mark``
    stands at the foot of every printed page."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        page = book.add_worksheet(sheet)
        page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        page.write_string(1, 0, subtitle, book.add_format({"font_color": "#5B6470"}))
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E3E0D8", "text_wrap": True})
        formats = {kind: book.add_format({"num_format": shown}) for kind, shown in _FORMATS.items()}
        for place, column in enumerate(columns):
            cells = [_cell(column, value) for value in frame[column.name].tolist()]
            page.set_column(place, place, column.width or _width(column, cells))
            page.write_string(_HEAD, place, column.heading, head)
            counts = column.kind == "number" and all(cell is None or float(str(cell)).is_integer() for cell in cells)
            for row, cell in enumerate(cells, _HEAD + 1):
                _write(page, row, place, cell, formats["integer" if counts else column.kind])
        page.freeze_panes(_HEAD + 1, 0)
        page.autofilter(_HEAD, 0, _HEAD + len(frame), max(len(columns) - 1, 0))
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEAD)
        page.set_footer(f"&L&8{mark.replace('&', '&&')[:200]}&R&8&P / &N")
    return target.getvalue()


# Any: what the cells of a frame hold
def _cell(column: ListColumn, value: Any) -> str | float | date | None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if column.kind == "text":
        return str(value)[:_MOST_TEXT]
    if column.kind == "day":
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return float(value)


def _write(page: Worksheet, row: int, place: int, cell: str | float | date | None, shown: Format) -> None:
    if cell is None:
        page.write_blank(row, place, None, shown)
    elif isinstance(cell, str):
        page.write_string(row, place, cell, shown)
    elif isinstance(cell, date):
        page.write_datetime(row, place, cell, shown)
    else:
        page.write_number(row, place, cell, shown)


def _width(column: ListColumn, cells: Sequence[str | float | date | None]) -> float:
    """Room for the widest of the first rows; a Chinese character takes two places."""
    texts = [column.heading, *(f"{cell:,.2f}" if isinstance(cell, float) else str(cell or "") for cell in cells[:200])]
    widest = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) for text in texts)
    return min(max(widest + 2, 8), 60)
