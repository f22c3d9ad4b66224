"""The clocks, each day by hand: from a wall calendar of 2026, and of 2028, whose holidays nobody knows yet."""

from datetime import date

import pytest

from data.calendars.workdays import Calendar
from data.errors import Refused
from data.monitoring.clocks import CLOCKS, Due, Span, due, entered_late, months_after, own_day, spans_of, whole
from data.monitoring.ways import CASE_WAY, ENDED
from data.settings import SETTINGS

CALENDAR = Calendar({})
SPANS = spans_of({name: SETTINGS[name].default for name in CLOCKS})
DEFAULTS = {
    "clue_take": "2日", "case_visit": "3日", "case_compare": "5日", "case_discuss": "5个工作日", "case_publish": "2日",
    "case_public": "5日", "case_report": "2日", "case_township": "5个工作日", "case_county": "5个工作日",
    "case_announce": "3日", "case_whole": "20个工作日", "case_return": "3个工作日", "green_papers": "10个工作日",
}  # fmt: skip
SINCE = date(
    2026, 9, 24
)  # a Thursday; of 2026 25 to 27 September rest, 20 September worked; 1 to 7 October rest, 10 October worked
VISIT, COMPARE = date(2026, 9, 26), date(2026, 9, 28)
TABLE = {
    "checking": ("visit", "2026-09-27"), "returned": ("discuss", "2026-09-30"), "discussed": ("publish", "2026-09-26"),
    "public": ("report", "2026-10-01"), "reported": ("township", "2026-10-09"), "county": ("county", "2026-10-09"),
    "decided": ("include", "2026-09-27"), "watched": None, "removal": ("removal_visit", "2026-09-27"),
    "removal_returned": ("removal_discuss", "2026-09-30"), "removal_discussed": ("removal_publish", "2026-09-26"),
    "removal_public": ("removal_report", "2026-10-01"), "removal_reported": ("removal_township", "2026-10-09"),
    "removal_county": ("removal_county", "2026-10-09"), "removal_decided": ("remove", "2026-09-27"), "removed": None,
    "refused": None, "void": None,
}  # fmt: skip
"""State since SINCE → what is due and by when, with the settings as they come."""


def test_the_clocks_as_they_come_are_those_of_the_law():
    assert {name: span.words for name, span in SPANS.items()} == DEFAULTS


@pytest.mark.parametrize("state", CASE_WAY.states)
def test_what_is_due_in_each_state_and_by_when(state: str):
    expected = TABLE[state]
    found = due(state, SINCE, SPANS, CALENDAR)
    assert found == (expected and Due(expected[0], date.fromisoformat(expected[1])))
    assert (found is None) == (state in (*ENDED, "watched"))


@pytest.mark.parametrize(
    ("done", "expected"),
    (
        ({}, ("visit", "2026-09-27")),
        ({"visit": VISIT}, ("compare", "2026-09-29")),
        ({"compare": COMPARE}, ("visit", "2026-09-27")),
        ({"visit": VISIT, "compare": COMPARE}, ("discuss", "2026-10-10")),  # 29, 30; 8, 9; 10 October is worked
    ),
)
def test_the_visit_and_the_comparison_run_beside_each_other_and_the_vote_behind_both(
    done: dict[str, date], expected: tuple[str, str]
):
    assert due("checking", SINCE, SPANS, CALENDAR, done=done) == Due(expected[0], date.fromisoformat(expected[1]))


def test_a_notice_that_hangs_until_a_day_is_reported_within_its_days_behind_it():
    assert due("public", SINCE, SPANS, CALENDAR, public_until=date(2026, 9, 30)) == Due("report", date(2026, 10, 2))


@pytest.mark.parametrize(
    ("began", "expected", "note"),
    (
        (date(2026, 9, 24), "2026-10-29", ""),  # 28-30 are 3, 8-10 make 6, 12-16 make 11, 19-23 make 16, 26-29 make 20
        (date(2026, 2, 9), "2026-03-13", ""),  # 10-14 are 5, 24-28 make 10, both with a Saturday
        (date(2027, 12, 20), "2028-01-17", "2028年放假安排尚未录入，按周一至周五计"),
    ),
)  # fmt: skip
def test_the_whole_way_is_counted_in_working_days_with_what_is_to_be_said_of_a_year_that_nobody_knows(
    began: date, expected: str, note: str
):
    assert whole(began, SPANS, CALENDAR) == Due("include", date.fromisoformat(expected), note)


def test_a_make_up_day_counts_and_the_countys_own_calendar_stands_before_the_published_one():
    day = Span(1, True)
    assert day.after(date(2026, 9, 19), CALENDAR) == date(2026, 9, 20)  # a Sunday that is worked
    assert day.after(date(2026, 9, 19), Calendar({date(2026, 9, 20): False})) == date(2026, 9, 21)
    assert Span(1, False).after(date(2026, 9, 19), CALENDAR) == date(2026, 9, 20)
    assert Span(1, False).after(date(2026, 9, 30), CALENDAR) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    (
        ("2026-09-14", 6, "2027-03-14"), ("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29"),
        ("2026-08-30", 6, "2027-02-28"), ("2026-08-28", 6, "2027-02-28"), ("2028-02-29", 6, "2028-08-29"),
        ("2028-02-29", 12, "2029-02-28"), ("2026-12-31", 1, "2027-01-31"), ("2026-10-31", 1, "2026-11-30"),
        ("2026-07-01", 6, "2027-01-01"),
    ),
)  # fmt: skip
def test_months_are_full_on_the_same_day_or_the_last_of_a_shorter_month(day: str, months: int, expected: str):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_late_is_counted_from_the_day_behind_the_last_that_is_in_time():
    one = Due("visit", date(2026, 9, 27))
    assert [one.late(date(2026, 9, day)) for day in (26, 27, 28, 30)] == [0, 0, 1, 3]
    assert entered_late(date(2026, 11, 1), "2026-11-22T09:30:00") == 21


def test_a_steps_own_day_lies_between_the_step_before_and_today():
    today = date(2026, 11, 22)
    assert own_day(None, date(2026, 11, 1), today) == today
    assert own_day(date(2026, 11, 1), date(2026, 11, 1), today) == date(2026, 11, 1)
    with pytest.raises(Refused, match="今天"):
        own_day(date(2026, 11, 23), None, today)
    with pytest.raises(Refused, match="2026-11-02"):
        own_day(date(2026, 11, 1), date(2026, 11, 2), today)
