"""From the files a user hands over to the sheets in them; whatever is not a workbook is told apart here."""

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
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
from data.intake.issues import FileFault, Findings
from data.intake.questions import UNANSWERED, Answers
from data.intake.read import CsvSheet, Sheet, XlsxSheet
from data.store.faults import cause
from data.workbook.kept import KEPT
from data.workbook.sheets import INSTRUCTIONS, PROBLEM_LIST, SHEET

MOST_BYTES = 500 * 2**20  # of one workbook, unpacked, which is read whole
STREAMED = 4  # times as much may be in CSV files, which are read bit by bit
MOST_SHRUNK = 100  # times smaller than its content: what is packed tighter and large is no table
MOST_ENTRIES = 10_000
MOST_CELLS = 40_000_000  # of one sheet's rectangle, which the reader holds at once
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_OURS = (INSTRUCTIONS, PROBLEM_LIST)
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
    today: date | None = None,
) -> list[Sheet]:
    """The sheets of these ``names`` in all files, in the order of files; faults of whole files go to ``findings``.
    ``current`` says of a file until when it knows what was entered; what has to be asked of them goes to ``findings``
    as well, with ``answers`` to it, and proposes years before ``today``.

    Raises Refused for a path that does not exist.
    """
    most_bytes = size_limit()
    sheets: list[Sheet] = []
    for file in files:
        if not file.exists():
            raise Refused(f"找不到文件 {file}，请检查路径。")
        try:
            found = list(_sheets_of(file, findings, most_bytes, names))
            if not found:
                expected = "、".join(name for name in names if name != KEPT)
                raise FileFault(f"里面没有认得的工作表，应有以下工作表（或同名 CSV 文件）中的一个或多个：{expected}")
            for sheet in found:
                sheet.current = current(file)
            sheets += found
        except FileFault as fault:
            findings.refuse_file(file.name, str(fault))
        except OSError as error:
            findings.refuse_file(file.name, f"文件打不开：{cause(error) or '请检查是否正被别的程序占用'}")
    return sheets


def _sheets_of(file: Path, findings: Findings, most_bytes: int, names: Sequence[str]) -> Iterator[Sheet]:
    if file.is_dir():
        members = sorted(path for path in file.iterdir() if path.is_file() and not path.name.startswith("."))
        for path in members:
            if path.suffix.lower() == ".csv" and path.stem.strip() in names:
                yield _csv_file(path, most_bytes)
            else:
                findings.ignored.append(f"文件 {path.name}")
        return
    with file.open("rb") as stream:
        head = stream.read(8)
    if head == _OLE:
        encrypted = "EncryptedPackage".encode("utf-16-le") in file.read_bytes()[: 2**20]
        raise FileFault(
            "文件已加密，请取消密码后再导入" if encrypted else "是旧版 .xls 文件，请用 Excel 另存为 .xlsx 后再导入"
        )
    if zipfile.is_zipfile(file):
        yield from _packed(file, findings, most_bytes, names)
    elif file.suffix.lower() == ".csv":
        if file.stem.strip() in names:
            yield _csv_file(file, most_bytes)
    else:
        raise FileFault("不是有效的数据文件（或已损坏），应为 .xlsx 工作簿、CSV 文件夹或 CSV 压缩包（.zip）")


def _csv_file(path: Path, most_bytes: int) -> CsvSheet:
    size = path.stat().st_size
    if size > most_bytes * STREAMED:
        raise FileFault(f"{path.name} 超过大小限制（{most_bytes * STREAMED // 2**20} MB）")
    return CsvSheet(path.stem.strip(), path.name, size, lambda: path.open("rb"))


def _packed(file: Path, findings: Findings, most_bytes: int, names: Sequence[str]) -> Iterator[Sheet]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileFault("压缩包已损坏，无法读取") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    parts = {entry.filename for entry in entries}
    size, book = sum(entry.file_size for entry in entries), "xl/workbook.xml" in parts
    limit = most_bytes * (1 if book else STREAMED)
    shrunk = size > most_bytes and size > file.stat().st_size * MOST_SHRUNK
    if len(entries) > MOST_ENTRIES or size > limit or shrunk:
        raise FileFault(f"解压后超过大小限制（{limit // 2**20} MB，可用环境变量 WARROOM_IMPORT_MB 调整）")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileFault("文件已加密，请取消密码后再导入")
    if book:
        yield from Workbook(file, archive, guarded(_measured, archive)).sheets(findings, names)
    elif "xl/workbook.bin" in parts or "content.xml" in parts:
        raise FileFault("不是 .xlsx 工作簿，请用 Excel 另存为 .xlsx 后再导入")
    else:
        yield from _csv_entries(archive, entries, file.name, findings, names)


def _csv_entries(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], file: str, findings: Findings, names: Sequence[str]
) -> Iterator[CsvSheet]:
    for entry in entries:
        path = PurePosixPath(_entry_name(entry).replace("\\", "/"))
        if path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        inside = not path.is_absolute() and ".." not in path.parts
        if inside and path.suffix.lower() == ".csv" and path.stem.strip() in names:
            opener = partial(archive.open, entry)
            yield CsvSheet(path.stem.strip(), f"{file}/{path.name}", entry.file_size, opener)
        elif path.stem.strip() not in _OURS:
            findings.ignored.append(f"{file} 中的 {path.name}")


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
                kept = block[-32:]
        if width * height > MOST_CELLS:
            raise FileFault("工作表的范围过大，请删除数据区以外的空行空列（或改用 CSV）后再导入")
        if not breaks:
            plain.add(entry.filename)
    return plain


class Workbook:
    """One .xlsx (or .xlsm, whose macros are never touched), opened when its first sheet is asked for."""

    def __init__(self, file: Path, archive: zipfile.ZipFile, plain: set[str]) -> None:
        """``plain``: the parts known to hold neither errors nor formulas."""
        self.file, self._archive, self._plain = file, archive, plain

    @cached_property
    def opened(self) -> CalamineWorkbook:
        """The reader; raises FileFault for a damaged workbook."""
        return guarded(CalamineWorkbook.from_path, str(self.file))

    def sheets(self, findings: Findings, names: Sequence[str]) -> Iterator[XlsxSheet]:
        """Its sheets of these names; others are noted."""
        for title in self.opened.sheet_names:
            if title.strip() in names:
                yield XlsxSheet(
                    title.strip(),
                    self.file.name,
                    partial(guarded, self.opened.get_sheet_by_name, title),
                    partial(guarded, self._broken, title),
                )
            elif title.strip() not in _OURS:
                findings.ignored.append(f"工作表 {title}")

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
