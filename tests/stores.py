"""Copying a store with what its log needs beside it, without which it is not written on."""

import os
import shutil
from pathlib import Path

BESIDE = ("log-state", "log-root")


def copied(source: Path | str, target: Path) -> Path:
    """A SQLite store in another place."""
    shutil.copy(source, target)
    for kind in BESIDE:
        if Path(f"{source}.{kind}").exists():
            shutil.copy(f"{source}.{kind}", f"{target}.{kind}")
    return target


def copied_beside(source: str, target: str) -> None:
    """What lies beside a PostgreSQL store, for one that was made from it as a template."""
    folder = Path(os.environ["WARROOM_VAR"])
    for kind in BESIDE:
        if (folder / f"{source}.{kind}").exists():
            shutil.copy(folder / f"{source}.{kind}", folder / f"{target}.{kind}")
