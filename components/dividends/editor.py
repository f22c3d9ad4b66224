"""A draft plan as its village types it: sources, what is kept, the rule, the households; saved in one go."""

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.dividends.sheet import YUAN, Sheet, came_back, entered, sheet_of, take_over
from components.dividends.way import sums_markup
from components.drawing.markup import escape
from components.drawing.panels import heading
from components.shell.asking import ask_uncached
from components.shell.errors import problem, reporting_failures
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.dividends.content import Candidate, Content, Return, candidates, follows_rule, respread, returns
from data.dividends.drafts import LONGEST, save
from data.dividends.file import Plan
from data.dividends.notice import rule_name
from data.dividends.rules import BASES, PURPOSES, WHOLE, coefficients_of, explanation, weight
from data.errors import WarRoomError
from data.money import exact
from data.months import spoken
from data.terms import STATE_NAMES
from data.workflow import Changed

_HIGHEST = 10.0
_ROW = 30


def unsaved(screen: Screen, plan: Plan) -> bool:
    """Whether the viewer has typed what is not saved yet."""
    sheet = sheet_of(screen, plan)
    return _now(screen, plan, sheet)[0] != sheet.base


def _now(screen: Screen, plan: Plan, sheet: Sheet) -> tuple[Content, list[Return], list[Candidate]]:
    came_back(sheet)
    village = plan.line.village
    among = ask_uncached(screen, candidates, village)
    while True:
        span = sheet.begun.first_month, sheet.begun.last_month
        offered = ask_uncached(screen, returns, village, *span, but=plan.line.id)
        content = entered(sheet)
        if not take_over(sheet, plan, content):
            sheet.lay(tuple(one.household.id for one in among), tuple(one.key for one in offered), content)
            return content, offered, among


@st.fragment
def show_editor(screen: Screen, plan: Plan) -> None:
    """Draw the editor; nothing is written before 保存."""
    sheet = sheet_of(screen, plan)
    with reporting_failures():
        content, offered, among = _now(screen, plan, sheet)
        with st.container(key="plan_top"):
            _balance(content)
            _bar(screen, plan, sheet, content, among)
        sheet.typed, sheet.drawn = content, sheet.key("title")
        _notes(screen, plan, sheet, content)
        st.text_input("方案名称", sheet.begun.title, key=sheet.key("title"), max_chars=LONGEST)
        left, right = st.columns([38, 62], gap="medium")
        with left:
            _sources(screen, plan, sheet, content, offered)
            _kept(sheet)
        with right:
            _rule(sheet, content, among)
            _shares(sheet, among)


def _balance(content: Content) -> None:
    show_markup(sums_markup(content.received, content.distributed, content.held_back, content.difference))


def _bar(screen: Screen, plan: Plan, sheet: Sheet, content: Content, among: list[Candidate]) -> None:
    """保存, 放弃, and spreading again."""
    changed = content != sheet.base
    with st.container(key="plan_bar", horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("保存草稿", type="primary", disabled=not changed or sheet.newer is not None, key="plan_save"):
            _save(screen, plan, sheet, content, sheet.version)
        if st.button("按办法重新分配", key="plan_respread"):
            _spread(sheet, content, among, keep_typed=True)
        if any(share.by_hand and kind == "dividend" for (_, kind), share in content.shares.items()) and st.button(
            "连手工的一起重分", key="plan_respread_all"
        ):
            _spread(sheet, content, among, keep_typed=False)
        if changed and st.button("放弃改动", key="plan_drop"):
            sheet.said = sheet.refused = ""
            sheet.again(sheet.base)
            st.rerun(scope="app")
        if changed:
            show_markup('<p class="unsaved" role="status">尚未保存</p>', width="content")


def _spread(sheet: Sheet, content: Content, among: list[Candidate], *, keep_typed: bool) -> None:
    try:
        sheet.again(respread(content, among, keep_typed=keep_typed))
        sheet.said, sheet.refused = "已按办法重新分配，还没有保存。", ""
    except WarRoomError as error:
        sheet.said, sheet.refused = "", str(error)
    st.rerun(scope="fragment")


def _save(screen: Screen, plan: Plan, sheet: Sheet, content: Content, version: int) -> None:
    try:
        sheet.version = save(screen.engine, screen.viewer, plan.line.id, version, content, at=screen.now)
    except Changed as changed:
        sheet.newer, sheet.refused = changed.version, str(changed)
        st.rerun(scope="fragment")
    except WarRoomError as error:
        sheet.said, sheet.refused = "", str(error)
        st.rerun(scope="fragment")
    sheet.base, sheet.newer, sheet.refused = content, None, ""
    sheet.said = "已保存草稿。" + ("可以公示了。" if not content.difference else "还没有分到一分不差，不能公示。")
    sheet.again(content)
    st.rerun(scope="app")


def _notes(screen: Screen, plan: Plan, sheet: Sheet, content: Content) -> None:
    if sheet.said:
        show_markup(f'<p class="said" role="status">{escape(sheet.said)}</p>')
    if sheet.newer is not None:
        problem(sheet.refused or "您填写期间，别人已经改动了这个方案；您填的都还在，没有写入。")
        with st.container(key="plan_clash", horizontal=True, gap="small"):
            if st.button("以我填的为准保存", key="plan_mine"):
                _save(screen, plan, sheet, content, sheet.newer)
            if st.button("放弃我填的，看现在的", key="plan_theirs"):
                sheet.base, sheet.version, sheet.newer, sheet.refused = plan.content, plan.line.version, None, ""
                sheet.again(plan.content)
                st.rerun(scope="app")
    elif sheet.refused:
        problem(sheet.refused)


def _sources(screen: Screen, plan: Plan, sheet: Sheet, content: Content, offered: list[Return]) -> None:
    show_markup(heading("1 收益来源（元）", "村级项目默认全额；镇县项目按带动户数建议，可改，不能超过还可列"))
    months = list(range(plan.content.last_month - 23, screen.status.last_month + 1))
    with st.container(horizontal=True, gap="small", key="plan_months"):
        first = _month(sheet, "起始月", "first", months, sheet.begun.first_month)
        last = _month(sheet, "截止月", "last", months, sheet.begun.last_month)
    if (first, last) != (sheet.begun.first_month, sheet.begun.last_month):
        _other_months(screen, plan, sheet, content, (first, last))
    if not offered:
        show_markup('<p class="calm">这些月份没有到账的收益。</p>')
        return
    rows = pd.DataFrame(
        {
            "project": [one.name for one in offered],
            "month": [spoken(one.month)[2:] for one in offered],
            "free": [one.free / YUAN for one in offered],
            "amount": [sheet.begun.sources.get(one.key, 0) / YUAN for one in offered],
        }
    )
    st.data_editor(
        rows,
        key=sheet.key("sources"),
        hide_index=True,
        num_rows="fixed",
        row_height=_ROW,
        height=min(_ROW * (len(rows) + 1) + 6, 330),
        width="stretch",
        disabled=["project", "month", "free"],
        column_config={
            "project": st.column_config.TextColumn("项目"),
            "month": st.column_config.TextColumn("月份", width=80),
            "free": st.column_config.NumberColumn("还可列", format="accounting", width=96),
            "amount": _amounts("列入", 96),
        },
    )


def _amounts(label: str, width: int) -> ColumnConfig:
    """A column that yuan and fen are typed into."""
    return st.column_config.NumberColumn(
        label, required=True, width=width, format="accounting", min_value=0.0, step=0.01
    )


def _month(sheet: Sheet, label: str, name: str, months: list[int], chosen: int) -> int:
    months = months if chosen in months else sorted({*months, chosen})
    return st.selectbox(label, months, index=months.index(chosen), format_func=spoken, key=sheet.key(name))


def _other_months(screen: Screen, plan: Plan, sheet: Sheet, content: Content, span: tuple[int, int]) -> None:
    """Other months bring their own returns, as they are suggested; the shares stay until they are spread again."""
    first, last = span
    if first > last:
        sheet.refused = "起始月份应不晚于截止月份。"
        sheet.again(content)
    else:
        offered = ask_uncached(screen, returns, plan.line.village, first, last, but=plan.line.id)
        free = {one.key: one.suggested for one in offered if one.suggested}
        sheet.said, sheet.refused = "来源已换成所选月份的收益，请按办法重新分配。", ""
        sheet.again(replace(content, first_month=first, last_month=last, sources=free))
    st.rerun(scope="fragment")


def _kept(sheet: Sheet) -> None:
    show_markup(heading("2 留存（元）", "留作公益岗位、公积金、公益事业，不分到户的部分"))
    with st.container(key="plan_kept", horizontal=True, gap="small"):
        for purpose, label in PURPOSES.items():
            st.number_input(
                label,
                value=sheet.begun.kept.get(purpose, 0) / YUAN,
                key=sheet.key(f"kept_{purpose}"),
                format="%.2f",
                min_value=0.0,
                step=0.01,
            )


def _rule(sheet: Sheet, content: Content, among: list[Candidate]) -> None:
    show_markup(heading("3 分配办法", "改了来源、留存或办法后，按“按办法重新分配”"))
    names = list(BASES)
    with st.container(key="plan_rule", horizontal=True, vertical_alignment="bottom", gap="small"):
        basis = st.selectbox(
            "办法",
            names,
            index=names.index(sheet.begun.rule.basis),
            format_func=BASES.__getitem__,
            key=sheet.key("basis"),
            width=170,
        )
        for name, usual in coefficients_of(basis).items():
            stands = content.rule.coefficient(name) if content.rule.basis == basis else usual
            st.number_input(
                name,
                value=stands / 100,
                min_value=0.0,
                max_value=_HIGHEST,
                step=0.1,
                format="%.2f",
                width=116,
                key=sheet.key(f"coefficient_{basis}_{name}"),
            )
        if coefficients_of(basis):
            st.checkbox("按人计（不勾按户计）", content.rule.by_persons, key=sheet.key(f"by_persons_{basis}"))
    typed = {id for (id, kind), share in content.shares.items() if kind == "dividend" and share.by_hand}
    weights = {one.household.id: weight(content.rule, one.household) for one in among if one.household.id not in typed}
    others = sum(share.amount for (id, kind), share in content.shares.items() if kind == "post" or id in typed)
    rest = content.received - content.held_back - others
    words = explanation(content.rule, rest, weights) if rest >= 0 else f"手工、岗位和留存比收益多 {exact(-rest)} 元"
    if not follows_rule(content, {one.household.id: one.household for one in among}):
        words += "。现在的金额还不是按这个办法分的，请按“按办法重新分配”"
    show_markup(f'<p class="plan-rule"><b>{escape(rule_name(content.rule))}</b>：{escape(words)}</p>')


def _shares(sheet: Sheet, among: list[Candidate]) -> None:
    show_markup(heading(f"4 各户金额（{len(among)} 户）", "直接改金额即为手工；Tab、方向键换格，可从 Excel 整块粘贴"))
    shares = sheet.begun.shares
    rows = []
    for one in among:
        home = one.household
        share = shares.get((home.id, "dividend"))
        post = shares.get((home.id, "post"))
        rows.append(
            (
                one.head,
                STATE_NAMES[home.state],
                home.persons,
                home.labour,
                None if share is None or share.weight is None else share.weight / WHOLE,
                (share.amount if share else 0) / YUAN,
                (post.amount if post else 0) / YUAN,
                bool(share and share.by_hand),
            )
        )
    names = ["head", "state", "persons", "labour", "weight", "dividend", "post", "by_hand"]
    with st.container(key="plan_grid"):
        st.data_editor(
            pd.DataFrame(rows, columns=names),
            key=sheet.key("shares"),
            hide_index=True,
            num_rows="fixed",
            row_height=_ROW,
            height=min(_ROW * (len(rows) + 1) + 6, 620),
            width="stretch",
            disabled=["head", "state", "persons", "labour", "weight"],
            column_config={
                "head": st.column_config.TextColumn("户主", width=90, pinned=True),
                "state": st.column_config.TextColumn("户类型", width=110),
                "persons": st.column_config.NumberColumn("人口", width=56),
                "labour": st.column_config.NumberColumn("劳动力", width=64),
                "weight": st.column_config.NumberColumn("权重", width=64),
                "dividend": _amounts("分红（元）", 110),
                "post": _amounts("公益岗位（元）", 120),
                "by_hand": st.column_config.CheckboxColumn("手工", width=56),
            },
        )
