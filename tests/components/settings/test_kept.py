"""留存展示 as a form: the county keeps what is shown now under a name, and reads what walls compare with."""

import pytest
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.regions.versions import versions
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, fill
from tests.moment import clock
from tests.source_code import ROOT


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def opened(engine: Engine, viewer: Viewer) -> AppTest:
    with engine.connect() as connection:
        region = regions.find(connection, viewer, viewer.region)
        screen = Screen(viewer, region, None, regions.status(connection), False, engine, clock, {})
    app = AppTest.from_file(str(ROOT / "pages" / "admin.py"), default_timeout=120)
    app.session_state["screen"] = screen
    app.query_params["tab"] = "settings"
    return app.run()


def keep(app: AppTest, name: str) -> AppTest:
    next(field for field in app.text_input if field.label == "为什么事留存").input(name)
    next(button for button in app.button if button.label == "留存现在展示的数字").click().run()
    assert not app.exception
    return app


def read(app: AppTest) -> str:
    return " ".join(html.proto.body for html in app.get("html"))


def kept(engine: Engine) -> list[tuple[str, str | None, str]]:
    s = model.showing.c
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(s.day, s.name, s.actor).order_by(s.id))]


def test_the_county_keeps_what_is_shown_for_a_meeting_and_walls_hear_of_it(county: Engine):
    cadre = Viewer("county", COUNTY)
    with county.connect() as connection:
        before = versions(connection, COUNTY)[COUNTY]
    app = opened(county, cadre)
    assert "还没有可以对比的" in read(app)
    keep(app, "例会")
    assert kept(county) == [(TODAY.isoformat(), "例会", cadre.actor)]
    assert "现在与2026年11月22日“例会”对比" in read(app)
    with county.connect() as connection:
        assert versions(connection, COUNTY)[COUNTY] > before


def test_without_a_name_nothing_is_kept_and_it_is_said(county: Engine):
    app = keep(opened(county, Viewer("county", COUNTY)), " ")
    assert kept(county) == [] and "请写明为什么事留存" in read(app)


def test_a_township_has_no_such_button(county: Engine):
    app = opened(county, Viewer("township", TOWNSHIPS[0]))
    assert not [button for button in app.button if button.label == "留存现在展示的数字"]
