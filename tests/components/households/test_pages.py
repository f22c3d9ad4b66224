"""What the battle map and the household's page say, as markup: values stay text, warnings are words, sums are right."""

import base64
import re

import pytest
from streamlit.testing.v1 import AppTest

from components.battle_map.controls import group, grouped
from components.battle_map.village_board import board_markup
from components.drawing.tables import table_markup
from components.drawing.theme import state_marks
from components.households.head_markup import (
    PARTS,
    course_sections,
    facts_markup,
    head_markup,
    income_section,
    lights_markup,
    story_section,
)
from components.households.income_rows import bars
from components.households.rows import COLUMNS, drawn, tooltips
from components.households.tables import (
    days_over,
    funds_markup,
    helpers_markup,
    measures_markup,
    members_markup,
    problems_markup,
    projects_markup,
    tasks_markup,
    visits_markup,
)
from data.duties.village_board import VillageBoard
from data.figures.indicators import INDICATORS
from tests.components.households.ground import EVIL, LIGHTS, STORY, File, frame, said, words

MARKS = state_marks(False)


def board(**frames) -> VillageBoard:
    empty = {
        "causes": frame("cause households"),
        "helpers": frame("name unit team post households unvisited visits"),
        "measures": frame("category measures households"),
        "projects": frame("name kind stage investment received households"),
        "tasks": frame("name target owner started deadline progress finished household_id head"),
        "visits": frame("visited helper occasion household_id head"),
        "problems": frame("category description owner deadline rectified household_id head"),
    }
    return VillageBoard(as_of="2026-11-22", visited_today=1, visited_month=4, **{**empty, **frames})


@pytest.mark.parametrize(
    "markup",
    [
        lambda: head_markup(File, LIGHTS, dark=False),
        lambda: facts_markup(File),
        lambda: members_markup(File),
        lambda: problems_markup(File),
        lambda: tasks_markup(File),
        lambda: lights_markup(LIGHTS, dark=False),
        lambda: story_section(STORY, dark=False),
        lambda: helpers_markup(File),
        lambda: visits_markup(File),
        lambda: measures_markup(File),
        lambda: projects_markup(File),
        lambda: funds_markup(File, lambda code, region: code),
        lambda: board_markup(
            board(
                causes=frame("cause households", (EVIL, 2)),
                helpers=frame("name unit team post households unvisited visits", (EVIL, EVIL, EVIL, EVIL, 3, 1, 2)),
                measures=frame("category measures households", (EVIL, 1, 1)),
                projects=frame("name kind stage investment received households", (EVIL, EVIL, EVIL, 1e6, 5e4, 9)),
                tasks=frame(
                    "name target owner started deadline progress finished household_id head",
                    (EVIL, EVIL, EVIL, "2026-01-01", "2026-11-01", 0.5, None, 7, EVIL),
                ),
                visits=frame("visited helper occasion household_id head", ("2026-11-22", EVIL, EVIL, 7, EVIL)),
                problems=frame(
                    "category description owner deadline rectified household_id head",
                    (EVIL, EVIL, EVIL, "2026-11-30", None, 7, EVIL),
                ),
            ),
            "",
            lambda id: f"/household?household={id}",
            running=True,
        ),
        lambda: table_markup(ROWS, COLUMNS, caption=EVIL, drawn=drawn(MARKS), opener="head", row_url=lambda row: EVIL),
    ],
)
def test_values_never_become_markup(markup):
    assert "<img src=x" not in markup()
    assert "&lt;img src=x" in markup()


ROWS = frame(
    "id head state persons attribute cause per_head below_line visits last_visit helper problems",
    (7, EVIL, "未脱贫户", 2, EVIL, EVIL, 5400.0, 1, 0, None, EVIL, 2),
    (8, "李三", "一般户", 1, None, None, float("nan"), None, None, "2026-11-01", None, 0),
)


def test_a_row_says_in_words_what_needs_action():
    told = words(table_markup(ROWS, COLUMNS, caption="", drawn=drawn(MARKS)))
    assert "▲ 未脱贫户" in " ".join(told.split())
    for word in ("低于线 5,400", "未走访", "没有记录", "未结对"):
        assert word in told


def test_tooltips_leave_out_what_is_not_known():
    points = ROWS.assign(lat=40.0, lon=121.0, sketch=False)
    told = tooltips(points).set_index("id")
    assert told.loc[7, "人均纯收入"] == "5,400 元，低于监测线"
    assert told.loc[8, ["致贫原因", "人均纯收入", "本月走访", "未销号问题"]].isna().all()
    assert (told.loc[7, "本月走访"], told.loc[7, "未销号问题"], told.loc[7, "人口"]) == ("未走访", "2 个", "2 人")


def test_the_head_warns_of_what_is_open():
    told = words(head_markup(File, LIGHTS, dark=True))
    for word in ("● 边缘易致贫户", "低于监测线", "本月未走访", "1 个未销号问题", "1 项任务超期"):
        assert word in " ".join(told.split())


def test_each_warning_leads_to_what_it_warns_of():
    markup = head_markup(File, LIGHTS, dark=False)
    warned = dict(re.findall(r'href="#(\w+)">([^<]+)</a>', markup))
    assert warned == {
        "income": "低于监测线", "lights": "住房安全有风险", "helpers": "本月未走访", "problems": "1 个未销号问题",
        "tasks": "1 项任务超期",
    }  # fmt: skip
    assert set(warned) < set(PARTS)


def test_every_part_that_the_page_names_is_there_to_go_to():
    tables = (
        members_markup, measures_markup, projects_markup, helpers_markup, visits_markup, problems_markup, tasks_markup,
        lambda file: funds_markup(file, lambda code, region: None),
    )  # fmt: skip
    page = lights_markup(LIGHTS, dark=False) + facts_markup(File) + story_section(STORY, dark=False)
    page += income_section(File, dark=False) + "".join(course_sections(File, dark=False))
    page += "".join(table(File) for table in tables)
    assert sorted(re.findall(r' id="(\w+)"', page)) == sorted(PARTS)
    assert {light.part for light in LIGHTS} <= set(PARTS)


def test_a_light_says_its_state_in_a_word_and_a_mark_with_its_evidence():
    told = said(lights_markup(LIGHTS, dark=True))
    for word in ("不愁吃 ○ 未核实", "住房安全 ▲ 有风险 漏雨", "饮水安全 ● 稳固 合格"):
        assert word in told


def test_dates_still_to_come_are_not_among_the_facts():
    class Earlier(File):
        facts = {**File.facts, "identified": "2026-11-22", "lifted": "2026-11-23", "risk_removed": "2026-12-01"}  # noqa: RUF012

    told = said(facts_markup(Earlier))
    assert "识别日期 2026-11-22 脱贫日期 —" in told
    assert "2026-1" not in told.replace("2026-11-22", "")


def test_measures_stand_by_sector_with_their_sums():
    told = said(measures_markup(File))
    assert "帮扶措施 3 项，实施中 2 项，2,000.50 元" in told
    assert told.index("教育 2 项，800.00 元 助学金 2025-01-01 2025-12-31 — —") < told.index("1 项，1,200.50 元")
    assert "雨露计划 2025-09-01 实施中 800.00" in told


def test_helpers_say_when_they_were_there_and_when_they_are_to_come_next():
    told = said(helpers_markup(File))
    assert "2026-10-01 2026-11-01 前 超 21 天 未走访" in told
    assert "2026-11-20 2026-12-21 前 还有 29 天 已走访" in told


def test_a_cell_bears_its_heading_and_columns_without_anything_are_left_out():
    markup = visits_markup(File)
    assert re.findall(r'data-label="([^"]+)"', markup) == ["日期", "走访人", "单位", "事由", "内容", "照片"]
    assert "最近走访 共 41 次" in said(markup)

    class Wall(File):
        visits = File.visits.assign(occasion=None, content=None, photos=0)

    assert re.findall(r'data-label="([^"]+)"', visits_markup(Wall)) == ["日期", "走访人", "单位"]


def test_the_income_card_shows_sums_shares_and_how_they_come_about():
    told = " ".join(words(income_section(File, dark=False)).split())
    for word in (
        "工资性 务工工资 1,000 1,000 83%", "总收入 1,200", "纯收入 总收入 − 生产经营性支出 1,150",
        "低于监测线 7,650 元（8,800 元）", "纯收入 1,150 元 ÷ 家庭人口 1 人", "较上年同月 +15.0%",
    ):  # fmt: skip
        assert word in told


def test_bars_stand_on_zero_and_share_one_scale():
    drawing = bars([100.0, 50.0, None, 0.0], largest=100, colour="#123456")
    assert re.findall(r'height="([\d.]+)"/>', drawing) == ["28.0", "14.0"]
    assert re.findall(r'x="(\d+)"', drawing) == ["0", "12"]


def test_the_course_is_said_in_words_too():
    markup = income_section(File, dark=False)
    assert "逐月：2026-10 1,000元" in markup
    assert base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1]).startswith(b"<svg")


def test_funds_behind_the_help_are_opened_only_by_who_may():
    told = said(funds_markup(File, lambda code, region: None))
    assert "帮扶资金 1 笔" in told and "200,000.00 50,000.00 25.0%" in told
    assert "<a " not in funds_markup(File, lambda code, region: None)
    assert 'href="/funds?fund=&lt;img' in funds_markup(File, lambda code, region: f"/funds?fund={code}")


def test_deadlines_are_days_over_or_days_left():
    assert days_over("2026-11-12", "2026-11-22") == 10
    told = " ".join(words(problems_markup(File) + tasks_markup(File)).split())
    for word in ("超 10 天", "2026-11-02 销号", "还有 8 天", "超 21 天", "40%"):
        assert word in told


def test_a_birthday_that_is_still_to_come_does_not_count():
    assert "65 岁" in members_markup(File)


def test_an_empty_board_says_so_in_every_box():
    told = words(board_markup(board(), "", str, running=False))
    for word in ("没有结对帮扶记录。", "没有实施中的帮扶措施。", "没有未销号的问题。", "没有作战任务。", "本月  4  次"):
        assert word in told


def test_a_picker_holds_every_indicator_once_with_its_group_together():
    listed = grouped()
    assert sorted(one.id for one in listed) == sorted(INDICATORS)
    groups = [group(one) for one in listed]
    begins = [name for place, name in enumerate(groups) if not place or groups[place - 1] != name]
    assert len(begins) == len(set(begins))


def test_a_part_with_nothing_beside_it_is_drawn_alone():
    def page():
        from components.households.file import _side_by_side

        _side_by_side("<p>账目不满13个月</p>", "")

    assert not AppTest.from_function(page).run(timeout=30).exception
