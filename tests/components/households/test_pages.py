"""What the battle map and the household's page say, as markup: values stay text, warnings are words, sums are right."""

import base64
import re
from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from components.battle_map.village_board import board_markup
from components.drawing.tables import TableLook, table_markup
from components.drawing.theme import state_marks
from components.households.head_markup import (
    FOLDED,
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
from data.figures.indicators import GROUPED, INDICATORS
from data.households import village
from data.households.file import LATEST_VISITS, HouseholdFile
from tests.components.households.ground import COUNTY, EVIL, LIGHTS, MONTH, STORY, VILLAGE, said, words

MARKS = state_marks(False)


@pytest.mark.parametrize(
    "markup",
    [
        lambda file: head_markup(file, LIGHTS, dark=False),
        lambda file: facts_markup(file),
        lambda file: members_markup(file),
        lambda file: problems_markup(file),
        lambda file: tasks_markup(file),
        lambda file: lights_markup(LIGHTS, dark=False),
        lambda file: story_section(STORY, dark=False),
        lambda file: helpers_markup(file),
        lambda file: visits_markup(file),
        lambda file: measures_markup(file),
        lambda file: projects_markup(file),
        lambda file: funds_markup(file, lambda code, region: code),
    ],
)
def test_values_never_become_markup(file: HouseholdFile, markup):
    assert "<img src=x" not in markup(file)
    assert "&lt;img src=x" in markup(file)


def test_values_never_become_markup_on_the_board_and_in_the_list(board: VillageBoard, neighbours: pd.DataFrame):
    boxes = board_markup(board, "", "", lambda id: f"/household?household={id}", running=True)
    rows = table_markup(
        neighbours, COLUMNS, caption=EVIL, look=TableLook(drawn=drawn(MARKS), opener="head", row_url=lambda row: EVIL)
    )
    for markup in (boxes, rows):
        assert "<img src=x" not in markup and "&lt;img src=x" in markup


def test_a_row_says_in_words_what_needs_action(neighbours: pd.DataFrame):
    told = said(table_markup(neighbours, COLUMNS, caption="", look=TableLook(drawn=drawn(MARKS))))
    assert "张四 ▲ 未脱贫户" in told
    for word in ("低于线 1,150", "未走访", "没有记录", "未结对"):
        assert word in told


def test_tooltips_leave_out_what_is_not_known(village_store: Connection):
    points = village.points(village_store, COUNTY, VILLAGE, MONTH, filters=village.EVERY)
    told = tooltips(points).set_index("label")
    assert told.loc[EVIL, "人均纯收入"] == "1,150 元，低于监测线"
    assert told.loc["李三", ["致贫原因", "人均纯收入", "本月走访", "未销号问题"]].isna().all()
    assert told.loc[EVIL, ["本月走访", "未销号问题", "人口"]].tolist() == ["1 次", "1 个", "1 人"]
    assert told.loc["张四", "本月走访"] == "未走访"


def test_the_head_warns_of_what_is_open(file: HouseholdFile):
    unvisited = replace(file, facts={**file.facts, "visits": 0})
    told = words(head_markup(unvisited, LIGHTS, dark=True))
    for word in ("● 边缘易致贫户", "低于监测线", "本月未走访", "1 个未销号问题", "1 项任务超期"):
        assert word in " ".join(told.split())


def test_each_warning_leads_to_what_it_warns_of(file: HouseholdFile):
    unvisited = replace(file, facts={**file.facts, "visits": 0})
    markup = head_markup(unvisited, LIGHTS, dark=False)
    assert "本月未走访" not in head_markup(file, LIGHTS, dark=False)
    warned = dict(re.findall(r'href="#(\w+)">([^<]+)</a>', markup))
    assert warned == {
        "income": "低于监测线",
        "lights": "住房安全有风险",
        "helpers": "本月未走访",
        "problems": "1 个未销号问题",
        "tasks": "1 项任务超期",
    }
    assert set(warned) < set(PARTS)


def test_every_part_that_the_page_names_is_there_to_go_to(file: HouseholdFile):
    tables = (
        members_markup,
        measures_markup,
        projects_markup,
        helpers_markup,
        visits_markup,
        problems_markup,
        tasks_markup,
        lambda file: funds_markup(file, lambda code, region: None),
    )
    page = lights_markup(LIGHTS, dark=False) + facts_markup(file) + story_section(STORY, dark=False)
    page += income_section(file, dark=False) + "".join(course_sections(file, dark=False))
    page += "".join(table(file) for table in tables)
    assert sorted([*re.findall(r' id="(\w+)"', page), "looks"]) == sorted(FOLDED)
    assert {light.part for light in LIGHTS} <= set(PARTS)


def test_a_light_says_its_state_in_a_word_and_a_mark_with_its_evidence():
    told = said(lights_markup(LIGHTS, dark=True))
    for word in ("不愁吃 ○ 未核实", "住房安全 ▲ 有风险 漏雨", "饮水安全 ● 稳固 合格"):
        assert word in told


def test_dates_still_to_come_are_not_among_the_facts(file: HouseholdFile):
    later = {"identified": "2026-11-22", "lifted": "2026-11-23", "risk_removed": "2026-12-01"}
    told = said(facts_markup(replace(file, facts={**file.facts, **later})))
    assert "识别日期 2026-11-22 脱贫日期 —" in told
    assert "2026-1" not in told.replace("2026-11-22", "")


def test_measures_stand_by_sector_with_their_sums(file: HouseholdFile):
    told = said(measures_markup(file))
    assert "帮扶措施 3 项，实施中 2 项，2,000.50 元" in told
    assert "教育 2 项，800.00 元 雨露计划 2025-09-01 实施中 800.00 — 助学金 2025-01-01 2025-12-31 — —" in told
    assert told.index("教育 2 项") < told.index("生态 1 项，1,200.50 元")


def test_helpers_say_when_they_were_there_and_when_they_are_to_come_next(file: HouseholdFile):
    told = said(helpers_markup(file))
    assert "2026-10-01 2026-11-01 前 超 21 天 未走访" in told
    assert "2026-11-20 2026-12-21 前 还有 29 天 已走访" in told


def test_a_cell_bears_its_heading_and_columns_without_anything_are_left_out(file: HouseholdFile):
    markup = visits_markup(file)
    labels = re.findall(r'data-label="([^"]+)"', markup)
    assert labels == ["日期", "走访人", "单位", "事由", "内容", "照片"] * LATEST_VISITS
    assert "最近走访 共 41 次" in said(markup)
    wall = replace(file, visits=file.visits.assign(occasion=None, content=None, photos=0))
    assert re.findall(r'data-label="([^"]+)"', visits_markup(wall))[:4] == ["日期", "走访人", "单位", "日期"]


def test_the_income_card_shows_sums_shares_and_how_they_come_about(file: HouseholdFile):
    told = " ".join(words(income_section(file, dark=False)).split())
    for word in (
        "工资性 务工工资 1,000 1,000 83 %",
        "总收入 1,200",
        "纯收入 总收入 − 生产经营性支出 1,150",
        "低于监测线 7,650 元（8,800 元）",
        "纯收入 1,150 元 ÷ 家庭人口 1 人",
        "较上年同月 −88.5%",
    ):
        assert word in told


def test_bars_stand_on_zero_and_share_one_scale():
    drawing = bars([100.0, 50.0, None, 0.0], largest=100, colour="#123456")
    assert re.findall(r'height="([\d.]+)"/>', drawing) == ["28.0", "14.0"]
    assert re.findall(r'x="(\d+)"', drawing) == ["0", "12"]


def test_the_course_is_said_in_words_too(file: HouseholdFile):
    markup = income_section(file, dark=False)
    assert "逐月：2026-10 1,000元" in markup
    assert base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1]).startswith(b"<svg")


def test_funds_behind_the_help_are_opened_only_by_who_may(file: HouseholdFile):
    told = said(funds_markup(file, lambda code, region: None))
    assert "帮扶资金 1 笔" in told and "200,000.00 50,000.00 25.0 %" in told
    assert "<a " not in funds_markup(file, lambda code, region: None)
    assert 'href="/funds?fund=&lt;img' in funds_markup(file, lambda code, region: f"/funds?fund={code}")


def test_deadlines_are_days_over_or_days_left(file: HouseholdFile):
    assert days_over("2026-11-12", "2026-11-22") == 10
    told = " ".join(words(problems_markup(file) + tasks_markup(file)).split())
    for word in ("超 10 天", "2026-11-02 销号", "还有 8 天", "超 21 天", "40%"):
        assert word in told


def test_a_birthday_that_is_still_to_come_does_not_count(file: HouseholdFile):
    assert "65 岁" in members_markup(file)


def test_an_empty_board_says_so_in_every_box(board: VillageBoard):
    frames = {name: frame.iloc[:0] for name, frame in vars(board).items() if isinstance(frame, pd.DataFrame)}
    told = said(board_markup(replace(board, **frames, visited_month=4), "", "", str, running=False))
    for word in ("没有结对帮扶记录。", "没有实施中的帮扶措施。", "没有未销号的问题。", "没有作战任务。", "本月 4 次"):
        assert word in told


def test_a_picker_holds_every_indicator_once_with_its_group_together():
    listed = GROUPED
    assert sorted(one.id for one in listed) == sorted(INDICATORS)
    groups = [one.group for one in listed]
    begins = [name for place, name in enumerate(groups) if not place or groups[place - 1] != name]
    assert len(begins) == len(set(begins))


def test_a_part_with_nothing_beside_it_is_drawn_alone():
    def page():
        from components.households.file import _side_by_side

        _side_by_side("<p>账目不满13个月</p>", "")

    assert not AppTest.from_function(page).run(timeout=120).exception
