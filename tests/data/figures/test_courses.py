"""How households and members go on, day by day, against a reading that knows nothing of spells."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.figures.courses import ALWAYS, Columns, Spell, Watched, begun, household_spells, member_course
from data.terms import EXITED, GONE, JOINED, LIFTED, STATE_NUMBERS, UNCOUNTED, UNLIFTED

VILLAGE, OTHER = "990181001001", "990181001002"
UNSTABLE = STATE_NUMBERS["脱贫不稳定户"]
FIRST = date(2020, 1, 1)
DAYS = [(FIRST + timedelta(days)).isoformat() for days in range(30)]
day = st.sampled_from(DAYS)


def at(spells: list[Spell], when: str) -> Spell:
    return next(spell for spell in reversed(spells) if spell.since <= when)


def told(*events: tuple[str, str], type: str = "脱贫户") -> list[tuple[str, int]]:
    spells = household_spells(Columns(type), VILLAGE, events=events)
    return [(spell.since, spell.base) for spell in spells]


def test_lifted_fallen_back_and_lifted_again():
    events = [("2014-12-01", "识别"), ("2018-11-30", "脱贫"), ("2020-05-01", "返贫"), ("2021-06-30", "再脱贫")]
    spells = household_spells(Columns("脱贫户"), VILLAGE, events=events)
    assert [(spell.since, spell.base, spell.relapsed) for spell in spells] == [
        (ALWAYS, UNCOUNTED, False), ("2014-12-01", UNLIFTED, False), ("2018-11-30", LIFTED, False),
        ("2020-05-01", UNLIFTED, True), ("2021-06-30", LIFTED, False),
    ]  # fmt: skip
    assert [spell.until for spell in spells] == [spell.since for spell in spells[1:]] + [None]


def test_what_stood_before_the_first_event_follows_from_it():
    assert told(("2020-01-01", "脱贫"))[0] == (ALWAYS, UNLIFTED)
    assert told(("2020-01-01", "返贫"))[0] == (ALWAYS, LIFTED)
    assert told(("2020-01-01", "有序退出")) == [(ALWAYS, LIFTED), ("2020-01-01", EXITED)]
    assert told(("2020-01-01", "识别"))[0] == (ALWAYS, UNCOUNTED)


def test_who_is_struck_off_ends_with_his_watch_and_who_was_split_off_begins_that_day():
    spells = household_spells(
        Columns("脱贫不稳定户"),
        VILLAGE,
        events=[("2020-01-10", "注销")],
        episodes=[Watched(UNSTABLE, "2020-01-05", None)],
    )
    assert [(spell.since, spell.base, spell.watch) for spell in spells] == [
        (ALWAYS, LIFTED, 0), ("2020-01-05", LIFTED, UNSTABLE), ("2020-01-10", UNCOUNTED, 0),
    ]  # fmt: skip
    assert told(("2020-01-10", "分户自")) == [(ALWAYS, UNCOUNTED), ("2020-01-10", LIFTED)]
    assert told(("2020-01-10", "分户自"), type="一般户") == [(ALWAYS, UNCOUNTED)]


def test_base_and_watch_go_on_apart_and_a_second_episode_keeps_the_first():
    spells = household_spells(
        Columns("脱贫户", "2014-01-01", "2018-01-01"),
        VILLAGE,
        episodes=[Watched(UNSTABLE, "2020-01-05", "2020-01-10"), Watched(UNSTABLE, "2020-01-20", None)],
    )
    assert [(spell.since, spell.base, spell.state) for spell in spells] == [
        (ALWAYS, UNCOUNTED, UNCOUNTED), ("2014-01-01", UNLIFTED, UNLIFTED), ("2018-01-01", LIFTED, LIFTED),
        ("2020-01-05", LIFTED, UNSTABLE), ("2020-01-10", LIFTED, LIFTED), ("2020-01-20", LIFTED, UNSTABLE),
    ]  # fmt: skip
    assert begun(spells) == "2014-01-01"


def test_a_household_that_moves_leaves_the_past_where_it_was():
    spells = household_spells(Columns("脱贫户"), OTHER, moves=[("2020-01-10", VILLAGE, OTHER)])
    assert [(spell.since, spell.village) for spell in spells] == [(ALWAYS, VILLAGE), ("2020-01-10", OTHER)]


@given(
    st.lists(st.tuples(day, st.sampled_from((UNSTABLE, 3)), st.none() | day), max_size=3),
    st.lists(st.tuples(day, st.sampled_from(("识别", "脱贫", "返贫", "再脱贫", "有序退出"))), max_size=4),
    st.sampled_from(("脱贫户", "未脱贫户", "一般户")),
)
def test_each_day_is_what_the_last_word_before_it_said(episodes, events, type):
    unlike = list({since: (since, kind, removed) for since, kind, removed in episodes}.values())
    spells = household_spells(
        Columns(type), VILLAGE, events=list(dict(events).items()), episodes=[Watched(k, s, r) for s, k, r in unlike]
    )
    assert spells[0].since == ALWAYS and spells[-1].until is None
    assert all(one.until == other.since for one, other in pairwise(spells))
    for when in DAYS:
        said = sorted((since, kind) for since, kind in dict(events).items() if since <= when)
        if said:
            wanted = {"识别": UNLIFTED, "返贫": UNLIFTED, "脱贫": LIFTED, "再脱贫": LIFTED, "有序退出": EXITED}
            assert at(spells, when).base == wanted[said[-1][1]]
            assert at(spells, when).relapsed == (said[-1][1] == "返贫")
        begins = sorted(one for one in unlike if one[0] <= when and (one[2] is None or one[2] > one[0]))
        wanted_watch = begins[-1][1] if begins and (begins[-1][2] is None or begins[-1][2] > when) else 0
        assert at(spells, when).watch == wanted_watch


@pytest.mark.parametrize(
    ("facts", "course"),
    [
        ({}, [("2014-01-01", None, 1)]),
        ({"born": "2020-01-05"}, [("2020-01-05", None, 1)]),
        ({"born": "1950-01-05"}, [("2014-01-01", None, 1)]),
        ({"born": "1950-01-05", "joined": "2019-05-01", "gone": "2020-02-01"}, [("2019-05-01", "2020-02-01", 1)]),
        ({"gone": "2013-01-01"}, []),
        ({"events": [("2020-01-10", GONE, 1)]}, [("2014-01-01", "2020-01-10", 1)]),
        (
            {"events": [("2020-01-10", GONE, 2), ("2020-01-10", JOINED, 1)]},
            [("2014-01-01", "2020-01-10", 2), ("2020-01-10", None, 1)],
        ),
        ({"events": [("2020-01-10", JOINED, 1)]}, [("2020-01-10", None, 1)]),
        (
            {"events": [("2020-01-10", JOINED, 1), ("2020-03-01", GONE, 1), ("2020-05-01", JOINED, 1)]},
            [("2020-01-10", "2020-03-01", 1), ("2020-05-01", None, 1)],
        ),
    ],
)
def test_a_member_belongs_from_his_first_day_on(facts, course):
    assert member_course(1, begun="2014-01-01", **facts) == course
