"""The dialogs of 用户与设置: which one the address asks for, about whom; what came of the last; what is told once."""

from collections.abc import Callable
from typing import Literal, TypeVar

import streamlit as st
from sqlalchemy import Connection

from components.door.form import ASKED, close_form
from components.shell.errors import problem, reporting_failures
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.store.engine import writing

T = TypeVar("T")
WHOM = "of"  # in the address: what an open dialog is about
_GIVEN = "admin_given"


def open_dialog(title: str, draw: Callable[[], None], *, width: Literal["small", "large"] = "small") -> None:
    """Show a dialog; what it may not show is said in it."""

    def body() -> None:
        with reporting_failures():
            draw()

    st.dialog(title, width=width, on_dismiss=close)(body)()


def close() -> None:
    """Close the open dialog."""
    close_form()
    st.query_params.pop(WHOM, None)


def act(screen: Screen, work: Callable[[Connection], T], done: Callable[[T], str]) -> None:
    """Do it in one transaction, close the dialog and say what was ``done``; refused, the dialog says why."""
    try:
        with writing(screen.engine) as connection:
            made = work(connection)
    except WarRoomError as error:
        say_refused(error)
        return
    keep_said("admin", done(made))
    close()
    st.rerun()


def hand_over(tab: str, show: Callable[[Screen], None]) -> None:
    """Show this above the tab until somebody puts it away or goes elsewhere: it is told once and stands nowhere."""
    st.session_state[_GIVEN] = (tab, show)


def show_outcome(screen: Screen, tab: str) -> None:
    """What was done last, and what it handed over."""
    show_said("admin")
    where, show = st.session_state.get(_GIVEN, ("", None))
    if where != tab:
        st.session_state.pop(_GIVEN, None)
        return
    with st.container(key="admin_given"):
        show(screen)
        st.button("已经记下，不再显示", key="given_away", on_click=_put_away)


def _put_away() -> None:
    st.session_state.pop(_GIVEN, None)


def unknown(asked: str) -> None:
    """Say that the address asks for a dialog that is none."""
    problem(f"没有“{asked[:20]}”这项操作，请用页上的按钮。")


def asked() -> str | None:
    """The dialog that the address asks for."""
    return st.query_params.get(ASKED)


def whom() -> str:
    """What it is about."""
    return st.query_params.get(WHOM, "")
