"""日志: looking something up by day, person, kind, address and household; taking it away; whether the log is whole."""

from dataclasses import fields

import pandas as pd
import streamlit as st

from components.admin.address import LOG_FIELDS, LogChoice, admin_link, read_log_choice
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import moment
from components.shell.asking import ask_uncached
from components.shell.errors import show_problems
from components.shell.header import write_address
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.access.roles import EXPORT, LOG
from data.audit.log import VIEWS
from data.audit.search import PAGE, Found, Wanted, count, every, search
from data.audit.verify import Verdict, log_end, verified
from data.clock import written
from data.paper.spreadsheet import ListColumn

TAB = "log"
MOST = 200_000
"""Rows that are taken away at once."""
_QUICK = 20_000  # lines that are verified without being asked for
_FAULTS = 20
_SEEN, _VERDICT = "log_seen", "log_verdict"
_COLUMNS = (
    TableColumn("at", "时间"), TableColumn("who", "谁"), TableColumn("what", "做了什么"),
    TableColumn("household", "户编号"), TableColumn("address", "地址"), TableColumn("detail", "内容"),
    TableColumn("n", "行号"),
)  # fmt: skip


def show_log(screen: Screen) -> None:
    """Draw the tab."""
    choice, problems = read_log_choice(st.query_params)
    show_problems(problems)
    wanted = choice.wanted
    total = ask_uncached(screen, count, wanted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="admin_panel"):
        show_markup(heading("日志", "谁在何时看了、改了、带走了什么；只能查，不能改"), width="content")
        _export(screen, wanted, total)
    _show_state(screen)
    _filters(choice)
    at = paged(choice.page or None, total, PAGE)
    _note(screen, choice, at.page)
    if not total:
        clear = link("清除条件", admin_link(screen, TAB), style="underlined") if wanted != Wanted() else ""
        show_markup(f'<p class="calm">没有符合条件的记录。{clear}</p>')
        return
    found = ask_uncached(screen, search, wanted, offset=at.offset)
    frame = pd.DataFrame(found, columns=[one.name for one in fields(Found)])
    kept = {name: value for name, value in choice.parameters().items() if name != "page"}
    show_markup(
        table_markup(frame, _COLUMNS, caption="日志", look=TableLook(whole=True, cards=True))
        + pager_markup(at.page, at.pages, f"共 {total:,} 行", lambda to: admin_link(screen, TAB, **kept, page=to))
    )


def _note(screen: Screen, choice: LogChoice, page: int) -> None:
    """That somebody looked stands in the log too, once for each list; not what he looked for."""
    asked = (choice.wanted, page, screen.viewer.actor)
    if st.session_state.get(_SEEN) != asked:
        st.session_state[_SEEN] = asked
        by = [words for name, words in LOG_FIELDS.items() if getattr(choice.wanted, name)]
        looked(screen, "log", detail=f"{'按' + '、'.join(by) if by else '全部'} · 第 {page} 页")


def _filters(choice: LogChoice) -> None:
    """One form: what is typed is looked for when all of it is there."""
    with st.form("log_filters", border=False), st.container(key="log_inputs"):
        typed = {
            name: st.text_input(words, getattr(choice.wanted, name), max_chars=60, placeholder=_hint(name))
            for name, words in LOG_FIELDS.items()
            if name != "view"
        }
        kinds = ["", *VIEWS]
        held = choice.wanted.view
        typed["view"] = st.selectbox(
            LOG_FIELDS["view"], kinds, index=kinds.index(held), format_func=lambda view: VIEWS.get(view, "所有类别")
        )
        pressed = st.form_submit_button("查找")
    if pressed:
        write_address(**{name: value.strip() or None for name, value in typed.items()})
        st.rerun()


def _hint(name: str) -> str:
    return "2026-11-05" if name in ("since", "until") else "姓名" if name == "who" else ""


def _export(screen: Screen, wanted: Wanted, total: int) -> None:
    if not screen.viewer.may(EXPORT, LOG) or not total:
        return
    if total > MOST:
        show_markup(f'<p class="calm">一次最多导出 {MOST:,} 行，请先按日期筛选。</p>', width="content")
        return

    def rows() -> pd.DataFrame:
        with screen.engine.connect() as connection:
            lines = list(every(connection, screen.viewer, wanted))
        return pd.DataFrame(lines, columns=[one.name for one in fields(Found)])

    columns = [ListColumn(column.id, column.heading, "integer" if column.id == "n" else "text") for column in _COLUMNS]
    by = "、".join(words for name, words in LOG_FIELDS.items() if getattr(wanted, name))
    take_away(
        screen,
        rows,
        columns,
        what="日志",
        title="日志",
        key="log_export",
        about=f"{moment(written(screen.now))} 导出",
        filters=by and f"按{by}",
        sheet="日志",
        words="导出日志（Excel）",
    )


def _show_state(screen: Screen) -> None:
    """Whether the log is whole, up to which line: of a short one at once, else when it is asked for."""
    with screen.engine.connect() as connection:
        end = log_end(connection)
    lines = int(end.partition("·")[0])
    kept: tuple[str, str, Verdict] | None = st.session_state.get(_VERDICT)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="log_state"):
        said = st.empty()
        pressed = st.button("核对日志", key="log_verify")
    if pressed or (lines <= _QUICK and (kept is None or kept[0] != end)):
        with st.spinner("正在核对…"):
            kept = st.session_state[_VERDICT] = (end, moment(written(screen.now)), verified(screen.engine))
    with said:
        show_markup(state_markup(end, kept))


def state_markup(end: str, kept: tuple[str, str, Verdict] | None) -> str:
    """The state of the log, as markup: ``end`` is where it ends now, ``kept`` where it ended when it was verified, when
    that was, and what was found."""
    if kept is None:
        return f'<p class="calm">日志止于 {escape(end)}，还没有核对。</p>'
    to, when, verdict = kept
    if verdict.faults:
        faults = "".join(f"<li>{escape(one)}</li>" for one in verdict.faults[:_FAULTS])
        number = len(verdict.faults) + verdict.more
        return (
            f'<div class="problem" role="alert"><b>日志不完好：查出 {number:,} 处</b>（{escape(when)} 核对）。'
            f"请保留现场，报告上级和系统维护人员。<ul>{faults}</ul></div>"
        )
    root = "" if verdict.whole else "较早的行要用另行保管的根密钥在命令行核对。"
    said = f"日志完好，核对到第 {to.partition('·')[0]} 行（止于 {to}，{when} 核对）。{root}"
    return f'<p class="saved" role="status">{escape(said)}</p>'
