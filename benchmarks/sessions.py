"""Many open sessions: 200 that run 总览 every 20 s, what they cost the server, and what stays when they have gone.

``WARROOM_BENCH_MINUTES`` says how long they run it, otherwise ten minutes.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crowd import crowd
from benchmarks.ground import Ground
from benchmarks.pages import WARMING, Address, addresses, served
from benchmarks.process import resident, worked
from benchmarks.session import Session
from benchmarks.table import Finding, middle
from tests.browser.server import Server

SESSIONS = 200
EVERY = 20  # seconds
MINUTES = 10
GONE = 180  # seconds after the last one has closed; Streamlit keeps a closed session for 120
RUN_SECONDS = 0.300  # the 95th percentile
PAUSE_SECONDS = 0.300  # that all runs wait for a collection
GROWTH = 1.2  # of the memory at the start
WATCHED = Path(__file__).with_name("watched")


@dataclass(frozen=True)
class Watched:
    """Seconds of each run, of the whole, of the server's work; of each full collection and of its work; bytes that the
    server held before the sessions came, when they had closed, and when Streamlit kept them no longer."""

    runs: list[float]
    lasted: float
    worked: float
    collections: tuple[float, ...]
    collecting: tuple[float, ...]
    before: float
    closed: float
    left: float


def held_open(ground: Ground) -> Iterator[Finding]:
    """A run's time, the server's work, the collections of garbage, and the server's memory."""
    ground.ready()
    page, preset = addresses(ground)[0], ground.preset
    with served(ground, PYTHONPATH=str(WATCHED)) as server:
        seen = _watch(server, page)
    title, number = f"{page.title}, {SESSIONS} sessions, each every {EVERY} s", len(seen.runs)
    yield (taken := middle(title, preset, seen.runs, "s"))
    yield Finding(f"{title}: 95th percentile", preset, taken.high, "s", RUN_SECONDS, number)
    yield Finding(f"{title}: processor of a run", preset, seen.worked / number, "s", runs=number)
    yield Finding(f"{title}: share of one core", preset, seen.worked / seen.lasted, "share")
    number = len(seen.collections)
    yield Finding("their longest full collection", preset, max(seen.collections), "s", PAUSE_SECONDS, number)
    yield Finding("their longest full collection, processor", preset, max(seen.collecting), "s", runs=number)
    yield Finding("memory of the server before they came", preset, seen.before, "bytes")
    yield Finding("memory of the server when they had closed", preset, seen.closed, "bytes")
    yield Finding(f"memory of the server {GONE} s later", preset, seen.left, "bytes", GROWTH * seen.before)


def _watch(server: Server, page: Address) -> Watched:
    lasting = 60 * float(os.environ.get("WARROOM_BENCH_MINUTES", MINUTES))
    with Session(server.url) as session:
        for _ in range(WARMING):
            session.run(page.page, page.query(), expected=page.expected)
    at_start = len(_collections(server.log))
    before, busy, begun = resident(server.process), worked(server.process), time.monotonic()
    runs = crowd(server.url, page, sessions=SESSIONS, every=EVERY, seconds=lasting)
    lasted, busy, closed = time.monotonic() - begun, worked(server.process) - busy, resident(server.process)
    time.sleep(GONE)
    collections, collecting = zip(*_collections(server.log)[at_start:], strict=True)
    left = resident(server.process)
    return Watched([run.seconds for run in runs], lasted, busy, collections, collecting, before, closed, left)


def _collections(log: Path) -> list[tuple[float, float]]:
    """Seconds of each full collection that the log tells of, and those that the processor worked for it."""
    told = re.findall(r"full collection: ([\d.]+) s, processor ([\d.]+) s", log.read_text())
    return [(float(seconds), float(busy)) for seconds, busy in told]
