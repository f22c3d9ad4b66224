"""A table that is not laid out as ours: which of its columns is what, and its rows as the check reads them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.intake.read import SLICE, Batch, Table, as_batch, as_heading
from data.intake.words import period_in
from data.store.batches import batches
from data.workbook.values import narrow

_BARE = re.compile(r"[+-]?[\d,]*\.?\d+")
_FOOT = re.compile(r"[合总小]\s*计|[填制]\s*表\s*人|审\s*核\s*人|填报单位|注\s*[:：]|说明\s*[:：]")
_AMOUNT, _PERIOD, _SUBJECT = "金额", "月份", "科目"


@dataclass(frozen=True)
class Part:
    """A column (``place`` from 0) that fills one of ours: its heading as the user sees it, the unit of bare numbers."""

    heading: str
    place: int
    seen: str
    unit: str = ""


@dataclass(frozen=True)
class Amount:
    """A column of amounts in a table that has several to a row: of which period and 科目, where its heading says it."""

    place: int
    seen: str
    period: str
    subject: str
    unit: str = ""


@dataclass(frozen=True)
class Layout:
    """How a table is read. ``below``: rows above the first data row. ``headings``: of all its columns, ours where they
    are known. ``fixed``: what holds for all rows, by our heading. ``filled``: by place the rows (from 0) that take the
    value above them, None for every blank one. ``year``: of months without one."""

    below: int
    headings: tuple[str, ...]
    parts: tuple[Part, ...]
    amounts: tuple[Amount, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    filled: Mapping[int, Set[int] | None] = field(default_factory=dict)
    year: str = ""


class LaidSheet:
    """A table under a layout; ``note`` is told of rows that are left out, with their numbers and the reason."""

    def __init__(self, table: Table, layout: Layout, note: Callable[[int, str], None]) -> None:
        self.table, self.layout, self._note = table, layout, note
        self.name, self.file, self.title, self.head = table.name, table.file, table.title, max(layout.below, 1)
        self.current = ""

    @property
    def size(self) -> int:
        """See Sheet."""
        return self.table.size

    @property
    def places(self) -> dict[str, int]:
        """Column by heading as the user sees it."""
        columns: tuple[Part | Amount, ...] = (*self.layout.parts, *self.layout.amounts)
        return {column.seen: column.place for column in columns}

    def headings(self) -> list[str]:
        """See Sheet: ours where they are known, and those of what is told apart or holds for all rows."""
        told = [heading for heading in (_PERIOD, _SUBJECT, _AMOUNT) if self.layout.amounts]
        own = [*self.layout.headings, *self.layout.fixed]
        return [*own, *(heading for heading in told if heading not in own)]

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """See Sheet."""
        layout, above = self.layout, dict[int, str]()
        first = layout.below
        for records in batches(self.table.records(first), SLICE):
            kept = [place for place, record in enumerate(records) if self._is_data(first + place, record)]
            beyond = (records[place][len(layout.headings) :] for place in kept)
            ragged = [at for at, cells in enumerate(beyond) if any(map(str.strip, cells))]
            rows = np.array(kept, np.int64) + first + 1
            cells = {part.heading: self._cells(part, records, kept, first, above) for part in layout.parts}
            cells |= {heading: [said] * len(kept) for heading, said in layout.fixed.items()}
            if layout.amounts:
                yield from self._told_apart(headings, rows, cells, [records[place] for place in kept], first)
            elif kept:
                turned = {name: pa.array(cells[name], pa.string()) for name in headings if name in cells}
                yield as_batch(rows, turned, ragged, first + len(records))
            first += len(records)

    def _is_data(self, row: int, record: Sequence[str]) -> bool:
        filled = [cell for cell in record if cell.strip()]
        if not filled:
            return False
        if _FOOT.match(filled[0].strip()):
            self._note(row + 1, "是合计或说明，不是数据，没有读")
            return False
        parts = [part for part in self.layout.parts if part.place < len(record)]
        if len(parts) > 1 and all(as_heading(record[part.place]) == as_heading(part.seen) for part in parts):
            self._note(row + 1, "又是一行表头，没有读")
            return False
        return True

    def _cells(
        self, part: Part, records: Sequence[Sequence[str]], kept: Sequence[int], first: int, above: dict[int, str]
    ) -> list[str]:
        place, unit = part.place, part.unit
        texts = [records[at][place] if place < len(records[at]) else "" for at in kept]
        if place in self.layout.filled:
            rows = self.layout.filled[place]
            for number, at in enumerate(kept):
                if texts[number].strip():
                    above[place] = texts[number]
                elif rows is None or first + at in rows:
                    texts[number] = above.get(place, "")
        if part.heading == _PERIOD and self.layout.year:
            texts = [self._dated(text) for text in texts]
        return [with_unit(text, unit) for text in texts] if unit else texts

    def _dated(self, text: str) -> str:
        """A month with the year that it does not say."""
        said = period_in(as_heading(text))
        return self.layout.year + said if said.startswith("-") else text

    def _told_apart(
        self,
        headings: Sequence[str],
        rows: npt.NDArray[np.int64],
        cells: Mapping[str, list[str]],
        records: Sequence[Sequence[str]],
        first: int,
    ) -> Iterator[Batch]:
        """A row for each amount that stands in one."""
        found = [
            (at, one, record[one.place])
            for at, record in enumerate(records)
            for one in self.layout.amounts
            if one.place < len(record) and record[one.place].strip()
        ]
        if not found:
            return
        columns = {name: [texts[at] for at, _, _ in found] for name, texts in cells.items()}
        for heading, said in ((_PERIOD, "period"), (_SUBJECT, "subject")):
            other = columns.get(heading, [""] * len(found))
            columns[heading] = [getattr(one, said) or other[place] for place, (_, one, _) in enumerate(found)]
        columns[_AMOUNT] = [with_unit(text, one.unit) for _, one, text in found]
        turned = {name: pa.array(columns[name], pa.string()) for name in headings if name in columns}
        numbers = rows[[at for at, _, _ in found]]
        yield Batch(numbers, turned, [], first + len(records), [one.seen for _, one, _ in found])


def with_unit(text: str, unit: str) -> str:
    """A bare number with its unit behind it; anything else as it is."""
    return f"{text.strip()}{unit}" if unit and _BARE.fullmatch(narrow(text)) else text
