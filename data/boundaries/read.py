"""Boundary files as they come from a bureau: GeoJSON, GeoPackage, Shapefile, loose or zipped, in any CRS and encoding.

Whatever is read is first copied to a directory of our own under names of our own: GDAL never sees a user's path, and a
file is opened by what it contains, not by what it is called.
"""

import codecs
import shutil
import tempfile
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.exceptions import ProjError

from data.errors import Refused
from data.text.signs import seen

MAX_BYTES = 500 * 2**20  # of one file, unpacked
MAX_ENTRIES = 5_000  # in one zip
CHINA = (73.0, 3.0, 136.0, 54.0)

_CODES = (
    "code", "区划代码", "统计用区划代码", "zldwdm", "qsdwdm", "xzqdm", "行政区划代码", "行政区划代", "行政区代码",
    "行政区代", "cundm", "村代码", "adcode", "pac", "dm", "代码", "xzdm",
)  # fmt: skip
_NAMES = (
    "name", "名称", "zldwmc", "qsdwmc", "xzqmc", "行政区划名称", "行政区划名", "行政区名称", "行政区名",
    "cunmc", "村名称", "村名", "mc",
)  # fmt: skip
_TOWNSHIPS = ("town", "township", "xzmc", "乡镇", "所属乡镇", "乡镇名称", "zhenmc")
_PARTNERS = {"zldwdm": "zldwmc", "qsdwdm": "qsdwmc", "xzqdm": "xzqmc", "cundm": "cunmc", "xzdm": "xzmc", "dm": "mc"}
_BROKEN = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError)


@dataclass(frozen=True)
class Feature:
    """One feature of a file: where it stands, what it calls itself (as written) and its WGS-84 geometry, or why not."""

    file: str
    number: int  # counted from 1 within the layer; 0 for a layer that could not be used at all
    code: str
    name: str
    township: str
    geometry: shapely.Geometry | None
    fault: str = ""


@dataclass(frozen=True)
class _Staged:
    """A layer's file in our own directory and the name the user knows it by."""

    path: Path
    name: str
    kind: str  # GeoJSON, GPKG or ESRI Shapefile


def read_features(files: Sequence[Path]) -> Iterator[Feature]:
    """Every feature of every layer; raises Refused where a file is none of the kinds, damaged, locked or too big."""
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    for file in files:
        with tempfile.TemporaryDirectory(prefix="boundaries-") as directory:
            staged = list(_stage(Path(file), Path(directory)))
            if not staged:
                raise Refused(
                    f"{file.name} 里没有边界数据，需要 GeoJSON、GeoPackage 或 Shapefile（.shp 连同 .dbf、.prj）。"
                )
            for layer in staged:
                yield from _features(layer)


def _stage(file: Path, directory: Path) -> Iterator[_Staged]:
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


def _grouped(copies: list[tuple[str, Path]]) -> Iterator[_Staged]:
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
            yield _Staged(path, name, "ESRI Shapefile")
        elif head.startswith(b"SQLite format 3\x00"):
            yield _Staged(path.rename(path.with_suffix(".gpkg")), name, "GPKG")
        elif head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
            yield _Staged(_as_utf8(path, name), name, "GeoJSON")
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


def _features(layer: _Staged) -> Iterator[Feature]:
    """Features of every polygon layer of one file."""
    source = f"GeoJSON:{layer.path}" if layer.kind == "GeoJSON" else str(layer.path)
    # a dbf is read byte for byte, since its encoding is often not what it says
    encoding = "ISO-8859-1" if layer.kind == "ESRI Shapefile" else None
    try:
        layers = [name for name, kind in pyogrio.list_layers(source) if kind is not None]
        for name in layers:
            label = layer.name if len(layers) == 1 else f"{layer.name}:{name}"
            meta, _, geometry, fields = pyogrio.raw.read(source, layer=name, encoding=encoding, force_2d=True)
            columns = dict(zip(meta["fields"], fields, strict=True))
            if encoding:
                columns = _decoded(columns)
            yield from _rows(label, columns, geometry, meta["crs"])
    except _BROKEN as error:
        raise Refused(f"{layer.name} 打不开：文件已损坏或不完整，请重新导出后再导入。") from error


def _decoded(columns: dict[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
    """Names and texts of a dbf, read as bytes: UTF-8 where all of it is, else GB18030; half a character is dropped."""
    texts = [*columns, *(value for column in columns.values() for value in column if isinstance(value, str))]
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)
        try:
            for text in texts:
                decoder().decode(text.encode("latin-1"))
        except UnicodeDecodeError:
            continue
        break

    def decode(text: str) -> str:
        return decoder("replace").decode(text.encode("latin-1"))

    return {
        decode(name): np.array([decode(value) if isinstance(value, str) else value for value in column], object)
        for name, column in columns.items()
    }


def _rows(
    label: str, columns: dict[str, npt.NDArray[np.generic]], geometry: npt.NDArray[np.object_] | None, crs: str | None
) -> Iterator[Feature]:
    named = {str(name).strip().lower(): column for name, column in columns.items()}
    code = _column(named, _CODES)
    partner = _PARTNERS.get(code or "")
    name = _column(named, ((partner,) if partner else ()) + _NAMES)
    township = _column(named, _TOWNSHIPS)
    if geometry is None or not len(geometry):
        return
    if code is None and (name is None or township is None):
        fault = f"没有代码列（如 code、XZQDM、ZLDWDM、区划代码），只有：{'、'.join(map(str, columns)) or '无'}"
        yield Feature(label, 0, "", "", "", None, fault)
        return
    shapes = shapely.from_wkb(geometry, on_invalid="fix")
    placed = _in_wgs84(label, shapes, crs)
    west, south, east, north = CHINA
    for number, (before, shape) in enumerate(zip(shapes, placed, strict=True), 1):
        coded, called, within = (_text(named[key][number - 1]) if key else "" for key in (code, name, township))
        fault = ""
        if before is None or before.is_empty:
            fault = "没有图形"
        elif not shapely.box(west, south, east, north).covers(shapely.box(*shape.bounds)):
            fault, shape = "坐标不在中国范围内", None
        yield Feature(label, number, coded, called, within, shape, fault)


def _column(named: dict[str, npt.NDArray[np.generic]], wanted: Sequence[str]) -> str | None:
    """The first of the wanted columns that holds anything."""
    for name in wanted:
        if name in named and any(_text(value) for value in named[name]):
            return name
    return None


def _text(value: object) -> str:
    """A cell as text; a number keeps its digits, fifteen of them where it is a float."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    text = unicodedata.normalize("NFKC", str(value))
    return " ".join(seen(text).split())


def _in_wgs84(label: str, shapes: npt.NDArray[np.object_], crs: str | None) -> npt.NDArray[np.object_]:
    """The shapes with longitude and latitude; raises Refused where the coordinate system cannot be told."""
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all():
        return shapes
    try:
        system = CRS.from_user_input(crs) if crs else None
        if system is None or (system.is_geographic and not _are_degrees(bounds)):
            system = _guessed(label, bounds)
        if system.to_epsg() == 4326:
            placed = shapes
        else:
            change = Transformer.from_crs(system, 4326, always_xy=True)
            placed = shapely.transform(shapes, lambda x, y: change.transform(x, y), interleaved=False)
    except (UnknownCRS, ProjError) as error:
        raise Refused(f"{label} 的坐标系无法识别，请转换为 CGCS2000 或 WGS-84 后再导入。") from error
    west, south, east, north = shapely.total_bounds(placed)
    if not (west <= CHINA[2] and east >= CHINA[0] and south <= CHINA[3] and north >= CHINA[1]):
        raise Refused(f"{label} 的坐标不在中国范围内，请检查坐标系，以及经度是否写在纬度之前。")
    return placed


def _are_degrees(bounds: npt.NDArray[np.float64]) -> bool:
    return bool(np.abs(bounds).max() <= 180)


def _guessed(label: str, bounds: npt.NDArray[np.float64]) -> CRS:
    """Degrees are WGS-84; an easting of eight digits names its Gauss-Krüger zone of CGCS2000."""
    if _are_degrees(bounds):
        return CRS.from_epsg(4326)
    west, south, east, north = bounds
    zone = int(west // 1_000_000)
    if zone == int(east // 1_000_000) and south > 0 and north < 6_100_000:
        if 25 <= zone <= 45:
            return CRS.from_epsg(4513 + zone - 25)
        if 13 <= zone <= 23:
            return CRS.from_epsg(4491 + zone - 13)
    raise Refused(f"{label} 没有注明坐标系，从坐标也看不出是哪一带，请连同 .prj 文件导入，或转换为 CGCS2000 经纬度。")
