"""Region codes (统计用区划代码): zeros at the end mean the higher level; a code lies in what its beginning names."""

import re
from collections.abc import Container
from decimal import Decimal

from data.terms import LEVELS

LENGTHS = tuple(length for length in LEVELS if length)
_ZEROS = ((12, "000"), (9, "000"), (6, "00"), (4, "00"))
_NUMBER = re.compile(r"\d+(\.0*)?|\d(\.\d+)?[eE]\+?\d\d?", re.ASCII)


def region_code(text: str) -> tuple[str, bool]:
    """The region code a cell means, '' where it means none, and whether it was written out in full.

    Zeros that fill up to a longer form go (210881001000 is a township, 210000 a province, a 19-digit ZLDWDM its first
    twelve); zeros that were lost come back (21088110 → 210881100), but such a code is not full.
    """
    if not _NUMBER.fullmatch(text):
        return "", False
    digits = text if text.isdigit() else f"{Decimal(text):.0f}"
    if digits[0] == "0" or len(digits) < 2 or digits[12:].strip("0"):
        return "", False
    digits = digits[:12]
    for length, zeros in _ZEROS:
        if len(digits) == length:
            digits = digits.removesuffix(zeros)
    if len(digits) in LENGTHS:
        return digits, True
    return digits.ljust(min(length for length in LENGTHS if length > len(digits)), "0"), False


def is_code(text: str) -> bool:
    """Whether a text has the form of a region's code as the store keeps it: digits, as many as a level has."""
    return text.isascii() and text.isdigit() and len(text) in LENGTHS


def needed_parent(code: str) -> str:
    """The region that a township or a village cannot do without, '' for what is above; townships straight under a city
    (441900003 under 441900, that is 4419) need the city."""
    return region_code(code[:-3])[0] if len(code) > 6 else ""


def nearest_parent(code: str, known: Container[str]) -> str:
    """The longest known code that contains this one, '' where there is none."""
    return next((code[:n] for n in reversed(LENGTHS) if n < len(code) and code[:n] in known), "")
