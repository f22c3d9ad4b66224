"""Charts as SVG: what is drawn of a frame, what is written, and that nothing covers anything."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pandas as pd
import pytest

from components.drawing.spark import spark_line
from components.drawing.svg import round_steps, shortened, wide
from components.drawing.svg_charts import trend_svg
from components.drawing.theme import DARK, LIGHT, palette
from data.figures.indicators import INDICATORS
from data.months import month_of
from tests.components.drawing.ground import HOSTILE
from tests.components.drawing.pictures import contrast, faults, said, texts

LAST = month_of("2026-11")
INCOME = INDICATORS["net_income_per_capita"]
COURSE = pd.DataFrame({"value": [9000.0 + 60 * month for month in range(60)]}, index=range(LAST - 59, LAST + 1))
FULL = COURSE.assign(comparison=COURSE["value"] + 40, line=8700.0, open=[False] * 59 + [True])
SIZES = [(800, 420, 13), (800, 420, 26), (400, 240, 24), (2400, 700, 60)]


def trend(course: pd.DataFrame = FULL, **options) -> str:
    asked = {"indicator": INCOME, "chosen": LAST - 1, "colours": LIGHT, "width": 800, "height": 420, "text": 24}
    return trend_svg(course, **{**asked, "comparison_name": "市均", **options})


def lines(svg: str, colour: str) -> list[list[tuple[float, float]]]:
    """The points of each line of that colour."""
    paths = re.findall(rf'<path d="([^"]*)" fill="none" stroke="{colour}"', svg)
    return [[tuple(map(float, pair.split())) for pair in re.split("[ML]", path)[1:]] for path in paths]


@pytest.mark.parametrize(("width", "height", "text"), SIZES)
@pytest.mark.parametrize("months", [1, 2, 7, 14, 60])
def test_words_of_a_trend_stand_in_the_drawing_over_nothing_and_in_the_size_asked(
    width: float, height: float, text: float, months: int
):
    drawn = trend(FULL.iloc[-months:], width=width, height=height, text=text)
    assert faults(drawn, size=text) == []
    assert "人均纯收入" in said(drawn) or width == 400 or months == 1  # of one month that is not closed: no line


def test_a_trend_draws_each_closed_month_and_the_open_one_as_a_ring():
    before = FULL.copy()
    drawn = trend()
    [line] = lines(drawn, LIGHT.series)
    assert len(line) == 59 and all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(line))
    [ring] = re.findall(rf'<circle cx="([\d.]+)" [^>]*stroke="{LIGHT.series}"', drawn)
    assert float(ring) > line[-1][0]
    pd.testing.assert_frame_equal(FULL, before)


def test_the_chosen_month_is_marked_where_it_has_a_closed_value():
    drawn = trend(chosen=LAST - 5)
    [line] = lines(drawn, LIGHT.series)
    [mark] = re.findall(rf'<circle cx="([\d.]+)" cy="([\d.]+)" r="5" fill="{LIGHT.accent}"', drawn)
    assert (float(mark[0]), float(mark[1])) == pytest.approx(line[-5], abs=0.06)
    assert lines(drawn, LIGHT.accent)[0][0][0] == pytest.approx(line[-5][0], abs=0.06)
    for chosen in (LAST, LAST + 9):
        assert LIGHT.accent not in trend(chosen=chosen)


def test_gaps_stay_gaps_and_a_month_without_neighbours_is_a_dot():
    course = COURSE.assign(value=COURSE["value"].where([place not in (20, 21, 23) for place in range(60)]))
    drawn = trend(course, chosen=0)
    assert [len(line) for line in lines(drawn, LIGHT.series)] == [20, 36]
    assert drawn.count("<circle") == 1
    alone = trend(COURSE.iloc[-1:], chosen=0)
    assert alone.count("<circle") == 1 and said(alone)[-1] == "2026年11月"


def test_the_line_is_dashed_level_till_it_changes_and_named_with_the_others():
    course = FULL.assign(line=[8000.0] * 30 + [8700.0] * 30)
    drawn = trend(course, line_name="监测线（省）")
    [line] = lines(drawn, LIGHT.second_ink)
    assert len({y for _, y in line}) == 2 and 'stroke-dasharray="6 4"' in drawn
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line))
    assert {"监测线（省）", "市均", "人均纯收入"} <= set(said(drawn))
    assert "人均纯收入" not in said(trend(COURSE))  # a line alone is named by the title


@pytest.mark.parametrize(
    ("id", "value", "ticks"),
    [("visit_coverage", 0.832, "%"), ("project_investment", 35_650_000.0, ","), ("households", 0.0, "0")],
)
def test_the_axis_has_round_numbers_in_the_unit_that_suits(id: str, value: float, ticks: str):
    course = pd.DataFrame({"value": [value, value * 1.2]}, index=[LAST - 1, LAST])
    drawn = trend(course, indicator=INDICATORS[id], chosen=LAST)
    assert any(ticks in text for text in said(drawn)) and faults(drawn, size=24) == []


def test_months_are_written_as_far_apart_as_their_words_need():
    years = [text for text in said(trend()) if text.endswith("年")]
    assert years == ["2022年", "2023年", "2024年", "2025年", "2026年"]
    assert len([text for text in said(trend(width=420, text=24)) if text.endswith("年")]) < 5
    assert next(text for text in said(trend(FULL.iloc[-5:])) if text.endswith("月")) == "2026年7月"


def test_hovering_a_month_says_it_whole():
    areas = {
        one.attrib["data-month"]: one[0].text
        for one in ET.fromstring(trend(hover=True)).iter("{http://www.w3.org/2000/svg}rect")
    }
    assert len(areas) == 60
    assert areas["2026-10"] == "2026年10月\n人均纯收入 12,480 元\n市均 12,520 元\n监测线 8,700 元"
    assert areas["2026-11"].startswith("2026年11月（未满）\n")
    assert "<rect" not in trend()


def test_an_empty_course_is_an_empty_drawing():
    assert said(trend(COURSE.iloc[:0])) == []
    assert faults(trend(COURSE.assign(value=None).astype(float)), size=24) == []


@pytest.mark.parametrize("height", [70, 90, 120, 160])
def test_a_low_trend_writes_less(height: float):
    assert faults(trend(height=height), size=24) == []


@pytest.mark.parametrize("name", [*HOSTILE, "</svg>", "a\x00\x08b", "很长的名字" * 30])
def test_a_name_that_would_be_code_stays_text(name: str):
    svg = trend(text=20, comparison_name=name, line_name=name, hover=True)
    tags = {one.tag.partition("}")[2] for one in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "path", "rect", "text", "circle", "title"}
    assert faults(svg, size=20) == []


@pytest.mark.parametrize("dark", [False, True])
def test_words_on_charts_can_be_read(dark: bool):
    colours = palette(dark)
    for one in texts(trend(colours=colours)):
        assert min(contrast(one.colour, colours.ground), contrast(one.colour, colours.surface)) >= 4.5, one.text


@pytest.mark.parametrize(
    ("low", "high", "most", "steps"),
    [
        (0, 100, 5, [0, 50, 100]), (9132, 12480, 5, [9000, 10000, 11000, 12000, 13000]), (-0.1, 0.1, 3, [-0.1, 0, 0.1]),
        (3, 3.000001, 2, [3, 3.000001]), (0, 0, 4, [0, 1e-9]), (83.2, 99.9, 4, [80, 90, 100]),
    ],
)  # fmt: skip
def test_steps_are_round_and_hold_what_is_drawn(low, high, most, steps):
    assert round_steps(low, high, most) == pytest.approx(steps)


def test_a_text_is_shortened_to_its_room():
    assert shortened("人均纯收入", 100, 20) == "人均纯收入"
    assert shortened("人均纯收入", 99, 20) == "人均纯…" and wide("人均纯…", 20) <= 99
    assert shortened("人均", 10, 20) == ""


def test_a_spark_has_the_size_asked():
    drawn = spark_line([1.0, 2, 3], line=DARK.series, end=DARK.accent, width=400, height=90)
    assert 'viewBox="0 0 400 90"' in drawn and re.search(r'<circle cx="397(\.0)?" cy="3(\.0)?"', drawn)
