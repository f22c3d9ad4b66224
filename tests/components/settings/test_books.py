"""收支闭账 as a form: the county closes and reopens its months, is told who is late, and reads what it has decided."""

import re

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.figures import books, lists
from data.months import spoken
from data.regions import tree as regions
from data.regions.versions import versions
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, fill
from tests.moment import clock
from tests.source_code import ROOT

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(filled) -> Engine:
    """Its books are closed up to the month that runs, by its own word."""
    return filled(fill, own=True)


def opened(engine: Engine, viewer: Viewer = CADRE, region: str = COUNTY) -> AppTest:
    """The settings, switched open where the viewer has them."""
    with engine.connect() as connection:
        screen = Screen(
            viewer, regions.find(connection, viewer, region), None, regions.status(connection), False, engine, clock, {}
        )
    app = AppTest.from_file(str(ROOT / "pages" / "admin.py"), default_timeout=120)
    app.session_state["screen"] = screen
    app.query_params["tab"] = "settings"
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def close(app: AppTest, until: int, reason: str = "") -> AppTest:
    next(box for box in app.selectbox if box.label == "闭账到").select(until)
    next(field for field in app.text_input if field.label == "说明").input(reason)
    return press(app, "闭账到所选月份")


def read(app: AppTest) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.proto.body) for html in app.get("html"))


def closed(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return books.closed_month(connection, COUNTY)


def test_a_county_closes_a_month_and_reopens_it_and_reads_when_who_and_why(county: Engine):
    with county.connect() as connection:
        before = versions(connection, COUNTY)[COUNTY]
    app = close(opened(county), LAST - 2, "<b>余户已核实")
    assert closed(county) == LAST - 2
    told = read(app)
    assert f"已闭账到{spoken(LAST - 2)}。" in told
    assert f"闭账到{spoken(LAST - 2)}，由县里决定；以后的月份未满" in told
    assert f"2026-11-22 09:30　县级干部 · 示范市　闭账到{spoken(LAST - 2)}　&lt;b&gt;余户已核实" in told
    with county.connect() as connection:
        assert versions(connection, COUNTY)[COUNTY][0] > before[0]  # the decision, and the clues that come up with it

    app = press(app, "仍由规则判断")
    assert "已交回规则判断。" in read(app)
    assert f"闭账到{spoken(closed(county))}，由规则判断" in read(app) and closed(county) != LAST - 2
    decided = re.findall(r"仍由规则判断|闭账到\d+年\d+月(?=　)", read(app))
    assert decided[:2] == ["仍由规则判断", f"闭账到{spoken(LAST - 2)}"]


def test_who_has_not_reported_the_first_open_month_is_a_list_that_a_link_opens(county: Engine):
    app = close(opened(county), LAST - 2)
    with county.connect() as connection:
        late = lists.count(connection, CADRE, "unreported_households", COUNTY, LAST - 1)
    (link,) = (html.proto.body for html in app.get("html") if "没有报齐" in html.proto.body)
    assert late > 0 and f"{spoken(LAST - 1)}未满" in link and f"还有 {late} 户没有报齐" in link
    assert f'href="/figure?region={COUNTY}&amp;indicator=unreported_households&amp;month=2026-10"' in link
    assert "没有报齐" not in read(close(app, LAST))  # nothing is open


def test_the_same_decision_again_is_refused_and_noted_nowhere(county: Engine):
    app = close(opened(county), LAST)
    assert "没有保存。与现在的决定相同，没有改动。" in read(app)
    with county.connect() as connection:
        assert len(books.decisions(connection, CADRE, COUNTY)) == 1


def test_a_county_without_books_has_nothing_to_close(filled):
    engine = filled(fill, own=True)
    with engine.begin() as connection:
        for table in ("books_county", "books_month", "household_books"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    app = opened(engine)
    assert not app.exception and "收支闭账" not in read(app)


def test_a_township_decides_nothing_and_a_county_what_its_township_looks_at(county: Engine):
    assert "收支闭账" not in read(opened(county, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[0]))
    app = close(opened(county, region=TOWNSHIPS[0]), LAST - 3)
    assert closed(county) == LAST - 3 and f"闭账到{spoken(LAST - 3)}，由县里决定" in read(app)
