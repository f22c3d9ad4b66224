"""Many open sessions: 200 that run 总览 every 20 s, what they cost the server, and what stays when they have gone.

``WARROOM_BENCH_MINUTES`` says how long they run it, otherwise ten minutes.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.crowd import crowd
from benchmarks.ground import Ground
from benchmarks.pages import WARMING, addresses, served
from benchmarks.process import resident, worked
from benchmarks.session import Session
from benchmarks.table import Finding, middle

SESSIONS = 200
EVERY = 20  # seconds
MINUTES = 10
GONE = 180  # seconds after the last one has closed; Streamlit keeps a closed session for 120
RUN_SECONDS = 0.300  # the 95th percentile
PAUSE_SECONDS = 0.300  # that all runs wait for a collection
GROWTH = 1.2  # of the memory at the start
WATCHED = Path(__file__).with_name("watched")


def held_open(ground: Ground) -> Iterator[Finding]:
    """A run's time, the server's processor, and its memory: before they came, when they closed, after they left."""
    ground.ready()
    lasting = 60 * float(os.environ.get("WARROOM_BENCH_MINUTES", MINUTES))
    page = addresses(ground)[0]
    title = f"{page.title}, {SESSIONS} sessions, each every {EVERY} s"
    with served(ground, PYTHONPATH=str(WATCHED)) as server:
        with Session(server.url) as session:
            for _ in range(WARMING):
                session.run(page.page, page.query(), expected=page.expected)
        quiet = len(_collections(server.log))
        memory, busy, begun = resident(server.process), worked(server.process), time.monotonic()
        runs = crowd(server.url, page, sessions=SESSIONS, every=EVERY, seconds=lasting)
        busy, crowded = (worked(server.process) - busy) / (time.monotonic() - begun), resident(server.process)
        time.sleep(GONE)
        left, pauses = resident(server.process), _collections(server.log)[quiet:]
    taken = middle(title, ground.preset, [run.seconds for run in runs], "s")
    yield taken
    yield Finding(f"{title}: 95th percentile", ground.preset, taken.high, "s", RUN_SECONDS, taken.runs)
    yield Finding(f"{title}: share of one core", ground.preset, busy, "share")
    yield Finding("the longest full collection meanwhile", ground.preset, max(pauses), "s", PAUSE_SECONDS, len(pauses))
    yield Finding("memory of the server before they came", ground.preset, memory, "bytes")
    yield Finding("memory of the server when they closed", ground.preset, crowded, "bytes")
    yield Finding(f"memory of the server {GONE} s later", ground.preset, left, "bytes", GROWTH * memory)


def _collections(log: Path) -> list[float]:
    """Seconds of each full collection that the log tells of."""
    return [float(seconds) for seconds in re.findall(r"full collection: ([\d.]+) s", log.read_text())]
