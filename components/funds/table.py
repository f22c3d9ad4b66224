"""The funds of the year one by one: what picks them out, the table, and the whole of it as a workbook."""

from functools import partial

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import ten_thousands
from components.funds.address import DEFAULT_SORT, FundChoice, filter_words, fund_url, funds_link
from components.funds.markup import percent, progress_markup
from components.funds.screen import FundsShown
from components.shell.asking import ask, ask_uncached
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Change, Screen
from components.shell.site import PROJECT
from components.shell.take_away import take_away
from data.funds import region as fund_lists
from data.funds.region import FundFilters
from data.paper.spreadsheet import ListColumn
from data.terms import FUND_SOURCES

COLUMNS = (
    TableColumn("name", "资金"), TableColumn("year", "年度"), TableColumn("place", "区划"),
    TableColumn("source", "来源"), TableColumn("project", "项目"), TableColumn("arranged", "安排（万元）", "figure"),
    TableColumn("paid", "已拨付（万元）", "figure"), TableColumn("progress", "拨付进度"),
    TableColumn("planned", "应拨付（万元）", "figure"), TableColumn("short", "滞后（万元）", "figure"),
    TableColumn("days", "滞后（天）", "integer"),
)  # fmt: skip
EXPORTED = (
    ListColumn("code", "资金编号"), ListColumn("name", "资金"), ListColumn("year", "年度", "integer"),
    ListColumn("place", "区划"), ListColumn("source", "来源"), ListColumn("project", "项目编号"),
    ListColumn("project_name", "项目"), ListColumn("arranged", "安排（元）", "yuan"),
    ListColumn("paid", "已拨付（元）", "yuan"), ListColumn("progress", "拨付进度", "percent"),
    ListColumn("unpaid", "未拨付（元）", "yuan"), ListColumn("recovered", "收回（元）", "yuan"),
    ListColumn("settled", "结清日期", "day"),
    ListColumn("planned", "按计划应拨付（元）", "yuan"), ListColumn("short", "滞后金额（元）", "yuan"),
    ListColumn("late_since", "滞后自", "day"), ListColumn("days", "滞后（天）", "integer"),
)  # fmt: skip


def show_list(screen: Screen, shown: FundsShown) -> None:
    """Filters, table and pages; all of it stands in the address."""
    choice = shown.choice
    asked = (screen.region.code, screen.month, choice.year)
    total, arranged, paid = ask(screen, fund_lists.count, *asked, filters=choice.filters)
    show_markup('<div class="anchor" id="list"></div>')
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funds_list_heading"):
        sums = f"安排 {wording.money(arranged / 100)}，已拨付 {wording.money(paid / 100)}"
        progress = f"，进度 {percent(paid / arranged)}" if arranged else ""
        title = f"{listed_years(choice)}资金名单：{total:,} 笔"
        show_markup(heading(title, f"{sums}{progress} · 默认滞后最多的在前，点表头可排序"))
        if total:
            _export(screen, choice)
    _show_filters(screen, choice)
    if not total:
        show_markup(f'<p class="calm">{escape(_why_empty(choice))}</p>')
        return
    at = paged(choice.page, total, fund_lists.PAGE)
    rows = ask(screen, fund_lists.page, *asked, filters=choice.filters, sort=choice.sort, offset=at.offset)
    show_markup(
        list_markup(screen, choice, rows, None if choice.filters.late else shown.running)
        + pager_markup(at.page, at.pages, f"共 {total:,} 笔", lambda number: funds_link(screen, choice, page=number))
    )


def listed_years(choice: FundChoice) -> str:
    """Of which year the list is; what is late is listed whatever its year."""
    return "各年度滞后" if choice.filters.late else f"{choice.year}年度"


def list_markup(screen: Screen, choice: FundChoice, rows: pd.DataFrame, elapsed: float | None) -> str:
    """The table of a page; ``rows`` as of ``fund_lists.page``."""
    return table_markup(
        rows,
        COLUMNS,
        caption=f"{screen.region.name}{listed_years(choice)}资金名单",
        look=TableLook(
            row_url=lambda row: fund_url(screen, row.code),
            opener="name",
            sort_url=lambda id: funds_link(screen, choice, sort=id) if id in fund_lists.SORTS else None,
            sorted_by="short" if choice.sort == DEFAULT_SORT else choice.sort,
            descending=choice.sort not in ("place", "name", "year", "source", "progress"),
            whole=True,
            cards=True,
            drawn={
                "project": lambda row: _project(screen, row),
                "arranged": lambda row: ten_thousands(row.arranged),
                "paid": lambda row: ten_thousands(row.paid),
                "planned": lambda row: ten_thousands(row.planned),
                "progress": lambda row: progress_markup(row.progress, elapsed),
                "short": lambda row: f'<b class="alarm">{ten_thousands(row.short)}</b>' if row.short else "0",
            },
        ),
    )


def _project(screen: Screen, row: Row) -> str:
    """Above the link that covers the row."""
    if row.project is None:
        return wording.NO_VALUE
    return link(escape(row.project_name), screen.link(PROJECT, project=row.project), style="underlined above")


def _why_empty(choice: FundChoice) -> str:
    if choice.filters != fund_lists.NO_FILTERS:
        return "没有符合筛选条件的资金，可清除筛选再看。"
    return f"{choice.year}年没有登记资金。在数据模板的“资金”“资金拨付”“拨付计划”表中填报后导入。"


def _show_filters(screen: Screen, choice: FundChoice) -> None:
    filters = choice.filters
    sources = "".join(
        _chip(screen, choice, f"{source}", filters.source == source, source="" if filters.source == source else source)
        for source in FUND_SOURCES
    )
    others = "".join(
        _chip(
            screen,
            choice,
            words,
            filters.with_project is value,
            with_project=None if filters.with_project is value else value,
        )
        for words, value in (("有项目", True), ("没有项目", False))
    )
    late = _chip(screen, choice, "只看滞后", filters.late, late=not filters.late)
    clear = ""
    if filters != fund_lists.NO_FILTERS:
        clear = link("清除筛选", funds_link(screen, choice, filters=FundFilters()), style="underlined", data_stay="1")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funds_filters"):
        show_markup(
            '<div class="chips" role="group" aria-label="筛选资金">'
            f'{sources}<i class="gap"></i>{late}{others}{clear}</div>',
            width="content",
        )
        _words_box(filters)


def _words_box(filters: FundFilters) -> None:
    st.session_state["funds_words"] = filters.words
    st.text_input(
        "按名称、编号或项目查找",
        key="funds_words",
        placeholder="名称、编号或项目",
        max_chars=40,
        on_change=lambda: write_address(words=st.session_state["funds_words"].strip() or None),
        label_visibility="collapsed",
        width=240,
    )


def _chip(screen: Screen, choice: FundChoice, words: str, on: bool, **changes: Change) -> str:
    filters = FundFilters(**{**vars(choice.filters), **changes})
    return link(
        escape(words),
        funds_link(screen, choice, filters=filters),
        style="chip",
        data_stay="1",
        **({"aria_current": "true"} if on else {}),
        title="取消这一筛选" if on else f"只看{words.removeprefix('只看')}的资金",
    )


def _export(screen: Screen, choice: FundChoice) -> None:
    rows = partial(
        ask_uncached,
        screen,
        fund_lists.page,
        screen.region.code,
        screen.month,
        choice.year,
        filters=choice.filters,
        sort=choice.sort,
        limit=None,
    )
    take_away(
        screen,
        rows,
        EXPORTED,
        what=f"{listed_years(choice)}资金名单",
        title=f"{screen.region.name}{listed_years(choice)}资金名单",
        filters=filter_words(choice.filters),
        unit="笔",
        key="funds_export",
    )
