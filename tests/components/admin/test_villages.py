"""The tab 区划: a village is chosen, what moves is seen, it goes over, and comes back."""

import pytest
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.regions.tree import Status
from tests.components.admin.ground import words
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import NEIGHBOUR, VILLAGE, fill_village
from tests.moment import clock

_SCRIPT = """
from components.admin.villages import show_villages
from components.shell.errors import reporting_failures
from components.shell.screen import current

with reporting_failures():
    show_villages(current())
"""


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_village_goes_over_after_its_list_was_seen_and_comes_back(filled):
    engine: Engine = filled(fill_village, own=True)
    viewer = Viewer("county", COUNTY)
    with engine.connect() as connection:
        place = regions.find(connection, viewer, COUNTY)
    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    status = Status(1, "2026-11-22T08:00:00", "2026-11-22", LAST, LAST, True)
    app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, clock, {})
    app.query_params["tab"] = "regions"
    app.run()
    assert "确认撤并" not in [button.label for button in app.button]
    app.selectbox(key="village_of_撤并").set_value(VILLAGE).run()
    app.selectbox(key="village_into").set_value(NEIGHBOUR).run()
    shown = words(app)
    assert "撤并：示范村0并入示范村1（2026-11-22）" in shown and "未脱贫户" in shown and "户码" in shown
    app.button(key="village_go").click().run()
    assert "已办理撤并：示范村0并入示范村1" in words(app)
    assert _closed(engine) == ("2026-11-22", NEIGHBOUR)
    app.query_params["do"], app.query_params["of"] = "back", "1"
    app.run()
    next(button for button in app.button if button.label == "确定撤销").click().run()
    assert "已撤销“撤并：示范村0并入示范村1" in words(app) and _closed(engine) == (None, None)


def _closed(engine: Engine) -> tuple[str | None, str | None]:
    table = model.region.c
    with engine.connect() as connection:
        row = connection.execute(select(table.closed, table.merged_into).where(table.code == VILLAGE)).one()
    return row.closed, row.merged_into
