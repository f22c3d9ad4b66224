"""The list of clues of a region: groups, filters, the table with its pages, the way to take one down."""

from collections.abc import Mapping

import streamlit as st

from components.drawing.groups import groups_markup
from components.drawing.markup import link
from components.drawing.tables import pager_markup
from components.monitoring.clue_address import LIST, ClueChoice, clue_link, clues_link, read_choice, tell_link
from components.monitoring.clue_markup import finding, list_markup
from components.monitoring.tabs import show_head
from components.monitoring.telling import may_tell
from components.shell.asking import ask, ask_uncached
from components.shell.choosing import select
from components.shell.empty import nothing
from components.shell.errors import show_problems
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.monitoring.clues import GROUPS, PAGE, clues, counts
from data.terms import CLUE_SOURCES, RISKS


def show_clues(screen: Screen, parameters: Mapping[str, str]) -> None:
    """Draw the list that the address asks for."""
    choice, problems = read_choice(parameters)
    show_problems(problems)
    filters = choice.filters
    known = ask(screen, counts, screen.region.code, filters=filters, today=screen.today)
    show_head(screen, finding(known), f"{screen.region.name} · 截至 {screen.today}", LIST)
    show_markup(
        groups_markup(
            GROUPS, known, filters.group, lambda group: clues_link(screen, choice, group=group), grave=("late",)
        )
    )
    _show_filters(screen, choice)
    if not (total := known[filters.group]):
        _show_nothing(choice)
        return
    at = paged(choice.page, total, PAGE)
    rows = ask_uncached(screen, clues, screen.region.code, filters=filters, today=screen.today, offset=at.offset)
    list_shown(screen, "监测线索清单", count=total, unit="条", filters=GROUPS[filters.group])
    show_markup(
        list_markup(rows, f"{screen.region.name}监测线索清单", lambda clue: clue_link(screen, clue.id))
        + pager_markup(at.page, at.pages, f"共 {total:,} 条", lambda page: clues_link(screen, choice, page=page))
    )


def _show_filters(screen: Screen, choice: ClueChoice) -> None:
    filters = choice.filters
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="clue_filters"):
        _picker("全部来源", "source", {one: CLUE_SOURCES[one] for one in CLUE_SOURCES}, filters.source)
        _picker("全部风险", "risk", {one: one for one in RISKS}, filters.risk)
        if may_tell(screen.viewer):
            show_markup(link("登记线索", tell_link(screen), style="button"), width="content")
        if filters.household:
            clear = clues_link(screen, choice, household=None)
            told = f'<p class="calm">只列一户的线索。{link("看全部", clear, style="underlined", data_stay="1")}</p>'
            show_markup(told, width="content")


def _picker(everything: str, name: str, known: Mapping[str, str], chosen: str) -> None:
    words = {"": everything, **known}
    select(everything, name, list(words), chosen, words.__getitem__, of="clue", width=150, bare=True, page=None)


def _show_nothing(choice: ClueChoice) -> None:
    if choice != ClueChoice():
        show_markup('<p class="calm">这里没有符合条件的线索。换一组看，或清除筛选。</p>')
        return
    nothing(
        "没有待答复的线索",
        "这个区划没有登记过线索，或都已答复。",
        "在户档案里按“报线索”，或由乡镇按“登记线索”记下热线、来信和部门转来的情况",
    )
