"""The log on the command line: it is verified, looked up, taken away and kept over a restore."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, delete, select, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.mending import keep_lines, kept_file
from data.audit.state import root_file, state_file
from data.audit.verify import verified
from data.commands.parser import main
from data.households.edits import Edit, write_history
from data.store.engine import open_engine, writing
from data.text.formulas import defused
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

LOG = model.access_log


@pytest.fixture
def store(engine: Engine) -> Engine:
    look(engine, "=cmd|'/c calc'!A1", "192.0.2.1", 901)
    look(engine, "person:7", "192.0.2.2", 902)
    with writing(engine) as connection:
        person = {"id": 7, "name": "张三", "made": "2026-11-01T00:00:00", "actor": "command"}
        connection.execute(model.person.insert().values(person))
        audit.wrote(connection, "person", [7], actor="command", view="account", now=NOW)
    return engine


def look(engine: Engine, actor: str, address: str, household: int, *, hours: int = 0) -> None:
    with writing(engine) as connection:
        now = NOW + timedelta(hours=hours)
        mine = {"actor": actor, "address": address, "households": [household], "now": now}
        audit.enter(connection, view="print", detail="明白卡（PDF） · 1 户", **mine)


def change(engine: Engine) -> None:
    with writing(engine) as connection:
        edit = Edit("household", {"id": 901}, {"phone": None}, {"phone": "1"})
        write_history(connection, Viewer("village", VILLAGE), {901: [edit]}, what="修改", now=NOW)


def run(engine: Engine, *arguments: str) -> int:
    return main(["--database", engine.url.render_as_string(hide_password=False), *arguments])


def views(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(LOG.c.view).order_by(LOG.c.id)).scalars())


def test_a_whole_log_is_said_to_be_whole_and_its_end_is_told(store: Engine, capsys: pytest.CaptureFixture):
    assert run(store, "audit", "verify") == 0
    said = capsys.readouterr().out
    end = said.partition("止于 ")[2].partition("。")[0]
    assert "日志完好" in said and str(root_file(store)) in said
    look(store, "x", "192.0.2.1", 901)
    assert run(store, "audit", "verify", "--end", end) == 0
    assert run(store, "audit", "verify", "--end", end.replace("·", " ")) == 0
    assert run(store, "audit", "verify", "--end", f"{end.partition('·')[0]}·00000000") == 1


def test_a_log_that_was_touched_is_exit_one_and_the_first_line_is_named(store: Engine, capsys: pytest.CaptureFixture):
    with writing(store) as connection:
        ids = list(connection.execute(select(LOG.c.id).order_by(LOG.c.id)).scalars())
        connection.execute(update(LOG).where(LOG.c.id == ids[1]).values(actor="x"))
        connection.execute(update(model.import_run).values(files="x"))
    assert run(store, "audit", "verify") == 1
    assert f"最早查出的是“第 {ids[1]} 行被改动" in capsys.readouterr().out


def test_without_the_root_key_it_is_said_that_not_all_was_checked(store: Engine, tmp_path: Path, capsys):
    look(store, "x", "192.0.2.1", 901, hours=1)
    away = tmp_path / "elsewhere"
    root_file(store).rename(away)
    assert run(store, "audit", "verify") == 3
    assert "--key" in capsys.readouterr().out
    assert run(store, "audit", "verify", "--key", str(away)) == 0
    assert run(store, "audit", "verify", "--key", str(tmp_path / "none")) == 1


def test_after_a_loss_nothing_is_written_until_the_reason_stands_in_the_log(store: Engine, capsys):
    state_file(store).unlink()
    assert run(store, "settings", "--set", "hotline", "12345") == 1
    assert "audit accept" in capsys.readouterr().err
    assert run(store, "audit", "accept", "--reason", "磁盘更换，状态文件遗失") == 0
    assert run(store, "settings", "--set", "hotline", "12345") == 0
    capsys.readouterr()
    assert run(store, "audit", "verify") == 0
    assert "磁盘更换，状态文件遗失" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        (["--who", "张三"], "192.0.2.2", "192.0.2.1"),
        (["--who", "person:7"], "192.0.2.2", "192.0.2.1"),
        (["--address", "192.0.2.1"], "192.0.2.1", "192.0.2.2"),
        (["--view", "打印", "--address", "192.0.2.2"], "明白卡", "导入数据"),
        (["--view", "log"], "接管已有的", "明白卡"),
        (["--since", "2026-11-23", "--view", "print"], "共 0 行", "明白卡"),
        (["--until", "2026-11-21"], "共 0 行", "明白卡"),
        (["--since", "2026-11-22", "--until", "2026-11-22", "--view", "print"], "共 2 行", "导入数据"),
    ],
)
def test_lines_are_looked_up(store: Engine, asked: list[str], shown: str, hidden: str, capsys):
    assert run(store, "audit", "search", *asked) == 0
    said = capsys.readouterr().out
    assert shown in said and hidden not in said
    assert views(store)[-1] == "command"


def test_lines_of_one_household_are_looked_up_by_its_code(store: Engine, capsys: pytest.CaptureFixture):
    with store.connect() as connection:
        code = connection.execute(select(model.household.c.code).where(model.household.c.id == 902)).scalar_one()
    assert run(store, "audit", "search", "--household", code) == 0
    said = capsys.readouterr().out
    assert "共 1 行" in said and "张三" in said


def test_nonsense_is_refused_in_words(store: Engine, tmp_path: Path, capsys: pytest.CaptureFixture):
    for arguments, said in (
        (["search", "--since", "昨天"], "不是日期"),
        (["search", "--view", "偷看"], "没有“偷看”"),
        (["verify", "--end", "12"], "--end"),
        (["accept", "--reason", "好"], "完好"),
        (["export", str(tmp_path / "log.txt")], ".xlsx"),
    ):
        assert run(store, "audit", *arguments) == 1
        assert said in capsys.readouterr().err


def test_the_log_is_taken_away_as_a_workbook_that_runs_nothing_and_that_is_logged(store: Engine, tmp_path: Path):
    target = tmp_path / "log.xlsx"
    assert run(store, "audit", "export", str(target), "--view", "print") == 0
    assert target.stat().st_mode & 0o777 == 0o600
    cells = [cell for row in openpyxl.load_workbook(target).active.iter_rows() for cell in row if cell.value]
    assert "明白卡（PDF） · 1 户" in {cell.value for cell in cells} and not [
        one for one in cells if one.data_type == "f"
    ]
    assert views(store)[-1] == "export"
    assert run(store, "audit", "export", str(target)) == 1


def test_the_log_is_taken_away_as_csv_in_which_no_text_is_a_formula(store: Engine, tmp_path: Path):
    with writing(store) as connection:
        told = {"view": "print", "households": [None], "detail": "=1+1", "now": NOW}
        audit.enter(connection, actor="county:99:", address="192.0.2.1", **told)
    target = tmp_path / "log.csv"
    assert run(store, "audit", "export", str(target), "--view", "print") == 0
    assert target.stat().st_mode & 0o777 == 0o600
    head, *rows = csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig")))
    assert head[-1] == "内容" and rows[-1][-1] == defused("=1+1") != "=1+1"


def test_a_backup_has_the_end_of_the_log_beside_it(store: Engine, tmp_path: Path):
    target = tmp_path / "kept" / "backup.db"
    target.parent.mkdir()
    assert run(store, "backup", str(target)) == 0
    end = Path(f"{target}.log-end")
    assert end.stat().st_mode & 0o777 == 0o600
    assert run(store, "audit", "verify", "--end", end.read_text().strip()) == 0
    assert views(store)[-1] == "backup"


def test_lines_written_since_a_backup_are_kept_when_it_is_put_back(store: Engine, tmp_path: Path):
    target = tmp_path / "kept" / "backup.db"
    target.parent.mkdir()
    change(store)
    assert run(store, "backup", str(target)) == 0
    change(store)
    look(store, "late", "192.0.2.9", 901)
    before = views(store)
    assert run(store, "restore", str(target)) == 0
    store.dispose()
    assert views(store) == [*before, "restored"]
    assert verified(store).faults == [] and not kept_file(store).exists()
    change(store)  # with the number of the one that is gone again
    assert verified(store).faults == []
    with writing(store) as connection:
        connection.execute(update(model.change).values(actor="x"))
    assert verified(store).faults


def test_a_restore_that_is_refused_leaves_all_as_it_was(store: Engine, tmp_path: Path):
    (tmp_path / "nonsense.db").write_text("nonsense")
    before = views(store)
    assert run(store, "restore", str(tmp_path / "nonsense.db")) == 1
    assert views(store) == before and not kept_file(store).exists()


def test_a_backup_on_a_machine_without_its_keys_goes_on_with_a_new_one_and_says_so(
    store: Engine, tmp_path: Path, capsys: pytest.CaptureFixture
):
    target = tmp_path / "kept" / "backup.db"
    target.parent.mkdir()
    change(store)
    assert run(store, "backup", str(target)) == 0
    before = views(store)
    for path in (state_file(store), root_file(store)):
        path.unlink()
    with writing(store) as connection:
        for table in (LOG, model.change, model.import_run):
            connection.execute(delete(table))
    look(store, "early", "192.0.2.9", 901)  # of the new machine, before the backup came
    assert run(store, "restore", str(target)) == 0
    store.dispose()
    held, added = views(store)[: len(before)], views(store)[len(before) :]
    assert held == before and added[:2] == ["gap", "restored"] and added[-1] == "print" and {*added[2:-1]} == {"log"}
    verdict = verified(store)
    assert verdict.faults == [] and any("恢复备份" in one for one in verdict.accepted)


def test_lines_that_wait_since_a_restore_that_was_broken_off_are_not_written_over(store: Engine, tmp_path: Path):
    look(store, "late", "192.0.2.9", 901)
    keep_lines(store)
    held = kept_file(store).read_text()
    assert kept_file(store).stat().st_mode & 0o777 == 0o600
    with writing(store) as connection:  # as a backup that was put back, and then the power went
        last = connection.execute(select(LOG.c.id).order_by(LOG.c.id.desc())).scalar()
        connection.execute(delete(LOG).where(LOG.c.id == last))
    keep_lines(store)
    assert kept_file(store).read_text() == held


def test_another_process_finds_the_state_beside_the_store(store: Engine):
    other = open_engine(store.url.render_as_string(hide_password=False))
    look(other, "x", "192.0.2.1", 901)
    look(store, "x", "192.0.2.1", 901)
    other.dispose()
    assert verified(store).faults == []
