"""What the battle map and the household's page say, as markup: values stay text, warnings are words, sums are right."""

import base64
import re

import pandas as pd
import pytest

from components.household_rows import COLUMNS, drawn, tooltips
from components.household_tables import days_over, members_markup, problems_markup, tasks_markup
from components.household_view import facts_markup, head_markup, income_section
from components.income_rows import bars
from components.map_controls import group, grouped
from components.tables import table_markup
from components.theme import state_marks
from components.village_board import board_markup
from data.household_file import Income
from data.indicators import INDICATORS
from data.village_board import VillageBoard

EVIL = "<img src=x onerror=alert(1)>"
MARKS = state_marks(False)


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split(), dtype=object)


class File:
    """A household's file with only what the markup reads."""

    head, state = EVIL, "边缘易致贫户"
    facts = {  # noqa: RUF012
        "code": EVIL, "township_name": EVIL, "village_name": EVIL, "attribute": EVIL, "cause": EVIL,
        "other_causes": EVIL, "identified": "2024-01-01", "lifted": None, "relapsed": None, "risk_removed": None,
        "housing_safe": 0, "water_safe": None, "phone": EVIL, "address": EVIL, "remark": EVIL, "visits": 0,
        "as_of": "2026-11-22",
    }  # fmt: skip
    members = frame(
        "name relation sex born id_number education schooling health skill work_area work_months medical_insured"
        " pension_insured as_of",
        (EVIL, EVIL, "女", "1960-11-23", "990181********1234", EVIL, EVIL, EVIL, EVIL, EVIL, 3, 0, None, "2026-11-22"),
    )
    problems = frame(
        "category description source owner found deadline rectified closed as_of",
        (EVIL, EVIL, EVIL, EVIL, "2026-09-01", "2026-11-12", None, None, "2026-11-22"),
        ("住房", "漏雨", "排查", "赵", "2026-09-01", "2026-11-12", "2026-11-01", "2026-11-02", "2026-11-22"),
    )
    tasks = frame(
        "name target owner started deadline progress finished as_of",
        (EVIL, EVIL, EVIL, "2026-09-01", "2026-11-30", 0.4, None, "2026-11-22"),
        ("修缮", "完成", "赵", "2026-09-01", "2026-11-01", 0.4, None, "2026-11-22"),
    )
    income = Income(
        months=pd.DataFrame(
            {"wage": [1000.0, None], "business": [0, None], "property": [0, None], "transfer": [200.0, None],
             "expense": [50.0, None]}, index=[24321, 24322],
        ),
        subjects={"务工工资": 1000.0, "养老金": 200.0, "生产经营性支出": 50.0},
        totals={"wage": 1000.0, "business": 0.0, "property": 0.0, "transfer": 200.0, "expense": 50.0},
        persons=1, per_head=1150.0, before=1000.0, line=8800.0,
    )  # fmt: skip


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


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", " ", markup)


@pytest.mark.parametrize(
    "markup",
    [
        lambda: head_markup(File, dark=False),
        lambda: facts_markup(File),
        lambda: members_markup(File),
        lambda: problems_markup(File),
        lambda: tasks_markup(File),
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
    told = words(head_markup(File, dark=True))
    for word in ("● 边缘易致贫户", "低于监测线", "本月未走访", "1 个未销号问题", "1 项任务超期"):
        assert word in " ".join(told.split())


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
