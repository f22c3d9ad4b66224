"""Texts whose bytes somebody took for Latin-1: those of a dbf, read so on purpose, and those an export got wrong.

What a dbf says of its encoding is often wrong, and headings and cells may differ: each column is judged by what it
holds, and a heading by itself.
"""

import codecs
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.generic]

_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
_OTHER = re.compile("[^\x00-\x7f·\u2000-\u206f\u2e80-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def decoded(columns: Sequence[tuple[str, Cells]], *, raw: bool) -> dict[str, Cells]:
    """Headings and texts as they are meant: UTF-8 or GB18030, each column by its own.

    ``raw``: every text is bytes (a dbf); half a character at its end, where its field was too short, is dropped.
    Otherwise a column is touched only where all of it reads as Chinese in the bytes it was made of. Two columns whose
    headings become one keep both: the second is numbered; a heading of no letters gives way to the column's place.
    """
    found: dict[str, Cells] = {}
    for place, (heading, cells) in enumerate(columns, 1):
        named = _meant([heading], raw=raw)[0]
        named = name = named if any(sign.isalnum() for sign in named) else f"第{place}列"
        number = 2
        while name in found:
            name, number = f"{named}_{number}", number + 1
        found[name] = _column(cells, raw=raw)
    return found


def private(text: str) -> str:
    """The first sign of a text that only the machine it was written on can show (造字); '' where there is none."""
    sign = _PRIVATE.search(text)
    return sign[0] if sign else ""


def _column(cells: Cells, *, raw: bool) -> Cells:
    places = [place for place, cell in enumerate(cells) if isinstance(cell, str)]
    if not places:
        return cells
    texts = _meant([str(cells[place]) for place in places], raw=raw)
    column = np.array(cells, object)
    for place, text in zip(places, texts, strict=True):
        column[place] = text
    return column


def _meant(texts: Sequence[str], *, raw: bool) -> list[str]:
    """The texts in the encoding that all of them fit; where none does, each in its own, with � for what is broken."""
    try:
        content = [text.encode("latin-1") for text in texts]
    except UnicodeEncodeError:  # no bytes: text that was read as it should be
        return list(texts)
    if all(text.isascii() for text in texts):
        return list(texts)
    for encoding in ("utf-8", "gb18030"):
        found = [_whole(one, encoding, raw=raw) for one in content]
        whole = [text for text in found if text is not None]
        if len(whole) == len(found) and _is_chinese(whole):
            return whole
        if any(_is_surely_utf8(one) for one in content):  # GB18030 reads almost anything, and would read these wrong
            break
    return [_each(one) for one in content] if raw else list(texts)


def _is_surely_utf8(content: bytes) -> bool:
    text = _whole(content, "utf-8", raw=False)
    return text is not None and len(_CHINESE.findall(text)) > 1


def _whole(content: bytes, encoding: str, *, raw: bool) -> str | None:
    """The content decoded, without the half character it may end in where it is raw; None where it does not fit."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=not raw)
    except UnicodeDecodeError:
        return None


def _is_chinese(texts: Sequence[str]) -> bool:
    """Whether Chinese is among them and what is neither Chinese nor ASCII is rare: GB18030 may fit UTF-8 by chance."""
    together = "".join(texts)
    chinese, other = len(_CHINESE.findall(together)), len(_OTHER.findall(together))
    return (chinese > 0 or not other) and other <= chinese


def _each(content: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        text = _whole(content, encoding, raw=True)
        if text is not None:
            return text
    return content.decode("gb18030", "replace")
