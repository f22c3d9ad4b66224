"""传统节日: entered for all households of a region at once, and taken back as a whole."""

import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.shell.asking import ask
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from data.access.roles import APPROVE, DUTIES
from data.duties.musts import festivals
from data.errors import WarRoomError
from data.households.life_events import record_festival, withdraw_festival


def show_festivals(screen: Screen) -> None:
    """What was entered, and the form; nothing for who may not enter one."""
    show_said("festival")
    if not screen.viewer.may(APPROVE, DUTIES):
        return
    with st.expander(f"为{screen.region.name}各户登记传统节日"):
        held = ask(screen, festivals, screen.region.code, screen.month)
        with st.form("festival", enter_to_submit=False, border=False):
            words = st.text_input("节日 *", max_chars=20, placeholder="如：春节、端午节、中秋节")
            day = st.date_input("日期 *", None, max_value=screen.today, format="YYYY-MM-DD", key="festival_day")
            show_markup(
                f'<p class="calm">{escape(screen.region.name)}所计的每一户都要在规定天数内走访；已登记的户不重复。</p>'
            )
            if st.form_submit_button("登记节日", type="primary"):
                _enter(screen, words, day.isoformat() if day else "")
        if len(held):
            show_markup(heading("近一年登记的节日"))
        for one in held.itertuples():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                told = f"{one.day} {one.words}：{one.homes:,} 户，已走访 {one.answered:,} 户"
                show_markup(f"<p>{escape(told)}</p>", width="content")
                st.button("撤回", key=f"festival_{one.day}", on_click=_withdraw, args=(screen, one.day))


def _enter(screen: Screen, words: str, day: str) -> None:
    try:
        done = record_festival(screen.engine, screen.viewer, screen.region.code, day=day, words=words, now=screen.now)
    except WarRoomError as error:
        problem(str(error))
        return
    keep_said("festival", f"已登记：{done.what}，{done.households:,} 户")
    st.rerun()


def _withdraw(screen: Screen, day: str) -> None:
    try:
        done = withdraw_festival(screen.engine, screen.viewer, screen.region.code, day=day, now=screen.now)
        keep_said("festival", f"{done.what}，{done.households:,} 户")
    except WarRoomError as error:
        keep_said("festival", f"没有撤回：{error}", wrong=True)
