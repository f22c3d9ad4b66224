"""What one of all processes does by itself: backups and trial restores by the timetable."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine

from data import settings
from data.access.actors import TIMER
from data.backups import making, runs, work
from data.backups.timetable import drill_due
from data.backups.work import BACKUP, Work
from data.errors import WarRoomError
from data.regions.tree import holds_real_regions
from data.store.lease import lead

LEASE = "backups"
LOOK = 60
"""Seconds between two looks."""
LASTING = timedelta(seconds=150)
_log = logging.getLogger("warroom")


def look(engine: Engine, holder: str, now: datetime) -> Work | None:
    """What the timetable wants now, where this process leads (``holder`` tells it from others): started, and what that
    was. Demonstration data are made anew at any time: of them none is kept."""
    if not lead(engine, LEASE, holder, now=now, lasting=LASTING):
        return None
    work.settle(engine, now)
    if work.at_work(engine, now) is not None:
        return None
    try:
        wanted = _wanted(engine, now)
    except WarRoomError as error:  # such as one ordered on a page in the same moment
        _log.info("nothing is backed up by the timetable now: %s", error)
        return None
    if wanted is not None:
        work.start(engine, wanted)
    return wanted


def _wanted(engine: Engine, now: datetime) -> Work | None:
    with engine.connect() as connection:
        if not holds_real_regions(connection):
            return None
        newest, failed = runs.newest(connection, now), runs.last_failed(connection, now)
        last = newest.made if newest else None
        due = runs.timetable(connection).due(now, last, failed.made if failed else None)
        drilled = runs.last_drilled(connection, now)
        every = int(settings.value_of(connection, "drill_days"))
    if due:
        return work.take(engine, BACKUP, making.next_file(engine, now), actor=TIMER, now=now)
    tried = drilled.drill if drilled else None
    when = datetime.fromisoformat(tried.at) if tried else None
    if newest and drill_due(every, now, when, passed=bool(tried and tried.passed)):
        return making.take_drill(engine, actor=TIMER, now=now)
    return None
