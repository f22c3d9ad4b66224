"""Tasks as bars over the days: where each begins and ends, what is cut, that each is a link and values stay text."""

import re
from datetime import date

from components.drawing.gantt import Bar, BarGroup, days_of, gantt_markup

TODAY = date(2026, 11, 20)
EVIL = "<img src=x>"


def bar(start: date, deadline: date, **more) -> Bar:
    return Bar(EVIL, EVIL, "/problems?code=T1", start, deadline, 0.5, "还有 5 天", **more)


def test_whole_months_are_drawn_and_no_more_than_half_a_year_back_and_a_year_ahead():
    assert days_of([bar(date(2026, 10, 12), date(2026, 12, 3))], TODAY) == (date(2026, 10, 1), date(2026, 12, 31))
    assert days_of([], TODAY) == (date(2026, 11, 1), date(2026, 11, 30))
    first, last = days_of([bar(date(2020, 1, 1), date(2036, 1, 1))], TODAY)
    assert first == date(2026, 5, 1) and last == date(2027, 11, 30)


def test_a_bar_lies_between_its_days_and_opens_its_task():
    markup = gantt_markup(
        [BarGroup(EVIL, "/problems", [bar(date(2026, 11, 10), date(2026, 11, 24))])], TODAY, caption=EVIL
    )
    assert "left: 30.00%; width: 50.00%" in markup  # ten of thirty days, fifteen with both ends
    assert 'href="/problems?code=T1"' in markup and EVIL not in markup
    assert 'class="today" style="left: 63.33%"' in markup and '<i style="width: 50%">' in markup


def test_what_lies_outside_the_days_is_held_at_their_edge_and_can_still_be_hit():
    old, far = bar(date(2020, 1, 1), date(2020, 2, 1), light="red"), bar(date(2036, 1, 1), date(2036, 2, 1))
    for left, width in re.findall(
        r'class="bar[^"]*" style="left: ([\d.]+)%; width: ([\d.]+)%',
        gantt_markup([BarGroup("村", None, [old, far])], TODAY, caption=""),
    ):
        assert float(left) >= 0 and float(left) + float(width) <= 100.01 and float(width) >= 1.2
