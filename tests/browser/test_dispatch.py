"""月调度 in a real browser: a household reported from a phone, the second who writes, the county's close."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, select, text

from data.access.viewer import Viewer
from data.clock import county_clock
from data.matters.round_reports import Entry, report
from data.matters.rounds import supplement
from data.model import dispatch_report, dispatch_round
from data.store.engine import open_engine, writing
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.stores import copied

COUNTY, VILLAGE = "990181", "990181001201"  # of the demonstration's county and village cadre
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, on which three households of the village are watched and put on the open round's list."""
    folder = tmp_path_factory.mktemp("dispatch")
    database = folder / "county.db"
    copied(county_database, database)
    engine = open_engine(f"sqlite:///{database}")
    chosen = "household_id IN (SELECT id FROM household WHERE village = :village ORDER BY id LIMIT 3) AND until IS NULL"
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE state_spell SET watch = 4, state = 4 WHERE {chosen}"), {"village": VILLAGE})
    supplement(engine, Viewer("county", COUNTY), round_of(engine), now=county_clock())
    engine.dispose()
    with serving(f"sqlite:///{database}", folder) as running:
        yield running


def round_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(dispatch_round.c.id).where(dispatch_round.c.closed.is_(None))).scalar_one()


def test_a_household_is_reported_from_a_phone_and_the_second_who_writes_sees_both(new_context, server: Server):
    engine = open_engine(server.database_url)
    page = new_context(viewport=PHONE).new_page()
    page.goto(f"{server.url}/dispatch?role=village")
    ready(page)
    page.locator(".dispatch-list a.row").first.click()
    ready(page)
    head = page.locator("h1").inner_text()
    assert head not in page.url and head not in page.title()
    page.get_by_test_id("stButtonGroup").get_by_text("进展缓慢").click()
    page.get_by_label("情况说明").fill("等验收")
    id = int(page.url.split("report=")[1].split("&")[0])
    report(engine, Viewer("village", VILLAGE), id, Entry("", "stuck", "联系不上", 1), now=county_clock())
    page.get_by_role("button", name="报送", exact=True).click()
    clash = page.locator(".conflict")
    expect(clash).to_contain_text("存在困难：联系不上")
    expect(clash).to_contain_text("进展缓慢：等验收")
    page.get_by_role("button", name="以我填的为准报送").click()
    expect(page.locator(".saved")).to_contain_text("已报送")
    with engine.connect() as connection:
        one = connection.execute(select(dispatch_report).where(dispatch_report.c.id == id)).one()
    assert (one.state, one.words, one.version, one.actor) == ("slow", "等验收", 3, f"village:{VILLAGE}:")
    ready(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("未报 2 户")

    page = new_context(viewport=DESK).new_page()
    page.goto(f"{server.url}/dispatch?region={COUNTY}")
    ready(page)
    page.get_by_role("button", name="结束调度").click()
    page.get_by_role("button", name="确定结束调度").click()
    expect(page.get_by_role("dialog")).to_contain_text("请写明原因")
    page.get_by_label("原因（必填）").fill("月底汇总")
    page.get_by_role("button", name="确定结束调度").click()
    expect(page.locator(".saved")).to_contain_text("已结束调度")
    expect(page.locator(".heading").first).to_contain_text("已结束：月底汇总")
    engine.dispose()
