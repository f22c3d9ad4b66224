"""What rules of data and what the system finds by itself cost: all of it over all records, and one household in the
transaction of its change."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select

from benchmarks.ground import Ground
from benchmarks.money import filled_postgres
from benchmarks.table import Finding, middle
from data.clock import county_clock
from data.figures import cube
from data.model import household, quality_run
from data.monitoring.settling import settle
from data.monitoring.sources import found, raise_found
from data.rules.recheck import recheck
from data.rules.registry import RULES
from data.rules.running import run
from data.store.engine import writing

HOUSEHOLDS = 41
ALL_SECONDS, ONE_SECONDS = 10, 0.050


def asked(ground: Ground) -> Iterator[Finding]:
    """On the ground's store, where nothing of it stays; one household on PostgreSQL as well."""
    ground.ready_with_cases()
    engine = ground.engine()
    cube.ensure(engine, county_clock().date())
    yield from _of_all(engine, ground.preset)
    yield from _of_one(engine, ground.preset, "SQLite")
    engine.dispose()
    if ground.preset == "county":  # the larger one says the same and takes an hour to fill
        with filled_postgres(ground) as other:
            with writing(other) as connection:
                run(connection, county_clock(), actor="benchmark")
            yield from _of_one(other, ground.preset, "PostgreSQL")


def _of_all(engine: Engine, preset: str) -> Iterator[Finding]:
    now = county_clock()
    with engine.connect() as connection:
        every = found(connection, now.date())

    def raised(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE clue SET mark = NULL")
        raise_found(connection, now, every)

    works: dict[str, tuple[Callable[[Connection], object], float | None]] = {
        f"all {len(RULES)} rules over all records": (lambda held: run(held, now, actor="benchmark"), ALL_SECONDS),
        "what the system finds, asked of all": (lambda held: found(held, now.date()), None),
        f"what it finds, {len(every)} clues, raised": (raised, None),
        "all cases settled": (lambda held: settle(held, now=now), None),
    }
    for what, (work, target) in works.items():
        with _undone(engine) as connection:
            wall, worked = time.perf_counter(), time.process_time()
            work(connection)
            wall, worked = time.perf_counter() - wall, time.process_time() - worked
        yield Finding(what, preset, wall, "s", target)
        yield Finding(f"{what}, processor", preset, worked, "s", target)


def _of_one(engine: Engine, preset: str, store: str) -> Iterator[Finding]:
    now = county_clock()
    with engine.connect() as connection:
        assert connection.execute(select(quality_run.c.id).limit(1)).first(), "else nothing is asked of one"
        ids = connection.execute(select(household.c.id).order_by(household.c.id)).scalars().all()
    seconds, processor = [], []
    for id in ids[:: len(ids) // HOUSEHOLDS][:HOUSEHOLDS]:
        with _undone(engine) as connection:
            wall, worked = time.perf_counter(), time.process_time()
            recheck(connection, {id}, now)
            seconds.append(time.perf_counter() - wall)
            processor.append(time.process_time() - worked)
    yield middle(f"the rules of one changed household, {store}", preset, seconds, "s", ONE_SECONDS)
    yield middle(f"the rules of one changed household, {store}, own processor", preset, processor, "s", ONE_SECONDS)


class _Back(Exception):
    """The transaction is taken back."""


@contextmanager
def _undone(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that is taken back at its end."""
    try:
        with writing(engine) as connection:
            yield connection
            raise _Back
    except _Back:
        pass
