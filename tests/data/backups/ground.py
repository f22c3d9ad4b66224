"""A small county with papers, a key and a folder for its backups, and the clock at which they are made."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data import settings
from data.access.viewer import Viewer
from data.backups import making, runs, work
from data.backups.runs import Run
from data.backups.work import BACKUP
from data.households import archives
from data.store.engine import is_sqlite, writing
from data.store.key import derived
from tests.data.archives import ground
from tests.data.small_county import fill
from tests.moment import NOW

ADMIN = Viewer("admin", "")


def county_of(filled: Callable[..., Engine], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The county; what belongs to it and is not in its store lies in ``folder``, its backups in ``folder/backup``."""
    monkeypatch.setenv("WARROOM_ARCHIVES", str(folder / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(folder / "kept.key"))
    engine = filled(fill, own=True)
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    for number in (1, 2, 3):
        picture = ground.photo(shade=60 * number)
        archives.add(engine, ADMIN, number, picture, kind="其他", title=f"第{number}份", now=NOW)
    derived(engine, "test")
    (folder / "backup").mkdir()
    put(engine, backup_folder=str(folder / "backup"))
    return engine


def put(engine: Engine, **values: str) -> None:
    """Settings, decided."""
    with writing(engine) as connection:
        for name, value in values.items():
            settings.decide(connection, ADMIN, name, value, now=NOW)


def made(engine: Engine, now: datetime = NOW, actor: str = ADMIN.actor) -> Run:
    """A backup, made in this process."""
    ordered = work.take(engine, BACKUP, making.next_file(engine, now), actor=actor, now=now)
    return making.make(engine, ordered, clock=lambda: now)[0]


def listed(engine: Engine) -> list[Run]:
    """What was put down, the last first."""
    with engine.connect() as connection:
        return list(runs.runs(connection, ADMIN, limit=100))
