"""The clocks by hand and day by day: whoever was away for days finds every level with the day on which it fell."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.calendars.workdays import Calendar
from data.matters.clocks import RED, YELLOW, Phase, above, base_level, check_level, light, phases, rises

DAYS = Calendar({})
VILLAGE, TOWNSHIP, COUNTY = 12, 9, 6


def day(text: str) -> date:
    return date.fromisoformat(text)


def lived(begun: str, deadline: str, *steps: tuple[str, bool, str | None], legacy: str | None = None) -> list[Phase]:
    made = [(day(at), acts, day(until) if until else None) for at, acts, until in steps]
    return phases(day(begun), day(deadline), made, day(legacy) if legacy else None)


CASES = {
    "three working days, then three more": (
        lived("2026-10-26", "2026-11-06"), "2026-11-16", [(TOWNSHIP, "2026-11-11"), (COUNTY, "2026-11-16")],
    ),
    "the day before it goes up": (lived("2026-10-26", "2026-11-06"), "2026-11-10", []),
    "a deadline before National Day": (lived("2026-09-01", "2026-09-30"), "2026-10-12", [(TOWNSHIP, "2026-10-10")]),
    "over New Year into a year that is not known": (
        lived("2026-12-01", "2026-12-30"), "2027-01-05", [(TOWNSHIP, "2027-01-04")],
    ),
    "put right in time": (lived("2026-11-01", "2026-11-10", ("2026-11-10", False, None)), "2026-12-31", []),
    "waits for its check: the clock stands, sent back it goes on": (
        lived("2026-11-01", "2026-11-10", ("2026-11-12", False, None), ("2026-11-20", True, None)), "2026-11-24",
        [(TOWNSHIP, "2026-11-23")],
    ),
    "an extension begins a new count": (
        lived("2026-11-01", "2026-11-10", ("2026-11-12", True, "2026-11-20")), "2026-11-25", [(TOWNSHIP, "2026-11-25")],
    ),
    "opened again at the level it had": (
        lived("2026-10-01", "2026-10-09", ("2026-10-14", False, None), ("2026-11-02", True, "2026-11-06")),
        "2026-11-11", [(TOWNSHIP, "2026-10-13"), (COUNTY, "2026-11-11")],
    ),
    "what was there before begins on the day of the migration": (
        lived("2024-01-01", "2024-02-01", legacy="2026-11-02"), "2026-11-06", [(TOWNSHIP, "2026-11-04")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_matter_goes_up_on_the_day_that_the_rule_says(name: str):
    life, today, expected = CASES[name]
    assert rises(VILLAGE, life, DAYS, 3, day(today)) == [(level, day(at)) for level, at in expected]


def test_the_county_has_nothing_above_it():
    life = lived("2026-01-01", "2026-01-05")
    assert rises(COUNTY, life, DAYS, 3, day("2026-11-22")) == [] and above(COUNTY) == COUNTY
    assert [level for level, _ in rises(TOWNSHIP, life, DAYS, 3, day("2026-11-22"))] == [COUNTY]
    assert [base_level(code) for code in ("990181101201", "990181101", "990181", "9901", "")] == [12, 9, 6, 6, 6]


_STEPS = some.lists(some.tuples(some.integers(0, 40), some.booleans(), some.none() | some.integers(1, 60)), max_size=5)


@given(_STEPS, some.integers(0, 90), some.integers(1, 5))
def test_asked_once_after_days_off_it_says_what_asking_each_day_would_have_said(
    steps: list[tuple[int, bool, int | None]], until: int, each: int
):
    begun = day("2026-09-01")
    at, made = begun, []
    for later, acts, deadline in steps:
        at += timedelta(days=later)
        made.append((at, acts, at + timedelta(days=deadline) if deadline else None))
    life = phases(begun, begun + timedelta(days=20), made, None)
    today = begun + timedelta(days=until)
    recorded: dict[int, date] = {}
    for passed in range(until + 1):
        then = begun + timedelta(days=passed)
        known = phases(begun, begun + timedelta(days=20), [one for one in made if one[0] <= then], None)
        for level, fell in rises(VILLAGE, known, DAYS, each, then):
            recorded.setdefault(level, fell)
    once = dict(rises(VILLAGE, [one for one in life if one.since <= today], DAYS, each, today))
    assert once == recorded


def test_yellow_from_the_working_day_before_red_from_the_day_after():
    deadline = day("2026-10-08")  # the first day worked after National Day
    seen = {at: light(deadline, day(at), DAYS) for at in ("2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09")}
    assert list(seen.values()) == ["", YELLOW, YELLOW, RED]


def test_a_check_that_is_late_passes_to_the_superior():
    asked = [check_level(VILLAGE, day("2026-11-13"), 3, DAYS, day(at)) for at in ("2026-11-18", "2026-11-19")]
    assert asked == [TOWNSHIP, COUNTY]
    assert check_level(COUNTY, day("2026-11-13"), 3, DAYS, day("2026-12-31")) == COUNTY
