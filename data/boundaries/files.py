"""Boundary files as they come from a bureau, loose or zipped: which layers' files are among them.

Whatever is read is first copied to a directory of our own under names of our own: GDAL never sees a user's path, and a
file is opened by what it contains, not by what it is called.
"""

import lzma
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.boundaries.foreign import HEAD, WANTED, foreign, is_words, refusal
from data.boundaries.json_kinds import is_json, json_kind
from data.errors import Refused

MAX_BYTES = 500 * 2**20  # of one file, unpacked
MAX_ENTRIES = 5_000  # in one zip, with those inside it
MAX_DEPTH = 3  # of zips in zips
SILENT = ("GeoJSON", "GeoJSONSeq", "TopoJSON")
"""Kinds that GDAL takes for WGS-84 where they do not say."""

_PARTS = (".shp", ".dbf", ".prj", ".shx", ".cpg")
_LOOKED_INTO = (*_PARTS, ".gpkg", ".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".topojson", ".kml")
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError)
_KML = re.compile(rb"<(?:\w+:)?kml[\s>]")


@dataclass(frozen=True)
class Staged:
    """A layer's file in our own directory, the name the user knows it by, and what is to be said of it."""

    path: Path
    name: str
    kind: str  # as GDAL calls it
    said: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """What GDAL opens: JSON by the one driver its content calls for."""
        return f"{self.kind}:{self.path}" if self.kind in (*SILENT, "ESRIJSON") else str(self.path)


def staged(files: Sequence[Path]) -> Iterator[tuple[int, list[Staged]]]:
    """How many of the given files are one source, and the layers' files in it, which stand until the next is asked for.

    The parts of a Shapefile are one, given or standing beside a given one. Raises Refused where a file is missing, too
    big, locked, damaged or none of the kinds.
    """
    for given, group in _groups(files):
        with tempfile.TemporaryDirectory(prefix="boundaries-") as directory:
            yield given, _staged(group, Path(directory))


def _groups(files: Sequence[Path]) -> list[tuple[int, list[Path]]]:
    """How many given files each source is, and its files: parts of one Shapefile together."""
    groups: dict[Path, list[Path]] = defaultdict(list)
    for file in map(Path, files):
        if not file.is_file():
            raise Refused(refusal(b"-", file.name) if file.exists() else f"找不到文件 {file.name}，请检查路径。")
        part = file.suffix.lower() in _PARTS
        groups[file.with_name(file.stem.lower()) if part else file].append(file)
    found = []
    for given in groups.values():
        group = list(dict.fromkeys(given))
        if group[0].suffix.lower() in _PARTS:
            stem = group[0].stem.lower()
            beside = (one for one in sorted(group[0].parent.iterdir()) if one.stem.lower() == stem and one.is_file())
            group += [one for one in beside if one.suffix.lower() in _PARTS and one not in group]
        found.append((len(given), group))
    return found


def _staged(group: Sequence[Path], directory: Path) -> list[Staged]:
    path, name = group[0], group[0].name
    if len(group) == 1 and path.suffix.lower() not in _PARTS:
        with path.open("rb") as opened:
            head = opened.read(HEAD)
        if head[:2] == b"PK" or path.suffix.lower() in (".zip", ".kmz"):
            return _of_zip(path, name, directory)
    copies = []
    for number, one in enumerate(group):
        if one.stat().st_size > MAX_BYTES:
            raise Refused(f"{one.name} 超过 {MAX_BYTES // 2**20} MB，请按乡镇拆分或先简化后再导入。")
        copies.append((one.name, shutil.copyfile(one, directory / f"{number}{one.suffix.lower()}")))
    found = list(_layers(copies))
    if not found:
        if path.suffix.lower() in _PARTS:
            raise Refused(f"{name} 只是 Shapefile 的一部分，请把同名的 .shp、.dbf、.prj 一起交来。")
        raise Refused(refusal(head, name))
    return found


def _of_zip(file: Path, name: str, directory: Path) -> list[Staged]:
    unpacking = _Unpacking(name, directory)
    unpacking.open(file, name)
    found = list(_layers(unpacking.copies))
    if not found:
        inside = "、".join(dict.fromkeys(unpacking.others[:5]))
        raise Refused(f"{name} 里没有边界数据{f'，只有：{inside}' if inside else ''}。需要 {WANTED}。")
    if name.lower().endswith(".kmz") and len(found) == 1:
        return [Staged(found[0].path, name, found[0].kind, found[0].said)]
    return found


class _Unpacking:
    """The entries of a zip, and of zips in it, under names of our own; together within the limits of one."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.directory = directory
        self.copies: list[tuple[str, Path]] = []
        self.others: list[str] = []
        self.left = MAX_BYTES
        self.entries = 0

    def open(self, file: Path, name: str, depth: int = 1) -> None:
        try:
            with zipfile.ZipFile(file) as packed:
                self._entries(packed, name, depth)
        except NotImplementedError as error:
            raise Refused(f"{name} 的压缩方式读不了，请用系统自带的 zip 重新打包后再导入。") from error
        except _DAMAGED as error:
            raise Refused(f"{name} 已损坏或不是 zip 压缩包，请重新打包后再导入。") from error

    def _entries(self, packed: zipfile.ZipFile, name: str, depth: int) -> None:
        entries = [(_entry_name(entry), entry) for entry in packed.infolist() if not entry.is_dir()]
        names = {one for one, _ in entries}
        if "[Content_Types].xml" in names:
            kind = ".xlsx" if "xl/workbook.xml" in names else ".docx" if "word/document.xml" in names else ".pptx"
            raise Refused(refusal(b"PK", f"{PurePosixPath(name).stem}{kind}"))
        self.entries += len(entries)
        if self.entries > MAX_ENTRIES:
            raise Refused(f"{self.name} 里的文件超过 {MAX_ENTRIES} 个，请只打包边界文件。")
        for one, entry in entries:
            if "__MACOSX" in one or PurePosixPath(one).name.startswith(".") or one.endswith("/"):
                continue
            suffix = PurePosixPath(one).suffix.lower()
            if suffix not in (*_LOOKED_INTO, ".zip", ".kmz"):
                base = next((str(part) for part in PurePosixPath(one).parts if part.lower().endswith(".gdb")), one)
                words, _ = foreign(b"", base)
                self.others.append(f"{PurePosixPath(base).name}（{words}）" if words else PurePosixPath(one).name)
                continue
            if entry.flag_bits & 1:
                raise Refused(f"{name} 加了密码，请解密后再导入。")
            target = self.directory / f"{len(self.copies)}-{self.entries}-{depth}-{entry.header_offset}{suffix}"
            self._unpack(packed, entry, target)
            if suffix not in (".zip", ".kmz"):
                self.copies.append((one, target))
                continue
            if depth == MAX_DEPTH:
                raise Refused(f"{self.name} 里的压缩包套了 {MAX_DEPTH} 层以上，请解开后重新打包。")
            self.open(target, PurePosixPath(one).name, depth + 1)
            target.unlink()

    def _unpack(self, packed: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
        with packed.open(entry) as source, target.open("wb") as sink:
            while block := source.read(2**20):
                self.left -= len(block)
                if self.left < 0:
                    raise Refused(f"{self.name} 解压后超过 {MAX_BYTES // 2**20} MB，请拆分后再导入。")
                sink.write(block)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """A zip from a Chinese Windows holds GB18030 names, which zipfile takes for code page 437, and backslashes."""
    if entry.flag_bits & 0x800:
        return entry.filename.replace("\\", "/")
    raw = entry.filename.encode("cp437", "replace")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return text.replace("\\", "/")


def _layers(copies: list[tuple[str, Path]]) -> Iterator[Staged]:
    """Layers among the copies: parts of a Shapefile come together under one stem, and a file is what it contains."""
    parts: dict[str, dict[str, Path]] = defaultdict(dict)
    for name, path in copies:
        if path.suffix in _PARTS:
            parts[name[: -len(path.suffix)].lower()].setdefault(path.suffix, path)
    for name, path in copies:
        if path.suffix in _PARTS and path.suffix != ".shp":
            continue
        with path.open("rb") as opened:
            head = opened.read(HEAD)
        if path.suffix == ".shp":
            if head[:4] != b"\x00\x00\x27\x0a":
                raise Refused(f"{name} 已损坏，或内容与扩展名不符，请重新导出后再导入。")
            for suffix, part in parts[name[: -len(path.suffix)].lower()].items():
                if suffix == ".prj":  # its names may be in any encoding, and say nothing that its numbers do not
                    part.write_bytes(part.read_bytes().decode("ascii", "replace").replace("\ufffd", "?").encode())
                if part.stem != path.stem and suffix != ".cpg":
                    part.rename(path.with_suffix(suffix))
            yield Staged(path, name, "ESRI Shapefile")
        elif head.startswith(b"SQLite format 3\x00"):
            yield Staged(path.rename(path.with_suffix(".gpkg")), name, "GPKG")
        elif is_json(head):
            kind, said = json_kind(path, name)
            yield Staged(path, name, kind, said)
        elif _KML.search(head):
            yield Staged(path.rename(path.with_suffix(".kml")), name, "KML")
        elif not head:
            raise Refused(refusal(head, name))
        elif path.suffix in _LOOKED_INTO:
            words, advice = foreign(head, "")
            if words:
                raise Refused(f"{name} 内容与扩展名不符，{is_words(words)}，{advice}。")
            raise Refused(f"{name} 已损坏，或内容与扩展名不符，请重新导出后再导入。")
