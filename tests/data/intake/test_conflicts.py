"""A file cannot undo work: what somebody entered after it was current stands, unless it is said otherwise."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook
from sqlalchemy import select

from data import model
from data.access.viewer import Viewer
from data.commands.parser import main
from data.households.edits import Edit, commit, undo
from data.intake import import_files
from data.store.engine import open_engine
from data.workbook.exporting import export_workbook
from data.workbook.sheets import SHEET
from data.workbook.stamp import Stamp, modified, stamp_of
from tests.data.intake.books import HOUSE, sound_book, told, write_folder, write_xlsx
from tests.moment import NOW

ADMIN = Viewer("admin", "")
LATER, LATEST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
UNSAFE = Edit("household", {}, {"housing_safe": 1}, {"housing_safe": 0})
WAGE = Edit("ledger", {"month": 24321}, {"wage_work_fen": 235_050}, {"wage_work_fen": 300_000})


def fill(engine):
    import_files(engine, [_first], now=NOW)


@pytest.fixture(scope="module", autouse=True)
def first(tmp_path_factory):
    global _first
    _first = write_xlsx(tmp_path_factory.mktemp("first") / "年初.xlsx", sound_book())


@pytest.fixture
def store(filled):
    return filled(fill, own=True)


def taken_out(engine, path, at=NOW):
    with engine.connect() as connection:
        export_workbook(connection, ADMIN, path, now=at)
    return path


def take(engine, file, **options):
    return import_files(engine, [file], **{"now": LATEST, "rebuild": False, **options})


def cell(engine, table, name, **key):
    with engine.connect() as connection:
        here = [table.c[column] == value for column, value in key.items()]
        return connection.execute(select(table.c[name]).where(*here)).scalar()


def test_a_stale_workbook_changes_nothing_that_was_entered_since(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    commit(store, ADMIN, 1, [UNSAFE, WAGE], what="核实住房和收入", now=LATER)
    result = take(store, stale)
    assert not result.wrote and result.refusals == [] and not result.overwritten
    assert [(i.sheet, i.column, i.value) for i in result.conflicts] == [
        ("户", "住房安全", "是"), ("收支", "金额", "2,350.50 元"),
    ]  # fmt: skip
    assert f"{HOUSE} 在系统里是“否”（管理员 2026-11-22 10:30 填写）；保留系统里的" in result.conflicts[0].reason
    assert f"{HOUSE} 2026-10 务工工资 在系统里是“3,000.00 元”" in result.conflicts[1].reason
    assert cell(store, model.household, "housing_safe", id=1) == 0
    assert cell(store, model.ledger, "wage_work_fen", household_id=1, month=24321) == 300_000


def test_the_rest_of_the_row_is_written(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    commit(store, ADMIN, 1, [UNSAFE], what="核实住房", now=LATER)
    book = load_workbook(stale)
    page = book["户"]
    page.cell(2, [one.value for one in page[1]].index("联系电话") + 1).value = "19900000777"
    book.save(stale)
    result = take(store, stale)
    assert len(result.conflicts) == 1 and result.changed == 1
    assert cell(store, model.household, "phone", id=1) == "19900000777"
    assert cell(store, model.household, "housing_safe", id=1) == 0


def test_overwriting_takes_the_file_and_the_history_tells_both(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    commit(store, ADMIN, 1, [UNSAFE, WAGE], what="核实住房和收入", now=LATER)
    result = take(store, stale, overwrite=True)
    assert result.overwritten and len(result.conflicts) == 2 and result.changed == 3  # its check too
    assert cell(store, model.household, "housing_safe", id=1) == 1
    assert told(store) == [
        ("导入", "导入：旧.xlsx", [
            ("户信息", "住房安全", "否", "是"), ("收支 2026年10月", "务工工资", "3,000.00 元", "2,350.50 元"),
        ]),
        ("管理员", "核实住房和收入", [
            ("户信息", "住房安全", "是", "否"), ("收支 2026年10月", "务工工资", "2,350.50 元", "3,000.00 元"),
        ]),
    ]  # fmt: skip


def test_first_rows_are_noted_by_their_run_alone(store, tmp_path):
    more = {"户编号": HOUSE, "月份": "2026-10", "科目": "低保金", "金额": "500"}
    assert take(store, write_folder(tmp_path / "csv", {"收支": [more]})).changed == 1
    assert told(store) == [] == told(store, 2)


def test_a_workbook_taken_out_after_the_entry_is_no_conflict(store, tmp_path):
    commit(store, ADMIN, 1, [UNSAFE], what="核实住房", now=LATER)
    fresh = taken_out(store, tmp_path / "新.xlsx", at=LATER + timedelta(minutes=1))
    book = load_workbook(fresh)
    page = book["户"]
    page.cell(2, [one.value for one in page[1]].index("住房安全") + 1).value = "是"
    book.save(fresh)
    result = take(store, fresh)
    assert result.conflicts == [] and result.changed == 2  # its check too
    assert told(store)[0] == ("导入", "导入：新.xlsx", [("户信息", "住房安全", "否", "是")])


def test_of_a_foreign_file_it_is_asked_or_its_last_saving_counts_and_nothing_said_is_oldest(store, tmp_path):
    commit(store, ADMIN, 1, [UNSAFE], what="核实住房", now=LATER)
    book = {"户": sound_book()["户"]}
    folder = write_folder(tmp_path / "csv", book)
    assert len(take(store, folder).conflicts) == 1
    assert len(take(store, folder, as_of=NOW.isoformat()).conflicts) == 1
    assert len(take(store, folder, as_of=(LATEST + timedelta(days=1)).isoformat()).conflicts) == 1  # is not yet
    foreign = write_xlsx(tmp_path / "别处.xlsx", book)
    saved = load_workbook(foreign)
    saved.properties.modified = LATER - timedelta(hours=9)  # UTC
    saved.save(foreign)
    assert stamp_of(foreign) is None and modified(foreign) > LATER.isoformat()
    assert take(store, folder, as_of=LATEST.isoformat()).conflicts == []
    assert cell(store, model.household, "housing_safe", id=1) == 1


def test_a_visit_taken_away_does_not_come_back(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    content = '一行\n又一行，“引号”,"和逗号"'
    before = {"helper": "BF1", "visited": "2026-11-22", "occasion": "日常走访", "content": content}
    gone = Edit("visit", {"code": "ZF1"}, before, None)
    commit(store, ADMIN, 1, [gone], what="删去误记的走访", now=LATER)
    result = take(store, stale)
    assert not result.wrote and [(i.sheet, i.value) for i in result.conflicts] == [("走访", "ZF1")]
    assert cell(store, model.visit, "visited", code="ZF1") is None
    assert take(store, stale, overwrite=True).changed == 1
    assert cell(store, model.visit, "visited", code="ZF1") == "2026-11-22"
    (who, _, fields), _ = told(store)
    assert who == "导入" and ("走访 2026-11-22", "事由", "未填", "日常走访") in fields


def test_a_line_taken_away_does_not_come_back(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    gone = Edit("ledger", {"month": 24321}, {"wage_work_fen": 235_050}, {"wage_work_fen": None})
    commit(store, ADMIN, 1, [gone], what="删去误记的工资", now=LATER)
    assert len(take(store, stale).conflicts) == 1
    assert cell(store, model.ledger, "wage_work_fen", household_id=1, month=24321) is None
    take(store, stale, overwrite=True)
    assert told(store)[0][2] == [("收支 2026年10月", "务工工资", "未填", "2,350.50 元")]


def test_what_was_taken_back_is_what_was_entered_last(store, tmp_path):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    undo(store, ADMIN, commit(store, ADMIN, 1, [UNSAFE], what="核实住房", now=LATER), now=LATER)
    result = take(store, stale)
    assert result.conflicts == [] and not result.wrote


def test_the_command_lists_conflicts_keeps_them_and_says_how_to_take_them(store, tmp_path, capsys):
    stale = taken_out(store, tmp_path / "旧.xlsx")
    commit(store, ADMIN, 1, [UNSAFE], what="核实住房", now=LATER)
    call = ["--database", store.url.render_as_string(hide_password=False), "import", str(stale)]
    assert main(call) == 1
    told = capsys.readouterr().out
    assert "冲突：户 第 2 行 住房安全“是”" in told and "1 处冲突" in told and "--overwrite" in told
    assert main([*call, "--overwrite"]) == 0
    assert "已按文件改写" in capsys.readouterr().out
    assert main([*call, "--as-of", "2999-01-01"]) == 1 and "--as-of" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.xlsx", "out.zip"])
def test_what_is_taken_out_says_of_which_data_it_is(store, tmp_path, name):
    assert stamp_of(taken_out(store, tmp_path / name)) == Stamp(1, NOW.isoformat(timespec="seconds"))


_FIELDS = {
    "phone": some.sampled_from([None, "19900000001", "19900000002"]),
    "cause": some.sampled_from([None, "因病", "因残"]),
    "housing_safe": some.sampled_from([None, 0, 1]),
    "risk_removed": some.sampled_from([None, "2025-01-01"]),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entered=some.fixed_dictionaries({}, optional=_FIELDS), overwrite=some.booleans())
def test_whatever_is_entered_stands_against_an_older_file_or_the_history_tells(
    migrated_sqlite, tmp_path, entered, overwrite
):
    for left in tmp_path.glob("one.db*"):
        left.unlink()
    (tmp_path / "one.db").write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")
    fill(engine)
    (tmp_path / "旧.xlsx").unlink(missing_ok=True)
    stale = taken_out(engine, tmp_path / "旧.xlsx")

    def stands():
        return {name: cell(engine, model.household, name, id=1) for name in _FIELDS}

    before = stands()
    changed = {name: value for name, value in entered.items() if value != before[name]}
    if changed:
        edit = Edit("household", {}, {name: before[name] for name in changed}, changed)
        commit(engine, ADMIN, 1, [edit], what="改", now=LATER)
    result = take(engine, stale, overwrite=overwrite)
    filed = {name for name in changed if before[name] is not None}  # an empty cell leaves as it is
    assert {issue.column for issue in result.conflicts} == {_heading(name) for name in filed}
    after = stands()
    assert after == before | changed | ({name: before[name] for name in filed} if overwrite else {})
    imports = [fields for who, _, fields in told(engine) if who == "导入"]
    assert [{label for _, label, _, _ in fields} for fields in imports] == (
        [{_heading(name) for name in filed}] if overwrite and filed else []
    )
    engine.dispose()


def _heading(name):
    return SHEET["户"].column(name).heading
