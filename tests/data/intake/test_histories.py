"""What an import says of values, villages and households with a day: what stood before keeps its days."""

from datetime import datetime

import pytest
from sqlalchemy import select

from data import model
from data.intake import import_files
from tests.data.intake.books import HOUSE, OTHER_HOUSE, OTHER_VILLAGE, VILLAGE, sound_book, write_folder
from tests.moment import NOW

TODAY = NOW.date().isoformat()
LATER = datetime(2026, 11, 28, 9)


def take(engine, path, now=NOW):
    return import_files(engine, [path], now=now, rebuild=False)


def rows_of(engine, table, *names):
    with engine.connect() as connection:
        columns = [table.c[name] for name in names] or list(table.c)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))]


@pytest.fixture
def book():
    """Regions, households and members without any history."""
    whole = sound_book()
    for member in whole["家庭成员"]:
        for heading in ("加入日期", "加入原因"):
            member.pop(heading, None)
    return {name: whole[name] for name in ("行政区划", "户", "家庭成员")}


@pytest.fixture
def told(engine, book, tmp_path):
    """A function that imports the book as it is by now."""
    number = iter(range(100))

    def tell(now=NOW, **sheets):
        result = take(engine, write_folder(tmp_path / f"b{next(number)}", sheets or book), now)
        assert result.refusals == []
        return result

    return tell


def test_new_records_are_collected_on_the_imports_day_and_keep_theirs(engine, book, told):
    told()
    assert rows_of(engine, model.household, "collected") == [(TODAY,), ("2026-10-28",)]
    assert rows_of(engine, model.member, "collected") == [(TODAY,), ("2026-10-28",)]
    assert not told(LATER).wrote
    book["户"][0]["采集日期"] = "2026-11-25"  # known since before: not less known for having been collected again
    assert not told(LATER).wrote
    book["户"][0]["采集日期"] = "2026-01-05"
    assert told(LATER).changed == 1
    assert rows_of(engine, model.household, "collected")[0] == ("2026-01-05",)


def test_a_changed_value_of_a_member_keeps_what_stood_before(engine, book, told):
    told()
    book["家庭成员"][0] |= {"健康状况": "残疾", "务工月数": "9", "参加医保": "否", "在校状况": "在校"}
    was = book["家庭成员"][0]["与户主关系"]
    book["家庭成员"][0]["与户主关系"] = "父亲"
    told(LATER)
    assert rows_of(engine, model.member_fact) == [
        ("R1", "health", TODAY, "长期慢性病"),
        ("R1", "health", "2026-11-28", "残疾"),
        ("R1", "medical_insured", TODAY, "1"),
        ("R1", "medical_insured", "2026-11-28", "0"),
        ("R1", "relation", TODAY, was),
        ("R1", "relation", "2026-11-28", "父亲"),
        ("R1", "schooling", "2026-11-28", "在校"),
        ("R1", "work_months", TODAY, "6"),
        ("R1", "work_months", "2026-11-28", "9"),
    ]
    assert rows_of(engine, model.member, "health", "work_months", "medical_insured")[0] == ("残疾", 9, 0)
    assert not told(LATER).wrote
    book["家庭成员"][0]["健康状况"] = "清空"
    told(datetime(2026, 12, 1))
    assert rows_of(engine, model.member_fact)[2] == ("R1", "health", "2026-12-01", None)
    assert rows_of(engine, model.member, "health")[0] == (None,)


def test_a_value_of_a_day_before_the_last_known_does_not_become_the_present_one(engine, book, told):
    told()
    book["家庭成员"][0] |= {"健康状况": "健康", "采集日期": "2026-03-01"}
    assert told(LATER).wrote
    assert rows_of(engine, model.member_fact) == [
        ("R1", "health", "2026-03-01", "健康"),
        ("R1", "health", TODAY, "长期慢性病"),
    ]
    assert rows_of(engine, model.member, "health")[0] == ("长期慢性病",)
    assert not told(LATER).wrote


def test_a_mended_roof_leaves_last_month_as_it_was(engine, book, told):
    told()
    book["户"][0] |= {"饮水安全": "是", "住房安全": "是"}
    told(LATER)
    assert rows_of(engine, model.assurance, "household_id", "item", "checked", "secure") == [
        (1, "water", TODAY, 0),
        (1, "water", "2026-11-28", 1),
    ]
    assert rows_of(engine, model.household, "water_safe")[0] == (1,) and not told(LATER).wrote


def test_another_village_is_a_move_on_the_imports_day(engine, book, told):
    told()
    book["户"][0]["村代码"] = OTHER_VILLAGE
    told(LATER)
    moves = rows_of(engine, model.household_move)
    assert moves == [(1, "2026-11-28", VILLAGE, OTHER_VILLAGE, None)]
    assert rows_of(engine, model.household, "village")[0] == (OTHER_VILLAGE,) and not told(LATER).wrote
    book["户"][0] |= {"村代码": VILLAGE}
    told(LATER)  # back on the same day: it never moved
    assert rows_of(engine, model.household_move) == [] and rows_of(engine, model.household, "village")[0] == (VILLAGE,)


def test_another_household_of_a_member_is_a_leaving_and_a_joining(engine, book, told):
    book["家庭成员"][0] |= {"加入日期": "2015-02-01", "加入原因": "婚入"}
    told()
    book["家庭成员"][0] |= {"户编号": OTHER_HOUSE, "采集日期": "2026-11-25"}
    told(LATER)
    assert rows_of(engine, model.member_event) == [
        ("R1", "2015-02-01", "加入", 1, "婚入"),
        ("R1", "2026-11-25", "加入", 2, "其他"),
        ("R1", "2026-11-25", "离开", 1, "其他"),
    ]
    assert rows_of(engine, model.member, "household_id", "joined", "gone")[0] == (2, "2026-11-25", None)
    assert not told(LATER).wrote
    book["家庭成员"][0] |= {"离开日期": "2026-11-27", "离开原因": "死亡"}
    told(LATER)
    assert rows_of(engine, model.member_event)[-1] == ("R1", "2026-11-27", "离开", 2, "死亡")
    assert rows_of(engine, model.member, "gone", "gone_reason")[0] == ("2026-11-27", "死亡")
    assert not told(LATER).wrote


def test_rows_of_a_history_set_the_present_value_and_keep_what_the_column_said(engine, book, told):
    told()
    facts = [
        {"人编号": "R1", "项目": "健康状况", "日期": "2020-01-01", "值": "健康"},
        {"人编号": "R1", "项目": "健康状况", "日期": "2026-11-26", "值": "大病"},
        {"人编号": "R1", "项目": "参加医保", "日期": "2021-01-01", "值": "否"},
    ]
    checks = [
        {"户编号": HOUSE, "保障": "住房", "日期": "2026-11-26", "结论": "未达标"},
        {"户编号": HOUSE, "保障": "饮水", "日期": "2026-11-27", "结论": "存疑"},
    ]
    told(LATER, 成员状况=facts, 保障核实=checks)
    assert rows_of(engine, model.member_fact) == [
        ("R1", "health", "2020-01-01", "健康"),
        ("R1", "health", TODAY, "长期慢性病"),
        ("R1", "health", "2026-11-26", "大病"),
        ("R1", "medical_insured", "2021-01-01", "0"),
        ("R1", "medical_insured", TODAY, "1"),
    ]
    assert rows_of(engine, model.member, "health", "medical_insured")[0] == ("大病", 1)
    assert rows_of(engine, model.assurance, "item", "checked", "secure") == [
        ("housing", TODAY, 1), ("housing", "2026-11-26", 0), ("water", TODAY, 0), ("water", "2026-11-27", 2),
    ]  # fmt: skip
    assert rows_of(engine, model.household, "housing_safe", "water_safe")[0] == (0, None)
    assert not told(LATER, 成员状况=facts, 保障核实=checks).wrote


def test_what_an_import_brings_with_its_history_is_not_told_twice(engine, book, told):
    book["成员状况"] = [{"人编号": "R1", "项目": "健康状况", "日期": "2020-01-01", "值": "健康"}]
    told()
    assert rows_of(engine, model.member_fact) == [("R1", "health", "2020-01-01", "健康")]
    assert rows_of(engine, model.member, "health")[0] == ("健康",)
