"""One step for many problems or tasks at once: ticked in a list, done all or none, what is left out named with why."""

import streamlit as st

from components.drawing.markup import escape, plain
from components.matters.address import MatterChoice, word_of
from components.matters.forms import given_fields
from components.matters.markup import label_words, skipped_markup
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.matters.matter import Matter
from data.matters.steps import batch

_TURN, _TICKED = "matter_batch_turn", "matter_batch_ticked"


def show_batch(screen: Screen, choice: MatterChoice, rows: list[Matter]) -> None:
    """The rows of a page to be ticked, what is given with the step, and the step."""
    word = word_of(choice.record, choice.act)
    turn = st.session_state.setdefault(_TURN, 0)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="matter_ticks"):
        show_markup(
            f'<p class="calm">勾选要{escape(word)}的事项，最多 50 项，要么全部办成，要么一项不办。</p>', width="content"
        )
        if st.button("全选本页", key="matter_all"):
            _tick(rows, turn, True)
        if st.button("全不选", key="matter_none"):
            _tick(rows, turn, False)
    with st.form(f"matter_batch_{choice.record}_{choice.act}_{turn}", border=False, enter_to_submit=False):
        left, right = st.columns([62, 38], gap="medium")
        with left:
            ticked = {
                one.code: one.version
                for one in rows
                if st.checkbox(plain(label_words(one)), key=f"matter_tick_{turn}_{one.code}")
            }
        with right, st.container(key="matter_given"):
            place = _common({one.region for one in rows}) or screen.region.code
            given = given_fields(screen, choice.record, choice.act, region=place, key=f"batch_{turn}")
            said = st.container()
            pressed = st.form_submit_button(f"给勾选的{word}", type="primary")
    if not pressed:
        return
    try:
        with st.spinner("正在办理…"):
            done = batch(
                screen.engine, screen.viewer, choice.record, ticked, choice.act, given=given, now=screen.now
            )  # fmt: skip
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    calls = {one.code: label_words(one) for one in rows}
    keep_said("batch", f"已{word} {done.done} 项。", more=skipped_markup(done.skipped, calls))
    st.session_state[_TURN] = turn + 1
    st.rerun()


def show_done() -> None:
    """What the last batch came to, once: also where nothing is left of the list that it was done to."""
    show_said("batch")


def _tick(rows: list[Matter], turn: int, on: bool) -> None:
    for one in rows:
        st.session_state[f"matter_tick_{turn}_{one.code}"] = on


def _common(codes: set[str]) -> str:
    """The lowest region that all of them lie in, of those that have a level of their own."""
    shortest = min((len(code) for code in codes), default=0)
    lengths = [length for length in (12, 9, 6) if length <= shortest]
    return next((next(iter(codes))[:length] for length in lengths if len({code[:length] for code in codes}) == 1), "")
