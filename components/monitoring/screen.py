"""The page 监测帮扶 as a whole: the board, the lists, one case, clues."""

import streamlit as st

from components.monitoring.address import read_choice
from components.monitoring.board import show_board
from components.monitoring.board_markup import finding
from components.monitoring.clue_part import show_clue_part
from components.monitoring.exits import show_exits
from components.monitoring.listed import show_cases, show_plans
from components.monitoring.one_case import show_case
from components.monitoring.one_exit import show_exit
from components.monitoring.tabs import show_head
from components.shell.asking import ask, ask_uncached
from components.shell.errors import problem, show_problems
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
    show_head(screen, finding(counts), told, choice.view)
    if choice.view == "cases":
        show_cases(screen, choice, counts)
    elif choice.view == "plans":
        show_plans(screen, choice)
    elif choice.view == "exits":
        show_exits(screen, choice)
    else:
        show_board(screen, counts)
