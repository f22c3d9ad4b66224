"""The files of what people hand in: a folder for each job beside the store, its owner's alone.

In ``<store>.imports/<job>/given/`` lie the files as they were handed in, beside it what the check made of them. They
are kept as many days as the county says (``import_files_days``), then removed; what was written stays told.
"""

import hashlib
import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import Engine

from data.errors import Refused
from data.store.engine import beside
from data.store.faults import told
from data.store.private import own_file, own_folder
from data.text.signs import seen

LIMIT_MB = 200
"""Of all files that are handed in at once."""
LIMIT_FILES = 40
_BLOCK = 2**20
_LONGEST_NAME = 80
_GIVEN = "given"


@dataclass(frozen=True)
class GivenFile:
    """One file as it was handed in: its name, its bytes, the SHA-256 of its content."""

    name: str
    size: int
    digest: str


def folder(engine: Engine, job: int) -> Path:
    """Where the files of a job lie and what is made of them is put; it need not be there any more."""
    return beside(engine, "imports") / str(job)


def given(engine: Engine, job: int) -> list[Path]:
    """The files of a job as they were handed in, by name; none once they were removed."""
    home = folder(engine, job) / _GIVEN
    return sorted(home.iterdir()) if home.is_dir() else []


def still_given(engine: Engine, job: int) -> list[Path]:
    """The same for who works on them. Raises Refused once they were removed."""
    if not (kept := given(engine, job)):
        raise Refused("递交的文件已经清理，请重新递交。")
    return kept


def receive(engine: Engine, files: Sequence[tuple[str, IO[bytes]]]) -> tuple[Path, list[GivenFile]]:
    """Take files in, into a folder of no job yet; that and what was taken.

    Raises Refused for none, too many, too large or empty ones, and with the cause where the disk does not take them;
    then nothing is left behind.
    """
    if not files:
        raise Refused("没有选文件。")
    if len(files) > LIMIT_FILES:
        raise Refused(f"一次最多 {LIMIT_FILES} 个文件，这里有 {len(files)} 个，请分几次或打包成一个 zip。")
    home = beside(engine, "imports") / f"incoming-{secrets.token_hex(8)}"
    try:
        own_folder(home / _GIVEN)
        left, taken = LIMIT_MB * 2**20, list[GivenFile]()
        for name, stream in files:
            own = _free_name(name, {one.name for one in taken})
            one = _receive(home / _GIVEN / own, own, stream, left)
            left -= one.size
            taken.append(one)
        return home, taken
    except OSError as error:
        shutil.rmtree(home, ignore_errors=True)
        raise Refused(f"文件没有收下：{told(error)}。") from error
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _receive(target: Path, name: str, stream: IO[bytes], most: int) -> GivenFile:
    own_file(target)
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as written:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise Refused(f"一次递交的文件合计不能超过 {LIMIT_MB} MB，请分几次，或按乡镇拆开。")
            digest.update(block)
            written.write(block)
    if not size:
        raise Refused(f"{name} 是空文件（0 字节），可能没有传完整，请重新选择。")
    return GivenFile(name, size, digest.hexdigest())


def _free_name(name: str, taken: set[str]) -> str:
    """The name without a path and signs that nobody sees, short, and no other file's."""
    plain = PurePosixPath(seen(name).replace("\\", "/")).name.strip().lstrip(".") or "文件"
    stem, suffix = PurePosixPath(plain).stem[:_LONGEST_NAME], PurePosixPath(plain).suffix[:12]
    return next(
        one
        for one in (f"{stem}{suffix}", *(f"{stem} ({n}){suffix}" for n in range(2, LIMIT_FILES + 2)))
        if one not in taken
    )


def settle(engine: Engine, received: Path, job: int) -> None:
    """What was received becomes the folder of a job."""
    target = folder(engine, job)
    shutil.rmtree(target, ignore_errors=True)  # of a job that never stood: its number was given once more
    received.rename(target)


def remove(engine: Engine, job: int) -> None:
    """Take the files of a job away, and what was made of them."""
    shutil.rmtree(folder(engine, job), ignore_errors=True)


def sweep(engine: Engine, jobs: set[int], older_than: float) -> None:
    """Remove folders that are of no job: uploads that were cut off, begun before a moment (seconds since 1970)."""
    home = beside(engine, "imports")
    for one in home.iterdir() if home.is_dir() else ():
        if one.name.isdigit() and int(one.name) in jobs:
            continue
        with suppress(OSError):
            if one.stat().st_mtime < older_than:
                shutil.rmtree(one, ignore_errors=True)
