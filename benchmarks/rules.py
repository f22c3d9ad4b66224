"""What the rules of data cost: all of them over all records, and one household in the transaction of its change."""

import time
from collections.abc import Iterator

from sqlalchemy import select

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data.clock import county_clock
from data.figures import cube
from data.model import household
from data.rules.recheck import recheck
from data.rules.registry import RULES
from data.rules.running import run
from data.store.engine import writing

HOUSEHOLDS = 41


def asked(ground: Ground) -> Iterator[Finding]:
    """On the ground's store, where nothing of it stays but what the rules found."""
    engine, now = ground.engine(), county_clock()
    cube.ensure(engine, now.date())
    for what in ("for the first time", "again"):
        begun = time.perf_counter()
        with writing(engine) as connection:
            run(connection, now, actor="benchmark")
        yield Finding(
            f"all {len(RULES)} rules over all records, {what}", ground.preset, time.perf_counter() - begun, "s", 10
        )
    with engine.connect() as connection:
        ids = connection.execute(select(household.c.id).order_by(household.c.id)).scalars().all()
    seconds = []
    for id in ids[:: len(ids) // HOUSEHOLDS][:HOUSEHOLDS]:
        with writing(engine) as connection:
            begun = time.perf_counter()
            recheck(connection, {id}, now)
            seconds.append(time.perf_counter() - begun)
    yield middle("the rules of one changed household", ground.preset, seconds, "s", 0.05)
    engine.dispose()
