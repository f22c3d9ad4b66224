"""The real server, started as a user starts it, on a port and a database of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300


@dataclass(frozen=True)
class Server:
    """A server that answers: ``url`` without a slash at its end, its database, its log, the number of its process."""

    url: str
    database_url: str
    log: Path
    process: int


@contextmanager
def serving(
    database_url: str, folder: Path, script: Path = Path("app.py"), options: Sequence[str] = (), root: Path = ROOT
) -> Iterator[Server]:
    """Run the application, or a ``script`` of the tree ``root``, on the database until the block ends; ``folder`` takes
    the log, ``options`` are Streamlit's.

    Raises RuntimeError with the log where the server does not answer in time.
    """
    port = free_port()
    written = folder / f"server-{port}.log"
    command = [sys.executable, "-m", "streamlit", "run", root / script, "--server.port", str(port), *options]
    environment = {**os.environ, "WARROOM_DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
    with written.open("w") as log:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    server = Server(f"http://127.0.0.1:{port}", database_url, written, process.pid)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _wait_for(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=30):
                return
        except urllib.error.HTTPError:  # closed to who is not signed in
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer (exit code {process.poll()}):\n{server.log.read_text()}")
