"""Starting the processes that work on what was handed in, and starting them again where one died; clearing away files
that were kept long enough."""

import logging
import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select, update

from data.clock import Clock, written
from data.imports import files
from data.imports.running import forsaken
from data.model import import_job
from data.settings import value_of
from data.store import process
from data.store.engine import writing
from data.store.private import own_file

_CUT_OFF = timedelta(hours=6)
"""An upload that is older and of no job was cut off."""
log = logging.getLogger(__name__)


def start(engine: Engine, id: int) -> None:
    """Start a process for a job; it outlives this one. Where another is at it already, it ends at once."""
    process.start(engine, "work", str(id), output=_output(engine, id))


def _output(engine: Engine, id: int) -> Path:
    """Where its log lines go: beside the files, or where those are gone into nothing."""
    home = files.folder(engine, id)
    if not home.is_dir():
        return Path(os.devnull)
    own_file(home / "log.txt")
    return home / "log.txt"


def revive(engine: Engine, clock: Clock) -> list[int]:
    """Start a process for each job that none is at any more; which."""
    ids = forsaken(engine, clock)
    for id in ids:
        log.warning("import %s is taken up again", id)
        start(engine, id)
    return ids


def tend(engine: Engine, clock: Clock) -> None:
    """What a server does now and then: start again what died, clear away what was kept long enough."""
    revive(engine, clock)
    now = clock()
    with engine.connect() as connection:
        days = int(value_of(connection, "import_files_days"))
        outlived = written(now - timedelta(days=days))
        old = (import_job.c.emptied.is_(None)) & (import_job.c.made < outlived) & (import_job.c.work == "")
        ids = list(connection.execute(select(import_job.c.id).where(old)).scalars())
        known = set(connection.execute(select(import_job.c.id)).scalars())
    for id in ids:
        with writing(engine) as connection:
            connection.execute(update(import_job).where(import_job.c.id == id).values(emptied=written(now)))
        files.remove(engine, id)
    files.sweep(engine, known, (now - _CUT_OFF).timestamp())
