"""Charts are pure: data in, a figure out, nothing touched."""

from itertools import pairwise

import pandas as pd
import pytest

from components.drawing.charts import course_table, trend_chart
from components.drawing.choropleth import choropleth, legend_markup
from components.drawing.ranking import rank
from components.drawing.theme import DARK, LIGHT, MARKS, palette, state_marks
from data.figures.indicators import INDICATORS
from data.months import month_of
from data.terms import HOUSEHOLD_STATES
from tests.components.drawing.pictures import contrast

LAST = month_of("2026-11")
INCOME = INDICATORS["net_income_per_capita"]
COURSE = pd.DataFrame({"value": [100.0 + month for month in range(60)]}, index=range(LAST - 59, LAST + 1))


def line(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


def test_a_trend_draws_every_month_and_marks_the_chosen_one():
    before = COURSE.copy()
    figure = trend_chart(COURSE, indicator=INCOME, chosen=LAST - 3, dark=False)
    assert line(figure, "人均纯收入").x[0] == "2021-12-01" and len(line(figure, "人均纯收入").x) == 60
    mark = next(trace for trace in figure.data if trace.mode == "markers")
    assert (mark.x[0], mark.y[0]) == ("2026-08-01", 156.0)
    pd.testing.assert_frame_equal(COURSE, before)


def test_a_line_that_stays_has_its_zero_below_it_and_counts_no_parts_of_one():
    level = trend_chart(COURSE.assign(value=70.0), indicator=INDICATORS["problems_open"], chosen=LAST, dark=False)
    none = trend_chart(COURSE.assign(value=0.0), indicator=INDICATORS["problems_open"], chosen=LAST, dark=False)
    assert level.layout.yaxis.range == (-7, 147) and level.layout.yaxis.dtick is None
    assert none.layout.yaxis.range == (-0.05, 1.05) and none.layout.yaxis.dtick == 1
    assert trend_chart(COURSE, indicator=INCOME, chosen=LAST, dark=False).layout.yaxis.range is None


def test_hovering_says_the_value_in_words_and_lines_are_named_at_their_ends():
    course = COURSE.assign(comparison=COURSE["value"] - 20, line=110.0)
    figure = trend_chart(course, indicator=INCOME, chosen=LAST, dark=True, comparison_name="县均")
    assert line(figure, "县均").customdata[-1] == "县均 139 元"
    assert line(figure, "监测线").line.dash == "dash"
    assert {annotation.text for annotation in figure.layout.annotations} == {"人均纯收入", "县均", "监测线"}
    heights = sorted(annotation.y for annotation in figure.layout.annotations)
    assert min(b - a for a, b in pairwise(heights)) > 5  # they do not cover each other


@pytest.mark.parametrize(
    ("id", "value", "drawn", "said"),
    [
        ("visit_coverage", 0.832, 83.2, "走访覆盖率 83.2 %"),
        ("fund_disbursed", 219_000_000.0, 2.19, "本年度资金拨付 2.19 亿元"),
        ("project_investment", 35_650_000.0, 3565.0, "项目投资 3,565 万元"),
    ],
)
def test_the_axis_has_the_unit_that_suits_the_size(id: str, value: float, drawn: float, said: str):
    course = pd.DataFrame({"value": [value, value]}, index=[LAST - 1, LAST])
    trace = line(trend_chart(course, indicator=INDICATORS[id], chosen=LAST, dark=False), INDICATORS[id].label)
    assert trace.y[0] == pytest.approx(drawn) and trace.customdata[0] == said


def test_months_without_a_value_are_a_gap_and_all_empty_is_no_line():
    course = COURSE.assign(value=[None] * 30 + [1.0] * 30).astype(float)
    figure = trend_chart(course, indicator=INCOME, chosen=LAST - 59, dark=False)
    assert sum(y == y for y in line(figure, "人均纯收入").y) == 30
    assert not [trace for trace in figure.data if trace.mode == "markers"]
    assert not trend_chart(COURSE.assign(value=float("nan")), indicator=INCOME, chosen=LAST, dark=False).data


def test_a_value_without_a_neighbour_is_a_dot_and_nothing_else_is_marked():
    gaps = [1.0, None, 3.0, 4.0, None, 6.0]
    course = pd.DataFrame({"value": gaps, "line": [5.0] * 6}, index=range(LAST - 5, LAST + 1)).astype(float)
    figure = trend_chart(course, indicator=INCOME, chosen=LAST - 20, dark=False)
    assert list(line(figure, "人均纯收入").marker.opacity) == [1, 0, 0, 0, 0, 1]
    assert line(figure, "人均纯收入").mode == "lines+markers" and line(figure, "监测线").mode == "lines"
    first = trend_chart(course.iloc[-1:], indicator=INCOME, chosen=LAST - 20, dark=False)
    assert [list(trace.marker.opacity) for trace in first.data] == [[1], [1]]


def test_the_table_says_the_same_newest_first():
    table = course_table(COURSE, indicator=INCOME)
    assert table.iloc[0].tolist() == ["2026年11月", "159 元"] and len(table) == 60
    beside = COURSE.assign(comparison=COURSE["value"] + 1, line=8800.0)
    table = course_table(beside, indicator=INCOME, comparison_name="县均")
    assert list(table) == ["月份", "数值", "县均", "监测线"]
    assert table.iloc[0].tolist() == ["2026年11月", "159 元", "160 元", "8,800 元"]


CHILDREN = pd.DataFrame(
    {"code": list("abcdef"), "name": list("甲乙丙丁戊己"), "value": [0.7, 0.75, 0.8, 0.85, 0.9, None]}
)


def test_a_map_has_colours_from_one_hue_and_says_what_is_missing():
    drawn = choropleth(CHILDREN, indicator=INDICATORS["visit_coverage"], mean=0.8, mean_name="县均", dark=False)
    assert set(drawn.classes.colours) <= set(LIGHT.sequential)
    assert drawn.values.data["fills"][5] is None and None not in drawn.values.data["fills"][:5]
    assert "无数据<small>1 个" in legend_markup(drawn.classes, noun="乡镇")
    headings = [line["heading"] for line in drawn.values.data["lines"]]
    assert headings == ["走访覆盖率", "比县均"]


def test_a_count_is_measured_against_the_mean_of_a_map_that_numpy_worked_out():
    counted = CHILDREN.assign(value=[3.0, 0.0, 1.0, 0.0, 0.0, None])
    ranking = rank(INDICATORS["problems_open"], counted, 4.0, 6)
    drawn = choropleth(counted, indicator=ranking.indicator, mean=ranking.mean, mean_name="县均", dark=False)
    lines = {line["heading"]: line["cells"] for line in drawn.values.data["lines"]}
    assert lines["比县均"] == "多 2.2|少 0.8|多 0.2|少 0.8|少 0.8|~"


def test_a_map_says_of_a_region_that_its_month_is_not_closed_and_measures_it_against_nothing():
    children = CHILDREN.assign(open_words=["未满（收支已报 40%）", "", "", "", "", ""])
    drawn = choropleth(children, indicator=INDICATORS["visit_coverage"], mean=0.8, mean_name="县均", dark=False)
    lines = {line["heading"]: line["cells"].split("|") for line in drawn.values.data["lines"]}
    assert lines["走访覆盖率"][:2] == ["70.0 % 未满（收支已报 40%）", "75.0 %"]
    assert lines["比县均"][0] == "~" != lines["比县均"][1]


def test_a_legend_says_that_all_are_alike_and_names_that_repeat_are_told_apart_on_the_map():
    children = CHILDREN.assign(value=[13_020.0, 13_100, 13_211, 13_050, None, None])
    children["name"] = ["东风村（甲镇）", "东风村（乙镇）", "丙", "丁", "戊", "己"]
    drawn = choropleth(children, indicator=INCOME, mean=None, mean_name="", dark=False)
    assert "<li><small>各村相差不到 5%，不分级着色</small></li>" in legend_markup(drawn.classes, noun="村")
    assert drawn.values.data["names"]["cells"] == "东风村（甲镇）|东风村（乙镇）|~|~|~|~" or (
        drawn.values.data["names"] == {"prefix": "东风村（", "suffix": "镇）", "cells": "甲|乙|~|~|~|~"}
    )
    plain = choropleth(CHILDREN, indicator=INCOME, mean=None, mean_name="", dark=False)
    assert "names" not in plain.values.data  # they came with the geometry


def test_growth_is_coloured_in_two_hues_around_zero():
    children = CHILDREN.assign(value=[-0.1, -0.05, 0.02, 0.04, 0.06, 0.08])
    growth = INDICATORS["net_income_growth"]
    drawn = choropleth(children, indicator=growth, mean=0.02, mean_name="县均", dark=True)
    neutral = len(DARK.diverging) // 2
    below = [DARK.diverging.index(c) for c in drawn.classes.fill(children["value"] * 100)[:2]]
    above = [DARK.diverging.index(c) for c in drawn.classes.fill(children["value"] * 100)[2:]]
    assert max(below) < neutral < min(above)


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_and_marks_can_be_seen(dark: bool):
    colours = palette(dark)
    for text in (colours.ink, colours.second_ink, colours.alarm, colours.caution):
        assert min(contrast(text, colours.ground), contrast(text, colours.surface)) >= 4.5, text
    for mark in (*colours.states.values(), *colours.strokes, colours.series, colours.comparison, colours.accent):
        assert min(contrast(mark, colours.ground), contrast(mark, colours.surface)) >= 3, mark
    steps = [contrast(colour, colours.ground) for colour in colours.sequential]
    assert steps == sorted(steps)  # more is always farther from the ground


def test_every_state_has_its_mark_and_colour():
    names = [state.name for state in sorted(HOUSEHOLD_STATES, key=lambda state: state.order)]
    assert list(MARKS) == names and len(set(MARKS.values())) == len(names)
    assert set(LIGHT.states) == set(DARK.states) == set(names)
    for dark in (False, True):
        assert len(set(state_marks(dark).values())) == len(names)
