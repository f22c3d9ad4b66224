"""The code's life in a real browser: given out on the desk, scanned by a stranger, the household and a cadre."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.access.viewer import Viewer
from data.clock import county_clock
from data.codes import tokens as qr_codes
from data.store.engine import open_engine, writing
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import asked, eventually

COUNTY = Viewer("county", "990181")
PHONES = [(390, 844), (360, 740)]


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of its own: these tests write."""
    with serving(county_url, tmp_path) as server:
        yield server


@pytest.fixture
def household(server: Server) -> tuple[int, str]:
    """A household of the village cadre's village: its id and the last six of the head's ID number."""
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT h.id, substr(m.id_number, 13, 6) FROM household h JOIN member m ON m.household_id = h.id"
                " WHERE m.relation = '户主' AND m.id_number IS NOT NULL AND m.name = h.head"
                " AND h.village = (SELECT MIN(village) FROM household) ORDER BY h.id"
            )
        ).first()
    engine.dispose()
    return tuple(found)


def code_of(server: Server, household: int) -> str:
    engine = open_engine(server.database_url)
    with writing(engine) as connection:
        token = qr_codes.issue(connection, engine, COUNTY, [household], now=county_clock())[household]
    engine.dispose()
    return f"{server.url}/q/{token}"


def fits(page: Page) -> bool:
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name)


@pytest.mark.parametrize("phone", PHONES)
def test_a_household_opens_its_card_without_javascript_and_leaves(
    server: Server, household, phone, new_context: Callable[..., BrowserContext]
):
    id, tail = household
    size = {"width": phone[0], "height": phone[1]}
    page = new_context(viewport=size, java_script_enabled=True).new_page()
    page.goto(code_of(server, id))
    assert fits(page)
    page = new_context(viewport=size, java_script_enabled=False).new_page()
    page.goto(code_of(server, id))
    expect(page.locator("h1")).to_have_text(re.compile(r"^.\*\*\s*户$"))
    page.get_by_role("textbox").fill("999999")
    button(page, "查看自家的明白卡").click()
    expect(page.get_by_role("alert")).to_contain_text("不对，请核对后再输")
    page.get_by_role("textbox").fill(tail)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("家的明白卡")
    expect(page.get_by_role("row", name=re.compile("^人均纯收入"))).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_contain_text("家的明白卡")
    button(page, "看完了，退出").click()
    expect(page.locator("h1")).to_have_text(re.compile(r"^.\*\*\s*户$"))


@pytest.mark.screen(390, 844)
def test_a_cadre_who_scans_chooses_his_role_and_comes_to_the_file(server: Server, household, page: Page):
    page.goto(code_of(server, household[0]))
    page.get_by_text("我是干部（演示）").click()
    button(page, "村干部").click()
    expect(page.get_by_role("link", name="记走访")).to_be_visible()
    assert fits(page)
    button(page, "看路人看到的").click()
    expect(page.locator("h1")).to_have_text(re.compile(r"^.\*\*\s*户$"))
    button(page, "回到干部页面").click()
    page.get_by_role("link", name="打开户档案").click()
    page.wait_for_url(re.compile("/household"))
    ready(page)
    expect(page.locator(".household-head h1")).to_be_visible()
    assert asked(page).items() >= {"household": str(household[0]), "role": "village"}.items()


@pytest.mark.screen(1366, 768)
def test_the_desk_gives_out_a_code_and_a_pin_and_takes_the_code_back(
    server: Server, household, page: Page, new_context: Callable[..., BrowserContext]
):
    id, _ = household
    page.goto(f"{server.url}/household?household={id}&role=village")
    ready(page)
    button(page, "发放户码").click()
    ready(page)
    address = page.locator("a.code-url").get_attribute("href")
    button(page, "发放口令").click()
    ready(page)
    expect(page.locator(".pin-given b")).to_have_text(re.compile(r"^\d{6}$"))
    pin = page.locator(".pin-given b").inner_text()

    phone = new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False).new_page()
    phone.goto(address)
    phone.get_by_role("textbox").fill(pin)
    button(phone, "查看自家的明白卡").click()
    expect(phone.locator("h1")).to_contain_text("家的明白卡")

    page.get_by_text("作废或换发户码").click()
    page.get_by_text("旧码立即失效，我已确认").click()
    ready(page)
    button(page, "换发新码").click()
    ready(page)
    expect(page.locator(".pin-given")).to_have_count(0)
    expect(page.locator("a.code-url")).not_to_have_attribute("href", address)
    eventually(page, lambda: unlogged(page), [])
    phone.goto(address)
    expect(phone.locator("h1")).to_have_text("这个码已经作废")


def unlogged(page: Page) -> list[str]:
    """What the log on the page lacks; it is written behind the pages: then the page is asked for again."""
    looks = page.locator("#looks").inner_text()
    words = ("发放户码", "作废户码", "发放口令", "口令相符", "扫码（本户）", "打开户档案")
    if missing := [word for word in words if word not in looks]:
        page.reload()
        ready(page)
    return missing


@pytest.mark.screen(390, 844)
def test_the_role_of_the_pages_goes_for_the_codes_of_the_same_browser(server: Server, household, page: Page):
    page.goto(f"{server.url}/household?household={household[0]}&role=village")
    ready(page)
    page.goto(code_of(server, household[0]))
    expect(page.get_by_role("link", name="打开户档案")).to_be_visible()
    page.goto(f"{server.url}/overview?role=display")
    ready(page)
    page.goto(code_of(server, household[0]))
    expect(page.locator("h1")).to_have_text(re.compile(r"^.\*\*\s*户$"))
