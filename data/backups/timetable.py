"""When a backup is due: pure, by the settings, the moment and when the last one was made.

A backup belongs to the day on which its hour last struck: one made by hand at noon is that day's. What is dated later
than the moment was made before a clock was set back: it says nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from data.clock import SKEW

RETRY = timedelta(hours=1)
GRACE = timedelta(hours=6)
"""How long a backup may be due before its absence is grave."""


@dataclass(frozen=True)
class Timetable:
    """Each ``every`` days (0: never) at the full ``hour``."""

    every: int
    hour: int

    def due_at(self, now: datetime, last: datetime | None) -> datetime | None:
        """When the next one is due, in the past where it is late; None where there is no timetable. ``last``: when the
        last good one was made; without one it is due at once."""
        if not self.every:
            return None
        if last is None or last > now + SKEW:
            return now
        return datetime.combine(self._day(last) + timedelta(days=self.every), time(self.hour))

    def due(self, now: datetime, last: datetime | None, tried: datetime | None = None) -> bool:
        """Whether one is to be made now. ``tried``: when one failed last; not more than once in an hour."""
        at = self.due_at(now, last)
        waits = tried is not None and now - RETRY < tried <= now + SKEW
        return at is not None and at <= now and not waits

    def late(self, now: datetime, last: datetime | None) -> bool:
        """Whether the last good one is older than the timetable allows; there being none is late at once."""
        at = self.due_at(now, last)
        return at is not None and (at + GRACE < now or last is None or last > now + SKEW)

    def _day(self, moment: datetime) -> date:
        return (moment - timedelta(hours=self.hour)).date()


def drill_due(every: int, now: datetime, last: datetime | None, *, passed: bool) -> bool:
    """Whether a restore is to be tried now, each ``every`` days (0: never); one that was not passed, again next day."""
    if not every:
        return False
    if last is None or last > now + SKEW:
        return True
    return now - last >= timedelta(days=every if passed else 1)
