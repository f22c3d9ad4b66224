"""The map in a real browser: what a click reports, what stays where it is, and that names are never code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.map_app.ground import CODES, HOSTILE, NAMES
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import eventually

APP = Path(__file__).parent / "map_app" / "app.py"
# streamlit-folium reports a quarter of a second after what it heard last; its timer was set before this one.
REPORTED = "() => new Promise(end => setTimeout(end, 500))"
VIEW = "() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()].map(part => part.toFixed(3)).join()"


@pytest.fixture(scope="module")
def map_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("none://", tmp_path_factory.mktemp("map"), APP) as server:
        yield server


@pytest.fixture
def open_map(map_server: Server, page: Page):
    """Opens the page of maps and waits until they are drawn; a script that runs from a name fails the test."""
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))

    def open_it(query: str = "") -> FrameLocator:
        page.goto(f"{map_server.url}/?{query}")
        for i in range(2 if "twice" in query else 1):
            expect(frame(page, i).locator("path.region")).to_have_count(16)
        ready(page)
        return frame(page)

    yield open_it
    assert not alerts


def frame(page: Page, number: int = 0) -> FrameLocator:
    return page.frame_locator("iframe").nth(number)


def region(box: FrameLocator, number: int):
    return box.locator(f'path.region[data-code="{CODES[number]}"]')


def in_map(box: FrameLocator, script: str):
    return box.locator("body").evaluate(script)


def picks(page: Page, *expected) -> None:
    expect(page.get_by_text(f"picks {list(expected)}", exact=True)).to_be_visible()


def test_each_click_is_reported_once_also_the_second_on_the_same_village(open_map, page: Page):
    box = open_map()
    region(box, 5).click()
    picks(page, ("region", CODES[5]))
    region(box, 5).click()
    picks(page, ("region", CODES[5]), ("region", CODES[5]))
    page.get_by_text("乙", exact=True).click()
    expect(region(box, 0)).to_have_attribute("fill", "#333333")
    ready(page)
    picks(page, ("region", CODES[5]), ("region", CODES[5]))


def test_a_change_of_colours_keeps_the_map_and_where_it_looks(open_map, page: Page):
    box = open_map()
    expect(region(box, 0)).to_have_attribute("fill", "#111111")
    in_map(box, "() => { window.kept = true; map.setView([40.2, 121.7], 11.5, {animate: false}) }")
    view = in_map(box, VIEW)
    page.get_by_text("乙", exact=True).click()
    expect(region(box, 0)).to_have_attribute("fill", "#333333")
    ready(page)
    assert (in_map(box, VIEW), in_map(box, "() => window.kept")) == (view, True)


def test_panning_and_zooming_do_not_run_the_page(open_map, page: Page):
    box = open_map()
    before = in_map(box, VIEW)
    runs = page.get_by_text("runs ").inner_text()
    box.get_by_title("放大").click()
    region(box, 5).drag_to(region(box, 6))
    eventually(page, lambda: in_map(box, VIEW) != before, True)
    in_map(box, REPORTED)
    ready(page)
    expect(page.get_by_text("runs ")).to_have_text(runs)


def test_the_whole_map_comes_back(open_map, page: Page):
    box = open_map()
    view = in_map(box, VIEW)
    in_map(box, "() => map.setView([40, 121], 13, {animate: false})")
    box.get_by_role("button", name="全图").click()
    eventually(page, lambda: in_map(box, VIEW), view)


def test_the_keyboard_reaches_a_village_reads_it_and_picks_it(open_map, page: Page):
    box = open_map()
    box.get_by_role("button", name="全图").focus()
    page.keyboard.press("Tab")
    expect(region(box, 0)).to_be_focused()
    expect(region(box, 0)).to_have_attribute("aria-label", f"{NAMES[0]}，户数 0 户，说明 {NAMES[0]}")
    expect(box.get_by_role("tooltip")).to_contain_text("0 户")
    page.keyboard.press("Enter")
    picks(page, ("region", CODES[0]))
    page.keyboard.press("End")
    page.keyboard.press(" ")
    picks(page, ("region", CODES[0]), ("region", CODES[15]))


def test_a_village_without_value_is_hatched_and_says_so(open_map):
    box = open_map()
    expect(region(box, 15)).to_have_attribute("fill", "url(#no-data)")
    region(box, 15).hover()
    expect(box.get_by_role("tooltip")).to_have_text(f"{NAMES[15]}无数据")


def test_names_that_look_like_code_are_shown_as_they_are(open_map):
    box = open_map("points")
    for number, name in enumerate(HOSTILE):
        region(box, number).hover(position={"x": 3, "y": 3})
        expect(box.get_by_role("tooltip")).to_contain_text(f"{number} 户说明{name}")
    assert (
        in_map(box, "() => document.querySelectorAll('.leaflet-container img, .leaflet-container script').length") == 0
    )


def test_names_that_fit_stand_on_the_map(open_map):
    texts = open_map().locator(".map-names text")
    expect(texts.filter(has_text="甲镇")).to_be_attached()
    names = texts.all_text_contents()
    assert {"甲镇", "乙镇", "村_7"} <= set(names)
    assert not set(names) & {HOSTILE[2]}  # far wider than its village


def test_a_household_is_told_from_the_village_under_it(open_map, page: Page):
    box = open_map("points")
    at = in_map(box, "() => map.latLngToContainerPoint(map.warRoom.points.items[0].at)")
    container = box.locator(".leaflet-container")
    container.hover(position=at)
    expect(box.get_by_role("tooltip")).to_have_text(f"{NAMES[0]}○ 脱贫示意位置")
    expect(box.get_by_text("示意位置", exact=True).last).to_be_visible()
    container.click(position=at)
    picks(page, ("household", 7))
    region(box, 0).click()
    picks(page, ("household", 7), ("region", CODES[0]))


def test_linked_maps_look_at_the_same_place_and_show_the_same_village(open_map, page: Page):
    left, right = open_map("twice"), frame(page, 1)
    for moved, other in ((left, right), (right, left)):
        in_map(moved, "() => map.panBy([40, 25], {animate: false})")
        view = in_map(moved, VIEW)
        eventually(page, lambda other=other: in_map(other, VIEW), view)
        assert in_map(moved, VIEW) == view
    region(left, 6).hover()
    expect(right.get_by_role("tooltip")).to_contain_text("6 户")


def test_boundaries_that_do_not_come_are_asked_for_twice_and_then_missed_aloud(map_server: Server, page: Page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/geo/broken" in request.url else None)
    page.goto(f"{map_server.url}/?what=broken")
    expect(frame(page).get_by_text("地图边界未能载入，请刷新")).to_be_visible()
    assert len(asked) == 2


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_one_finger_scrolls_the_page_and_a_tap_picks(open_map, page: Page):
    box = open_map()
    assert in_map(box, "() => map.dragging.enabled()") is False
    assert in_map(box, "() => getComputedStyle(map.getContainer()).touchAction") == "pan-x pan-y"
    assert in_map(box, "() => document.documentElement.scrollWidth <= innerWidth") is True
    region(box, 5).tap()
    picks(page, ("region", CODES[5]))
