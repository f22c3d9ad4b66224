"""Which backups are kept: the last always, and one of each of the last days, weeks and months."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.backups.thinning import Rule, kept

RULE = Rule(7, 4, 12)
_DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
_BACKUPS = st.lists(_DAYS, max_size=80).map(lambda days: list(enumerate(days, 1)))  # in any order: clocks are set back
_RULES = st.builds(Rule, st.integers(1, 9), st.integers(0, 6), st.integers(0, 14))


def daily(until: date, many: int) -> list[tuple[int, date]]:
    return [(many - back, until - timedelta(days=back)) for back in range(many)]


def days_kept(backups: list[tuple[int, date]], rule: Rule = RULE) -> list[date]:
    keep = kept(backups, rule)
    return sorted((day for number, day in backups if number in keep), reverse=True)


def test_of_two_years_of_days_a_week_a_month_and_a_year_are_left():
    left = days_kept(daily(date(2026, 11, 22), 700))
    assert left[:7] == [date(2026, 11, 22) - timedelta(days=back) for back in range(7)]
    assert [day.isoformat() for day in left[7:9]] == ["2026-11-15", "2026-11-08"]
    assert [day.isoformat() for day in left[9:]] == [
        "2026-11-01", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30",
        "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31",
    ]  # fmt: skip


def test_over_the_new_year_a_week_is_one_week():
    backups = daily(date(2027, 1, 3), 7)  # Monday 28 December to Sunday 3 January
    assert days_kept(backups, Rule(1, 9, 0)) == [date(2027, 1, 3)]
    assert days_kept(backups, Rule(1, 0, 9)) == [date(2027, 1, 3), date(2026, 12, 31)]


def test_of_two_of_one_day_the_later_is_kept():
    assert kept([(1, date(2026, 11, 22)), (2, date(2026, 11, 22))], RULE) == {2}


def test_what_was_made_last_is_kept_though_the_clock_was_set_back():
    far = [(number, date(2029, 1, 1) + timedelta(days=number)) for number in range(1, 30)]
    assert 30 in kept([*far, (30, date(2026, 11, 22))], Rule(3, 0, 0))


def test_of_none_none_is_kept():
    assert kept([], RULE) == set()


@given(_BACKUPS, _RULES)
def test_the_last_made_stays_and_no_more_than_the_rule_says(backups: list[tuple[int, date]], rule: Rule):
    keep = kept(backups, rule)
    assert keep <= {number for number, _ in backups}
    assert not backups or backups[-1][0] in keep
    assert len(keep) <= rule.days + rule.weeks + rule.months + 1


@given(_BACKUPS, _RULES, st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_second_thinning_changes_anything(backups, rule, chance):
    keep = kept(backups, rule)
    mixed = list(backups)
    chance.shuffle(mixed)
    assert kept(mixed, rule) == keep
    assert kept([one for one in backups if one[0] in keep], rule) == keep


@given(_BACKUPS, _RULES)
def test_each_of_the_last_days_weeks_and_months_has_its_newest(backups: list[tuple[int, date]], rule: Rule):
    keep = kept(backups, rule)
    for many, period in (
        (rule.days, lambda day: day),
        (rule.weeks, lambda day: tuple(day.isocalendar())[:2]),
        (rule.months, lambda day: (day.year, day.month)),
    ):
        for last in sorted({period(day) for _, day in backups}, reverse=True)[:many]:
            assert max((day, number) for number, day in backups if period(day) == last)[1] in keep


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), _RULES, st.integers(1, 120))
def test_thinned_each_day_as_good_as_thinned_once(first: date, rule: Rule, many: int):
    """What goes one day would not have been kept the next: thinning day by day loses nothing that the rule keeps."""
    left: list[tuple[int, date]] = []
    for number in range(1, many + 1):
        left.append((number, first + timedelta(days=number)))
        keep = kept(left, rule)
        left = [one for one in left if one[0] in keep]
    every = [(number, first + timedelta(days=number)) for number in range(1, many + 1)]
    assert {one[0] for one in left} == kept(every, rule)
