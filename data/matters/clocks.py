"""The clocks of problems and tasks: when one is yellow and red, when it goes up a level, when its check is late.

All of it is a function of dates, the calendar and the steps. A village's matter that is overdue goes to its township
after N working days and to the county after N more; while it waits for its check, the owner's clock stands still; an
extension that is granted begins a new count and keeps the level; what was opened again goes on at the level it had.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.calendars.workdays import Calendar

LEVELS = (12, 9, 6)
"""Lengths of region codes: village, township, county, in the order in which a matter goes up."""
RED, YELLOW, CALM = "red", "yellow", ""
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Phase:
    """A stretch of a matter's life from ``since`` to the day before ``until`` (None: still) under one deadline;
    ``running``: its owner has to act."""

    since: date
    until: date | None
    deadline: date
    running: bool


def base_level(region: str) -> int:
    """The level at which a matter of this region begins."""
    return next((level for level in LEVELS if level <= len(region)), LEVELS[-1])


def above(level: int) -> int:
    """The level above; of the highest itself."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def place_at(region: str, level: int) -> str:
    """The region of a level that ``region`` lies in."""
    return region[: min(level, len(region))]


def rises(base: int, phases: Iterable[Phase], calendar: Calendar, each: int, today: date) -> list[tuple[int, date]]:
    """Each level above ``base`` that the matter has gone up to, with the day on which it did: the ``each``-th working
    day that it was overdue under one deadline, the ``2 * each``-th for the next."""
    found: list[tuple[int, date]] = []
    level, counted, deadline = base, 0, None
    for phase in phases:
        if phase.deadline != deadline:
            deadline, counted = phase.deadline, 0
        if not phase.running:
            continue
        last = min(today, phase.until - ONE) if phase.until else today
        for day in calendar.between(max(phase.since, phase.deadline + ONE), last):
            counted += 1
            if counted % each == 0 and above(level) != level:
                level = above(level)
                found.append((level, day))
            if above(level) == level:
                break
    return found


def light(deadline: date, today: date, calendar: Calendar) -> str:
    """Red from the day after the deadline on, yellow from the working day before it."""
    if today > deadline:
        return RED
    return YELLOW if today >= calendar.before(deadline) else CALM


def check_due(since: date, days: int, calendar: Calendar) -> date:
    """The day by which what was reported on ``since`` should be checked."""
    return calendar.add(since, days)


def check_level(base: int, since: date, days: int, calendar: Calendar, today: date) -> int:
    """Whose the check is today: the level above the matter's, its superior's once that one is late."""
    first = above(base)
    return first if today <= check_due(since, days, calendar) else above(first)


def phases(
    begun: date, deadline: date, steps: Sequence[tuple[date, bool, date | None]], clock_from: date | None
) -> list[Phase]:
    """The phases of a matter that began on a day under a deadline: ``steps`` are, in order, the day of each, whether
    its owner has to act after it, and the deadline from then on (None: as before). ``clock_from``: 历史遗留, no clock
    runs before."""
    found: list[Phase] = []
    since, running, due = begun, True, deadline
    for day, acts, moved in steps:
        then = moved or due
        if (acts, then) == (running, due):
            continue
        found.append(Phase(since, max(day, since), due, running))
        since, running, due = max(day, since), acts, then
    found.append(Phase(since, None, due, running))
    if clock_from is not None:
        found = [Phase(max(one.since, clock_from), one.until, one.deadline, one.running) for one in found]
    return found
