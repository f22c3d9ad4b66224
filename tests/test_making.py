"""What the Makefile promises who works on the code: every target is told, and a save is served at once."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.server import free_port
from tests.conftest import ROOT

SECONDS = 120
TREE = ("app.py", "pyproject.toml", "pages", "components", "data", ".streamlit", ".ci")


def test_make_help_tells_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split()) - {"help", "rebuild"}
    assert targets == set(re.findall(r"^\t@echo 'make (\w+) ", makefile, re.M))


@pytest.mark.slow
def test_a_saved_module_of_data_is_answered_by_a_new_process_and_ctrl_c_ends_all(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    store = shutil.copy(migrated_sqlite, tmp_path / "dev.db")
    monkeypatch.setenv("WARROOM_DATABASE_URL", f"sqlite:///{store}")
    port = free_port()
    command = [sys.executable, ".ci/dev.py", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: version(port) is not None)
            with (tmp_path / "data" / "commands" / "version.py").open("a") as module:
                module.write('VERSION = "just saved"\n')
            wait_for(lambda: version(port) == "just saved")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    assert version(port) is None


def version(port: int) -> str | None:
    """What the server says it is; None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return json.load(answer)["version"]
    except (urllib.error.URLError, OSError):
        return None


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)
