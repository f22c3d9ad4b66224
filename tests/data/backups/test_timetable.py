"""When a backup is due, late, and to be tried again: over New Year, after a night off, with a clock set back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.backups.timetable import Timetable, drill_due

NIGHTLY = Timetable(every=1, hour=2)
_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-11-22T01:59", "2026-11-21T02:00:05", False),
        ("2026-11-22T02:00", "2026-11-21T02:00:05", True),
        ("2026-11-22T02:01", "2026-11-22T02:00:05", False),
        ("2026-11-22T02:00", "2026-11-21T23:50", True),  # one made by hand the evening before is that day's
        ("2026-11-22T02:00", "2026-11-22T01:50", True),  # before the hour struck it was still the day before
        ("2026-11-25T09:00", "2026-11-21T02:00:05", True),  # the server was off at night
        ("2027-01-01T01:59", "2026-12-31T02:00", False),
        ("2027-01-01T02:00", "2026-12-31T02:00", True),
        ("2026-12-31T12:00", "2027-01-01T02:00", True),  # made before the clock was set back: it says nothing
        ("2026-11-22T01:58", "2026-11-22T02:00:05", False),  # the other machine's clock goes two minutes ahead
        ("2026-11-22T10:00", None, True),
    ],
)
def test_a_nightly_backup_is_due_once_its_hour_has_struck(now: str, last: str | None, due: bool):
    assert NIGHTLY.due(at(now), at(last) if last else None) == due


def test_without_a_timetable_nothing_is_due_or_late():
    never = Timetable(every=0, hour=2)
    assert not never.due(at("2026-11-22T10:00"), None) and not never.late(at("2026-11-22T10:00"), None)
    assert never.due_at(at("2026-11-22T10:00"), None) is None


def test_each_seven_days_is_seven_days():
    weekly = Timetable(every=7, hour=22)
    last = at("2026-12-28T22:03")
    assert weekly.due_at(last, last) == at("2027-01-04T22:00")
    assert not weekly.due(at("2027-01-04T21:59"), last) and weekly.due(at("2027-01-04T22:00"), last)


def test_what_failed_is_tried_again_after_an_hour_and_a_clock_set_back_holds_nothing_up():
    now, last = at("2026-11-22T03:00"), at("2026-11-20T02:00")
    assert not NIGHTLY.due(now, last, at("2026-11-22T02:01"))
    assert NIGHTLY.due(now, last, at("2026-11-22T02:00"))
    assert NIGHTLY.due(now, last, at("2027-11-22T02:59"))


def test_late_is_six_hours_after_it_was_due_and_at_once_where_there_is_none():
    last = at("2026-11-20T02:00")
    assert not NIGHTLY.late(at("2026-11-21T08:00"), last) and NIGHTLY.late(at("2026-11-21T08:00:01"), last)
    assert NIGHTLY.late(at("2026-11-21T08:00"), None)
    assert NIGHTLY.late(at("2026-11-21T08:00"), at("2027-11-21T08:00"))


@given(_MOMENTS, st.integers(1, 31), st.integers(0, 23))
def test_what_was_made_just_now_is_not_due_before_as_many_days_have_begun(made: datetime, every: int, hour: int):
    table = Timetable(every, hour)
    due = table.due_at(made, made)
    assert due is not None and due.hour == hour
    assert timedelta(days=every - 1) < due - made <= timedelta(days=every)
    assert not table.due(due - timedelta(seconds=1), made) and table.due(due, made)


@given(_MOMENTS, st.integers(1, 31), st.integers(0, 23))
def test_one_that_is_made_when_it_is_due_settles_it_wherever_the_clock_stood_before(now, every, hour):
    """From any state, clock set back or on, one backup is made and not a second."""
    table = Timetable(every, hour)
    for last in (None, now - timedelta(days=900), now + timedelta(days=900)):
        assert table.due(now, last)
    assert not table.due(now + timedelta(seconds=59), now) or (now + timedelta(seconds=59)).hour != now.hour


@pytest.mark.parametrize(
    ("every", "days", "passed", "due"),
    [(30, 29, True, False), (30, 30, True, True), (30, 1, False, True), (0, 400, True, False), (30, -400, True, True)],
)
def test_a_drill_is_due_each_month_and_the_day_after_one_that_failed(every: int, days: int, passed: bool, due: bool):
    now = at("2026-11-22T10:00")
    assert drill_due(every, now, now - timedelta(days=days), passed=passed) == due
    assert drill_due(every, now, None, passed=False) == bool(every)
