"""From a store without any data, or with the demonstration, to the county's own: by the launch link and a browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine

from data.people import launch
from data.store.engine import open_engine
from tests.browser.ready import ready, typed
from tests.browser.server import Server, serving
from tests.data.intake.books import book_of, write_xlsx
from tests.data.small_county import fill
from tests.stores import copied

REAL, PASSWORD = "210881", "门前的大柳树下有两棵"


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{copied(migrated_sqlite, tmp_path / 'first.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def begun(store: Engine, tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts the server, once the store is as the test wants it."""
    servers = []

    def start() -> Server:
        servers.append(serving(store.url.render_as_string(), tmp_path))
        return servers[-1].__enter__()

    yield start
    for one in servers:
        one.__exit__(None, None, None)


def _administrator(page: Page, server: Server, store: Engine) -> None:
    """The first one, by the link that the server printed."""
    link = launch.launch_path(store)
    assert link is not None and link in server.log.read_text()
    page.goto(f"{server.url}{link}")
    typed(page, "张三", "zhangsan", PASSWORD, PASSWORD)
    expect(page.locator("h1")).to_have_text("设置动态码")
    made = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("6 位数字", exact=True).fill(made.now())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="已收好，继续").click()


def _hand_in(page: Page, file: Path) -> None:
    page.locator(".st-key-import_upload input[type=file]").set_input_files(file)
    page.get_by_role("button", name=re.compile("^递交并校验")).click()


def _write(page: Page) -> None:
    page.locator(".st-key-import_acts").get_by_role("button", name=re.compile("^写入")).click()
    page.get_by_test_id("stDialog").get_by_role("button", name=re.compile("^确定写入")).click()


def test_from_an_empty_store_to_the_first_own_map(
    store: Engine, begun: Callable[[], Server], new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    server, page = begun(), new_context().new_page()
    page.goto(server.url)
    ready(page)
    expect(page.locator(".nothing")).to_contain_text("启用链接")
    _administrator(page, server, store)
    page.get_by_role("link", name="去数据管理").click()
    ready(page)
    for view in ("out", "boundaries", "backups", "in"):  # each opens before there is any region
        page.goto(f"{server.url}/data?view={view}")
        ready(page)
        expect(page.locator(".nothing h2")).to_have_count(0)
    _hand_in(page, write_xlsx(tmp_path / "本县.xlsx", book_of(REAL)))
    _write(page)
    expect(page.locator("body")).to_contain_text("已写入", timeout=120_000)
    page.goto(f"{server.url}/battle_map")
    ready(page)
    expect(page.locator(".top-bar")).to_contain_text("示范市")


def test_real_regions_replace_the_demonstration_once_it_is_answered_and_end_the_tabs_of_nobody(
    store: Engine, begun: Callable[[], Server], new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    fill(store)
    server, viewer, page = begun(), new_context().new_page(), new_context().new_page()
    viewer.goto(f"{server.url}/battle_map")
    ready(viewer)
    _administrator(page, server, store)
    page.goto(f"{server.url}/data")
    ready(page)
    _hand_in(page, write_xlsx(tmp_path / "本县.xlsx", book_of(REAL)))
    page.get_by_text("清空演示数据，再写入", exact=True).click()
    page.get_by_role("button", name="按以上说明重新校验").click()
    _write(page)
    expect(viewer).to_have_url(re.compile(rf"^{server.url}/(login.*)?$"), timeout=120_000)
    expect(viewer.locator("body")).not_to_contain_text("挂图作战")
    page.goto(f"{server.url}/overview")
    ready(page)
    expect(page.locator(".top-bar")).not_to_contain_text("演示数据")
