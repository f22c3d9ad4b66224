"""Days of a wall, hour by hour: it turns its round without leaving anything out, and neither browser nor server grows.

Three hours here; ``WAR_ROOM_WALL_HOURS=168``, as ``make soak`` sets it, takes a week.
"""

import gc
import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine

from components.wall.asked import chosen_scenes
from data.access.viewer import Viewer
from data.figures import cube
from data.store.engine import writing
from data.wall.displays import usual
from tests.browser.wall_house import House
from tests.data.small_county import COUNTY, fill, real_regions_arrive
from tests.people import enrolled

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
HOURS = int(os.environ.get("WAR_ROOM_WALL_HOURS", "3"))
TURNS = 6  # of an hour that are looked at; then it is the next
TURN = 26  # seconds; a poster stands 25
GROWTH = 1.2
OURS = ("components", "data", "sqlalchemy", "sqlite3", "starlette", "uvicorn")


@pytest.fixture
def house(filled: Callable[..., Engine]):
    engine = filled(fill, own=True)
    real_regions_arrive(engine)
    house = House(engine)
    house.set(datetime(2026, 11, 29, 22, 30))  # midnight and the month's end come soon
    house.start()
    yield house
    house.stop()


def held(page: Page) -> dict[str, float]:
    """What the page holds once everything let go is collected: its nodes, and bytes of its script."""
    wire = page.context.new_cdp_session(page)
    wire.send("HeapProfiler.collectGarbage")
    wire.send("Performance.enable")
    told = {one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]}
    wire.detach()
    return {"nodes": told["Nodes"], "bytes": told["JSHeapUsedSize"]}


def living() -> int:
    """Objects of the server, which runs in this process; its memory says nothing, as Playwright keeps each request."""
    gc.collect()
    return sum(str(type(one).__module__).partition(".")[0] in OURS for one in gc.get_objects())


def place(page: Page) -> tuple[int, int]:
    """Which turn of the round is shown, and which of its posters."""
    turn, _, poster = page.evaluate("document.documentElement.dataset.shown").split(" ")
    return int(turn), int(poster)


def test_a_wall_turns_day_after_day_and_nothing_grows(house: House, new_context: Callable[..., BrowserContext]):
    _, token = house.display(COUNTY, Viewer("admin", "", person=enrolled(house.engine, "admin", "")))
    context = new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "wr", "value": token, "url": house.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{house.url}/wall")
    expect(page.locator(".layer.on .poster")).to_have_count(1)
    shown: list[tuple[int, int]] = [place(page)]

    def turned(seconds: int) -> None:
        changes = page.evaluate("document.documentElement.dataset.changes")
        house.ahead += timedelta(seconds=seconds)
        page.clock.fast_forward(seconds * 1000)
        for _ in range(4):
            expect(page.locator("html")).not_to_have_attribute("data-changes", changes)
            if place(page) != shown[-1]:
                break
            changes = page.evaluate("document.documentElement.dataset.changes")  # drawn anew; the turn comes yet
        shown.append(place(page))

    before: dict[str, float] = {}
    for hour in range(HOURS):
        for _ in range(TURNS):
            turned(TURN)
        if hour % 4 == 1:
            with writing(house.engine) as connection:
                cube.stamp(connection, house.clock(), COUNTY)
        if hour % 24 == 2:
            house.stop()
            house.start()
        turned(3600 - TURNS * TURN)
        expect(page.locator("html")).to_have_attribute("data-link", "on")
        if hour == min(24, HOURS // 2):
            before = {**held(page), "objects": living()}
    after = {**held(page), "objects": living()}
    assert all(after[name] <= GROWTH * before[name] + 200_000 * (name == "bytes") for name in before), (before, after)
    known = sorted(set(shown))
    expected = [known[(known.index(shown[0]) + step) % len(known)] for step in range(len(shown))]
    assert shown == expected
    assert {turn for turn, _ in known} >= set(range(len(chosen_scenes(usual(COUNTY), len(COUNTY)))))
