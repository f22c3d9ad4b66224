"""The command line of the data, called as a user calls it, with its time and memory."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Command:
    """What one call of the command line took: seconds of wall time, seconds of work, peak memory in bytes."""

    seconds: float
    worked: float
    memory: int


def run_data(url: str, command: str, *arguments: str | Path, root: Path = ROOT) -> Command:
    """Run ``python -m data COMMAND`` as a user does, in this tree or another.

    Raises RuntimeError with what it said where it failed.
    """
    words = [sys.executable, "-m", "data", command, *map(str, arguments)]
    environment = {**os.environ, "WARROOM_DATABASE_URL": url}
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(words, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"python -m data {command}: exit {process.returncode}\n{said.read()[-2000:]}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Command(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale)
