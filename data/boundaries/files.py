"""Boundary files as they come from a bureau: GeoJSON, GeoPackage, Shapefile, loose or zipped, in any CRS and encoding.

Whatever is read is first copied to a directory of our own under names of our own: GDAL never sees a user's path, and a
file is opened by what it contains, not by what it is called.
"""

import codecs
import shutil
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.errors import Refused

MAX_BYTES = 500 * 2**20  # of one file, unpacked
MAX_ENTRIES = 5_000  # in one zip


@dataclass(frozen=True)
class Staged:
    """A layer's file in our own directory and the name the user knows it by."""

    path: Path
    name: str
    kind: str  # GeoJSON, GPKG or ESRI Shapefile


def stage(file: Path, directory: Path) -> Iterator[Staged]:
    if not file.is_file():
        raise Refused(f"找不到文件 {file.name}，请检查路径。")
    with file.open("rb") as opened:
        head = opened.read(4)
    if head[:2] == b"PK" or file.suffix.lower() == ".zip":
        yield from _grouped(_unpacked(file, directory))
        return
    siblings = [file]
    if file.suffix.lower() in (".shp", ".dbf", ".prj", ".shx"):
        stem = file.stem.lower()
        siblings = sorted(one for one in file.parent.iterdir() if one.stem.lower() == stem and one.is_file())
    copies = []
    for number, one in enumerate(siblings):
        if one.stat().st_size > MAX_BYTES:
            raise Refused(f"{one.name} 超过 {MAX_BYTES // 2**20} MB，请按乡镇拆分或先简化后再导入。")
        copies.append((one.name, shutil.copyfile(one, directory / f"{number}{one.suffix.lower()}")))
    staged = list(_grouped(copies))
    if not staged:
        raise Refused(f"{file.name} 不是边界文件，需要 GeoJSON、GeoPackage、Shapefile 或它们的 zip 压缩包。")
    yield from staged


def _unpacked(file: Path, directory: Path) -> list[tuple[str, Path]]:
    """The entries of a zip under names of our own, each with the name it has in the zip."""
    unpacked, left = [], MAX_BYTES
    try:
        with zipfile.ZipFile(file) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES:
                raise Refused(f"{file.name} 里的文件超过 {MAX_ENTRIES} 个，请只打包边界文件。")
            for number, entry in enumerate(entries):
                name = _entry_name(entry)
                suffix = PurePosixPath(name).suffix.lower()
                hidden = "__MACOSX" in name or PurePosixPath(name).name.startswith(".")
                if hidden or suffix not in (".shp", ".dbf", ".prj", ".shx", ".gpkg", ".geojson", ".json"):
                    continue
                if entry.flag_bits & 1:
                    raise Refused(f"{file.name} 加了密码，请解密后再导入。")
                target = directory / f"{number}{suffix}"
                with packed.open(entry) as source, target.open("wb") as sink:
                    while block := source.read(2**20):
                        left -= len(block)
                        if left < 0:
                            raise Refused(f"{file.name} 解压后超过 {MAX_BYTES // 2**20} MB，请拆分后再导入。")
                        sink.write(block)
                unpacked.append((name, target))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Refused(f"{file.name} 已损坏或不是 zip 压缩包，请重新打包后再导入。") from error
    return unpacked


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """A zip from a Chinese Windows holds GB18030 names, which zipfile takes for code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _grouped(copies: list[tuple[str, Path]]) -> Iterator[Staged]:
    """Layers among the copies: parts of a Shapefile come together under one stem, and a file is what it contains."""
    parts: dict[str, dict[str, Path]] = defaultdict(dict)
    for name, path in copies:
        if path.suffix in (".shp", ".dbf", ".prj", ".shx"):
            parts[name[: -len(path.suffix)].lower()][path.suffix] = path
    for name, path in copies:
        if path.suffix in (".dbf", ".prj", ".shx"):
            continue
        with path.open("rb") as opened:
            head = opened.read(64)
        if path.suffix == ".shp" and head[:4] == b"\x00\x00\x27\x0a":
            for suffix, part in parts[name[: -len(path.suffix)].lower()].items():
                if part.stem != path.stem:
                    part.rename(path.with_suffix(suffix))
            yield Staged(path, name, "ESRI Shapefile")
        elif head.startswith(b"SQLite format 3\x00"):
            yield Staged(path.rename(path.with_suffix(".gpkg")), name, "GPKG")
        elif head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
            yield Staged(_as_utf8(path, name), name, "GeoJSON")
        elif path.suffix in (".shp", ".gpkg", ".geojson", ".json"):
            raise Refused(f"{name} 已损坏，或内容与扩展名不符，请重新导出后再导入。")


def _as_utf8(path: Path, name: str) -> Path:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" or content.startswith(codecs.BOM_UTF8):
            path.write_text(text, encoding="utf-8")
        return path
    raise Refused(f"{name} 的文字编码无法识别，请另存为 UTF-8 后再导入。")
