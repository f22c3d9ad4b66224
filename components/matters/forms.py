"""What is given with a step: reason, day, new deadline, owner, progress; drawn for one and for many alike."""

from datetime import date

import streamlit as st

from components.drawing.markup import escape
from components.matters.people import owner_picker
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.matters.states import REGISTERS
from data.matters.steps import Given
from data.workflow import LONGEST_REASON

_UNTIL = {
    "ask": "申请延到",
    "return": "新的期限（可不填）",
    "refuse": "新的期限（可不填）",
    "reopen": "新的期限（可不填）",
}
_HINTS = {
    "rectify": "怎么整改的、结果如何", "finish": "怎么完成的、结果如何", "urge": "请某日前办结；难在哪里，报上来",
    "ask": "为什么要延期", "log": "今天办了什么", "void": "为什么作废", "return": "还缺什么，补什么",
    "refuse": "为什么不予销号", "reopen": "为什么重新打开", "deny": "为什么不同意",
}  # fmt: skip
SAYS = {
    "urge": "催办写进办理经过，责任人在待办中看到。",
    "assign": "从现在起由新责任人负责；期限和层级不变。",
    "grant": "同意后期限改为申请的日期，层级不降。",
    "deny": "期限不变。",
    "ask": "上一级答复前，原来的期限继续计时。",
    "rectify": "报上一级核查；核查由报整改以外的另一人办理。",
    "finish": "报上一级验收；验收由报完成以外的另一人办理。",
    "close": "核查属实，销号办结。",
    "accept": "验收合格，任务办结。",
    "return": "退给责任人补正，按原期限继续计时。",
    "refuse": "核查不属实，退回整改，按原期限继续计时。",
    "reopen": "重新打开后仍在原来的层级。",
    "void": "作废后不再计入任何数字；记录仍在。",
}
_DAYS = ("rectify", "finish")


def needs_reason(record: str, action: str) -> bool:
    """Whether words must be given."""
    return any(one.reason for one in REGISTERS[record].way.transitions if one.action == action)


def given_fields(
    screen: Screen,
    record: str,
    action: str,
    *,
    region: str,
    key: str,
    deadline: str = "",
    progress: float | None = None,
    owner: int | None = None,
) -> Given:
    """Draw the fields of a step and give what is in them."""
    if action in SAYS:
        show_markup(f'<p class="calm">{escape(SAYS[action])}</p>')
    who = day = until = share = None
    if action == "assign":
        who = owner_picker(screen, region, key=f"{key}_owner", chosen=owner, vacant=False)
    if action == "progress":
        share = st.slider("进度（%）", 0, 99, round((progress or 0) * 100), step=1, key=f"{key}_progress") / 100
    if action in _UNTIL:
        first = (
            screen.today if action != "ask" else max(screen.today, date.fromisoformat(deadline or str(screen.today)))
        )
        until = st.date_input(_UNTIL[action], None, min_value=first, format="YYYY-MM-DD", key=f"{key}_until")
    if action in _DAYS:
        label = "整改日期" if action == "rectify" else "完成日期"
        day = st.date_input(label, screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"{key}_day")
    must = needs_reason(record, action)
    reason = st.text_area(
        "说明（必填）" if must else "说明", max_chars=LONGEST_REASON, height=96, placeholder=_HINTS.get(action, ""),
        key=f"{key}_reason",
    )  # fmt: skip
    return Given(reason=reason.strip(), day=day, until=until, owner=who, progress=share)
