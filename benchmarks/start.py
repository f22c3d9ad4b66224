"""The start page in a real Chromium: how long until it is seen, how much travels; beside another revision where one is
given, by the same client in one run, turn by turn."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import BrowserContext, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.commands import ROOT, run_data
from benchmarks.ground import Ground
from benchmarks.table import Failure, Finding, middle
from tests.browser.chromium import FLAGS, executable
from tests.browser.server import serving

ROUNDS = 7
VISITS = 5
WARM = 3
"""Of the visits of a round: the first is cold, the last so many are warm; between them the browser keeps what it has
compiled."""
SCREEN = {"width": 1366, "height": 768}
SECONDS = 120
QUIET = 500  # ms without anything received
COLD, WARM_SHARE, MOST_BYTES = 0.67, 0.6, 1_500_000
SLOW = {"offline": False, "latency": 60, "downloadThroughput": 500_000, "uploadThroughput": 500_000}
"""4 Mbit/s and 60 ms, as Chromium throttles a page."""
SLOW_COLD, SLOW_WARM = 5.0, 1.5  # seconds
OWN, BESIDE = "", ", the revision beside"
_WATCH = """(() => {
  if (window !== window.top) return;
  const seen = (window.seen = {});
  const all = (what) => [...document.querySelectorAll(what)];
  const parts = {
    figures: () => all("a.tile .figure").length >= 10,
    map: () => all("iframe").some((frame) => frame.contentDocument?.querySelector("path.region")),
    trend: () => all(".js-plotly-plot .scatterlayer .js-line").length
      || all(".drawn img").some((image) => image.offsetParent && image.complete && image.naturalWidth),
  };
  const look = () => {
    for (const [name, there] of Object.entries(parts)) if (!(name in seen) && there()) seen[name] = performance.now();
    if (Object.keys(seen).length < 3) setTimeout(look, 10);
  };
  look();
})()"""


@dataclass(frozen=True)
class Visit:
    """One opening of the page: seconds until headline figures, map and course were there; requests, bytes received."""

    parts: Mapping[str, float]
    requests: int
    received: int

    @property
    def seconds(self) -> float:
        """Until the last of them was seen."""
        return max(self.parts.values())


def seen(ground: Ground) -> Iterator[Finding | Failure]:
    """Cold and warm, on the machine's own line and on a slow one."""
    ground.ready()
    with ExitStack() as stack:
        urls = {OWN: stack.enter_context(serving(ground.url, ground.directory)).url}
        if ground.beside:
            urls[BESIDE] = stack.enter_context(serving(_beside(ground), ground.directory, root=ground.beside)).url
        playwright = stack.enter_context(sync_playwright())
        for slow in (False, True):
            try:
                rounds = [
                    {whose: _round(playwright, url, slow) for whose, url in _turned(urls, n)} for n in range(ROUNDS)
                ]
            except PlaywrightError as error:
                yield Failure("总览 in a browser" + (", 4 Mbit/s and 60 ms" if slow else ""), ground.preset, error)
                continue
            yield from _told(ground.preset, rounds, slow)


def _beside(ground: Ground) -> str:
    """The same files in a database that the other revision made."""
    other = Ground(f"{ground.preset}-beside", ground.directory)
    if not other.database.exists():
        run_data(other.url, "import", *ground.workbooks(), root=ground.beside or ROOT)
        run_data(other.url, "boundaries", *ground.boundaries(), root=ground.beside or ROOT)
    return other.url


def _turned(urls: Mapping[str, str], number: int) -> list[tuple[str, str]]:
    """Each second round the other way round, so that none is always the first."""
    return list(urls.items())[:: -1 if number % 2 else 1]


def _round(playwright: Playwright, url: str, slow: bool) -> list[Visit]:
    """Visits of one browser that has never been here."""
    with _visitor(playwright) as context:
        return [_visit(context, url, slow) for _ in range(VISITS)]


@contextmanager
def _visitor(playwright: Playwright) -> Iterator[BrowserContext]:
    with tempfile.TemporaryDirectory() as folder:
        opened = playwright.chromium.launch_persistent_context(
            folder, executable_path=executable(), args=list(FLAGS), viewport=SCREEN, locale="zh-CN"
        )
        opened.set_default_timeout(SECONDS * 1000)
        yield opened
        opened.close()


def _visit(context: BrowserContext, url: str, slow: bool) -> Visit:
    page = context.new_page()
    wire = context.new_cdp_session(page)
    asked: list[str] = []
    received: list[float] = []
    wire.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    wire.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    wire.on("Network.webSocketFrameReceived", lambda told: received.append(len(told["response"]["payloadData"]) * 0.75))
    wire.send("Network.enable")
    if slow:
        wire.send("Network.emulateNetworkConditions", SLOW)
    page.add_init_script(_WATCH)
    page.goto(url, wait_until="commit")
    page.wait_for_function("Object.keys(window.seen ?? {}).length === 3", polling=20)
    told = -1
    while told < len(received):  # what comes after it counts too
        told = len(received)
        page.wait_for_timeout(QUIET)
    parts = {name: at / 1000 for name, at in page.evaluate("window.seen").items()}
    page.close()
    return Visit(parts, sum(not one.startswith("data:") for one in asked), round(sum(received)))


def _told(preset: str, rounds: list[dict[str, list[Visit]]], slow: bool) -> Iterator[Finding]:
    line = ", 4 Mbit/s and 60 ms" if slow else ""
    for state, share, most in (("cold", COLD, SLOW_COLD), ("warm", WARM_SHARE, SLOW_WARM)):
        title = f"总览 in a browser{line}, {state}"
        visits = {whose: [one for turn in rounds for one in _of(turn[whose], state)] for whose in rounds[0]}
        for whose, done in visits.items():
            yield middle(
                f"{title}: to see{whose}",
                preset,
                [one.seconds for one in done],
                "s",
                most if slow and not whose else None,
            )
        if BESIDE in visits:
            own, other = (median([one.seconds for one in visits[whose]]) for whose in (OWN, BESIDE))
            yield Finding(
                f"{title}: to see, of the revision beside", preset, own / other, "share", None if slow else share
            )
        if slow:
            continue
        for whose, done in visits.items():
            for part, name in (("figures", "headline figures"), ("map", "map"), ("trend", "course")):
                yield middle(f"{title}: {name}{whose}", preset, [one.parts[part] for one in done], "s")
            sizes, most_bytes = [one.received for one in done], MOST_BYTES if state == "cold" and not whose else None
            yield middle(f"{title}: bytes{whose}", preset, sizes, "bytes", most_bytes)
            yield middle(f"{title}: requests{whose}", preset, [one.requests for one in done], "count")


def _of(visits: list[Visit], state: str) -> list[Visit]:
    return visits[:1] if state == "cold" else visits[-WARM:]
