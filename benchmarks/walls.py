"""Walls: how long until a picture is there, in a real Chromium, and what a thousand displays cost one process."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Iterator

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
SCREEN = {"width": 1920, "height": 1080}


def walls(ground: Ground) -> Iterator[Finding]:
    """Cold and warm, bytes; then the displays: while nothing changes, and while all redraw after a change of all."""
    ground.ready()
    tokens, preset = _displays(ground.engine()), ground.preset
    with served(ground) as server:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
            _seen(browser, f"{server.url}/wall")  # the server is warm, the browser is not
            seen = [_seen(browser, f"{server.url}/wall") for _ in range(RUNS)]
            browser.close()
        yield middle("wall: to see, cold", preset, [cold for cold, _, _ in seen], "s", COLD)
        yield middle("wall: to see, warm", preset, [warm for _, warm, _ in seen], "s", WARM)
        yield middle("wall: bytes, cold, with its map", preset, [sent for _, _, sent in seen], "bytes", SENT)
        yield from run(_crowd(ground, server.url, server.process, tokens))


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


def _displays(engine: Engine) -> list[str]:
    """Tokens of as many displays, each of a region of its own as far as there are regions, as if their links had been
    opened."""
    now = county_clock()
    with engine.connect() as connection:
        places = list(connection.execute(select(region.c.code)).scalars())
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


async def _crowd(ground: Ground, url: str, process: int, tokens: list[str]) -> list[Finding]:
    crowd = [Display(token) for token in tokens]
    preset, title = ground.preset, f"{len(crowd):,} displays"
    tasks = []
    for one in crowd:
        tasks.append(asyncio.create_task(shown(url, one)))
        await asyncio.sleep(COMING / len(crowd))
    await asyncio.sleep(SETTLING)
    calm = await _share(process, CALM)
    changed = time.monotonic()
    with writing(ground.engine()) as connection:
        cube.stamp(connection, county_clock())  # as an import does: it concerns every region
    busy = await _share(process, WITHIN)
    await asyncio.sleep(WITHIN)
    late = max(one.redrawn for one in crowd) - changed
    redrawn = sum(one.redrawn > changed for one in crowd)
    failed = sum((one.failed for one in crowd), Counter(str(task.exception()) for task in tasks if task.done()))
    held = resident(process)
    for task in tasks:
        task.cancel()
    if failed or redrawn < len(crowd):
        raise RuntimeError(f"{redrawn} of {len(crowd)} displays were redrawn; {dict(failed)}")
    return [
        Finding(f"{title}, nothing changes: share of one core", preset, calm, "share", IDLE),
        Finding(f"{title}, all redraw: share of one core", preset, busy, "share", REDRAWING),
        Finding(f"{title}, all redraw: the last after", preset, late, "s", WITHIN),
        Finding(f"{title}: memory of the server", preset, held, "bytes"),
    ]


async def _share(process: int, seconds: float) -> float:
    before, begun = worked(process), time.monotonic()
    await asyncio.sleep(seconds)
    return (worked(process) - before) / (time.monotonic() - begun)
