"""The clocks of a case, in days or working days from a step's own day: what is due next, by when, how late it is.

Pure: settings come in as spans, holidays as a calendar. The first day does not count: three days from the 1st are over
with the 4th.
"""

import calendar as months_of_year
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.calendars.workdays import Calendar
from data.errors import Refused
from data.settings import span_of

CLOCKS = (
    "clue_take", "case_visit", "case_compare", "case_discuss", "case_publish", "case_public", "case_report",
    "case_township", "case_county", "case_announce", "case_whole", "case_return", "green_papers",
)  # fmt: skip
"""Settings that say a span."""
_NEXT = {
    "returned": ("discuss", "case_return"), "discussed": ("publish", "case_publish"),
    "reported": ("township", "case_township"), "county": ("county", "case_county"),
    "decided": ("include", "case_announce"), "removal_returned": ("removal_discuss", "case_return"),
    "removal_discussed": ("removal_publish", "case_publish"),
    "removal_reported": ("removal_township", "case_township"), "removal_county": ("removal_county", "case_county"),
    "removal_decided": ("remove", "case_announce"),
}  # fmt: skip
"""State → the action that is due in it, and the clock from the day on which it came to it."""
_LOOKED_INTO = {
    "checking": ((("visit", "case_visit"), ("compare", "case_compare")), "discuss"),
    "removal": ((("removal_visit", "case_visit"),), "removal_discuss"),
}
"""State → what comes first in it, in any order, and what after all of it."""
_HANGING = {"public": "report", "removal_public": "removal_report"}
_NOBODY: Mapping[str, date] = {}


@dataclass(frozen=True)
class Span:
    """So many days, or working days."""

    number: int
    working: bool

    def after(self, day: date, calendar: Calendar) -> date:
        """The last day of the span that begins behind ``day``."""
        return calendar.add(day, self.number) if self.working else day + timedelta(days=self.number)

    @property
    def words(self) -> str:
        """``5个工作日``."""
        return f"{self.number}个工作日" if self.working else f"{self.number}日"


Spans = Mapping[str, Span]
"""Setting → its span."""


@dataclass(frozen=True)
class Due:
    """The last day on which ``action`` is in time; ``note``: what is to be said of a year whose holidays nobody knows
    yet."""

    action: str
    day: date
    note: str = ""

    def late(self, today: date) -> int:
        """By how many days it is late; 0 where it is not."""
        return max((today - self.day).days, 0)


def spans_of(settings: Mapping[str, str]) -> dict[str, Span]:
    """The spans among settings in force (``data.settings.values``)."""
    return {name: Span(*span_of(settings[name])) for name in CLOCKS}


def due(
    state: str,
    since: date,
    spans: Spans,
    calendar: Calendar,
    *,
    done: Mapping[str, date] = _NOBODY,
    public_until: date | None = None,
) -> Due | None:
    """What is due next in a state since a day; None where no clock runs. ``done``: action → its last day, of what comes
    first where a case is looked into. ``public_until``: the last day of the notice that hangs."""
    if state in _LOOKED_INTO:
        first, then = _LOOKED_INTO[state]
        open_ = [_due(action, since, spans[name], calendar) for action, name in first if action not in done]
        if open_:
            return min(open_, key=lambda one: one.day)
        return _due(then, max([since, *(done[action] for action, _ in first)]), spans["case_discuss"], calendar)
    if state in _HANGING:
        ends = public_until or spans["case_public"].after(since, calendar)
        return _due(_HANGING[state], ends, spans["case_report"], calendar)
    if state not in _NEXT:
        return None
    action, name = _NEXT[state]
    return _due(action, since, spans[name], calendar)


def whole(began: date, spans: Spans, calendar: Calendar) -> Due:
    """By when a household is to be watched, from the day of the clue."""
    return _due("include", began, spans["case_whole"], calendar)


def _due(action: str, since: date, span: Span, calendar: Calendar) -> Due:
    day = span.after(since, calendar)
    return Due(action, day, calendar.note(day) if span.working else "")


def months_after(day: date, months: int) -> date:
    """The day by which so many months are full: of the 31st the last of a month that has none."""
    at = day.year * 12 + day.month - 1 + months
    last = months_of_year.monthrange(at // 12, at % 12 + 1)[1]
    return date(at // 12, at % 12 + 1, min(day.day, last))


def own_day(day: date | None, not_before: date | None, today: date) -> date:
    """The day of a step as given, today where none is. Raises Refused for one to come, and one before the step before
    it."""
    if day is None:
        return today
    if day > today:
        raise Refused("日期不能晚于今天。")
    if not_before is not None and day < not_before:
        raise Refused(f"日期早于上一步的日期（{not_before}），请核对。")
    return day


def entered_late(day: date, at: str) -> int:
    """By how many days a step was written down (``at``, ISO) after its own day."""
    return (date.fromisoformat(at[:10]) - day).days
