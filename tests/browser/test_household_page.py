"""The page of one household in a real browser: readable on a phone, every part reachable, each look logged once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from components.households.head_markup import PARTS
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server
from tests.browser.visitor import eventually

OTHER_PARTS = ("card", "archives", "code", "history")
PICKED = """
    SELECT h.id, h.village, v.name AS village_name, h.head FROM household h JOIN region v ON v.code = h.village
    WHERE h.risk_removed BETWEEN '2025-06-01' AND '2026-09-30' AND h.lifted IS NOT NULL
        AND (SELECT COUNT(*) FROM visit x WHERE x.household_id = h.id) > 45
        AND (SELECT COUNT(*) FROM measure x WHERE x.household_id = h.id) > 1
    ORDER BY h.id"""


@pytest.fixture(scope="module")
def store(county_server: Server) -> Iterator[Engine]:
    engine = open_engine(county_server.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def picked(store: Engine, request: pytest.FixtureRequest):
    """A household that was lifted, monitored and freed of its risk; another one for each test."""
    names = sorted(name for name in globals() if name.startswith("test_"))
    with store.connect() as connection:
        return connection.execute(text(PICKED)).all()[names.index(request.node.originalname)]


@pytest.fixture
def open_household(page: Page, county_server: Server):
    def open_at(id: int, **parameters: str) -> Page:
        rest = "".join(f"&{name}={value}" for name, value in parameters.items())
        page.goto(f"{county_server.url}/household?household={id}{rest}")
        return ready(page)

    return open_at


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_everything_is_reached_by_a_tap_and_nothing_is_wider_than_the_screen(open_household, picked):
    page = open_household(picked.id)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollHeight") <= 2 * 844, "closed, it is two screens at most"
    for heading in ("h1", ".household-head .state"):
        expect(page.locator(heading)).to_be_in_viewport()
    for button in ("记走访", "记收支", "更多"):
        box = page.get_by_role("button", name=button, exact=True).bounding_box()
        assert box["height"] >= 44 and box["y"] + box["height"] > 780
    for part in PARTS:
        title = page.locator(f"#{part} > h2")
        expect(page.locator(f"#{part} > :not(h2)").last).to_be_hidden()
        title.tap()
        expect(page.locator(f"#{part} > :not(h2)").last).to_be_visible()
    for part in OTHER_PARTS:
        page.locator(f".st-key-part_{part} h2").first.tap()
    ready(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert main.evaluate("main => main.scrollWidth") <= 390
    expect(page.locator("#helpers a[href^='tel:']").first).to_be_visible()
    expect(page.locator("img.story-picture")).to_be_hidden()
    expect(page.locator("ol.story")).to_contain_text("风险消除")
    cards = page.locator("#members tbody tr")
    assert all(box["x"] + box["width"] <= 390 for box in (card.bounding_box() for card in cards.all()))
    label = cards.first.locator("td").nth(1).evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"与户主关系"'
    page.get_by_role("button", name="更多", exact=True).tap()
    expect(page.get_by_role("button", name="核实保障")).to_be_in_viewport()


@pytest.mark.screen(1366, 768)
def test_the_story_is_one_picture_and_ends_with_the_month_chosen(open_household, picked):
    page = open_household(picked.id)
    drawn = page.locator("img.story-picture")
    eventually(page, lambda: drawn.evaluate("image => image.complete && image.naturalWidth > 1000"), True)
    expect(page.locator("ol.story")).to_contain_text("风险消除")
    page = open_household(picked.id, month="2025-05")
    expect(page.locator("ol.story")).to_contain_text("脱贫")
    expect(page.locator("ol.story")).not_to_contain_text("风险消除")
    expect(page.locator("#facts")).not_to_contain_text("风险消除")


def test_the_page_stands_in_its_village_whatever_the_address_says(open_household, picked):
    page = open_household(picked.id, region=picked.village[:6])
    expect(page.locator(".breadcrumbs [aria-current]")).to_have_text(picked.village_name)
    back = page.get_by_role("link", name=f"‹ 回到{picked.village_name}地图")
    expect(back).to_have_attribute("href", re.compile(rf"region={picked.village}(&|$)"))


def test_older_visits_are_turned_to_and_back(open_household, picked):
    page = open_household(picked.id)
    days = page.locator("#visits tbody td:first-child")
    expect(days).to_have_count(10)
    newest = days.all_inner_texts()
    page.get_by_role("link", name="下一页").click()
    expect(days.first).not_to_have_text(newest[0])
    ready(page)
    older = days.all_inner_texts()
    assert len(older) == 10
    assert min(newest) >= max(older)
    page.go_back()
    expect(days).to_have_text(newest)


def test_a_look_is_logged_once_however_often_the_page_is_drawn(open_household, picked, store: Engine):
    page = open_household(picked.id)
    page.get_by_role("link", name="下一页").click()
    ready(page)
    page.go_back()
    ready(page)
    logged = "SELECT actor, address FROM access_log WHERE household_id = :id AND view = 'file'"

    def looks() -> list[tuple[str, str]]:
        with store.connect() as connection:
            found = connection.execute(text(logged), {"id": picked.id}).all()
        return [(look.actor.partition(":")[0], look.address) for look in found]

    eventually(page, looks, [("county", "127.0.0.1")])


def test_a_wall_shows_no_name_no_number_and_offers_nothing_to_write(open_household, picked, store: Engine):
    with store.connect() as connection:
        numbers = connection.execute(
            text("SELECT id_number FROM member WHERE household_id = :id AND id_number IS NOT NULL"), {"id": picked.id}
        ).scalars()
        tails = [number[-4:] for number in numbers]
    page = open_household(picked.id, role="display")
    expect(page.locator("h1")).to_have_text(re.compile(r"^.\*+$"))
    content = page.locator("[data-testid=stMain]").inner_text()
    assert tails
    assert picked.head not in content
    assert not [tail for tail in tails if f"*{tail}" in content]
    assert "联系电话\n—" in content
    expect(page.get_by_role("button", name=re.compile("记走访|改信息"))).to_have_count(0)
