"""Every state × role × action of cases, clues, planned measures, exits, by hand from the law; all else is refused."""

import pytest

from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.errors import OutOfScope, Refused
from data.households import cases as settled
from data.monitoring.ways import BEFORE, CASE_WAY, CLUE_WAY, ENDED, EXIT_WAY, IN, OUT, PLAN_WAY, WATCHED
from tests.data.monitoring_ground import CADRE, CLERK, HELPER, TOWN
from tests.data.village_ground import COUNTY, OTHER_TOWNSHIP, VILLAGE

VIEWERS = {
    "helper": HELPER, "village": CADRE, "township": TOWN, "county": CLERK, "admin": Viewer("admin", "", person=11),
    "display": Viewer("display", COUNTY),
}  # fmt: skip
TABLE: dict[str | None, dict[str, str]] = {
    None: {"village": "begin", "township": "begin", "county": "begin"},
    "checking": {"helper": "visit", "village": "visit discuss reject", "township": "compare green",
                 "county": "compare green void"},
    "returned": {"helper": "visit", "village": "visit discuss reject", "township": "compare green",
                 "county": "compare green void"},
    "discussed": {"village": "publish", "township": "green", "county": "green void"},
    "public": {"village": "object report", "township": "green", "county": "green void"},
    "reported": {"township": "green township return refuse", "county": "green void"},
    "county": {"township": "green", "county": "green county return refuse void"},
    "decided": {"township": "include", "county": "include void"},
    "watched": {"village": "propose propose_natural"},
    "removal": {"helper": "removal_visit", "village": "removal_visit removal_discuss keep"},
    "removal_returned": {"helper": "removal_visit", "village": "removal_visit removal_discuss keep propose_natural"},
    "removal_discussed": {"village": "removal_publish keep"},
    "removal_public": {"village": "removal_report keep"},
    "removal_reported": {"township": "removal_township removal_return keep"},
    "removal_county": {"county": "removal_county removal_return keep"},
    "removal_decided": {"township": "remove", "county": "remove"},
    "removed": {},
    "refused": {},
    "void": {},
}  # fmt: skip
"""State → role → what it may do."""
AFTER = {
    "begin": "checking", "discuss": "discussed", "reject": "refused", "publish": "public", "object": "returned",
    "report": "reported", "township": "county", "county": "decided", "include": "watched", "return": "returned",
    "refuse": "refused", "propose": "removal", "propose_natural": "removal_reported",
    "removal_discuss": "removal_discussed", "removal_publish": "removal_public", "removal_report": "removal_reported",
    "removal_township": "removal_county", "removal_county": "removal_decided", "remove": "removed", "keep": "watched",
    "removal_return": "removal_returned", "void": "void",
}  # fmt: skip
"""Action → the state that it comes to; the others stay where they are."""
REASONED = {
    "green", "reject", "object", "return", "refuse", "propose_natural", "keep", "removal_return", "void",
}  # fmt: skip
SECOND = {
    "township": ("report",), "county": ("township",), "removal_county": ("removal_township",),
    "removal_township": ("removal_report", "propose_natural"),
}  # fmt: skip
ACTORS = {
    "report": "person:90",
    "township": "person:91",
    "removal_report": "person:90",
    "removal_township": "person:91",
}


@pytest.mark.parametrize("state", [None, *CASE_WAY.states])
def test_who_may_do_what_in_each_state(state: str | None):
    for role, viewer in VIEWERS.items():
        expected = set(TABLE[state].get(role, "").split())
        found = CASE_WAY.allowed(viewer, VILLAGE, state, ACTORS)
        assert {one.action for one in found} == expected, (state, role)
        for one in found:
            assert one.after == AFTER.get(one.action, state)
            assert one.reason == (one.action in REASONED)
        for action in set(CASE_WAY.actions) - expected:
            with pytest.raises(Refused):
                CASE_WAY.transition(viewer, VILLAGE, state, action, ACTORS)


def test_every_role_and_action_stands_in_the_table():
    assert set(VIEWERS) == set(ROLES)
    named = {action for roles in TABLE.values() for told in roles.values() for action in told.split()}
    assert named | {"land"} == set(CASE_WAY.actions)


@pytest.mark.parametrize("role", VIEWERS)
def test_a_case_of_another_place_is_nobodys_but_those_above_both(role: str):
    viewer = VIEWERS[role]
    for state in TABLE:
        found = {one.action for one in CASE_WAY.allowed(viewer, OTHER_TOWNSHIP, state, ACTORS)}
        assert found == (set(TABLE[state].get(role, "").split()) if role == "county" else set())
    if role in ("helper", "village", "township"):
        with pytest.raises(OutOfScope):
            CASE_WAY.transition(viewer, OTHER_TOWNSHIP, "checking", "visit")


@pytest.mark.parametrize(("action", "firsts"), SECOND.items())
def test_who_handed_it_in_does_not_look_it_through(action: str, firsts: tuple[str, ...]):
    state = next(one.before for one in CASE_WAY.transitions if one.action == action)
    viewer = next(viewer for role, viewer in VIEWERS.items() if action in TABLE[state].get(role, "").split())
    for first in firsts:
        assert CASE_WAY.transition(viewer, VILLAGE, state, action, {first: "person:90"}).action == action
        with pytest.raises(Refused, match="另一人"):
            CASE_WAY.transition(viewer, VILLAGE, state, action, {first: viewer.actor})
    with pytest.raises(Refused, match="另一人"):
        CASE_WAY.transition(viewer, VILLAGE, state, action, {})
    assert {one.others for one in CASE_WAY.transitions if one.action not in SECOND} == {()}


def test_states_are_told_apart_once():
    assert {*BEFORE, *WATCHED, *ENDED} == set(CASE_WAY.states)
    assert set(IN) < set(BEFORE) and set(OUT) < set(WATCHED)
    assert settled._BEFORE == BEFORE and set(settled._OUT) == set(WATCHED) - {"watched"}
    assert {settled._REMOVED, *settled._NEVER} == set(ENDED)


CLUE_TABLE = {
    None: {"helper": "tell", "village": "tell", "township": "tell take", "county": "tell take"},
    "held": {"village": "join", "township": "pass join", "county": "pass join"},
    "open": {"village": "found join dismiss", "township": "found join dismiss", "county": "found join dismiss"},
    "case": {},
    "joined": {},
    "none": {"township": "reopen", "county": "reopen"},
}
PLAN_TABLE = {
    None: {"village": "plan", "township": "plan", "county": "plan"},
    "planned": {
        "helper": "progress carry_out", "village": "progress carry_out change drop",
        "township": "progress carry_out change drop", "county": "progress carry_out change drop",
    },
    "doing": {
        "helper": "progress carry_out", "village": "progress carry_out change drop",
        "township": "progress carry_out change drop", "county": "progress carry_out change drop",
    },
    "done": {"village": "resume", "township": "resume", "county": "resume"},
    "dropped": {"village": "resume", "township": "resume", "county": "resume"},
}  # fmt: skip
EXIT_TABLE = {
    None: {"village": "propose"},
    "reported": {"village": "void", "township": "township return void", "county": "void"},
    "county": {"village": "void", "township": "void", "county": "county return void"},
    "returned": {"village": "amend void", "township": "void", "county": "void"},
    "decided": {},
    "void": {},
}
OTHERS = {
    "clue": (CLUE_WAY, CLUE_TABLE, {"dismiss", "reopen"}),
    "plan": (PLAN_WAY, PLAN_TABLE, {"progress", "drop", "resume"}),
    "exit": (EXIT_WAY, EXIT_TABLE, {"propose", "amend", "return", "void"}),
}  # fmt: skip
"""Way, what each role may do in each state, what needs a reason."""


@pytest.mark.parametrize("name", OTHERS)
def test_who_may_do_what_to_clues_planned_measures_and_reviews_of_exits(name: str):
    way, table, reasoned = OTHERS[name]
    actors = {"propose": "person:90", "township": "person:91"}
    assert set(table) == {None, *way.states} and set(VIEWERS) == set(ROLES)
    named = {action for roles in table.values() for told in roles.values() for action in told.split()}
    assert named == set(way.actions)
    for state, roles in table.items():
        for role, viewer in VIEWERS.items():
            expected = set(roles.get(role, "").split())
            assert {one.action for one in way.allowed(viewer, VILLAGE, state, actors)} == expected, (state, role)
            for action in set(way.actions) - expected:
                with pytest.raises(Refused):
                    way.transition(viewer, VILLAGE, state, action, actors)
            if role in ("helper", "village", "township"):
                assert way.allowed(viewer, OTHER_TOWNSHIP, state, actors) == []
    assert {one.action for one in way.transitions if one.reason} == reasoned
