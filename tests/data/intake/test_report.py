"""The report: lines for the console, and the marked copy that can be corrected and imported again."""

from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.intake import import_files
from data.intake.report import lines, write_marked_copy
from tests.data.intake.books import HOUSE, sound_book, write_folder, write_xlsx
from tests.moment import NOW

TODAY = date(2026, 11, 22)
RED = "FFB8352B"


def take(engine, *files, **options):
    return import_files(engine, files, now=NOW, rebuild=False, **options)


def faulty(tmp_path):
    book = sound_book()
    book["户"][1]["户类型"] = "富裕户"
    book["收支"][2]["金额"] = "=1+1"
    book["家庭成员"][0]["证件号码"] = "123"
    return write_xlsx(tmp_path / "a.xlsx", book)


def test_lines_say_where_what_and_why(engine, tmp_path):
    said = lines(take(engine, faulty(tmp_path)))
    assert any(line.startswith("错误：户 第 3 行 户类型“富裕户”：不在可选范围内") for line in said)
    assert any(line.startswith("提醒：家庭成员 第 2 行 证件号码“123”") for line in said)
    assert said[-2:] == ["共 2 处错误，1 处提醒。", "未写入任何数据，请改正后重新导入。"]


def test_lines_stop_at_their_limit_and_count_the_rest(engine, tmp_path):
    said = lines(take(engine, faulty(tmp_path)), limit=1)
    assert "……另有 2 处未列出。" in said and sum(line.startswith(("错误", "提醒")) for line in said) == 1


def test_lines_of_what_was_written(engine, tmp_path):
    assert lines(take(engine, faulty(tmp_path), valid_rows=True))[-1].startswith("已写入，")
    book = write_xlsx(tmp_path / "b.xlsx", {"行政区划": sound_book()["行政区划"]})
    assert lines(take(engine, book))[-1] == "数据与库中一致，没有变化。"


def test_the_copy_marks_the_faulty_cells_and_lists_all_issues(engine, tmp_path):
    path = faulty(tmp_path)
    result = take(engine, path)
    write_marked_copy(result, [path], tmp_path / "marked.xlsx")
    copy = load_workbook(tmp_path / "marked.xlsx")
    assert copy.sheetnames == ["问题清单", *sound_book()]
    marked = {
        (page.title, cell.coordinate, cell.value)
        for page in copy.worksheets
        for row in page.iter_rows()
        for cell in row[:-1]
        if cell.fill.start_color.rgb == RED
    }
    assert marked == {("户", "G3", "富裕户"), ("收支", "D4", "=1+1")}
    assert copy["户"]["G3"].comment.text.startswith("不在可选范围内")
    assert copy["户"]["U1"].value == "问题说明" and "户类型：不在可选范围内" in copy["户"]["U3"].value
    assert copy["收支"]["D4"].data_type == "s"
    listed = list(copy["问题清单"].iter_rows(min_row=2, values_only=True))
    assert [(row[1], row[2], row[3], row[6]) for row in listed] == [
        ("户", 3, "户类型", "错误"),
        ("收支", 4, "金额", "错误"),
        ("家庭成员", 2, "证件号码", "提醒"),
    ]


def test_the_copy_can_be_corrected_and_imported(engine, tmp_path):
    path = faulty(tmp_path)
    write_marked_copy(take(engine, path), [path], tmp_path / "marked.xlsx")
    copy = load_workbook(tmp_path / "marked.xlsx")
    copy["户"]["G3"], copy["收支"]["D4"] = "一般户", "2"
    copy.save(tmp_path / "corrected.xlsx")
    result = take(engine, tmp_path / "corrected.xlsx")
    assert result.wrote and (result.refusals, result.ignored) == ([], [])
    book = sound_book()
    book["户"][1]["户类型"] = "一般户"
    book["收支"][2]["金额"] = "2"
    book["家庭成员"][0]["证件号码"] = "123"
    assert take(engine, write_xlsx(tmp_path / "b.xlsx", book)).changed == 0


def test_of_csv_files_only_sheets_with_issues_are_copied(engine, tmp_path):
    book = sound_book()
    book["走访"][0]["事由"] = "闲逛"
    folder = write_folder(tmp_path / "csv", book)
    write_marked_copy(take(engine, folder), [folder], tmp_path / "marked.xlsx")
    copy = load_workbook(tmp_path / "marked.xlsx")
    assert copy.sheetnames == ["问题清单", "走访"]
    assert copy["走访"]["E2"].fill.start_color.rgb == RED and copy["走访"].max_row == 3


def test_of_a_sheet_beyond_a_workbook_only_the_faulty_rows_are_copied(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("data.intake.report.MOST_ROWS", 3)
    book = sound_book()
    book["收支"][2]["金额"] = "x"
    folder = write_folder(tmp_path / "csv", book)
    write_marked_copy(take(engine, folder), [folder], tmp_path / "marked.xlsx")
    rows = list(load_workbook(tmp_path / "marked.xlsx")["收支"].iter_rows(values_only=True))
    assert rows[0][-1] == "原行号" and [(row[0], row[3], row[-1]) for row in rows[1:]] == [(HOUSE, "x", 4)]


def test_a_copy_of_what_cannot_be_read_still_lists_why(engine, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "户.csv").write_text('户编号,村代码,户主姓名,户类型\n1,"')
    (folder / "走访.csv").write_text("走访编号\nZ1\n")
    write_marked_copy(take(engine, folder), [folder], tmp_path / "marked.xlsx")
    copy = load_workbook(tmp_path / "marked.xlsx")
    assert [row[1] for row in copy["问题清单"].iter_rows(min_row=2, values_only=True)] == ["户", "走访"]
    assert "缺少必填的列" in copy["走访"]["B1"].value


def test_a_copy_that_cannot_list_all_says_how_many_are_left(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("data.intake.issues.MOST_ISSUES", 1)
    path = faulty(tmp_path)
    write_marked_copy(take(engine, path), [path], tmp_path / "marked.xlsx")
    rows = list(load_workbook(tmp_path / "marked.xlsx")["问题清单"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 3 and rows[-1][5].startswith("另有 1 处未列出")


def test_no_whole_id_number_is_told_by_a_warning_a_report_or_its_comments(engine, tmp_path):
    """S8: wherever it stands: in its own column, with a blank in it, in a name, in a code that is refused."""
    number, spoilt = "990181196503080014", "99018119 6503080014"
    book = sound_book()
    book["家庭成员"][0]["证件号码"] = number
    book["家庭成员"][1]["证件号码"] = spoilt
    book["走访"][0]["户编号"] = number
    book["户"][1]["户类型"] = number
    path = write_xlsx(tmp_path / "a.xlsx", book)
    result = take(engine, path)
    assert len(result.refusals) >= 3 and len(result.warnings) == 1
    write_marked_copy(result, [path], tmp_path / "marked.xlsx")
    copy = load_workbook(tmp_path / "marked.xlsx")
    listed = [str(cell.value) for row in copy["问题清单"].iter_rows() for cell in row]
    comments = [cell.comment.text for page in copy for row in page.iter_rows() for cell in row if cell.comment]
    told = "\n".join([*lines(result), *listed, *comments])
    assert told.count("990181********0014") >= 6 and number not in told and spoilt not in told


def test_an_error_of_the_store_quotes_no_value(engine):
    """S8: what goes wrong below is logged by others, whole."""
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM member WHERE name = :name"), {"name": "钱一"})
    assert "钱一" not in str(failed.value)
