"""The store, or a part of it, as official workbook: what an import of the whole into an empty store makes the same
again, and an import of a part into the store it came from leaves as it is.

What no workbook can carry (``kept.LEFT_OUT``) is named in it.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import xlsxwriter
from sqlalchemy import Connection
from xlsxwriter.worksheet import Worksheet

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.viewer import Viewer
from data.errors import Refused
from data.money import typed
from data.regions.tree import find
from data.text.formulas import defused
from data.workbook.kept import HEADINGS, KEPT, LEFT_OUT, NOTE, carries, count_kept, kept_rows
from data.workbook.part import EVERYTHING, Part
from data.workbook.rows import STEP, Value, counted, rows, sight
from data.workbook.sheets import INSTRUCTIONS, ColumnSpec, SheetSpec
from data.workbook.stamp import Stamp, stamp
from data.workbook.template import MOST_ROWS, add_sheet, opened_book, signed, whole_or_none, write_instructions
from data.workbook.values import period_label, shown

Progress = Callable[[str, int, int], None]


@needs(EXPORT, RECORDS)
def export_workbook(
    connection: Connection,
    viewer: Viewer,
    path: Path,
    progress: Progress | None = None,
    *,
    part: Part = EVERYTHING,
    now: datetime,
    by: str = "",
) -> dict[str, int]:
    """Write what the viewer may see of a part of the store to ``path``: an .xlsx, or a .zip of CSV files; returns the
    rows of each sheet. ``by``: who takes it, and when, at the foot of each printed page of a workbook.

    Texts that begin with = + - @ stay texts in a workbook; in a CSV they stand as they are, which our importer reads
    back as text but a spreadsheet program may take for formulas. Raises Refused for another suffix and where a sheet
    has more rows than a workbook holds, OutOfScope for a region that is not the viewer's.
    """
    if path.suffix.lower() not in (".xlsx", ".zip"):
        raise Refused("导出文件名应以 .xlsx（工作簿）或 .zip（CSV 压缩包）结尾。")
    export = _Export(connection, sight(connection, viewer, part), part, progress or (lambda label, done, total: None))
    mark = stamp(connection, now)
    counts = export.counts = tally(connection, viewer, part)
    packed = path.suffix.lower() == ".zip"
    if not packed and (largest := too_long(counts)):
        raise Refused(
            f"“{largest}”有 {counts[largest]:,} 行，超过工作簿的上限，请把导出文件名改为 .zip（CSV 压缩包）。"
        )
    export.said = [*part.told(name_of(connection, viewer, part)), said(counts)]
    with whole_or_none(path) as making:
        if packed:
            export.write_zip(making, mark)
        else:
            export.write_xlsx(making, mark, by)
    return counts


@needs(EXPORT, RECORDS)
def tally(connection: Connection, viewer: Viewer, part: Part) -> dict[str, int]:
    """How many rows each sheet of an export of this part has; raises OutOfScope for a region not the viewer's."""
    here = sight(connection, viewer, part)
    counts = {spec.name: counted(connection, here, spec, part.dated(spec)) for spec in part.specs}
    if carries(here) and part.wants(KEPT):
        counts[KEPT] = count_kept(connection)
    return counts


@needs(EXPORT, RECORDS)
def name_of(connection: Connection, viewer: Viewer, part: Part) -> str:
    """What a part's region is called, '' where it names none; raises OutOfScope or NotFound."""
    return find(connection, viewer, part.region).name if part.region else ""


def too_long(counts: Mapping[str, int]) -> str:
    """The longest sheet, where a workbook does not hold it; '' where all fit."""
    largest = max(counts, key=lambda name: counts[name], default="")
    return largest if counts.get(largest, 0) >= MOST_ROWS else ""


def said(counts: Mapping[str, int]) -> str:
    """What a file with these sheets does not hold, as a sentence."""
    more = "" if KEPT in counts else "、收益分配方案、设置、闭账决定、经营风险"
    return f"本文件不含：{LEFT_OUT}{more}。要完整保存，请用备份（python -m data backup）。"


class _Export:
    """One export on its way into a file."""

    def __init__(self, connection: Connection, viewer: Viewer, part: Part, report: Progress) -> None:
        self.connection, self.viewer, self.part, self.report = connection, viewer, part, report
        self.counts: dict[str, int] = {}
        self.said: list[str] = []

    def write_zip(self, path: Path, mark: Stamp) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            mark.on_zip(archive)
            for spec in self.part.specs:
                cells = [_as_cell(column) for column in spec.columns]
                with _csv(archive, spec.name) as stream:
                    writer = csv.writer(stream)
                    writer.writerow(column.heading + "*" * column.required for column in spec.columns)
                    writer.writerows(
                        ["" if value is None else show(value) for show, value in zip(cells, row, strict=True)]
                        for row in self._rows(spec)
                    )
            if KEPT in self.counts:
                with _csv(archive, KEPT) as stream:
                    csv.writer(stream).writerows([HEADINGS, *self._kept()])
            archive.writestr(f"{INSTRUCTIONS}.txt", "\n".join((*self.said, "")))

    def write_xlsx(self, path: Path, mark: Stamp, by: str) -> None:
        with opened_book(path) as book:
            mark.on_book(book)
            write_instructions(book, *self.said, specs=self.part.specs)
            for spec in self.part.specs:
                write_rows(add_sheet(book, spec), book, spec.columns, self._rows(spec))
            if KEPT in self.counts:
                self._write_kept(book)
            signed(book, by)

    def _write_kept(self, book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet(KEPT)
        text = book.add_format({"num_format": "@"})
        sheet.set_column(1, 1, 120)
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_comment(0, 1, NOTE, {"x_scale": 2, "author": INSTRUCTIONS})
        for number, row in enumerate(self._kept(), 1):
            for place, value in enumerate(row):
                if sheet.write_string(number, place, value, text):
                    raise Refused(f"“{KEPT}”第 {number + 1} 行太长，工作簿放不下，请把导出文件名改为 .zip。")

    def _rows(self, spec: SheetSpec) -> Iterator[Sequence[Value]]:
        total = self.counts[spec.name]
        told = partial(self._told, spec.name, total)
        return rows(self.connection, self.viewer, spec, self.part.dated(spec), told=told)

    def _told(self, name: str, total: int, done: int) -> None:
        self.report(f"导出 {name}", done, total)

    def _kept(self) -> Iterator[tuple[str, str]]:
        for done, row in enumerate(kept_rows(self.connection), 1):
            yield row
            if done % STEP == 0:
                self._told(KEPT, self.counts[KEPT], done)


@contextmanager
def _csv(archive: zipfile.ZipFile, name: str) -> Iterator[io.TextIOWrapper]:
    with (
        archive.open(f"{name}.csv", "w", force_zip64=True) as stream,
        io.TextIOWrapper(stream, "utf-8-sig", newline="") as text,
    ):
        yield text


def write_rows(
    sheet: Worksheet,
    book: xlsxwriter.Workbook,
    columns: Sequence[ColumnSpec],
    rows: Iterable[Sequence[Value]],
    words: Mapping[str, Callable[[Value], str]] = MappingProxyType({}),
) -> int:
    """Rows below the headings, what a sheet's columns do not name as text; how many. ``words``: by the name of a column
    what stands there instead of the stored value."""
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "percent": book.add_format({"num_format": "0.00%"}),
        "rate": book.add_format({"num_format": "0.00####%"}),
    }
    text = book.add_format({"num_format": "@"})
    string, figure = sheet.write_string, sheet.write_number

    def writer(column: ColumnSpec) -> Callable[[int, int, Value], object]:
        if column.is_text:
            told: Callable[[Value], str] = words.get(column.name, _as_text(column))
            return lambda row, place, value: string(row, place, told(value), text)
        scale, format = {"money": 100, "percent": 10_000}.get(column.kind, 1), formats.get(column.kind)
        return lambda row, place, value: figure(row, place, value / scale if scale > 1 else value, format)

    writers: list[Callable[[int, int, Value], object]] = [writer(column) for column in columns]
    writers.append(lambda row, place, value: string(row, place, value, text))
    number = 0
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value is not None:
                writers[place](number, place, value)
    return number


def _as_cell(column: ColumnSpec) -> Callable[[Value], str]:
    """The same for a file of texts, where a program that opens it might take a text for a formula; numbers stay."""
    told = _as_text(column)
    return (lambda value: defused(told(value))) if column.kind in ("text", "code", "identity", "fact") else told


def _as_text(column: ColumnSpec) -> Callable[[Value], str]:
    if column.kind == "money":
        return typed
    if column.kind in ("month", "period"):
        return cache(period_label)
    if column.kind == "percent":
        return lambda hundredths: f"{hundredths / 100:.2f}%"
    if column.kind in ("rate", "longitude", "latitude"):
        return repr
    return lambda held: shown(column, held)
