"""Making a backup: where it goes, what is put down of it, which older ones go."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from data import settings
from data.access.actors import COMMAND, TIMER
from data.access.rights import needs
from data.access.roles import ADMINISTER, BACKUPS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.chain import LogBroken
from data.backups import runs, work
from data.backups.copies import Kept, back_up
from data.backups.facts import Facts, facts_of
from data.backups.runs import Run
from data.backups.thinning import Rule, kept
from data.backups.work import BACKUP, DRILL, LOG_END, Work
from data.clock import Clock, written
from data.errors import NotFound, Refused, WarRoomError
from data.store.engine import beside, is_sqlite, writing
from data.store.faults import told
from data.store.private import own_file, own_folder

_BLOCK = 2**20
_ALL = timedelta(days=1)
"""So long all are kept: somebody made one before he tried something."""


def folder(engine: Engine) -> Path:
    """Where backups go: as it is set, else ``backups`` beside the store."""
    with engine.connect() as connection:
        given = settings.value_of(connection, "backup_folder")
    return Path(given) if given else default_folder(engine)


def default_folder(engine: Engine) -> Path:
    """Where backups go where nothing is set: on the same disk as the store."""
    return beside(engine, "backups")


def free(engine: Engine, folder: Path) -> int | None:
    """Bytes that are free where backups go; None where a folder that was set is not there, such as a disk taken out."""
    try:
        return shutil.disk_usage(folder if folder.exists() or folder != default_folder(engine) else folder.parent).free
    except OSError:
        return None


def next_file(engine: Engine, now: datetime) -> Path:
    """The file of a backup that begins now; no other has its name, be it that the clock was set back."""
    home, ending = folder(engine), "db" if is_sqlite(engine) else "dump"
    names = (f"{Path(engine.url.database or '').stem}-{now:%Y%m%d-%H%M%S}{more}.{ending}" for more in _numbers())
    return next(home / name for name in names if not (home / name).exists())


def _numbers() -> Iterator[str]:
    yield ""
    number = 1
    while True:
        number += 1
        yield f"-{number}"


@needs(ADMINISTER, BACKUPS)
def order_backup(engine: Engine, viewer: Viewer, *, address: str, now: datetime) -> Work:
    """A backup now, by a process of its own. Raises Refused where something is at work, or the log takes no line."""
    ordered = work.take(engine, BACKUP, next_file(engine, now), actor=viewer.actor, now=now)
    return _begin(engine, ordered, address, now)


@needs(ADMINISTER, BACKUPS)
def order_drill(engine: Engine, viewer: Viewer, *, address: str, now: datetime) -> Work:
    """A restore on trial of the newest backup, by a process of its own. Raises NotFound where there is none, Refused as
    :func:`order_backup`."""
    return _begin(engine, take_drill(engine, actor=viewer.actor, now=now), address, now)


def _begin(engine: Engine, ordered: Work, address: str, now: datetime) -> Work:
    try:
        enter_line(engine, ordered, address, now)
        work.start(engine, ordered)
    except BaseException:
        work.end(engine, ordered.worker)
        raise
    return ordered


def take_drill(engine: Engine, *, actor: str, now: datetime) -> Work:
    """The newest backup that lies there, to be restored on trial."""
    with engine.connect() as connection:
        found = next((one for one in runs.all_good(connection) if one.file.is_file()), None)
    if found is None:
        raise NotFound("还没有备份，或备份文件都不在了，没有可以演练的。请先备份。")
    return work.take(engine, DRILL, found.file, actor=actor, now=now, run=found.id)


def make(engine: Engine, ordered: Work, *, clock: Clock, key_to: Path | None = None) -> tuple[Run, Kept]:
    """Make the backup that was ordered and put down how it went. Its line of the log stands in the copy.

    Raises what ``back_up`` raises, and LogBroken, but for the timetable: its copies are made of a log that was tampered
    with as well, and then no older one goes.
    """
    try:
        with work.beating(engine, ordered, clock) as tell:
            sound = _logged(engine, ordered, clock())
            id, copied = _make(engine, ordered, clock, key_to, tell)
    except BaseException as error:
        with writing(engine) as connection:
            runs.enter(connection, ordered.begun, ordered.actor, ordered.file, why=_why(error))
        raise
    finally:
        work.end(engine, ordered.worker)
    if sound and ordered.actor != COMMAND:
        thin(engine, ordered.file.parent, clock())
    with engine.connect() as connection:
        made = runs.find(connection, id)
    assert made is not None
    return made, copied


def _make(engine: Engine, ordered: Work, clock: Clock, key_to: Path | None, tell: runs.Progress) -> tuple[int, Kept]:
    """The number of the backup as it was put down, and what became of archives and key."""
    if ordered.file.parent == default_folder(engine):  # another that is gone is a disk that was taken out
        own_folder(ordered.file.parent)
    held: list[Facts] = []
    tell("复制数据库和档案", 0, 2)
    copied = back_up(engine, ordered.file, key_to, look=lambda connection: held.append(facts_of(connection)))
    try:
        tell("计算校验值", 1, 2)
        facts = held[0]
        facts["archives"] = {"copied": copied.copied, "standing": copied.standing, "missing": len(copied.missing)}
        if key_to is not None:
            facts["key_to"] = str(key_to)
        _write_end(ordered.file, held[0]["log_end"])
        size, digest = ordered.file.stat().st_size, digest_of(ordered.file)
        if not work.beat(engine, ordered.worker, clock(), ("记录", 2, 2)):
            raise Refused("这次备份久无动静，已被判定中断，没有留下文件。")
        with writing(engine) as connection:
            who, file = ordered.actor, ordered.file
            id = runs.enter(connection, ordered.begun, who, file, size=size, digest=digest, facts=facts)
        return id, copied
    except BaseException:
        work.remove(ordered.file, "", LOG_END)
        raise


def digest_of(file: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    seen = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            seen.update(block)
    return seen.hexdigest()


def thin(engine: Engine, home: Path, now: datetime) -> None:
    """Remove the backups in a folder that the setting does not keep: of those that pages and timetable made, never the
    last that lies there, nor the last that a trial restore proved."""
    with engine.connect() as connection:
        rule = Rule(*settings.backups_kept(settings.value_of(connection, "backup_kept")))
        all_good = runs.all_good(connection)
    lying = [one for one in all_good if one.file.parent == home and one.actor != COMMAND and one.lies()]
    keep = kept(((one.id, one.made.date()) for one in lying), rule)
    keep |= {one.id for one in lying if now - _ALL < one.made <= now}
    keep |= {max((one.id for one in lying if one.drill and one.drill.passed), default=0)}
    for one in lying:
        if one.id not in keep:
            work.remove(one.file, "", LOG_END)
            if not one.file.exists():
                with writing(engine) as connection:
                    runs.enter_removed(connection, one.id, written(now))


def _logged(engine: Engine, ordered: Work, now: datetime) -> bool:
    """Whether the log has its line; who ordered on a page has entered it there."""
    where = {COMMAND: "命令行", TIMER: "定时"}.get(ordered.actor)
    try:
        if where:
            enter_line(engine, ordered, where, now)
    except LogBroken:
        if ordered.actor != TIMER:
            raise
        return False
    return True


def enter_line(engine: Engine, ordered: Work, address: str, now: datetime) -> None:
    """A line of the log: who has what made, in a transaction of its own."""
    told = f"备份全部数据到 {ordered.file.name}" if ordered.kind == BACKUP else f"恢复演练 {ordered.file.name}"
    with writing(engine) as connection:
        who = ordered.actor
        audit.enter(connection, actor=who, address=address, view="backup", households=[None], detail=told, now=now)


def _write_end(file: Path, end: str) -> None:
    beside_it = Path(f"{file}{LOG_END}")
    own_file(beside_it)
    beside_it.write_text(f"{end}\n", encoding="utf-8")


def _why(error: BaseException) -> str:
    if isinstance(error, WarRoomError):
        return str(error)
    if isinstance(error, OSError | SQLAlchemyError | sqlite3.Error):
        return f"没有备份：{told(error)}。"
    return "没有备份：程序中途停了。"
