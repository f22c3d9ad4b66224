"""Text that a spreadsheet program would run as a formula, in a file of texts (CSV): it is kept from that by an
apostrophe in front, which the import takes away again."""

import re

_FORMULA = re.compile(r"[\s\0]*[=+\-@＝＋－＠|%]|[\t\r\n]")
_KEPT = re.compile(r"'(?=(?:[\s\0]*[=+\-@＝＋－＠|%]|[\t\r\n]))")


def defused(text: str) -> str:
    """The text as a cell that stays text."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_written(cell: str) -> str:
    """What a defused cell held."""
    return cell[1:] if _KEPT.match(cell) else cell
