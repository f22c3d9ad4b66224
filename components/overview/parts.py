"""The parts of the overview: each asks for its figures and draws them."""

from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.charts import course_table
from components.drawing.choropleth import choropleth, legend_markup
from components.drawing.maps import region_layer
from components.drawing.markup import escape, link
from components.drawing.panels import changes_markup, heading, overdue_markup, states_markup
from components.drawing.ranking import MEANS, Ranking, extremes, finding, rank, ranking_markup
from components.drawing.svg_charts import trend_svg
from components.drawing.tables import TableColumn
from components.drawing.theme import map_colours, palette, state_marks
from components.drawing.tiles import tiles_markup
from components.shell.asking import ask, ask_uncached
from components.shell.chart_panel import show_drawing
from components.shell.course import course_of
from components.shell.empty import no_ground
from components.shell.header import go_to_region, write_address
from components.shell.indicator_tiles import indicator_tiles
from components.shell.leading_on import overdue_url
from components.shell.map_view import outlines_url, show_map
from components.shell.page import show_markup
from components.shell.responsible import first_of, told_first, vacant_panel
from components.shell.screen import Screen
from components.shell.site import ADMIN, BATTLE_MAP, FIGURE, OVERVIEW
from data.access.roles import ADMINISTER, LOG
from data.audit.log import patterns
from data.duties import overdue
from data.figures import monitoring_line as lines
from data.figures import movements as changes
from data.figures import read as figures
from data.figures.indicators import INDICATORS, Indicator
from data.months import last_day
from data.regions import tree as regions
from data.regions.ground import can_be_drawn
from data.terms import HOUSEHOLD_STATES, LEVELS

HEADLINES = (
    "households", "monitored_households", "below_line_households", "net_income_per_capita", "net_income_growth",
    "visit_coverage", "problems_overdue", "tasks_overdue", "return_rate", "fund_unpaid",
)  # fmt: skip
WATCHED = (*HEADLINES[1:], "problems_open", "unsafe_housing", "unsafe_water", "dropouts", "uninsured_persons")
DEFAULT = "net_income_per_capita"
TREND_WIDTHS, TREND_HEIGHT = (360, 640, 960), 220
"""Pixels: of a phone, a desk, a wide one. static/money.css shows the one that fits."""
STRANGE_DAYS = 7
STATE_IDS = {
    state.name: state.indicator for state in sorted(HOUSEHOLD_STATES, key=lambda state: state.order) if state.indicator
}


def show_strange(screen: Screen) -> None:
    """For who administers the log: that something in it looks strange, with the way there."""
    if not screen.viewer.may(ADMINISTER, LOG):
        return
    since = (screen.today - timedelta(days=STRANGE_DAYS)).isoformat()
    if found := ask_uncached(screen, patterns, since):
        way = link("查看", screen.link(ADMIN, tab="oversight"), style="underlined")
        told = f"近 {STRANGE_DAYS} 天有 {len(found):,} 处不寻常的扫码或打开档案。"
        show_markup(f'<p class="problem" role="status">{escape(told)}{way}</p>')


def show_headlines(screen: Screen) -> None:
    """The tiles."""
    colours = palette(screen.dark)
    show_markup(tiles_markup(indicator_tiles(screen, HEADLINES), line=colours.series, end=colours.accent))


def ranked(screen: Screen, indicator: Indicator) -> Ranking:
    """The sub-regions of the screen's region, ordered."""
    children = ask(screen, figures.children, screen.region.code, screen.standing(indicator).month, indicator.id)
    whole = ask(screen, figures.figures, screen.region.code, screen.asked, (indicator.id,))[indicator.id].value
    return rank(indicator, children, whole, screen.region.level)


def child_noun(ranking: Ranking) -> str:
    """What the sub-regions are called: 县, 乡镇, 村."""
    return LEVELS[len(ranking.rows["code"].iloc[0])] if len(ranking.rows) else "区划"


def subtitle(screen: Screen, indicator: Indicator) -> str:
    """Region, month, unit."""
    return f"{screen.region.name} · {screen.stands(indicator)} · {wording.class_unit(indicator)}"


def indicator_picker(screen: Screen, chosen: str, key: str = "picked_indicator") -> None:
    """Choose the indicator of map, ranking and trend; the choice goes into the address."""
    st.session_state[key] = chosen
    names = figures.offered_names(screen.viewer)
    st.selectbox(
        "地图、排名、走势所用的指标",
        list(names),
        format_func=names.__getitem__,
        key=key,
        on_change=lambda: write_address(indicator=st.session_state[key]),
        label_visibility="collapsed",
        width=280,
    )


def show_map_panel(screen: Screen, indicator: Indicator, ranking: Ranking) -> None:
    """The map: what the page is for."""
    rows = ranking.rows
    village = screen.region.is_village
    noun = child_noun(ranking)
    title = f"{screen.region.name}：{indicator.label}" if village else finding(ranking, noun)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_heading"):
        show_markup(heading(title, subtitle(screen, indicator)))
        indicator_picker(screen, indicator.id)
    if village:
        figure = ask(screen, figures.figures, screen.region.code, screen.asked, (indicator.id,))[indicator.id]
        row = (screen.region.code, screen.region.name, figure.value, figure.standing.open_words)
        rows = pd.DataFrame([row], columns=["code", "name", "value", "open_words"]).astype({"value": float})
    if not ask(screen, can_be_drawn, screen.region.code):
        no_ground(screen.region.name)
        return
    drawn = choropleth(
        rows, indicator=indicator, mean=None if village else ranking.mean, mean_name=ranking.mean_name, dark=screen.dark
    )
    with st.container(key="overview_map"):
        show_map(
            region_layer(
                outlines_url(screen, "outline" if village else "children", last_day(screen.standing(indicator).month))
            ),
            drawn.values,
            colours=map_colours(screen.dark),
            label=f"{screen.region.name}各{noun}{indicator.label}地图",
            key="overview_regions",
            height=520,
            on_pick=lambda kind, code: go_to_region(str(code)) if kind == "region" else None,
            text_px=14,
        )
    if village:
        way = link("在挂图作战中查看各户位置和作战安排", screen.link(BATTLE_MAP), style="underlined")
        show_markup(f'<p class="calm">{way}</p>')
    else:
        show_markup(legend_markup(drawn.classes, noun=noun))


def show_trend_panel(screen: Screen, indicator: Indicator) -> None:
    """The course over sixty months, beside that of the region above where the viewer may see it."""
    month, last = screen.standing(indicator).month, screen.status.last_month
    until = last if last - month < 60 else month
    course = course_of(screen, indicator, until=until)
    name = _add_comparison(screen, indicator, course, until)
    if indicator.id == DEFAULT:
        course["line"] = ask(screen, lines.monitoring_line, screen.region.code, tuple(course.index))
        course["line"] = course["line"].astype(float)
    drawn = [
        trend_svg(
            course, indicator=indicator, chosen=month, colours=palette(screen.dark), width=width, height=TREND_HEIGHT,
            text=13, comparison_name=name, hover=True,
        )
        for width in TREND_WIDTHS
    ]  # fmt: skip
    table = course_table(course, indicator=indicator, comparison_name=name)
    show_drawing(
        screen,
        drawn,
        key="overview_trend",
        title=_trend_finding(indicator, course, month),
        subtitle=_span(course, name),
        table=table,
        columns=[TableColumn(column, column, "text" if column == "月份" else "figure") for column in table],
    )


def _span(course: pd.DataFrame, name: str) -> str:
    return f"近{len(course)}个月" + (f" · 对照{name}" if name else "")


def _add_comparison(screen: Screen, indicator: Indicator, course: pd.DataFrame, until: int) -> str:
    """Add the mean of the region above as a column; its name, '' where there is nothing to compare with."""
    way = ask(screen, regions.ancestors, screen.region.code, screen.day)
    if len(way) < 2:
        return ""
    above = way[-2]
    beside = course_of(screen, indicator, until=until, region=above.code)
    other = beside["value"].where(~beside["open"])
    if indicator.distinct:
        other = ask(screen, figures.courses, above.code, indicator.id, until=until).mean(axis=1)
    elif indicator.denominator is None:
        other = other / len(ask(screen, regions.children, above.code, screen.day))
    course["comparison"] = other.reindex(course.index)
    return MEANS[above.level]


def _trend_finding(indicator: Indicator, course: pd.DataFrame, month: int) -> str:
    closed = course["value"].where(~course["open"])
    now, before = closed.get(month), closed.get(month - 12)
    change = wording.change(indicator, now, before)
    if change is None:
        return f"{indicator.label}走势"
    return f"{indicator.label}{'与' if change.arrow == '－' else '较'}上年同月{wording.moved(indicator, change)}"


def show_ranking_panel(screen: Screen, indicator: Indicator, ranking: Ranking) -> None:
    """The sub-regions in order; in a village its households by state."""
    if screen.region.is_village:
        show_markup(heading("各类户", f"{screen.region.name} · {screen.month_text} · 户") + _states(screen))
        return
    best_first = st.query_params.get("order") == "best"
    noun = child_noun(ranking)
    order = (
        ("最差" if indicator.direction else "最多") if not best_first else ("最好" if indicator.direction else "最少")
    )
    turned = screen.link(OVERVIEW, indicator=indicator.id, **({} if best_first else {"order": "best"}))
    more = link(f"{escape(order)}在上 ⇅", turned, style="turn", title="倒过来排")
    show_markup(
        heading(f"各{noun}{indicator.label}", extremes(ranking), more=more)
        + ranking_markup(
            ranking,
            lambda code: screen.link(OVERVIEW, region=code, indicator=indicator.id),
            best_first=best_first,
            answers=told_first(first_of(screen, ranking.rows["code"].tolist())),
        )
    )


def _states(screen: Screen) -> str:
    counts = ask(screen, figures.figures, screen.region.code, screen.asked, tuple(STATE_IDS.values()))
    return states_markup(
        [
            (state, *state_marks(screen.dark)[state], screen.link(FIGURE, indicator=id), counts[id].value)
            for state, id in STATE_IDS.items()
        ]
    )


def show_overdue_panel(screen: Screen, *, limit: int) -> None:
    """Problems and tasks beyond their deadline, the longest first."""
    rows = ask(screen, overdue.most_overdue, screen.region.code, screen.month, limit=limit)
    counts = ask(screen, figures.figures, screen.region.code, screen.asked, ("problems_overdue", "tasks_overdue"))
    said = [
        link(
            f"{INDICATORS[id].label} {wording.amount(INDICATORS[id], figure.value)}",
            screen.link(FIGURE, indicator=id),
            style="underlined",
        )
        for id, figure in counts.items()
    ]

    more = f'<span class="more">{" · ".join(said)}</span>'
    drawn = overdue_markup(rows, partial(overdue_url, screen))
    show_markup(heading("超期事项", more=more) + vacant_panel(screen) + drawn)


def show_changes_panel(screen: Screen, *, limit: int) -> None:
    """What moved most against the month before."""
    moves = ask(screen, changes.most_moved, screen.region.code, screen.asked, WATCHED, limit=limit)
    title = "本月变化最大" if len(moves.rows) else "本月变化"
    show_markup(
        heading(title, "与上月相比，按变化幅度排列")
        + changes_markup(moves.rows, moves.compared, lambda code, id: screen.link(FIGURE, region=code, indicator=id))
    )
