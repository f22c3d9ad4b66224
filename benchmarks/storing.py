"""How long the store takes: imports, the cube, one village's refresh, one record of a day."""

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

from benchmarks.commands import run_data
from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data.access.viewer import Viewer
from data.clock import county_clock
from data.days.entries import Told, write
from data.figures import cube
from data.matters.daily import turn_matters
from data.model import data_version
from data.store.engine import writing

REFRESHES = 21
IMPORT_SECONDS = 120  # design.md, for the prefecture
IMPORT_MEMORY = 2 * 2**30
REFRESH_SECONDS = 0.150


def imports(ground: Ground) -> Iterator[Finding]:
    """The workbook into an empty database, cube and all; then the boundaries; then the whole cube once more."""
    workbooks, boundaries = ground.workbooks(), ground.boundaries()
    ground.empty()
    taken = run_data(ground.url, "import", *workbooks)
    yield Finding("import of the workbook, cube included", ground.preset, taken.seconds, "s", IMPORT_SECONDS)
    yield Finding("that import, processor", ground.preset, taken.worked, "s")
    yield Finding("peak memory of that import", ground.preset, taken.memory, "bytes", IMPORT_MEMORY)
    yield Finding("store after that import", ground.preset, ground.database.stat().st_size, "bytes")
    outlines = run_data(ground.url, "boundaries", *boundaries)
    yield Finding("import of the boundaries", ground.preset, outlines.seconds, "s")
    rebuilt = run_data(ground.url, "rebuild")
    yield Finding("rebuild of the whole cube", ground.preset, rebuilt.seconds, "s")
    yield Finding("that rebuild, processor", ground.preset, rebuilt.worked, "s")
    yield Finding("peak memory of the rebuild", ground.preset, rebuilt.memory, "bytes")


def refreshes(ground: Ground) -> Iterator[Finding]:
    """The cube after a write in one village: its own share and that of all above it, committed to the disk."""
    ground.ready()
    engine, seconds = ground.engine(), []
    for village in ground.villages(REFRESHES):
        begun = time.perf_counter()
        with writing(engine) as connection:
            cube.refresh(connection, village.code, county_clock())
        seconds.append(time.perf_counter() - begun)
    engine.dispose()
    yield middle("refresh of one village in the cube", ground.preset, seconds, "s", REFRESH_SECONDS)


def turns(ground: Ground) -> Iterator[Finding]:
    """What a new day does: the running month counted anew as of today, levels of problems and tasks written down."""
    ground.ready()
    engine, now = ground.engine(), county_clock()
    cube.ensure(engine, now.date())
    with writing(engine) as connection:
        before = (now.date() - timedelta(days=1)).isoformat()
        connection.execute(data_version.update().values(built=before))
    wall, worked = time.perf_counter(), time.process_time()
    cube.ensure(engine, now.date())
    turn_matters(engine, now)
    wall, worked = time.perf_counter() - wall, time.process_time() - worked
    engine.dispose()
    yield Finding("turn of a day", ground.preset, wall, "s")
    yield Finding("that turn, processor", ground.preset, worked, "s")


def days(ground: Ground) -> Iterator[Finding]:
    """A day's record of one village, with its line of the log and its figure, committed to the disk."""
    ground.ready()
    engine, seconds = ground.engine(), []
    for village in ground.villages(REFRESHES):
        told = Told(str(uuid.uuid4()), "done", village.code, None, None, "清理村道", "")
        begun = time.perf_counter()
        write(engine, Viewer("village", village.code), told, now=county_clock())
        seconds.append(time.perf_counter() - begun)
    engine.dispose()
    yield middle("a day's record with the cube", ground.preset, seconds, "s", REFRESH_SECONDS)
