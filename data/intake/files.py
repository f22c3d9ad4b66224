"""From the files a user hands over to the sheets in them; whatever is not a workbook is told apart here."""

import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import ParamSpec, TypeVar
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from data.errors import Refused
from data.intake.broken import broken_cells, column_number, may_break
from data.intake.dialects import HEAD, dialect_of
from data.intake.issues import FileFault, Findings
from data.intake.layouts import LaidSheet
from data.intake.questions import UNANSWERED, Answers
from data.intake.read import MOST_COLUMNS, CsvSheet, Sheet, Table, XlsxSheet
from data.intake.recognise import Recognition
from data.intake.signatures import NO_DATA, told_by, told_by_parts
from data.store.faults import cause
from data.workbook.kept import KEPT
from data.workbook.sheets import OWN_SHEETS, SHEET

MOST_BYTES = 500 * 2**20  # of one workbook, unpacked, which is read whole
STREAMED = 4  # times as much may be in CSV files, which are read bit by bit
MOST_SHRUNK = 100  # times smaller than its content: what is packed tighter and large is no table
MOST_ENTRIES = 10_000
MOST_CELLS = 40_000_000  # of one sheet's rectangle, which the reader holds at once
TEXTS = (".csv", ".tsv", ".txt")
BOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".xlsb")
MOST_ROWS = 1_048_576  # as Excel has them
_CELL = re.compile(rb'\br="([A-Z]{1,9})([0-9]{1,19})"')
_FAR_ROW = re.compile(rb'<row [^>]*?\br="([0-9]{7,19})"')
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_KNOWN = (*SHEET, KEPT)
_DAMAGE = (
    CalamineError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError,
    NotImplementedError,
)  # fmt: skip


def size_limit() -> int:
    """Bytes of one workbook, unpacked: WARROOM_IMPORT_MB or 500 MB."""
    given = os.environ.get("WARROOM_IMPORT_MB", "")
    return int(given) * 2**20 if given.isdigit() else MOST_BYTES


def open_sheets(
    files: Sequence[Path],
    findings: Findings,
    current: Callable[[Path], str] = lambda _: "",
    *,
    names: Sequence[str] = _KNOWN,
    answers: Answers = UNANSWERED,
    today: date = date.min,
) -> list[Sheet]:
    """The sheets of these ``names`` in all files, in the order of files; faults of whole files go to ``findings``.
    ``current`` says of a file until when it knows what was entered. What is not laid out as ours is asked about: the
    questions go to ``findings`` as well, ``answers`` are those to them, and ``today`` says which years are proposed.

    Raises Refused for a path that does not exist.
    """
    most_bytes = size_limit()
    given: list[tuple[Path, list[Table]]] = []
    for file in files:
        if not file.exists():
            raise Refused(f"找不到文件 {file}，请检查路径。")
        with _faults_of(file.name, findings):
            given.append((file, list(_tables_of(file, findings, most_bytes, names))))
    tables = [table for _, tables in given for table in tables]
    sheets = Recognition(findings, answers, today).sheets(tables, names)
    for file, tables in given:
        own = {id(table) for table in tables}
        found = [sheet for sheet in sheets if id(sheet.table if isinstance(sheet, LaidSheet) else sheet) in own]
        with _faults_of(file.name, findings):
            if not found and not any(issue.file.startswith(file.name) for issue in findings.refusals):
                expected = "、".join(name for name in names if name != KEPT)
                raise FileFault(f"里面没有认得的工作表，应有以下工作表（或同名 CSV 文件）中的一个或多个：{expected}")
            for sheet in found:
                sheet.current = current(file)
    return sheets


@contextmanager
def _faults_of(file: str, findings: Findings) -> Iterator[None]:
    try:
        yield
    except FileFault as fault:
        findings.refuse_file(file, str(fault))
    except OSError as error:
        findings.refuse_file(file, f"文件打不开：{cause(error) or '请检查是否正被别的程序占用'}")


def _tables_of(file: Path, findings: Findings, most_bytes: int, names: Sequence[str]) -> Iterator[Table]:
    if file.is_dir():
        members = sorted(path for path in file.iterdir() if path.is_file() and not path.name.startswith("."))
        for path in members:
            if path.stem.strip() in OWN_SHEETS:
                continue
            if path.suffix.lower() in TEXTS:
                yield _csv_file(path, most_bytes)
            elif path.suffix.lower() in BOOKS and not path.name.startswith("~$"):
                with _faults_of(path.name, findings):
                    yield from _tables_of(path, findings, most_bytes, names)
            else:
                findings.ignored.append(f"文件 {path.name}")
        return
    with file.open("rb") as stream:
        head = stream.read(2**20)
    if zipfile.is_zipfile(file):
        yield from _packed(file.name, file, findings, most_bytes, names)
    elif fault := told_by(head):
        raise FileFault(fault)
    elif file.suffix.lower() in TEXTS or _is_table(head):
        yield _csv_file(file, most_bytes)
    else:
        raise FileFault(NO_DATA)


def _is_table(head: bytes) -> bool:
    """Whether a file of another name holds separated values."""
    with suppress(FileFault):
        how = dialect_of(head[:HEAD])
        line = head[:HEAD].decode(how.encoding, errors="replace").partition("\n")[0]
        return how.separator in line and line.strip().replace(how.separator, "").isprintable()
    return False


def _csv_file(path: Path, most_bytes: int) -> CsvSheet:
    size = path.stat().st_size
    if size > most_bytes * STREAMED:
        raise FileFault(f"{path.name} 超过大小限制（{most_bytes * STREAMED // 2**20} MB）")
    return CsvSheet(path.stem.strip(), path.name, size, lambda: path.open("rb"))


def _packed(
    name: str, content: Path | io.BytesIO, findings: Findings, most_bytes: int, names: Sequence[str]
) -> Iterator[Table]:
    """The tables of a packed file: a workbook, or a zip of CSV files and workbooks."""
    try:
        archive = zipfile.ZipFile(content)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileFault("压缩包已损坏，无法读取") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    parts = {entry.filename for entry in entries}
    size, book = sum(entry.file_size for entry in entries), "xl/workbook.xml" in parts
    limit = most_bytes * (1 if book else STREAMED)
    packed = content.stat().st_size if isinstance(content, Path) else content.getbuffer().nbytes
    shrunk = size > most_bytes and size > packed * MOST_SHRUNK
    if len(entries) > MOST_ENTRIES or size > limit or shrunk:
        raise FileFault(f"解压后超过大小限制（{limit // 2**20} MB，可用环境变量 WARROOM_IMPORT_MB 调整）")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileFault("文件已加密，请取消密码后再导入")
    if book:
        yield from Workbook(name, content, archive, guarded(_measured, archive)).sheets(names)
    elif fault := told_by_parts(parts):
        raise FileFault(fault)
    else:
        yield from _entries(archive, entries, name, findings, most_bytes, names)


def _entries(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    file: str,
    findings: Findings,
    most_bytes: int,
    names: Sequence[str],
) -> Iterator[Table]:
    left = most_bytes  # bytes of workbooks, which are held as they are read
    for entry in entries:
        path = PurePosixPath(_entry_name(entry).replace("\\", "/"))
        if path.name.startswith((".", "~$")) or "__MACOSX" in path.parts or path.stem.strip() in OWN_SHEETS:
            continue
        inside = not path.is_absolute() and ".." not in path.parts
        label, told = f"{file}/{path.name}", f"{file} 中的 {path.name}"
        if inside and path.suffix.lower() in TEXTS:
            yield CsvSheet(path.stem.strip(), label, entry.file_size, partial(archive.open, entry), told)
        elif inside and path.suffix.lower() in BOOKS:
            left -= entry.file_size
            with _faults_of(label, findings):
                if left < 0:
                    raise FileFault(f"压缩包里的工作簿超过大小限制（{most_bytes // 2**20} MB）")
                content = io.BytesIO(guarded(archive.read, entry))
                if not zipfile.is_zipfile(content):
                    raise FileFault(told_by(content.getvalue()[: 2**20]) or NO_DATA)
                yield from _packed(label, content, findings, most_bytes, names)
        else:
            findings.ignored.append(told)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as its author wrote it: UTF-8 where flagged or valid, else GB18030 as Chinese Windows packs it."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _measured(archive: zipfile.ZipFile) -> set[str]:
    """The names of the sheets without errors and formulas.

    Raises FileFault for a sheet whose rectangle would not fit in memory, and one of _DAMAGE for a part that does not
    unpack to what it declares.
    """
    plain = set()
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/") or not entry.filename.endswith(".xml"):
            continue
        width = height = 1
        breaks = False
        with archive.open(entry) as stream:
            kept = b""
            while block := stream.read(2**22):
                block = kept + block
                breaks = breaks or may_break(block)
                for column, row in _CELL.findall(block):
                    height = max(height, int(row))
                    width = max(width, column_number(column)) if len(column) > 1 else max(width, 26)
                height = max(height, *map(int, _FAR_ROW.findall(block)), 1)
                kept = block[-32:]
        if height > MOST_ROWS or width > MOST_COLUMNS:
            raise FileFault("工作簿已损坏，无法读取：有的格子在 Excel 的范围之外")
        if width * height > MOST_CELLS:
            raise FileFault("工作表的范围过大，请删除数据区以外的空行空列（或改用 CSV）后再导入")
        if not breaks:
            plain.add(entry.filename)
    return plain


class Workbook:
    """One .xlsx (or .xlsm, whose macros are never touched), opened when its first sheet is asked for."""

    def __init__(self, name: str, content: Path | io.BytesIO, archive: zipfile.ZipFile, plain: set[str]) -> None:
        """``plain``: the parts known to hold neither errors nor formulas."""
        self.name, self._content, self._archive, self._plain = name, content, archive, plain

    @cached_property
    def opened(self) -> CalamineWorkbook:
        """The reader; raises FileFault for a damaged workbook."""
        if isinstance(self._content, Path):
            return guarded(CalamineWorkbook.from_path, str(self._content))
        return guarded(CalamineWorkbook.from_filelike, io.BytesIO(self._content.getvalue()))

    def sheets(self, names: Sequence[str]) -> Iterator[XlsxSheet]:
        """Its sheets; those of other names than these under their own in the file."""
        for title in self.opened.sheet_names:
            if title.strip() not in OWN_SHEETS:
                yield XlsxSheet(
                    title.strip(),
                    self.name if title.strip() in names else f"{self.name}/{title.strip()}",
                    partial(guarded, self.opened.get_sheet_by_name, title),
                    partial(guarded, self._broken, title),
                )

    def _broken(self, title: str) -> npt.NDArray[np.int64]:
        part = self._parts[title]
        if part in self._plain:
            return np.empty((0, 3), np.int64)
        with self._archive.open(part) as stream:
            return broken_cells(stream)

    @cached_property
    def _parts(self) -> dict[str, str]:
        """Title of a sheet → the entry that holds it, found as the reader finds it."""
        entries = {name.lower(): name for name in self._archive.namelist()}
        with self._archive.open("xl/_rels/workbook.xml.rels") as stream:
            targets = {one.get("Id"): one.get("Target", "") for one in ElementTree.parse(stream).getroot()}
        with self._archive.open("xl/workbook.xml") as stream:
            sheets = [one for one in ElementTree.parse(stream).iter() if one.tag.endswith("}sheet")]
        found = {}
        for sheet in sheets:
            target = next(targets[value] for name, value in sheet.items() if name.endswith("}id"))
            path = target[1:] if target.startswith("/") else target if target.startswith("xl/") else f"xl/{target}"
            found[sheet.get("name", "")] = entries.get(path.lower(), path)
        return found


def guarded(call: Callable[_Given, _Made], *arguments: _Given.args, **options: _Given.kwargs) -> _Made:
    """Run the reader; its errors and panics mean a damaged workbook."""
    try:
        return call(*arguments, **options)
    except FileFault:
        raise
    except _DAMAGE as error:
        raise FileFault("工作簿已损坏，无法读取") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileFault("工作簿已损坏，无法读取") from error
