"""Files that nobody but their owner may read: whoever made them, and whatever the umask says."""

import os
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
_OTHERS = 0o077


def keep_private() -> None:
    """Whatever this process or a program it starts writes from now on is its owner's alone."""
    os.umask(_OTHERS)


def own_file(path: Path) -> None:
    """The file is there, for its owner alone; one that stood open is closed. Raises OSError where it cannot be made."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))
    tighten(path)


def own_folder(path: Path) -> None:
    """The folder is there; where it is made here, it and what is made above it are their owner's alone."""
    for missing in reversed([one for one in (path, *path.parents) if not one.exists()]):
        missing.mkdir(mode=FOLDER, exist_ok=True)


def tighten(path: Path) -> None:
    """Take from others what they may do with a file or a folder of ours; another's, or one that is gone, is left."""
    with suppress(FileNotFoundError, PermissionError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & 0o777 & ~_OTHERS)
