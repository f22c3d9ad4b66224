"""A backup takes archives along, never the key, and brings them back sound; what stands in its way is named."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.archives import files as archive_files
from data.codes import tokens
from data.commands.parser import main
from data.households import archives
from data.store import engine as store
from data.store.engine import is_sqlite, ready_engine, writing
from data.store.faults import FULL, READ_ONLY, cause
from data.store.key import derived
from tests.data.archives import ground
from tests.data.small_county import fill
from tests.moment import NOW

ADMIN = Viewer("admin", "")
PAPERS = {number: ground.photo(shade=60 * number) for number in (1, 2, 3)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the backups go; files and key of the store are the test's own."""
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    (tmp_path / "backup").mkdir()
    return tmp_path / "backup"


@pytest.fixture
def county(filled: Callable[..., Engine], folder: Path) -> Engine:
    engine = filled(fill, own=True)
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    for number in (1, 2):
        put(engine, number)
    derived(engine, "test")
    return engine


def put(engine: Engine, number: int, household: int = 1) -> int:
    return archives.add(engine, ADMIN, household, PAPERS[number], kind="其他", title=f"第{number}份", now=NOW)


def run(engine: Engine, command: str, file: Path, *more: str | Path) -> int:
    url = engine.url.render_as_string(hide_password=False)
    return main(["--database", url, command, str(file), *map(str, more)])


def lost(engine: Engine, tmp_path: Path) -> None:
    """The machine is gone: records, files, key."""
    with writing(engine) as connection:
        connection.execute(model.archive.delete())
    shutil.rmtree(tmp_path / "kept")
    (tmp_path / "kept.key").unlink()


def opened(engine: Engine) -> dict[str, bytes]:
    fresh = ready_engine(engine.url.render_as_string(hide_password=False))
    with fresh.connect() as connection:
        ids = connection.execute(select(model.archive.c.id)).scalars().all()
    found = [archives.opened(fresh, ADMIN, id) for id in ids]
    fresh.dispose()
    return {one.filename: one.content for one in found}


def test_archives_and_the_key_kept_apart_come_back_with_the_database(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    key, apart = derived(county, "test"), tmp_path / "apart" / "county.key"
    assert run(county, "backup", folder / "a.db", "--key-to", apart) == 0
    told = capsys.readouterr().out
    assert "新复制 2 份" in told and str(apart) in told
    assert oct(apart.stat().st_mode)[-3:] == "600"
    lost(county, tmp_path)
    assert run(county, "restore", folder / "a.db", "--key-from", apart) == 0
    assert "恢复 2 份" in capsys.readouterr().out
    assert opened(county) == {"第1份.jpg": PAPERS[1], "第2份.jpg": PAPERS[2]}
    assert derived(county, "test") == key


def test_the_key_is_never_beside_a_backup(county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    key = (tmp_path / "kept.key").read_bytes()
    assert run(county, "backup", folder / "a.db") == 0
    told = capsys.readouterr().out
    assert str(tmp_path / "kept.key") in told and "仿制户码" in told
    for place in (folder / "b.key", folder / "archives" / "b.key", tmp_path / "backup" / ".." / "backup" / "b.key"):
        assert run(county, "backup", folder / "b.db", "--key-to", place) == 1
        assert "不能与备份放在一起" in one_sentence(capsys)
    assert run(county, "backup", tmp_path / "b.db") == 1  # where the store itself has its key
    assert "不能与备份放在一起" in one_sentence(capsys) and not (tmp_path / "b.db").exists()
    assert not any(path.read_bytes() == key for path in folder.rglob("*") if path.is_file())


def test_backups_in_one_folder_share_their_files(county: Engine, folder: Path, capsys: pytest.CaptureFixture):
    run(county, "backup", folder / "a.db")
    inodes = {path: path.stat().st_ino for path in folder.glob("archives/*/*")}
    put(county, 3)
    capsys.readouterr()
    assert run(county, "backup", folder / "b.db") == 0
    assert "新复制 1 份，已有 2 份" in capsys.readouterr().out
    assert len(list(folder.glob("archives/*/*"))) == 3
    assert all(path.stat().st_ino == inode for path, inode in inodes.items())


def test_a_key_kept_apart_is_not_overwritten_by_another(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    (tmp_path / "county.key").write_text("another county's")
    assert run(county, "backup", folder / "a.db", "--key-to", tmp_path / "county.key") == 1
    assert "密钥" in capsys.readouterr().err and not (folder / "a.db").exists()
    assert (tmp_path / "county.key").read_text() == "another county's"


def test_another_key_is_put_aside_and_said_and_the_same_one_is_left(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    key, apart = derived(county, "test"), tmp_path / "apart.key"
    run(county, "backup", folder / "a.db", "--key-to", apart)
    assert run(county, "restore", folder / "a.db", "--key-from", apart) == 0
    assert list(tmp_path.glob("kept.key*")) == [tmp_path / "kept.key"]
    (tmp_path / "kept.key").unlink()
    derived(county, "test")
    made = (tmp_path / "kept.key").read_bytes()
    capsys.readouterr()
    assert run(county, "restore", folder / "a.db", "--key-from", apart) == 0
    aside = next(tmp_path.glob("kept.key.*"))
    assert str(aside) in capsys.readouterr().out
    assert (aside.read_bytes(), derived(county, "test")) == (made, key)


def test_a_key_that_is_nowhere_is_told_before_anything_is_restored(county: Engine, folder: Path, tmp_path, capsys):
    run(county, "backup", folder / "a.db")
    with writing(county) as connection:
        connection.execute(model.visit.delete())
    capsys.readouterr()
    assert run(county, "restore", folder / "a.db", "--key-from", tmp_path / "absent") == 1
    assert "找不到密钥文件" in one_sentence(capsys)
    with county.connect() as connection:
        assert connection.execute(select(model.visit)).first() is None


def test_damaged_and_missing_files_are_mended_or_counted(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    put(county, 3)
    run(county, "backup", folder / "a.db")
    one, two, three = (archive_files.examine(PAPERS[number]).digest for number in PAPERS)
    archive_files.place(tmp_path / "kept", one).write_bytes(b"rotten here")
    for digest in (two, three):
        archive_files.place(tmp_path / "kept", digest).unlink()
    archive_files.place(folder / "archives", two).write_bytes(b"rotten there")
    capsys.readouterr()
    assert run(county, "restore", folder / "a.db") == 3
    printed = capsys.readouterr()
    assert "恢复 2 份，原已完好 0 份" in printed.out and "有 1 份档案的文件缺失或已损坏" in printed.err
    assert archive_files.content_of(county, one) == PAPERS[1]
    assert archive_files.content_of(county, three) == PAPERS[3]


def test_a_backup_of_a_store_without_archives_is_one_file_and_the_end_of_the_log(
    engine: Engine, folder: Path, capsys: pytest.CaptureFixture
):
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    assert run(engine, "backup", folder / "a.db") == 0
    assert {path.name for path in folder.iterdir()} == {"a.db", "a.db.log-end"}
    assert run(engine, "restore", folder / "a.db") == 0
    assert "不存在" in capsys.readouterr().out


def test_the_check_counts_files_without_rows_and_rows_without_files(
    county: Engine, tmp_path: Path, capsys: pytest.CaptureFixture
):
    archive_files.keep(county, archive_files.examine(PAPERS[3]))
    assert run_check(county) == 0
    assert "没有登记的档案文件（存入时中断，或存入后撤销） 1 处" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "kept")
    assert run_check(county) == 1
    assert "档案文件缺失，请从备份恢复 2 处" in capsys.readouterr().out


def run_check(engine: Engine) -> int:
    return main(["--database", engine.url.render_as_string(hide_password=False), "check"])


FAULTS = {errno.ENOSPC: "磁盘已满", errno.EROFS: "只读", errno.EACCES: "没有权限", errno.EIO: "磁盘读写出错"}


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    engine = ready_engine(f"sqlite:///{tmp_path / 'a.db'}")
    fill(engine)
    (tmp_path / "backup").mkdir()
    return engine


def refuse(number: int):
    def call(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    return call


def one_sentence(capsys: pytest.CaptureFixture) -> str:
    said = capsys.readouterr().err.strip()
    assert said and len(said.splitlines()) == 1 and "Traceback" not in said
    return said


@pytest.mark.parametrize("number", FAULTS)
def test_a_backup_whose_archives_cannot_be_written_leaves_nothing_and_names_the_cause(
    county: Engine,
    folder: Path,
    monkeypatch,
    capsys,
    number,
):
    monkeypatch.setattr(archive_files.os, "replace", refuse(number))
    assert run(county, "backup", folder / "a.db") == 1
    assert FAULTS[number] in one_sentence(capsys)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []
    monkeypatch.undo()


def test_a_full_disk_leaves_no_part_of_the_database_behind(embedded: Engine, tmp_path: Path, monkeypatch, capsys):
    """SQLite itself is made to find the disk full: a copy may have ten pages, the county has more."""
    connect = sqlite3.connect

    def small(path, *arguments, **options):
        opened = connect(path, *arguments, **options)
        if str(path).endswith(".partial"):
            return _Full(opened)
        return opened

    monkeypatch.setattr(store.sqlite3, "connect", small)
    monkeypatch.setattr(store, "_driven", lambda connection: _Source(connection.connection.driver_connection))
    assert run(embedded, "backup", tmp_path / "backup" / "a.db") == 1
    assert "磁盘已满" in one_sentence(capsys)
    assert list((tmp_path / "backup").iterdir()) == []


class _Full:
    """A database that may hold ten pages."""

    def __init__(self, opened: sqlite3.Connection) -> None:
        self.opened = opened

    def close(self) -> None:
        self.opened.close()


class _Source:
    def __init__(self, opened: sqlite3.Connection) -> None:
        self.opened = opened

    def backup(self, target: _Full, *, pages: int) -> None:
        """What SQLite says of a full disk, from SQLite: a backup sets no limit, a table does."""
        target.opened.execute("PRAGMA max_page_count = 10")
        target.opened.execute("CREATE TABLE t (x)")
        target.opened.execute("INSERT INTO t VALUES (zeroblob(1000000))")


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written_is_told_as_that(embedded: Engine, tmp_path: Path):
    target = tmp_path / "backup"
    target.chmod(0o500)
    url = embedded.url.render_as_string()
    embedded.dispose()
    call = [sys.executable, "-m", "data", "--database", url, "backup", str(target / "a.db")]
    if os.geteuid() == 0:
        for path in (tmp_path, *tmp_path.rglob("*")):
            os.chown(path, 65534, 65534)
        tmp_path.chmod(0o700)
        for parent in list(tmp_path.parents)[:3]:
            if parent not in (Path("/tmp"), Path("/")):
                parent.chmod(parent.stat().st_mode | 0o055)
        call = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *call]
    done = subprocess.run(call, cwd=store.ROOT, capture_output=True, text=True, check=False)
    target.chmod(0o700)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "权限" in done.stderr and "只读" not in done.stderr and list(target.iterdir()) == []


def test_a_missing_directory_is_told_before_anything_is_copied(embedded: Engine, tmp_path: Path, capsys):
    assert run(embedded, "backup", tmp_path / "absent" / "a.db") == 1
    assert "不存在" in one_sentence(capsys)


def test_a_restore_that_finds_no_room_leaves_the_store_as_it_was(embedded: Engine, tmp_path: Path, monkeypatch, capsys):
    assert run(embedded, "backup", tmp_path / "backup" / "a.db") == 0
    with writing(embedded) as connection:
        connection.execute(model.visit.delete())

    class Full(sqlite3.Connection):
        def backup(self, *_arguments, **_options):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    connect = sqlite3.connect
    monkeypatch.setattr(store.sqlite3, "connect", lambda *a, **o: connect(*a, **({"factory": Full} | o)))
    capsys.readouterr()
    assert run(embedded, "restore", tmp_path / "backup" / "a.db") == 1
    said = one_sentence(capsys)
    assert "没有恢复" in said and "磁盘已满" in said and "完好备份" not in said
    with embedded.connect() as connection:
        assert connection.execute(select(model.visit)).first() is None


def test_a_restore_without_all_archives_says_so_by_its_exit(county: Engine, folder: Path, tmp_path: Path, capsys):
    assert run(county, "backup", folder / "a.db") == 0
    lost(county, tmp_path)
    shutil.rmtree(folder / "archives")
    assert run(county, "restore", folder / "a.db") == 3
    assert "有 2 份档案的文件缺失" in capsys.readouterr().err


def test_a_backup_of_a_store_whose_archives_are_gone_says_so_by_its_exit(county: Engine, folder: Path, tmp_path: Path):
    shutil.rmtree(tmp_path / "kept")
    assert run(county, "backup", folder / "a.db") == 3


def test_archives_that_cannot_be_restored_name_the_cause(county: Engine, folder: Path, tmp_path, monkeypatch, capsys):
    run(county, "backup", folder / "a.db")
    lost(county, tmp_path)
    capsys.readouterr()
    monkeypatch.setattr(archive_files.os, "replace", refuse(errno.ENOSPC))
    assert run(county, "restore", folder / "a.db") == 1
    said = one_sentence(capsys)
    assert "数据库已恢复" in said and "磁盘已满" in said


def test_the_check_and_the_restore_try_the_key(county: Engine, folder: Path, tmp_path: Path, capsys):
    with writing(county) as connection:
        tokens.issue(connection, county, ADMIN, [1, 2], now=NOW)
    assert run_check(county) == 0
    run(county, "backup", folder / "a.db")
    (tmp_path / "kept.key").unlink()
    assert run_check(county) == 1 and not (tmp_path / "kept.key").exists()
    derived(county, "test")  # another one is made
    capsys.readouterr()
    assert run_check(county) == 1
    assert "与已印的户码不符" in capsys.readouterr().out
    assert run(county, "restore", folder / "a.db") == 3
    assert "与已印的户码不符" in capsys.readouterr().err


def test_causes_are_found_inside_other_errors():
    inner = OSError(errno.EROFS, "x")
    assert cause(Exception(inner)) == READ_ONLY and cause(OSError(errno.ENOSPC, "x")) == FULL
    assert cause(ValueError("x")) is None


def test_an_export_onto_a_full_disk_is_one_sentence(embedded: Engine, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(zipfile.ZipFile, "write", refuse(errno.ENOSPC))
    assert run(embedded, "export", tmp_path / "backup" / "a.xlsx") == 1
    assert "磁盘已满" in one_sentence(capsys) and list((tmp_path / "backup").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_real_full_device_is_told_as_full():
    with pytest.raises(OSError) as raised, Path("/dev/full").open("wb") as device:
        device.write(b"x" * 10_000)
        device.flush()
    assert cause(raised.value) == FULL
