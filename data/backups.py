"""A copy of everything that belongs to a store: its database, the archive files beside it, and its key.

``FILE`` is the database, ``FILE.key`` the key, and ``archives/`` in the same folder the files by their hash, which all
backups in that folder share: only what is not there yet is copied.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, union

from data.archives.files import folder, lying, place, sound, write_whole
from data.errors import Refused
from data.model import archive, project_archive
from data.store import engine as store
from data.store.faults import told
from data.store.key import key_file


@dataclass(frozen=True)
class Kept:
    """What became of the archives and the key: files copied, files that stood there already, hashes that the records
    name and no sound file bears; where the key is now, and where the one before was put aside, None where none was."""

    copied: int
    standing: int
    missing: tuple[str, ...]
    key: Path | None
    set_aside: Path | None = None


def back_up(engine: Engine, target: Path) -> Kept:
    """Copy the running store. The database first: what a row of it names was written before the row.

    Raises Refused where ``target`` or its key exists, or with the cause where the copy fails; then neither database nor
    key of it is left behind.
    """
    if key_beside(target).exists():
        raise Refused(f"{key_beside(target)} 已存在，请换一个文件名，以免覆盖旧备份的密钥。")
    store.backup(engine, target)
    try:
        return _back_up_files(engine, target)
    except OSError as error:
        for part in (target, key_beside(target)):
            part.unlink(missing_ok=True)
        raise Refused(f"没有备份，数据库副本已删去：档案或密钥没有全部写成，{told(error)}。") from error


def _back_up_files(engine: Engine, target: Path) -> Kept:
    copied, standing = 0, 0
    for digest in lying(engine):
        kept = place(target.parent / "archives", digest)
        if kept.is_file():
            standing += 1
        elif (content := sound(place(folder(engine), digest))) is not None:
            write_whole(kept, content)
            copied += 1
    own, kept_key = key_file(engine), key_beside(target)
    if own.is_file():
        _write_key(kept_key, own.read_bytes())
    missing = tuple(digest for digest in _named(engine) if not place(target.parent / "archives", digest).is_file())
    return Kept(copied, standing, missing, kept_key if own.is_file() else None)


def restore_backup(engine: Engine, source: Path, now: datetime) -> Kept:
    """Archives and key of a backup whose database stands in ``engine`` already, its schema of today.

    A file that is missing or damaged is taken from the backup, where it is sound there. Another key than the one of
    the backup is put aside, not overwritten: the codes and check codes in the records belong to the backup's.
    Raises Refused with the cause where files cannot be written.
    """
    try:
        return _restore_files(engine, source, now)
    except OSError as error:
        raise Refused(f"数据库已恢复，但档案或密钥没有全部写成：{told(error)}。处理后请再恢复一次。") from error


def _restore_files(engine: Engine, source: Path, now: datetime) -> Kept:
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
    own, kept_key, aside = key_file(engine), key_beside(source), None
    if kept_key.is_file() and not (own.is_file() and own.read_bytes() == kept_key.read_bytes()):
        if own.is_file():
            aside = own.with_name(f"{own.name}.{now:%Y%m%d-%H%M%S}")
            own.rename(aside)
        _write_key(own, kept_key.read_bytes())
    return Kept(copied, standing, tuple(missing), own if kept_key.is_file() else None, aside)


def key_beside(backup: Path) -> Path:
    """Where a backup has its key."""
    return backup.with_name(f"{backup.name}.key")


def named(connection: Connection) -> list[str]:
    """The hashes of all files that the records name, of households and of projects."""
    digests = union(select(archive.c.digest), select(project_archive.c.digest))
    return sorted(connection.execute(digests).scalars())


def _named(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return named(connection)


def _write_key(target: Path, key: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as made:
            made.write(key)
            made.flush()
            os.fsync(made.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise
