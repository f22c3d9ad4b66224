"""用户与设置 opens to who administers or reads the log, on the tabs that are his, and is refused to everybody else."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from components.admin.address import TABS, open_tabs
from components.shell.site import ADMIN
from data.access.roles import OTHERS, ROLES
from data.access.viewer import Viewer
from tests.components.admin import ground
from tests.components.admin.ground import drawn, words
from tests.data.people.ground import COUNTY


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    return ground.store(migrated_sqlite, tmp_path, request)


def test_it_opens_to_administrators_and_the_county_alone():
    assert {role for role in (*ROLES, "stranger", "household", "borrower", "") if ADMIN.open_to(Viewer(role, ""))} == {
        "admin",
        "county",
    }


def test_a_tab_is_open_to_some_of_those_to_whom_the_page_is_and_to_nobody_else():
    everybody = [Viewer(role, "") for role in (*ROLES, *OTHERS, "")]
    assert {one.role for one in everybody if open_tabs(one)} == {one.role for one in everybody if ADMIN.open_to(one)}


@pytest.mark.parametrize("tab", list(TABS))
def test_each_tab_is_drawn_for_whom_it_is_open_to_and_not_offered_to_others(store: Engine, tab: str):
    for viewer in (ground.ground.ADMINISTRATOR, Viewer("county", COUNTY)):
        shown = words(drawn(store, viewer, tab=tab))
        assert (TABS[tab].words in shown.split()) == (tab in open_tabs(viewer))
        assert (f"没有“{tab}”这一项" in shown) == (tab not in open_tabs(viewer))
