"""One household with everything that hangs on it, imported from a workbook and hostile in every text, and its story.

Two neighbours have nothing on record: one of them unlifted. Seen on 22 November 2026: one person of 65 years; 1,150
yuan in the twelve months to October, the last whose books are closed, after 10,000 the year before.
"""

import re
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, text

from data import intake, model
from data.access.viewer import Viewer
from data.households.lights import Light
from data.households.story import BEFORE_ALL, Event, Span, Story
from data.months import month_of
from data.store.engine import writing
from tests.data.intake.books import Book, write_xlsx

EVIL = "<img src=x onerror=alert(1)>"
CODE = EVIL.replace(" ", "/")  # as codes are, without blanks
TODAY = date(2026, 11, 22)
MONTH = month_of(TODAY)
VILLAGE, HOUSE, UNVISITED, ORDINARY = "990181001001", "9901810010010001", "9901810010010002", "9901810010010003"
VISITS = 41
COUNTY = Viewer("county", "990181")
_CHOICES = {
    "household": ("attribute", "cause", "other_causes"), "member": ("skill", "work_area", "health"),
    "visit": ("occasion",), "helper": ("team",), "project": ("kind",), "project_household": ("mode",),
    "fund": ("source",), "problem": ("source",),
}  # fmt: skip
"""Columns that the import lets only words of a list into; where some other writer did not ask, they are hostile too."""


def book() -> Book:
    """The workbook of the household."""
    of = {"户编号": HOUSE}
    line = lambda month, subject, amount: {**of, "月份": month, "科目": subject, "金额": amount}  # noqa: E731
    measure = lambda code, kind, name, start, end, amount: {  # noqa: E731
        **of,
        "措施编号": code,
        "类别": kind,
        "名称": name,
        "开始日期": start,
        "结束日期": end,
        "金额": amount,
        "责任单位": EVIL if name == EVIL else "",
    }
    visit = lambda number, helper, day: {  # noqa: E731
        **of,
        "走访编号": f"v{number:02}",
        "责任人编号": helper,
        "日期": day,
        "事由": "日常走访",
        "内容": EVIL,
    }
    problem = {**of, "区划代码": VILLAGE, "来源": "排查", "发现日期": "2026-09-01", "整改期限": "2026-11-12"}
    task = {**of, "村代码": VILLAGE, "开始日期": "2026-09-01", "进度": "40"}
    return {
        "行政区划": [
            {"区划代码": "990181", "名称": "示范市"},
            {"区划代码": VILLAGE[:9], "名称": EVIL},
            {"区划代码": VILLAGE, "名称": EVIL},
        ],
        "户": [
            {
                **of,
                "村代码": VILLAGE,
                "户主姓名": EVIL,
                "户类型": "边缘易致贫户",
                "识别日期": "2024-01-01",
                "户属性": "低保户",
                "主要致贫原因": "因病",
                "其他致贫原因": "因残",
                "住房安全": "否",
                "联系电话": EVIL,
                "住址": EVIL,
                "备注": EVIL,
            },
            {
                "户编号": UNVISITED,
                "村代码": VILLAGE,
                "户主姓名": "张四",
                "户类型": "未脱贫户",
                "识别日期": "2015-01-01",
            },
            {"户编号": ORDINARY, "村代码": VILLAGE, "户主姓名": "李三", "户类型": "一般户"},
        ],
        "家庭成员": [
            {
                **of,
                "人编号": "m1",
                "姓名": EVIL,
                "与户主关系": EVIL,
                "性别": "女",
                "出生日期": "1960-11-23",
                "证件号码": "990181196011231222",
                "文化程度": EVIL,
                "在校状况": EVIL,
                "健康状况": "大病",
                "劳动技能": "普通劳动力",
                "务工区域": "乡内",
                "务工月数": "3",
                "参加医保": "否",
            },
        ],
        "收支": [
            line("2024-11", "务工工资", "0"),
            line("2025-10", "务工工资", "10000"),
            line("2026-10", "务工工资", "1000"),
            line("2026-10", "养老金", "200"),
            line("2026-10", "生产经营性支出", "50"),
        ],
        "帮扶措施": [
            measure("s1", "生态", EVIL, "2026-01-01", "", "1200.5"),
            measure("s2", "其他教育", "助学金", "2025-01-01", "2025-12-31", ""),
            measure("s3", "其他教育", "雨露计划", "2025-09-01", "", "800"),
        ],
        "项目": [
            {"项目编号": CODE, "名称": EVIL, "类型": "光伏", "区划代码": VILLAGE, "阶段": "运营", "投资": "1200000"},
        ],
        "项目带户": [{**of, "项目编号": CODE, "年度": "2026", "方式": "分红", "金额": "300"}],
        "帮扶责任人": [
            {"责任人编号": "b1", "姓名": EVIL, "单位": EVIL, "队伍": "区直干部", "职务": EVIL, "联系电话": EVIL},
            {"责任人编号": "b2", "姓名": "王七", "单位": "示范局", "队伍": "教师"},
        ],
        "结对帮扶": [
            {**of, "责任人编号": "b1", "开始日期": "2026-01-01"},
            {**of, "责任人编号": "b2", "开始日期": "2026-01-02"},
        ],
        "走访": [
            *(visit(number, "b1", "2026-10-01") for number in range(1, VISITS)),
            visit(VISITS, "b2", "2026-11-20"),
        ],
        "资金": [
            {
                "资金编号": CODE,
                "年度": "2026",
                "来源": "中央",
                "区划代码": "990181",
                "项目编号": CODE,
                "名称": EVIL,
                "安排金额": "200000",
            },
        ],
        "资金拨付": [{"资金编号": CODE, "日期": "2026-05-20", "金额": "50000"}],
        "问题": [
            {**problem, "问题编号": "q1", "类别": EVIL, "描述": EVIL, "责任人": EVIL},
            {
                **problem,
                "问题编号": "q2",
                "类别": "住房",
                "描述": "漏雨",
                "责任人": "赵",
                "整改日期": "2026-11-01",
                "销号日期": "2026-11-02",
            },
        ],
        "作战任务": [
            {**task, "任务编号": "t1", "任务": EVIL, "目标": EVIL, "责任人": EVIL, "期限": "2026-11-30"},
            {**task, "任务编号": "t2", "任务": "修缮", "目标": "完成", "责任人": "赵", "期限": "2026-11-01"},
        ],
    }


def fill(engine: Engine, folder: Path) -> None:
    """Import the workbook into an empty store."""
    result = intake.import_files(
        engine, [write_xlsx(folder / "household.xlsx", book())], now=datetime.combine(TODAY, time(9))
    )
    assert result.wrote and not result.refusal_count, result.refusals
    with writing(engine) as connection:
        for table, columns in _CHOICES.items():
            hostile = ", ".join(f"{column} = CASE WHEN {column} IS NULL THEN NULL ELSE :evil END" for column in columns)
            connection.execute(text(f"UPDATE {table} SET {hostile}"), {"evil": EVIL})
        photos = [
            {
                "id": id,
                "household_id": 1,
                "digest": str(id),
                "kind": "走访照片",
                "title": EVIL,
                "visit": "v41",
                "media_type": "image/jpeg",
                "size": 1,
                "added": "2026-11-20T08:00:00",
            }
            for id in (1, 2)
        ]
        connection.execute(model.archive.insert(), photos)


LIGHTS = (
    Light(item="food", state="未核实", evidence=EVIL, part="income"),
    Light(item="housing", state="有风险", evidence="漏雨", part="facts"),
    Light(item="water", state="稳固", evidence="合格", part="facts"),
)


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split(), dtype=object)


STORY = Story(
    events=tuple(
        Event(day=day, kind=kind, what=what)
        for day, kind, what in (
            ("2015-03-01", "identified", "精准识别，建档立卡"),
            ("2016-12-20", "lifted", "脱贫"),
            ("2024-01-01", "monitored", "纳入监测（脱贫不稳定户）"),
            ("2024-01-09", "risk_removed", "风险消除"),
            ("2026-01-01", "begun", f"{EVIL}：{EVIL}"),
            ("2026-10-31", "below", "降到监测线以下"),
            ("2026-11-01", "document", f"{EVIL}：{EVIL}"),
        )
    ),
    spans=tuple(
        Span(since=since, state=state)
        for since, state in ((BEFORE_ALL, "一般户"), ("2015-03-01", "未脱贫户"), ("2016-12-20", "脱贫户"))
    ),
    measures=frame(
        "category name started ended amount unit",
        ("其他教育", "助学金", "2025-01-01", "2025-12-31", None, None),
        ("其他教育", "雨露计划", "2025-09-01", None, 800.0, None),
        (EVIL, EVIL, "2026-01-01", None, 1200.5, EVIL),
    ),
    course=pd.DataFrame(
        {"wage": [900.0, 1000.0], "business": 0.0, "property": 0.0, "transfer": 200.0, "expense": 50.0,
         "per_head": [1050.0, 1150.0], "line": 8800.0}, index=[MONTH - 1, MONTH],
    ),
    visits=("2025-12-24", "2026-02-01", "2026-11-20"),
    until=TODAY.isoformat(),
)  # fmt: skip


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", " ", markup)


def said(markup: str) -> str:
    return " ".join(words(markup).split())
