"""A wall lives for months without a touch: whatever becomes of its server, the line, the day, it shows its picture."""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine

from components.drawing.markup import Markup
from components.server import pulse
from components.wall import asked, files, routes, scenes, setting_up
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from data.access.viewer import Viewer
from data.figures import cube
from data.people.devices import withdraw
from data.store.engine import writing
from tests.browser.wall_house import House, bad_gateway, in_its_place, reset, silence
from tests.data.small_county import COUNTY, TOWNSHIPS, fill, real_regions_arrive
from tests.people import enrolled

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
WATCH = """
  window.bad = [];
  window.here = true;
  setInterval(() => {
    const poster = document.querySelector('.layer.on .poster'), text = document.body.innerText;
    if (!poster || poster.getBoundingClientRect().width !== innerWidth) bad.push('blank');
    if (/[A-Za-z]{3,}/.test(text)) bad.push(text);
  }, 100);
"""
"""Looks all the time for a picture that is gone and for a word of English."""
composed: list[tuple[str, datetime]] = []


def _named(name: str) -> Scene:
    def posters(place: Place, _canvas: Canvas) -> Sequence[Poster]:
        composed.append((name, place.now))
        return [Poster(f"{name}一", f"{place.now:%Y年%m月%d日}", Markup(f"<p>{len(composed)}</p>"))]

    return Scene(name, name, frozenset({0, 6, 9, 12}), posters, critical=name == "急")


MADE = tuple(map(_named, "甲乙急丙"))


@pytest.fixture
def house(filled: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for module in (scenes, asked, routes, setting_up):
        monkeypatch.setattr(module, "SCENES", MADE)
    composed.clear()
    engine = filled(fill, own=True)
    real_regions_arrive(engine)
    house = House(engine)
    house.start()
    yield house
    house.stop()


@pytest.fixture
def administrator(house: House) -> Viewer:
    return Viewer("admin", "", person=enrolled(house.engine, "admin", ""))


@pytest.fixture
def display(house: House, administrator: Viewer) -> tuple[int, str]:
    return house.display(COUNTY, administrator)


@pytest.fixture
def wall(house: House, display: tuple[int, str], new_context: Callable[..., BrowserContext]) -> Page:
    """The wall of the county, with a picture; its clock can be moved."""
    context = new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "wr", "value": display[1], "url": house.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{house.url}/wall")
    expect(page.locator(".layer.on h1")).to_have_text("甲一")
    page.evaluate(WATCH)
    return page


def shown(page: Page) -> str:
    return page.locator(".layer.on h1").inner_text()


def well(page: Page) -> bool:
    """Whether the document is the one that was opened, and had a picture and no English all the time."""
    assert page.evaluate("window.bad") == []
    return bool(page.evaluate("window.here === true"))


def answering(house: House, answer: Callable[[socket.socket], None] | None) -> AbstractContextManager[None]:
    return in_its_place(house.port, answer) if answer else nullcontext()


def link(page: Page) -> str | None:
    return page.evaluate("document.documentElement.dataset.link")


@pytest.mark.parametrize("answer", [None, bad_gateway, reset, silence], ids=["refused", "502", "cut", "silent"])
def test_a_server_that_is_away_leaves_the_picture_and_is_missed(
    house: House, wall: Page, answer: Callable[[socket.socket], None] | None
):
    house.stop()
    with answering(house, answer):
        expect(wall.locator(".layer.on .from")).to_contain_text("连接中断 · 画面停在")
        wall.keyboard.press("ArrowRight")  # what was seen before is shown, what was not is passed over
        wall.clock.fast_forward(60_000)
        wall.keyboard.press("ArrowRight")
        wall.wait_for_timeout(500)
        assert shown(wall).endswith("一")
    house.start()
    expect(wall.locator("html")).to_have_attribute("data-link", "on")
    expect(wall.locator(".layer.on .from")).to_contain_text("更新")
    assert well(wall)


def test_the_same_build_started_again_keeps_the_document_another_brings_its_own(
    house: House, wall: Page, monkeypatch: pytest.MonkeyPatch
):
    house.stop()
    monkeypatch.setattr(pulse, "BOOT", "second")
    house.start()
    expect(wall.locator("html")).to_have_attribute("data-boot", "second")
    assert well(wall)
    house.stop()
    monkeypatch.setattr(pulse, "BOOT", "third")
    monkeypatch.setattr(files, "STYLES", (*files.STYLES, "prints.css"))
    house.start()
    wall.wait_for_function("() => window.here === undefined")
    expect(wall.locator("html")).to_have_attribute("data-boot", "third")
    expect(wall.locator(".layer.on h1")).to_have_text("甲一")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (datetime(2026, 11, 22, 22), datetime(2026, 11, 23, 0, 0, 9)),  # midnight
        (datetime(2026, 11, 30, 22), datetime(2026, 12, 1, 0, 0, 9)),  # the month's end
    ],
)
def test_another_day_is_drawn_anew(house: House, wall: Page, before: datetime, after: datetime):
    wall.keyboard.press("Space")
    for moment in (before, after):
        house.set(moment)
        expect(wall.locator(".layer.on .clock")).to_have_text(f"{moment:%H:%M}")
        wall.clock.fast_forward(20_000)
        expect(wall.locator(".layer.on .sub")).to_have_text(f"{moment:%Y年%m月%d日}")
    assert well(wall)


def test_a_machine_that_slept_goes_on_with_the_data_of_the_morning(house: House, wall: Page):
    body = wall.locator(".layer.on .body")
    text = body.inner_text()
    wall.keyboard.press("Space")
    with writing(house.engine) as connection:
        cube.stamp(connection, house.clock(), COUNTY)
    with wall.expect_response(re.compile("/pulse/stream")):
        wall.clock.fast_forward("08:00:00")
    wall.wait_for_timeout(500)  # its first beat
    wall.clock.fast_forward(15_000)
    expect(body).not_to_have_text(text)
    expect(wall.locator("html")).to_have_attribute("data-link", "on")
    assert shown(wall) == "甲一" and well(wall)


def test_a_write_is_drawn_within_twenty_seconds_and_many_writes_once(house: House, wall: Page):
    text = wall.locator(".layer.on .body").inner_text()
    wall.keyboard.press("Space")
    with writing(house.engine) as connection:
        cube.stamp(connection, house.clock(), TOWNSHIPS[0])
    wall.wait_for_timeout(5_000)  # a beat, and a version that is kept a second
    for _ in range(3):
        with writing(house.engine) as connection:
            cube.stamp(connection, house.clock(), TOWNSHIPS[1])
    wall.clock.fast_forward(14_000)
    expect(wall.locator(".layer.on .body")).not_to_have_text(text)
    drawn = [name for name, _ in composed].count("甲")
    wall.wait_for_timeout(4_500)
    assert [name for name, _ in composed].count("甲") == drawn <= 3
    assert shown(wall) == "甲一" and well(wall)


def test_what_is_withdrawn_is_blank_at_once_and_says_so_calmly(
    house: House, wall: Page, display: tuple[int, str], administrator: Viewer
):
    with writing(house.engine) as connection:
        withdraw(connection, administrator, display[0], address="", now=house.clock())
    expect(wall.locator(".poster")).to_have_count(0, timeout=3_000)
    expect(wall.locator(".calm.on")).to_contain_text("这块屏的展示已经结束")
    wall.keyboard.press("ArrowRight")
    wall.clock.fast_forward(60_000)
    expect(wall.locator(".poster")).to_have_count(0)


def test_what_is_withdrawn_while_the_line_is_cut_is_blank_when_it_is_back(
    house: House, wall: Page, display: tuple[int, str], administrator: Viewer
):
    house.stop()
    with writing(house.engine) as connection:
        withdraw(connection, administrator, display[0], address="", now=house.clock())
    expect(wall.locator("html")).to_have_attribute("data-link", "off")
    house.start()
    expect(wall.locator(".calm.on")).to_contain_text("这块屏的展示已经结束")
    expect(wall.locator(".poster")).to_have_count(0)


def test_the_round_goes_on_by_itself_and_the_critical_scene_comes_every_second_turn(wall: Page):
    seen = [shown(wall)]
    for _ in range(6):
        changes = wall.evaluate("document.documentElement.dataset.changes")
        wall.clock.fast_forward(26_000)
        expect(wall.locator("html")).not_to_have_attribute("data-changes", changes)
        seen.append(shown(wall))
    assert seen == ["甲一", "急一", "乙一", "急一", "丙一", "急一", "甲一"]
    assert well(wall)


def test_keys_of_a_remote_turn_pause_and_bring_the_bar(wall: Page):
    title = wall.locator(".layer.on h1")
    for key, there in (
        ("ArrowRight", "急一"), ("PageDown", "乙一"), ("ArrowLeft", "急一"), ("PageUp", "甲一"), ("PageUp", "急一"),
    ):  # fmt: skip
        wall.keyboard.press(key)
        expect(title).to_have_text(there)
    wall.keyboard.press("Space")
    wall.clock.fast_forward(120_000)
    wall.wait_for_timeout(1_500)
    assert shown(wall) == "急一"
    bar = wall.locator(".bar")
    expect(bar).to_be_hidden()
    wall.keyboard.press("Enter")
    expect(bar.get_by_text("全屏")).to_be_focused()
    wall.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    wall.keyboard.press("Escape")
    bar.get_by_role("button", name="丙").click()
    expect(title).to_have_text("丙一")
    wall.mouse.move(300, 300)
    expect(wall.locator("html")).to_have_class(re.compile("pointing"))
    wall.clock.fast_forward(4_000)
    expect(wall.locator("html")).not_to_have_class(re.compile("pointing"))
    assert wall.evaluate("getComputedStyle(document.documentElement).cursor") == "none" and well(wall)


def test_one_picture_goes_over_into_the_other_without_a_blink(wall: Page):
    expect(wall.locator(".layer.on")).to_have_css("opacity", "1")  # the first comes out of the empty screen
    wall.evaluate("""() => {
      window.gaps = 0; window.frames = 0;
      const look = () => {
        frames += 1;
        const whole = [...document.querySelectorAll('.layer')].some((layer) => {
          const {visibility, opacity} = getComputedStyle(layer);
          return visibility === 'visible' && opacity === '1' && layer.firstChild;
        });
        if (!whole) gaps += 1;
      };
      window.looking = setInterval(look, 5);
    }""")
    for there in ("急一", "乙一", "急一"):
        wall.keyboard.press("ArrowRight")
        expect(wall.locator(".layer.on h1")).to_have_text(there)
        wall.wait_for_timeout(400)
    assert wall.evaluate("[gaps, frames > 20]") == [0, True]
    assert wall.evaluate("getComputedStyle(document.querySelector('.layer.on')).transitionDuration") == "0.25s"


def test_the_set_up_page_is_worked_by_a_remote_and_tells_what_the_machine_lacks(wall: Page, house: House):
    wall.goto(f"{house.url}/wall/setup")
    lines = wall.locator(".checks li")
    expect(lines).to_have_count(7)
    expect(lines.filter(has_text="画面 1366×768")).to_have_class("good")
    size = wall.locator(".lines p").last.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    far = wall.locator("[name=far]")
    wall.locator("[name=region]").focus()
    for _ in range(2):
        wall.keyboard.press("ArrowDown")
    expect(far).to_be_focused()
    for _ in range(4):
        wall.keyboard.press("ArrowRight")
    expect(far).to_have_value("10")
    now = wall.locator(".lines p").last.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert now == pytest.approx(size * 10 / 8, abs=0.1)
    wall.get_by_role("button", name="保存到这块屏").focus()
    wall.keyboard.press("Enter")
    expect(wall.get_by_role("status")).to_contain_text("已保存")
    wall.goto(f"{house.url}/wall")
    expect(wall.locator(".layer.on h1")).to_have_text("甲一")
    assert "far=10&" in wall.evaluate("JSON.parse(document.documentElement.dataset.wall).asked")
