"""Walls: how long until a picture is there, in a real Chromium, and what a thousand displays cost one process."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, insert, select

from benchmarks.displays import Display, shown
from benchmarks.ground import Ground
from benchmarks.pages import served
from benchmarks.process import resident, worked
from benchmarks.table import Finding, middle
from data.access.sessions import digest_of
from data.clock import county_clock, written
from data.figures import cube
from data.model import device, region
from data.people.sign_in import begin_display
from data.store.engine import writing
from tests.browser.chromium import FLAGS, executable
from tests.loops import run

DISPLAYS = 1000
RUNS = 7
COLD, WARM, SENT = 0.6, 0.3, 120_000
IDLE, REDRAWING, WITHIN = 0.15, 0.60, 20.0
COMING, CALM = 60.0, 30.0  # seconds over which they are opened, and that they are watched while nothing changes
SETTLING = 150.0  # until each has shown all its scenes once
PATIENCE = 180.0  # that a machine which others use as well may take to redraw them
SCREEN = {"width": 1920, "height": 1080}


def walls(ground: Ground) -> Iterator[Finding]:
    """Cold and warm, bytes; then the displays: while nothing changes, and while all redraw after a change of all."""
    ground.ready()
    preset, engine = ground.preset, ground.engine()
    with served(ground) as server:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
            _seen(browser, f"{server.url}/wall")  # the server is warm, the browser is not
            seen = [_seen(browser, f"{server.url}/wall") for _ in range(RUNS)]
            browser.close()
        yield middle("wall: to see, cold", preset, [cold for cold, _, _ in seen], "s", COLD)
        yield middle("wall: to see, warm", preset, [warm for _, warm, _ in seen], "s", WARM)
        yield middle("wall: bytes, cold, with its map", preset, [sent for _, _, sent in seen], "bytes", SENT)
    with engine.connect() as connection:
        every = list(connection.execute(select(region.c.code)).scalars())
    for where, places, redrawing in (
        (ground.top().name, [ground.top().code], REDRAWING),
        ("every region", every, None),
    ):
        tokens = _displays(engine, places)
        with served(ground) as server:
            seen_of = run(_crowd(engine, server.url, server.process, tokens))
        title = f"{DISPLAYS:,} displays of {where}"
        yield Finding(f"{title}, nothing changes: share of one core", preset, seen_of.calm, "share", IDLE)
        yield Finding(f"{title}, all redraw: share of one core over 20 s", preset, seen_of.busy, "share", redrawing)
        yield Finding(f"{title}, all redraw: the last after", preset, seen_of.last, "s", WITHIN if redrawing else None)
        yield Finding(f"{title}: memory of the server", preset, seen_of.held, "bytes")


@dataclass(frozen=True)
class Crowd:
    """Shares of a core while nothing changes and, over the 20 s they have for it, for all to redraw; seconds until the
    last had; bytes that the server held."""

    calm: float
    busy: float
    last: float
    held: float


def _seen(browser: Browser, url: str) -> tuple[float, float, int]:
    """Seconds until the picture is there in a browser that was never here and in one that was, bytes of the first."""
    context = browser.new_context(viewport=SCREEN, locale="zh-CN")
    page = context.new_page()
    sent = 0

    def count(told: dict[str, float]) -> None:
        nonlocal sent
        sent += int(told["encodedDataLength"])

    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", count)

    def taken() -> float:
        begun = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_selector(".layer.on .poster")
        return time.perf_counter() - begun

    cold, first = taken(), sent
    page.goto("about:blank")
    warm = taken()
    context.close()
    return cold, warm, first


def _displays(engine: Engine, places: list[str]) -> list[str]:
    """Tokens of the displays, of these regions in turn, as if their links had been opened."""
    now = county_clock()
    with writing(engine) as connection:
        begun = len(connection.execute(select(device.c.id)).all()) + 1
        rows = [
            {
                "id": begun + number, "purpose": "测量", "region": places[number % len(places)],
                "digest": digest_of(secrets.token_urlsafe()), "made": written(now), "actor": "command",
            }
            for number in range(DISPLAYS)
        ]  # fmt: skip
        connection.execute(insert(device), rows)
    return [begin_display(engine, row["id"], row["region"], address="", agent="", now=now) for row in rows]


async def _crowd(engine: Engine, url: str, process: int, tokens: list[str]) -> Crowd:
    crowd = [Display(token) for token in tokens]
    tasks = []
    for one in crowd:
        tasks.append(asyncio.create_task(shown(url, one)))
        await asyncio.sleep(COMING / len(crowd))
    await asyncio.sleep(SETTLING)
    calm = await _share(process, CALM)
    changed, before = time.monotonic(), worked(process)
    with writing(engine) as connection:
        cube.stamp(connection, county_clock())  # as an import does: it concerns every region
    while any(one.redrawn < changed for one in crowd) and time.monotonic() < changed + PATIENCE:
        await asyncio.sleep(0.5)
    busy, last = worked(process) - before, max(one.redrawn for one in crowd) - changed
    redrawn, held = sum(one.redrawn > changed for one in crowd), resident(process)
    failed = sum((one.failed for one in crowd), Counter(str(task.exception()) for task in tasks if task.done()))
    for task in tasks:
        task.cancel()
    if failed or redrawn < len(crowd):
        raise RuntimeError(f"{redrawn} of {len(crowd)} displays were redrawn; {dict(failed)}")
    return Crowd(calm, busy / WITHIN, last, held)


async def _share(process: int, seconds: float) -> float:
    before, begun = worked(process), time.monotonic()
    await asyncio.sleep(seconds)
    return (worked(process) - before) / (time.monotonic() - begun)
