"""A backup takes archives and key along, and brings them back sound."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.archives import files as archive_files
from data.commands.parser import main
from data.households import archives
from data.store.engine import is_sqlite, ready_engine, writing
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
def county(engine: Engine, folder: Path) -> Engine:
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    fill(engine)
    for number in (1, 2):
        put(engine, number)
    derived(engine, "test")
    return engine


def put(engine: Engine, number: int, household: int = 1) -> int:
    return archives.add(engine, ADMIN, household, PAPERS[number], kind="其他", title=f"第{number}份", now=NOW)


def run(engine: Engine, command: str, file: Path) -> int:
    return main(["--database", engine.url.render_as_string(hide_password=False), command, str(file)])


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


def test_archives_and_key_come_back_with_the_database(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    key = derived(county, "test")
    assert run(county, "backup", folder / "a.db") == 0
    told = capsys.readouterr().out
    assert "新复制 2 份" in told and "a.db.key" in told and "仿制户码" in told
    assert oct((folder / "a.db.key").stat().st_mode)[-3:] == "600"
    lost(county, tmp_path)
    assert run(county, "restore", folder / "a.db") == 0
    assert "恢复 2 份" in capsys.readouterr().out
    assert opened(county) == {"第1份.jpg": PAPERS[1], "第2份.jpg": PAPERS[2]}
    assert derived(county, "test") == key


def test_backups_in_one_folder_share_their_files(county: Engine, folder: Path, capsys: pytest.CaptureFixture):
    run(county, "backup", folder / "a.db")
    inodes = {path: path.stat().st_ino for path in folder.glob("archives/*/*")}
    put(county, 3)
    capsys.readouterr()
    assert run(county, "backup", folder / "b.db") == 0
    assert "新复制 1 份，已有 2 份" in capsys.readouterr().out
    assert len(list(folder.glob("archives/*/*"))) == 3
    assert all(path.stat().st_ino == inode for path, inode in inodes.items())


def test_a_second_backup_under_the_same_name_overwrites_neither_database_nor_key(
    county: Engine, folder: Path, capsys: pytest.CaptureFixture
):
    run(county, "backup", folder / "a.db")
    (folder / "a.db").unlink()
    assert run(county, "backup", folder / "a.db") == 1
    assert "密钥" in capsys.readouterr().err and not (folder / "a.db").exists()


def test_another_key_is_put_aside_and_said_and_the_same_one_is_left(
    county: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    key = derived(county, "test")
    run(county, "backup", folder / "a.db")
    assert run(county, "restore", folder / "a.db") == 0
    assert list(tmp_path.glob("kept.key*")) == [tmp_path / "kept.key"]
    (tmp_path / "kept.key").unlink()
    derived(county, "test")
    made = (tmp_path / "kept.key").read_bytes()
    capsys.readouterr()
    assert run(county, "restore", folder / "a.db") == 0
    aside = next(tmp_path.glob("kept.key.*"))
    assert str(aside) in capsys.readouterr().out
    assert (aside.read_bytes(), derived(county, "test")) == (made, key)


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
    assert run(county, "restore", folder / "a.db") == 0
    printed = capsys.readouterr()
    assert "恢复 2 份，原已完好 0 份" in printed.out and "有 1 份档案的文件缺失或已损坏" in printed.err
    assert archive_files.content_of(county, one) == PAPERS[1]
    assert archive_files.content_of(county, three) == PAPERS[3]


def test_a_backup_of_a_store_without_archives_and_key_is_one_file(
    engine: Engine, folder: Path, capsys: pytest.CaptureFixture
):
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    assert run(engine, "backup", folder / "a.db") == 0
    assert [path.name for path in folder.iterdir()] == ["a.db"]
    assert run(engine, "restore", folder / "a.db") == 0
    assert "没有密钥文件" in capsys.readouterr().out


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
