"""县级设置 as a form: what is saved holds at once for every region; the same saved again is no write."""

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import settings
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.regions import tree as regions
from data.regions.versions import EVERYTHING, Version, versions
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST, fill
from tests.moment import clock
from tests.source_code import ROOT


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def everything(engine: Engine) -> Version:
    with engine.connect() as connection:
        return versions(connection, COUNTY)[EVERYTHING]


def test_a_saved_setting_is_a_write_that_concerns_every_region_and_saving_the_same_again_is_none(county: Engine):
    viewer = Viewer("county", COUNTY)
    with county.connect() as connection:
        place, status = regions.find(connection, viewer, COUNTY), regions.status(connection)
    app = AppTest.from_file(str(ROOT / "pages" / "admin.py"), default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, LAST, status, False, county, clock, {})
    app.query_params["tab"] = "settings"
    app.run()
    before = everything(county)
    for _ in range(2):
        app.text_input(key="setting_arrears_months").set_value("3")
        next(button for button in app.button if button.label == "保存设置").click().run()
        assert not app.exception
        with county.connect() as connection:
            assert settings.value_of(connection, "arrears_months") == "3"
        assert everything(county)[0] == before[0] + 1


def test_who_changed_what_when_and_from_what_is_told_below(county: Engine):
    viewer = Viewer("county", COUNTY)
    with writing(county) as connection:
        for value in ("3", "4"):
            settings.decide(connection, viewer, "arrears_months", value, now=clock())
        settings.decide(connection, viewer, "hotline", "<b>1</b>", now=clock())
    with county.connect() as connection:
        place, status = regions.find(connection, viewer, COUNTY), regions.status(connection)
        told = settings.changes(connection, viewer)
        assert [(one["name"], one["before"], one["after"]) for one in told] == [
            ("hotline", "12317", "<b>1</b>"), ("arrears_months", "3", "4"), ("arrears_months", "2", "3"),
        ]  # fmt: skip
        assert settings.count_changes(connection, viewer) == 3
        with pytest.raises(OutOfScope):
            settings.changes(connection, Viewer("township", "990181101"))
    app = AppTest.from_file(str(ROOT / "pages" / "admin.py"), default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, LAST, status, False, county, clock, {})
    app.query_params["tab"] = "settings"
    shown = " ".join(html.proto.body for html in app.run().get("html"))
    assert "县级干部 · 示范市" in shown and "&lt;b&gt;1&lt;/b&gt;" in shown and "<b>1</b>" not in shown
