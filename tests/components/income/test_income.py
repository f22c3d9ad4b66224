"""收入趋势: its address, its charts and its words; what is drawn is what was handed in, each household has a why."""

from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
import pytest

from components.income.address import TrendChoice, read_trends, trends_link
from components.income.compared_charts import lines_chart, multiples_chart
from components.income.course_charts import growth_chart, kinds_chart, structure_chart, years_chart
from components.income.forecast import with_errors, years_tested
from components.income.names import against_line, column_heading, counts_markup, facts_markup, tried_line
from components.income.sinking_words import basis_words, cause_words, evidence_words, formula_words
from components.income.spread_charts import bin_name, counts_chart, spread_chart
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.figures.list_kinds import INCOMES
from data.income.course import PARTS, growth_parts, income_years, structures
from data.income.evidence import JobEnded, ProjectLost, ProjectOwes, SubjectFall
from data.income.forecast import Term
from data.income.sinking import CAUSES, Sinking
from data.income.year import year_of
from data.months import month_of
from data.regions.tree import Region, Status
from tests.moment import clock

LAST = month_of("2026-11")
STATUS = Status(1, "2026-11-22T08:00:00", "2026-11-22", LAST - 23, LAST, True)
COUNTY = Screen(Viewer("county", "990181"), Region("990181", "示范市"), LAST, STATUS, False, None, clock, {})
CHILDREN = [Region(f"99018110{number}", f"镇{number}") for number in range(1, 7)]
TERM = Term(LAST, year_of(LAST, 10))


def read(**parameters: str) -> tuple[TrendChoice, list[str]]:
    return read_trends(parameters, children=CHILDREN, where="示范市")


@pytest.mark.parametrize(
    "choice",
    [
        TrendChoice(),
        TrendChoice(span="year", map="growth", compared=("990181101", "990181103")),
        TrendChoice(view="spread", line=9500, who="entering", page=3),
        TrendChoice(view="spread", bin=-992000),
        TrendChoice(view="sinking", basis="both", cause="wage", tested=True, page=2),
    ],
)
def test_a_link_says_the_choice_again(choice: TrendChoice):
    asked = dict(parse_qsl(urlsplit(trends_link(COUNTY, choice, page=choice.page)).query))
    assert read(**asked) == (choice, [])
    assert (asked.pop("region"), asked.pop("month")) == ("990181", "2026-11")


@pytest.mark.parametrize(
    "parameters",
    [
        {"view": "<script>"}, {"span": "week"}, {"map": "none"}, {"with": "990181101-123"}, {"line": "0"},
        {"line": "9e3"}, {"who": "all"}, {"bin": "1.5"}, {"basis": "x"}, {"cause": "y"}, {"page": "0"}, {"page": "²"},
    ],
)  # fmt: skip
def test_what_means_nothing_is_said_and_replaced(parameters: dict[str, str]):
    choice, problems = read(**parameters)
    assert len(problems) == 1 and problems[0].endswith("。")
    assert choice == TrendChoice(compared=("990181101",) if "with" in parameters else ())


def test_a_region_of_elsewhere_is_left_out_without_a_word():
    assert read(**{"with": "990182101-990181102"}) == (TrendChoice(compared=("990181102",)), [])


def test_more_than_four_lines_are_cut_and_said():
    choice, problems = read(**{"with": "-".join(one.code for one in CHILDREN)})
    assert choice.compared == tuple(one.code for one in CHILDREN[:4])
    assert "最多" in problems[0]


def test_another_region_or_filter_starts_at_page_one_and_forgets_the_lines():
    link = trends_link(COUNTY, TrendChoice(compared=("990181101",), page=4), region="990181101")
    assert dict(parse_qsl(urlsplit(link).query)) == {"region": "990181101", "month": "2026-11"}


@pytest.fixture
def course() -> pd.DataFrame:
    months = range(LAST - 36, LAST + 1)
    parts = {part: [1000.0 * place + number for number in range(37)] for place, part in enumerate(PARTS, 1)}
    frame = pd.DataFrame(parts, index=list(months))
    frame["gross"] = frame[list(PARTS[:4])].sum(axis=1)
    frame = frame.assign(net=frame["gross"] - frame["expense"], persons=1)
    before = frame.reindex(frame.index - 12).set_axis(frame.index)
    for part in PARTS:
        sign = -1 if part == "expense" else 1
        frame[f"grown_{part}"] = sign * (frame[part] - before[part]) / before["net"]
    return frame.assign(growth=frame["net"] / before["net"] - 1)


def test_kinds_are_stacked_the_expense_lies_under_zero_and_the_net_opens_its_month(course: pd.DataFrame):
    before = course.copy()
    figure = kinds_chart(course, month=LAST, line=[8800.0] * 37, dark=False)
    assert [trace.name for trace in figure.data[:5]] == ["工资性", "生产经营性", "财产性", "转移性", "经营支出"]
    assert list(figure.data[4].y) == [-value for value in course["expense"]]
    assert {trace.stackgroup for trace in figure.data[:4]} == {"income"}
    net = figure.data[7]  # the trace whose points are links
    assert net.name == "人均纯收入" and list(net.y) == course["net"].tolist()
    assert net.customdata[-1] == "<b>人均纯收入 5,108 元</b>，同比 +0.7 %"
    assert figure.data[5].line.dash == "dash" and "监测线" in {one.text for one in figure.layout.annotations}
    pd.testing.assert_frame_equal(course, before)


def test_a_running_income_year_is_hatched_and_says_so(course: pd.DataFrame):
    years = income_years(course, 10)
    figure = years_chart(years, dark=True)
    assert list(figure.data[0].marker.pattern.shape) == ["", "", "", "/"]
    assert figure.data[0].x[-1] == "2027年度未完<br>12个月至2026年11月" and figure.data[0].x[0] == "2024年度"
    assert figure.data[5].text[-1].startswith(f"<b>{course['net'].iloc[-1]:,.0f}</b>")


def test_growth_is_a_line_that_opens_its_month_over_what_each_kind_adds(course: pd.DataFrame):
    parts = growth_parts(course)
    figure = growth_chart(parts, dark=False)
    line = figure.data[5]  # the trace whose points are links
    assert line.name == "人均纯收入同比" and list(line.y) == pytest.approx((parts["growth"] * 100).tolist())
    assert sum(trace.y[-1] for trace in figure.data[:5]) == pytest.approx(line.y[-1])
    assert figure.data[4].customdata[-1] == "经营支出 −0.2 个百分点"
    assert {"<b>合计</b>", "工资性", "经营支出"} <= {one.text for one in figure.layout.annotations}


def test_the_structure_has_a_bar_for_each_time_and_shares_that_make_a_hundred(course: pd.DataFrame):
    rows = structures(course, LAST, (0, 12, 36, 60))
    figure = structure_chart(rows, dark=False)
    assert list(figure.data[0].y) == ["本月", "1年前", "3年前"]
    assert [sum(trace.x[place] for trace in figure.data) for place in range(3)] == pytest.approx([100.0] * 3)


def test_small_charts_share_one_scale_and_every_point_stands_where_its_link_is():
    months = list(range(LAST - 5, LAST + 1))
    codes = [f"c{number}" for number in range(8)]
    courses = pd.DataFrame({code: [100.0 * place + step for step in range(6)] for place, code in enumerate(codes)})
    courses = courses.set_axis(months)
    courses.loc[months[2], "c3"] = np.nan
    figure = multiples_chart(
        courses, names={code: code.upper() for code in codes}, mean=courses.mean(axis=1), mean_name="县均", dark=False
    )
    all_of = figure.data[0]
    assert len(all_of.x) == 8 * 7  # a point for each month and a gap behind each chart
    assert all_of.customdata[3 * 7 + 4] == "C3 2026年10月 304 元"
    assert all_of.y[3 * 7 + 2] is None or np.isnan(all_of.y[3 * 7 + 2])
    heights = [all_of.y[place * 7] % 1 for place in (1, 4, 5)]  # of 100, 400 and 500 in one row
    assert heights[2] - heights[1] == pytest.approx((heights[1] - heights[0]) / 3)
    assert [one.text for one in figure.layout.annotations][:2] == ["C0 <b>5</b>", "C1 <b>105</b>"]
    assert all_of.y[0] > all_of.y[6 * 7] and all_of.x[0] == all_of.x[6 * 7]  # the seventh begins the second row


@pytest.mark.parametrize("dark", [False, True])
def test_four_chosen_lines_can_be_told_apart(dark: bool):
    courses = pd.DataFrame({code: [1.0, 2.0] for code in "abcd"}, index=[LAST - 1, LAST])
    figure = lines_chart(courses, names={one: one for one in "abcd"}, mean=courses["a"], mean_name="县均", dark=dark)
    assert len({trace.line.color for trace in figure.data}) == 5


def test_chosen_lines_are_named_at_their_ends_without_covering_each_other():
    courses = pd.DataFrame({"a": [1.0, 100.0], "b": [2.0, 101.0]}, index=[LAST - 1, LAST])
    figure = lines_chart(courses, names={"a": "甲镇", "b": "乙镇"}, mean=courses["a"], mean_name="县均", dark=False)
    assert [trace.name for trace in figure.data] == ["甲镇", "乙镇", "县均"]
    heights = sorted(one.y for one in figure.layout.annotations)
    assert len(heights) == 3 and min(np.diff(heights)) > 5


def test_bars_under_the_line_are_marked_and_the_line_tried_out_is_drawn():
    bars = pd.DataFrame({"low": [0.0, 1000.0, 2000.0], "high": [1000.0, 2000.0, np.inf], "households": [3, 40, 7]})
    figure = spread_chart(bars, marks=[("中位数", 1500.0)], line=1000.0, tried=1800.0, dark=False)
    colours = figure.data[0].marker.color
    assert colours[0] != colours[1] == colours[2]
    assert list(figure.data[0].y) == [3, 40, 7] and figure.data[0].customdata[2] == "人均 2,000 元以上：7 户"
    assert {one.text for one in figure.layout.annotations} == {"中位数", "监测线 1,000", "试算线 1,800"}
    same = spread_chart(bars, marks=[], line=1000.0, tried=1000.0, dark=False)
    assert [one.text for one in same.layout.annotations] == ["监测线 1,000"]
    assert bin_name(-np.inf, 1000.0) == "1,000 元以下"


def test_the_months_households_are_lines_from_zero():
    course = pd.DataFrame({"a": [5.0, 7.0], "b": [50.0, 60.0]}, index=[LAST - 1, LAST])
    figure = counts_chart(course, names={"a": "线下", "b": "略高于线"}, month=LAST, dark=False)
    assert figure.layout.yaxis.rangemode == "tozero" and figure.data[0].customdata[1] == "线下 7 户"


def one_sinking(**changes) -> Sinking:
    """One household that lost 3,000 yuan of wages and 200 of business, and was to spend 100 more."""
    values = {
        "household": 1,
        "village": 990181101201,
        "persons": 2,
        "net": 1_000_000,
        "before": 1_330_000,
        "lost": [[300_000], [20_000], [0], [-5_000], [10_000]],
        "forecast": 4100.4,
        "line": 8800.0,
        "fell": True,
        "under": True,
        "below": True,
        "cause": 0,
    }
    return Sinking(**{name: np.array(one if name == "lost" else [one]) for name, one in (values | changes).items()})


def test_a_household_is_told_why_it_is_listed_and_what_it_lost_the_most_first():
    assert basis_words(one_sinking(), 0, TERM) == [
        "12个月纯收入比上年同月少 24.8 %（少 3,300 元）",
        "预测本收入年度末人均 4,100 元，低于监测线 8,800 元",
    ]
    assert cause_words(one_sinking(), 0) == "工资性少 3,000 元，生产经营性少 200 元，经营支出多 100 元"
    assert "不到 0 元" in basis_words(one_sinking(forecast=-3.0, fell=False), 0, TERM)[0]


@pytest.mark.parametrize("cause", range(len(CAUSES)))
@pytest.mark.parametrize(("fell", "under", "below"), [(True, False, False), (False, True, True), (False, True, False)])
def test_no_household_is_listed_without_its_reason(cause: int, fell: bool, under: bool, below: bool):
    one = one_sinking(fell=fell, under=under, below=below, cause=cause)
    assert all(basis_words(one, 0, TERM)) and basis_words(one, 0, TERM)
    assert len(cause_words(one, 0)) > 6


def test_what_stands_behind_it_is_told_in_sentences():
    assert evidence_words(
        [
            SubjectFall("公益岗位工资", 600_000, 0),
            SubjectFall("种植业", 500_000, 120_000),
            JobEnded("公益岗位", "2026-06-30"),
            ProjectLost("果园", True),
            ProjectLost("大棚", False),
            ProjectOwes("光伏", 70_000),
        ]
    ) == [
        "公益岗位工资没有了（上年 6,000 元）",
        "种植业 5,000 元 → 1,200 元",
        "就业措施“公益岗位”2026-06-30 到期，没有接续",
        "今年不再由项目“果园”带动",
        "上年带动的项目“大棚”今年没有带户记录",
        "项目“光伏”12个月欠收 700 元",
    ]


def test_the_formula_is_told_with_this_years_months():
    words = formula_words(TERM)
    assert "2026年9月的12个月收入" in words and "×剩余 10 个月÷12" in words and "推到2027年9月" in words
    assert "不需要预测" in formula_words(Term(month_of("2026-09"), year_of(month_of("2026-09"), 10)))


PAST = pd.DataFrame(
    [
        ("990181", "示范市", 2026, 110.0, 100.0, 0.10, 0.20), ("990181", "示范市", 2025, 96.0, 100.0, 0.04, 0.02),
        ("a", "甲镇", 2026, 130.0, 100.0, 0.30, 0.10), ("b", "乙镇", 2026, 110.0, 100.0, 0.10, 0.10),
    ],
    columns=["code", "name", "year", "forecast", "actual", "error", "still"],
)  # fmt: skip
HOUSEHOLDS = pd.DataFrame(
    [(2026, 50, 10, 4, 8), (2025, 50, 0, 0, 0)], columns=["year", "households", "foretold", "right", "under"]
)


def test_the_back_test_shows_each_year_and_their_mean():
    rows = years_tested(PAST, HOUSEHOLDS, "990181")
    assert rows["name"].tolist() == ["2026年度", "2025年度", "平均、合计"]
    assert rows["error"].tolist() == pytest.approx([0.10, 0.04, 0.07])
    assert rows["below"].iloc[0] == pytest.approx(0.20) and np.isnan(rows["below"].iloc[1])
    assert rows["precision"].tolist() == pytest.approx([0.4, np.nan, 0.4], nan_ok=True)
    assert rows["recall"].tolist() == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    assert rows["foretold"].tolist() == [10, 0, 10]


def test_without_a_year_that_ended_there_is_no_back_test():
    assert years_tested(PAST.iloc[0:0], HOUSEHOLDS.iloc[0:0], "990181").empty


def test_each_region_stands_with_its_own_mean_error():
    rows = pd.DataFrame({"code": ["990181", "a", "c"], "name": ["示范市", "甲镇", "丙镇"]})
    told = with_errors(rows, PAST)
    assert told["error"].tolist() == pytest.approx([0.07, 0.30, np.nan], nan_ok=True)
    assert told["years"].tolist()[:2] == [2, 1] and told["years"].isna().iloc[2]


def test_a_list_of_a_line_tried_out_measures_against_that_line_and_says_so():
    rows = pd.DataFrame({"per_head": [9_650.55, 10_000.0, np.nan], "gap": [850.55, 1200.0, np.nan]})
    assert against_line(rows, 10_000)["gap"].tolist() == pytest.approx([-349.45, 0, np.nan], nan_ok=True)
    assert against_line(rows, None)["gap"].tolist()[0] == 850.55
    headings = {one.id: column_heading(one, 10_000) for one in INCOMES.columns}
    assert headings["gap"] == "与试算线 10,000 元的差距（元/人）" and headings["per_head"] == "人均纯收入（元）"
    assert column_heading(next(one for one in INCOMES.columns if one.id == "gap"), None) == "与监测线差距（元/人）"
    assert tried_line(9_500) == "试算线 9,500 元"


def test_names_from_the_data_stay_text():
    markup = counts_markup([("<b>镇</b>", 3, '/x?"')], label='"><i>')
    assert "<b>镇" not in markup and "&lt;b&gt;镇" in markup and 'href="/x?&quot;"' in markup and '"><i>' not in markup
    assert "<i>" not in facts_markup([("<i>", "<i>", "<i>", '/x"<i>'), ("<i>", "1", "<i>", "")])
