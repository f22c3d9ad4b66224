"""What somebody hands in, checked and written in this process, by the day of the tests."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.imports import jobs, running
from data.imports.jobs import WORKBOOK, Job
from data.imports.workers import WORKERS
from tests.data.intake import books
from tests.data.intake.books import Book, write_xlsx
from tests.moment import NOW

COUNTY = Viewer("county", "")
TOWNSHIP, OTHER_TOWNSHIP = Viewer("township", "990181001"), Viewer("township", "990181002")
VILLAGE = Viewer("village", books.VILLAGE)


def clock() -> datetime:
    return NOW


def handed_in(engine: Engine, files: list[Path], viewer: Viewer = COUNTY, *, kind: str = WORKBOOK) -> int:
    """Hand files in; nothing is checked yet."""
    given = [(file.name, io.BytesIO(file.read_bytes())) for file in files]
    return jobs.hand_in(engine, viewer, kind, given, now=NOW)


def worked(engine: Engine, id: int, *, at: Callable[[], datetime] = clock) -> bool:
    """Let the process do what is asked for."""
    return running.run(engine, id, WORKERS, clock=at)


def checked(engine: Engine, folder: Path, book: Book, viewer: Viewer = COUNTY) -> Job:
    """Hand a workbook in and check it."""
    number = len(list(folder.glob("*.xlsx")))
    id = handed_in(engine, [write_xlsx(folder / f"表{number}.xlsx", book)], viewer)
    assert worked(engine, id)
    return job(engine, id)


def job(engine: Engine, id: int, viewer: Viewer = COUNTY) -> Job:
    with engine.connect() as connection:
        return jobs.job(connection, viewer, id)


def stepped(engine: Engine, one: Job, action: str, viewer: Viewer = COUNTY, **more: object) -> Job:
    """Take a step, let the process do what it asks for, and look again."""
    jobs.step(engine, viewer, one.id, action, version=one.version, now=NOW, **more)
    worked(engine, one.id)
    return job(engine, one.id)
