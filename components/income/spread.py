"""收入趋势 · 分布: households by income against the line, and what another line would change."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.choropleth import choropleth, legend_markup
from components.drawing.maps import region_layer
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.ranking import MEANS
from components.drawing.tables import Row
from components.drawing.theme import map_colours
from components.income.address import GROUPS, TrendChoice, trends_link
from components.income.months import named_months
from components.income.names import counts_markup, facts_markup, show_names, tried_line
from components.income.spread_charts import bin_name, counts_chart, counts_table, spread_chart
from components.shell.asking import ask, ask_large, ask_shared
from components.shell.chart_panel import show_chart
from components.shell.empty import no_ground, nothing
from components.shell.header import go_to_region, write_address
from components.shell.map_view import outlines_url, show_map
from components.shell.page import show_markup
from components.shell.screen import Change, Screen
from components.shell.site import FIGURE
from data.figures import monitoring_line as lines
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.income import distribution as income_distribution
from data.income.distribution import Distribution, Touched
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.regions import tree as regions
from data.regions.codes import nearest_parent
from data.regions.ground import can_be_drawn
from data.regions.tree import Region
from data.terms import LEVELS

BELOW, NEAR, INCOME_ID = "below_line_households", "near_line_households", "net_income_per_capita"


def show_spread(screen: Screen, choice: TrendChoice, children: Sequence[Region]) -> None:
    """The whole view."""
    spread = ask_large(screen, income_distribution.distribution, screen.region.code, screen.books.month)
    if not len(spread.net):
        nothing(
            f"{screen.region.name}{spoken(screen.books.month)}没有可以统计分布的户",
            "12个月内没有收支记录，没有登记家庭成员，或没有设置监测线。",
            "换一个月份或区划",
            "在数据模板的“家庭成员”“收支”表中填报后再次导入：`python -m data import 文件`",
        )
        return
    line = ask(screen, lines.monitoring_line, screen.region.code, (screen.books.month,))[0]
    show_markup(_facts(screen, choice, spread, line))
    choice = _show_line(screen, choice, spread, line)
    left, right = st.columns([60, 40], gap="medium")
    with left:
        _show_histogram(screen, choice, spread, line)
    with right:
        _show_course(screen)
    _show_places(screen, choice, spread, children)
    _show_list(screen, choice, spread)


def _facts(screen: Screen, choice: TrendChoice, spread: Distribution, line: float | None) -> str:
    below, near = (income_distribution.touched(spread, mask) for mask in (spread.below, spread.near))
    unknown = "未设置" if screen.region.code else "各省不同"
    facts = [
        ("监测线", f"{line:,.0f}" if line else unknown, "元/人" if line else "", ""),
        (
            "线下",
            f"{below.households:,}",
            f"户 {below.persons:,} 人",
            trends_link(screen, choice, who="below", bin=None),
        ),
        (
            "略高于线（≤1.2倍）",
            f"{near.households:,}",
            f"户 {near.persons:,} 人",
            trends_link(screen, choice, who="near", bin=None),
        ),
        *((name, f"{value:,.0f}", "元/人", "") for name, value in income_distribution.quantiles(spread).items()),
        ("平均（按人）", f"{_mean(screen, spread):,.0f}", "元/人", ""),
    ]
    if not screen.books.closed:
        facts.insert(0, ("截至", spoken(screen.books.month), screen.books.open_words, ""))
    return facts_markup(facts)


def _show_histogram(screen: Screen, choice: TrendChoice, spread: Distribution, line: float | None) -> None:
    bars = income_distribution.histogram(spread)
    cuts = income_distribution.quantiles(spread)
    marks = [(name, cuts[name]) for name in ("P10", "中位数", "P90")]
    marks += _means(screen, spread)
    number = int(spread.below.sum())
    share = number / len(spread.net)
    trial = f" · 另画{tried_line(choice.line)}" if choice.line not in (None, line) else ""
    urls = [trends_link(screen, choice, bin=_low(row), who="") for row in bars.itertuples()]
    table = bars.assign(name=[bin_name(row.low, row.high) for row in bars.itertuples()], url=urls)
    table["share"] = table["households"] / len(spread.net)
    show_chart(
        screen,
        spread_chart(bars, marks=marks, line=line, tried=choice.line, dark=screen.dark),
        key="spread",
        what="收入分布",
        title=f"{number:,} 户低于{'现行' if trial else ''}监测线，占有收支记录的 {wording.percent(share)}",
        subtitle=f"{screen.region.name} · {screen.books.words} · 按12个月人均纯收入分段的户数{trial} · 户",
        table=table,
        columns=[
            ListColumn("name", "人均纯收入"),
            ListColumn("households", "户数", "integer"),
            ListColumn("share", "占比", "percent"),
        ],
        links={0: urls},
        row_url=lambda row: row.url,
        opener="name",
        note="点一根柱子，下面的名单就是这一段的户。P10、P90：一成户低于、一成户高于此数；均值按人计，分位按户计。",
    )


def _low(row: Row) -> int:
    return int(row.low) if row.low > float("-inf") else int(row.high) - 10**6


def _mean(screen: Screen, spread: Distribution) -> float | None:
    """The figure of the overview; a helper's is that of his own households."""
    if screen.viewer.sees_own_only:
        return income_distribution.mean(spread)
    return ask(screen, figures.figures, screen.region.code, screen.books.month, (INCOME_ID,))[INCOME_ID].value


def _means(screen: Screen, spread: Distribution) -> list[tuple[str, float]]:
    """The mean of the region, and beside it that of its county, or of its city where that has none."""
    level = screen.region.level
    own = MEANS[level] if level <= 6 else f"本{LEVELS[level]}均值"
    told = [("本人结对户均值" if screen.viewer.sees_own_only else own, _mean(screen, spread))]
    county = nearest_parent(screen.region.code[:9], {one.code for one in ask_shared(screen, regions.all_regions)})
    if level > 6 and screen.viewer.may_see(county):
        value = ask(screen, figures.figures, county, screen.books.month, (INCOME_ID,))[INCOME_ID].value
        told.append((MEANS[len(county)], value))
    return [(name, value) for name, value in told if wording.has_value(value)]


def _show_course(screen: Screen) -> None:
    course = ask(screen, figures.trend, screen.region.code, (BELOW, NEAR), until=screen.books.month).dropna(how="all")
    names = {BELOW: "线下", NEAR: "略高于线"}
    said = "线下和略高于线的户"
    if screen.books.closed and {screen.books.month - 12, screen.books.month} <= set(course.index):
        steps = course.loc[screen.books.month] - course.loc[screen.books.month - 12]
        said = "一年来" + "，".join(f"{names[id]}{_step(steps[id])}" for id in (BELOW, NEAR))
    show_chart(
        screen,
        counts_chart(course, names=names, month=screen.books.month, dark=screen.dark) if len(course) else None,
        key="under",
        what="线下户数",
        title=said,
        subtitle=f"{screen.region.name} · 截至{screen.books.words} · 户",
        table=counts_table(course, names=named_months(screen, course.index)),
        columns=[
            ListColumn("name", "月份"),
            ListColumn(BELOW, "低于监测线", "integer"),
            ListColumn(NEAR, "略高于监测线", "integer"),
        ],
        links={
            place: [screen.link(FIGURE, indicator=id, month=month) for month in course.index]
            for place, id in enumerate((BELOW, NEAR))
        },
        row_url=lambda row: screen.link(FIGURE, indicator=BELOW, month=row.month),
        opener="name",
        empty="各月都没有收入数据。",
        note="监测线逐年提高，每到换线的月份线下户会跳升。",
    )


def _step(change: float) -> str:
    if not wording.has_value(change):
        return "无从比较"
    return f"{'增加' if change > 0 else '减少'} {abs(change):,.0f} 户" if change else "持平"


def _show_line(screen: Screen, choice: TrendChoice, spread: Distribution, line: float | None) -> TrendChoice:
    """The line tried out and what it changes in numbers; the choice with the group that map and list are of."""
    with st.container(key="what_if"):
        show_markup(heading("试算：换一条监测线，看谁进谁出", "拖动或输入；只是试算，不改动监测线。"))
        _line_inputs(screen, choice, line)
        if choice.line is None or choice.line == line:
            if line is None:
                show_markup('<p class="calm">所选范围跨省或没有设置监测线：输入一条线，即按这一条试算所有的户。</p>')
            return replace(choice, who=choice.who if choice.who in ("below", "near") else "below")
        told = income_distribution.what_if(spread, choice.line * 100)
        entering, leaving = (income_distribution.touched(spread, mask) for mask in (told.entering, told.leaving))
        total = income_distribution.touched(spread, spread.under(choice.line * 100))
        now = f"现行监测线 {line:,.0f} 元" if line is not None else "各省现行监测线"
        show_markup(
            f'<p class="trend-said" role="status">线设为 <b>{choice.line:,} 元</b>（{escape(now)}）：'
            f"{_enters(screen, choice, '新进入', entering, 'entering')}，"
            f"{_enters(screen, choice, '不再在线下', leaving, 'leaving')}；线下共 {_counted(total)}。</p>"
        )
    leaves = leaving.households and not entering.households
    return replace(choice, who=choice.who or ("leaving" if leaves else "entering"))


def _enters(screen: Screen, choice: TrendChoice, words: str, of: Touched, who: str) -> str:
    told = f"{words} {_counted(of)}"
    return link(told, trends_link(screen, choice, who=who, bin=None), style="underlined") if of.households else told


def _counted(of: Touched) -> str:
    return f"{of.households:,} 户 {of.persons:,} 人，涉及 {of.villages:,} 个村" if of.households else "0 户"


def _line_inputs(screen: Screen, choice: TrendChoice, line: float | None) -> None:
    """A slider around the line in force and a field for any other; the address holds what they say."""
    start = int(line) if line is not None else 8000
    value = choice.line if choice.line is not None else start
    top = max(2 * start // 100 * 100, 2000)
    high = max(top, -(-value // 100) * 100)
    st.session_state["line_slider"] = value
    st.session_state["line_field"] = value

    def moved(key: str) -> None:
        number = int(st.session_state[key])
        write_address(line=None if line is not None and number == line else str(number), who=None, bin=None)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="line_inputs"):
        st.slider(
            "试算线（元/人·年）",
            min_value=0,
            max_value=high,
            step=1 if value % 100 or start % 100 else 100,
            key="line_slider",
            on_change=moved,
            args=("line_slider",),
            width="stretch",
        )
        st.number_input(
            "直接输入（元）",
            min_value=income_distribution.LOWEST_LINE,
            max_value=income_distribution.HIGHEST_LINE,
            step=100,
            key="line_field",
            on_change=moved,
            args=("line_field",),
            width=180,
        )
        if choice.line is not None and line is not None:
            back = trends_link(screen, choice, line=None, who="", bin=None)
            show_markup(link(f"回到现行 {line:,.0f} 元", back, style="underlined"), width="content")


def _show_places(screen: Screen, choice: TrendChoice, spread: Distribution, children: Sequence[Region]) -> None:
    if not children:
        return
    mask, words = _group(choice, spread), GROUPS[choice.who]
    trial = _trial(choice)
    said = f" · {tried_line(trial)}" if trial is not None else ""
    codes = [child.code for child in children]
    counts = income_distribution.by_region(spread.village[mask], codes)
    rows = pd.DataFrame({"code": codes, "name": [child.name for child in children], "value": np.array(counts, float)})
    noun = LEVELS[len(codes[0])]
    indicator = replace(INDICATORS[BELOW], name=f"{words}户数")
    left, right = st.columns([56, 44], gap="medium")
    with left:
        show_markup(heading(f"{words}的户在哪里", f"{screen.region.name}各{noun} · {screen.books.words}{said} · 户"))
        if ask(screen, can_be_drawn, screen.region.code):
            drawn = choropleth(rows, indicator=indicator, mean=None, mean_name="", dark=screen.dark)
            with st.container(key="line_map_box"):
                show_map(
                    region_layer(outlines_url(screen, "children")),
                    drawn.values,
                    colours=map_colours(screen.dark),
                    label=f"{screen.region.name}各{noun}{words}户数地图",
                    key="line_map",
                    height=380,
                    text_px=14,
                    on_pick=lambda kind, code: go_to_region(str(code)) if kind == "region" else None,
                )
            show_markup(legend_markup(drawn.classes, noun=noun))
        else:
            no_ground(screen.region.name)
    with right:
        listed = [
            (child.name, number, trends_link(screen, choice, region=child.code))
            for child, number in zip(children, counts, strict=True)
        ]
        inside = sum(1 for number in counts if number)
        show_markup(
            heading(f"{len(codes)} 个{noun}中 {inside} 个有", f"{words}{said} · 各{noun}相加 {sum(counts):,} 户")
            + f'<div class="trend-scroll">{counts_markup(listed, label=f"各{noun}{words}户数")}</div>'
        )


def _show_list(screen: Screen, choice: TrendChoice, spread: Distribution) -> None:
    kept: dict[str, Change]
    bars = income_distribution.histogram(spread)
    bar = next((row for row in bars.itertuples() if choice.bin is not None and _low(row) == choice.bin), None)
    if bar is not None:
        mask = spread.under(int(bar.high) * 100) if bar.high != float("inf") else np.ones(len(spread.net), dtype=bool)
        if bar.low > float("-inf"):
            mask &= ~spread.under(int(bar.low) * 100)
        title, kept, trial = f"人均 {bin_name(bar.low, bar.high)}的户", {"bin": choice.bin, "who": ""}, None
    else:
        if choice.bin is not None:
            show_markup('<p class="calm">所选月份的分布没有地址中的这一收入段，名单按下面的条件列出。</p>')
        mask, title, kept = _group(choice, spread), f"{GROUPS[choice.who]}的户", {"who": choice.who, "bin": None}
        trial = _trial(choice)
    chips = [
        link(
            escape(words),
            trends_link(screen, choice, who=key, bin=None),
            style="chip",
            **({"aria_current": "true"} if bar is None and key == choice.who else {}),
        )
        for key, words in GROUPS.items()
        if choice.line is not None or key in ("below", "near")
    ]
    show_markup(f'<nav class="chips trend-chips" aria-label="名单内容">{"".join(chips)}</nav>')
    show_names(
        screen,
        spread.household[mask],
        title=title,
        note=f"{screen.books.words} · 人均纯收入由低到高 · 点户主看户档案",
        page=choice.page,
        page_url=lambda page: trends_link(screen, choice, **kept, page=page),
        key="spread",
        tried=trial,
    )


def _trial(choice: TrendChoice) -> int | None:
    """The line tried out, where map and list are of whom it brings in or out; the other groups are of the line in
    force."""
    return choice.line if choice.who in ("entering", "leaving") else None


def _group(choice: TrendChoice, spread: Distribution) -> np.ndarray:
    if choice.who in ("entering", "leaving") and choice.line is not None:
        told = income_distribution.what_if(spread, choice.line * 100)
        return told.entering if choice.who == "entering" else told.leaving
    return spread.near if choice.who == "near" else spread.below
