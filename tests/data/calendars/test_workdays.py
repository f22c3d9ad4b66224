"""Working days by hand: National Day of 2026 with its make-up days, New Year into a year that nobody knows yet."""

from datetime import date

import pytest

from data.access.viewer import Viewer
from data.calendars.workdays import Calendar, calendar, notices, read_notice, take_notice
from data.errors import NoRight, Refused
from data.store.engine import writing
from tests.data.small_county import COUNTY
from tests.data.village_ground import fill_village
from tests.moment import NOW

PLAIN = Calendar({})
DAYS = (  # day, number, the day that is so many working days after it
    ("2026-09-30", 1, "2026-10-08"),  # Thursday after National Day
    ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is worked
    ("2026-10-10", 1, "2026-10-12"),
    ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
    ("2026-02-14", 1, "2026-02-24"),  # Spring Festival, from a Saturday that is worked
    ("2026-12-31", 1, "2027-01-01"),  # a Friday of a year that nobody knows
    ("2028-02-28", 1, "2028-02-29"),  # leap day
    ("2026-11-22", 0, "2026-11-22"),
)


@pytest.mark.parametrize(("day", "number", "then"), DAYS)
def test_working_days_are_counted_over_holidays_and_make_up_days(day: str, number: int, then: str):
    assert PLAIN.add(date.fromisoformat(day), number) == date.fromisoformat(then)


def test_the_working_day_before():
    assert PLAIN.before(date(2026, 10, 8)) == date(2026, 9, 30)
    assert PLAIN.before(date(2026, 10, 12)) == date(2026, 10, 10)


def test_an_unknown_year_counts_monday_to_friday_and_says_so():
    assert PLAIN.note(date(2026, 12, 31)) == ""
    assert PLAIN.note(date(2027, 1, 4)) == "2027年放假安排尚未录入，按周一至周五计"
    assert list(PLAIN.between(date(2027, 1, 1), date(2027, 1, 4))) == [date(2027, 1, 1), date(2027, 1, 4)]


def test_a_years_notice_stands_before_what_was_published_and_in_the_place_of_an_earlier_one(filled):
    engine = filled(fill_village, own=True)
    county = Viewer("county", COUNTY)
    with writing(engine) as connection:
        take_notice(connection, county, 2027, "2027-01-01 至 2027-01-03 休 元旦\n\n2027-01-09 班", now=NOW)
        held = calendar(connection)
        assert held.known(2027) and not held.known(2028)
        assert held.add(date(2026, 12, 31), 1) == date(2027, 1, 4) and held.works(date(2027, 1, 9))
        take_notice(connection, county, 2027, "2027-01-01 休", now=NOW)
        assert [str(one.day) for one in notices(connection, county, 2027)] == ["2027-01-01"]
        with pytest.raises(NoRight):
            take_notice(connection, Viewer("township", f"{COUNTY}101"), 2027, "2027-01-01 休", now=NOW)


@pytest.mark.parametrize(
    "text",
    ("", "元旦放假", "2027-02-30 休", "2026-01-01 休", "2027-01-03 至 2027-01-01 休", "2027-01-01 休\n2027-01-01 班"),
)
def test_a_notice_that_cannot_be_read_is_refused(text: str):
    with pytest.raises(Refused):
        read_notice(2027, text)
