"""Tabs that are open when the right to them ends: real regions arrive, or somebody ends the account."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, func, select

from components.server.guard import REFUSAL
from data import model
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.small_county import real_regions_arrive
from tests.people import begun, enrolled
from tests.source_code import ROOT

# The click as soon as the door is closed, from within the page: nothing that a test does is as quick.
CLICK_WHEN_CLOSED = """button => {
  const look = () => fetch('/healthz').then(answer => answer.status === 403 ? button.click() : setTimeout(look, 5));
  look();
}"""
DISABLE = "import sys; from tests.people import disable; from data.store.engine import open_engine; "


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own: it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


@pytest.fixture
def store(county_url: str) -> Iterator[Engine]:
    engine = open_engine(county_url)
    yield engine
    engine.dispose()


def visits(store: Engine) -> int:
    with store.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.visit)).scalar_one()


def a_household(store: Engine) -> int:
    with store.connect() as connection:
        return connection.execute(select(func.min(model.household.c.id))).scalar_one()


def test_real_regions_close_the_tabs_of_nobody_and_a_form_at_the_door_writes_nothing(
    store: Engine, server: Server, new_context: Callable[..., BrowserContext]
):
    def opened(path: str) -> Page:
        page = new_context().new_page()
        page.goto(server.url + path)
        return ready(page)

    idle, door = opened("/battle_map"), opened(f"/household?household={a_household(store)}&do=visit")
    dialog = door.get_by_test_id("stDialog")
    dialog.get_by_label("做了什么 *").fill("送去米面")
    save = dialog.get_by_role("button", name="保存", exact=True)
    save.click(trial=True)
    before = visits(store)

    save.evaluate(CLICK_WHEN_CLOSED)
    real_regions_arrive(store)

    for page in (idle, door):
        expect(page.locator("body")).to_contain_text(REFUSAL.split("。")[0])
        assert urlsplit(page.url).path == "/"
    assert visits(store) == before


def test_an_account_that_another_process_ends_leads_its_tabs_to_the_sign_in_and_the_way_back_is_kept(
    store: Engine, server: Server, new_context: Callable[..., BrowserContext]
):
    real_regions_arrive(store)
    person = enrolled(store, "county", "990181")
    context = new_context()
    context.add_cookies([{"name": "wr", "value": begun(store, person), "url": server.url, "httpOnly": True}])
    page, asked = context.new_page(), "/battle_map?region=990181"
    page.goto(server.url + asked)
    ready(page)
    expect(page.locator(".top-bar .who")).to_have_text(f"李{person} · 县级干部")
    expect(page.locator(".top-bar .who")).to_have_attribute("href", "/password")
    expect(page.get_by_role("combobox", name="身份（演示）")).to_have_count(0)

    with page.expect_request(lambda request: urlsplit(request.url).path == "/login") as led:
        work = f"{DISABLE}disable(open_engine(sys.argv[1]), {person})"
        subprocess.run([sys.executable, "-c", work, server.database_url], cwd=ROOT, check=True)
    assert led.value.header_value("referer") == server.url + asked


def test_one_click_signs_out_here_and_in_every_tab(
    store: Engine, server: Server, new_context: Callable[..., BrowserContext]
):
    real_regions_arrive(store)
    context = new_context()
    token = begun(store, enrolled(store, "county", "990181"))
    context.add_cookies([{"name": "wr", "value": token, "url": server.url, "httpOnly": True}])
    pages = [context.new_page() for _ in range(2)]
    for page in pages:
        page.goto(f"{server.url}/battle_map")
        ready(page)
    pages[0].get_by_role("button", name="退出").click()
    for page in pages:
        page.wait_for_url("**/login")
    assert context.request.get(f"{server.url}/pulse").status == 401
