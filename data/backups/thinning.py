"""Which backups are kept: one of each of the last days, weeks and months that have any; the older, the wider apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rule:
    """Of how many days, weeks (Monday to Sunday) and months the newest backup each is kept."""

    days: int
    weeks: int
    months: int


def kept(backups: Iterable[tuple[int, date]], rule: Rule) -> set[int]:
    """The numbers of those that are kept of good backups, each (number, day it was made); of two of one day the one
    with the larger number is the newer. The last that was made is always among them, whatever day it bears."""
    newest_first = sorted(backups, key=lambda one: (one[1], one[0]), reverse=True)
    keep = {max(number for number, _ in newest_first)} if newest_first else set()
    for many, period in ((rule.days, date.toordinal), (rule.weeks, _week), (rule.months, _month)):
        newest_of: dict[int, int] = {}
        for number, day in newest_first:
            newest_of.setdefault(period(day), number)
        keep.update(list(newest_of.values())[:many])
    return keep


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7  # the first day of all was a Monday


def _month(day: date) -> int:
    return day.year * 12 + day.month
