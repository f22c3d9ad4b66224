"""Pinyin initials of names (张三丰 → zsf), by which officials search."""

from functools import lru_cache

from pypinyin import Style, pinyin

from data.model.surnames import READINGS, surname


def initials(name: str) -> str:
    """Lower-case first letters, one for each Chinese character; letters and digits stay, everything else goes."""
    family = surname(name)
    read = READINGS.get(family) or "".join(map(_letter, family))
    return read + "".join(map(_letter, name[len(family) :]))


@lru_cache(maxsize=30_000)  # there are not many more characters in names
def _letter(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    read = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][0] if read else ""


def id_tail(number: str | None) -> str | None:
    """The last six of an 18-digit ID number (of 20 and 22 with the disability code: of its first 18); None without."""
    return number[12:18].upper() if number and len(number) >= 18 else None
