"""What a household's twelve months of books are, in plain Python: the rule once more, one month at a time."""

from collections.abc import Set

from data.terms import Record


def missed(lines: Set[int], month: int) -> list[int]:
    """Months of the twelve that had a line a year before and have none."""
    return [one for one in range(month - 11, month + 1) if one - 12 in lines and one not in lines]


def record(lines: Set[int], month: int) -> Record:
    """Of a household with ``lines`` in these months and no totals of a year."""
    if begun(lines, month) is None:
        return Record.NONE
    twelve = [one for one in lines if month - 12 < one <= month]
    lacking = missed(lines, month)
    if len(lacking) > 1 or (lacking and not twelve):
        silent = max(lacking) > max(twelve, default=0)
        if silent and record(lines, month - 12) == Record.WHOLE:
            return Record.SILENT
        return Record.SHORT if twelve else Record.NONE
    if not twelve:
        return Record.NONE
    return Record.WHOLE if min(lines) <= month - 11 else Record.BEGUN


def begun(lines: Set[int], month: int) -> int | None:
    """The first month of the books, where it has come."""
    return min((one for one in lines if one <= month), default=None)


def comparable(lines: Set[int], month: int) -> bool:
    """Whether the twelve months may be set against those a year before: a first year is whole with as many months."""
    if record(lines, month) != Record.WHOLE:
        return False
    before = record(lines, month - 12)
    now, then = (sum(end - 12 < one <= end for one in lines) for end in (month, month - 12))
    return before == Record.WHOLE or (before == Record.BEGUN and then >= now)
