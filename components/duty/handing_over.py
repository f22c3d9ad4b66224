"""交接 on the page of one person: to whom, from which day, what goes over; and the way back."""

import streamlit as st

from components.drawing.markup import escape, plain
from components.shell.asking import ask_uncached
from components.shell.errors import reporting_failures
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.access.roles import APPROVE, DUTIES, MATTERS, WRITE
from data.duties.file import DutyFile
from data.errors import WarRoomError
from data.matters.handing_over import HandedOver, hand_over, successors, take_back
from data.matters.states import OPEN

_DO, _OVER = "do", "handover"
_DONE = "handed_over"


def show_handing_over(screen: Screen, file: DutyFile) -> None:
    """The button, what was done last; nothing for who may not hand over, or where nothing can go."""
    if not screen.viewer.may(APPROVE, DUTIES):
        return
    show_said("handing")
    done: HandedOver | None = st.session_state.get(_DONE)
    if done is not None and file.id in (done.person, done.successor):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="handed"):
            told = f"已办理{done.what}：{len(done.changes)} 户，问题和任务 {len(done.matters)} 件"
            show_markup(f'<p class="saved" role="status">{escape(told)}</p>', width="content")
            st.button("撤销交接", key="handover_undo", on_click=_undo, args=(screen, done))
    if not (len(file.homes) or len(_movable(screen, file))):
        return
    st.button("办理交接", key="handover", on_click=_open)
    if st.query_params.get(_DO) == _OVER:
        _dialog(screen, file)


def _open() -> None:
    st.query_params[_DO] = _OVER


def _close() -> None:
    st.query_params.pop(_DO, None)


def _movable(screen: Screen, file: DutyFile) -> list[tuple[str, str, str]]:
    """Record, code and words of what he himself answers for and may go over."""
    if not screen.viewer.may(WRITE, MATTERS):
        return []
    return [
        (one.record, one.code, f"{one.noun}：{one.what}（{one.place}，{one.deadline} 到期）")
        for one in file.matters.itertuples()
        if one.own and one.state in OPEN
    ]


def _dialog(screen: Screen, file: DutyFile) -> None:
    @st.dialog(f"交接：{plain(file.name)}", width="large", on_dismiss=_close)
    def body() -> None:
        with reporting_failures():
            _form(screen, file)

    body()


def _form(screen: Screen, file: DutyFile) -> None:
    known = ask_uncached(screen, successors, file.id)
    movable = _movable(screen, file)
    with st.form("handover_form", enter_to_submit=False, border=False):
        successor = st.selectbox(
            "接手人 *（可输入姓名或单位查找）", known, index=None, format_func=known.__getitem__, placeholder="请选择"
        )
        day = st.date_input("从哪天起 *", screen.today, format="YYYY-MM-DD")
        show_markup('<p class="calm">原结对到前一天为止，新结对从这天起；勾掉的不交接。全部办成或一项不办。</p>')
        sides = st.columns(2)
        homes = [
            int(one.household_id)
            for place, one in enumerate(file.homes.itertuples())
            if sides[place % 2].checkbox(
                plain(f"{one.head}（{one.place}，{one.state}）"), value=True, key=f"over_{one.household_id}"
            )
        ]
        matters = [
            (record, code)
            for record, code, words in movable
            if st.checkbox(plain(words), value=True, key=f"over_{record}_{code}")
        ]
        if not st.form_submit_button("办理交接", type="primary", width="stretch"):
            return
    try:
        with st.spinner("正在办理…"):
            done = hand_over(
                screen.engine, screen.viewer, file.id, successor,
                day=day if day else None, homes=homes, matters=matters, now=screen.now,
            )  # fmt: skip
    except WarRoomError as error:
        say_refused(error)
        return
    st.session_state[_DONE] = done
    _close()
    st.rerun()


def _undo(screen: Screen, done: HandedOver) -> None:
    try:
        take_back(screen.engine, screen.viewer, done, now=screen.now)
        st.session_state.pop(_DONE, None)
        keep_said("handing", f"已撤销{done.what}")
    except WarRoomError as error:
        keep_said("handing", f"没有撤销：{error}", wrong=True)
