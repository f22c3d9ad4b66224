"""From a sheet to batches of cells as text, each row with the number under which the user sees it."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import chain, islice, repeat
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
from python_calamine import CalamineSheet

from data.intake.broken import WORDS
from data.intake.dialects import HEAD, Dialect, dialect_of
from data.intake.issues import FileFault
from data.store.batches import batches
from data.workbook.values import narrow

BLOCK = 16 * 2**20  # bytes of CSV read at once
SLICE = 50_000  # rows of a workbook turned at once
MOST_COLUMNS = 16_384  # as Excel has them
Range = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells: row and column of the first and the last of them, from 0."""


@dataclass(frozen=True)
class Batch:
    """Rows of one sheet: their row numbers, their cells by heading (empty text where empty), rows that overflow.

    ``under``: of each row the heading under which the user sees its amount, in a table that holds several to a row.
    """

    rows: npt.NDArray[np.int64]
    cells: dict[str, pa.StringArray]
    ragged: list[int] = field(default_factory=list)
    done: int = 0  # of the sheet's ``size``
    under: Sequence[str] = ()


class Sheet(Protocol):
    """One sheet of one file."""

    name: str
    file: str
    current: str  # until when it knows what was entered (ISO, local); empty where that is not known
    head: int  # the row of its headings

    @property
    def size(self) -> int:
        """Bytes or rows, for the progress shown."""

    def headings(self) -> list[str]:
        """The headings as they stand, without marks and blanks; '' for a column without."""

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """The data rows with the columns named; rows without any content are left out."""


class Table(Sheet, Protocol):
    """A sheet as it lies in its file: its cells row by row, whatever they mean."""

    title: str
    told: str  # what it is called where it is left out

    @property
    def merged(self) -> Sequence[Range]:
        """The merged cells among them."""

    def records(self, first: int = 0) -> Iterator[list[str]]:
        """The cells of the rows from ``first`` on (0: the first row), as texts."""


def as_heading(text: str) -> str:
    """A heading without marks and blanks, full-width signs made plain."""
    return re.sub(r"[\s*]", "", narrow(text))


def as_batch(
    rows: npt.NDArray[np.int64], cells: dict[str, pa.Array], ragged: Sequence[int] = (), done: int = 0
) -> Batch:
    """A batch without the rows that are blank."""
    lengths = [pa.compute.utf8_length(pa.compute.utf8_trim_whitespace(next(iter(cells.values()))))]
    if pa.compute.min(lengths[0]).as_py() == 0:
        lengths += [pa.compute.utf8_length(pa.compute.utf8_trim_whitespace(c)) for c in list(cells.values())[1:]]
        kept = np.flatnonzero(np.sum([length.to_numpy() for length in lengths], axis=0))
        if len(kept) < len(rows):
            places = {int(index): place for place, index in enumerate(kept)}
            ragged = [places[index] for index in ragged if index in places]
            rows, cells = rows[kept], {name: array.take(pa.array(kept)) for name, array in cells.items()}
    return Batch(rows, cells, list(ragged), done)


class CsvSheet:
    """A file of separated values, on its own or inside a zip."""

    head = 1
    merged: Sequence[Range] = ()

    def __init__(self, name: str, file: str, size: int, opener: Callable[[], IO[bytes]], told: str = "") -> None:
        self.name, self.file, self.size, self._open = name, file, size, opener
        self.title, self.current, self.told = name, "", told or f"文件 {file}"

    @cached_property
    def dialect(self) -> Dialect:
        """How it is written; raises FileFault for what is no text."""
        with self._opened() as stream:
            return dialect_of(stream.read(HEAD))

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            stream = self._open()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise FileFault("文件已损坏，无法读取") from error
        try:
            with stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise FileFault("文件已损坏，无法读取") from error

    def headings(self) -> list[str]:
        """See Sheet."""
        return self._headings

    @cached_property
    def _headings(self) -> list[str]:
        found = next(self.records(), [])
        if len(found) > MOST_COLUMNS:
            raise FileFault(f"有 {len(found):,} 列，超过 {MOST_COLUMNS:,} 列，请删除数据区右边的空列后再导入")
        return [as_heading(text) for text in found]

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """See Sheet. The quick reader first; where it stumbles (short or long rows), the patient one goes on."""
        columns = [(index, heading) for index, heading in enumerate(self.headings()) if heading in headings]
        read = 1
        try:
            for table, done in self._quick(columns) if self.dialect.usual else ():
                rows = np.arange(read + 1, read + 1 + len(table))
                read += len(table)
                if len(table):
                    cells = {heading: table.column(place) for place, (_, heading) in enumerate(columns)}
                    yield as_batch(rows, cells, done=done)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            yield from self._patient(columns, read)
        if not self.dialect.usual:
            yield from self._patient(columns, read)

    def _quick(self, columns: list[tuple[int, str]]) -> Iterator[tuple[pa.RecordBatch, int]]:
        names = [f"c{index}" for index in range(len(self.headings()))]
        wanted = [f"c{index}" for index, _ in columns]
        with self._opened() as stream:
            reader = pa.csv.open_csv(
                stream,
                pa.csv.ReadOptions(
                    column_names=names,
                    skip_rows_after_names=1,
                    block_size=BLOCK,
                    encoding=self.dialect.encoding.removesuffix("-sig"),
                ),
                pa.csv.ParseOptions(
                    delimiter=self.dialect.separator, newlines_in_values=True, ignore_empty_lines=False
                ),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, strings_can_be_null=False
                ),
            )
            done = 0
            for table in reader:
                done = min(done + BLOCK, self.size)
                yield table, done

    def _patient(self, columns: list[tuple[int, str]], read: int) -> Iterator[Batch]:
        width = len(self.headings())
        records = self.records(read)
        for batch in batches(records, SLICE):
            ragged = [place for place, record in enumerate(batch) if any(cell.strip() for cell in record[width:])]
            batch = [record + [""] * (width - len(record)) for record in batch]
            turned = {heading: pa.array([record[index] for record in batch], pa.string()) for index, heading in columns}
            yield as_batch(np.arange(read + 1, read + 1 + len(batch)), turned, ragged, self.size)
            read += len(batch)

    def records(self, first: int = 0) -> Iterator[list[str]]:
        """See Table; raises FileFault where a row cannot be read."""
        how = self.dialect
        with self._opened() as stream, io.TextIOWrapper(stream, how.encoding, newline="") as text:
            if how.marked:
                text.read(1)
            for _ in range(how.above):
                text.readline()
            records, read = csv.reader(text, strict=True, delimiter=how.separator), 0
            try:
                for record in records:
                    read += 1
                    if read > first:
                        yield record
            except UnicodeDecodeError as error:
                raise FileFault(f"第 {read + 1} 行起有无法识别的文字编码，请另存为 UTF-8 编码的 CSV") from error
            except csv.Error as error:
                raise FileFault(f"第 {read + 1} 行的引号不成对或内容过长，无法读取") from error


class XlsxSheet:
    """A sheet of a workbook; formulas are never run, their stored results are read.

    ``broken`` gives the cells that hold an error or a formula without a result, as ``broken.broken_cells`` does; they
    are read as the words for it.
    """

    head = 1

    def __init__(
        self, name: str, file: str, opener: Callable[[], CalamineSheet], broken: Callable[[], npt.NDArray[np.int64]]
    ) -> None:
        self.name, self.file, self._open, self._find_broken = name, file, opener, broken
        self.title, self.current, self.told = name, "", f"工作表 {name}"

    @cached_property
    def _sheet(self) -> CalamineSheet:
        return self._open()

    @cached_property
    def _broken(self) -> npt.NDArray[np.int64]:
        """(n, 3) by row: row, column of the rows read (they begin at the first column in use), word."""
        cells = self._find_broken()
        cells[:, 1] -= self._sheet.start[1] if self._sheet.start else 0
        return cells[np.argsort(cells[:, 0], kind="stable")]

    @property
    def size(self) -> int:
        """See Sheet."""
        return self._sheet.end[0] + 1 if self._sheet.end else 1

    @property
    def merged(self) -> list[Range]:
        """See Table: of the columns in use."""
        left = self._sheet.start[1] if self._sheet.start else 0
        ranges = self._sheet.merged_cell_ranges or []
        return [((top, first - left), (end, last - left)) for (top, first), (end, last) in ranges if first >= left]

    def headings(self) -> list[str]:
        """See Sheet."""
        return [as_heading(text) for text in next(self.records(), [])]

    def records(self, first: int = 0) -> Iterator[list[str]]:
        """See Table."""
        broken = self._broken
        at = int(np.searchsorted(broken[:, 0], first))
        behind = int(broken[-1, 0]) + 1 - self.size if len(broken) else 0
        rows: Iterator[Sequence[object]] = chain(
            islice(self._sheet.iter_rows(), first, None), repeat([""] * self._sheet.width, max(behind, 0))
        )
        for number, cells in enumerate(rows, first):
            texts = [_text(cell) for cell in cells] if not _blank(cells) else [""] * len(cells)
            while at < len(broken) and broken[at, 0] <= number:
                row, column, word = broken[at].tolist()
                if row == number and 0 <= column < len(texts):
                    texts[column] = WORDS[word]
                at += 1
            yield texts

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """See Sheet."""
        found = self.headings()
        columns = [(index, heading) for index, heading in enumerate(found) if heading in headings]
        behind = int(self._broken[-1, 0]) + 1 - self.size if len(self._broken) else 0
        records: Iterator[Sequence[object]] = chain(
            islice(self._sheet.iter_rows(), 1, None), repeat([""] * len(found), max(behind, 0))
        )
        read = 1
        for batch in batches(records, SLICE):
            broken = self._within(read, read + len(batch))
            if not len(broken) and _blank(batch[-1]) and all(map(_blank, batch)):  # a stray cell far below the rows
                read += len(batch)
                continue
            turned: dict[str, pa.Array] = {}
            for index, heading in columns:
                texts = [_text(record[index]) for record in batch]
                for row, _, word in broken[broken[:, 1] == index]:
                    texts[row - read] = WORDS[word]
                turned[heading] = pa.array(texts, pa.string())
            yield as_batch(np.arange(read + 1, read + 1 + len(batch)), turned, done=read + len(batch))
            read += len(batch)

    def _within(self, first: int, end: int) -> npt.NDArray[np.int64]:
        """The broken cells of the rows from ``first`` to before ``end``."""
        return self._broken[slice(*np.searchsorted(self._broken[:, 0], (first, end)))]


def _blank(cells: Sequence[object]) -> bool:
    return all(cell == "" for cell in cells)


def _text(cell: object) -> str:
    """A workbook's cell as the text a CSV would hold; a number past fifteen digits shows that it lost some."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        return str(int(cell)) if abs(cell) < 1e15 else f"{cell:.15e}"
    if isinstance(cell, datetime | date):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)
