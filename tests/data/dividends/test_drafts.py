"""Drafts: what a village may give out, never more than came in, and nothing lost where two change one plan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.dividends.content import Share, candidates, content_of, respread, returns, usual_months
from data.dividends.drafts import create, save
from data.dividends.file import plan_file
from data.dividends.region import helpers_homes, without_plan
from data.dividends.rules import Rule
from data.dividends.steps import booking_months, doubts, step
from data.errors import OutOfScope, Refused
from data.figures import cube
from data.figures.read import figures
from data.store.engine import writing
from data.workflow import Changed
from tests.data.dividends.ground import (
    ALL,
    CADRE,
    FIRST,
    NEIGHBOUR,
    NOW,
    OTHER,
    OWN,
    OWN_FEN,
    SHARED,
    SHARED_FEN,
    TOWN,
    VILLAGE,
    counted,
    homes,
    proposed,
    ready,
    state_of,
    taken_to,
)
from tests.data.small_county import LAST, TODAY, TOWNSHIPS, VILLAGES


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(ready, own=True)


def draft_of(engine: Engine, viewer: Viewer = CADRE):
    """A new draft, its content and households."""
    plan = create(engine, viewer, viewer.region, FIRST, LAST - 1, at=NOW)
    with engine.connect() as connection:
        return plan, content_of(connection, viewer, plan), candidates(connection, viewer, viewer.region)


def test_a_new_plan_takes_the_half_year_up_to_its_last_whole_month():
    assert usual_months(LAST) == (FIRST, LAST - 1)
    july, january = FIRST, FIRST + 6
    assert usual_months(july) == (july - 6, july - 1) and usual_months(january) == (january - 6, january - 1)
    assert usual_months(july + 1) == (july, july)


def test_a_village_is_offered_its_own_returns_whole_and_its_part_of_shared_ones_by_households(county: Engine):
    _, draft, among = draft_of(county)
    assert draft.sources == {**{(OWN, month): OWN_FEN for month in range(FIRST, LAST)}, (SHARED, FIRST): 45_000}
    assert draft.difference == 0 and draft.held_back == 0
    assert {id for id, _ in draft.shares} == {one.household.id for one in among}
    with county.connect() as connection:
        assert sorted(one.household.id for one in among) == counted(connection)
        neighbours = returns(connection, Viewer("village", NEIGHBOUR), NEIGHBOUR, FIRST, LAST)
        assert [(one.key, one.suggested, one.mine, one.everybody) for one in neighbours] == [
            ((SHARED, FIRST), 15_000, 1, 4)
        ]


def test_a_draft_is_spread_by_persons_and_the_rule_is_told(county: Engine):
    plan, draft, among = draft_of(county)
    persons = sum(one.household.persons for one in among)
    for one in among:
        exact = draft.received * one.household.persons / persons
        assert abs(draft.shares[one.household.id, "dividend"].amount - exact) < 1
    with county.connect() as connection:
        told = plan_file(connection, CADRE, plan, TODAY.isoformat()).rule_told
    assert told.startswith(f"可分配 4,450.12 元 ÷ {persons} 人 = 每人 ")


def test_only_the_village_itself_proposes(county: Engine):
    for viewer in (
        TOWN,
        ALL,
        Viewer("display", VILLAGE),
        Viewer("helper", VILLAGE, "B1"),
        Viewer("village", NEIGHBOUR),
    ):
        with pytest.raises(OutOfScope):
            create(county, viewer, VILLAGE, FIRST, LAST - 1, at=NOW)


def test_nobody_gives_out_more_than_came_in_over_all_plans_that_stand(county: Engine):
    plan, draft, _ = draft_of(county)
    key = (SHARED, FIRST)
    with pytest.raises(Refused, match=r"实收 600\.00 元，还可分配 600\.00 元，本方案列了 600\.01 元"):
        save(county, CADRE, plan, 1, replace(draft, sources={**draft.sources, key: SHARED_FEN + 1}), at=NOW)
    save(county, CADRE, plan, 1, replace(draft, sources={**draft.sources, key: 50_000}), at=NOW)
    other = Viewer("village", NEIGHBOUR)
    mine, theirs, _ = draft_of(county, other)
    assert theirs.sources == {key: 10_000}  # a quarter, but no more than is left
    with pytest.raises(Refused, match=r"还可分配 100\.00 元"):
        save(county, other, mine, 1, replace(theirs, sources={key: 10_001}), at=NOW)
    step(county, CADRE, plan, "void", version=2, reason="不分了", at=NOW)
    assert save(county, other, mine, 1, replace(theirs, sources={key: 15_000}), at=NOW) == 2


def test_a_return_corrected_downwards_stops_the_plan_before_it_is_paid(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    table = model.project_return
    with writing(county) as connection:
        here = (table.c.project == OWN) & (table.c.month == FIRST)
        connection.execute(table.update().where(here).values(received_fen=OWN_FEN - 1))
    with pytest.raises(Refused, match="食用菌大棚2026年7月实收"):
        step(county, Viewer("county", "990181"), plan, "file", version=5, at=NOW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "  "}, "方案名称"),
        ({"kept": {"车": 1}}, "没有“车”"),
        ({"kept": {"fund": -1}}, "不能小于零"),
        ({"rule": Rule("dice")}, "分配办法"),
        ({"sources": {("QC", FIRST): 1}}, "不属于本村"),
        ({"sources": {(OWN, LAST): 1}}, "所选月份"),
        ({"shares": {(999_999, "dividend"): Share(1)}}, "不在本村"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_and_what_stood_stays(county: Engine, change: dict, words: str):
    plan, draft, _ = draft_of(county)
    with pytest.raises(Refused, match=words):
        save(county, CADRE, plan, 1, replace(draft, **change), at=NOW)
    with county.connect() as connection:
        assert content_of(connection, CADRE, plan) == draft
    assert state_of(county, plan) == ("draft", 1)


def test_the_second_of_two_who_change_a_draft_is_told_and_may_write_over_it(county: Engine):
    plan, draft, _ = draft_of(county)
    assert save(county, CADRE, plan, 1, replace(draft, title="甲"), at=NOW) == 2
    with pytest.raises(Changed, match=r"村干部.*没有写入") as told:
        save(county, CADRE, plan, 1, replace(draft, title="乙"), at=NOW)
    assert save(county, CADRE, plan, told.value.version, replace(draft, title="乙"), at=NOW) == 3


def test_what_was_typed_stays_where_the_rest_is_spread_again(county: Engine):
    plan, draft, among = draft_of(county)
    first, second = (one.household.id for one in among[:2])
    typed = {**draft.shares, (first, "dividend"): Share(12_345, True), (second, "post"): Share(50_000, True)}
    again = respread(replace(draft, shares=typed, kept={"fund": 10_000}), among)
    assert again.difference == 0 and again.shares[first, "dividend"].amount == 12_345
    assert again.shares[second, "post"].amount == 50_000 and again.held_back == 10_000
    afresh = respread(again, among, keep_typed=False)
    assert not afresh.shares[first, "dividend"].by_hand and afresh.difference == 0
    save(county, CADRE, plan, 1, again, at=NOW)
    with county.connect() as connection:
        assert content_of(connection, CADRE, plan) == again
    with pytest.raises(Refused, match="比收益多"):
        respread(replace(again, kept={"fund": again.received}), among)
    hand = respread(replace(again, rule=Rule("hand")), among)
    assert {key: share.amount for key, share in hand.shares.items()} == {
        key: share.amount for key, share in again.shares.items()
    }
    assert all(share.by_hand and share.weight is None for share in hand.shares.values())


def test_a_plan_whose_amounts_are_not_what_its_rule_makes_is_not_published(county: Engine):
    plan, draft, among = draft_of(county)
    version = save(
        county, CADRE, plan, 1, replace(draft, rule=Rule("equal")), at=NOW
    )  # the rule changed, the amounts not
    with pytest.raises(Refused, match="与分配办法不一致"):
        step(county, CADRE, plan, "publish", version=version, at=NOW)
    one, other = (
        next(key for key in draft.shares if draft.shares[key].amount > 9 and key != but)
        for but in (None, next(key for key in draft.shares if draft.shares[key].amount > 9))
    )
    moved = {
        one: replace(draft.shares[one], amount=draft.shares[one].amount - 9),
        other: replace(draft.shares[other], amount=draft.shares[other].amount + 9),
    }
    version = save(county, CADRE, plan, version, replace(draft, shares={**draft.shares, **moved}), at=NOW)
    with pytest.raises(Refused, match="与分配办法不一致"):
        step(county, CADRE, plan, "publish", version=version, at=NOW)
    marked = {key: replace(share, by_hand=True) for key, share in moved.items()}
    again = respread(replace(draft, shares={**draft.shares, **marked}), among)
    version = save(county, CADRE, plan, version, again, at=NOW)
    assert step(county, CADRE, plan, "publish", version=version, at=NOW) == "published"


def test_households_that_left_fall_out_when_the_draft_is_spread_again(county: Engine):
    plan, draft, among = draft_of(county)
    gone = among[0].household.id
    table = model.household
    with writing(county) as connection:
        connection.execute(table.update().where(table.c.id == gone).values(village=NEIGHBOUR))

        for village in (VILLAGE, NEIGHBOUR):
            cube.refresh(connection, village, NOW)
        now = candidates(connection, CADRE, VILLAGE)
    with pytest.raises(Refused, match="不在本村统计范围"):
        save(county, CADRE, plan, 1, draft, at=NOW)
    again = respread(draft, now)
    assert gone not in {id for id, _ in again.shares} and again.difference == 0
    save(county, CADRE, plan, 1, again, at=NOW)


def test_villages_whose_returns_no_plan_takes_are_named_until_they_have_one(county: Engine):
    with county.connect() as connection:
        before = without_plan(connection, TOWN, TOWNSHIPS[0])
        assert [(row.village, row.free) for row in before.itertuples()] == [(VILLAGE, OWN_FEN * 4 / 100)]
        with pytest.raises(OutOfScope):
            without_plan(connection, TOWN, TOWNSHIPS[1])
    draft_of(county)
    with county.connect() as connection:
        assert without_plan(connection, TOWN, TOWNSHIPS[0]).empty
        assert list(without_plan(connection, ALL, "")["village"]) == [OTHER]


def test_a_helper_sees_what_his_own_households_get_and_nobody_elses(county: Engine):
    with writing(county) as connection:
        connection.execute(model.pairing.delete())
        mine, other = counted(connection)[:2]
        connection.execute(model.pairing.insert().values(helper="B1", household_id=mine, started="2024-01-01"))
    plan = taken_to(county, proposed(county), "published")
    helper = Viewer("helper", VILLAGE, "B1")
    with county.connect() as connection:
        seen = helpers_homes(connection, helper, VILLAGE)
        shares = content_of(connection, ALL, plan).shares
        assert seen["household_id"].tolist() == [mine] and other not in seen["household_id"].tolist()
        assert round(seen["dividend"].iloc[0] * 100) == shares[mine, "dividend"].amount
        assert len(helpers_homes(connection, ALL, VILLAGE)) == len(counted(connection))
        assert len(homes(connection, VILLAGE)) >= len(counted(connection))


def test_a_draft_changes_no_figure(county: Engine):
    with county.connect() as connection:
        before = figures(connection, ALL, "", LAST)
    proposed(county)
    taken_to(county, proposed(county, OTHER), "approved", OTHER)
    with county.connect() as connection:
        assert figures(connection, ALL, "", LAST) == before


def test_a_plan_of_a_month_without_returns_is_refused(county: Engine):
    with pytest.raises(Refused, match="没有可分配的收益"):
        create(county, Viewer("village", VILLAGES[3]), VILLAGES[3], FIRST, LAST - 1, at=NOW - timedelta(days=1))
    with pytest.raises(Refused, match="不晚于"):
        create(county, CADRE, VILLAGE, LAST, FIRST, at=NOW)


def test_a_helper_reads_no_whole_plan_and_proposes_nobody_elses_household(county: Engine):
    with writing(county) as connection:
        mine = counted(connection)[0]
        connection.execute(model.pairing.insert().values(helper="B1", household_id=mine, started="2024-01-01"))
    plan = proposed(county)
    helper = Viewer("helper", VILLAGE, "B1")
    with county.connect() as connection:
        assert {one.household.id for one in candidates(connection, helper, VILLAGE)} == {mine}
        for query in (content_of, doubts, booking_months):
            with pytest.raises(OutOfScope):
                query(connection, helper, plan)
