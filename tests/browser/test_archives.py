"""Archives on the household's page, by clicks and typing: handed in on a phone, opened, removed, put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from data import model
from data.regions.tree import viewers
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.archives import ground

PHOTO = {"name": "IMG_2034.jpg", "mimeType": "image/jpeg", "buffer": ground.photo(1600, 1200)}
LOCKED = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": ground.pdf(password="geheim")}
PAGE = {
    "name": "看我<img src=x onerror=alert(1)>.jpg",
    "mimeType": "image/jpeg",
    "buffer": b"<script>alert(1)</script>",
}
TITLE = "主屋<img src=x onerror=alert(1)>"


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, for it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


@pytest.fixture
def household(server: Server) -> int:
    """A household of the village that the demonstration's village cadre looks after."""
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        cadre = next(viewer for viewer in viewers(connection) if viewer.role == "village")
        id = connection.execute(select(model.household.c.id).where(model.household.c.village == cadre.region)).scalar()
    engine.dispose()
    return id


def section(page: Page, server: Server, household: int, role: str) -> Locator:
    page.goto(f"{server.url}/household?household={household}&role={role}")
    ready(page)
    return page.locator(".st-key-archives")


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_a_cadre_hands_in_photos_on_a_phone_opens_removes_and_puts_back(page: Page, server: Server, household: int):
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    archives = section(page, server, household, "village")
    archives.get_by_role("heading", name="档案").tap()
    expect(archives.get_by_text("还没有照片和扫描件")).to_be_visible()
    archives.get_by_text("存入材料", exact=True).tap()
    archives.locator("input[type=file]").set_input_files([PHOTO, LOCKED, PAGE])
    ready(page)
    archives.get_by_role("textbox", name="名称").fill(TITLE)
    ready(page)
    archives.get_by_role("button", name="存入档案").tap()
    expect(archives.get_by_text("已存入 1 份材料")).to_be_visible()
    ready(page)
    expect(archives.get_by_role("alert").locator("li")).to_have_count(2)
    expect(archives.get_by_role("alert")).to_contain_text("加了密码")
    expect(archives.get_by_role("alert")).to_contain_text("只收 PDF、JPEG、PNG")

    paper = archives.locator("a.paper")
    expect(paper).to_have_count(1)
    expect(paper.locator("b")).to_have_text(f"{TITLE} 1")
    expect(paper.locator("img")).to_have_js_property("naturalWidth", 320)
    with page.context.expect_page() as opened:
        paper.tap()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[document.contentType, document.images[0].naturalWidth]") == ["image/jpeg", 1600]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390

    archives.get_by_text("整理").tap()
    ready(page)
    archives.get_by_role("button", name="移除").tap()
    expect(archives.get_by_text("还没有照片和扫描件")).to_be_visible()
    ready(page)
    archives.get_by_text("已移除的材料（1）").tap()
    archives.get_by_role("button", name="恢复").tap()
    expect(paper).to_have_count(1)
    assert not alerts


def test_only_who_works_with_the_household_gets_its_archives(page: Page, new_context, server: Server, household: int):
    archives = section(page, server, household, "village")
    archives.get_by_text("存入材料", exact=True).click()
    archives.locator("input[type=file]").set_input_files([PHOTO])
    ready(page)
    archives.get_by_role("button", name="存入档案").click()
    expect(archives.locator("a.paper")).to_have_count(1)
    address = server.url + archives.locator("a.paper").get_attribute("href")
    assert page.request.get(address).status == 200

    context: BrowserContext = new_context()
    wall = context.new_page()
    section(wall, server, household, "display")
    expect(wall.get_by_text("这里不显示档案材料")).to_be_visible()
    expect(wall.locator("a.paper")).to_have_count(0)
    assert wall.request.get(address[:-4] + "AAAA").status == 404
