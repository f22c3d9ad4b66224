"""A copy of everything that belongs to a store: its database and the archive files beside it; its key never beside it.

``FILE`` is the database, ``archives/`` in the same folder the files by their hash, which all backups in that folder
share: only what is not there yet is copied. The key is kept apart: whoever holds both can make codes that pass as ours.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, union

from data.archives.files import folder, lying, place, sound, write_whole
from data.errors import Refused
from data.model import archive, project_archive, work_paper
from data.store import engine as store
from data.store.faults import told
from data.store.key import key_file
from data.store.private import own_folder


@dataclass(frozen=True)
class Kept:
    """What became of the archives and the key: files copied, files that stood there already, hashes that the records
    name and no sound file bears; where a key was written, and where the one before was put aside, None where none
    was."""

    copied: int
    standing: int
    missing: tuple[str, ...]
    key: Path | None = None
    set_aside: Path | None = None


def back_up(
    engine: Engine,
    target: Path,
    key_to: Path | None = None,
    look: Callable[[Connection], None] = store.unseen,
) -> Kept:
    """Copy the running store. The database first: what a row of it names was written before the row.

    ``key_to``: a file in another folder that takes the key; ``look`` may ask what stands at the moment that is copied.
    Raises Refused where a file stands already, where the key
    would lie in the folder of the backup, or with the cause where the copy fails; then no database is left behind.
    """
    own = key_file(engine)
    for key in filter(None, (own if own.is_file() else None, key_to)):
        if _within(target.parent, key):
            raise Refused(f"密钥不能与备份放在一起：{key} 在备份的文件夹里，请换一个文件夹，最好是另一只盘。")
    if key_to is not None and key_to.exists():
        raise Refused(f"{key_to} 已存在，请换一个文件名，以免覆盖另一个密钥。")
    if key_to is not None and not own.is_file():
        raise Refused(f"密钥文件 {own} 不存在，没有密钥可以另存。")
    store.backup(engine, target, look)
    try:
        kept = _back_up_files(engine, target)
        if key_to is not None:
            _write_key(key_to, own.read_bytes())
        return replace(kept, key=key_to)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise Refused(f"没有备份，数据库副本已删去：档案或密钥没有全部写成，{told(error)}。") from error


def _within(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _back_up_files(engine: Engine, target: Path) -> Kept:
    copied, standing = 0, 0
    for digest in lying(engine):
        kept = place(target.parent / "archives", digest)
        if kept.is_file():
            standing += 1
        elif (content := sound(place(folder(engine), digest))) is not None:
            write_whole(kept, content)
            copied += 1
    missing = tuple(digest for digest in _named(engine) if not place(target.parent / "archives", digest).is_file())
    return Kept(copied, standing, missing)


def restore_backup(engine: Engine, source: Path, now: datetime, key_from: Path | None = None) -> Kept:
    """The archives of a backup whose database stands in ``engine`` already, its schema of today; its key from where it
    was kept, ``key_from``.

    A file that is missing or damaged is taken from the backup, where it is sound there. Another key than ``key_from``
    is put aside, not overwritten. Raises Refused with the cause where files cannot be read or written.
    """
    try:
        return _restore_files(engine, source, now, key_from)
    except OSError as error:
        raise Refused(f"数据库已恢复，但档案或密钥没有全部写成：{told(error)}。处理后请再恢复一次。") from error


def _restore_files(engine: Engine, source: Path, now: datetime, key_from: Path | None) -> Kept:
    copied, standing, missing = 0, 0, []
    for digest in _named(engine):
        target = place(folder(engine), digest)
        if sound(target) is not None:
            standing += 1
        elif (content := sound(place(source.parent / "archives", digest))) is not None:
            write_whole(target, content)
            copied += 1
        else:
            missing.append(digest)
    aside = _take_key(key_file(engine), key_from.read_bytes(), now) if key_from is not None else None
    return Kept(copied, standing, tuple(missing), key_from and key_file(engine), aside)


def _take_key(own: Path, key: bytes, now: datetime) -> Path | None:
    """The key in its place; where another one was put."""
    if own.is_file() and own.read_bytes() == key:
        return None
    aside = own.with_name(f"{own.name}.{now:%Y%m%d-%H%M%S}") if own.is_file() else None
    if aside is not None:
        own.rename(aside)
    _write_key(own, key)
    return aside


def named(connection: Connection) -> list[str]:
    """The hashes of all files that the records name: of households, of projects, of what was done about problems."""
    digests = union(*(select(table.c.digest) for table in (archive, project_archive, work_paper)))
    return sorted(connection.execute(digests).scalars())


def _named(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return named(connection)


def _write_key(target: Path, key: bytes) -> None:
    own_folder(target.parent)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as made:
            made.write(key)
            made.flush()
            os.fsync(made.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise
