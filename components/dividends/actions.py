"""What a viewer may do to a plan: a button for each arrow, a confirmation, a reason where one is due."""

from typing import Literal

import streamlit as st

from components.drawing.markup import escape
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.header import write_address
from components.shell.logged import looked
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import DIVIDENDS
from data.dividends.books import filled
from data.dividends.file import Plan
from data.dividends.states import ACTIONS, STATES
from data.dividends.steps import booking_months, doubts_in_words, return_reason, reverse, step
from data.errors import WarRoomError
from data.money import exact
from data.months import spoken
from data.workflow import LONGEST_REASON, Transition

_DONE = "plan_done"
_SAYS = {
    "publish": "公示后村里不能再改方案；公示期满才能报镇审核。公示稿可在本页打印张贴。",
    "submit": "报给乡镇审核；审核前村里还可以撤回。",
    "approve": "审核通过后由县级备案。",
    "return": "方案退回村里，按您写的原因修改，改后重新公示。",
    "withdraw": "方案回到草拟，可以修改；改后要重新公示。",
    "void": "作废后不能恢复，所列收益放开给别的方案。",
    "reverse": "已备案的方案不改；系统按同样的金额起草一个冲销方案，走公示、镇审、县备，备案后从各户收支扣回。",
}
_SERIOUS = ("return", "void", "withdraw", "reverse")


def show_actions(screen: Screen, plan: Plan, *, unsaved: bool = False) -> None:
    """The buttons of what the viewer may do now; nothing for who may do nothing. ``unsaved``: a draft being typed."""
    if sentence := st.session_state.pop(_DONE, None):
        show_markup(f'<p class="saved" role="status">{escape(sentence)}</p>')
    arrows = [one for one in plan.actions if one.action != "edit"]
    if not arrows:
        return
    with st.container(key="plan_actions", horizontal=True, gap="small"):
        for one in arrows:
            label = "提出冲销" if one.action == "reverse" else ACTIONS[one.action]
            kind: Literal["primary", "secondary"] = "secondary" if one.action in _SERIOUS else "primary"
            waits = unsaved and one.action == "publish"
            if st.button(label, key=f"plan_do_{one.action}", type=kind, disabled=waits) and not waits:
                _confirm(screen, plan, one)
    if unsaved:
        show_markup('<p class="calm">有改动没有保存；先保存，再公示。</p>')


def _confirm(screen: Screen, plan: Plan, arrow: Transition) -> None:
    title = "提出冲销" if arrow.action == "reverse" else ACTIONS[arrow.action]

    def body() -> None:
        show_markup(
            f'<p class="whose">{escape(plan.line.title)}：收益 {exact(plan.line.received)} 元，'
            f"分到户 {exact(plan.line.distributed)} 元，留存 {exact(plan.line.kept)} 元</p>"
        )
        month = _booking(screen, plan) if arrow.action == "file" and plan.line.reverses is None else None
        show_markup(f"<p>{escape(_says(screen, plan, arrow, month))}</p>")
        if plan.doubts and arrow.action not in ("void", "withdraw"):
            show_markup(
                f'<p class="problem" role="alert">提出方案后有变动：{escape(doubts_in_words(list(plan.doubts)))}</p>'
            )
        reason = ""
        if arrow.reason:
            usual = return_reason(list(plan.doubts)) if arrow.action == "return" else ""
            reason = st.text_area("原因（必填）", usual, max_chars=LONGEST_REASON, key=f"plan_reason_{arrow.action}")
        if st.button(f"确定{title}", type="primary", width="stretch", key="plan_confirm"):
            _do(screen, plan, arrow, reason, month)

    st.dialog(title)(body)()


def _booking(screen: Screen, plan: Plan) -> int:
    """Choose the month of the ledger that is written to: the running one, or back to that of the last receipt."""
    months = ask_uncached(screen, booking_months, plan.line.id)
    return st.selectbox(
        "记账月份",
        sorted(months, reverse=True) or [months.start],
        format_func=spoken,
        key="plan_booked",
        help=f"最后一笔收益在{spoken(months.start)}到账，不能记入更早的月份，也不能记入还没有到的月份。",
    )


def _says(screen: Screen, plan: Plan, arrow: Transition, month: int | None) -> str:
    if arrow.action != "file":
        return _SAYS[arrow.action]
    homes = int((plan.shares["total"] != 0).sum())
    if month is None:
        return f"备案后从 {homes} 户原记账月份的收支中扣回，所列收益放开；原方案标为已冲销。"
    there = ask_uncached(screen, filled, plan.line.id, month)
    twice = f"其中 {there} 户当月已有这一科目的金额，备案后在其上相加，请先核对是不是同一笔钱。" if there else ""
    return (
        f"备案后 {homes} 户的分红和公益岗位工资记入 {spoken(month)} 的收支，各级汇总同时更新；"
        "已备案的方案不能再改，只能冲销。"
        f"{twice}"
    )


def _do(screen: Screen, plan: Plan, arrow: Transition, reason: str, month: int | None) -> None:
    """The step itself; what is refused is said in the dialog and nothing has changed."""
    line = plan.line
    try:
        with st.spinner("正在办理…"):
            if arrow.action == "reverse":
                made = reverse(
                    screen.engine, screen.viewer, line.id, reason=reason, version=line.version, at=screen.now
                )
                st.session_state[_DONE] = "已起草冲销方案，请核对后公示。"
                go_to(screen.link(DIVIDENDS, region=line.village, plan=made))
                return
            after = step(
                screen.engine,
                screen.viewer,
                line.id,
                arrow.action,
                version=line.version,
                reason=reason,
                month=month,
                at=screen.now,
            )
    except WarRoomError as error:
        problem(str(error))
        return
    looked(screen, "plan")
    st.session_state[_DONE] = f"已{ACTIONS[arrow.action]}，方案现在是“{STATES[after]}”。"
    write_address(plan=str(line.id))
    st.rerun()
