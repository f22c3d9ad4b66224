"""Another indicator on the map, in a real Chromium: what the server sends for it, and how long until the page rests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request, WebSocket, sync_playwright

from benchmarks.ground import Ground
from benchmarks.table import Failure, Finding, middle
from data.figures.indicators import INDICATORS
from tests.browser.chromium import FLAGS, executable
from tests.browser.ready import ready
from tests.browser.server import serving

CLICKS = 16
MOST_BYTES = 60_000  # design.md
SCREEN = {"width": 1366, "height": 768}
SHOWN = ("households", "below_line_households", "net_income_per_capita", "visit_coverage")
MAPS = {
    "总览": ("overview", {}),
    "挂图作战": ("battle_map", {}),
    "挂图作战, all villages": ("battle_map", {"level": "village"}),
}


@dataclass
class Traffic:
    """What a page receives: payloads of the websocket, before compression, and answers to requests."""

    frames: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("websocket", self._watch_socket)
        page.on("requestfinished", lambda request: self.requests.append(request))

    def _watch_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self.frames.append(len(payload)))

    def reset(self) -> None:
        self.frames.clear()
        self.requests.clear()

    def received(self) -> int:
        """Bytes since the last reset."""
        return sum(self.frames) + sum(request.sizes()["responseBodySize"] for request in self.requests)


def recolourings(ground: Ground) -> Iterator[Finding | Failure]:
    """On each map the indicator is chosen anew, one after the other; each was on the map once before."""
    ground.ready()
    for title, (path, parameters) in MAPS.items():
        query = urlencode({"region": ground.top().code, **parameters})
        try:
            with _opened(ground, f"/{path}?{query}") as (page, traffic):
                clicks = [_choose(page, traffic, SHOWN[number % len(SHOWN)]) for number in range(len(SHOWN) + CLICKS)]
        except PlaywrightError as error:
            yield Failure(title, ground.preset, error)
            continue
        clicks = clicks[len(SHOWN) :]
        sizes, seconds = [size for size, _ in clicks], [taken for _, taken in clicks]
        yield middle(f"{title}: bytes sent when the indicator changes", ground.preset, sizes, "bytes", MOST_BYTES)
        yield middle(f"{title}: from that choice until the page rests", ground.preset, seconds, "s")


@contextmanager
def _opened(ground: Ground, address: str) -> Iterator[tuple[Page, Traffic]]:
    with serving(ground.url, ground.directory) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        page, traffic = browser.new_page(viewport=SCREEN, locale="zh-CN"), Traffic()
        traffic.watch(page)
        page.goto(server.url + address)
        yield ready(page), traffic
        browser.close()


def _choose(page: Page, traffic: Traffic, indicator: str) -> tuple[int, float]:
    """Choose an indicator in the picker of the map; bytes received and seconds until the page came to rest."""
    label = INDICATORS[indicator].label
    picker = page.get_by_role("combobox").and_(page.locator("[aria-label*=指标]")).first
    picker.click()
    picker.fill(label)
    option = page.get_by_role("option", name=re.compile(rf"(^|\s){re.escape(label)}$")).first  # maybe after its group
    option.wait_for()
    traffic.reset()
    begun = page.evaluate("performance.now()")
    option.click()
    page.wait_for_url(f"**indicator={indicator}*")
    ready(page)
    return traffic.received(), (page.evaluate("window.calm.since") - begun) / 1000
