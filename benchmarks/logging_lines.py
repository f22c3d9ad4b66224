"""What the log costs: a line entered with what it tells of, many from many, and verifying a million."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

from sqlalchemy import Engine, insert

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data import model
from data.audit import log
from data.audit.verify import verified
from data.clock import county_clock
from data.store.batches import batches
from data.store.engine import ready_engine, writing

LINES = 1_000_000
ENTRIES = 201
WRITERS = 4
ROWS = 20_000
_BATCH = 20_000
_COUNTS = ("rows", "changed", "warnings", "refused")


def lines(ground: Ground) -> Iterator[Finding]:
    """On a store of its own, beside the ground's."""
    ground.empty()
    engine = ready_engine(ground.url)
    alone = [_seconds(engine, 1) for _ in range(ENTRIES)]
    yield middle("one line with its transaction", ground.preset, alone, "s")
    yield Finding("a thousand lines of one transaction", ground.preset, _seconds(engine, 5_000) / 5, "s", 1)
    yield Finding("a thousand rows that the log vouches for", ground.preset, _vouched(engine), "s", 1)
    yield Finding(f"a thousand lines where {WRITERS} write one each", ground.preset, _at_once(engine), "s")
    begun = time.perf_counter()
    written = ENTRIES + 5_000 + ROWS + WRITERS * 50
    for some in batches(range(LINES - written), _BATCH):
        _seconds(engine, len(some))
    yield Finding(f"the rest of {LINES:,} lines", ground.preset, time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    verdict = verified(engine)
    assert verdict.lines == LINES and not verdict.faults, verdict
    yield Finding(f"verifying {LINES:,} lines", ground.preset, time.perf_counter() - begun, "s")
    engine.dispose()


def _seconds(engine: Engine, count: int) -> float:
    begun = time.perf_counter()
    with writing(engine) as connection:
        mine = {"actor": "person:7", "address": "10.0.0.7", "view": "file"}
        log.enter(connection, **mine, households=range(count), now=county_clock() + timedelta(seconds=1))
    return time.perf_counter() - begun


def _vouched(engine: Engine) -> float:
    """Seconds for a thousand rows, of what the log adds to a transaction that writes many."""
    run = {
        "at": "2026-11-22T09:30:00",
        "kind": "数据",
        "files": "x",
        "rows": 1,
        "changed": 1,
        "warnings": 0,
        "refused": 0,
    }
    with writing(engine) as connection:
        connection.execute(insert(model.import_run), [{"id": id, **run} for id in range(1, ROWS + 1)])
        begun = time.perf_counter()
        log.wrote(connection, "import_run", range(1, ROWS + 1), actor="command", view="import", now=county_clock())
        return (time.perf_counter() - begun) / ROWS * 1000


def _at_once(engine: Engine) -> float:
    threads = [Thread(target=lambda: [_seconds(engine, 1) for _ in range(50)]) for _ in range(WRITERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - begun) / (WRITERS * 50) * 1000
