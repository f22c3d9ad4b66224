"""The battle map of one village: its households as points by state, and its board beside them."""

import pandas as pd
import streamlit as st

from components.battle_map.address import MapChoice, filter_words
from components.battle_map.controls import household_filters
from components.battle_map.regions import open_region
from components.battle_map.village_board import board_markup
from components.drawing import wording
from components.drawing.maps import household_points, region_layer, region_values
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.theme import map_colours, state_marks
from components.households.rows import tooltips
from components.monitoring.of_household import village_markup
from components.shell.asking import ask, ask_uncached
from components.shell.leading_on import matter_url
from components.shell.logged import list_shown
from components.shell.map_view import outlines_url, show_map
from components.shell.page import go_to, show_markup
from components.shell.responsible import leaders_panel
from components.shell.screen import Screen
from components.shell.site import FIGURE, HOUSEHOLD
from data.duties import village_board
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.figures.read import Figure
from data.households import village as households
from data.terms import HOUSEHOLD_STATES, UNHELPED, UNLIFTED
from data.text.official import official

COUNTED = (
    "households", "persons", "monitored_households", "below_line_households", "net_income_per_capita",
    "visit_coverage", "problems_open", "tasks_overdue",
)  # fmt: skip
OPENED = "household_to_open"


def show_village_map(screen: Screen, choice: MapChoice) -> None:
    """Legend and filters, and the points they leave."""
    village = screen.region
    counts = ask(screen, households.facets, village.code, screen.month)
    points = ask_uncached(screen, households.points, village.code, screen.month, filters=choice.filters)
    list_shown(screen, "户分布图", count=len(points), filters=filter_words(choice.filters))
    placed = points.dropna(subset=["lon", "lat"])
    show_markup(heading(_finding(counts), f"{village.name} · {screen.month_text} · 户"))
    household_filters(screen, choice, counts)
    parent = village.code[:9]
    outlines = (
        outlines_url(screen, "children", code=parent)
        if screen.viewer.may_see(parent)
        else outlines_url(screen, "outline", code=village.code)
    )
    with st.container(key="village_map_box"):
        show_map(
            region_layer(outlines, focus=village.code, names=False),
            region_values(pd.DataFrame({"code": []}), chosen=village.code),
            household_points(tooltips(placed), marks=state_marks(screen.dark), chosen=choice.household),
            colours=map_colours(screen.dark),
            label=f"{village.name}户分布图，{len(placed)} 户；各户也在下面的名单中",
            key="battle_map",
            height=560,
            on_pick=_picked,
            text_px=14,
        )
    show_markup(f'<p class="calm">{escape(_said(points, placed, choice))}</p>')


def _picked(kind: str, chosen: str | int) -> None:
    """A click on a mark opens the household's page, once the script runs: a callback cannot change the page."""
    if kind == "household":
        st.session_state[OPENED] = int(chosen)
    else:
        open_region(kind, chosen)


def open_picked(screen: Screen) -> None:
    """Go to the page of the household that was clicked, if one was."""
    chosen = st.session_state.pop(OPENED, None)
    if chosen is not None:
        go_to(screen.link(HOUSEHOLD, household=chosen))


def _finding(counts: pd.DataFrame) -> str:
    cared_for = [state.number for state in HOUSEHOLD_STATES if state.watched or state.number == UNLIFTED]
    watched = int(counts.loc[counts["state"].isin(cared_for), "households"].sum())
    counted = int(counts.loc[~counts["state"].isin(UNHELPED), "households"].sum())
    return (
        f"{counted} 户中 {watched} 户未脱贫或在监测" if watched else official(f"{counted} 户，没有未脱贫户和监测对象")
    )


def _said(points: pd.DataFrame, placed: pd.DataFrame, choice: MapChoice) -> str:
    said = ["点地图上的户打开户档案"]
    if choice.filters != households.NO_FILTERS:
        said.insert(0, f"筛出 {len(points)} 户")
    sketched = int(placed["sketch"].sum())
    if sketched:
        said.append(f"{sketched} 户没有登记坐标，颜色较淡，为示意位置")
    if len(placed) < len(points):
        said.append(f"{len(points) - len(placed)} 户无法上图，见下面的名单")
    if points.empty:
        said = ["没有符合筛选条件的户" if choice.filters != households.NO_FILTERS else "没有户"]
    return " · ".join(said)


def show_village_board(screen: Screen) -> None:
    """扶持谁 · 谁来扶 · 怎么扶 · 进度."""
    board = ask_uncached(screen, village_board.village_board, screen.region.code, screen.month)
    list_shown(screen, "村级作战板", count=1, unit="村")
    counted = ask(screen, figures.figures, screen.region.code, screen.asked, COUNTED)
    notes = ["户和责任人只统计本人结对的户"] if screen.viewer.sees_own_only else []
    show_markup(
        heading("村级作战室", " · ".join([screen.region.name, screen.month_text, *notes]))
        + board_markup(
            board,
            counted_markup(screen, counted),
            leaders_panel(screen),
            lambda id: screen.link(HOUSEHOLD, household=id),
            running=screen.running,
            watching=village_markup(screen),
            matter_url=lambda record, code: matter_url(screen, record, code, screen.region.code),
        )
    )


def counted_markup(screen: Screen, counted: dict[str, Figure]) -> str:
    """Figures in a line each, with what needs attention marked; each opens its explanation."""
    lines = []
    for id, figure in counted.items():
        indicator = INDICATORS[id]
        shown = wording.amount(indicator, figure.value)
        unfinished = figure.standing.open_words
        level = 0 if unfinished else wording.attention(indicator, figure.value)
        style = ("", "caution", "alarm")[level]
        inner = (
            f"<span>{escape(indicator.label)}{f' <i>{escape(unfinished)}</i>' if unfinished else ''}</span>"
            f'<b class="{style}">{escape(shown.number)}<small>{escape(shown.unit)}</small></b>'
        )
        lines.append(f"<li>{link(inner, screen.link(FIGURE, indicator=id))}</li>")
    return f'<ul class="counted">{"".join(lines)}</ul>'
