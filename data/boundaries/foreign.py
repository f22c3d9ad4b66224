"""What a file is that holds no boundaries we can read, in words, with what its owner can do."""

from pathlib import PurePosixPath
from typing import NamedTuple

WANTED = "GeoJSON、GeoPackage、KML 或 Shapefile（.shp 连同 .dbf、.prj，可打成一个 zip）"

_EXPORT = f"请在原软件里导出为 {WANTED}后再导入"
_SHEET = "表格请到“导入数据”里交，边界需要" + WANTED
_UNPACK = "请解压后重新打成 zip 再导入"


class _Kind(NamedTuple):
    words: str
    advice: str
    suffixes: tuple[str, ...]
    magics: tuple[tuple[int, bytes], ...] = ()


_KINDS = (
    _Kind("RAR 压缩包", _UNPACK, (".rar",), ((0, b"Rar!\x1a\x07"),)),
    _Kind("7z 压缩包", _UNPACK, (".7z",), ((0, b"7z\xbc\xaf\x27\x1c"),)),
    _Kind("gzip 压缩包", _UNPACK, (".gz", ".tgz"), ((0, b"\x1f\x8b"),)),
    _Kind("tar 压缩包", _UNPACK, (".tar",), ((257, b"ustar"),)),
    _Kind("bzip2 或 xz 压缩包", _UNPACK, (".bz2", ".xz"), ((0, b"BZh"), (0, b"\xfd7zXZ\x00"))),
    _Kind("PDF 文件", _EXPORT, (".pdf",), ((0, b"%PDF"),)),
    _Kind("AutoCAD 图纸（DWG）", _EXPORT, (".dwg",), ((0, b"AC10"),)),
    _Kind("AutoCAD 图纸（DXF）", _EXPORT, (".dxf",), ((0, b"AutoCAD Binary"), (0, b"  0\nSEC"), (0, b"  0\r\nSEC"))),
    _Kind("Excel 表格", _SHEET, (".xlsx", ".xlsm", ".et")),
    _Kind("旧版 Excel 或 Word 文件", _SHEET, (".xls", ".doc", ".ppt", ".wps"), ((0, b"\xd0\xcf\x11\xe0\xa1\xb1"),)),
    _Kind("Word 文档", _EXPORT, (".docx",)),
    _Kind("演示文稿", _EXPORT, (".pptx",)),
    _Kind("表格（CSV）", _SHEET, (".csv", ".tsv")),
    _Kind("ArcGIS 文件地理数据库（gdb）", _EXPORT, (".gdb", ".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx")),
    _Kind("ArcGIS 个人地理数据库（mdb）", _EXPORT, (".mdb", ".accdb"), ((4, b"Standard Jet"), (4, b"Standard ACE"))),
    _Kind("ArcGIS 工程文件", _EXPORT, (".mxd", ".aprx", ".lyr", ".lyrx", ".mpk", ".ppkx")),
    _Kind("MapGIS 文件", _EXPORT, (".wp", ".wl", ".wt", ".mpj"), ((0, b"WMAP"),)),
    _Kind("MapInfo 文件", _EXPORT, (".tab", ".mif", ".mid"), ((0, b"!table"), (0, b"!Table"), (0, b"Version 300"))),
    _Kind("ArcInfo 交换文件（e00）", _EXPORT, (".e00",), ((0, b"EXP  0"),)),
    _Kind("国土数据交换文件（VCT）", _EXPORT, (".vct",), ((0, b"HeadBegin"),)),
    _Kind("奥维地图文件", _EXPORT, (".ovkml", ".ovobj", ".ovjsn", ".ovmap")),
    _Kind("FlatGeobuf 文件", _EXPORT, (".fgb",), ((0, b"fgb\x03"),)),
    _Kind("Parquet 文件", _EXPORT, (".parquet", ".geoparquet"), ((0, b"PAR1"),)),
    _Kind("图片或影像", _EXPORT, (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"),
          ((0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"II*\x00"), (0, b"MM\x00*"), (0, b"GIF8"), (0, b"II+\x00"))),
    _Kind("程序", _EXPORT, (".exe", ".dll", ".msi"), ((0, b"MZ"), (0, b"\x7fELF"))),
    _Kind("GML 或 XML 文件", _EXPORT, (".gml", ".xml", ".vrt"), ((0, b"<?xml"),)),
    _Kind("网页", _EXPORT, (".html", ".htm"), ((0, b"<!DOCTYPE"), (0, b"<!doctype"), (0, b"<html"))),
    _Kind("脚本", _EXPORT, (".js",), ((0, b"var "), (0, b"const "), (0, b"(function"), (0, b"callback("))),
    _Kind("文字", _EXPORT, (".txt", ".md", ".log", ".wkt")),
)  # fmt: skip
HEAD = 512
"""Bytes from the beginning that tell a kind."""


def foreign(head: bytes, name: str) -> tuple[str, str]:
    """What the file is and what to do, by what it begins with, then by its name; ('', '') where it is none of these."""
    for kind in _KINDS:
        if any(head[place : place + len(magic)] == magic for place, magic in kind.magics):
            return kind.words, kind.advice
    suffix = PurePosixPath(name).suffix.lower()
    for kind in _KINDS:
        if suffix in kind.suffixes:
            return kind.words, kind.advice
    return "", ""


def is_words(words: str) -> str:
    """是 and what it is, with a space before a foreign word."""
    return f"是{' ' if words[0].isascii() else ''}{words}"


def refusal(head: bytes, name: str) -> str:
    """The sentence that a file is refused with; ``head``: its first bytes."""
    if not head:
        return f"{name} 是空文件，请重新导出后再导入。"
    words, advice = foreign(head, name)
    if words:
        return f"{name} {is_words(words)}，读不出边界，{advice}。"
    return f"{name} 不是边界文件，需要 {WANTED}。"
