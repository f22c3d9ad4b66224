"""A named list of the page, of households found without their names: a page of it, and all of it as a workbook."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.shell.asking import ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from components.shell.take_away import take_away
from data.figures import lists
from data.figures.list_kinds import KINDS, Column, columns_of
from data.paper.spreadsheet import ListColumn

_KINDS = {"fen": "yuan", "integer": "integer"}
_LEFT_OUT = ("wage", "business", "property", "transfer", "expense")
"""Columns of the list of incomes that a page has no room for; the workbook holds them."""


def show_names(
    screen: Screen,
    ids: npt.NDArray[np.int64],
    *,
    title: str,
    note: str,
    page: int,
    page_url: Callable[[int], str],
    key: str,
    beside: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    columns: Sequence[TableColumn] = (),
    drawn: Mapping[str, Callable[[Row], str]] | None = None,
    exported: Sequence[ListColumn] = (),
    without: Sequence[str] = (),
    tried: int | None = None,
) -> None:
    """Page ``page`` of the households ``ids``, in their order; names are asked afresh.

    ``tried``: a monitoring line (yuan) that the list is of instead of the one in force; it stands in the title, and
    so in the name of the workbook, and in the heading of the distance to it.

    ``beside`` adds to a frame of named households (it has ``household_id``) the ``columns`` shown and, where they are
    called so, the columns ``exported``; ``drawn`` as of ``table_markup``. The page does ``without`` these columns, the
    workbook holds them.
    """
    told = f"{len(ids):,} 户"
    title = f"{title}（{tried_line(tried)}）" if tried is not None else title
    masked = "" if screen.viewer.sees_identity else " · 姓名已隐去"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="list_heading"):
        show_markup(heading(f"{title}：{told}", f"{note}{masked}"))
        if len(ids):
            _export(screen, ids, title, beside, exported, key, tried)
    if not len(ids):
        show_markup('<p class="calm">没有符合条件的户。</p>')
        return
    at = paged(page, len(ids), lists.PAGE)
    shown = [int(id) for id in ids[at.offset : at.offset + lists.PAGE]]
    rows = ask_uncached(screen, lists.of_households, shown, screen.region.code, screen.books.month)
    list_shown(screen, title, count=len(ids))
    rows = against_line(beside(rows) if beside else rows, tried)
    kept = [one for one in columns_of(screen.viewer, KINDS["incomes"]) if one.id not in (*_LEFT_OUT, *without)]
    kept.sort(key=lambda one: one.id != "head")  # what a card on a phone is called by
    show_markup(
        '<div class="trend-cards">'
        + table_markup(
            rows,
            [*(TableColumn(one.id, column_heading(one, tried), one.form) for one in kept), *columns],
            caption=f"{screen.region.name}{title}",
            look=TableLook(
                opener="head",
                cards=True,
                whole=True,
                drawn=drawn,
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.region, household=int(row.household_id)),
            ),
        )
        + "</div>"
        + pager_markup(at.page, at.pages, f"共 {told}", page_url)
    )


def _export(
    screen: Screen,
    ids: npt.NDArray[np.int64],
    title: str,
    beside: Callable[[pd.DataFrame], pd.DataFrame] | None,
    exported: Sequence[ListColumn],
    key: str,
    tried: int | None,
) -> None:
    def rows() -> pd.DataFrame:
        frame = ask_uncached(
            screen, lists.of_households, [int(id) for id in ids], screen.region.code, screen.books.month
        )
        return against_line(beside(frame) if beside else frame, tried)

    columns = [
        ListColumn(one.id, column_heading(one, tried), _KINDS.get(one.form, "text")) for one in KINDS["incomes"].columns
    ]
    take_away(
        screen,
        rows,
        [*columns, *exported],
        what=f"{title}名单",
        title=f"{screen.region.name}{title}",
        filters=tried_line(tried) if tried is not None else "",
        unit="户",
        standing=screen.books,
        key=f"names_{key}",
    )


def tried_line(yuan: int) -> str:
    """``试算线 10,000 元``: how a monitoring line that is only tried out is called."""
    return f"试算线 {yuan:,} 元"


def column_heading(column: Column, tried: int | None) -> str:
    """A column's heading; the distance says from which line where that is not the one in force."""
    return column.heading if tried is None or column.id != "gap" else f"与{tried_line(tried)}的差距（元/人）"


def against_line(rows: pd.DataFrame, tried: int | None) -> pd.DataFrame:
    """The rows with their distance to the line that is tried, not to the one in force."""
    return rows if tried is None else rows.assign(gap=(rows["per_head"] - tried).round(2))


def facts_markup(facts: Sequence[tuple[str, str, str, str]]) -> str:
    """Figures beside each other: (name, number, unit, address or '')."""
    cells = []
    for name, number, unit, url in facts:
        inner = f"<small>{escape(name)}</small><b>{escape(number)}</b><em>{escape(unit)}</em>"
        cells.append(f'<a href="{escape(url)}">{inner}</a>' if url else f"<span>{inner}</span>")
    return f'<div class="trend-facts">{"".join(cells)}</div>'


def counts_markup(counts: Sequence[tuple[str, int, str]], *, label: str) -> str:
    """Regions with a number each, the largest first: (name, households, address)."""
    most = max((number for _, number, _ in counts), default=0) or 1
    lines = "".join(
        f'<li><a href="{escape(url)}"><span class="name">{escape(name)}</span><span class="bar">'
        f'<i class="behind" style="left: 0; width: {number / most * 100:.1f}%"></i></span>'
        f'<span class="value">{number:,} 户</span><span></span></a></li>'
        for name, number, url in sorted(counts, key=lambda one: -one[1])
    )
    return f'<ol class="ranking trend-counts" aria-label="{escape(label)}">{lines}</ol>'
