"""A household's file with only what the markup reads, hostile in every text, and its story."""

import re

import pandas as pd

from data.households.income import Income
from data.households.lights import Light
from data.households.story import BEFORE_ALL, Event, Span, Story

EVIL = "<img src=x onerror=alert(1)>"


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
        course=pd.DataFrame(
            {"wage": [900.0, 1000.0], "business": 0.0, "property": 0.0, "transfer": 200.0, "expense": 50.0,
             "per_head": [1050.0, 1150.0], "line": 8800.0}, index=[24321, 24322],
        ),
    )  # fmt: skip
    measures = frame(
        "code category name started ended unit amount running",
        ("s1", EVIL, EVIL, "2026-01-01", None, EVIL, 1200.5, 1),
        ("s2", "教育", "助学金", "2025-01-01", "2025-12-31", None, None, 0),
        ("s3", "教育", "雨露计划", "2025-09-01", None, None, 800.0, 1),
    )
    projects = frame("code region name kind stage year mode amount", (EVIL, "99", EVIL, EVIL, EVIL, 2026, EVIL, 300.0))
    funds = frame("code year name source region project arranged paid", (EVIL, 2026, EVIL, EVIL, EVIL, EVIL, 2e5, 5e4))
    helpers = frame(
        "name unit team post phone started last_visit visited due",
        (EVIL, EVIL, EVIL, EVIL, EVIL, "2026-01-01", "2026-10-01", 0, "2026-11-01"),
        ("王七", "示范局", "教师", None, None, "2026-01-01", "2026-11-20", 1, "2026-12-21"),
    )
    visits = frame("code visited helper unit occasion content photos", ("v1", "2026-11-20", EVIL, EVIL, EVIL, EVIL, 2))
    visits_total = 41


LIGHTS = (
    Light("food", "未核实", EVIL, "income"),
    Light("housing", "有风险", "漏雨", "facts"),
    Light("water", "稳固", "合格", "facts"),
)
STORY = Story(
    events=(
        Event("2015-03-01", "identified", "精准识别，建档立卡"),
        Event("2016-12-20", "lifted", "脱贫"),
        Event("2024-01-01", "monitored", "纳入监测（脱贫不稳定户）"),
        Event("2024-01-09", "risk_removed", "风险消除"),
        Event("2026-01-01", "begun", f"{EVIL}：{EVIL}"),
        Event("2026-10-31", "below", "降到监测线以下"),
        Event("2026-11-01", "document", f"{EVIL}：{EVIL}"),
    ),
    spans=(Span(BEFORE_ALL, "一般户"), Span("2015-03-01", "未脱贫户"), Span("2016-12-20", "脱贫户")),
    measures=File.measures.sort_values("started"), course=File.income.course,
    visits=("2025-12-24", "2026-02-01", "2026-11-20"),
    until="2026-11-22",
)  # fmt: skip


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", " ", markup)


def said(markup: str) -> str:
    return " ".join(words(markup).split())
