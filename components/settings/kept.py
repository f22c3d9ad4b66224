"""留存展示: the figures as they are shown now, kept under a name for walls to compare with later."""

import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.figures import cube
from data.months import short_day
from data.store.engine import writing
from data.wall import shown


def show_kept(screen: Screen) -> None:
    """What was kept last, what walls compare with, and the button; for who decides for the county."""
    with screen.engine.connect() as connection:
        compared = shown.compared_showing(connection, screen.viewer)
    against = "还没有可以对比的" if compared is None else f"现在与{_told(compared)}对比"
    show_markup(heading("留存展示", f"大屏“变化”可与留存的数字对比，{against}；每晚自动留存"))
    show_said("kept")
    with st.form("kept", border=False):
        name = st.text_input("为什么事留存", max_chars=shown.LONGEST_NAME, placeholder="例如：例会")
        pressed = st.form_submit_button("留存现在展示的数字")
    if pressed:
        _keep(screen, name)
        st.rerun()
    held = ask_uncached(screen, shown.showings)
    if held:
        rows = "".join(f"<li>{escape(_told(one))}</li>" for one in held)
        show_markup(f'<ul class="calm">{rows}</ul>')


def _told(one: shown.Showing) -> str:
    return f"{one.day[:4]}年{short_day(one.day)}" + (f"“{one.name}”" if one.name else "当晚")


def _keep(screen: Screen, name: str) -> None:
    """Write it, and keep what came of it."""
    try:
        with writing(screen.engine) as connection:
            cube.hold(connection)
            shown.keep_named(connection, screen.viewer, name, now=screen.now)
            cube.stamp(connection, screen.now)
    except WarRoomError as error:
        keep_said("kept", f"没有留存。{error}", wrong=True)
    else:
        keep_said("kept", "已留存。大屏“变化”从现在起可与它对比。")
