"""Workbooks and zips as they come out of broken sticks, programs and mails: one damaged file for each seed."""

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.data.intake.books import sound_book, write_xlsx, write_zip

Entries = dict[str, bytes]
_ODD = (
    "", "清空", "无", "#N/A", "=1+1", "'H001", '="007"', "1e400", "-0", "NaN", "2026-13-45", "9" * 40, "\u202e户\u200b",
    "\ue123", "\U00020bb7", "😀", "x" * 40_000, "\x00", "\ufffe", '"', "a\r\nb", "H1,H2;H3\tH4", "1.5万元", "２０２６",
)  # fmt: skip
_PLACE = re.compile(rb'\br="[A-Z]+[0-9]+"')
_CODES = ("gb18030", "utf-16", "utf-16-le", "utf-8-sig", "big5", "utf-32", "cp037")


def damaged(folder: Path, seed: int) -> Path:
    """A damaged file: which of the two forms, which harm and where follows from the seed."""
    draw = random.Random(seed)
    book = sound_book()
    if draw.random() < 0.6:
        path, harms = write_xlsx(folder / f"{seed}.xlsx", book), _ENTRIES + _BOOKS
    else:
        path, harms = write_zip(folder / f"{seed}.zip", book), _ENTRIES + _TEXTS
    if draw.random() < 0.15:
        content = bytearray(path.read_bytes())
        draw.choice(_BYTES)(content, draw)
        path.write_bytes(content)
        return path
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(draw.choice((1, 1, 2, 4))):
        draw.choice(harms)(entries, draw)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    if draw.random() < 0.1:
        path = path.rename(path.with_suffix(draw.choice((".csv", ".xls", ".txt", ".xlsx", ".zip"))))
    return path


# the file as it is ----------------------------------------------------------------------------------------------------


def _cut(content: bytearray, draw: random.Random) -> None:
    del content[draw.randrange(len(content)) :]


def _flip(content: bytearray, draw: random.Random) -> None:
    for _ in range(draw.choice((1, 20, 400))):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)


def _drop_middle(content: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(content))
    del content[start : start + draw.randrange(1, 5_000)]


_BYTES: tuple[Callable[[bytearray, random.Random], None], ...] = (_cut, _flip, _drop_middle)

# any entry, packed again as it should be ------------------------------------------------------------------------------


def _one(entries: Entries, draw: random.Random, like: str = "") -> str:
    return draw.choice([name for name in entries if like in name] or list(entries))


def _remove(entries: Entries, draw: random.Random) -> None:
    if len(entries) > 1:
        del entries[_one(entries, draw)]


def _inside(entries: Entries, draw: random.Random) -> None:
    name = _one(entries, draw)
    content = bytearray(entries[name] or b"x")
    draw.choice(_BYTES)(content, draw)
    entries[name] = bytes(content)


def _code(entries: Entries, draw: random.Random) -> None:
    name = _one(entries, draw, draw.choice((".xml", ".csv")))
    entries[name] = entries[name].decode(errors="replace").encode(draw.choice(_CODES), errors="replace")


def _bomb(entries: Entries, draw: random.Random) -> None:
    name = draw.choice((_one(entries, draw), "xl/worksheets/sheet99.xml", "走访.csv"))
    entries[name] = bytes(12 * 2**20)


def _matryoshka(entries: Entries, draw: random.Random) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    entries[draw.choice(("里面.zip", "里面.xlsx", "../../里面.xlsx", "户.csv"))] = inner.getvalue()


def _rename(entries: Entries, draw: random.Random) -> None:
    name = _one(entries, draw)
    names = ("../户.csv", "C:\\户.csv", name.upper(), "xl/workbook.xml", "户表.csv", "x" * 300)
    entries[draw.choice(names)] = entries.pop(name)


Harm = Callable[[Entries, random.Random], None]
_ENTRIES: tuple[Harm, ...] = (_remove, _inside, _inside, _code, _bomb, _matryoshka, _rename)

# the parts of a workbook ----------------------------------------------------------------------------------------------


def _sheet(entries: Entries, draw: random.Random, change: Callable[[bytes], bytes]) -> None:
    name = _one(entries, draw, "worksheets/sheet")
    entries[name] = change(entries[name])


def _no_texts(entries: Entries, draw: random.Random) -> None:
    entries.pop("xl/sharedStrings.xml", None)


def _moved(entries: Entries, draw: random.Random) -> None:
    places = (b'r="A1"', b'r="XFD1048576"', b'r="XFD1"', b'r="A0"', b'r="ZZZZ9"', b'r="B99999999"', b'r=""', b'r="-1"')

    def change(xml: bytes) -> bytes:
        return _PLACE.sub(lambda found: draw.choice(places) if draw.random() < 0.05 else found[0], xml)

    _sheet(entries, draw, change)


def _cells(entries: Entries, draw: random.Random) -> None:
    wrong = (
        b"<f>1/0</f>", b"<f>1+1</f><v/>", b"<v>99999</v>", b"<v>x</v>", b"<v>-1</v>", b"</c><c>", b"<v>1e309</v>", b"",
    )  # fmt: skip

    def change(xml: bytes) -> bytes:
        return re.sub(rb"<v>.*?</v>", lambda found: draw.choice(wrong) if draw.random() < 0.1 else found[0], xml)

    _sheet(entries, draw, change)


def _kinds(entries: Entries, draw: random.Random) -> None:
    kinds = (b't="e"', b't="b"', b't="d"', b't="str"', b't="inlineStr"', b't="?"', b"")
    _sheet(entries, draw, lambda xml: re.sub(rb't="s"', lambda _: draw.choice((b't="s"', *kinds)), xml))


def _merged(entries: Entries, draw: random.Random) -> None:
    ranges = draw.choice((b"A1:XFD1048576", b"B2:B9", b"A2:A1", b"A1:", b"", b"ZZZZ1:A9"))
    added = b'<mergeCells count="9"><mergeCell ref="%s"/></mergeCells></worksheet>' % ranges
    _sheet(entries, draw, lambda xml: xml.replace(b"</worksheet>", added))


def _titles(entries: Entries, draw: random.Random) -> None:
    def change(found: re.Match[bytes]) -> bytes:
        title = draw.choice(("户", "收支表", "户（东村）", "", "a" * 99, "'", "&amp;", "&#0;", "&nichts;"))
        return b'<sheet name="%s"' % title.encode() if draw.random() < 0.3 else found[0]

    entries["xl/workbook.xml"] = re.sub(rb'<sheet name="[^"]*"', change, entries.get("xl/workbook.xml", b""))


def _tags(entries: Entries, draw: random.Random) -> None:
    name = _one(entries, draw, ".xml")
    entries[name] = re.sub(rb"<[^>]*>", lambda found: b"" if draw.random() < 0.02 else found[0], entries[name])


def _entities(entries: Entries, draw: random.Random) -> None:
    name = _one(entries, draw, draw.choice(("worksheets/sheet", "workbook.xml", "core.xml", "sharedStrings")))
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    head, _, rest = entries[name].partition(b"?>")
    entries[name] = head + b"?>" + f"<!DOCTYPE x [{levels}]>".encode() + rest.replace(b"</", b"&a9;</", 1)


_BOOKS: tuple[Harm, ...] = (
    _no_texts,
    _moved,
    _moved,
    _cells,
    _cells,
    _kinds,
    _merged,
    _titles,
    _tags,
    _tags,
    _entities,
)

# the lines of CSV files -----------------------------------------------------------------------------------------------


def _lines(entries: Entries, draw: random.Random, change: Callable[[list[str]], list[str]]) -> None:
    name = _one(entries, draw, ".csv")
    lines = entries[name].decode(errors="replace").split("\r\n")
    entries[name] = "\r\n".join(change(lines)).encode(errors="replace")


def _heads(entries: Entries, draw: random.Random) -> None:
    def change(lines: list[str]) -> list[str]:
        return [lines[0] + draw.choice(("", "," + lines[0]))] * draw.choice((1, 2)) + lines[1:]

    _lines(entries, draw, change)


def _wide(entries: Entries, draw: random.Random) -> None:
    _lines(entries, draw, lambda lines: [line + "," * draw.choice((1, 300, 1_000_000)) for line in lines[:2]])


def _garbage(entries: Entries, draw: random.Random) -> None:
    def change(lines: list[str]) -> list[str]:
        cells = [line.split(",") for line in lines]
        for line in cells:
            for place in range(len(line)):
                if draw.random() < 0.1:
                    line[place] = draw.choice(_ODD)
        return [",".join(line) for line in cells]

    _lines(entries, draw, change)


def _separator(entries: Entries, draw: random.Random) -> None:
    sign = draw.choice(("\t", ";", "|", "，", " "))
    first = draw.choice(([], [f"sep={sign}"]))
    _lines(entries, draw, lambda lines: [*first, *(line.replace(",", sign) for line in lines)])


def _title(entries: Entries, draw: random.Random) -> None:
    _lines(entries, draw, lambda lines: ["2026年收支名册，单位：万元", ""] * draw.choice((1, 20)) + lines)


_TEXTS: tuple[Harm, ...] = (_heads, _heads, _wide, _garbage, _garbage, _garbage, _separator, _title)
