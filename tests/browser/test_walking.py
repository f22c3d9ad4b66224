"""The order in which a village is walked, arranged by keys, buttons, mouse and finger, stored and taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect
from sqlalchemy import func, select

from data import model
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import eventually


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own: it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def places(url: str, village: str) -> list[int]:
    """The households of a village that have a stored place, in its order."""
    engine = open_engine(url)
    with engine.connect() as connection:
        h = model.household.c
        asked = select(h.id).where(h.village == village, h.walking_order.is_not(None)).order_by(h.walking_order)
        found = list(connection.execute(asked).scalars())
    engine.dispose()
    return found


def a_village(url: str) -> str:
    """One in which nobody typed a place."""
    engine = open_engine(url)
    with engine.connect() as connection:
        h = model.household.c
        asked = select(h.village).group_by(h.village).having(func.count(h.walking_order) == 0).order_by(h.village)
        found = connection.execute(asked.limit(1)).scalar_one()
    engine.dispose()
    return found


def opened(page: Page) -> FrameLocator:
    ready(page)
    page.get_by_role("button", name="排走访顺序").click()
    list = page.get_by_test_id("stDialog").frame_locator("iframe")
    expect(list.locator("li").nth(3)).to_be_visible()
    return list


def ids(list: FrameLocator) -> list[int]:
    return [int(id) for id in list.locator("li").evaluate_all("rows => rows.map((row) => row.dataset.id)")]


def drag(page: Page, list: FrameLocator, row: int, to: int) -> None:
    """A row to another's place by the mouse."""
    grip, there = list.locator(".grip").nth(row).bounding_box(), list.locator("li").nth(to).bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 20)
    page.mouse.down()
    page.mouse.move(grip["x"] + 12, there["y"] + there["height"] / 2, steps=8)
    page.mouse.up()


def test_rows_are_moved_by_keys_buttons_and_mouse_stored_and_taken_back(server: Server, page: Page):
    village = a_village(server.database_url)
    page.goto(f"{server.url}/battle_map?region={village}&role=county")
    list = opened(page)
    start = ids(list)
    list.locator("li").nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(list.get_by_role("status")).to_contain_text("现在是第 2 户")
    list.locator("li").nth(3).get_by_role("button", name="上移").click()
    drag(page, list, 4, 0)
    wanted = [start[4], start[1], start[0], start[3], start[2], *start[5:]]
    eventually(page, lambda: ids(list), wanted)
    assert list.locator(".number").nth(0).inner_text() == "1"
    page.get_by_test_id("stDialog").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text(f"已保存 {len(start)} 户的走访顺序")).to_be_visible()
    assert places(server.database_url, village) == wanted
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销，走访顺序恢复原样")).to_be_visible()
    assert places(server.database_url, village) == []


def test_a_finger_drags_a_row_on_a_phone(server: Server, new_context: Callable[..., BrowserContext]):
    village = a_village(server.database_url)
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{server.url}/battle_map?region={village}&role=county")
    list = opened(page)
    start = ids(list)
    touch = page.context.new_cdp_session(page)
    grip, there = list.locator(".grip").nth(0).bounding_box(), list.locator("li").nth(2).bounding_box()
    x, y, end = grip["x"] + 10, grip["y"] + 20, there["y"] + there["height"] / 2
    for kind, at in (("touchStart", y), ("touchMove", (y + end) / 2), ("touchMove", end), ("touchEnd", None)):
        points = [] if at is None else [{"x": x, "y": at}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    eventually(page, lambda: ids(list)[:3], [start[1], start[2], start[0]])
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_whoever_was_second_is_told_and_a_display_is_offered_nothing(
    server: Server, new_context: Callable[..., BrowserContext], page: Page
):
    village = a_village(server.database_url)
    first, second = page, new_context(viewport={"width": 1280, "height": 800}).new_page()
    for each in (first, second):
        each.goto(f"{server.url}/battle_map?region={village}&role=county")
        list = opened(each)
        list.locator("li").nth(2).focus()
        each.keyboard.press("Home")
        eventually(each, lambda list=list: list.get_by_role("status").inner_text() != "", True)
        ready(each)
    for each in (first, second):
        each.get_by_test_id("stDialog").get_by_role("button", name="保存", exact=True).click()
    expect(first.get_by_text("户的走访顺序")).to_be_visible()
    expect(second.get_by_text("别人刚刚改过走访顺序")).to_be_visible()
    second.goto(f"{server.url}/battle_map?region={village}&role=display")
    ready(second)
    expect(second.get_by_role("button", name="排走访顺序")).to_have_count(0)
