"""The way of a plan: every role in every state with every action, publicity, reasons, who is told of changed homes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Engine

from data import model, settings
from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.dividends.content import content_of
from data.dividends.drafts import create, save
from data.dividends.file import plan_file
from data.dividends.region import plans, summary
from data.dividends.states import ACTIONS, STATES, WAY
from data.dividends.steps import doubts, return_reason, reverse, step
from data.errors import NoRight, NotFound, OutOfScope, Refused, WarRoomError
from data.figures import cube
from data.store.engine import writing
from data.workflow import Changed
from tests.data.dividends.ground import (
    ALL,
    CADRE,
    COUNTY_CADRE,
    FIRST,
    NEIGHBOUR,
    NOW,
    OTHER,
    TOWN,
    VILLAGE,
    counted,
    proposed,
    ready,
    state_of,
    taken_to,
)
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS

VIEWERS = {
    "admin": ALL,
    "display": Viewer("display", COUNTY),
    "county": COUNTY_CADRE,
    "township": TOWN,
    "village": CADRE,
    "helper": Viewer("helper", VILLAGE, "B1"),
}
# the law of the county, written down once more by hand: (role, state) → action → the state it comes to
LAW = {
    ("village", "draft"): {"edit": "draft", "publish": "published", "void": "void"},
    ("village", "published"): {"submit": "submitted", "withdraw": "draft"},
    ("village", "submitted"): {"withdraw": "draft"},
    ("village", "filed"): {"reverse": "filed"},
    ("township", "submitted"): {"approve": "approved", "return": "draft"},
    ("county", "approved"): {"file": "filed", "return": "draft"},
}
LATER = NOW + timedelta(days=1)
allowed, transition = WAY.allowed, WAY.transition


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(ready, own=True)


@pytest.mark.parametrize(("role", "state", "action"), list(product(ROLES, STATES, ACTIONS)))
def test_every_role_in_every_state_may_do_what_the_law_says_and_nothing_else(role: str, state: str, action: str):
    viewer, after = VIEWERS[role], LAW.get((role, state), {}).get(action)
    if after is None:
        with pytest.raises(Refused):
            transition(viewer, VILLAGE, state, action)
    else:
        assert transition(viewer, VILLAGE, state, action).after == after
    assert (action in {one.action for one in allowed(viewer, VILLAGE, state)}) == (after is not None)


@pytest.mark.parametrize(("role", "state"), list(LAW))
def test_nobody_does_anything_to_a_plan_of_another_place(role: str, state: str):
    far = {"village": NEIGHBOUR, "township": TOWNSHIPS[1], "county": "990182"}[role]
    stranger = Viewer(role, far)
    assert allowed(stranger, VILLAGE, state) == []
    for action in LAW[role, state]:
        with pytest.raises(OutOfScope):
            transition(stranger, VILLAGE, state, action)


@pytest.mark.parametrize("state", ["draft", "published", "submitted", "approved", "filed"])
def test_the_store_itself_refuses_whatever_the_law_does_not_allow(county: Engine, state: str):
    plan = taken_to(county, proposed(county), state)
    before = state_of(county, plan)
    for role, action in product(ROLES, ("publish", "submit", "approve", "file", "return", "withdraw", "void")):
        if action in LAW.get((role, state), {}):
            continue
        with pytest.raises(WarRoomError):
            step(county, VIEWERS[role], plan, action, version=before[1], reason="因故", at=NOW)
        assert state_of(county, plan) == before
    if state != "draft":
        with county.connect() as connection:
            content = content_of(connection, CADRE, plan)
        with pytest.raises(Refused, match="不能修改"):
            save(county, CADRE, plan, before[1], content, at=NOW)


def test_the_whole_way_is_logged_with_who_and_when(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    with county.connect() as connection:
        found = plan_file(connection, ALL, plan, TODAY.isoformat())
    assert [one.action for one in reversed(found.steps)] == [
        "提出方案",
        "修改",
        "公示",
        "报镇审核",
        "审核通过",
        "备案并记账",
    ]
    assert [one.who.split(" · ")[0] for one in reversed(found.steps)][-3:] == ["村干部", "乡镇干部", "县级干部"]
    assert found.steps[0].at == (NOW - timedelta(days=11)).isoformat(timespec="seconds")
    assert found.difference == 0 and found.line.state_name == "已备案"


def test_a_plan_goes_to_the_township_only_after_its_days_of_publicity(county: Engine):
    plan = taken_to(county, proposed(county), "published")
    published = NOW - timedelta(days=19)
    with pytest.raises(Refused, match="没有满 5 天"):
        step(county, CADRE, plan, "submit", version=3, at=published + timedelta(days=4, hours=14))
    with writing(county) as connection:  # a plan on the wall keeps the days it was put up for
        settings.decide(connection, COUNTY_CADRE, "publicity_days", "30", now=NOW)
    assert step(county, CADRE, plan, "submit", version=3, at=published + timedelta(days=5)) == "submitted"


def test_a_returned_plan_needs_a_reason_and_a_new_publicity(county: Engine):
    plan = taken_to(county, proposed(county), "submitted")
    with pytest.raises(Refused, match="写明原因"):
        step(county, TOWN, plan, "return", version=4, reason="  ", at=NOW)
    step(county, TOWN, plan, "return", version=4, reason="留存比例偏高", at=NOW)
    with pytest.raises(Refused, match="不能报镇审核"):
        step(county, CADRE, plan, "submit", version=5, at=NOW)
    step(county, CADRE, plan, "publish", version=5, at=NOW)
    with pytest.raises(Refused, match="没有满"):
        step(county, CADRE, plan, "submit", version=6, at=NOW)
    with county.connect() as connection:
        steps = plan_file(connection, CADRE, plan, TODAY.isoformat()).steps
        with pytest.raises(NoRight):
            plan_file(connection, VIEWERS["display"], plan, TODAY.isoformat())
    assert "留存比例偏高" in [one.reason for one in steps]


def test_what_does_not_come_out_even_is_neither_published_nor_sent_on(county: Engine):
    plan = create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW)
    with county.connect() as connection:
        draft = content_of(connection, CADRE, plan)
    key = next(key for key, share in draft.shares.items() if share.amount > 1)

    for change, words in ((-1, r"还有 0\.01 元没有分完"), (1, r"多分了 0\.01 元")):
        wrong = replace(draft.shares[key], amount=draft.shares[key].amount + change)
        version = state_of(county, plan)[1]
        version = save(county, CADRE, plan, version, replace(draft, shares={**draft.shares, key: wrong}), at=NOW)
        with pytest.raises(Refused, match=words):
            step(county, CADRE, plan, "publish", version=version, at=NOW)
    version = save(county, CADRE, plan, version, draft, at=NOW)
    step(county, CADRE, plan, "publish", version=version, at=NOW - timedelta(days=9))
    with writing(county) as connection:  # by whatever way, a fen more stands than there is
        share = model.dividend_share
        here = (share.c.plan == plan) & (share.c.household_id == key[0])
        connection.execute(share.update().where(here).values(amount_fen=share.c.amount_fen + 1))
    with pytest.raises(Refused, match="多分了"):
        step(county, CADRE, plan, "submit", version=version + 1, at=NOW)


def test_the_second_of_two_is_told_who_was_first(county: Engine):
    plan = taken_to(county, proposed(county), "submitted")
    step(county, TOWN, plan, "approve", version=4, at=NOW)
    with pytest.raises(Changed, match=r"2026-11-22 09:30 乡镇干部.*没有写入"):
        step(county, CADRE, plan, "withdraw", version=4, at=NOW)
    assert state_of(county, plan) == ("approved", 5)


def test_late_ones_are_counted_and_marked_and_mine_stand_first(county: Engine):
    late = taken_to(county, proposed(county), "submitted")  # 14 days ago, 5 allowed
    proposed(county, OTHER)
    with county.connect() as connection:
        counts = summary(connection, COUNTY_CADRE, COUNTY, TODAY.isoformat())
        listed = plans(connection, TOWN, TOWNSHIPS[0], TODAY.isoformat())
        drafts = plans(connection, COUNTY_CADRE, COUNTY, TODAY.isoformat(), state="draft")
    assert counts.loc["submitted", ["plans", "late"]].tolist() == [1, 1]
    assert (listed[0].id, listed[0].late, listed[0].mine) == (late, True, True)
    assert listed[0].due == (NOW - timedelta(days=14) + timedelta(days=5)).date()
    assert {one.state for one in drafts} == {"draft"} and any(one.village == OTHER for one in drafts)


def test_a_plan_of_another_township_is_not_there(county: Engine):
    plan = proposed(county, OTHER)
    with county.connect() as connection:
        with pytest.raises(NotFound):
            plan_file(connection, TOWN, plan, TODAY.isoformat())
        with pytest.raises(OutOfScope):
            plan_file(connection, Viewer("helper", OTHER, "B1"), plan, TODAY.isoformat())
        with pytest.raises(OutOfScope):
            plans(connection, TOWN, TOWNSHIPS[1], TODAY.isoformat())
    with pytest.raises(NotFound):
        step(county, TOWN, plan, "approve", version=2, at=NOW)


def _change(engine: Engine, what: str, id: int) -> None:
    with writing(engine) as connection:
        if what == "moved":
            table = model.household
            connection.execute(table.update().where(table.c.id == id).values(village=NEIGHBOUR))
        elif what == "struck off":
            table = model.household
            connection.execute(
                table.update()
                .where(table.c.id == id)
                .values(type="一般户", lifted=None, relapsed=None, risk_removed=None, identified=None)
            )
        else:
            connection.execute(
                model.member.insert().values(code="NEW", household_id=id, name="新生儿", relation="子女")
            )
        for village in (VILLAGE, NEIGHBOUR):
            cube.refresh(connection, village, NOW)


@pytest.mark.parametrize("state", ["draft", "published", "submitted", "approved"])
@pytest.mark.parametrize(("what", "words"), [("moved", "已迁到示范村"), ("struck off", "已不在统计范围")])
def test_a_household_that_is_gone_stops_every_step_and_the_reason_is_written(county, state, what, words):
    plan = taken_to(county, proposed(county), state)
    with county.connect() as connection:
        id = counted(connection)[0]
        assert doubts(connection, CADRE, plan) == []
    _change(county, what, id)
    action, viewer = {
        "draft": ("publish", CADRE),
        "published": ("submit", CADRE),
        "submitted": ("approve", TOWN),
        "approved": ("file", COUNTY_CADRE),
    }[state]
    version = state_of(county, plan)[1]
    with pytest.raises(Refused, match=words):
        step(county, viewer, plan, action, version=version, at=NOW)
    assert state_of(county, plan) == (state, version)
    with county.connect() as connection:
        found = doubts(connection, viewer, plan)
    assert [(one.household, one.grave) for one in found] == [(id, True)]
    assert words in return_reason(found) and "张某某" in return_reason(found)
    if state in ("submitted", "approved"):
        step(county, viewer, plan, "return", version=version, reason=return_reason(found), at=NOW)
        assert state_of(county, plan)[0] == "draft"


def test_a_household_that_grew_lets_the_plan_go_on_and_that_is_noted(county: Engine):
    plan = taken_to(county, proposed(county), "submitted")
    with county.connect() as connection:
        id = counted(connection)[0]
    _change(county, "grew", id)
    step(county, TOWN, plan, "approve", version=4, at=NOW)
    step(county, COUNTY_CADRE, plan, "file", version=5, at=LATER)
    with county.connect() as connection:
        reasons = [one.reason for one in plan_file(connection, ALL, plan, TODAY.isoformat()).steps[:2]]
    assert all("办理时已知：张某某：人口由" in reason for reason in reasons)


def test_a_filed_plan_is_reversed_once_and_the_reversal_cannot_be_changed(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    with pytest.raises(Refused, match="写明原因"):
        reverse(county, CADRE, plan, reason="", version=6, at=NOW)
    for viewer, why in ((TOWN, "村干部办理"), (COUNTY_CADRE, "村干部办理"), (ALL, "没有.*权限")):
        with pytest.raises(WarRoomError, match=why):
            reverse(county, viewer, plan, reason="算错了", version=6, at=NOW)
    back = reverse(county, CADRE, plan, reason="算错了", version=6, at=NOW)
    with pytest.raises(Refused, match="已经有冲销方案"):
        reverse(county, CADRE, plan, reason="再来", version=6, at=NOW)
    with county.connect() as connection:
        content = content_of(connection, CADRE, back)
    with pytest.raises(Refused, match="不能修改"):
        save(county, CADRE, back, 1, content, at=NOW)
    step(county, CADRE, back, "void", version=1, reason="不冲了", at=NOW)
    again = reverse(county, CADRE, plan, reason="还是要冲", version=6, at=NOW)
    assert state_of(county, again)[0] == "draft" and state_of(county, plan) == ("filed", 6)
