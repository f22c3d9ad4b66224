"""Imports so far: what waits for the viewer on top, then all of them, searched, paged, each a link to its page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import moment
from components.imports.address import LIST_WORDS, LONGEST_WORDS, ImportChoice, import_link, job_link
from components.imports.outcome import outcome_words, state_words
from components.shell.asking import ask_uncached
from components.shell.choosing import search_words, select
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.imports import jobs
from data.imports.jobs import PAGE, WORKBOOK, Job, Wanted
from data.imports.way import STATES, SUBMITTED, WAY
from data.regions import tree as regions

_COLUMNS = (
    TableColumn("id", "编号", "integer"), TableColumn("files", "文件"), TableColumn("who", "递交人"),
    TableColumn("place", "单位"), TableColumn("made", "时间"), TableColumn("state", "状态"),
    TableColumn("outcome", "结果"),
)  # fmt: skip


def show_waiting(screen: Screen) -> None:
    """What villages sent and the viewer has to look through; nothing for who looks nothing through."""
    if SUBMITTED not in WAY.turns_of(screen.viewer):
        return
    held, total = ask_uncached(screen, jobs.jobs, Wanted(kind=WORKBOOK, state=SUBMITTED))
    if total:
        more = f"，先列最近 {len(held)} 批" if total > len(held) else ""
        show_markup(
            heading(f"{total:,} 批村里报来的数据待您审核", f"打开后看校验结果，写入或退回{more}")
            + waiting_markup(held, _places(screen, held), {one.id: job_link(screen, one.id) for one in held})
        )


def waiting_markup(held: Sequence[Job], places: dict[str, str], urls: dict[int, str]) -> str:
    """Imports that wait, each a row that is tapped."""
    lines = "".join(
        "<li>"
        + link(
            f'<span class="clock">{escape(moment(one.since))}</span>'
            f'<span class="what">{escape(files_words(one))}</span>'
            f'<span class="where">{escape(places.get(one.region, one.region))} · {escape(one.who)}</span>',
            urls[one.id],
        )
        + "</li>"
        for one in held
    )
    return f'<ol class="waits">{lines}</ol>'


def files_words(job: Job) -> str:
    """``东山乡.xlsx 等 3 个文件``."""
    first = job.files[0].name if job.files else "（没有文件）"
    return first if len(job.files) < 2 else f"{first} 等 {len(job.files)} 个文件"


def show_past(screen: Screen, choice: ImportChoice) -> None:
    """The list with its search and pages."""
    wanted = Wanted(kind=WORKBOOK, state=choice.state, text=choice.words)
    rows, total = ask_uncached(screen, jobs.jobs, wanted, choice.page)
    show_markup(heading("导入记录", "谁、何时、交了什么、结果怎样；点开看每一行，下载原件"))
    _filters(choice)
    if not total:
        why = "没有符合条件的导入。" if choice.state or choice.words else "还没有人递交过文件。"
        show_markup(f'<p class="calm">{why}</p>')
        return
    at = paged(choice.page, total, PAGE)
    if at.page != choice.page:
        rows, _ = ask_uncached(screen, jobs.jobs, wanted, at.page)
    places = _places(screen, rows)
    frame = pd.DataFrame(
        [
            (one.id, files_words(one), one.who, places.get(one.region, one.region), moment(one.made),
             state_words(one), outcome_words(one))
            for one in rows
        ],
        columns=[column.id for column in _COLUMNS],
    )  # fmt: skip
    look = TableLook(row_url=lambda row: job_link(screen, row.id), opener="files", whole=True, cards=True)
    show_markup(
        table_markup(frame, _COLUMNS, caption="导入记录", look=look)
        + pager_markup(at.page, at.pages, f"共 {total:,} 次", lambda to: import_link(screen, choice, page=to))
    )


def _filters(choice: ImportChoice) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="import_list_filters"):
        search_words("按文件名或递交人查找", LIST_WORDS, example="文件名或递交人", longest=LONGEST_WORDS)
        states = ["", *STATES]
        select("状态", "state", states, choice.state, _state_words, of="import", width=160, bare=True)


def _state_words(state: str) -> str:
    return STATES.get(state, "全部状态")


def _places(screen: Screen, held: Sequence[Job]) -> dict[str, str]:
    """Region → its name, of those that handed in."""
    return {code: ask_uncached(screen, regions.find, code).name for code in {one.region for one in held}}
