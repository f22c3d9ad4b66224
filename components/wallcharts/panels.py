"""The panels that a chart is made of, as ``typst/wallchart.typ`` takes them; pure. Texts in them are cleaned here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from components.drawing.theme import LIGHT
from data.paper.typeset import clean

Cell = str | dict[str, object]
Panel = dict[str, object]
MOST = 80  # characters of a cell: with more a row would be a page
_WIDEST, _USUAL = 0.95, 0.6  # widths of Latin letters in those of a Chinese character: capitals, digits and the rest
_INSET = 0.6  # of a cell, left and right together

TICK: Cell = {"box": True}
"""A white square for the pen."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, how many Chinese characters wide it is beside the others, and how many
    characters a cell of it holds at the most."""

    head: str
    width: float
    align: Literal["left", "right", "center"] = "left"
    most: int = MOST


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
    rooms = [column.width / whole * letters - _INSET for column in columns]
    told = [
        [_cell(value, column.most, room) for value, column, room in zip(row, columns, rooms, strict=True)]
        for row in rows
    ]
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


def _cell(value: object, most: int, room: float) -> Cell:
    if isinstance(value, dict):
        return {**value, "text": _fitted(value["text"], most, room)} if value.get("text") else value
    return "" if value is None or value == "" else _fitted(value, most, room)


def _fitted(value: object, most: int, room: float) -> str:
    """The value cleaned, with places to break where a Latin word is wider than the room (in Chinese characters)."""
    words = re.findall("[!-\u2e7f]+", str(value))
    widest = max((sum(_wide(letter) for letter in word) for word in words), default=0.0)
    return clean(value, most, run=0 if widest <= room else max(int(room / _WIDEST), 1))


def _wide(letter: str) -> float:
    return _WIDEST if letter.isupper() or letter in "mw@%&—…" else _USUAL


def sentence(title: str, said: str) -> Panel:
    """A sentence where there is nothing to show."""
    return table(title, (), (), letters=0, empty=said)


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


def drawings(title: str, parts: Sequence[tuple[str, str]], width: float, height: float, *, note: str = "") -> Panel:
    """Drawings of one size beside each other, each with its caption before it."""
    listed = [{"caption": clean(caption, 40), "svg": svg} for caption, svg in parts]
    size: Panel = {"width": width, "height": height}
    return {"kind": "drawings", "title": clean(title, MOST), "note": clean(note, 160), "drawings": listed, **size}


def swatch(label: str, colour: str, mark: str = "■") -> dict[str, str]:
    """A line of a legend."""
    return {"label": label, "colour": colour, "mark": mark}


def rules(title: str, lines: Sequence[str]) -> Panel:
    """Numbered lines."""
    return {"kind": "rules", "title": title, "note": "", "lines": [clean(line, MOST) for line in lines]}


COLOURS = {
    "ink": LIGHT.ink,
    "second_ink": LIGHT.second_ink,
    "hairline": LIGHT.second_ink,
    "tint": LIGHT.land,
    "accent": LIGHT.accent,
}
"""What paper is printed in: the light theme's, whose accent is dark enough to stand out in grey too."""
