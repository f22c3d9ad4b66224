"""任免 of leaders on the page of a region: somebody new, an end, a correction; what was done, and the way back."""

from collections.abc import Callable

import streamlit as st

from components.drawing.markup import escape, plain
from components.drawing.panels import heading
from components.shell.asking import ask, ask_uncached
from components.shell.errors import reporting_failures
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.access.roles import APPROVE, DUTIES
from data.duties.leaders import Leader
from data.duties.teams import helpers_of
from data.errors import WarRoomError
from data.terms import LEADER_POSTS
from data.villages.leaders import Term, appoint, correct, end, leader_changes, undo

_DO, _LEADER = "do", "leader"
_ACTS = ("任命", "结束任职", "更正")
_LISTED = 6


def show_appointing(screen: Screen, own: tuple[Leader, ...]) -> None:
    """The button and what was done last; nothing for who names nobody."""
    if not screen.viewer.may(APPROVE, DUTIES) or not screen.region.code:
        return
    show_said("leader")
    st.button(f"任免{screen.region.name}负责人", key="appoint", on_click=_open)
    if st.query_params.get(_DO) == _LEADER:
        _dialog(screen, own)


def show_changes(screen: Screen) -> None:
    """What was done by hand here and below."""
    if not screen.viewer.may(APPROVE, DUTIES):
        return
    changes = ask(screen, leader_changes, screen.region.code, limit=_LISTED)
    if not changes:
        return
    show_markup(heading("最近的任免"))
    for one in changes:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = f"{one.at[:16].replace('T', ' ')} {one.who}：{one.what}"
            show_markup(f"<p>{escape(told)}</p>", width="content")
            if not one.undone:
                st.button("撤销", key=f"leader_undo_{one.id}", on_click=_undo, args=(screen, one.id))


def _open() -> None:
    st.query_params[_DO] = _LEADER


def _close() -> None:
    st.query_params.pop(_DO, None)


def _dialog(screen: Screen, own: tuple[Leader, ...]) -> None:
    @st.dialog(f"任免负责人：{plain(screen.region.name)}", on_dismiss=_close)
    def body() -> None:
        with reporting_failures():
            acts = _ACTS if own else _ACTS[:1]
            act = st.pills("做什么", acts, default=acts[0], required=True, label_visibility="collapsed")
            held = None if act == _ACTS[0] else _which(own)
            if act == _ACTS[0]:
                _appoint(screen, own)
            elif held is not None and act == _ACTS[1]:
                _end(screen, held)
            elif held is not None:
                _correct(screen, held)

    body()


def _which(own: tuple[Leader, ...], label: str = "哪一位 *", key: str = "leader_which") -> Leader | None:
    named = {place: plain(one.told) for place, one in enumerate(own)}
    place = st.selectbox(label, named, index=None, format_func=named.__getitem__, placeholder="请选择", key=key)
    return None if place is None else own[place]


def _appoint(screen: Screen, own: tuple[Leader, ...]) -> None:
    with st.form("leader_new", enter_to_submit=False, border=False):
        typed = _fields(screen, None)
        instead = _which(own, "接替谁（不接替可不选）", "leader_instead") if own else None
        _finish(
            screen,
            "任命",
            lambda address: appoint(
                screen.engine,
                screen.viewer,
                screen.region.code,
                typed,
                instead=_term(instead) if instead else None,
                address=address,
                now=screen.now,
            ),
        )


def _end(screen: Screen, held: Leader) -> None:
    with st.form("leader_end", enter_to_submit=False, border=False):
        day = st.date_input("任职最后一天 *", screen.today, format="YYYY-MM-DD")
        _finish(
            screen,
            "结束任职",
            lambda address: end(
                screen.engine,
                screen.viewer,
                _term(held),
                day.isoformat() if day else "",
                address=address,
                now=screen.now,
            ),
        )


def _correct(screen: Screen, held: Leader) -> None:
    with st.form(f"leader_correct_{held.post}_{held.started}", enter_to_submit=False, border=False):
        typed = _fields(screen, held)
        _finish(
            screen,
            "保存更正",
            lambda address: correct(screen.engine, screen.viewer, _term(held), typed, address=address, now=screen.now),
        )


def _fields(screen: Screen, held: Leader | None) -> dict[str, str | None]:
    """What is typed of a leader, begun with what is held."""
    key = f"leader_{held.post}_{held.name}_{held.started}" if held else "leader"
    posts = list(LEADER_POSTS)
    post = st.selectbox(
        "职务 *", posts, index=posts.index(held.post) if held else None, placeholder="请选择", key=f"{key}_post"
    )
    listed = ask_uncached(screen, helpers_of, screen.region.code)
    known = {one.code: one.told for one in listed}
    person = held.person if held else None
    his = None if person is None else next((at for at, one in enumerate(listed) if one.person == person), None)
    helper = st.selectbox(
        "是已登记的帮扶责任人的，选他（可输入姓名查找）", known, index=his, format_func=known.__getitem__,
        placeholder="不是可不选", key=f"{key}_helper",
    )  # fmt: skip
    name = st.text_input("姓名（选了责任人的可不填）", held.name if held else "", max_chars=30, key=f"{key}_name")
    unit = st.text_input("单位", (held.unit or "") if held else "", max_chars=60, key=f"{key}_unit")
    phone = st.text_input("电话", (held.phone or "") if held else "", max_chars=20, key=f"{key}_phone")
    begun = st.date_input("任职自 *", held.started if held else screen.today, format="YYYY-MM-DD", key=f"{key}_started")
    ended = st.date_input("至（现任不填）", held.ended if held else None, format="YYYY-MM-DD", key=f"{key}_ended")
    return {
        "post": post, "helper": helper, "name": name, "unit": unit, "phone": phone,
        "started": begun.isoformat() if begun else "", "ended": ended.isoformat() if ended else "",
    }  # fmt: skip


def _finish(screen: Screen, words: str, act: Callable[[str], int]) -> None:
    if not st.form_submit_button(words, type="primary", width="stretch"):
        return
    try:
        act(caller())
    except WarRoomError as error:
        say_refused(error)
        return
    keep_said("leader", f"{words}已保存，可在“最近的任免”里撤销")
    _close()
    st.rerun()


def _term(held: Leader) -> Term:
    return Term(held.region, held.post, held.name, held.started)


def _undo(screen: Screen, id: int) -> None:
    try:
        undo(screen.engine, screen.viewer, id, address=caller(), now=screen.now)
        keep_said("leader", "已撤销，恢复原样")
    except WarRoomError as error:
        keep_said("leader", f"没有撤销：{error}", wrong=True)
