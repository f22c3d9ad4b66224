"""Processes of our own that outlast who starts them, and the signs of life that whoever is at work gives."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from data.store.engine import ROOT

log = logging.getLogger(__name__)


def start(engine: Engine, *command: str, output: Path | None = None) -> None:
    """Start ``python -m data COMMAND`` on this store; it outlasts this process's end.

    What it says goes to the end of ``output``; without one it says nothing but what goes wrong.
    """
    url = engine.url.render_as_string(hide_password=False)
    written = None if output is None else output.open("ab")
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "data", *command],
            cwd=ROOT,
            env={**os.environ, "WARROOM_DATABASE_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=written or subprocess.DEVNULL,
            stderr=written,
            start_new_session=True,
        )
    finally:
        if written is not None:
            written.close()
    threading.Thread(target=process.wait, name=f"wait-{command[0]}", daemon=True).start()  # leaves no zombie


@contextmanager
def beating(beat: Callable[[], None], *, every: float, name: str) -> Iterator[None]:
    """Call ``beat`` each so many seconds while the block runs; one that fails (a store that is locked for a while) is
    followed by the next."""
    over = threading.Event()

    def live() -> None:
        while not over.wait(every):
            try:
                beat()
            except Exception:
                log.warning("%s: no sign of life could be given", name, exc_info=True)

    thread = threading.Thread(target=live, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
