"""收入趋势 · 走势: income by kind, its structure, growth on the map, the sub-regions beside each other."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.choropleth import choropleth, legend_markup
from components.drawing.maps import region_layer
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.ranking import Ranking, extremes, finding, rank, ranking_markup
from components.drawing.sums import adding_up, rows_adding_up
from components.drawing.theme import map_colours
from components.drawing.wording import yuan
from components.income.address import MAPS, SPANS, TrendChoice, trends_link
from components.income.compared import show_compared
from components.income.course_charts import (
    NAMES,
    back_name,
    growth_chart,
    kinds_chart,
    structure_chart,
    years_chart,
)
from components.income.months import named_months
from components.shell.asking import ask
from components.shell.chart_panel import show_chart
from components.shell.empty import no_ground, nothing
from components.shell.header import go_to_region
from components.shell.map_view import outlines_url, show_map
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, FIGURE
from data.figures import monitoring_line as lines
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.figures.standing import OPEN
from data.income import course as income_course
from data.income.year import year_of
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.regions.ground import can_be_drawn
from data.regions.tree import Region
from data.settings import value_of
from data.terms import LEVELS

INCOME_ID = "net_income_per_capita"
_PARTS = [ListColumn(part, f"{NAMES[part]}（元/人）", "integer") for part in income_course.PARTS]
_SHARES = {f"{kind}_share": kind for kind in income_course.KINDS}
_ROUNDED = "尾数已作平衡，各项相加等于人均纯收入的变化"
_NET = [ListColumn("net", "人均纯收入（元）", "integer"), ListColumn("growth", "比上年增长", "percent")]


def show_course(screen: Screen, choice: TrendChoice, children: Sequence[Region]) -> None:
    """The whole view; at most three figures and a map."""
    course = ask(screen, income_course.income_course, screen.region.code, until=screen.books.month)
    if screen.books.month not in course.index:
        nothing(
            f"{screen.region.name}{spoken(screen.books.month)}没有收入数据",
            "所选月份以前的12个月还没有收支记录，或所选区划没有所计的户。",
            "换一个月份或区划",
            "在数据模板的“收支”表中填报后再次导入：`python -m data import 文件`",
        )
        return
    left, right = st.columns([64, 36], gap="medium")
    with left:
        _show_kinds(screen, choice, course)
    with right:
        _show_structure(screen, course)
    if children:
        _show_place(screen, choice)
        show_compared(screen, choice, children, course)
    else:
        way = link("看本村各户的收入名单", screen.link(FIGURE, indicator=INCOME_ID), style="underlined")
        show_markup(f'<p class="calm">村以下没有区划可以对比：{way}</p>')


def _chips(label: str, parts: dict[str, str], chosen: str, url: Callable[[str], str]) -> str:
    made = (
        link(escape(words), url(key), style="chip", **({"aria_current": "true"} if key == chosen else {}))
        for key, words in parts.items()
    )
    return f'<nav class="chips trend-chips" aria-label="{escape(label)}">{"".join(made)}</nav>'


def _show_kinds(screen: Screen, choice: TrendChoice, course: pd.DataFrame) -> None:
    show_markup(_chips("收入口径", SPANS, choice.span, lambda span: trends_link(screen, choice, span=span)))
    if choice.span == "growth":
        _show_growth(screen, course)
        return
    course = _added_up(course)
    if choice.span == "year":
        _show_years(screen, course)
        return
    months = course.iloc[-60:]
    months = months.assign(month=months.index, name=named_months(screen, months.index))
    line = ask(screen, lines.monitoring_line, screen.region.code, tuple(months.index))
    growth = months["growth"].iloc[-1] if screen.books.closed else float("nan")
    figure = kinds_chart(months, month=screen.books.month, line=line, dark=screen.dark)
    said = f"，比上年同月{_moved(growth)}" if wording.has_value(growth) else f"，{_why_not_compared(screen)}"
    show_chart(
        screen,
        figure,
        key="kinds",
        what="人均纯收入走势",
        title=f"人均纯收入 {yuan(months['net'].iloc[-1])}{said}",
        subtitle=f"{screen.region.name} · {screen.books.words} · 每月为截至当月的12个月 · 元/人",
        table=months.iloc[::-1],
        columns=[ListColumn("name", "12个月截至"), *_PARTS, *_NET],
        links={len(figure.data) - 1: [_list(screen, month) for month in months.index]},
        row_url=lambda row: _list(screen, row.month),
        opener="name",
        note="纯收入＝四类收入之和－经营支出，与总览的人均纯收入同口径。点折线上的月份，看当月各户名单。"
        + ("" if any(wording.has_value(one) for one in line) else "所选区划没有统一的监测线，图上不画。"),
    )


def _show_years(screen: Screen, course: pd.DataFrame) -> None:
    with screen.engine.connect() as connection:
        start = int(value_of(connection, "income_year_start"))
    years = income_course.income_years(course, start)
    complete = years[years["complete"]]
    table = years.iloc[::-1].assign(
        name=[year_of(month, start).name for month in years["month"][::-1]],
        state=[
            "已结束" if done else f"未结束，为到{name}为止的12个月"
            for done, name in zip(years["complete"], named_months(screen, years["month"]), strict=True)
        ][::-1],
    )
    said = "还没有结束的收入年度"
    if len(complete):
        last = complete.iloc[-1]
        grown = f"，比上年度{_moved(last['growth'])}" if wording.has_value(last["growth"]) else ""
        said = f"{complete.index[-1]}年度人均纯收入 {yuan(last['net'])}{grown}"
    urls = [_list(screen, month) for month in years["month"]]
    show_chart(
        screen,
        years_chart(years, dark=screen.dark),
        key="years",
        what="各收入年度",
        title=said,
        subtitle=f"{screen.region.name} · 收入年度（{start}月起）· 元/人",
        table=table,
        columns=[ListColumn("name", "收入年度"), ListColumn("state", "状态"), *_PARTS, *_NET],
        links=dict.fromkeys(range(6), urls),
        row_url=lambda row: _list(screen, row.month),
        opener="name",
        note="柱上数字为人均纯收入和比上年的增速。画斜线的年度还没有结束，用最近12个月代替，含上一年度的月份，"
        "增速按上年同月计算。",
    )


def _show_growth(screen: Screen, course: pd.DataFrame) -> None:
    parts = rows_adding_up(income_course.growth_parts(course).iloc[-48:], income_course.PARTS, "growth", 3)
    title, figure = "还没有一年以前的数，算不出同比增速", None
    if not screen.books.closed:
        title = f"人均纯收入同比增速：{_why_not_compared(screen)}"
    if len(parts):
        last = parts.iloc[-1]
        kind = last[list(income_course.PARTS)].abs().idxmax()
        if screen.books.closed:
            title = f"人均纯收入同比{_moved(last['growth'])}，{NAMES[kind]}影响最大（{_points(last[kind])}）"
        figure = growth_chart(parts, dark=screen.dark)
    table = parts.assign(month=parts.index, name=named_months(screen, parts.index)).iloc[::-1]
    adds = [ListColumn(part, f"{NAMES[part]}拉动", "percent") for part in income_course.PARTS]
    show_chart(
        screen,
        figure,
        key="growth",
        what="同比增速",
        title=title,
        subtitle=f"{screen.region.name} · 截至{screen.books.words} · 12个月人均纯收入比上年同月 · %",
        table=table,
        columns=[ListColumn("name", "月份"), ListColumn("growth", "同比增速", "percent"), *adds],
        links={5: [_list(screen, month) for month in parts.index]},
        row_url=lambda row: _list(screen, row.month),
        opener="name",
        empty="12个月收入的记录不满一年，明年同月才有同比增速。",
        note="柱子是各类收入拉动的百分点，经营支出增加为负；尾数已作平衡，相加等于增速。",
    )


def _added_up(rows: pd.DataFrame) -> pd.DataFrame:
    """Yuan a head of each kind and of the expense, whole, so that they make the net income as it is read."""
    return rows_adding_up(rows, income_course.PARTS, "net", minus=("expense",))


def _why_not_compared(screen: Screen) -> str:
    return "上年同月没有可比的数" if screen.books.closed else "本月未满，不与上年比较"


def _points(share: float) -> str:
    return f"{share * 100:+.1f} 个百分点".replace("-", "−")


def _moved(growth: float) -> str:
    if abs(growth) < 0.0005:
        return "持平"
    return f"{'增长' if growth > 0 else '下降'} {abs(growth) * 100:.1f} %"


def _list(screen: Screen, month: int) -> str:
    return screen.link(FIGURE, indicator=INCOME_ID, month=month)


def _show_structure(screen: Screen, course: pd.DataFrame) -> None:
    rows = income_course.structures(course, screen.books.month, (0, 12, 36, 60))
    parts = income_course.contributions(course, screen.books.month)
    title, note = "收入构成", "一年前没有数据，说不出增收来自哪里。"
    if not screen.books.closed:
        note = f"{_why_not_compared(screen)}，说不出增收来自哪里。"
    elif len(parts):
        parts["change"] = adding_up(parts["change"].tolist())
        step = parts["change"].sum()
        largest = parts["change"].idxmax() if step > 0 else parts["change"].idxmin()
        title = (
            f"一年来人均{'增收' if step > 0 else '减收'} {yuan(abs(step))}，{'主要靠' if step > 0 else '主要因'}"
            + (f"{NAMES[largest]}{_signed(parts.loc[largest, 'change'])}")
        )
        note = "一年来：" + "，".join(f"{NAMES[part]} {_signed(row.change)}" for part, row in parts.iterrows()) + "。"
        note += f"经营支出增加记为负数，{_ROUNDED}。"
    rows = _added_up(rows_adding_up(rows, list(_SHARES), "whole", 3))
    unfinished = "" if screen.books.closed else f"，{OPEN}"
    table = rows.assign(
        name=[
            f"{back_name(back)}（{spoken(screen.books.month - back)}{'' if back else unfinished}）"
            for back in rows["back"]
        ]
    )
    shares = [ListColumn(name, f"{NAMES[kind]}占比", "percent") for name, kind in _SHARES.items()]
    show_chart(
        screen,
        structure_chart(rows, dark=screen.dark, height=80 + 62 * len(rows)),
        key="structure",
        what="收入结构",
        title=title,
        subtitle=f"{screen.region.name} · {screen.books.words} · 占12个月总收入的比例",
        table=table,
        columns=[ListColumn("name", "时间"), *shares, *_PARTS],
        links={
            place: [
                screen.link(FIGURE, indicator=f"{kind}_share", month=screen.books.month - back) for back in rows["back"]
            ]
            for place, kind in enumerate(income_course.KINDS)
        },
        note=note,
    )


def _signed(value: float) -> str:
    return f"{value:+,.0f} 元".replace("-", "−")


def _show_place(screen: Screen, choice: TrendChoice) -> None:
    """Income or its growth on the map, and the same in order beside it."""
    indicator = INDICATORS[MAPS[choice.map]]
    children = ask(screen, figures.children, screen.region.code, screen.books.month, indicator.id)
    whole = ask(screen, figures.figures, screen.region.code, screen.asked, (indicator.id,))[indicator.id].value
    ranking = rank(indicator, children, whole, screen.region.level)
    noun = LEVELS[len(children["code"].iloc[0])]
    words = {key: INDICATORS[id].label for key, id in MAPS.items()}
    left, right = st.columns([56, 44], gap="medium")
    with left:
        chips = _chips("地图指标", words, choice.map, lambda key: trends_link(screen, choice, map=key))
        also = link("在挂图作战中看", screen.link(BATTLE_MAP, indicator=indicator.id), style="underlined")
        show_markup(
            heading(finding(ranking, noun), f"{screen.region.name} · {screen.books.words} · {indicator.unit}")
            + f'<div class="trend-row">{chips}{also}</div>'
        )
        _draw_map(screen, ranking, noun)
    with right:
        show_markup(
            heading(f"各{noun}{indicator.label}", extremes(ranking))
            + f'<div class="trend-scroll">{_ranked(screen, choice, ranking)}</div>'
        )


def _ranked(screen: Screen, choice: TrendChoice, ranking: Ranking) -> str:
    return ranking_markup(ranking, lambda code: trends_link(screen, choice, region=code))


def _draw_map(screen: Screen, ranking: Ranking, noun: str) -> None:
    if not ask(screen, can_be_drawn, screen.region.code):
        no_ground(screen.region.name)
        return
    drawn = choropleth(
        ranking.rows, indicator=ranking.indicator, mean=ranking.mean, mean_name=ranking.mean_name, dark=screen.dark
    )
    with st.container(key="income_map_box"):
        show_map(
            region_layer(outlines_url(screen, "children")),
            drawn.values,
            colours=map_colours(screen.dark),
            label=f"{screen.region.name}各{noun}{ranking.indicator.label}地图",
            key="income_map",
            height=420,
            on_pick=lambda kind, code: go_to_region(str(code)) if kind == "region" else None,
            text_px=14,
        )
    show_markup(legend_markup(drawn.classes, noun=noun))
