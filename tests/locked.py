"""A store that another process writes to for as long as a test wants."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from tests.source_code import ROOT

_HOLD = """
import sys
from data.figures import cube
from data.store.engine import open_engine, writing
with writing(open_engine(sys.argv[1])) as connection:
    cube.hold(connection)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def locked(engine: Engine) -> Iterator[Callable[[], None]]:
    """Within it the write lock is held, until what it yields is called."""
    command = [sys.executable, "-c", _HOLD, engine.url.render_as_string(hide_password=False)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def release() -> None:
            if holder.stdin is not None and not holder.stdin.closed:
                holder.stdin.close()
                holder.wait()

        try:
            yield release
        finally:
            release()
