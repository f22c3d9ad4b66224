"""结对: who begins to help the household or one of its members, and who ends."""

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import ask_once, finish, key
from components.drawing.markup import plain
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.masks import mask_name
from data.duties.teams import helpers_of
from data.households.door import door
from data.households.entries import Saved
from data.households.pairings import add_pairing, end_pairing, pairings
from data.terms import DOCTOR

_BEGIN, _END = "新增结对", "结束结对"


def draw_pairing(screen: Screen, household: int) -> None:
    """The form."""
    held = ask_once(screen, "pairings", pairings, household, screen.today.isoformat())
    acts = (_BEGIN, _END) if held else (_BEGIN,)
    act = st.pills("做什么", acts, default=acts[0], required=True, label_visibility="collapsed", key=key("pairing"))
    if act == _BEGIN:
        _begin(screen, household)
        return
    named = {
        number: plain(f"{one['name']}（{one['team']}，{_whom(one['whom'], one['team'])}，{one['started']} 起）")
        for number, one in enumerate(held)
    }
    with st.form(key("end_pairing"), enter_to_submit=False, border=False):
        number = st.selectbox(
            "哪一个结对 *",
            named,
            index=None,
            format_func=named.__getitem__,
            placeholder="请选择",
            key=key("which_pairing"),
        )
        day = entry_widgets.day_field(
            "最后一天 *", key=key("ended"), today=screen.today, start=screen.today.isoformat(), may_be_future=True
        )

        def save(_: object) -> Saved:
            one = held[number] if number is not None else {"helper": "", "member": "", "started": ""}
            return end_pairing(
                screen.engine, screen.viewer, household, code=one["helper"], whom=one["member"],
                started=one["started"], ended=day.isoformat() if day else "", now=screen.now,
            )  # fmt: skip

        finish(screen, household, save)


def _whom(name: str | None, team: str) -> str:
    """Whom it is with; a doctor's patient is not named, for that would tell an illness."""
    if name is None:
        return "全户"
    return mask_name(name) if team == DOCTOR else name


def _begin(screen: Screen, household: int) -> None:
    there = ask_once(screen, "door", door, household)
    known = {one.code: one.told for one in ask_once(screen, "helpers", helpers_of, screen.viewer.region)}
    whom = {"": "全户"} | {one["code"]: plain(f"{one['name']}（{one['relation']}）") for one in there.members}
    with st.form(key("begin_pairing"), enter_to_submit=False, border=False):
        code = st.selectbox(
            "帮扶责任人 *（可输入姓名或单位查找）", known, index=None, format_func=known.__getitem__,
            placeholder="请选择", key=key("pairing_helper"),
        )  # fmt: skip
        member = st.selectbox("结对对象 *", whom, format_func=whom.__getitem__, key=key("pairing_whom"))
        show_markup('<p class="calm">医生与病人、教师与学生结对的，选这一个人；其他选全户。</p>')
        day = entry_widgets.day_field(
            "从哪天起 *", key=key("started"), today=screen.today, start=screen.today.isoformat(), may_be_future=True
        )
        finish(
            screen,
            household,
            lambda _: add_pairing(
                screen.engine,
                screen.viewer,
                household,
                code=code or "",
                whom=member or "",
                started=day.isoformat() if day else "",
                now=screen.now,
            ),
        )
