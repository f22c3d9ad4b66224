"""Archives of a household or project: papers and photos, small, by kind; taking more in, out of sight and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.archives.cards import card_markup, cards_markup
from components.drawing.markup import escape, plain
from components.server.archive_routes import STEP
from components.shell.asking import ask_uncached
from components.shell.errors import reporting_failures
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import PAPERS, PROJECTS, READ, WRITE
from data.archives.files import LARGEST
from data.errors import WarRoomError
from data.households import archives
from data.households.file import HouseholdFile
from data.projects import archives as project_archives
from data.projects.file import ProjectFile
from data.terms import ARCHIVE_KINDS, PROJECT_ARCHIVE_KINDS

SHOWN = 12  # two rows on a desk; more on request, for each picture travels with the page
UPLOAD = 100  # MB that the browser sends at all, so that what is too large is refused in words that say what to do
_SAID = "archives_said"


@dataclass(frozen=True)
class _Shelf:
    """Whose archives: ``of`` (household or project) and its number or code, what to call it, which kinds there are,
    and how they are listed, taken in, hidden and put back."""

    of: str
    owner: int | str
    called: str
    kinds: tuple[str, ...]
    example: str
    listed: Callable[..., pd.DataFrame]
    add: Callable[..., object]
    hide: Callable[..., object]
    restore: Callable[..., object]

    @property
    def key(self) -> str:
        """For the keys of its widgets."""
        return str(self.owner) if self.of == "household" else f"{self.of}_{self.owner}"


@dataclass(frozen=True)
class _Outcome:
    """What became of the files that were handed in for a shelf: how many came in, and (name, reason) of others."""

    shelf: str
    saved: int
    refused: tuple[tuple[str, str], ...]


def show_archives(screen: Screen, file: HouseholdFile) -> None:
    """Draw a household's section; it draws itself again while the page stands, for its links end after minutes."""
    shelf = _Shelf(
        "household",
        file.id,
        "这一户",
        ARCHIVE_KINDS,
        "如：主屋正面、户主身份证",
        archives.archives_of,
        archives.add,
        archives.hide,
        archives.restore_hidden,
    )
    _show(screen, shelf, screen.viewer.may_write)


def show_project(screen: Screen, file: ProjectFile) -> None:
    """The same for a project."""
    shelf = _Shelf(
        "project",
        file.code,
        "这个项目",
        PROJECT_ARCHIVE_KINDS,
        "如：大棚全景、经营合同",
        project_archives.archives_of_project,
        project_archives.add,
        project_archives.hide,
        project_archives.restore_hidden,
    )
    _show(screen, shelf, screen.viewer.may(WRITE, PROJECTS))


def _show(screen: Screen, shelf: _Shelf, may_write: bool) -> None:
    if not screen.viewer.may(READ, PAPERS):
        show_markup('<section class="part"><h2>档案</h2><p class="calm">这里不显示档案材料。</p></section>')
        return
    with st.container(key="archives"):
        _section(screen, shelf, may_write)


@st.fragment(run_every=STEP)
def _section(screen: Screen, shelf: _Shelf, may_write: bool) -> None:
    with reporting_failures():
        rows = ask_uncached(screen, shelf.listed, shelf.owner)
        count = f"<small>{len(rows)}</small>" if len(rows) else ""
        show_markup(f'<section class="part"><h2>档案{count}</h2></section>')
        if may_write:
            _form(screen, shelf)
        if rows.empty:
            way = "点“存入材料”拍照或选择扫描件。" if may_write else ""
            show_markup(f'<p class="calm">{shelf.called}还没有照片和扫描件。{way}</p>')
        else:
            _grid(screen, shelf, rows, may_write)
        if may_write:
            _removed(screen, shelf)


def _grid(screen: Screen, shelf: _Shelf, rows: pd.DataFrame, may_write: bool) -> None:
    sorting = False
    with st.container(key="archives_controls", horizontal=True, vertical_alignment="center"):
        counts = rows.kind.value_counts()
        kind = None
        if len(counts) > 1:
            kinds = [known for known in shelf.kinds if known in counts]
            kind = st.pills(
                "类别",
                kinds,
                format_func=lambda known: f"{known} {counts[known]}",
                label_visibility="collapsed",
                key=f"archive_kind_{shelf.key}",
            )
        if may_write:
            sorting = st.toggle("整理", key=f"archive_sorting_{shelf.key}", help="移除存错的材料；移除后仍可恢复。")
    chosen = rows[rows.kind == kind] if kind else rows
    wanted = st.session_state.get(f"archive_shown_{shelf.key}", SHOWN)
    if sorting:
        _sorting(screen, shelf, chosen.head(wanted))
    else:
        show_markup(cards_markup(screen, chosen.head(wanted), shelf.of))
    if len(chosen) > wanted:
        more = min(SHOWN, len(chosen) - wanted)
        if st.button(f"再显示 {more} 份（共 {len(chosen)} 份）", key=f"archive_more_{shelf.key}"):
            st.session_state[f"archive_shown_{shelf.key}"] = wanted + SHOWN
            st.rerun(scope="fragment")


def _sorting(screen: Screen, shelf: _Shelf, rows: pd.DataFrame) -> None:
    """The same with a button below each."""
    with st.container(key="archives_grid"):
        for row in rows.itertuples():
            with st.container(key=f"archive_{row.id}"):
                show_markup(card_markup(screen, row, shelf.of))
                if st.button("移除", key=f"hide_{row.id}", width="stretch"):
                    shelf.hide(screen.engine, screen.viewer, row.id, now=screen.now)
                    st.session_state.pop(_SAID, None)
                    st.toast(f"已移除“{plain(row.title)}”，可在“已移除的材料”里恢复。")
                    st.rerun(scope="app")


def _removed(screen: Screen, shelf: _Shelf) -> None:
    rows = ask_uncached(screen, shelf.listed, shelf.owner, hidden=True)
    if rows.empty:
        return
    with st.expander(f"已移除的材料（{len(rows)}）", key=f"archives_removed_{shelf.key}"):
        for row in rows.itertuples():
            with st.container(key=f"removed_{row.id}", horizontal=True, vertical_alignment="center"):
                dated = row.dated or row.added[:10]
                show_markup(f'<p class="removed">{escape(row.kind)} · {escape(row.title)} · {escape(dated)}</p>')
                if st.button("恢复", key=f"restore_{row.id}"):
                    shelf.restore(screen.engine, screen.viewer, row.id, now=screen.now)
                    st.session_state.pop(_SAID, None)
                    st.rerun(scope="app")


def _form(screen: Screen, shelf: _Shelf) -> None:
    turn = st.session_state.setdefault(f"archive_turn_{shelf.key}", 0)
    with (
        st.expander("存入材料", key=f"archives_adding_{shelf.key}_{turn}"),
        st.form(f"archive_form_{shelf.key}_{turn}", border=False),
    ):
        files = st.file_uploader(
            f"照片或扫描件（PDF、JPEG、PNG，每份不超过 {LARGEST >> 20} MB，可一次选几份）",
            accept_multiple_files=True,
            max_upload_size=UPLOAD,
        )
        left, middle, right = st.columns([3, 4, 3])
        kind = left.selectbox("类别", shelf.kinds)
        title = middle.text_input("名称", placeholder=shelf.example, max_chars=archives.LONGEST_TITLE)
        dated = right.date_input("材料日期", value=screen.today, min_value=date(1900, 1, 1), max_value=screen.today)
        if st.form_submit_button("存入档案", type="primary"):
            if files:
                _take_in(screen, shelf, files, kind, title, dated)
            else:
                show_markup('<p class="problem" role="status">请先拍照或选择文件。</p>')
    outcome = st.session_state.get(_SAID)  # stays until something else is done: a run that draws it may be cut short
    if outcome and outcome.shelf == shelf.key:
        _tell(outcome)


def _take_in(screen: Screen, shelf: _Shelf, files: Sequence[UploadedFile], kind: str, title: str, dated: date) -> None:
    refused = []
    with st.spinner("正在检查并保存…"):
        for number, file in enumerate(files, start=1):
            named = title and (f"{title} {number}" if len(files) > 1 else title)
            try:
                shelf.add(
                    screen.engine,
                    screen.viewer,
                    shelf.owner,
                    file.getvalue(),
                    kind=kind,
                    title=named or _own_title(file.name),
                    dated=dated and dated.isoformat(),
                    now=screen.now,
                )
            except WarRoomError as error:
                refused.append((file.name, str(error)))
    st.session_state[_SAID] = _Outcome(shelf.key, len(files) - len(refused), tuple(refused))
    if len(refused) < len(files):
        st.session_state[f"archive_turn_{shelf.key}"] += 1  # an empty form, closed
    st.rerun(scope="app")


def _own_title(name: str) -> str:
    """What somebody called the file; nothing where a camera did (IMG_2034)."""
    title = archives.title_of_file(name)
    return "" if title.isascii() else title


def _tell(outcome: _Outcome) -> None:
    lines = "".join(f"<li><b>{escape(name)}</b>：{escape(reason)}</li>" for name, reason in outcome.refused)
    saved = f'<p class="saved" role="status">已存入 {outcome.saved} 份材料。</p>' if outcome.saved else ""
    refused = f'<div class="problem" role="alert">没有存入 {len(outcome.refused)} 份：<ul>{lines}</ul></div>'
    show_markup(saved + (refused if lines else ""))
