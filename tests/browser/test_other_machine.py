"""A tab on another machine that is open on demonstration data when real regions arrive."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, func, select

from data import model
from data.store.engine import open_engine
from tests.browser.chromium import FLAGS, executable
from tests.browser.ready import ready, watch
from tests.browser.server import Server, serving
from tests.data.small_county import real_regions_arrive

NAME = "village.example"  # which the browser finds on this machine; to the server it is no name of this machine
CLOSED = "只对本机开放"
# The click as soon as the door is closed, from within the page: nothing that a test does is as quick.
CLICK_WHEN_CLOSED = """button => {
  const look = () => fetch('/healthz').then(answer => answer.status === 403 ? button.click() : setTimeout(look, 5));
  look();
}"""


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


@pytest.fixture
def open_elsewhere(browser: Browser, server: Server) -> Iterator[Callable[[str], Page]]:
    """Opens a path as another machine does that reaches the server under a name of its own."""
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = [flag for flag in FLAGS if "host-resolver-rules" not in flag]
    other = browser.browser_type.launch(executable_path=executable(), args=[*flags, rules])

    def open_it(path: str) -> Page:
        page = watch(other.new_context(locale="zh-CN")).new_page()
        page.goto(server.url.replace("127.0.0.1", NAME) + path)
        return ready(page)

    yield open_it
    other.close()


def visits(store: Engine) -> int:
    with store.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.visit)).scalar_one()


def test_an_idle_tab_leaves_by_itself_and_a_form_at_the_door_writes_nothing(
    store: Engine, open_elsewhere: Callable[[str], Page]
):
    with store.connect() as connection:
        id = connection.execute(select(func.min(model.household.c.id))).scalar_one()
    idle = open_elsewhere("/battle_map")
    door = open_elsewhere(f"/household?household={id}&do=visit")
    dialog = door.get_by_test_id("stDialog")
    dialog.get_by_label("做了什么 *").fill("送去米面")
    save = dialog.get_by_role("button", name="保存", exact=True)
    save.click(trial=True)
    before = visits(store)

    save.evaluate(CLICK_WHEN_CLOSED)
    real_regions_arrive(store)

    for page in (idle, door):
        expect(page.locator("body")).to_contain_text(CLOSED)
        assert urlsplit(page.url).path == "/"
    assert visits(store) == before
