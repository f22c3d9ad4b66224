"""S3: what stands on the disk is its owner's alone, and a password is never among a program's arguments."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from data.archives.files import examine, keep
from data.commands.parser import main
from data.errors import Refused
from data.model.transient import session
from data.store import engine as store
from data.store.engine import ROOT, backup, is_sqlite, open_engine, ready_engine, restore, writing
from data.store.key import derived, key_file
from data.store.transient import transient_engine
from tests.data.archives import ground
from tests.data.small_county import fill
from tests.postgres import Cluster

SECRET = "s3cret/pass word"


@pytest.fixture
def open_handed() -> Iterator[None]:
    """A umask that hides nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077)


@pytest.mark.usefixtures("open_handed")
def test_what_the_store_lays_down_is_its_owners_alone_whatever_the_umask(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WARROOM_KEY_FILE", raising=False)
    monkeypatch.delenv("WARROOM_ARCHIVES", raising=False)
    home = tmp_path / "county" / "var"
    engine = ready_engine(f"sqlite:///{home / 'a.db'}")
    fill(engine)
    keep(engine, examine(ground.photo()))
    derived(engine, "test")
    backup(engine, home / "kept.db")
    with writing(transient_engine(engine)) as connection:
        connection.execute(session.delete())
        assert (home / "a.db-wal").exists() and (home / "a.db-shm").exists() and (home / "a.db.sessions-wal").exists()
        assert open_to_others(tmp_path / "county") == []


@pytest.mark.usefixtures("open_handed")
def test_what_an_older_version_left_open_is_closed_at_the_start(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WARROOM_KEY_FILE", raising=False)
    engine = ready_engine(f"sqlite:///{tmp_path / 'a.db'}")
    derived(engine, "test")
    (tmp_path / "a.db.archives").mkdir()
    (tmp_path / "a.db.log-end").touch()
    neighbour = tmp_path / "b.db"
    neighbour.touch()
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM region").all()
        for path in tmp_path.iterdir():
            path.chmod(0o777 if path.is_dir() else 0o666)
        ready_engine(f"sqlite:///{tmp_path / 'a.db'}").dispose()
        tmp_path.chmod(0o700)
        assert open_to_others(tmp_path) == ["b.db"]


@pytest.mark.usefixtures("open_handed")
def test_a_key_that_stood_open_elsewhere_is_closed_when_it_is_read(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "elsewhere" / "key"))
    engine = ready_engine(f"sqlite:///{tmp_path / 'a.db'}")
    derived(engine, "test")
    key_file(engine).chmod(0o644)
    derived(engine, "test")
    assert open_to_others(tmp_path / "elsewhere") == []


def test_the_command_line_writes_for_its_owner_alone(tmp_path: Path):
    """Exports too, which the library that makes them opens itself."""
    engine = ready_engine(f"sqlite:///{tmp_path / 'a.db'}")
    fill(engine)
    for name in ("all.xlsx", "all.zip"):
        call = [sys.executable, "-m", "data", "--database", str(engine.url), "export", str(tmp_path / name)]
        subprocess.run(call, cwd=ROOT, check=True, umask=0, capture_output=True)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_the_server_writes_for_its_owner_alone():
    """Before it opens the store, so that nothing it makes is left out."""
    lines = (ROOT / "app.py").read_text(encoding="utf-8").splitlines()
    assert lines.index("keep_private()") < lines.index("engine = ready_engine()")


@pytest.mark.parametrize("stands", ["before the address", "among its parameters"])
def test_the_password_of_postgresql_is_in_no_argument(tmp_path: Path, monkeypatch, postgres: Cluster, stands: str):
    """A program in the place of PostgreSQL's notes what it was called with, as everybody on the machine may read it."""
    seen = tmp_path / "seen"
    for program in ("pg_dump", "pg_restore"):
        (tmp_path / program).write_text(
            f'#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline >> {seen}\nprintf %s "$PGPASSWORD" >> {seen}.secret\n'
        )
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    address = make_url(postgres.url("postgres"))
    engine = create_engine(
        address.set(password=SECRET)
        if stands == "before the address"
        else address.update_query_dict({"password": SECRET})
    )
    backup(engine, tmp_path / "kept.dump")
    restore(engine, tmp_path / "kept.dump")
    told = seen.read_text()
    assert told.count(address.set(drivername="postgresql").render_as_string()) == 2 and "s3cret" not in told
    assert Path(f"{seen}.secret").read_text() == SECRET * 2
    assert stat.S_IMODE((tmp_path / "kept.dump").stat().st_mode) == 0o600


def test_a_store_that_does_not_answer_is_told_without_its_password(capsys):
    assert main(["--database", "postgresql://cadre:s3cret@127.0.0.1:1/county", "check"]) == 1
    assert "s3cret" not in capsys.readouterr().err


def test_looking_for_a_store_makes_none(tmp_path: Path):
    assert is_sqlite(open_engine(f"sqlite:///{tmp_path / 'a.db'}")) and list(tmp_path.iterdir()) == []
    with pytest.raises(Refused):
        store.restore(open_engine(f"sqlite:///{tmp_path / 'a.db'}"), tmp_path / "absent.db")
