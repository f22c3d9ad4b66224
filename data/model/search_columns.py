"""Pinyin initials of names (张三丰 → zsf), by which officials search."""

from functools import lru_cache

from pypinyin import Style, pinyin

SURNAMES = {
    "单": "s", "曾": "z", "解": "x", "仇": "q", "查": "z", "区": "o", "朴": "p", "缪": "m", "乐": "y", "秘": "b",
    "种": "c", "繁": "p", "尉": "y", "万": "w", "覃": "q", "盖": "g", "翟": "z", "召": "s", "黑": "h", "重": "c",
    "员": "y", "折": "s",
}  # fmt: skip
"""Characters that are read otherwise as a surname than elsewhere, or whose usual reading is doubtful."""


def initials(name: str) -> str:
    """Lower-case first letters, one for each Chinese character; letters and digits stay, everything else goes."""
    letters = [SURNAMES.get(name[:1]) or _letter(name[0]), *map(_letter, name[1:])] if name else []
    return "".join(letters)


@lru_cache(maxsize=30_000)  # there are not many more characters in names
def _letter(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    read = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][0] if read else ""


def id_tail(number: str | None) -> str | None:
    """The last six of an 18-digit ID number (of 20 and 22 with the disability code: of its first 18); None without."""
    return number[12:18].upper() if number and len(number) >= 18 else None
