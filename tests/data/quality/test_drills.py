"""A restore on trial proves a good backup, names what is wrong with a damaged one, and touches nothing that runs."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from data import model
from data.archives import files as archive_files
from data.audit.state import root_file
from data.backups import making, work
from data.backups.runs import FAILED, OPEN, PROVEN, Drill
from data.backups.work import DRILL
from data.commands.parser import main
from data.quality import drills
from data.quality.drills import drill_ordered
from data.store.engine import beside, is_sqlite, open_engine, writing
from tests.data.backups.ground import ADMIN, county_of, listed, made
from tests.moment import NOW


@pytest.fixture
def county(filled: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return county_of(filled, tmp_path, monkeypatch)


def drilled(engine: Engine) -> Drill:
    return drill_ordered(engine, making.take_drill(engine, actor=ADMIN.actor, now=NOW), clock=lambda: NOW)


def found(drill: Drill) -> dict[str, str]:
    return {proof.what: proof.state for proof in drill.proofs}


def words(drill: Drill, what: str) -> str:
    return next(proof.words for proof in drill.proofs if proof.what == what)


def content(engine: Engine) -> str:
    with engine.connect() as connection:
        held = {
            name: connection.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar() for name in model.metadata.tables
        }
    return str(sorted(held.items()))


def test_a_good_backup_is_proven_whole(county: Engine):
    made(county)
    drill = drilled(county)
    assert found(drill) == dict.fromkeys(("文件", "恢复", "数字", "核对", "档案", "日志"), PROVEN)
    assert drill.passed and drill.outcome == "通过"
    assert "3 份都在" in words(drill, "档案") and "根密钥" in words(drill, "日志")
    rows = sum(listed(county)[0].facts["rows"].values())
    assert f"{rows:,} 行" in words(drill, "数字")


def test_what_it_found_is_put_down_with_the_backup_and_nothing_else_changes(county: Engine):
    made(county)
    before = content(county)
    drill = drilled(county)
    assert content(county) == before
    assert listed(county)[0].drill == drill
    assert not beside(county, "trial").exists() and work.at_work(county, NOW) is None
    with county.connect() as connection:
        if not is_sqlite(county):
            named = text("SELECT COUNT(*) FROM pg_database WHERE datname LIKE :name")
            own = {"name": f"{county.url.database}_%"}
            assert connection.execute(named, own).scalar() == 0


def test_what_happened_since_is_no_fault_of_the_backup(county: Engine):
    made(county)
    with writing(county) as connection:
        connection.execute(model.visit.delete())
    made(county, NOW + timedelta(days=1))
    making.work.remove(listed(county)[0].file, "")  # the newest is gone: the one before is tried
    assert drilled(county).passed


def test_a_file_that_was_cut_short_says_so(county: Engine):
    run = made(county)
    whole = run.file.read_bytes()
    run.file.write_bytes(whole[: len(whole) // 2])
    drill = drilled(county)
    assert found(drill) == {"文件": FAILED, "恢复": FAILED} and drill.outcome == "没有通过"
    assert "校验值不符" in words(drill, "文件") and len(words(drill, "恢复").splitlines()) == 1
    assert listed(county)[0].drill == drill


def test_one_in_which_rows_were_changed_is_told_by_figures_cube_and_log(county: Engine):
    """Whoever changed it restored the file's digest as well: what it holds gives it away."""
    run = made(county)
    if not is_sqlite(county):
        pytest.skip("a dump cannot be edited in place")
    with closing(sqlite3.connect(run.file)) as kept:
        kept.execute("DELETE FROM visit WHERE household_id IN (SELECT household_id FROM visit LIMIT 9)")
        kept.execute("UPDATE access_log SET detail = 'other' WHERE id = (SELECT MIN(id) FROM access_log)")
        kept.commit()
    with writing(county) as connection:
        digest = hashlib.sha256(run.file.read_bytes()).hexdigest()
        connection.execute(model.backup_run.update().values(digest=digest))
    drill = drilled(county)
    assert found(drill) == {
        "文件": PROVEN, "恢复": PROVEN, "数字": FAILED, "核对": FAILED, "档案": PROVEN, "日志": FAILED,
    }  # fmt: skip
    assert "visit 表应有" in words(drill, "数字") and "汇总" in words(drill, "核对")
    assert "与现在库里的不同" in words(drill, "日志")


def test_archives_that_are_missing_or_rotten_are_counted(county: Engine, tmp_path: Path):
    made(county)
    home = tmp_path / "backup" / "archives"
    one, two, _ = sorted(path.name for path in home.glob("??/*"))
    archive_files.place(home, one).unlink()
    archive_files.place(home, two).write_bytes(b"rotten")
    drill = drilled(county)
    assert found(drill)["档案"] == FAILED and "缺 1 份；抽查 2 份，损坏 1 份" in words(drill, "档案")
    assert drill.failed


def test_without_the_root_key_it_says_what_was_not_proven(county: Engine):
    made(county)
    root_file(county).unlink()
    drill = drilled(county)
    assert found(drill)["日志"] == PROVEN and "audit verify" in words(drill, "日志")


def test_a_running_log_that_was_cut_is_found_by_the_backup(county: Engine):
    made(county)
    with writing(county) as connection:
        last = connection.execute(select(model.access_log.c.id).order_by(model.access_log.c.id.desc())).scalar()
        connection.execute(model.access_log.delete().where(model.access_log.c.id == last))
    assert f"第 {last} 行" in words(drilled(county), "日志")


def test_a_trial_that_was_killed_is_told_and_its_store_goes_with_the_next(county: Engine):
    run = made(county)
    ordered = work.take(county, DRILL, run.file, actor=ADMIN.actor, now=NOW, run=run.id)
    if is_sqlite(county):
        beside(county, "trial").mkdir()
        (beside(county, "trial") / "trial.db").write_bytes(b"left")
    work.settle(county, NOW + timedelta(hours=1))
    told = listed(county)[0].drill
    assert told is not None and told.failed and "没有完成" in told.proofs[0].words and told.at == ordered.begun
    assert drilled(county).passed and not beside(county, "trial").exists()


def test_a_server_whose_role_may_make_no_database_says_what_is_not_proven(county: Engine):
    if is_sqlite(county):
        pytest.skip("a file may always be made")
    run = made(county)
    poor = f"poor_{county.url.database}"
    with county.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE ROLE {poor} LOGIN IN ROLE pg_read_all_data"))
    engine = open_engine(county.url.set(username=poor).render_as_string(hide_password=False))
    drill = drills.drill(engine, run.file, run, clock=lambda: NOW, tell=lambda *_: None)
    engine.dispose()
    assert found(drill) == {"文件": PROVEN, "恢复": OPEN}
    assert not drill.passed and not drill.failed and drill.outcome == "没有做成"
    assert "CREATEDB" in words(drill, "恢复") and "没有证明" in words(drill, "恢复")


def test_a_database_of_the_trials_name_that_is_anothers_stays(county: Engine):
    if is_sqlite(county):
        pytest.skip("a folder of the store's own name is the store's")
    made(county)
    name = f"{county.url.database}_trial"
    with county.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        assert found(drilled(county))["恢复"] == FAILED
        assert connection.execute(text(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")).scalar() == 1
        connection.execute(text(f"DROP DATABASE {name}"))


def test_the_command_says_each_thing_and_by_its_exit_whether_it_held(county: Engine, tmp_path: Path, capsys):
    url = county.url.render_as_string(hide_password=False)
    assert main(["--database", url, "drill"]) == 1
    assert "还没有备份" in capsys.readouterr().err
    run = made(county)
    assert main(["--database", url, "drill"]) == 0
    assert "恢复演练通过" in capsys.readouterr().out
    stray = tmp_path / "stray.db"
    stray.write_bytes(run.file.read_bytes())
    assert main(["--database", url, "drill", str(stray)]) == 1  # its archives do not lie beside it
    told = capsys.readouterr().out
    assert "未证 文件" in told and "不符 档案" in told and "属实 核对" in told
    stray.write_bytes(b"no backup")
    assert main(["--database", url, "drill", str(stray)]) == 1
    assert "没有通过" in capsys.readouterr().out
    assert main(["--database", url, "drill", str(tmp_path / "absent")]) == 1
