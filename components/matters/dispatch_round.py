"""What a county does to its round: opens it with a due day, adds to its list, closes it, opens it again."""

from collections.abc import Callable

import streamlit as st

from components.drawing.markup import escape
from components.matters.dispatch_markup import month_word
from components.matters.dispatch_report import DONE
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.calendars.workdays import calendar
from data.errors import WarRoomError
from data.matters.round_figures import Counts
from data.matters.rounds import LONGEST_ROUND, Round, close_round, open_round, reopen_round, supplement
from data.months import month_of
from data.workflow import LONGEST_REASON

_DAYS = 5
"""Working days that a round runs unless another day is chosen."""


def show_opening(screen: Screen) -> None:
    """The county's form for the month that runs."""
    with screen.engine.connect() as connection:
        worked = calendar(connection)
    usual = worked.add(screen.today, _DAYS)
    name = month_word(month_of(screen.today))
    with st.container(key="dispatch_open", horizontal=True, vertical_alignment="bottom", gap="small"):
        due = st.date_input(
            f"{name}调度报送期限",
            usual,
            min_value=screen.today,
            max_value=screen.today + LONGEST_ROUND,
            format="YYYY-MM-DD",
            key="dispatch_due",
            width=220,
        )
        if st.button(f"开始{name}调度", type="primary", key="dispatch_begin"):
            _do(
                f"已开始{name}调度。",
                lambda: open_round(screen.engine, screen.viewer, screen.region.code, due=due, now=screen.now),
            )
    note = worked.note(usual)
    show_markup(
        '<p class="calm">名单由系统按今天列出：未脱贫的、正在监测的、按已闭账的收入低于监测线的，每户一行；'
        f"期限默认 {_DAYS} 个工作日"
        f"{f'（{escape(note)}）' if note else ''}。</p>"
    )


def show_actions(screen: Screen, one: Round, now: Counts) -> None:
    """The buttons of the county over a round."""
    with st.container(key="dispatch_actions", horizontal=True, gap="small"):
        if one.closed:
            if st.button("重新打开", key="dispatch_reopen"):
                _confirm(
                    screen, one, "重新打开", "打开后可以补报和修改；原因会显示在页面上。", reopen_round, required=True
                )
            return
        if st.button("补充名单", key="dispatch_more", help="列入开始以后新符合条件的户，迁到别村未报的户转给新村"):
            _supplement(screen, one)
        if st.button("结束调度", key="dispatch_close", type="primary"):
            says = f"还有 {now.missing} 户没有报，请写明提前结束的原因。" if now.missing else "各户都已报送。"
            _confirm(
                screen,
                one,
                "结束调度",
                f"{says}结束后不能再报，确需补报可以重新打开。",
                close_round,
                required=now.missing > 0,
            )


def _supplement(screen: Screen, one: Round) -> None:
    try:
        made = supplement(screen.engine, screen.viewer, one.id, now=screen.now)
    except WarRoomError as error:
        problem(str(error))
        return
    parts = [f"新增 {made.added} 户" if made.added else "", f"转给新村 {made.moved} 户" if made.moved else ""]
    st.session_state[DONE] = f"已补充名单：{'，'.join(filter(None, parts)) or '没有新的户'}。"
    st.rerun()


def _confirm(screen: Screen, one: Round, title: str, says: str, act: Callable[..., None], *, required: bool) -> None:
    def body() -> None:
        show_markup(f"<p>{escape(says)}</p>")
        label = "原因（必填）" if required else "原因"
        reason = st.text_area(label, max_chars=LONGEST_REASON, key="dispatch_reason")
        if st.button(f"确定{title}", type="primary", width="stretch", key="dispatch_confirm"):
            _do(f"已{title}。", lambda: act(screen.engine, screen.viewer, one.id, reason=reason, now=screen.now))

    st.dialog(title)(body)()


def _do(sentence: str, act: Callable[[], object]) -> None:
    try:
        with st.spinner("正在办理…"):
            act()
    except WarRoomError as error:
        problem(str(error))
        return
    st.session_state[DONE] = sentence
    st.rerun()
