"""The projects on the map, as marks by kind, stage, return rate or arrears; a click opens the project."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.maps import project_points, region_layer, region_values
from components.drawing.markup import escape
from components.drawing.panels import heading
from components.drawing.tables import Row
from components.drawing.theme import level_marks, map_colours, project_marks
from components.projects.address import COLOURINGS, ProjectChoice
from components.projects.controls import colour_switch
from components.shell.asking import ask
from components.shell.empty import nothing
from components.shell.header import go_to_region
from components.shell.map_view import outlines_url, show_map
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import PROJECT
from data.figures.indicators import INDICATORS
from data.projects.region import MOST_POINTS, points
from data.regions.ground import can_be_drawn
from data.terms import PROJECT_KINDS, PROJECT_STAGES

OPENED = "project_to_open"
_GROUPS = {"前期": PROJECT_STAGES[:5], "建设": PROJECT_STAGES[5:6], "验收移交": PROJECT_STAGES[6:9],
           "运营": PROJECT_STAGES[9:]}  # fmt: skip
_STAGE_GROUP = {stage: group for group, stages in _GROUPS.items() for stage in stages}
_LOW, _HIGH = sorted(INDICATORS["return_rate"].warning or (0.0, 0.0))
RATES = (f"不到 {_LOW:.0%}", f"{_LOW:.0%} 至 {_HIGH:.0%}", f"{_HIGH:.0%} 至 {2 * _HIGH:.0%}", f"{2 * _HIGH:.0%} 以上",
         "没有应收或投资")  # fmt: skip
ARREARS = ("欠收一半以上", "欠收一成至一半", "欠收不到一成", "收足", "12个月没有应收")


def classes_of(frame: pd.DataFrame, colour: str) -> list[str]:
    """The class of each row of ``projects.points`` under a key of COLOURINGS."""
    if colour == "kind":
        return list(frame["kind"])
    if colour == "stage":
        return [_STAGE_GROUP[stage] for stage in frame["stage"]]
    told = _rate_class if colour == "rate" else _arrears_class
    return [told(row) for row in frame.itertuples()]


def _rate_class(row: Row) -> str:
    if not row.due > 0 or row.rate != row.rate:  # nothing due, or nothing invested to measure it by
        return RATES[4]
    return RATES[sum(row.rate >= bound for bound in (_LOW, _HIGH, 2 * _HIGH))]


def _arrears_class(row: Row) -> str:
    if not row.due > 0:
        return ARREARS[4]
    share = row.arrears / row.due
    return ARREARS[3] if share <= 0 else ARREARS[2] if share < 0.1 else ARREARS[1] if share < 0.5 else ARREARS[0]


def marks_of(colour: str, dark: bool) -> dict[str, tuple[str, str]]:
    """Class → (mark, colour), in the order of the legend."""
    if colour in ("kind", "stage"):
        return project_marks(PROJECT_KINDS if colour == "kind" else tuple(_GROUPS), dark)
    return level_marks(RATES if colour == "rate" else ARREARS, dark)


def tooltips(frame: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Rows of ``projects.points`` as the map takes them."""

    def money(yuan: float) -> str | None:
        return str(wording.money(yuan)) if wording.has_value(yuan) else None

    return pd.DataFrame(
        {
            "id": frame["code"],
            "lat": frame["lat"],
            "lon": frame["lon"],
            "state": list(classes),
            "label": frame["name"],
            "sketch": frame["sketch"],
            "类型和阶段": [f"{row.kind} · {row.stage}" for row in frame.itertuples()],
            "经营主体": frame["operator"],
            "投资": frame["investment"].map(money),
            "12个月应收": frame["due"].map(money),
            "12个月实收": frame["received"].map(money),
            "欠收": [money(row.arrears) if row.arrears > 0 else None for row in frame.itertuples()],
            "年收益率": [
                wording.percent(row.rate) if row.due > 0 and row.rate == row.rate else None
                for row in frame.itertuples()
            ],
        }
    )


def legend_markup(classes: Sequence[str], marks: dict[str, tuple[str, str]]) -> str:
    """The classes there are, each with its mark and how many projects."""
    counts = {name: list(classes).count(name) for name in marks}
    lines = "".join(
        f'<li><b style="color: {marks[name][1]}">{marks[name][0]}</b>{escape(name)} <small>{count} 个</small></li>'
        for name, count in counts.items()
        if count
    )
    return f'<ul class="legend">{lines}</ul>'


def show_project_map(screen: Screen, choice: ProjectChoice) -> None:
    """Map, its legend and what colours it."""
    frame = ask(screen, points, screen.region.code, screen.month, filters=choice.filters)
    placed = frame.dropna(subset=["lon", "lat"])
    classes = classes_of(placed, choice.colour)
    marks = marks_of(choice.colour, screen.dark)
    coloured = f"{screen.region.name} · {screen.calendar.words} · 标记按{COLOURINGS[choice.colour]}区分"
    show_markup(heading(_finding(frame), coloured) + colour_switch(screen, choice) + legend_markup(classes, marks))
    if not ask(screen, can_be_drawn, screen.region.code) and placed.empty:
        nothing(
            f"{screen.region.name}还没有地图",
            "没有导入行政边界，项目也没有登记经纬度，所以只列出表格。",
            "在数据模板的“项目”表中填写经度、纬度后再次导入：`python -m data import 文件`",
        )
        return
    level = "outline" if screen.region.is_village else "children"
    with st.container(key="project_map_box"):
        show_map(
            region_layer(outlines_url(screen, level), names=len(screen.region.code) < 9),
            region_values(pd.DataFrame({"code": []})),
            project_points(tooltips(placed, classes), marks=marks, named=len(screen.region.code) >= 9),
            colours=map_colours(screen.dark),
            label=f"{screen.region.name}项目分布图，{len(placed)} 个项目；各项目也在名单中",
            key="project_map",
            height=520,
            on_pick=_picked,
            text_px=14,
        )
    show_markup(f'<p class="calm">{escape(_said(frame, placed))}</p>')


def _finding(frame: pd.DataFrame) -> str:
    owing = int((frame["arrears"] > 0).sum())
    return f"{len(frame)} 个项目中 {owing} 个有欠收" if owing else f"{len(frame)} 个项目，都没有欠收"


def _said(frame: pd.DataFrame, placed: pd.DataFrame) -> str:
    said = ["点标记打开项目，点区划进入该区划"]
    if sketched := int(placed["sketch"].sum()):
        said.append(f"{sketched} 个项目没有登记坐标，颜色较淡，为示意位置")
    if len(placed) < len(frame):
        said.append(f"{len(frame) - len(placed)} 个项目无法上图，见名单")
    if len(frame) == MOST_POINTS:
        said.append(f"地图最多显示 {MOST_POINTS} 个项目，请缩小区划")
    return " · ".join(said)


def _picked(kind: str, chosen: str | int) -> None:
    """A click on a mark opens the project's page, once the script runs: a callback cannot change the page."""
    if kind == "project":
        st.session_state[OPENED] = str(chosen)
    elif kind == "region":
        go_to_region(str(chosen))


def open_picked(screen: Screen) -> None:
    """Go to the page of the project that was clicked, if one was."""
    if (chosen := st.session_state.pop(OPENED, None)) is not None:
        go_to(screen.link(PROJECT, project=chosen))
