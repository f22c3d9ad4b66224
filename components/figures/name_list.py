"""The named list behind a figure: a page of it, its order, and the whole of it as a workbook."""

from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.shell.asking import ask, ask_uncached
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import UNKNOWN_SORT
from components.shell.screen import Screen
from components.shell.site import DIVIDENDS, FIGURE, FUNDS, HOUSEHOLD, OVERVIEW, PROBLEMS, PROJECT
from components.shell.take_away import take_away
from data.access.roles import MATTERS, READ, WRITE
from data.figures import lists
from data.figures.indicators import Indicator
from data.figures.list_kinds import ListKind, columns_of
from data.paper.spreadsheet import ListColumn

_KINDS = {"fen": "yuan", "share": "percent", "bp": "percent", "integer": "integer", "overdue": "integer", "day": "day"}
"""Form of a column → kind of a workbook's column."""
_PAGES = {"funds": (FUNDS, "fund"), "projects": (PROJECT, "project")}
"""Kinds of list whose rows have a page of their own: the page, and the parameter that takes the code."""
_REGION_PAGES = {"dividends": DIVIDENDS}
"""Kinds of list whose rows have a page about their region."""


def show_list(screen: Screen, indicator: Indicator) -> None:
    """The list, page by page; the address holds page and order."""
    kind = lists.list_kind(indicator.id)
    if not screen.viewer.may(READ, kind.thing):
        return
    month = screen.standing(indicator).month
    total = ask(screen, lists.count, indicator.id, screen.region.code, month)
    told = f"{total:,} {kind.unit}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="list_heading"):
        show_markup(heading(f"名单：{told}", _notes(screen, indicator, kind)))
        if total:
            _export(screen, indicator, kind)
            if screen.viewer.may(WRITE, MATTERS) and not screen.viewer.sees_own_only:
                way = screen.link(PROBLEMS, kind="task", indicator=indicator.id, **{"raise": "task"})
                show_markup(
                    link("派发任务", way, style="button", title="给名单上的户、村或乡镇派发任务"), width="content"
                )
    if not total:
        show_markup('<p class="calm">所选区划和月份没有符合条件的记录。</p>')
        return
    at = paged(st.query_params.get("page"), total, lists.PAGE)
    sort, descending = _order(screen, st.query_params.get("sort"), kind)
    rows = ask_uncached(
        screen,
        lists.page,
        indicator.id,
        screen.region.code,
        month,
        sort=sort or None,
        descending=descending,
        offset=at.offset,
    )
    list_shown(screen, f"{indicator.label}名单", count=total, unit=kind.unit)
    order = {"sort": f"{'-' if descending else ''}{sort}"} if sort else {}

    def sort_url(column: str) -> str:
        turned = f"-{column}" if column == sort and not descending else column
        return screen.link(FIGURE, indicator=indicator.id, sort=turned)

    show_markup(
        table_markup(
            rows,
            [TableColumn(column.id, column.heading, column.form) for column in columns_of(screen.viewer, kind)],
            caption=f"{screen.region.name}{indicator.label}名单",
            look=TableLook(
                row_url=lambda row: _opened(screen, kind, row),
                opener=_opener(kind),
                sort_url=sort_url,
                sorted_by=sort,
                descending=descending,
            ),
        )
        + pager_markup(
            at.page,
            at.pages,
            f"共 {told}",
            lambda number: screen.link(FIGURE, indicator=indicator.id, page=number, **order),
        )
    )


def _notes(screen: Screen, indicator: Indicator, kind: ListKind) -> str:
    notes = [f"{indicator.label}背后的{kind.noun}", "默认最需要关注的在前，点表头可排序"]
    if screen.viewer.sees_own_only and kind.household:
        notes.append("只列出本人结对的户，户数可能少于上面的数")
    if not screen.viewer.sees_identity:
        notes.append("姓名已隐去")
    return " · ".join(notes)


def _opener(kind: ListKind) -> str:
    if kind.id in _PAGES:
        return "name"
    ids = [column.id for column in kind.columns]
    return next(id for id in ("head", "name", "place") if id in ids) if kind.household else "place"


def _opened(screen: Screen, kind: ListKind, row: Row) -> str:
    """What a row names where that has a page of its own, else its household, or else its region."""
    if kind.id in _PAGES:
        page, parameter = _PAGES[kind.id]
        return screen.link(page, region=row.region, **{parameter: row.code})
    if not pd.isna(row.household_id):
        return screen.link(HOUSEHOLD, region=row.region, household=int(row.household_id))
    return screen.link(_REGION_PAGES.get(kind.id, OVERVIEW), region=row.region)


def _order(screen: Screen, asked: str | None, kind: ListKind) -> tuple[str, bool]:
    if asked is None:
        return "", False
    column = asked.removeprefix("-")
    if column in {known.id for known in columns_of(screen.viewer, kind)}:
        return column, asked.startswith("-")
    problem(UNKNOWN_SORT.format(asked=asked[:20]))
    return "", False


def _export(screen: Screen, indicator: Indicator, kind: ListKind) -> None:
    columns = [
        ListColumn(column.id, column.heading, _KINDS.get(column.form, "text"))
        for column in columns_of(screen.viewer, kind)
    ]
    take_away(
        screen,
        partial(ask_uncached, screen, lists.whole, indicator.id, screen.region.code, screen.standing(indicator).month),
        columns,
        what=f"{indicator.label}名单",
        title=f"{screen.region.name}{indicator.label}名单",
        unit=kind.unit,
        standing=screen.standing(indicator),
        key="export_list",
    )
