"""走访与必访: how the sub-regions were visited, which events wait for a visit, who lacks a visit of the month."""

from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import percent
from components.duty.address import DutyChoice, duty_link, person_link
from components.duty.festival import show_festivals
from components.duty.markup import alarm_count, day_mark, named
from components.shell.asking import ask, ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Change, Screen
from components.shell.site import HOUSEHOLD
from components.shell.take_away import take_away
from data.access.roles import DUTIES, EXPORT
from data.duties import musts as events
from data.duties import visiting
from data.duties.musts import PAGE, STATES
from data.paper.spreadsheet import ListColumn
from data.terms import MUST_VISITS

MOST_ROWS = 50_000
FEWER = 15  # households short of their quota that are listed on the page
_WAITING = ("overdue", "open")
_COVERAGE = (
    TableColumn("name", "区划"), TableColumn("homes", "户", "integer"), TableColumn("visits", "走访（次）", "integer"),
    TableColumn("share", "覆盖率", "figure"),
    TableColumn("short", "次数不足户", "integer"), TableColumn("missing", "还差（次）", "integer"),
)  # fmt: skip
_SHORT = (
    TableColumn("head", "户主"), TableColumn("place", "村"), TableColumn("state", "户类型"),
    TableColumn("told", "本月/应走访"), TableColumn("last", "最近走访"), TableColumn("due", "下次走访"),
    TableColumn("helper", "帮扶责任人"),
)  # fmt: skip
MUST_COLUMNS = (
    TableColumn("event", "事件"), TableColumn("head", "户主"), TableColumn("place", "村"), TableColumn("day", "日期"),
    TableColumn("due", "应于几日前走访"), TableColumn("told", "走访"), TableColumn("helper", "帮扶责任人"),
)  # fmt: skip


def show_visits(screen: Screen, choice: DutyChoice) -> None:
    """Draw the view."""
    left, right = st.columns([40, 60], gap="medium")
    with left:
        _coverage(screen, choice)
    with right:
        _short(screen, choice)
    _musts(screen, choice)
    show_festivals(screen)


def _coverage(screen: Screen, choice: DutyChoice) -> None:
    rows = ask(screen, visiting.coverage, screen.region.code, screen.month)
    homes, visited, missing = (int(rows[name].sum()) for name in ("homes", "visited", "short"))
    if not homes:
        show_markup(heading("走访", screen.month_text) + '<p class="calm">所选区划和月份没有所计的户。</p>')
        return
    title = f"本月 {missing:,} 户走访次数不足，覆盖率 {percent(visited / homes)}"
    told = f"{screen.region.name} · {screen.month_text} · 每月次数在“用户与设置”里定"
    village = screen.region.is_village
    show_markup(
        heading(title, told)
        + table_markup(
            rows.assign(share=[percent(one.visited / one.homes) for one in rows.itertuples()]),
            _COVERAGE,
            caption=title,
            look=TableLook(
                row_url=None if village else lambda row: duty_link(screen, DutyChoice(view="visits"), region=row.code),
                opener="name",
                drawn={"short": lambda row: alarm_count(row.short)},
            ),
        )
    )


def _short(screen: Screen, choice: DutyChoice) -> None:
    """Those that need it most; the whole list is taken away."""
    found = ask_uncached(screen, visiting.short, screen.region.code, screen.month, limit=FEWER)
    if not found.total:
        show_markup(heading("本月走访次数都已达到", screen.month_text))
        return
    list_shown(screen, "走访次数不足户名单", count=found.total, unit="户")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="short_heading"):
        more = f"，先列最急的 {FEWER} 户" if found.total > FEWER else ""
        show_markup(heading(f"走访次数不足：{found.total:,} 户{more}", f"{screen.region.name} · {screen.month_text}"))
        if screen.viewer.may(EXPORT, DUTIES):
            take_away(
                screen,
                lambda: _told_short(
                    ask_uncached(screen, visiting.short, screen.region.code, screen.month, limit=MOST_ROWS).rows
                ),
                [ListColumn(one.id, one.heading) for one in _SHORT],
                what="走访次数不足户名单",
                title=f"{screen.region.name}走访次数不足户名单",
                unit="户",
                sheet="走访次数不足",
                key="export_short",
            )
    show_markup(
        table_markup(
            _told_short(found.rows),
            _SHORT,
            caption="走访次数不足户",
            look=TableLook(
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=int(row.household_id)),
                opener="head",
                drawn={
                    "due": lambda row: day_mark(row.due, screen.status.built, "没有结对"),
                    "helper": partial(helper_cell, screen),
                },
                whole=True,
                cards=True,
            ),
        )
    )


def _told_short(rows: pd.DataFrame) -> pd.DataFrame:
    told = [f"{one.visits}/{one.quota} 次" for one in rows.itertuples()]
    return rows.assign(told=told, last=rows["last"].fillna("没有记录"))


def helper_cell(screen: Screen, row: Row) -> str:
    """Who helps, as a link to his page."""
    return named(row.helper, None if pd.isna(row.person) else person_link(screen, int(row.person)), "未结对")


def _musts(screen: Screen, choice: DutyChoice) -> None:
    counted = ask(screen, events.musts_counted, screen.region.code, screen.month)

    def asked(limit: int, offset: int = 0) -> events.Musts:
        return ask_uncached(
            screen, events.musts, screen.region.code, screen.month,
            states=(choice.state,) if choice.state else _WAITING, kind=choice.kind, limit=limit, offset=offset,
        )  # fmt: skip

    found = asked(PAGE, (choice.page - 1) * PAGE)
    at = paged(choice.page, found.total, PAGE)
    overdue, waiting = int(counted["overdue"].sum()), int(counted["open"].sum())
    title = (
        f"五必访：{overdue:,} 件逾期未走访，{waiting:,} 件待走访" if overdue + waiting else "五必访：没有待走访的事件"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="must_heading"):
        show_markup(
            heading(title, f"{screen.region.name} · 截至{screen.month_text}的一年内 · 出生、去世、婚嫁取自成员变动")
        )
        if found.total and screen.viewer.may(EXPORT, DUTIES):
            take_away(
                screen,
                lambda: told_musts(asked(MOST_ROWS).rows),
                [ListColumn(one.id, one.heading) for one in MUST_COLUMNS],
                what="五必访名单",
                title=f"{screen.region.name}五必访名单",
                filters="、".join(filter(None, (STATES.get(choice.state), MUST_VISITS.get(choice.kind)))),
                unit="件",
                sheet="五必访",
                key="export_musts",
            )
    show_markup(_chips(screen, choice, counted))
    if not found.total:
        show_markup('<p class="calm">没有符合条件的事件。升学、住院、意外在户档案页“记必访”登记，节日在本页登记。</p>')
        return
    list_shown(screen, "五必访名单", count=found.total, unit="件")
    show_markup(
        musts_table(screen, found.rows)
        + pager_markup(at.page, at.pages, f"共 {found.total:,} 件", lambda to: duty_link(screen, choice, page=to))
    )


def _chips(screen: Screen, choice: DutyChoice, counted: pd.DataFrame) -> str:
    def chip(words: str, chosen: bool, **changes: Change) -> str:
        current = {"aria_current": "true"} if chosen else {}
        return link(escape(words), duty_link(screen, choice, **changes), style="chip", **current)

    sums = {state: int(counted[state].sum()) for state in STATES}
    states = chip("待走访和逾期", not choice.state, state="") + "".join(
        chip(f"{words} {sums[state]:,}", state == choice.state, state=state) for state, words in STATES.items()
    )
    kinds = chip("全部事件", not choice.kind, kind="") + "".join(
        chip(f"{MUST_VISITS[one.kind]} {one.events:,}", one.kind == choice.kind, kind=one.kind)
        for one in counted.itertuples()
    )
    return f'<nav class="chips" aria-label="状态">{states}</nav><nav class="chips" aria-label="事件">{kinds}</nav>'


def told_musts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``musts.Musts`` with event and told in words."""
    about = ["：".join(filter(None, (MUST_VISITS[one.kind], one.who or one.words))) for one in rows.itertuples()]
    told = [
        f"{one.answered} {one.by or ''}{f'，照片 {one.photos} 份' if one.photos else '，没有照片'}"
        if one.answered
        else STATES[one.state]
        for one in rows.itertuples()
    ]
    return rows.assign(event=about, told=told)


def musts_table(screen: Screen, rows: pd.DataFrame, columns: tuple[TableColumn, ...] = MUST_COLUMNS) -> str:
    """Events and the visits that answered them; a row opens its household."""
    return table_markup(
        told_musts(rows),
        columns,
        caption="五必访",
        look=TableLook(
            row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=int(row.household_id)),
            opener="head",
            drawn={
                "told": lambda row: (
                    f'<b class="alarm">{escape(row.told)}</b>' if row.state == "overdue" else escape(row.told)
                ),
                "helper": partial(helper_cell, screen),
            },
            whole=True,
            cards=True,
        ),
    )


def _answer(row: Row) -> str:
    return f'<b class="alarm">{escape(row.told)}</b>' if row.state == "overdue" else escape(row.told)
