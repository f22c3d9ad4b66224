"""The county's clock: China's date and time of day, whatever zone the machine keeps.

Records hold local time without a zone, and so does everything here. Only the shells (``app.py``, the script of the
pages, the command line) take the real clock; whatever lies below is handed a clock, a moment or a day.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]
"""Gives the moment it is asked at; in a test any moment."""
SKEW = timedelta(minutes=5)
"""By how much the clocks of two machines may differ before it is spoken of."""


def county_clock() -> datetime:
    """This moment in China."""
    return datetime.now(ZONE).replace(tzinfo=None)


def written(moment: datetime) -> str:
    """A moment as records hold it, to the second."""
    return moment.isoformat(timespec="seconds")
