"""An import with something to ask: nothing is written before it is answered, at the command line as well."""

import openpyxl
import pytest

from data.commands.parser import main
from data.intake import import_files
from data.intake.report import write_marked_copy
from data.store.engine import open_engine
from tests.data.intake.books import HOUSE, OTHER_HOUSE, sound_book, write_xlsx
from tests.data.intake.foreign import write_rows
from tests.moment import NOW

WIDE = [["2026年农户收入", "", "", ""], ["户编号", "科目", "9月", "10月"]]


@pytest.fixture
def store(migrated_sqlite, tmp_path):
    """A store with the sound book."""
    (tmp_path / "store.db").write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    assert import_files(engine, [write_xlsx(tmp_path / "sound.xlsx", sound_book())], now=NOW, rebuild=False).wrote
    return engine


def lines(engine):
    with engine.connect() as connection:
        sql = "SELECT month % 12 + 1, wage_work_fen FROM ledger WHERE wage_work_fen IS NOT NULL ORDER BY 1"
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_nothing_is_written_before_every_question_is_answered(store, tmp_path):
    rows = [*WIDE, [HOUSE, "务工工资", 100, ""], [OTHER_HOUSE, "务工工资", "", 5.5]]
    path = write_rows(tmp_path / "a.xlsx", {"收入表": rows})
    before = lines(store)
    asked = import_files(store, [path], now=NOW, rebuild=False)
    assert [one.id for one in asked.waiting] == ["sheet:a.xlsx:收入表", "wide:收入表"] and not asked.wrote
    one = import_files(store, [path], now=NOW, rebuild=False, answers={"sheet:a.xlsx:收入表": "收支"}, valid_rows=True)
    assert [question.id for question in one.waiting] == ["wide:收入表"] and not one.wrote
    assert lines(store) == before
    answers = {"sheet:a.xlsx:收入表": "收支", "wide:收入表": "是"}
    result = import_files(store, [path], now=NOW, rebuild=False, answers=answers)
    assert result.wrote and result.rows == {"收支": 2} and not result.refusals
    assert set(lines(store)) - set(before) == {(9, 10_000), (10, 550)}


def test_a_fault_is_told_at_its_own_cell_and_marked_there(store, tmp_path):
    rows = [*WIDE, [HOUSE, "务工工资", 100, "许多"], ["没有这户", "务工工资", "", -3]]
    path = write_rows(tmp_path / "a.xlsx", {"收支": rows})
    answers = {"wide:收支": "是"}
    result = import_files(store, [path], now=NOW, rebuild=False, answers=answers)
    assert not result.wrote
    assert {(one.row, one.column, one.value) for one in result.refusals} >= {
        (3, "10月", "许多"),
        (4, "户编号", "没有这户"),
    }
    write_marked_copy(result, [path], tmp_path / "marked.xlsx", answers)
    page = openpyxl.load_workbook(tmp_path / "marked.xlsx")["收支"]
    assert [cell.value for cell in page[1]][:1] == ["2026年农户收入"] and page["D3"].value == "许多"
    assert page["D3"].comment.text and not page["C3"].comment and page["A4"].comment


def test_the_command_line_asks_in_sentences_and_takes_answers(store, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WARROOM_DATABASE_URL", str(store.url))
    path = write_rows(
        tmp_path / "a.xlsx", {"收支表": [["户编号", "月份", "科目", "金额"], [HOUSE, "202610", "养老金", 123.4]]}
    )
    assert main(["import", str(path)]) == 1
    said = capsys.readouterr().err
    assert "是不是“收支”表？" in said and "--answer 'sheet:a.xlsx:收支表=答案'" in said and "未写入任何数据" in said
    assert main(["import", str(path), "--answer", "sheet:a.xlsx:收支表=收支"]) == 0
    assert "收支 1 行" in capsys.readouterr().out
    assert main(["import", str(path), "--answer", "收支"]) == 1
    assert "--answer 应写成" in capsys.readouterr().err
