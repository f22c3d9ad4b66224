"""Saying that a project or operator is in trouble, and what became of what was said."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from components.shell.asking import ask
from components.shell.header import write_address
from components.shell.logged import looked
from components.shell.said import keep_said
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.projects import region as projects
from data.projects import troubles
from data.projects.troubles import LONGEST_REASON, Trouble


def mark_form(screen: Screen, operators: Sequence[str], chosen: Trouble | None) -> None:
    """The form: an operator or a project, since when, why."""
    listed = ask(screen, projects.page, screen.region.code, screen.month, sort="name", limit=1000)
    names = {row.code: f"{row.name}（{row.place}）" for row in listed.itertuples()}
    options = [("operator", name) for name in operators] + [("project", code) for code in names]
    if not options:
        return
    preset = None
    if chosen and chosen.id is None:
        preset = ("operator", chosen.operator) if chosen.operator else ("project", chosen.project)
    turn = st.session_state.setdefault("risk_turn", 0)
    with st.expander("标记一个经营主体或项目"), st.form(f"risk_form_{turn}", border=False):
        what = st.selectbox(
            "出问题的是",
            options,
            placeholder="输入名称查找",
            index=options.index(preset) if preset in options else None,
            format_func=lambda one: f"经营主体：{one[1]}" if one[0] == "operator" else f"项目：{names[one[1]]}",
            key=f"risk_what_{turn}_{preset}",
        )
        today = date.fromisoformat(screen.status.built)
        since = st.date_input("从哪天起", value=today, max_value=today, min_value=date(1990, 1, 1))
        reason = st.text_area("原因", placeholder="如：8月起停产，欠付两期收益，负责人失联", max_chars=LONGEST_REASON)
        if st.form_submit_button("标记风险", type="primary"):
            _mark(screen, what, since, reason)


def _mark(screen: Screen, what: tuple[str, str] | None, since: date | None, reason: str) -> None:
    if what is None or since is None:
        keep_said("risk", "请先选择出问题的经营主体或项目，并填写日期。", wrong=True)
        st.rerun()
    kind, name = what
    try:
        id = troubles.mark(
            screen.engine,
            screen.viewer,
            place=screen.region.code,
            since=since.isoformat(),
            reason=reason,
            now=screen.now,
            **{kind: name},
        )
    except WarRoomError as error:
        keep_said("risk", str(error), wrong=True)
    else:
        st.session_state["risk_turn"] += 1
        looked(screen, "trouble")
        keep_said("risk", "已标记。右边是背后的户和预计减收，可以一键派发排查任务。")
        write_address(trouble=str(id), found=None, operator=None)
    st.rerun()
