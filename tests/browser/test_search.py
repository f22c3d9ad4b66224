"""户档案 without a household: found by typing, at the desk and on the phone; what is typed stays out of the address."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server
from tests.browser.visitor import asked

WIDEST = "document.scrollingElement.scrollWidth"


def known(server: Server) -> dict[str, str | int]:
    """A member of some household who is not its head: the ends of his ID number are his alone."""
    engine = open_engine(server.database_url)
    asked = text(
        "SELECT h.id, h.head, h.code, v.name AS village, m.name AS member, m.id_tail AS tail FROM member m"
        " JOIN household h ON h.id = m.household_id JOIN region v ON v.code = h.village"
        " WHERE m.name != h.head AND m.id_tail IN (SELECT id_tail FROM member GROUP BY id_tail HAVING COUNT(*) = 1)"
        " ORDER BY m.code LIMIT 1"
    )
    with engine.connect() as connection:
        found = dict(connection.execute(asked).mappings().one())
    engine.dispose()
    return found


def search(page: Page, words: str) -> None:
    field = page.get_by_role("textbox", name="查找", exact=True)
    field.fill(words)
    field.press("Enter")
    ready(page)


@pytest.mark.screen(1366, 768)
def test_a_household_is_found_by_typing_and_opened_by_a_click(page: Page, county_server: Server):
    wanted = known(county_server)
    page.goto(f"{county_server.url}/household")
    ready(page)
    expect(page.get_by_role("textbox", name="查找", exact=True)).to_be_focused()
    search(page, wanted["tail"])
    row = page.locator("table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(f"{wanted['member']}的证件尾号")
    assert wanted["tail"] not in page.url
    search(page, f"{wanted['village']} {wanted['member']}")
    expect(row.first).to_contain_text(f"成员 {wanted['member']}")
    search(page, wanted["code"])
    expect(row).to_have_count(1)
    expect(row).not_to_contain_text("成员")
    row.get_by_role("link", name=wanted["head"]).click()
    page.wait_for_url(re.compile(rf"household={wanted['id']}(&|$)"))
    ready(page)
    page.go_back()
    page.wait_for_url(lambda url: "household=" not in url)
    ready(page)
    expect(page.get_by_role("textbox", name="查找", exact=True)).to_have_value(wanted["code"])
    expect(row).to_have_count(1)


@pytest.mark.screen(1366, 768)
def test_filters_stand_in_the_address_and_pages_are_turned(page: Page, county_server: Server):
    page.goto(f"{county_server.url}/household")
    ready(page)
    page.get_by_role("link", name="脱贫户", exact=False).filter(has_text="○").click()
    page.wait_for_url("**state=5**")
    ready(page)
    rows = page.locator("table tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.inner_text()
    page.get_by_role("link", name="下一页 ›").click()
    page.wait_for_url("**page=2**")
    ready(page)
    assert asked(page)["state"] == "5"
    expect(rows.first).not_to_have_text(first, use_inner_text=True)
    page.get_by_role("link", name="清除筛选").click()
    ready(page)
    expect(page.get_by_role("heading", name="可以这样找")).to_be_visible()
    search(page, "没有这个人")
    expect(page.get_by_role("heading", name="没有找到符合的户。")).to_be_visible()


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_results_are_cards_that_need_no_sideways_scrolling(page: Page, county_server: Server):
    wanted = known(county_server)
    page.goto(f"{county_server.url}/household")
    ready(page)
    search(page, wanted["member"][0])
    card = page.locator("table tbody tr").first
    expect(card).to_be_visible()
    assert page.evaluate(WIDEST) == 390
    box = card.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] > 80
    search(page, wanted["tail"])
    page.get_by_role("link", name=wanted["head"]).tap()
    ready(page)
    expect(page.locator("h1").first).to_contain_text(wanted["head"])
