"""At which month a figure stands, whether that month is closed, and the words for one that is not.

Without a month asked for, a figure over books stands at the last closed month of its region and everything else at
today; with one, all stand at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from data import model
from data.figures.books import COUNTY, FULL, closed_month, closed_months, shares
from data.figures.indicators import BOOKS, CALENDAR, NOTHING, Indicator
from data.months import last_day, spoken

OPEN = "未满"


@dataclass(frozen=True)
class Standing:
    """Of one kind of closing: the ``month`` (ordinal) figures stand at, its last ``day`` that counts (ISO), whether it
    is ``closed``, and for books the ``share`` of the expected whose lines have come (None: nobody was expected, or
    nobody asks any more)."""

    month: int
    day: str
    closed: bool
    share: float | None = None

    @property
    def open_words(self) -> str:
        """``未满``, with how far it is: the share of the books, the day of the running month. Empty where closed."""
        if self.closed:
            return ""
        told = [f"截至{int(self.day[8:])}日"] if self.day < last_day(self.month) else []
        told += [] if self.share is None else [f"收支已报 {int(self.share * 100)}%"]
        return f"{OPEN}（{'，'.join(told)}）" if told else OPEN

    @property
    def stands_at(self) -> str:
        """``2026年10月``, or ``2026年11月22日`` in the month that runs."""
        return spoken(self.month) + (f"{int(self.day[8:])}日" if self.day < last_day(self.month) else "")

    @property
    def words(self) -> str:
        """Both: ``2026年11月，未满（截至22日）``."""
        return spoken(self.month) + ("" if self.closed else f"，{self.open_words}")


def standings(connection: Connection, region: str, asked: int | None) -> dict[str, Standing]:
    """What closes a figure → where it stands in a region; ``asked``: the month asked for, if any."""
    days = dict(connection.execute(select(model.month.c.month, model.month.c.as_of)).all())
    first, running = min(days), max(days)
    until = min(max(_closed(closed_month(connection, region), running), first), running)
    books = until if asked is None else asked
    share = shares(connection, [region], [books]).get((region, books))
    month = running if asked is None else asked
    return {
        BOOKS: Standing(books, days.get(books, last_day(books)), books <= until and _enough(region, share), share),
        CALENDAR: Standing(month, days.get(month, last_day(month)), month < running),
        NOTHING: Standing(month, days.get(month, last_day(month)), True),
    }


def _closed(until: int | None, running: int) -> int:
    """The last closed month; where nobody keeps books the last that has ended."""
    return running - 1 if until is None else until


def _enough(region: str, share: float | None) -> bool:
    """Whether a closed month holds for a region: for a county and what lies above it always, below it where enough of
    its own lines have come."""
    return len(region) <= COUNTY or share is None or share >= FULL


def open_months(connection: Connection, region: str, indicator: Indicator, months: Sequence[int]) -> list[int]:
    """Those of the months in which the figure is not closed there."""
    if indicator.closes == NOTHING or not len(months):
        return []
    if indicator.closes == CALENDAR:
        running = connection.execute(select(func.max(model.month.c.month))).scalar_one()
        return [month for month in months if month >= running]
    until = standings(connection, region, None)[BOOKS].month
    known = shares(connection, [region], months)
    return [month for month in months if month > until or not _enough(region, known.get((region, month)))]


def children_standing(
    connection: Connection, codes: Sequence[str], indicator: Indicator, month: int
) -> dict[str, Standing]:
    """Where the same figure stands in regions beside each other, in one month."""
    day, running = connection.execute(
        select(model.month.c.as_of, select(func.max(model.month.c.month)).scalar_subquery()).where(
            model.month.c.month == month
        )
    ).one_or_none() or (last_day(month), month)
    if indicator.closes != BOOKS:
        return dict.fromkeys(codes, Standing(month, day, indicator.closes == NOTHING or month < running))
    closed = closed_months(connection, {code[:COUNTY] for code in codes if len(code) >= COUNTY})
    known = shares(connection, codes, [month])
    listed = {}
    for code in codes:
        until = closed.get(code[:COUNTY]) if len(code) >= COUNTY else closed_month(connection, code)
        share = known.get((code, month))
        whole = _closed(until, running) >= month and _enough(code, share)
        listed[code] = Standing(month, day, whole, share)
    return listed
