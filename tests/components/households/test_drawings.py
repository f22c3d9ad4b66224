"""The story of a household drawn and listed, and the chart of its years: sound, legible, in order."""

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from components.drawing.theme import palette, state_marks
from components.households.head_markup import course_sections
from components.households.story_list import story_markup
from components.households.timeline import WIDTH, Scale, timeline
from data.households.file import HouseholdFile
from data.households.story import Story
from tests.components.households.ground import EVIL, STORY, said


def drawn_story(story: Story) -> str:
    return timeline(story, colours=palette(False), marks=state_marks(False))


def pictures(markup: str) -> list[str]:
    return [base64.b64decode(found).decode() for found in re.findall(r"base64,([^\"]+)", markup)]


def texts(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def test_the_story_is_told_in_order_with_visits_once_a_year():
    listed = [said(item) for item in re.findall(r"<li.*?</li>", story_markup(STORY))]
    assert listed[:2] == ["2015-03-01 精准识别，建档立卡", "2016-12-20 脱贫"]
    assert [item for item in listed if "走访" in item] == [
        "2025年 走访 1 次，最后一次 12-24",
        "2026年 走访 2 次，最后一次 11-20",
    ]
    assert listed.index("2025年 走访 1 次，最后一次 12-24") < listed.index("2026-10-31 降到监测线以下")


def test_the_story_of_a_household_without_any_record_says_so():
    bare = replace(
        STORY,
        events=(),
        visits=(),
        measures=STORY.measures.iloc[:0],
        course=STORY.course.iloc[:0],
        spans=STORY.spans[:1],
    )
    assert "没有识别" in story_markup(bare)
    assert any("一般户" in one.text for one in texts(drawn_story(bare)))


def test_the_picture_of_the_story_is_sound_whatever_the_names_hold():
    odd = replace(STORY, measures=STORY.measures.assign(name=f"\x0b{EVIL}]]>&amp;"))
    assert sum(f"{EVIL}]]>&amp;" == one.text for one in texts(drawn_story(odd))) == len(odd.measures)


def test_no_two_turning_points_are_written_over_each_other_and_none_leaves_the_picture():
    turns = [one for one in texts(drawn_story(STORY)) if re.match(r"\d{4}-\d\d-\d\d ", one.text)]
    assert [one.text.split()[1] for one in turns] == ["精准识别", "脱贫", "纳入监测", "风险消除"]
    boxes = [(float(one.get("y")), float(one.get("x")), float(one.get("x")) + 13 * 11) for one in turns]
    for place, (row, left, right) in enumerate(boxes):
        assert left >= 0
        assert right <= WIDTH
        assert not any(row == other and left < end and begin < right for other, begin, end in boxes[:place])


def test_days_keep_their_order_and_long_years_before_the_records_take_a_quarter():
    scale = Scale(STORY)
    days = ["2010-01-01", "2015-03-01", "2016-12-20", "2024-06-01", "2025-01-01", "2026-11-22", "2030-01-01"]
    places = [scale.x(day) for day in days]
    assert places == sorted(places)
    assert scale.x("2026-11-22") == scale.x("2030-01-01") <= WIDTH
    records = scale.x("2025-01-01")  # the first measure
    assert (records - scale.x("2010-01-01")) / (scale.x("2026-11-22") - scale.x("2010-01-01")) == pytest.approx(0.24)


def test_the_chart_of_the_years_names_what_it_draws_for_desk_and_phone(file: HouseholdFile):
    chart, years = course_sections(file, dark=True)
    for drawing in pictures(chart):
        assert [one.text for one in texts(drawing)][-5:] == ["工资性", "转移性", "支出", "纯收入", "监测线"]
    assert len(pictures(chart)) == 2
    assert "2026年10月 1,000 0 0 200 50 1,150 ▼ 1,150 8,800" in said(years)


def test_the_first_month_is_a_bar_under_a_dot_and_before_it_the_chart_says_why_there_is_none(file: HouseholdFile):
    first = replace(file, income=replace(file.income, course=file.income.course.iloc[:1]))
    for drawing in pictures(course_sections(first, dark=False)[0]):
        assert drawing.count("<circle") == 2 and "nan" not in drawing  # net and line
    new = replace(file, income=replace(file.income, course=file.income.course.iloc[:0]))
    assert "账目不满12个月" in course_sections(new, dark=False)[0]


def test_months_without_neighbours_are_dots_in_the_story():
    apart = STORY.course.set_axis([STORY.course.index[0] - 5, STORY.course.index[1]])
    courses = {"joined": STORY.course, "apart": apart, "first": STORY.course.iloc[:1]}
    drawn = {name: drawn_story(replace(STORY, course=course)).count("<circle") for name, course in courses.items()}
    assert drawn == {"joined": 0, "apart": 2, "first": 2}  # of the first month the line as well
