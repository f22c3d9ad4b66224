"""What an empty cell, 清空, 无 and — say of a row that stands, and of a new one."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from data import model
from data.intake import import_files
from tests.data.intake.books import HOUSE, OTHER_HOUSE, VILLAGE, sound_book, told, write_folder, write_xlsx
from tests.moment import NOW


def _fill(engine):
    book = {name: rows for name, rows in sound_book().items() if name not in ("户变动", "监测", "监测步骤")}
    with TemporaryDirectory() as folder:
        assert import_files(engine, [write_xlsx(Path(folder) / "first.xlsx", book)], now=NOW).refusals == []


@pytest.fixture
def store(filled):
    """With a household whose columns say all of it: no history speaks for them."""
    return filled(_fill, own=True)


def take(engine, tmp_path, sheet, *rows, **options):
    folder = write_folder(tmp_path / f"csv{len(list(tmp_path.iterdir()))}", {sheet: list(rows)})
    return import_files(engine, [folder], now=NOW, rebuild=False, **options)


def household(engine, id=1):
    with engine.connect() as connection:
        return connection.execute(select(model.household).where(model.household.c.id == id)).mappings().one()


def lines(engine, id=1):
    with engine.connect() as connection:
        rows = connection.execute(select(model.ledger).where(model.ledger.c.household_id == id)).mappings().all()
    return {
        (row["month"], name): value
        for row in rows
        for name, value in row.items()
        if name.endswith("_fen") and value is not None
    }


def test_an_empty_cell_leaves_every_stored_value_and_required_ones_are_asked_of_new_rows_only(store, tmp_path):
    before = household(store)
    assert take(store, tmp_path, "户", {"户编号": HOUSE}).changed == 0
    assert household(store) == before
    result = take(store, tmp_path, "户", {"户编号": HOUSE, "住址": "东头"}, {"户编号": "NEW", "住址": "西头"})
    assert {(issue.row, issue.column, issue.reason) for issue in result.refusals} == {
        (3, heading, "必填，不能为空") for heading in ("村代码", "户主姓名", "户类型")
    }
    assert take(store, tmp_path, "户", {"户编号": HOUSE, "住址": "东头"}).changed == 1
    assert household(store)["address"] == "东头" and household(store)["head"] == "张三"


def test_a_composite_key_that_stands_is_known_too(store, tmp_path):
    stands = {"项目编号": "XM-1", "月份": "2026-08", "实收": "1"}
    result = take(store, tmp_path, "项目收益", stands, {**stands, "月份": "2026-07"})
    assert [(issue.row, issue.column) for issue in result.refusals] == [(3, "应收")]
    assert take(store, tmp_path, "项目收益", stands).changed == 1


@pytest.mark.parametrize(
    ("heading", "name", "text", "after"),
    [
        ("联系电话", "phone", "清空", None), ("联系电话", "phone", "无", None), ("联系电话", "phone", " — ", None),
        ("主要致贫原因", "cause", "无", None), ("其他致贫原因", "other_causes", "—", None),
        ("识别日期", "identified", "清空", None), ("识别日期", "identified", "无", "2014-12-01"),
        ("住房安全", "housing_safe", "清空", None), ("住房安全", "housing_safe", "无", 1),
        ("经度", "lon", "清空", None), ("经度", "lon", "—", 121.51),
        ("户主姓名", "head", "无", "张三"),
    ],
)  # fmt: skip
def test_words_that_empty_a_cell(store, tmp_path, heading, name, text, after):
    result = take(store, tmp_path, "户", {"户编号": HOUSE, heading: text})
    assert result.refusals == [] and household(store)[name] == after
    assert bool(told(store)) == (after is None)


@pytest.mark.parametrize("heading", ["户编号", "户主姓名", "户类型", "村代码"])
def test_what_is_required_is_not_emptied(store, tmp_path, heading):
    row = {"户编号": HOUSE, "村代码": VILLAGE, "户主姓名": "张三", "户类型": "脱贫户", heading: "清空"}
    result = take(store, tmp_path, "户", row)
    assert [(issue.column, issue.reason[:2]) for issue in result.refusals] == [(heading, "必填")]


def test_new_rows_may_say_that_there_is_nothing(store, tmp_path):
    row = {
        "户编号": "NEW",
        "村代码": VILLAGE,
        "户主姓名": "赵",
        "户类型": "一般户",
        "联系电话": "无",
        "识别日期": "清空",
    }
    assert take(store, tmp_path, "户", row).refusals == []
    assert (household(store, 3)["phone"], household(store, 3)["identified"]) == (None, None)


def test_an_emptied_amount_takes_the_line_away_and_with_the_last_one_the_month(store, tmp_path):
    line = {"户编号": HOUSE, "月份": "2026-10", "科目": "务工工资", "金额": "清空"}
    assert take(store, tmp_path, "收支", line).changed == 1
    assert lines(store) == {(24320, "business_crop_fen"): -2000, (24321, "transfer_pension_fen"): 12_340}
    assert told(store)[0][2] == [("收支 2026年10月", "务工工资", "2,350.50 元", "未填")]
    assert take(store, tmp_path, "收支", {**line, "科目": "养老金"}).changed == 1
    with store.connect() as connection:
        assert connection.execute(select(model.ledger.c.month).where(model.ledger.c.household_id == 1)).all() == [
            (24320,)
        ]


def test_an_emptied_total_goes_and_leaves_room_for_months(store, tmp_path):
    total = {"户编号": OTHER_HOUSE, "月份": "2025年度", "科目": "种植业", "金额": "清空"}
    months = [{**total, "月份": f"2025-0{n}", "金额": "10"} for n in (1, 2)]
    assert take(store, tmp_path, "收支", total, *months).refusals == []
    with store.connect() as connection:
        assert connection.execute(select(model.ledger_year.c.last_month)).all() == [(24296,)]
    assert told(store, 2)[0][2] == [("收支 2025年度", "种植业", "−7,800.25 元", "未填")]


def test_a_line_without_an_amount_stays_as_it_is_and_a_new_one_needs_one(store, tmp_path):
    line = {"户编号": HOUSE, "月份": "2026-10", "科目": "务工工资"}
    result = take(store, tmp_path, "收支", line, {**line, "科目": "低保金"})
    assert [(issue.row, issue.column) for issue in result.refusals] == [(3, "金额")]
    before = lines(store)
    assert not take(store, tmp_path, "收支", line).wrote and lines(store) == before


def test_an_end_alone_is_held_against_the_start_that_stands(store, tmp_path):
    result = take(store, tmp_path, "帮扶措施", {"措施编号": "CS1", "结束日期": "2024-12-31", "金额": "7000"})
    assert [(issue.row, issue.column, issue.reason) for issue in result.refusals] == [
        (2, "结束日期", "早于系统里的开始日期（2025-01-01）")
    ]
    assert not result.wrote
    again = take(store, tmp_path, "帮扶措施", {"措施编号": "CS1", "结束日期": "2024-12-31"}, valid_rows=True)
    assert (again.wrote, again.refused_rows) == (False, 1)
    start = take(store, tmp_path, "帮扶措施", {"措施编号": "CS1", "开始日期": "2028-01-01"})
    assert [issue.reason for issue in start.refusals] == ["晚于系统里的结束日期（2027-12-31）"]


def test_one_row_empties_and_another_fills_the_same_cell(store, tmp_path):
    result = take(store, tmp_path, "户", {"户编号": HOUSE, "联系电话": "清空"}, {"户编号": HOUSE, "联系电话": ""})
    assert [issue.row for issue in result.refusals] == [3]


@pytest.mark.parametrize("mark", ["'{}", "’{}", '="{}"', "＝“{}”", " '{} "])
def test_what_keeps_digits_from_being_numbers_is_no_part_of_them(store, tmp_path, mark):
    row = {"户编号": mark.format(HOUSE), "村代码": mark.format(VILLAGE), "识别日期": mark.format("2014-12-02")}
    row |= {"备注": "'引号", "联系电话": mark.format("19900000055")}
    assert take(store, tmp_path, "户", row).refusals == []
    found = household(store)
    assert (found["identified"], found["phone"], found["remark"]) == ("2014-12-02", "19900000055", "'引号")
    line = {"户编号": mark.format(HOUSE), "月份": "2026-10", "科目": "务工工资", "金额": mark.format("1.5")}
    assert take(store, tmp_path, "收支", line).changed == 1 and lines(store)[24321, "wage_work_fen"] == 150
    with store.connect() as connection:
        assert len(connection.execute(select(model.household.c.id)).all()) == 2
