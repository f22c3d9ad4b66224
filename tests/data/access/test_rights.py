"""Every query and write of ``data`` names its right, and nothing outside ``data.access`` goes by the name of a role."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.access.rights import needs
from data.access.roles import ALLOWED, HOUSEHOLDS, OTHERS, READ, ROLES, WRITE
from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope
from tests.source_code import parse, sources

ASKS_NOTHING = {
    "data/access/jobs.py": {"begin", "find", "cancel", "paper", "file"},  # his own, whoever he is
    "data/access/masks.py": {
        "without_telling",
        "mask_party",
        "mask_health",
        "mask_kind",
    },  # how it is read
    "data/access/rights.py": {"require_right"},  # is the asking
    "data/access/scope.py": {"seen_households", "seen_matters"},  # SQL, for queries that ask
    "data/figures/list_kinds.py": {"columns_of"},  # is such an asking
    "data/matters/round_figures.py": {"scoped"},  # SQL, for queries that ask
    "data/matters/rounds.py": {"may_hold"},  # is such an asking
    "data/people/borrowing.py": {"obstacle", "borrower", "give_back"},  # who he is while he borrows
    "data/people/sessions.py": {"own_sessions", "end_own_session"},  # his own, whoever he is
    "data/workbook/apart.py": {"told_order"},  # says who orders, for the process that asks
    "data/workbook/kept.py": {"carries"},  # says whether an export has a sheet
    "data/matters/matter.py": {"matters", "by_codes"},  # of rows that were picked by such an asking
    "data/matters/who.py": {
        "person_of",
        "seen",
        "require_seen",
        "waits_for",
        "answers",
        "checks",
        "fits",
    },  # whose it is
    "data/villages/edits.py": {"note", "deed_to_undo"},  # part of deeds that ask
    "data/workflow.py": {"actor", "decides"},  # who he is, beside the right
}
"""Public functions that take a viewer and neither read nor write a store by what he may."""
GO_BY_A_ROLE = {
    "data/workflow.py",  # an arrow names who decides; the right stands beside it
    "data/people/accounts.py",  # which accounts there are, not what somebody may
    "components/shell/screen.py",  # the demonstration's switch of roles in the address
    "components/phone/answers.py",  # which roles that switch offers at a door
}
NAMES = {*ROLES, *OTHERS}


def public(source: Path) -> Iterator[ast.FunctionDef]:
    for node in parse(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def takes_a_viewer(function: ast.FunctionDef) -> bool:
    told = function.args
    return "viewer" in {one.arg for one in (*told.posonlyargs, *told.args, *told.kwonlyargs)}


def names_a_right(function: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) == "needs" for one in function.decorator_list)


@pytest.mark.parametrize("source", sources("data"), ids=str)
def test_whatever_takes_a_viewer_names_the_right_it_needs(source: Path):
    without = {one.name for one in public(source) if takes_a_viewer(one) and not names_a_right(one)}
    assert without == ASKS_NOTHING.get(str(source), set())


@pytest.mark.parametrize("source", sources("data", "components", "pages"), ids=str)
def test_what_somebody_may_is_asked_of_the_table_and_not_of_a_roles_name(source: Path):
    if source.parts[:2] == ("data", "access") or str(source) in GO_BY_A_ROLE:
        return
    compared = [one for one in ast.walk(parse(source)) if isinstance(one, ast.Compare)]
    assert [ast.unparse(one) for one in compared if by_role(one)] == []


def by_role(compared: ast.Compare) -> bool:
    sides = [compared.left, *compared.comparators]
    told = {one.value for side in sides for one in ast.walk(side) if isinstance(one, ast.Constant)}
    of_a_role = any(ast.unparse(side).split(".")[-1] == "role" for side in sides)
    return any(ast.unparse(side).endswith("viewer.role") for side in sides) or (of_a_role and bool(told & NAMES))


def test_the_viewer_is_found_wherever_he_stands_and_asked_before_anything_is_done():
    done = []

    @needs(WRITE, HOUSEHOLDS)
    def act(engine: str, other: int, viewer: Viewer, *, how: str = "") -> str:
        done.append(engine)
        return how

    cadre, wall = Viewer("village", "99"), Viewer("display", "99")
    assert act("store", 1, cadre, how="so") == "so" and act("store", other=1, viewer=cadre) == ""
    for call in (lambda: act("wall", 1, wall), lambda: act("wall", other=1, viewer=wall)):
        with pytest.raises(NoRight, match="没有“户名单和户档案”的填报修改权限"):
            call()
    assert done == ["store", "store"] and issubclass(NoRight, OutOfScope)
    with pytest.raises(ValueError, match="no such right"):
        needs(READ, "everything")


@pytest.mark.parametrize("role", ["nobody", "", "Admin", "admin ", "system", "command", "person:7"])
def test_a_role_that_nobody_knows_may_nothing(role: str):
    known = {(right, thing) for rights in ALLOWED.values() for right, things in rights.items() for thing in things}
    assert not [one for one in known if Viewer(role, "").may(*one)]
