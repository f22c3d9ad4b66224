"""The page 监测帮扶 as a whole: the board, the lists, one case, clues."""

import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.monitoring.address import VIEWS, MonitoringChoice, read_choice, view_link
from components.monitoring.board import show_board
from components.monitoring.board_markup import finding
from components.monitoring.clue_address import ClueChoice, clues_link
from components.monitoring.clue_part import show_clue_part
from components.monitoring.exits import show_exits
from components.monitoring.listed import show_cases, show_plans
from components.monitoring.one_case import show_case
from components.monitoring.one_exit import show_exit
from components.shell.asking import ask, ask_uncached
from components.shell.errors import problem, show_problems
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.screen import Screen
from data.errors import NotFound
from data.monitoring import listing

_OF_ONE = {"case": show_case, "exit": show_exit}
"""Parameter of an address → what draws the one that it names."""


def show_monitoring(screen: Screen) -> None:
    """Draw the page."""
    parameters = st.query_params
    if show_clue_part(screen, parameters):
        return
    for name, show in _OF_ONE.items():
        if name in parameters:
            try:
                show(screen, whole(parameters[name]) or 0)
                return
            except NotFound as error:
                problem(f"{error}已显示总体情况。")
    choice, problems = read_choice(parameters)
    show_problems(problems)
    # words may be a name: nothing is kept by them
    way = ask_uncached if choice.filters.words else ask
    counts = way(screen, listing.counts, screen.region.code, filters=choice.filters, today=screen.today)
    told = f"{screen.region.name} · 截至 {screen.today} · 时限按设置以日或工作日计"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="monitoring_heading"):
        show_markup(heading(finding(counts), told, level=1))
        show_markup(_tabs(screen, choice), width="content")
    if choice.view == "cases":
        show_cases(screen, choice, counts)
    elif choice.view == "plans":
        show_plans(screen, choice)
    elif choice.view == "exits":
        show_exits(screen, choice)
    else:
        show_board(screen, counts)


def _tabs(screen: Screen, choice: MonitoringChoice) -> str:
    ways = "".join(
        link(
            word,
            view_link(screen, view),
            style="chip",
            **({"aria_current": "page"} if view == choice.view else {}),
        )
        for view, word in VIEWS.items()
    )
    ways += link("线索", clues_link(screen, ClueChoice()), style="chip")
    return f'<nav class="chips views" aria-label="监测帮扶的页面">{ways}</nav>'
