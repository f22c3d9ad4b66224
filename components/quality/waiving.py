"""豁免: asking for one, the list of all, one with what may be done to it."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link, plain
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import NO_VALUE
from components.quality.address import QualityChoice, quality_link, rule_link
from components.quality.markup import steps_markup, strip_markup
from components.shell.asking import ask, ask_uncached
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from data.access.roles import QUALITY, WRITE
from data.errors import NotFound, WarRoomError
from data.quality import waivers
from data.quality.listing import Hit
from data.quality.waivers import GROUPS, LONGEST, PAGE, WAY, Waiver
from data.rules.registry import RULES
from data.workflow import LONGEST_REASON, Transition

_USUAL = timedelta(days=90)
_COLUMNS = (
    TableColumn("rule", "规则"), TableColumn("head", "户主"), TableColumn("place", "村"), TableColumn("reason", "理由"),
    TableColumn("who", "申请"), TableColumn("until", "豁免到"), TableColumn("state", "状态"),
)  # fmt: skip


def show_asking(screen: Screen, offered: Sequence[Hit], *, key: str = "quality_waive") -> None:
    """The button by which a waiver of one of these hits is asked for; nothing for who may not, or without any."""
    if offered and screen.viewer.may(WRITE, QUALITY) and st.button("申请豁免", key=key):
        _ask(screen, offered)


@st.dialog("申请豁免", width="medium")
def _ask(screen: Screen, offered: Sequence[Hit]) -> None:
    show_markup('<p class="calm">确实没有错的才豁免：写明理由，由另一人同意后不再计数；到期自动恢复检查。</p>')
    called = {one.mark: plain(_called(one)) for one in offered}
    with st.form("quality_waiver", border=False, enter_to_submit=False):
        mark = st.selectbox(
            "哪一条", list(called), index=0 if len(called) == 1 else None, format_func=called.__getitem__,
            placeholder="请选择，可输入姓名查找", key="quality_waiver_of",
        )  # fmt: skip
        reason = st.text_area(
            "理由",
            max_chars=LONGEST_REASON,
            placeholder="如：两户共用一部电话，已入户核实",
            key="quality_waiver_reason",
        )
        until = st.date_input(
            "豁免到哪一天", screen.today + _USUAL, min_value=screen.today + timedelta(days=1),
            max_value=screen.today + LONGEST, format="YYYY-MM-DD", key="quality_waiver_until",
        )  # fmt: skip
        pressed = st.form_submit_button("提交申请", type="primary", width="stretch")
    if not pressed:
        return
    if mark is None:
        problem("请选择要豁免的是哪一条。")
        return
    try:
        waivers.ask(screen.engine, screen.viewer, mark, until=until, reason=reason, now=screen.now)
    except WarRoomError as error:
        problem(str(error))
        return
    keep_said("waiver", "已申请豁免，等另一人同意；同意以前仍然计数。")
    st.rerun()


def _called(hit: Hit) -> str:
    """One line that tells a hit from others."""
    parts = (hit.head, hit.what if hit.what != hit.head else "", hit.label, hit.place, hit.rule.label)
    return " · ".join(part for part in parts if part)


def show_waivers(screen: Screen, choice: QualityChoice) -> None:
    """The one that the address names, then the groups and the list."""
    show_said("waiver")
    counts = ask(screen, waivers.counts, screen.region.code, screen.today)
    if choice.waiver is not None:
        _show_one(screen, choice, choice.waiver)
    show_markup(
        strip_markup(
            [(word, counts[of], quality_link(screen, choice, of=of, waiver=None), of == choice.of)
             for of, word in GROUPS.items()],
            name="按状态筛选",
        )
    )  # fmt: skip
    total = counts[choice.of]
    if not total:
        why = "在规则的名单或户档案里按“申请豁免”提出。" if not counts["all"] else ""
        show_markup(f'<p class="calm">没有{GROUPS[choice.of] if choice.of != "all" else ""}的豁免。{why}</p>')
        return
    at = paged(choice.page, total, PAGE)
    rows = ask_uncached(
        screen, waivers.waivers, screen.region.code, screen.today, group=choice.of, offset=at.offset
    )  # fmt: skip
    list_shown(screen, "数据质量豁免", count=total, unit="条", filters=GROUPS[choice.of])
    pager = pager_markup(at.page, at.pages, f"共 {total:,} 条", lambda page: quality_link(screen, choice, page=page))
    show_markup(_table(screen, choice, rows) + pager)


def _table(screen: Screen, choice: QualityChoice, rows: Sequence[Waiver]) -> str:
    frame = pd.DataFrame({"waiver": list(rows), **{column.id: [""] * len(rows) for column in _COLUMNS}})
    return table_markup(
        frame,
        _COLUMNS,
        caption=f"{screen.region.name}数据质量豁免",
        look=TableLook(
            row_url=lambda row: quality_link(screen, choice, waiver=row.waiver.id, page=choice.page),
            opener="rule",
            whole=True,
            cards=True,
            chosen=lambda row: row.waiver.id == choice.waiver,
            drawn={
                "rule": lambda row: escape(_label(row.waiver.rule)),
                "head": lambda row: escape(row.waiver.head or NO_VALUE),
                "place": lambda row: escape(row.waiver.place),
                "reason": lambda row: escape(row.waiver.reason),
                "who": lambda row: f"{escape(row.waiver.who)}<small> {escape(row.waiver.asked)}</small>",
                "until": lambda row: escape(row.waiver.until),
                "state": lambda row: (
                    f'<b class="quality-waiver {escape(row.waiver.group)}">{escape(GROUPS[row.waiver.group])}</b>'
                ),
            },
        ),
    )


def _label(rule: str) -> str:
    return RULES[rule].label if rule in RULES else f"已停用的规则 {rule}"


def _show_one(screen: Screen, choice: QualityChoice, id: int) -> None:
    try:
        one = ask_uncached(screen, waivers.waiver, id, screen.today)
    except NotFound as error:
        problem(str(error))
        return
    with st.container(border=True, key="quality_one_waiver"):
        left, right = st.columns([60, 40], gap="medium")
        with left:
            show_markup(_facts(screen, choice, one))
            _show_steps(screen, one)
        with right:
            show_markup(steps_markup(ask_uncached(screen, waivers.history, id)))


def _facts(screen: Screen, choice: QualityChoice, one: Waiver) -> str:
    home = escape(one.head or NO_VALUE)
    if one.household is not None:
        home = link(home, screen.link(HOUSEHOLD, region=one.village, household=one.household), style="underlined")
    rule = escape(_label(one.rule))
    if one.rule in RULES:
        rule = link(rule, rule_link(screen, one.rule, region=one.village, group="all"), style="underlined")
    close = link("收起", quality_link(screen, choice, waiver=None, page=choice.page), style="underlined", data_stay="1")
    told = (
        ("规则", rule), ("户主", home), ("村", escape(one.place)), ("理由", escape(one.reason)),
        ("豁免到", escape(one.until)), ("状态", escape(GROUPS[one.group])),
    )  # fmt: skip
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in told)
    return f'<p class="quality-close">{close}</p><dl class="matter-facts">{cells}</dl>'


def _show_steps(screen: Screen, one: Waiver) -> None:
    """What the viewer may do to it now."""
    offered = ask_uncached(screen, waivers.allowed, one.id)
    if one.group == waivers.ASKED and not any(arrow.action == "agree" for arrow in offered):
        show_markup('<p class="calm">等乡镇或县里另一人办理；申请人不能自己同意。</p>')
    if not offered:
        return
    needed = [arrow for arrow in offered if arrow.reason]
    with st.form(f"quality_steps_{one.id}_{one.version}", border=False, enter_to_submit=False):
        words = "、".join(WAY.actions[arrow.action] for arrow in needed)
        reason = (
            st.text_input(f"原因（{words}必填）", max_chars=LONGEST_REASON, key=f"quality_reason_{one.id}")
            if needed else ""
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            pressed = next((arrow for arrow in offered if _pressed(arrow, one)), None)
    if pressed is None:
        return
    try:
        waivers.step(
            screen.engine, screen.viewer, one.id, pressed.action, version=one.version, reason=reason, now=screen.now
        )
    except WarRoomError as error:
        problem(str(error))
        return
    keep_said("waiver", f"已办：{WAY.actions[pressed.action]}。")
    st.rerun()


def _pressed(arrow: Transition, one: Waiver) -> bool:
    return st.form_submit_button(
        WAY.actions[arrow.action],
        type="primary" if arrow.action == "agree" else "secondary",
        key=f"quality_{arrow.action}_{one.id}",
    )
