"""How long paper takes: a thousand cards, a thousand labels, as a job prints them, and one card as its button does."""

import resource
import sys
import time
from collections.abc import Iterator

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from components.print_making import CARD, LABEL, Order, made
from data.access import Viewer
from data.income_card import card_year, villages_households
from data.regions import status

COUNT = 1000
SINGLE = 7
CARDS_SECONDS = 90  # the issue, for a thousand cards
MEMORY = 512 * 2**20


def prints(ground: Ground) -> Iterator[Finding]:
    """Codes issued, figures read, typst, merging, keeping and logging what was printed: all of it."""
    ground.ready()
    engine, viewer = ground.engine(), Viewer("county", ground.top().code)
    with engine.connect() as connection:
        households = tuple(villages_households(connection, viewer, viewer.region)[:COUNT])
        year = card_year(connection, status(connection).latest).year

    def order(what: str, *some: int) -> Order:
        return Order(what, some, year, "http://192.168.1.10:8501", "127.0.0.1")

    for name, what, target in (("cards", CARD, CARDS_SECONDS), ("labels", LABEL, None)):
        begun = time.perf_counter()
        size = len(made(engine, viewer, order(what, *households)).content)
        seconds = time.perf_counter() - begun
        yield Finding(f"{len(households):,} {name} printed", ground.preset, seconds, "s", target)
        yield Finding(f"{len(households):,} {name}, size of the PDF", ground.preset, size, "bytes")
    unit = 1 if sys.platform == "darwin" else 1024
    typst = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    yield Finding("peak memory of the typesetting process", ground.preset, typst, "bytes", MEMORY)
    times = []
    for household in households[:SINGLE]:
        begun = time.perf_counter()
        made(engine, viewer, order(CARD, household))
        times.append(time.perf_counter() - begun)
    engine.dispose()
    yield middle("one card printed", ground.preset, times, "s")
