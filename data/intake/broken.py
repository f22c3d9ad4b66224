"""Cells that hold no value although something stands in them: errors such as #N/A, and formulas without a result.

The reader gives both as empty text, which would erase what is stored. They are found in the sheet's own XML.
"""

import re
from array import array
from typing import IO

import numpy as np
import numpy.typing as npt

ERRORS = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
)  # fmt: skip
NO_RESULT = "#公式没有结果"
WORDS = (*ERRORS, NO_RESULT)
BLOCK = 2**22  # bytes of XML read at once
_LONGEST = 2**25  # bytes of one row: more is no sheet
_HINTS = (b'"e"', b"'e'", b"<f", b":f")
_END = re.compile(rb"<(?:/(?:\w+:)?sheetData|(?:\w+:)?sheetData\s*/)\s*>")
_TOKEN = re.compile(
    rb"<(?:\w+:)?(?:(row)|c)((?:\s[^>]*+)?+)/?+>(?:\s*+(<(?:\w+:)?f[\s/>].*?)</(?:\w+:)?c>)?", re.DOTALL
)
_UNFINISHED = re.compile(rb"<f(?:\s[^>]*+)?+/?+>(?:[^<]*+</f>)?+\s*+(?:<v(?:\s[^>]*+)?+/?+>(?:\s*+</v>)?+)?+\s*+</c>")
_ROW = re.compile(rb"<row((?:\s[^>]*+)?+)/?+>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?(?:v|is)>)", re.DOTALL)


def reproach(text: str) -> str | None:
    """Why a cell with this text is refused; None for one that is no failure."""
    found = text.strip()
    if found == NO_RESULT:
        return "公式没有算出结果，请用 Excel 打开文件，重新计算并保存后再导入"
    if found in ERRORS:
        return "公式出错，这里没有数据，请在 Excel 里改正公式或改填实际内容后再导入（确实没有就清空该格）"
    return None


def may_break(block: bytes) -> bool:
    """Whether a part of a sheet's XML may hold an error or a formula; quick, and never wrongly False."""
    return any(hint in block for hint in _HINTS)


def column_number(letters: bytes) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def broken_cells(stream: IO[bytes]) -> npt.NDArray[np.int64]:
    """The broken cells of a sheet's XML, (n, 3) integers: row and column from 0, place of what it says in WORDS.

    Cells and rows that do not say where they are follow the one before. Raises ValueError for what is no sheet.
    """
    walk, kept, ended = _Walk(), b"", False
    while not ended and (block := stream.read(BLOCK)):
        kept += block
        closing = _END.search(kept) if b"sheetData" in kept else None
        ended = closing is not None
        cut = closing.start() if closing else max(kept.rfind(b"</row>"), kept.rfind(b":row>"))
        if cut >= 0:
            walk.take(kept[:cut])
            kept = kept[cut:]
        if len(kept) > _LONGEST:
            raise ValueError("a row without an end")
    return np.array(walk.found, np.int64).reshape(-1, 3)


class _Walk:
    """Goes through the rows of a sheet, from cell to cell only where a broken one may stand."""

    def __init__(self) -> None:
        self.found = array("q")
        self.row = self.column = -1

    def take(self, rows: bytes) -> None:
        """Whole rows, but for the last, which may be only begun."""
        if b":row" in rows or b'"e"' in rows or b"'e'" in rows or _UNFINISHED.search(rows):
            self._each(rows)
            return
        tags = _ROW.findall(rows)
        places = ((behind, _PLACE.search(tag)) for behind, tag in enumerate(reversed(tags)))
        told = next(((behind, place) for behind, place in places if place), None)
        self.row += len(tags)
        if told is not None:
            self.row = int(told[1][2]) - 1 + told[0]
        self.column = -1

    def _each(self, rows: bytes) -> None:
        for token in _TOKEN.finditer(rows):
            of_row, attributes, formula = token.groups()
            if of_row:
                self.row, self.column = self.row + 1, -1
            else:
                self.column += 1
            if place := _PLACE.search(attributes):
                self.row = int(place[2]) - 1
                self.column = column_number(place[1]) - 1
            if of_row or (formula is None and b"e" not in attributes):
                continue
            told = _KIND.search(attributes)
            kind = told[1] if told else b"n"
            if formula is None and kind == b"e" and not attributes.endswith(b"/"):
                formula = rows[token.end() : rows.find(b"c>", token.end())]
            if (word := _word(kind, formula)) is not None:
                self.found.extend((self.row, self.column, word))


def _word(kind: bytes, body: bytes | None) -> int | None:
    """What is wrong with a cell of this type, as its place in WORDS; ``body`` is None for a cell without a formula that
    is no error. A formula whose result is the empty text is not broken."""
    if body is None and kind != b"e":
        return None
    result = _RESULT.search(body or b"")
    told = (result[1] or b"").decode(errors="replace").strip() if result else ""
    if kind == b"e":
        return WORDS.index(told if told in ERRORS else NO_RESULT)
    return None if result and (told or kind == b"str") else WORDS.index(NO_RESULT)
