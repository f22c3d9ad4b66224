"""Working days: counted, added, and a year's notice taken.

``chinesecalendar`` knows the years whose notice was out when it was made; the county's own table stands before it. A
year that neither knows counts Monday to Friday, and says so wherever a deadline of it stands (``Calendar.note``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
from sqlalchemy import ColumnElement, Connection, and_, select

from data.access.rights import needs
from data.access.roles import ADMINISTER, READ, SETTINGS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import Refused
from data.model import calendar_day
from data.text.signs import hidden

ONE = timedelta(days=1)
WORK, REST = "班", "休"
_LINE = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s*(?:至|~|—)\s*(\d{4}-\d\d-\d\d))?\s+(班|休)(?:\s+(\S{1,20}))?")
_LONGEST = 31  # days in one line of a notice


@cache
def _published() -> Mapping[date, bool]:
    """Days that the State Council's notices take out of the week's order → whether they are worked."""
    worked = dict.fromkeys(chinese_calendar.workdays, True)
    return {**dict.fromkeys(chinese_calendar.holidays, False), **worked}


@cache
def _published_years() -> frozenset[int]:
    return frozenset(day.year for day in _published())


@dataclass(frozen=True)
class Calendar:
    """``own``: days that the county has said itself → whether they are worked."""

    own: Mapping[date, bool]

    def known(self, year: int) -> bool:
        """Whether a notice of this year is known."""
        return year in _published_years() or any(day.year == year for day in self.own)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        if day in self.own:
            return self.own[day]
        return _published().get(day, day.weekday() < 5)

    def add(self, day: date, number: int) -> date:
        """The ``number``-th working day after ``day``; of 0 the day itself."""
        for _ in range(number):
            day = next(self._after(day))
        return day

    def before(self, day: date) -> date:
        """The last working day before ``day``."""
        day -= ONE
        while not self.works(day):
            day -= ONE
        return day

    def between(self, first: date, last: date) -> Iterator[date]:
        """The working days from ``first`` to ``last``, both with."""
        return (day for day in self._after(first - ONE, last))

    def note(self, day: date) -> str:
        """What is to be said beside a deadline on this day; '' where its year is known."""
        return "" if self.known(day.year) else f"{day.year}年放假安排尚未录入，按周一至周五计"

    def _after(self, day: date, last: date = date.max) -> Iterator[date]:
        while day < last:
            day += ONE
            if self.works(day):
                yield day


def calendar(connection: Connection) -> Calendar:
    """The county's calendar as it stands."""
    rows = connection.execute(select(calendar_day.c.day, calendar_day.c.working))
    return Calendar({date.fromisoformat(day): bool(working) for day, working in rows})


@dataclass(frozen=True)
class Notice:
    """One day that a year's notice takes out of the week's order."""

    day: date
    working: bool
    name: str


def read_notice(year: int, text: str) -> list[Notice]:
    """A notice as typed, one line for a day or a stretch: ``2027-01-01 至 2027-01-03 休 元旦``, ``2027-02-20 班``.

    Raises Refused with the line that cannot be read, a day that is not of the year, or one that is named twice.
    """
    found: dict[date, Notice] = {}
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line:
            continue
        matched = None if hidden(line) else _LINE.fullmatch(line)
        if matched is None:
            raise Refused(f"第 {number} 行看不懂，应写成“{year}-01-01 至 {year}-01-03 休 元旦”或“{year}-01-04 班”。")
        for day in _days(number, matched[1], matched[2] or matched[1]):
            if day.year != year:
                raise Refused(f"第 {number} 行的 {day} 不在 {year} 年。")
            if day in found:
                raise Refused(f"第 {number} 行的 {day} 前面已经写过。")
            found[day] = Notice(day, matched[3] == WORK, matched[4] or "")
    if not found:
        raise Refused("请按国务院办公厅的通知逐行写明放假和调休上班的日期。")
    return sorted(found.values(), key=lambda one: one.day)


def _days(number: int, first: str, last: str) -> list[date]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise Refused(f"第 {number} 行的日期不存在。") from error
    if not begin <= end < begin + timedelta(days=_LONGEST):
        raise Refused(f"第 {number} 行的起止日期不对。")
    return [begin + timedelta(days=passed) for passed in range((end - begin).days + 1)]


@needs(ADMINISTER, SETTINGS)
def take_notice(connection: Connection, viewer: Viewer, year: int, text: str, *, now: datetime) -> int:
    """Put a year's notice in the place of what stood of that year; how many days it names. Raises Refused as
    ``read_notice`` does."""
    notice = read_notice(year, text)
    table = calendar_day
    connection.execute(table.delete().where(_of_year(year)))
    by = {"at": written(now), "actor": viewer.actor}
    rows = [{"day": one.day.isoformat(), "working": int(one.working), "name": one.name, **by} for one in notice]
    connection.execute(table.insert(), rows)
    told = f"录入{year}年放假安排，{len(rows)} 天"
    audit.enter(connection, actor=viewer.actor, address="", view="setting", households=(None,), detail=told, now=now)
    return len(rows)


@needs(READ, SETTINGS)
def notices(connection: Connection, viewer: Viewer, year: int) -> list[Notice]:
    """What the county has said of a year."""
    table = calendar_day.c
    asked = select(table.day, table.working, table.name).where(_of_year(year))
    rows = connection.execute(asked.order_by(table.day))
    return [Notice(date.fromisoformat(day), bool(working), name or "") for day, working, name in rows]


def _of_year(year: int) -> ColumnElement[bool]:
    return and_(calendar_day.c.day >= f"{year}-01-01", calendar_day.c.day <= f"{year}-12-31")
