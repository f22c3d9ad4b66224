"""What can be chosen on the battle map: the indicator, the level, what stands beside it, which households."""

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd
import streamlit as st

from components.battle_map.address import LEVEL_WORDS, MapChoice, map_link
from components.drawing.markup import escape, link
from components.drawing.theme import state_marks
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Change, Screen
from data.figures.read import offered_names
from data.households.village import Filters
from data.months import label, spoken
from data.terms import CAUSES, LEVELS, STATE_NAMES, UNHELPED

_FLAGS = {"below_line": "低于监测线", "unvisited": "本月未走访", "with_problem": "有未销号问题"}

T = TypeVar("T")


def indicator_picker(screen: Screen, choice: MapChoice) -> None:
    """The indicator that colours the map."""
    st.session_state["map_indicator"] = choice.indicator.id
    listed = offered_names(screen.viewer)
    st.selectbox(
        "地图所用的指标",
        list(listed),
        format_func=listed.__getitem__,
        key="map_indicator",
        on_change=lambda: write_address(indicator=st.session_state["map_indicator"]),
        label_visibility="collapsed",
        width=300,
    )


def comparison_picker(screen: Screen, choice: MapChoice) -> None:
    """What a second map shows: nothing, another month of the indicator, or another indicator."""
    month = screen.standing(choice.indicator).month
    near = [month - 1, month - 12]
    months = range(screen.status.last_month, screen.status.first_month - 1, -1)
    listed = [one for one in near if one in months]
    listed += [one for one in months if one not in near and one != month]
    others = {id: name for id, name in offered_names(screen.viewer).items() if id != choice.indicator.id}
    chosen = choice.other.id if choice.other else label(choice.other_month) if choice.other_month else ""
    words = {month - 1: "（上月）", month - 12: "（上年同月）"}
    names = {"": "不对比", **{label(one): f"对比 {spoken(one)}{words.get(one, '')}" for one in listed}}
    names |= {id: f"对比 {name}" for id, name in others.items()}
    st.session_state["map_with"] = chosen
    st.selectbox(
        "并排对比",
        list(names),
        format_func=names.__getitem__,
        key="map_with",
        on_change=lambda: write_address(**{"with": st.session_state["map_with"] or None}),
        label_visibility="collapsed",
        width=300,
    )


def level_switch(screen: Screen, choice: MapChoice, levels: Sequence[int]) -> None:
    """按县 · 按乡镇 · 按村, where there is more than one level below the region."""
    if len(levels) < 2:
        return
    shown = choice.level or levels[0]
    parts = [
        link(
            f"按{LEVELS[length]}",
            map_link(screen, choice, level=None if length == levels[0] else length),
            style="chip",
            **({"aria_current": "true"} if length == shown else {}),
        )
        for length in levels
        if length in LEVEL_WORDS
    ]
    show_markup(f'<nav class="chips" aria-label="地图分级">{"".join(parts)}</nav>', width="content")


def household_filters(screen: Screen, choice: MapChoice, counts: pd.DataFrame) -> None:
    """The legend of the points, each state with its count, and the other filters; a click turns one on or off.

    ``counts`` as of ``households.facets``, of all households of the village.
    """
    filters = choice.filters
    by_state = counts.groupby("state")["households"].sum()
    among = counts[counts["state"].isin(filters.states or [state for state in STATE_NAMES if state not in UNHELPED])]
    marks = state_marks(screen.dark)
    states = [
        _state_chip(screen, choice, state, name, marks[name], int(by_state.get(state, 0)))
        for state, name in STATE_NAMES.items()
        if state in by_state or state in filters.states
    ]
    flags = [
        _chip(
            screen,
            choice,
            f"{words} {int(among.loc[among[field] == 1, 'households'].sum())} 户",
            getattr(filters, field),
            **{field: not getattr(filters, field)},
        )
        for field, words in _FLAGS.items()
    ]
    by_cause = among.groupby("cause")["households"].sum()
    causes = [
        _chip(
            screen,
            choice,
            f"{cause} {int(by_cause.get(cause, 0))}",
            cause in filters.causes,
            causes=_turned(filters.causes, cause),
        )
        for cause in CAUSES
        if cause in by_cause or cause in filters.causes
    ]
    clear = ""
    if filters != Filters():
        clear = link("清除筛选", map_link(screen, choice, filters=Filters()), style="underlined")
    show_markup(
        f'<div class="filters"><div class="chips" role="group" aria-label="户类型图例与筛选">{"".join(states)}</div>'
        f'<div class="chips" role="group" aria-label="按情况筛选">{"".join(flags)}{clear}</div>'
        + (f'<div class="chips" role="group" aria-label="按致贫原因筛选">{"".join(causes)}</div>' if causes else "")
        + "</div>"
    )


def _state_chip(
    screen: Screen, choice: MapChoice, state: int, name: str, mark: tuple[str, str], households: int
) -> str:
    inner = f'<b style="color: {mark[1]}">{mark[0]}</b> {escape(name)} {households}'
    return _chip(
        screen, choice, inner, state in choice.filters.states, markup=True, states=_turned(choice.filters.states, state)
    )


def _chip(screen: Screen, choice: MapChoice, words: str, on: bool, *, markup: bool = False, **changes: Change) -> str:
    filters = Filters(**{**vars(choice.filters), **changes})
    return link(
        words if markup else escape(words),
        map_link(screen, choice, filters=filters),
        style="chip",
        **({"aria_current": "true"} if on else {}),
        title="取消这一筛选" if on else "只看这些户",
    )


def _turned(chosen: tuple[T, ...], one: T) -> tuple[T, ...]:
    return tuple(other for other in chosen if other != one) if one in chosen else (*chosen, one)
