"""Tables that are not laid out as the template is: what is plain is read and told, what is not is asked."""

import pytest

from tests.data.intake.foreign import HOUSES, Reading, write_rows

HOUSE = ["H1", "990181001001", "张三", "脱贫户"]
OTHER = ["H2", "990181001001", "李四", "脱贫户"]
LINES = ["户编号", "月份", "科目", "金额"]


@pytest.fixture
def read(tmp_path):
    """What is read of a workbook of the given sheets."""

    def reading(sheets, answers=None, merged=None, name="a.xlsx"):
        return Reading(write_rows(tmp_path / name, sheets, merged or {}), answers=answers or {})

    return reading


# names of sheets ------------------------------------------------------------------------------------------------------


def test_a_sheet_of_a_near_name_is_asked_about_and_read_when_it_is_said_to_be_one(read):
    sheets = {"户": [HOUSES, HOUSE], "收支表": [LINES, ["H1", "2026-10", "务工工资", 5]]}
    asked = read(sheets)
    assert asked.asked == {"sheet:a.xlsx:收支表": ["收支", "忽略"]} and asked.waiting == ["sheet:a.xlsx:收支表"]
    yes = read(sheets, {"sheet:a.xlsx:收支表": "收支"})
    assert yes.column("收支", "金额") == ["5"] and not yes.waiting
    assert [sheet.file for sheet in yes.sheets] == ["a.xlsx", "a.xlsx/收支表"]
    no = read(sheets, {"sheet:a.xlsx:收支表": "忽略"})
    assert not no.rows("收支") and no.findings.ignored == ["工作表 收支表"] and not no.waiting


def test_an_answer_to_an_earlier_file_holds_for_the_next_of_the_same_layout(read):
    sheets = {"收支表": [LINES, ["H1", "2026-10", "务工工资", 5]]}
    (question,) = read(sheets).findings.questions
    assert not read(sheets, {question.layout: "收支"}, name="b.xlsx").waiting
    assert read({"收支表": [LINES[::-1], [5, "务工工资", "2026-10", "H1"]]}, {question.layout: "收支"}).waiting


def test_sheets_of_several_villages_are_asked_about_together(read):
    sheets = {"户（青庄村）": [HOUSES, HOUSE], "户（金河村）": [HOUSES, OTHER], "户-1": [HOUSES]}
    asked = read(sheets)
    assert asked.waiting == ["sheet:a.xlsx:户（青庄村）"] and "3 张" in asked.findings.questions[0].text
    named = read({"青庄村": [HOUSES, HOUSE], "金河村": [HOUSES, OTHER]}, {"sheet:a.xlsx:青庄村": "户"})
    assert named.column("户", "户主姓名") == ["张三", "李四"]
    assert [sheet.file for sheet in named.sheets] == ["a.xlsx/青庄村", "a.xlsx/金河村"]


def test_a_sheet_of_another_kind_is_left_out_without_a_question(read):
    reading = read({"户": [HOUSES, HOUSE], "草稿": [["今天", "明天"], ["1", "2"]], "Sheet3": []})
    assert not reading.asked and reading.findings.ignored == ["工作表 草稿", "工作表 Sheet3"]


# headings -------------------------------------------------------------------------------------------------------------


def test_a_title_above_the_headings_is_passed_over_and_told(read):
    rows = [["示范县脱贫户花名册", "", "", ""], [], HOUSES, HOUSE]
    reading = read({"户": rows}, merged={"户": [(0, 0, 0, 3)]})
    assert reading.rows("户") == [(4, dict(zip(HOUSES, HOUSE, strict=True)))]
    assert reading.told == ["3  表头在第 3 行，上面的 2 行没有读"] and not reading.asked


def test_headings_over_two_rows_are_read_as_one(read):
    top, bottom = ["户编号", "村代码", "户主", "", "户类型"], ["", "", "户主姓名", "联系电话", ""]
    reading = read({"户": [top, bottom, ["H1", "990181001001", "张三", "19900000001", "脱贫户"]]})
    assert reading.rows("户")[0] == (
        3,
        {"户编号": "H1", "村代码": "990181001001", "户主姓名": "张三", "联系电话": "19900000001", "户类型": "脱贫户"},
    )


def test_a_row_of_units_belongs_to_the_headings(read):
    rows = [["户编号", "月份", "科目", "金额合计"], ["", "", "", "万元"], ["H1", "2026-10", "务工工资", 1.5]]
    assert read({"收支": rows}).rows("收支") == [
        (3, {"户编号": "H1", "月份": "2026-10", "科目": "务工工资", "金额": "1.5万元"})
    ]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("金额（元）", "1.5"), ("金额（万元）", "1.5万元"), ("金额/万元", "1.5万元"), ("金额:千元", "1.5千元")],
)
def test_units_in_headings_go_to_bare_numbers(read, heading, cell):
    reading = read(
        {"收支": [[*LINES[:3], heading], ["H1", "2026-10", "务工工资", 1.5], ["H1", "2026-9", "务工工资", "2元"]]}
    )
    assert reading.column("收支", "金额") == [cell, "2元"] and not reading.asked
    assert bool(reading.told) == ("（元）" not in heading)


def test_a_unit_above_the_table_goes_to_its_amounts(read):
    reading = read({"收支": [["收支", "", "", "单位：万元"], LINES, ["H1", "2026-10", "务工工资", 1.5]]})
    assert reading.column("收支", "金额") == ["1.5万元"] and any("万元" in line for line in reading.told)


def test_a_unit_that_nobody_knows_is_asked_about(read):
    reading = read({"收支": [[*LINES[:3], "金额（美元）"], ["H1", "2026-10", "务工工资", 1.5]]})
    assert reading.waiting == ["column:收支:金额(美元)"]


def test_other_words_for_a_column_are_read_and_told(read):
    headings = ["户编码", "村编码", "户主", "户类型", "身份证号"]
    reading = read({"户": [headings, [*HOUSE, "x"]]})
    assert reading.column("户", "户主姓名") == ["张三"] and not reading.waiting
    assert reading.told == ["1 户编码 按“户编号”读", "1 村编码 按“村代码”读", "1 户主 按“户主姓名”读"]


def test_a_column_of_a_near_name_is_asked_about(read):
    sheets = {"户": [["户编好", "村代码", "户主姓名", "户类型"], HOUSE]}
    assert read(sheets).asked == {"column:户:户编好": ["户编号", "忽略"]}
    assert read(sheets, {"column:户:户编好": "户编号"}).column("户", "户编号") == ["H1"]
    assert "户编号" not in read(sheets, {"column:户:户编好": "忽略"}).rows("户")[0][1]


def test_a_missing_column_can_be_shown_among_those_that_nobody_knows(read):
    sheets = {"户": [["户编号", "地点", "户主姓名", "户类型"], HOUSE]}
    asked = read(sheets)
    assert asked.asked == {"column:户:地点": ["忽略", "村代码"]} and not asked.waiting
    assert read(sheets, {"column:户:地点": "村代码"}).column("户", "村代码") == ["990181001001"]


def test_an_optional_column_of_a_near_name_is_asked_about_but_stops_nothing(read):
    reading = read({"户": [[*HOUSES, "联系电活"], [*HOUSE, "19900000001"]]})
    assert reading.asked == {"column:户:联系电活": ["联系电话", "忽略"]} and not reading.waiting


def test_a_faulty_cell_is_told_under_the_heading_that_the_user_sees(read):
    reading = read({"户": [["名册", "", "", ""], ["户编码", "村代码", "户主", "户类型"], HOUSE]})
    assert reading.findings.seen == {("户", "a.xlsx"): {"户编号": "户编码", "户主姓名": "户主"}}


def test_sums_and_signatures_below_the_rows_are_no_rows(read):
    rows = [["名册", "", "", ""], HOUSES, HOUSE, ["合计", "1 户", "", ""], ["填表人：王五", "", "", ""], HOUSES, OTHER]
    reading = read({"户": rows})
    assert reading.column("户", "户编号") == ["H1", "H2"]
    list(reading.rows("户"))
    assert {line.split()[0] for line in reading.told} >= {"4", "5", "6"}


# groups ---------------------------------------------------------------------------------------------------------------

PERSONS = ["人编号", "户编号", "姓名", "与户主关系"]


def persons(*houses):
    return [PERSONS, *([f"R{place}", house, "张三", "户主"] for place, house in enumerate(houses))]


def test_merged_cells_are_filled_when_somebody_says_so(read):
    sheets, merged = {"家庭成员": persons("H1", "", "", "H2", "")}, {"家庭成员": [(1, 1, 3, 1)]}
    asked = read(sheets, merged=merged)
    (question,) = asked.findings.questions
    assert (question.id, question.default) == ("fill:家庭成员:户编号", "") and asked.waiting
    assert "2 个" in question.text and question.examples == ("第 3 行填“H1”", "第 4 行填“H1”")
    yes = read(sheets, {question.id: "是"}, merged=merged)
    assert yes.column("家庭成员", "户编号") == ["H1", "H1", "H1", "H2", ""]  # the last is not merged
    no = read(sheets, {question.id: "否"}, merged=merged)
    assert no.column("家庭成员", "户编号") == ["H1", "", "", "H2", ""] and not no.waiting


def test_blanks_below_a_value_are_asked_about_and_left_as_they_are_meanwhile(read):
    sheets = {"家庭成员": persons("H1", "", "", "H2", "")}
    asked = read(sheets)
    assert asked.asked == {"fill:家庭成员:户编号": ["是", "否"]} and not asked.waiting
    assert asked.column("家庭成员", "户编号") == ["H1", "", "", "H2", ""]
    assert read(sheets, {"fill:家庭成员:户编号": "是"}).column("家庭成员", "户编号") == ["H1", "H1", "H1", "H2", "H2"]


def test_one_forgotten_cell_is_no_group(read):
    assert not read({"家庭成员": persons("H1", "H1", "", "H2", "H2", "H3", "H3")}).asked


def test_a_merged_amount_is_that_of_the_first_row_alone(read):
    rows = [LINES, ["H1", "2026-10", "务工工资", 5], ["H2", "2026-10", "务工工资", ""]]
    reading = read({"收支": rows}, merged={"收支": [(1, 3, 2, 3)]})
    assert reading.column("收支", "金额") == ["5", ""] and not reading.asked
    assert reading.told == ["2 金额 合并的单元格只算作第一行的"]


# by months, by kinds of income ----------------------------------------------------------------------------------------


def test_a_table_by_months_is_asked_about_with_its_year(read):
    sheets = {
        "收支": [["户编号", "科目", "1月", "2月", "3月"], ["H1", "务工工资", 10, "", 30], ["H2", "低保金", "", 5, ""]]
    }
    asked = read(sheets)
    assert asked.asked == {"wide:收支": ["2026", "2025", "2024", "忽略"]} and asked.waiting
    reading = read(sheets, {"wide:收支": "2025"})
    assert [(row, *cells.values()) for row, cells in reading.rows("收支")] == [
        (2, "H1", "务工工资", "2025-01", "10"),
        (2, "H1", "务工工资", "2025-03", "30"),
        (3, "H2", "低保金", "2025-02", "5"),
    ]
    (batch,) = next(sheet for sheet in reading.sheets).batches(LINES)
    assert batch.under == ["1月", "3月", "2月"]
    assert not read(sheets, {"wide:收支": "忽略"}).rows("收支")


@pytest.mark.parametrize("months", [["2026-01", "2026-02"], ["2026年1月", "2026年2月"], ["202601", "202602"]])
def test_months_that_say_their_year_need_none(read, months):
    reading = read({"收支": [["户编号", "科目", *months], ["H1", "务工工资", 1, 2]]}, {"wide:收支": "是"})
    assert reading.column("收支", "月份") == ["2026-01", "2026-02"] and not reading.waiting


def test_year_and_item_of_a_title_hold_for_its_table(read):
    rows = [["2025年务工工资发放表", "", ""], ["户编号", "一月", "二月"], ["H1", 1, 2]]
    asked = read({"收支": rows})
    assert asked.asked == {"wide:收支": ["是", "忽略"]} and "2025年" in asked.findings.questions[0].options["是"]
    reading = read({"收支": rows}, {"wide:收支": "是"})
    assert [tuple(cells.values()) for _, cells in reading.rows("收支")] == [
        ("H1", "务工工资", "2025-01", "1"),
        ("H1", "务工工资", "2025-02", "2"),
    ]


def test_a_table_by_kinds_of_income_becomes_lines(read):
    rows = [["户编号", "月份", "务工工资（元）", "低保金（万元）", "合计"], ["H1", "2026-10", 100, 0.5, 5100]]
    reading = read({"收支": rows}, {"wide:收支": "是"})
    assert [tuple(cells.values()) for _, cells in reading.rows("收支")] == [
        ("H1", "2026-10", "务工工资", "100"),
        ("H1", "2026-10", "低保金", "0.5万元"),
    ]


def test_months_above_kinds_of_income_are_both_read(read):
    kinds = ["", "务工工资", "低保金", "务工工资", "低保金"]
    rows = [["户编号", "2026年9月", "", "2026年10月", ""], kinds, ["H1", 1, 2, 3, 4]]
    reading = read({"收支": rows}, {"wide:收支": "是"})
    found = [(cells["月份"], cells["科目"], cells["金额"]) for _, cells in reading.rows("收支")]
    assert found[:2] == [("2026-09", "务工工资", "1"), ("2026-09", "低保金", "2")]
    assert found[2:] == [("2026-10", "务工工资", "3"), ("2026-10", "低保金", "4")]


def test_months_without_a_year_in_their_column_are_asked_about(read):
    rows = [LINES, ["H1", "9月", "务工工资", 1], ["H1", "10月", "务工工资", 2]]
    assert read({"收支": rows}).asked == {"year:收支": ["2026", "2025", "2024"]}
    assert read({"收支": rows}, {"year:收支": "2026"}).column("收支", "月份") == ["2026-09", "2026-10"]
