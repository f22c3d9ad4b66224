"""Papers of one case: the forms that are printed filled in, what is kept of it in the archive, what is wanting."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import streamlit as st

from components.drawing.markup import escape, link
from components.monitoring.case_markup import wanting_markup
from components.server.archive_routes import archive_url
from components.shell.asking import ask_uncached
from components.shell.logged import caller, leaves
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.access.roles import MONITORING, PAPERS, PRINT, WRITE
from data.archives.files import LARGEST
from data.audit.taken import detail
from data.errors import WarRoomError
from data.monitoring import papers
from data.monitoring.cases import Case
from data.monitoring.handing_in import hand_in
from data.monitoring.papers import FORMS, NOTICE, REMOVAL, Kept

_UPLOAD = 100  # MB that the browser sends at all, so that what is too large is refused in words that say what to do
_HANGS = ("discussed", "public", "removal_discussed", "removal_public")
"""States in which a notice hangs, or is about to."""


def show_papers(screen: Screen, one: Case) -> None:
    """Draw both."""
    kept = ask_uncached(screen, papers.papers, one.id)
    if kept:
        url = partial(archive_url, screen.engine, screen.viewer, of="household", signed=screen.signed)
        show_markup(kept_markup(kept, url))
    if not (screen.viewer.may(PRINT, MONITORING) and screen.viewer.may_write):
        return
    with st.container(key="case_forms", horizontal=True, gap="small"):
        for kind in FORMS:
            if (kind != NOTICE or one.state in _HANGS) and (kind != REMOVAL or one.removal):
                take_paper(f"打印{kind}", _made(screen, one, kind), name=f"{kind}.pdf", key=f"case_form_{kind}_paper")


def show_wanting(screen: Screen, one: Case) -> None:
    """Say what is not kept of the steps that were taken, with a form that takes it."""
    if not one.wanting:
        return
    show_markup(wanting_markup(one.wanting))
    writes = screen.viewer.may(WRITE, MONITORING) and screen.viewer.may(WRITE, PAPERS) and screen.viewer.may_write
    if writes and st.button("补存材料", key="case_papers_add", icon=":material/upload_file:"):
        _open(screen, one)


@st.dialog("补存材料")
def _open(screen: Screen, one: Case) -> None:
    with st.form("case_papers_form", border=False, enter_to_submit=False):
        files = paper_fields(dict.fromkeys(wanting.kind for wanting in one.wanting), "case_papers")
        said = st.container()
        pressed = st.form_submit_button("存入档案", type="primary", width="stretch")
    if not pressed:
        return
    try:
        with st.spinner("正在存入…"):
            count = hand_in(screen.engine, screen.viewer, one.id, files, now=screen.now)
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    keep_said("case", f"已存入 {count} 份材料。", of=one.id)
    st.rerun()


def paper_fields(kinds: Iterable[str], key: str) -> list[tuple[str, bytes]]:
    """A field for each kind of paper; what was handed in (kind, content)."""
    files: list[tuple[str, bytes]] = []
    for kind in kinds:
        given = st.file_uploader(
            f"{kind}（照片或 PDF，每份不超过 {LARGEST >> 20} MB）", accept_multiple_files=True, max_upload_size=_UPLOAD,
            key=f"{key}_{kind}",
        )  # fmt: skip
        files += [(kind, one.getvalue()) for one in given]
    return files


def _made(screen: Screen, one: Case, kind: str) -> Callable[[], bytes]:
    at = caller()

    def made() -> bytes:
        content = ask_uncached(screen, papers.form, one.id, kind, screen.today, by=screen.printed_by())
        leaves(screen, "print", at=at, left=detail(f"监测{kind}", place=one.village, count=1, unit="份"))
        return content

    return made


def kept_markup(kept: Sequence[Kept], url: Callable[[int], str]) -> str:
    """What is kept, in the order in which it came; ``url`` takes the number of an archive."""
    lines = "".join(
        f"<li>{link(escape(one.kind), url(one.archive), style='underlined', data_tab='1')}"
        f" <small>{escape(one.title)} · {escape(one.added[:10])} 存入</small></li>"
        for one in kept
    )
    return f'<section class="part"><h2>存档材料<small>{len(kept)}</small></h2><ul>{lines}</ul></section>'
