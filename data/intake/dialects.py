"""How a file of separated values is written: its encoding, its separator, and whether Excel's own line leads it."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from data.intake.issues import FileFault

HEAD = 2**16  # bytes from whose beginning it is told
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)  # fmt: skip
_SEPARATORS = (",", "\t", ";", "|")
_LINES = 5  # from so many the separator is told: a title above the headings has none
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_CHINESE = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Dialect:
    """``encoding`` (a codec's name), ``separator``, and how many lines stand before what Excel shows as row 1. Where it
    is not ``usual``, the quick reader does not take it."""

    encoding: str
    separator: str = ","
    above: int = 0
    marked: bool = False  # with a byte order mark that its codec leaves in the text

    @property
    def usual(self) -> bool:
        """Whether its first line is that of the headings, in a code whose ends of lines are single bytes."""
        return not (self.above or self.marked or self.encoding.startswith("utf-16"))


def dialect_of(head: bytes) -> Dialect:
    """Told from the first HEAD bytes of a file. Raises FileFault for what is no text, or in a code nobody knows."""
    if head.startswith(b"PK\x03\x04"):
        raise FileFault("不是 CSV 文本文件")
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head).removeprefix("\ufeff")
    marked = encoding == "gb18030" and head.startswith(_MARKS[-1][0])
    lines = text.splitlines()[:_LINES]
    if lines and (said := _SAID.fullmatch(lines[0])):
        return Dialect(encoding, said[1], 1, marked)
    counts = {one: max((_QUOTED.sub("", line).count(one) for line in lines), default=0) for one in _SEPARATORS}
    return Dialect(encoding, max(_SEPARATORS, key=lambda one: counts[one]), 0, marked)


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head[:200]:
        return _wide(head)
    # the first line that is not plain ASCII: a title, or the headings
    line = next((line for line in head.split(b"\n") if not line.isascii()), b"")
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            codecs.getincrementaldecoder(encoding)().decode(line, final=len(head) < HEAD)
            return encoding
    raise FileFault("文字编码无法识别，请另存为 UTF-8 编码的 CSV")


def _wide(head: bytes) -> str:
    """UTF-16 without its mark, where the first line is Chinese in it."""
    for encoding in ("utf-16-le", "utf-16-be"):
        line = head[: len(head) // 2 * 2].decode(encoding, errors="replace").split("\n")[0]
        if _CHINESE.search(line) and "\ufffd" not in line and "\x00" not in line:
            return encoding
    raise FileFault("不是 CSV 文本文件")
