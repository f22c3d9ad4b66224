"""The Chinese font that paper is set in: one of the system's, and which characters no font here can draw.

typst names no character that it cannot draw, it leaves a box; so the tables of the fonts are read here.
"""

import struct
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from unicodedata import category

from data.errors import Refused, WarRoomError

PREFERRED = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "SimHei", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Families in the order they are wanted (the screens' own, then what else an office has)."""
PLAIN = "户主姓名帮扶收入明白卡"
RARE = "䶮喆㛃"
_UNDRAWN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}  # not the unassigned and private ones: names are written with them
NO_FONT = "没有找到中文字体，不能排版打印。请在服务器上安装后重启本系统：apt-get install fonts-noto-cjk"


def family() -> str:
    """The family to set in: the first preferred one that draws the rare characters of names, else any that does, else
    one with the plain ones. Raises Refused, naming the package, where there is none."""
    return _chosen()[0]


def lacking(texts: Iterable[str]) -> str:
    """The characters that no font of this machine draws, each once, in their order of code. Those for private use
    count among them: what a font draws for one is not what the name means."""
    asked = {character for text in texts for character in text if category(character) not in _UNDRAWN}
    private = {character for character in asked if category(character) == "Co"}
    asked -= private | _chosen()[1]
    for other in _faces() if asked else ():
        asked -= _drawn(other)  # typst goes on to any font that has the character
    return "".join(sorted(asked | private))


def _chosen() -> tuple[str, frozenset[str]]:
    found = _first_fit()
    if found is None:
        raise Refused(NO_FONT)
    return found


@cache
def _first_fit() -> tuple[str, frozenset[str]] | None:
    known = [name for name in PREFERRED if name in _faces()]
    others = sorted(name for name in _faces() if name not in PREFERRED and "Mono" not in name)
    for wanted in (PLAIN + RARE, PLAIN):
        for name in (*known, *others):
            drawn = _drawn(name)
            if drawn.issuperset(wanted):
                return name, drawn
    return None


@cache
def _faces() -> dict[str, tuple[str, int]]:
    """Family → file and place in it of its face nearest to the regular weight, for every font that typst sees."""
    import typst

    fonts = sorted(typst.Fonts().fonts(), key=lambda font: (abs(font.weight - 400), font.style != "normal"))
    found: dict[str, tuple[str, int]] = {}
    for font in fonts:
        if font.path:
            found.setdefault(font.family, (font.path, font.index))
    return found


def _drawn(name: str) -> frozenset[str]:
    """The characters of a family; none where its file cannot be read."""
    path, index = _faces()[name]
    try:
        return frozenset(map(chr, _mapped(Path(path).read_bytes(), index)))
    except (OSError, struct.error, ValueError):
        return frozenset()


def _mapped(data: bytes, index: int) -> Iterator[int]:
    """Code points of an OpenType file (its ``cmap``, formats 4 and 12; a collection holds several fonts)."""
    start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", data, start + 4)
    entries = [struct.unpack_from(">4sIII", data, start + 12 + 16 * place) for place in range(tables)]
    cmap = next((offset for tag, _, offset, _ in entries if tag == b"cmap"), None)
    if cmap is None:
        return
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for place in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * place)
        (form,) = struct.unpack_from(">H", data, cmap + offset)
        if form == 12:
            yield from _segments(data, cmap + offset)
        elif form == 4 and (platform, encoding) in ((3, 1), (0, 3), (0, 4)):
            yield from _short_segments(data, cmap + offset)


def _segments(data: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    for first, last, glyph in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups]):
        yield from range(first if glyph else first + 1, last + 1)


def _short_segments(data: bytes, at: int) -> Iterator[int]:
    (twice,) = struct.unpack_from(">H", data, at + 6)
    count = twice // 2
    lasts, firsts, deltas, offsets = (
        struct.unpack_from(f">{count}H", data, at + 14 + 2 * count * place + (2 if place else 0)) for place in range(4)
    )
    for place, (last, first, delta, offset) in enumerate(zip(lasts, firsts, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            glyph = (code + delta) & 0xFFFF
            if offset:
                spot = at + 16 + 2 * count * 3 + 2 * place + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, spot)
            if glyph and code != 0xFFFF:
                yield code


if __name__ == "__main__":
    try:
        print(family())
    except WarRoomError as error:
        sys.exit(str(error))
