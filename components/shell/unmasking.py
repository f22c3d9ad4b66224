"""显示全号: which masked fields of a household somebody had shown, until he leaves the page; each click is logged."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import streamlit as st

from components.shell.logged import caller
from components.shell.screen import Screen
from data.access.roles import HEALTH, IDENTITY, UNMASK
from data.errors import WarRoomError
from data.households.unmask import FIELDS, unmask
from data.store.engine import writing

Masked: TypeAlias = tuple[str | None, str]
"""A member's code (None: the household's own) and a key of FIELDS."""
_SHOWN = "unmasked"


def shown(screen: Screen, household: int) -> Mapping[Masked, str]:
    """What was shown on this page, whole; a page that was left has forgotten it with its choice."""
    chosen = st.session_state.get(_key(household)) or ()
    kept: dict[tuple[int, Masked], str] = st.session_state.get(_SHOWN, {})
    st.session_state[_SHOWN] = {(household, one): kept[household, one] for one in chosen if (household, one) in kept}
    return {one: value for (_, one), value in st.session_state[_SHOWN].items()}


def show_choice(screen: Screen, household: int, names: Mapping[str | None, str], masked: Sequence[Masked]) -> None:
    """Small buttons that show a field each; ``names``: a member's code → his name. Nothing for who may not unmask."""
    may = [one for one in masked if screen.viewer.may(UNMASK, HEALTH if one[1] == "health" else IDENTITY)]
    if not may:
        return
    at = caller()

    def show() -> None:
        kept = st.session_state.setdefault(_SHOWN, {})
        for one in st.session_state.get(_key(household)) or ():
            if (household, one) not in kept:
                kept[household, one] = _value(screen, household, one, at)

    st.pills(
        "显示（点一项显示全文，记入日志；离开本页即隐去）",
        may,
        format_func=lambda one: f"{names.get(one[0]) or ''} {FIELDS[one[1]][0]}".strip(),
        selection_mode="multi",
        key=_key(household),
        on_change=show,
    )


def _value(screen: Screen, household: int, one: Masked, address: str) -> str:
    try:
        with writing(screen.engine) as connection:
            return unmask(connection, screen.viewer, household, *one, now=screen.now, address=address)
    except WarRoomError as error:
        return str(error)


def _key(household: int) -> str:
    return f"unmask_{household}"
