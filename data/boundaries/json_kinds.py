"""JSON that holds shapes: GeoJSON, one feature a line, Esri's, TopoJSON, the packed maps of ECharts.

Text is made UTF-8 without a mark; which kind it is tells what it contains, not what the file is called.
"""

import codecs
import json
import re
from pathlib import Path

from data.errors import Refused

_TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
_PACKED = re.compile(rb'"UTF8Encoding"\s*:\s*true')
_ESRI = re.compile(rb'"esriGeometry|"(?:rings|curveRings)"\s*:')
_GEO = re.compile(
    rb'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Polygon|LineString|Point))"'
)
_SEVERAL = re.compile(rb'\}[\s\x1e]*[\n\x1e][\s\x1e]*\{\s*"')
MAX_PACKED = 60 * 2**20
"""Bytes of a packed map: it is unpacked in memory."""


def is_json(head: bytes) -> bool:
    """Whether a file begins like one of these: an object, a list of them, or the record mark of a text sequence."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[", b"\x1e")


def as_utf8(path: Path, name: str) -> bytes:
    """The text of a file in UTF-8 without a mark, which is also what the file then holds. Raises Refused."""
    content = path.read_bytes()
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = content if encoding == "utf-8-sig" else text.encode()
        plain = plain.removeprefix(codecs.BOM_UTF8)
        if plain != content:
            path.write_bytes(plain)
        return plain
    raise Refused(f"{name} 的文字编码无法识别，请另存为 UTF-8 后再导入。")


def json_kind(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """The driver that reads a file of JSON, and what is to be said of it; the file is rewritten where that needs it.

    Raises Refused where it is JSON of none of these kinds, or is not whole.
    """
    content = as_utf8(path, name)
    if _PACKED.search(content):
        path.write_text(json.dumps(_unpacked(content, name), ensure_ascii=False), encoding="utf-8")
        return "GeoJSON", ("是 ECharts 的压缩地图，坐标只精确到约 100 米",)
    if _TOPOLOGY.search(content):
        return "TopoJSON", ()
    geo = _GEO.search(content)
    if not geo and _ESRI.search(content):
        return "ESRIJSON", ()
    if not geo:
        raise Refused(f"{name} 打不开：是 JSON，但里面没有图形，或文件已损坏，请重新导出后再导入。")
    begin = content.lstrip()
    if begin.startswith(b"["):
        path.write_bytes(b'{"type":"FeatureCollection","features":' + begin + b"}")
        return "GeoJSON", ()
    if begin.startswith(b"\x1e") or (_SEVERAL.search(content) and _is_whole(begin)):
        return "GeoJSONSeq", ()
    return "GeoJSON", ()


def _is_whole(text: bytes) -> bool:
    """Whether the first line is an object by itself."""
    line = text.split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _unpacked(content: bytes, name: str) -> dict[str, object]:
    """A packed map as GeoJSON: each ring is a text of zigzag steps from its offset, in parts of a degree."""
    if len(content) > MAX_PACKED:
        raise Refused(f"{name} 是 ECharts 的压缩地图，超过 {MAX_PACKED // 2**20} MB，请先转换为 GeoJSON 后再导入。")
    try:
        packed = json.loads(content)
        scale = packed.get("UTF8Scale") or 1024
        for feature in packed["features"]:
            shape = feature["geometry"]
            if shape:
                shape["coordinates"] = _rings(shape["coordinates"], shape.pop("encodeOffsets", None), scale)
        del packed["UTF8Encoding"]
        return dict(packed)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Refused(f"{name} 是 ECharts 的压缩地图，但已损坏，请重新导出为 GeoJSON 后再导入。") from error


def _rings(coded: object, offset: object, scale: float) -> object:
    """The rings of a geometry, however deep they lie. Raises ValueError where a ring has no offset of its own."""
    if isinstance(coded, list) and isinstance(offset, list):
        return [_rings(part, start, scale) for part, start in zip(coded, offset, strict=True)]
    if isinstance(coded, str) and isinstance(offset, list):
        x, y = (int(str(part)) for part in offset)
        return _ring(coded, x, y, scale)
    if isinstance(coded, list) and offset is None:  # written in plain numbers among packed ones
        return coded
    raise ValueError("a ring without its offset")


def _ring(coded: str, x: int, y: int, scale: float) -> list[list[float]]:
    points: list[list[float]] = []
    for first, second in zip(coded[::2], coded[1::2], strict=False):
        east, north = ord(first) - 64, ord(second) - 64
        x += (east >> 1) ^ -(east & 1)
        y += (north >> 1) ^ -(north & 1)
        points.append([x / scale, y / scale])
    if points and points[0] != points[-1]:
        points.append(points[0])
    return points
