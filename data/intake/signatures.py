"""What a file is that is no workbook, by its first bytes: whoever hands one over is told what he has."""

import re

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STREAMS = (("WordDocument", "Word 文档"), ("PowerPoint Document", "演示文稿"))
_SAVE_AS = "请用 Excel 另存为 .xlsx 后再导入"
_STARTS = (
    (b"%PDF", "是 PDF 文件，里面没有可以读的表格，请交 .xlsx 或 CSV"),
    (b"\x89PNG", "是图片，请交 .xlsx 或 CSV"),
    (b"\xff\xd8\xff", "是图片，请交 .xlsx 或 CSV"),
    (b"GIF8", "是图片，请交 .xlsx 或 CSV"),
    (b"BM", "是图片，请交 .xlsx 或 CSV"),
    (b"II*\x00", "是图片，请交 .xlsx 或 CSV"),
    (b"MM\x00*", "是图片，请交 .xlsx 或 CSV"),
    (b"RIFF", "是图片或音像文件，请交 .xlsx 或 CSV"),
    (b"Rar!", "是 RAR 压缩包，请解压后交其中的 .xlsx，或改用 .zip"),
    (b"7z\xbc\xaf", "是 7z 压缩包，请解压后交其中的 .xlsx，或改用 .zip"),
    (b"\x1f\x8b", "是 gz 压缩包，请解压后交其中的文件，或改用 .zip"),
    (b"SQLite format 3", "是数据库文件，不是工作簿；区划边界（.gpkg）请从区划边界处导入"),
    (b"PK\x03\x04", "不完整或已损坏（可能没有传完），请重新取得后再导入"),
)
_MARKUP = (
    (re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet", re.IGNORECASE), f"是 XML 表格，{_SAVE_AS}"),
    (re.compile(rb"<(?:html|table|!doctype)", re.IGNORECASE), f"是网页，扩展名是后改的，{_SAVE_AS}"),
    (re.compile(rb"<kml", re.IGNORECASE), "是地图文件，不是工作簿；区划边界请从区划边界处导入"),
)
_MAPS = (".shp", ".geojson", ".gpkg", ".kml")
NO_DATA = "不是有效的数据文件（或已损坏），应为 .xlsx 工作簿、CSV 文件夹或 CSV 压缩包（.zip）"


def told_by(head: bytes) -> str:
    """What a file that begins so is, where it can be neither a workbook nor text; '' for what may be either."""
    if not head:
        return "是空文件，里面没有内容"
    if head.startswith(OLE):
        if _ENCRYPTED in head:
            return "文件已加密，请取消密码后再导入"
        for stream, words in _STREAMS:
            if stream.encode("utf-16-le") in head:
                return f"是旧版{words}，不是工作簿"
        return f"是旧版 .xls 文件，{_SAVE_AS}"
    for start, words in _STARTS:
        if head.startswith(start):
            return words
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return next((words for pattern, words in _MARKUP if pattern.search(head)), "是 XML 文件，不是工作簿")
    if text.startswith((b"{", b"[")):
        return "是 JSON 文件，不是工作簿；区划边界请从区划边界处导入"
    return ""


def told_by_parts(parts: set[str]) -> str:
    """What a packed file with these entries is, where it is neither a workbook nor one of CSV files."""
    if "xl/workbook.bin" in parts or "content.xml" in parts:
        return f"不是 .xlsx 工作簿，{_SAVE_AS}"
    if "word/document.xml" in parts:
        return "是 Word 文档，不是工作簿"
    if "ppt/presentation.xml" in parts:
        return "是演示文稿，不是工作簿"
    if any(part.lower().endswith(_MAPS) for part in parts):
        return "是地图文件，不是工作簿；区划边界请从区划边界处导入"
    return ""
