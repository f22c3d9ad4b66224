"""Starting the processes that work on what was handed in, and starting them again where one died."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine

from data.clock import Clock
from data.imports import files
from data.imports.running import forsaken
from data.store.engine import ROOT
from data.store.private import own_file

log = logging.getLogger(__name__)


def start(engine: Engine, id: int) -> None:
    """Start a process for a job; it outlives this one. Where another is at it already, it ends at once."""
    output = _output(engine, id)
    with output.open("ab") as written:
        subprocess.Popen(
            [sys.executable, "-m", "data", "work", str(id)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**os.environ, "WARROOM_DATABASE_URL": engine.url.render_as_string(hide_password=False)},
            start_new_session=True,
        )


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
