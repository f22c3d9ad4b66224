"""From a sheet to batches of cells as text, each row with the number under which the user sees it."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
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
from data.intake.issues import FileFault
from data.store.batches import batches
from data.workbook.values import narrow

BLOCK = 16 * 2**20  # bytes of CSV read at once
SLICE = 50_000  # rows of a workbook turned at once


@dataclass(frozen=True)
class Batch:
    """Rows of one sheet: their row numbers, their cells by heading (empty text where empty), rows that overflow."""

    rows: npt.NDArray[np.int64]
    cells: dict[str, pa.StringArray]
    ragged: list[int] = field(default_factory=list)
    done: int = 0  # of the sheet's ``size``


class Sheet(Protocol):
    """One sheet of one file."""

    name: str
    file: str
    current: str  # until when it knows what was entered (ISO, local); empty where that is not known

    @property
    def size(self) -> int:
        """Bytes or rows, for the progress shown."""

    def headings(self) -> list[str]:
        """The headings as they stand, without marks and blanks; '' for a column without."""

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """The data rows with the columns named; rows without any content are left out."""


def _heading(text: str) -> str:
    return re.sub(r"[\s*]", "", narrow(text))


def _batch(rows: npt.NDArray[np.int64], cells: dict[str, pa.Array], ragged: Sequence[int] = (), done: int = 0) -> Batch:
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
    """A CSV file in UTF-8 or GB18030, on its own or inside a zip."""

    def __init__(self, name: str, file: str, size: int, opener: Callable[[], IO[bytes]]) -> None:
        self.name, self.file, self.size, self._open = name, file, size, opener
        self.current = ""

    @cached_property
    def encoding(self) -> str:
        """UTF-8 or GB18030, whichever the first line is valid in: it always holds Chinese headings."""
        with self._opened() as stream:
            head = stream.readline(2**16)
        if head.startswith(b"PK\x03\x04") or b"\x00" in head[:4]:
            raise FileFault("不是 CSV 文本文件")
        for encoding in ("utf-8-sig", "gb18030"):
            with suppress(UnicodeDecodeError):
                codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < 2**16)
                return encoding
        raise FileFault("文字编码无法识别，请另存为 UTF-8 编码的 CSV")

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
        return [_heading(text) for text in next(self._records(), [])]

    def batches(self, headings: Sequence[str]) -> Iterator[Batch]:
        """See Sheet. The quick reader first; where it stumbles (short or long rows), the patient one goes on."""
        columns = [(index, heading) for index, heading in enumerate(self.headings()) if heading in headings]
        read = 1
        try:
            for table, done in self._quick(columns):
                rows = np.arange(read + 1, read + 1 + len(table))
                read += len(table)
                if len(table):
                    cells = {heading: table.column(place) for place, (_, heading) in enumerate(columns)}
                    yield _batch(rows, cells, done=done)
        except (pa.ArrowInvalid, UnicodeDecodeError):
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
                    encoding=self.encoding.removesuffix("-sig"),
                ),
                pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
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
        records = islice(self._records(), read, None)
        for batch in batches(records, SLICE):
            ragged = [place for place, record in enumerate(batch) if any(cell.strip() for cell in record[width:])]
            batch = [record + [""] * (width - len(record)) for record in batch]
            turned = {heading: pa.array([record[index] for record in batch], pa.string()) for index, heading in columns}
            yield _batch(np.arange(read + 1, read + 1 + len(batch)), turned, ragged, self.size)
            read += len(batch)

    def _records(self) -> Iterator[list[str]]:
        with self._opened() as stream, io.TextIOWrapper(stream, self.encoding, newline="") as text:
            records, read = csv.reader(text, strict=True), 0
            try:
                for record in records:
                    read += 1
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

    def __init__(
        self, name: str, file: str, opener: Callable[[], CalamineSheet], broken: Callable[[], npt.NDArray[np.int64]]
    ) -> None:
        self.name, self.file, self._open, self._find_broken = name, file, opener, broken
        self.current = ""

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

    def headings(self) -> list[str]:
        """See Sheet."""
        texts = [_text(cell) for cell in next(iter(self._sheet.iter_rows()), [])]
        for _, column, word in self._within(0, 1):
            if 0 <= column < len(texts):
                texts[column] = WORDS[word]
        return [_heading(text) for text in texts]

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
            turned: dict[str, pa.Array] = {}
            for index, heading in columns:
                texts = [_text(record[index]) for record in batch]
                for row, _, word in broken[broken[:, 1] == index]:
                    texts[row - read] = WORDS[word]
                turned[heading] = pa.array(texts, pa.string())
            yield _batch(np.arange(read + 1, read + 1 + len(batch)), turned, done=read + len(batch))
            read += len(batch)

    def _within(self, first: int, end: int) -> npt.NDArray[np.int64]:
        """The broken cells of the rows from ``first`` to before ``end``."""
        return self._broken[slice(*np.searchsorted(self._broken[:, 0], (first, end)))]


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
