"""记收支: one amount of one 科目 in one month, added to what stands or in its place."""

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import ask_once, finish, key
from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.households.door import ledger_stands
from data.households.edits import Conflict
from data.households.entries import Saved, add_ledger_line
from data.money import exact
from data.months import label, spoken
from data.terms import EXPENSE, INCOME_KINDS, SUBJECTS

MONTHS_BACK = 24
ADD, REPLACE = "加到现有上", "改成这个数"


def draw_ledger(screen: Screen, household: int) -> None:
    """The form; month and 科目 are asked first, so that what stands is seen before anything is typed."""
    status = screen.status
    months = range(status.last_month, max(status.first_month, status.last_month - MONTHS_BACK) - 1, -1)
    month = st.selectbox("月份 *", months, format_func=spoken, placeholder="请选择", key=key("month"))
    subject = st.selectbox(
        "科目 *", list(SUBJECTS), index=None, format_func=_called, placeholder="请选择", key=key("subject")
    )
    if subject is None:
        show_markup('<p class="calm">选好科目后，先看这个月已有的金额，再填。</p>')
        return
    stands = ask_once(screen, ("ledger", month), ledger_stands, household, month)[subject]
    now = "还没有这一项" if stands is None else f"现有 <b>{exact(stands)}</b> 元"
    show_markup(f'<p class="stands">{spoken(month)} {escape(subject)}：{now}</p>')
    with st.form(key(f"ledger_{month}_{subject}"), enter_to_submit=False, border=False):
        amount = st.text_input("金额（元） *", max_chars=20, placeholder="如 2350.50", key=key("amount"))
        way: str | None = REPLACE
        if stands is not None:
            way = entry_widgets.choice_field("怎么记", (ADD, REPLACE), key=key("way"), start=ADD)

        def save(conflict: Conflict | None) -> Saved:
            held_now = stands
            if conflict is not None and conflict.rebased:
                now_there = next(iter((conflict.rebased[0].before or {}).values()))
                held_now = now_there if isinstance(now_there, int) else None
            return add_ledger_line(
                screen.engine,
                screen.viewer,
                household,
                month=label(month),
                subject=subject,
                amount=amount,
                stands=held_now,
                adding=way == ADD,
                now=screen.now,
            )

        finish(screen, household, save)


def _called(subject: str) -> str:
    kind = SUBJECTS[subject][0]
    return subject if subject == EXPENSE else f"{INCOME_KINDS[kind]} · {subject}"
