"""The rows of a checked import: filtered, paged, each old → new; ticked off, and where they conflict decided."""

from collections.abc import Callable, Sequence

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import pager_markup
from components.imports.address import GROUPS, JOB_WORDS, LONGEST_WORDS, ImportChoice, import_link
from components.imports.looks import conflict_cell, conflicts_of, row_look
from components.imports.markup import cell_markup, row_markup, rows_markup
from components.shell.asking import ask_uncached
from components.shell.choosing import search_words
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.imports import jobs, preview
from data.imports.jobs import Job
from data.imports.preview import PAGE, Filter, PreviewIssue, PreviewRow
from data.regions import tree as regions

KEPT, TAKEN = "保留系统里的", "采用文件的"
DECIDES = frozenset({"write", "submit", "answer"})
"""Who may take one of these steps decides about rows."""
_REFUSED, _DECIDED = "import_row_refused", "import_rows_decided"
_TICKED = ("new", "changed", "conflict")


def filter_of(choice: ImportChoice) -> Filter:
    """The choice as the preview takes it."""
    return Filter(sheet=choice.sheet, state=choice.group, region=choice.place, text=choice.words)


def show_rows(screen: Screen, job: Job, choice: ImportChoice, *, may: bool) -> None:
    """The rows that the choice asks for; ``may``: whether the viewer may decide about them now."""
    rows, total = preview.rows(screen.engine, screen.viewer, job.id, filter_of(choice), choice.page)
    at = paged(choice.page, total, PAGE)
    if at.page != choice.page:
        rows, total = preview.rows(screen.engine, screen.viewer, job.id, filter_of(choice), at.page)
    show_markup(heading(_title(choice, total), "划掉的是系统里现在的，加粗的是文件里的"))
    _filters(screen, choice)
    if refused := st.session_state.pop(_REFUSED, None):
        problem(refused)
    if said := st.session_state.pop(_DECIDED, None):
        show_markup(f'<p class="saved" role="status">{escape(said)}</p>')
    if not total:
        show_markup('<p class="calm">没有符合条件的行。换一组看，或清除筛选。</p>')
        return
    list_shown(screen, "导入校验结果", count=total, unit="行", filters=GROUPS.get(choice.group, ""))
    if may:
        _all_at_once(screen, job, choice, total)
    places = ask_uncached(screen, regions.names_of, tuple(sorted({row.place for row in rows})))
    several = len(job.files) > 1
    with st.container(key="import_rows", gap=None):
        for ticked, some in _runs(rows, may=may):
            if ticked:
                _decidable(screen, job, some[0], row_markup(row_look(some[0], places, several=several)))
            else:
                looks = [row_look(row, places, several=several) for row in some]
                show_markup(rows_markup(looks))
                for row in some:
                    for one in conflicts_of(row):
                        show_markup(_conflict_markup(one))
    show_markup(pager_markup(at.page, at.pages, f"共 {total:,} 条", lambda to: import_link(screen, choice, page=to)))


def _title(choice: ImportChoice, total: int) -> str:
    what = GROUPS.get(choice.group, "全部")
    return f"{what}的行 {total:,}" if choice.group else f"全部 {total:,} 行"


def _runs(rows: Sequence[PreviewRow], *, may: bool) -> list[tuple[bool, list[PreviewRow]]]:
    """The rows in their order: each that is decided about alone, the others between them together."""
    runs: list[tuple[bool, list[PreviewRow]]] = []
    for row in rows:
        ticked = may and row.state in _TICKED
        alone = ticked or row.state == "conflict"
        if runs and not alone and not runs[-1][0] and runs[-1][1][-1].state != "conflict":
            runs[-1][1].append(row)
        else:
            runs.append((ticked, [row]))
    return runs


def _decidable(screen: Screen, job: Job, row: PreviewRow, drawn: str) -> None:
    """A row with its tick, below it the conflicts with a choice each."""
    key = f"import_tick_{job.id}_{row.id}"
    st.session_state[key] = row.taken
    with st.container(key=f"import_row_{row.id}", horizontal=True, gap=None):
        st.checkbox(
            "写入", key=key, width="content",
            on_change=lambda: _decide(screen, job, rows={row.id: bool(st.session_state[key])}),
        )  # fmt: skip
        show_markup(drawn)
    for one in conflicts_of(row):
        _conflict(screen, job, one, disabled=not row.taken)


def _conflict(screen: Screen, job: Job, one: PreviewIssue, *, disabled: bool) -> None:
    key = f"import_conflict_{job.id}_{one.id}"
    st.session_state[key] = one.taken
    with st.container(key=f"import_choice_{one.id}", horizontal=True, vertical_alignment="center", gap="small"):
        show_markup(_conflict_markup(one))
        st.radio(
            f"{one.heading}用哪一个", [False, True], format_func=lambda taken: TAKEN if taken else KEPT, key=key,
            horizontal=True, label_visibility="collapsed", width="content", disabled=disabled,
            on_change=lambda: _decide(screen, job, conflicts={one.id: bool(st.session_state[key])}),
        )  # fmt: skip


def _conflict_markup(one: PreviewIssue) -> str:
    return f'<ul class="import-conflict">{cell_markup(conflict_cell(one), "new")}</ul>'


def _decide(
    screen: Screen, job: Job, *, rows: dict[int, bool] | None = None, conflicts: dict[int, bool] | None = None
) -> None:
    def work() -> None:
        preview.decide(screen.engine, screen.viewer, job.id, rows=rows or {}, conflicts=conflicts or {})

    _if_still(screen, job, work)


def _if_still(screen: Screen, job: Job, work: Callable[[], None]) -> None:
    """Do it where the import still waits for who decides; else say that somebody was quicker."""
    try:
        may = {one.action for one in ask_uncached(screen, jobs.allowed, job.id)}
        if ask_uncached(screen, jobs.job, job.id).version != job.version or not may & DECIDES:
            st.session_state[_REFUSED] = "这次导入刚刚又有人办理，您的选择没有记下；页面已更新。"
            return
        work()
    except WarRoomError as error:
        st.session_state[_REFUSED] = str(error)


def _all_at_once(screen: Screen, job: Job, choice: ImportChoice, total: int) -> None:
    """One decision for all rows that are listed, on every page."""
    if choice.group == "conflict":
        offered = {TAKEN: (True, True), KEPT: (True, False)}
        words = "所列冲突全部"
    elif choice.group in ("new", "changed"):
        offered = {"都写入": (False, True), "都不写入": (False, False)}
        words = f"所列 {total:,} 条"
    else:
        return
    with st.container(key="import_all", horizontal=True, vertical_alignment="center", gap="small"):
        show_markup(f'<p class="calm">{words}：</p>', width="content")
        for label, (conflicts, taken) in offered.items():
            st.button(
                label, key=f"import_all_{int(conflicts)}{int(taken)}",
                on_click=_decide_all, args=(screen, job, choice, label, conflicts, taken),
            )  # fmt: skip


def _decide_all(screen: Screen, job: Job, choice: ImportChoice, label: str, conflicts: bool, taken: bool) -> None:
    def work() -> None:
        done = preview.decide_all(
            screen.engine, screen.viewer, job.id, filter_of(choice), conflicts=conflicts, taken=taken
        )
        st.session_state[_DECIDED] = f"{done:,} {'处冲突' if conflicts else '条'}：{label}。"

    _if_still(screen, job, work)


def _filters(screen: Screen, choice: ImportChoice) -> None:
    with st.container(key="import_filters", horizontal=True, vertical_alignment="center", gap="small"):
        search_words("按姓名或编号查找", JOB_WORDS, example="姓名或编号", longest=LONGEST_WORDS)
        if choice.sheet or choice.place or choice.group:
            words = [GROUPS.get(choice.group, ""), choice.sheet]
            if choice.place:
                words.append(ask_uncached(screen, regions.names_of, (choice.place,)).get(choice.place, choice.place))
            clear = link("看全部", import_link(screen, ImportChoice(choice.job)), style="underlined", data_stay="1")
            told = " · ".join(filter(None, words))
            show_markup(f'<p class="calm">只列：{escape(told)}　{clear}</p>', width="content")
