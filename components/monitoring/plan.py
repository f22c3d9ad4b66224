"""一户一策: the plan of help of one case, what it lacks, and what may be done about each measure."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from components.drawing.markup import escape
from components.monitoring.case_markup import item_steps
from components.monitoring.list_markup import state_markup, until_markup
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused
from components.shell.screen import Screen
from data.access.roles import MATTERS, READ
from data.errors import WarRoomError
from data.matters.candidates import candidates
from data.monitoring import plans
from data.monitoring.cases import Case
from data.monitoring.plans import Draft, Given, Item, Lack
from data.terms import MEASURE_CATEGORIES
from data.workflow import LONGEST_REASON, Changed

_AHEAD = timedelta(days=30)
"""What a measure is usually given."""
_SAYS = {
    "progress": "写进展，落实人和上级都看得到。",
    "carry_out": "落实后计入本户的帮扶措施，从落实日期起算。",
    "drop": "取消的写明原因，记录仍在。",
    "resume": "恢复后继续落实。",
    "change": "调整内容、落实人或期限，原来的留在记录里。",
}  # fmt: skip
_FIRST = ("carry_out", "progress")
_BY_WORDS = "其他人（写名称）"


def show_plan(screen: Screen, one: Case, items: Sequence[Item]) -> None:
    """Draw the plan with its acts; nothing of a case that never came to help and has none."""
    lacks = ask_uncached(screen, plans.lacks, one.id, screen.today)
    may = ask_uncached(screen, plans.may_plan, one.id)
    if not items and not may and not lacks:
        return
    count = f"<small>{sum(item.open for item in items)} 项待落实 · 共 {len(items)} 项</small>" if items else ""
    show_markup(f'<div class="plan-head"><h2>帮扶计划（一户一策）{count}</h2>{lacks_markup(lacks)}</div>')
    if not items:
        show_markup(
            '<p class="calm">还没有列措施。针对每项风险写明做什么、由谁、何时前落实，第一项要在识别后一个月内。</p>'
        )
    for item in items:
        with st.container(key=f"plan_item_{item.id}", horizontal=True, vertical_alignment="center", gap="small"):
            show_markup(item_markup(item, screen.today))
            _show_item_acts(screen, one, item)
    if may and st.button("列措施", key="plan_add", type="primary" if lacks else "secondary"):
        _open_new(screen, one)


def lacks_markup(lacks: Sequence[Lack]) -> str:
    """What the help still lacks, in words with its day."""
    return "".join(
        f'<p class="lack{" alarm" if lack.late else ""}">{escape(lack.words)}，应于 {lack.due} 前'
        f"{'，已超期' if lack.late else ''}。</p>"
        for lack in lacks
    )


def item_markup(item: Item, today: date) -> str:
    """One measure: against what, what, who until when, how far, what was done."""
    steps = item_steps(item)
    return (
        f'<div class="plan-item {escape(item.state)}"><p><b>{escape(item.what)}</b>'
        f'<span class="kind">{escape(item.kind)}</span>{state_markup(item.state, item.state_word)}</p>'
        f"<p><span>针对{escape(item.risk)}</span><span>由{escape(item.who)}落实</span>"
        f"{until_markup(item.until, today, late=item.late)}</p>"
        f"<details><summary>记录 {len(item.steps)} 条</summary><ul>{steps}</ul></details></div>"
    )


def _show_item_acts(screen: Screen, one: Case, item: Item) -> None:
    if not item.allowed:
        return
    with st.popover("办理"):
        for action in sorted(item.allowed, key=lambda action: action not in _FIRST):
            if st.button(item.allowed[action], key=f"plan_{item.id}_{action}", width="stretch"):
                _open_act(screen, one, item, action)


def _open_new(screen: Screen, one: Case) -> None:
    def body() -> None:
        show_markup(f'<p class="whose">{escape(one.head)} 户 · {escape(one.place)}</p>')
        with st.form("plan_form_new", border=False, enter_to_submit=False):
            draft = _draft_fields(screen, one, None)
            said = st.container()
            pressed = st.form_submit_button("列入计划", type="primary", width="stretch")
        if not pressed:
            return
        try:
            plans.plan(screen.engine, screen.viewer, one.id, draft, now=screen.now)
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        keep_said("case", "已列入帮扶计划。", of=one.id)
        st.rerun()

    st.dialog("列措施")(body)()


def _open_act(screen: Screen, one: Case, item: Item, action: str) -> None:
    word = item.allowed[action]

    def body() -> None:
        show_markup(f'<p class="whose">{escape(item.what)} · {escape(item.who)}</p>')
        show_markup(f'<p class="calm">{_SAYS[action]}</p>')
        with st.form(f"plan_form_{action}", border=False, enter_to_submit=False):
            draft = _draft_fields(screen, one, item) if action == "change" else None
            day = (
                st.date_input("落实日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key="plan_day")
                if action == "carry_out"
                else None
            )
            must = action in ("progress", "drop", "resume")
            reason = st.text_area(
                "说明（必填）" if must else "说明", max_chars=LONGEST_REASON, height=84, key=f"plan_{action}_reason"
            )
            said = st.container()
            pressed = st.form_submit_button(f"确定{word}", type="primary", width="stretch")
        if not pressed:
            return
        given = Given(reason.strip(), day, draft)
        try:
            plans.act(screen.engine, screen.viewer, item.id, action, version=item.version, given=given, now=screen.now)
        except Changed as changed:
            keep_said("case", str(changed), of=one.id, wrong=True)
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        else:
            keep_said("case", f"“{item.what}”已{word}。", of=one.id)
        st.rerun()

    st.dialog(word)(body)()


def _draft_fields(screen: Screen, one: Case, item: Item | None) -> Draft:
    """The fields of a measure, filled with one that stands."""
    key = f"plan_draft_{item.id if item else 'new'}"
    risks = ask_uncached(screen, plans.risks_of, one.id)
    left, right = st.columns(2)
    risk = left.selectbox(
        "针对风险", risks, index=risks.index(item.risk) if item and item.risk in risks else 0, key=f"{key}_risk"
    )
    kind = right.selectbox(
        "措施类别", MEASURE_CATEGORIES,
        index=MEASURE_CATEGORIES.index(item.kind) if item and item.kind in MEASURE_CATEGORIES else None,
        placeholder="请选择", key=f"{key}_kind",
    )  # fmt: skip
    what = st.text_input(
        "措施内容", item.what if item else "", max_chars=plans.LONGEST, placeholder="如：安排村保洁员公益岗位",
        key=f"{key}_what",
    )  # fmt: skip
    offered = _people(screen, one)
    options: list[int | None] = [*offered, None]
    owner = st.selectbox(
        "由谁落实", options, index=options.index(item.owner) if item and item.owner in options else None,
        format_func=lambda id: _BY_WORDS if id is None else offered[id], placeholder="输入姓名查找", key=f"{key}_owner",
    )  # fmt: skip
    who = st.text_input(
        "落实人名称（上面选了人的不用填）", item.who if item and item.owner is None else "", max_chars=60,
        placeholder="如：镇卫生院", key=f"{key}_who",
    )  # fmt: skip
    stands = date.fromisoformat(item.until) if item else screen.today + _AHEAD
    until = st.date_input(
        "何时前落实", max(stands, screen.today), min_value=screen.today, format="YYYY-MM-DD", key=f"{key}_until"
    )
    return Draft(risk, kind or "", what, owner, who, until)


def _people(screen: Screen, one: Case) -> dict[int, str]:
    """Who can be named for it: person → what he is called."""
    if not screen.viewer.may(READ, MATTERS):
        return {}
    return {found.person: found.call for found in ask_uncached(screen, candidates, one.village, screen.today)}
