"""The table of rights, asked: every role, right and thing, in scope, out of scope, by nobody."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from data import model
from data.access.roles import ALLOWED, OTHERS, RIGHTS, ROLES, THINGS, allows
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.store.engine import writing
from tests.data.village_ground import VILLAGE, fill_village
from tests.rights_cases import CASES, INSIDE, OUTSIDE, PROJECT, Case

GIVEN, BEYOND, REFUSED = "given", "beyond", "no right"


@pytest.fixture
def county(filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("WARROOM_VAR", str(tmp_path))
    engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        project = {"code": PROJECT, "name": "大棚", "kind": "种植", "region": VILLAGE, "stage": "运营"}
        connection.execute(model.project.insert().values(**project, started="2024-01-01", investment_fen=100))
    return engine


def outcome(case: Case, engine: Engine, viewer: Viewer, folder: Path) -> str:
    """What came of the call; a rule of the thing itself (a plan that is filed, a paper that is not there) is no matter
    of rights."""
    try:
        case.call(engine, viewer, folder)
    except NoRight:
        return REFUSED
    except (OutOfScope, NotFound):
        return BEYOND if case.scoped else GIVEN
    except Refused:
        return GIVEN
    return GIVEN


def test_every_right_of_the_table_has_its_case_and_no_case_has_none():
    assert set(CASES) == {(right, thing) for rights in ALLOWED.values() for right in rights for thing in rights[right]}
    assert {right for right, _ in CASES} == set(RIGHTS) and {thing for _, thing in CASES} == set(THINGS)
    assert set(INSIDE) - {"nobody"} == set(ALLOWED) == {*ROLES, *OTHERS}


@pytest.mark.parametrize("of", CASES, ids=" ".join)
def test_who_has_a_right_has_it_in_his_scope_and_who_has_none_is_refused_everywhere(
    county: Engine, tmp_path: Path, of: tuple[str, str]
):
    case = CASES[of]
    expected = {role: GIVEN if allows(role, *of) else REFUSED for role in INSIDE}
    found = {role: outcome(case, county, viewer, tmp_path) for role, viewer in INSIDE.items()}
    assert found == expected
    if case.scoped:
        beyond = {role: BEYOND if told == GIVEN else REFUSED for role, told in expected.items()}
        assert {role: outcome(case, county, viewer, tmp_path) for role, viewer in OUTSIDE.items()} == beyond
