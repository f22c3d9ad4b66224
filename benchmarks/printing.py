"""How long paper takes: a thousand cards, a thousand labels, as a job prints them, and one card as its button does.

In a process of its own (``python -m benchmarks.printing URL PRESET REGION``): the peak memory of its children is then
that of the typesetting alone.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data.clock import county_clock

ROOT = Path(__file__).resolve().parents[1]
COUNT = 1000
SINGLE = 7
CARDS_SECONDS = 90  # the issue, for a thousand cards
MEMORY = 512 * 2**20


def prints(ground: Ground) -> Iterator[Finding]:
    """Codes issued, figures read, typst, merging, keeping and logging what was printed: all of it."""
    ground.ready()
    command = [sys.executable, "-m", "benchmarks.printing", ground.url, ground.preset, ground.top().code]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    yield from (Finding(**found) for found in json.loads(done.stdout))


def _measured(url: str, preset: str, region: str) -> Iterator[Finding]:
    from components.prints.making import CARD, LABEL, Order, made
    from data.access.viewer import Viewer
    from data.cards.card import card_year, villages_households
    from data.regions.tree import status
    from data.store.engine import ready_engine

    engine, viewer = ready_engine(url), Viewer("county", region)
    with engine.connect() as connection:
        households = tuple(villages_households(connection, viewer, region)[:COUNT])
        year = card_year(connection, status(connection).last_month).year

    def timed(what: str, *some: int) -> tuple[float, int]:
        begun = time.perf_counter()
        order = Order(what, some, year, "http://192.168.1.10:8501", "127.0.0.1")
        size = len(made(engine, viewer, order, clock=county_clock).content)
        return time.perf_counter() - begun, size

    for name, what, target in (("cards", CARD, CARDS_SECONDS), ("labels", LABEL, None)):
        seconds, size = timed(what, *households)
        yield Finding(f"{len(households):,} {name} printed", preset, seconds, "s", target)
        yield Finding(f"{len(households):,} {name}, size of the PDF", preset, size, "bytes")
    unit = 1 if sys.platform == "darwin" else 1024
    typst = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    yield Finding("peak memory of the typesetting process", preset, typst, "bytes", MEMORY)
    yield middle("one card printed", preset, [timed(CARD, one)[0] for one in households[:SINGLE]], "s")
    engine.dispose()


if __name__ == "__main__":
    print(json.dumps([asdict(found) for found in _measured(*sys.argv[1:])]))
