"""The panels that a chart is made of, as ``typst/wallchart.typ`` takes them; pure. Texts in them are cleaned here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from components.drawing.theme import LIGHT
from data.paper.typeset import clean

Cell = str | dict[str, object]
Panel = dict[str, object]
MOST = 80  # characters of a cell: with more a row would be a page
_LATIN = 0.62  # how wide a Latin letter is at most, in widths of a Chinese character, digits and capitals among them
_INSET = 0.6  # of a cell, left and right together

TICK: Cell = {"box": True}
"""A white square for the pen."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how many Chinese characters wide it is beside the others."""

    head: str
    width: float
    align: Literal["left", "right", "center"] = "left"


def table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    letters: float,
    empty: str,
    note: str = "",
) -> Panel:
    """A table; of a row each text is cleaned, and what has no place to break gets one where its column ends.

    ``letters``: how many Chinese characters of its type stand in a column of the sheet; ``empty`` says why there are no
    rows. Cells are texts, None (a white one for the pen) or dictionaries of :func:`marked`, :func:`shaded`, TICK.
    """
    whole = sum(column.width for column in columns)
    runs = [max(int((column.width / whole * letters - _INSET) / _LATIN), 2) for column in columns]
    told = [[_cell(value, run) for value, run in zip(row, runs, strict=True)] for row in rows]
    shown = [{"head": column.head, "width": column.width, "align": column.align} for column in columns]
    return {"kind": "table", "title": title, "note": note, "empty": empty, "columns": shown, "rows": told}


def marked(mark: str, colour: str, text: str = "") -> Cell:
    """A mark in its colour, and what it means."""
    return {"mark": mark, "colour": colour, "text": text}


def bold(text: str) -> Cell:
    """What stands out of a table."""
    return {"text": text, "bold": True}


def shaded(fill: str, text: str = "") -> Cell:
    """A cell with a ground of its own, such as a bar of time."""
    return {"text": text, "fill": fill}


def _cell(value: object, run: int) -> Cell:
    if isinstance(value, dict):
        return {**value, "text": clean(value["text"], MOST, run=run)} if value.get("text") else value
    return "" if value is None or value == "" else clean(value, MOST, run=run)


def drawing(
    title: str,
    svg: str,
    width: float,
    height: float,
    *,
    note: str = "",
    legend: Sequence[dict[str, str]] = (),
    frame: bool = True,
) -> Panel:
    """A drawing of so many points, at its own size, and what its marks and colours mean (:func:`swatch`)."""
    size: Panel = {"svg": svg, "width": width, "height": height, "frame": frame}
    return {"kind": "drawing", "title": clean(title, MOST), "note": clean(note, 160), "legend": list(legend), **size}


def swatch(label: str, colour: str, mark: str = "■") -> dict[str, str]:
    """A line of a legend."""
    return {"label": label, "colour": colour, "mark": mark}


def figures(title: str, listed: Sequence[tuple[str, str, str, str, bool]], *, columns: int, note: str = "") -> Panel:
    """Figures beside each other: label, number, unit, what stands below it, and whether it needs action."""
    told = [
        {"label": clean(label, 16), "number": number, "unit": unit, "note": note, "alarm": alarm}
        for label, number, unit, note, alarm in listed
    ]
    return {"kind": "figures", "title": title, "note": note, "figures": told, "columns": columns}


def rules(title: str, lines: Sequence[str]) -> Panel:
    """Numbered lines."""
    return {"kind": "rules", "title": title, "note": "", "lines": [clean(line, MOST) for line in lines]}


def boxes(title: str, names: Sequence[str], height: float, *, note: str = "") -> Panel:
    """White boxes for pen and pins, ``height`` in millimetres."""
    return {"kind": "boxes", "title": title, "note": note, "names": list(names), "height": height}


COLOURS = {
    "ink": LIGHT.ink,
    "second_ink": LIGHT.second_ink,
    "hairline": LIGHT.second_ink,
    "tint": LIGHT.land,
    "accent": LIGHT.accent,
}
"""What paper is printed in: the light theme's, whose accent is dark enough to stand out in grey too."""
