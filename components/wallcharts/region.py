"""The chart of a county or a township: where it is behind and how far, who helps where, projects, what is overdue."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection

from components.drawing import wording
from components.drawing.ranking import Ranking, closed, finding, mean_amount, rank
from components.wallcharts import panels
from components.wallcharts.maps import class_map, course
from components.wallcharts.panels import Column, Panel
from components.wallcharts.sheets import Sheet
from data.access.viewer import Viewer
from data.duties.leaders import VACANT
from data.duties.overdue import most_overdue
from data.figures import read
from data.figures.indicators import INDICATORS
from data.months import last_day
from data.projects import region as projects
from data.regions import tree
from data.terms import LEVELS
from data.wall.leaders import leaders_on_wall
from data.wall.names import as_display
from data.wall.roster import first_secretaries, places, units

OF_REGION = (
    "households", "monitored_households", "below_line_households", "net_income_per_capita", "net_income_growth",
    "visit_coverage", "problems_overdue", "tasks_overdue", "fund_progress",
)  # fmt: skip
BESIDE = ("households", "monitored_households", "visit_coverage", "problems_overdue", "tasks_overdue")
"""Figures of each region below, beside the one that it is ranked by."""
CHOSEN = "net_income_per_capita"
MOST_OVERDUE, MOST_UNITS, MOST_PROJECTS = 20, 20, 20


def region_panels(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    asked: int | None,
    sheet: Sheet,
    rules: Sequence[str],
    chosen: str,
) -> list[Panel]:
    """The panels in their order: the map by classes of the chosen figure (its id), the regions below in order of it,
    its course, what is overdue, the projects, 组织架构, the units that help, the rules; what does not fit on one
    sheet goes on to the next in that order. ``month`` and ``asked`` as ``village.village_panels`` takes them."""
    public, letters = as_display(viewer), sheet.letters
    stands = read.figures(connection, public, region, asked, (chosen,))[chosen].standing
    ranking = ranked(connection, public, region, asked, chosen)
    way = [one.code for one in tree.ancestors(connection, public, region) if one.code]
    return [
        class_map(connection, ranking, region, noun_of(ranking), stands, sheet),
        standing_of(connection, public, region, asked, ranking, letters),
        course(connection, public, region, ranking.indicator, stands, way[-2] if len(way) > 1 else None, sheet),
        overdue(connection, public, region, month, letters),
        project_table(connection, public, region, month, letters),
        organisation(connection, public, region, month, letters),
        helping_units(connection, public, region, month, letters),
        panels.rules("作战室制度", rules),
    ]


def ranked(connection: Connection, viewer: Viewer, region: str, asked: int | None, id: str) -> Ranking:
    """The regions directly below in the order of a figure, at its own month where none was asked for."""
    figure = read.figures(connection, viewer, region, asked, (id,))[id]
    below = read.children(connection, viewer, region, figure.standing.month, id)
    return rank(INDICATORS[id], below, figure.value, len(region))


def noun_of(ranking: Ranking) -> str:
    """What the regions below are called."""
    return LEVELS[len(ranking.rows["code"].iloc[0])] if len(ranking.rows) else "区划"


def standing_of(
    connection: Connection, viewer: Viewer, region: str, asked: int | None, ranking: Ranking, letters: float
) -> Panel:
    """The regions below, the worst of the chosen figure first, each with the other figures it is asked about."""
    indicator, noun = ranking.indicator, noun_of(ranking)
    others = [id for id in BESIDE if id != indicator.id]
    beside: dict[str, dict[str, float]] = {}
    stands = read.figures(connection, viewer, region, asked, (*others, indicator.id))
    for id in others:
        below = read.children(connection, viewer, region, stands[id].standing.month, id)
        beside[id] = dict(zip(below["code"], below["value"], strict=True))
    places_of = {code: place for place, code in enumerate(closed(ranking)["code"], 1)}
    rows = []
    for row in ranking.rows.itertuples():
        behind = wording.has_value(row.distance) and row.distance * indicator.direction < 0
        said = wording.in_class_unit(indicator, row.value)
        apart = (
            wording.apart(indicator, row.distance) if wording.has_value(row.distance) else row.open_words or "无数据"
        )
        rows.append([
            str(places_of.get(row.code, "")), row.name, panels.bold(said) if behind else said, apart,
            *(wording.amount(INDICATORS[id], beside[id].get(row.code)).number for id in others),
        ])  # fmt: skip
    columns = (
        Column("序", 2.4, "center"), Column(noun, 6),
        Column(f"{indicator.label}（{wording.class_unit(indicator)}）", 5.4, "right"),
        Column(f"与{ranking.mean_name}比", 5.4, "right"),
        *(Column(INDICATORS[id].label + _unit(id), 4.4, "right") for id in others),
    )  # fmt: skip
    note = (
        f"{finding(ranking, noun)}；{ranking.mean_name} {mean_amount(ranking)}；{stands[indicator.id].standing.words}"
    )
    return panels.table(f"各{noun}排名", columns, rows, letters=letters, empty="没有下级区划。", note=note)


def _unit(id: str) -> str:
    return "（%）" if INDICATORS[id].format == "percent" else ""


def overdue(connection: Connection, viewer: Viewer, region: str, month: int, letters: float) -> Panel:
    """What is overdue the longest, with white cells for what is decided in the room."""
    found = most_overdue(connection, viewer, region, month, limit=MOST_OVERDUE)
    counts = read.figures(connection, viewer, region, month, ("problems_overdue", "tasks_overdue"))
    rows = [
        [row.noun, row.what, row.place, row.owner, panels.bold(f"{row.days} 天"), None] for row in found.itertuples()
    ]
    columns = (
        Column("类", 3), Column("事项", 13), Column("区划", 8), Column("责任人", 4.6), Column("超期", 4, "right"),
        Column("处理（手写）", 9),
    )  # fmt: skip
    told = " · ".join(
        f"{INDICATORS[id].label} {wording.amount(INDICATORS[id], figure.value)}" for id, figure in counts.items()
    )
    note = told + (f"，列出超期最久的 {len(found)} 件" if len(found) == MOST_OVERDUE else "")
    return panels.table("超期事项", columns, rows, letters=letters, empty="目前没有超期的问题和任务。", note=note)


def project_table(connection: Connection, viewer: Viewer, region: str, month: int, letters: float) -> Panel:
    """The projects, those with the largest arrears first."""
    found = projects.page(connection, viewer, region, month, limit=MOST_PROJECTS)
    totals = projects.totals(connection, viewer, region, month)
    rows = [
        [
            row.name, row.place, row.stage, wording.ten_thousands(row.investment), wording.ten_thousands(row.due),
            wording.ten_thousands(row.received), str(row.households or 0), row.risk,
        ]
        for row in found.itertuples()
    ]  # fmt: skip
    columns = (
        Column("项目", 11), Column("区划", 7), Column("阶段", 4.2), Column("投资", 4, "right"),
        Column("应收", 3.6, "right"),
        Column("实收", 3.6, "right"), Column("带户", 3, "right"), Column("风险", 8),
    )  # fmt: skip
    note = (
        f"{totals.projects} 个项目，投资 {wording.money(totals.investment)}，12个月应收 {wording.money(totals.due)}、"
        f"实收 {wording.money(totals.received)}，年收益率 {wording.percent(totals.rate)}；金额单位万元"
    )
    if totals.projects > len(found):
        note += f"；列出欠收最多的 {len(found)} 个"
    return panels.table("项目和收益", columns, rows, letters=letters, empty="没有登记项目。", note=note)


_LED = {9: "乡镇党委书记", 12: "村党支部书记"}
"""Level of a region → the post that stands for it on a chart."""


def organisation(connection: Connection, viewer: Viewer, region: str, month: int, letters: float) -> Panel:
    """Who leads and who helps in each region below, with the phones of their work; of a township by village with
    第一书记."""
    villages = len(region) == 9
    level = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12}[len(region)]
    counted = places(connection, viewer, region, month, level).set_index("code")
    below = read.children(connection, viewer, region, month, "households")
    first = pd.DataFrame(columns=["village", "name", "unit", "phone"])
    if villages:
        first = first_secretaries(connection, viewer, region, month)
    heads = first.set_index("village")
    led = leaders_on_wall(connection, viewer, below["code"].tolist(), last_day(month), paper=True)
    post = _LED.get(level)
    rows = []
    for row in below.itertuples():
        held = counted.loc[row.code] if row.code in counted.index else None
        numbers = (
            ["0", "0", "0"] if held is None else [str(held[name]) for name in ("helpers", "households", "unvisited")]
        )
        named = ["", "", ""]
        if row.code in heads.index:
            named = [heads.loc[row.code, name] for name in ("name", "unit", "phone")]
        leader = next((one for one in led.get(row.code, ()) if one.post == post), None)
        who = [leader.name, leader.phone or ""] if leader else [panels.bold(VACANT), ""]
        rows.append([row.name, *(who if post and led else []), *(named if villages else []), *numbers])
    columns = [Column(LEVELS[level], 6)]
    if post and led:
        columns += [Column(post, 5.4), Column("电话", 6)]
    if villages:
        columns += [Column("第一书记", 4.4), Column("派出单位", 10), Column("联系电话", 7)]
    columns += [Column("帮扶责任人", 5, "right"), Column("结对户", 4, "right"), Column("本月未走访户", 5, "right")]
    return panels.table("组织架构", columns, rows, letters=letters, empty="没有登记结对帮扶。")


def helping_units(connection: Connection, viewer: Viewer, region: str, month: int, letters: float) -> Panel:
    """The units that help, the one with the most households first."""
    found = units(connection, viewer, region, month)
    rows = [
        [row.unit, str(row.helpers), str(row.villages), str(row.households), str(row.unvisited)]
        for row in found.head(MOST_UNITS).itertuples()
    ]
    columns = (
        Column("帮扶单位", 14), Column("责任人", 4, "right"), Column("包村", 4, "right"), Column("包户", 4, "right"),
        Column("本月未走访户", 5.4, "right"),
    )  # fmt: skip
    note = f"共 {len(found)} 个单位" + (f"，列出包户最多的 {MOST_UNITS} 个" if len(found) > MOST_UNITS else "")
    return panels.table("帮扶单位", columns, rows, letters=letters, empty="没有登记结对帮扶。", note=note)
