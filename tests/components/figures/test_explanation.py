"""The explanation of a figure: its parts add up to it, and what the region holds itself is told apart."""

import pandas as pd
import pytest

from components.drawing.ranking import rank
from components.figures.explanation import OWN, adds_up, measure_unit, part_amount, parts, sub_regions
from data.figures.indicators import INDICATORS, MEASURES
from tests.figured import OPEN, figure

CHILDREN = pd.DataFrame(
    {
        "code": ["1", "2"],
        "name": ["甲镇", "乙镇"],
        "value": [0.5, 0.1],
        "numerator": [500.0, 200.0],
        "denominator": [1000.0, 2000.0],
        "open_words": ["", ""],
    }
)


def test_what_belongs_to_no_sub_region_stands_in_a_row_of_its_own():
    rows = sub_regions(INDICATORS["return_rate"], CHILDREN, figure(0.25, 1000.0, 4000.0), "某市").set_index("name")
    assert rows.index.tolist() == ["乙镇", "甲镇", OWN, "某市"]
    assert rows.loc[OWN].tolist() == ["", "300 元", "1,000 元", "30.0"]
    assert rows.loc["某市"].tolist() == ["", "1,000 元", "4,000 元", "25.0"]


def test_a_region_whose_parts_are_the_whole_has_no_such_row():
    counted = CHILDREN.assign(numerator=[3.0, 4.0], value=[3.0, 4.0], denominator=float("nan"))
    rows = sub_regions(INDICATORS["problems_open"], counted, figure(7.0, 7.0, None), "某市")
    assert rows["name"].tolist() == ["乙镇", "甲镇", "某市"] and rows["value"].tolist() == ["4", "3", "7"]


def test_who_is_counted_once_above_his_villages_leaves_no_row_below_nothing():
    counted = CHILDREN.assign(numerator=[3.0, 4.0], value=[3.0, 4.0], denominator=float("nan"))
    rows = sub_regions(INDICATORS["helpers"], counted, figure(5.0, 5.0, None), "某市")
    assert rows["value"].tolist() == ["4", "3", "5"]
    assert "相加可能大于合计" in adds_up(INDICATORS["helpers"], "村", own=False)
    assert rank(INDICATORS["helpers"], counted, 5.0, 6).mean == 3.5


def test_the_parts_of_a_growth_add_up_and_its_values_do_not():
    children = CHILDREN.assign(numerator=[1100.0, 1900.0], value=[0.1, -0.05])
    rows = sub_regions(INDICATORS["net_income_growth"], children, figure(0.0, 3000.0, 3000.0), "某市").set_index("name")
    assert rows.index.tolist() == ["乙镇", "甲镇", "某市"]
    assert rows.loc["某市"].tolist() == ["", "3,000 元", "3,000 元", "0.0"]
    assert "不能相加" in adds_up(INDICATORS["net_income_growth"], "乡镇", own=False)
    assert adds_up(INDICATORS["problems_open"], "乡镇", own=True) == "各乡镇、本级相加等于合计。"


def test_a_region_whose_month_is_not_closed_says_so_beside_its_value():
    children = CHILDREN.assign(open_words=["未满（收支已报 40%）", ""])
    rows = sub_regions(INDICATORS["net_income_per_capita"], children, figure(0.1, 700.0, 3000.0, OPEN), "某市")
    assert rows.set_index("name")["value"].to_dict() == {"乙镇": "0", "甲镇": "0 未满", "某市": "0 未满"}


def test_money_in_ten_thousands_adds_up_as_it_is_read():
    third = pd.DataFrame({"code": list("abc"), "name": list("甲乙丙"), "value": [100_000 / 3] * 3, "open_words": ""})
    children = third.assign(numerator=third["value"], denominator=float("nan"))
    rows = sub_regions(INDICATORS["return_received"], children, figure(100_000.0, 100_000.0, None), "某市")
    assert sorted(rows["value"][:3]) == ["3.33", "3.33", "3.34"] and rows["value"].iloc[-1] == "10.00"


def test_sub_regions_without_a_value_count_as_nothing():
    rows = sub_regions(
        INDICATORS["problems_open"],
        CHILDREN.assign(numerator=None, value=None).astype({"numerator": float, "value": float}),
        figure(None, None, None),
        "某市",
    )
    assert rows["value"].tolist() == ["—", "—", "—"]


@pytest.mark.parametrize(
    ("id", "unit"),
    [
        ("net_income", "元"), ("income_persons", "人"), ("rural_population", "人"), ("uninsured_persons", "人"),
        ("dropouts", "人"), ("visited", "户"), ("visits", "次"), ("problems_found", "个"), ("progress", "项"),
        ("investment", "元"), ("disbursed", "元"), ("relapsed_households", "户"),
    ],
)  # fmt: skip
def test_every_measure_has_its_unit(id: str, unit: str):
    assert measure_unit(MEASURES[id]) == unit


def test_every_indicator_names_its_parts():
    for indicator in INDICATORS.values():
        named = parts(indicator)
        assert all(label and unit for label, unit in named)
        assert len(named) == (2 if indicator.denominator else 1)
    assert [label for label, _ in parts(INDICATORS["net_income_growth"])] == [
        "两年收支都完整的户的12个月纯收入", "这些户上年同期纯收入",
    ]  # fmt: skip


def test_parts_are_told_in_full():
    assert str(part_amount("元", 1_527_796.83)) == "1,527,796.83 元"
    assert str(part_amount("户", 12.0)) == "12 户" and str(part_amount("户", None)) == "—"
