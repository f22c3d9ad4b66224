"""Handing in: what is taken, how much, where the template is; the files, and the job that is made of them."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.drawing.markup import escape, link
from components.imports.address import job_link
from components.imports.markup import size_words
from components.shell.errors import problem
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import DATA
from data.errors import WarRoomError
from data.imports.files import LIMIT_FILES, LIMIT_MB
from data.imports.jobs import WORKBOOK, hand_in
from data.imports.spawning import start
from data.imports.way import DRAFT, WAY

TYPES = ("xlsx", "xlsm", "csv", "zip")
_TURN, _MADE = "import_upload_turn", "import_made"


def show_upload(screen: Screen) -> None:
    """The place to put files, and the button that hands them in."""
    template = link("下载数据模板", screen.link(DATA, view="out"), style="underlined")
    first = [one.action for one in WAY.allowed(screen.viewer, screen.viewer.region, DRAFT)]
    show_markup(how_markup(template, reviewed="write" not in first))
    show_place(screen, WORKBOOK, TYPES, "递交并校验", job_link)


def show_place(screen: Screen, kind: str, types: Sequence[str], words: str, way: Callable[[Screen, int], str]) -> None:
    """The place for files of these ``types``; once handed in as a job of this ``kind`` on to its page (``way``)."""
    turn = st.session_state.setdefault(_TURN, 0)
    with st.container(key="import_upload"):
        files = st.file_uploader(
            "把文件拖到下面的框里，或点“选择文件”",
            type=list(types),
            accept_multiple_files=True,
            max_upload_size=LIMIT_MB,
            key=f"import_files_{kind}_{turn}",
        )
        told = wrong_with([(file.name, file.size) for file in files])
        if told:
            problem(told)
        if files:
            size = size_words(sum(file.size for file in files))
            pressed = st.button(
                f"{words}（{len(files)} 个文件，{size}）", type="primary", key="import_hand_in", disabled=bool(told)
            )
            if pressed and (job := _handed_in(screen, kind, files)):
                st.session_state[_TURN] = turn + 1
                go_to(way(screen, job))


def how_markup(template: str, *, reviewed: bool) -> str:
    """What is taken and what then happens; ``template`` is the way to the template, as markup."""
    first = "乡镇看过后写入" if reviewed else "您看过结果、按“写入”后才写入"
    return (
        '<p class="import-how">'
        f"收 <b>{'、'.join('.' + one for one in TYPES)}</b>（按数据模板填的表，或各村各乡镇的表打成的 zip）；"
        f"一次最多 <b>{LIMIT_FILES} 个文件、合计 {LIMIT_MB} MB</b>。没有表的先{template}。"
        f"<br>递交后只是校验，<b>不会改动任何数据</b>；{escape(first)}。</p>"
    )


def wrong_with(files: Sequence[tuple[str, int]]) -> str:
    """What is wrong with files of these names and sizes before they are handed in; '' nothing."""
    if len(files) > LIMIT_FILES:
        return f"一次最多 {LIMIT_FILES} 个文件，现在选了 {len(files)} 个。请去掉一些，或打包成一个 zip。"
    if sum(size for _, size in files) > LIMIT_MB << 20:
        return f"合计超过 {LIMIT_MB} MB。请分几次递交，或按乡镇拆开。"
    empty = [name for name, size in files if not size]
    if empty:
        return f"“{empty[0][:60]}”是空文件（0 字节），可能没有传完整。请点它右边的 × 去掉后重新选择。"
    return ""


def _handed_in(screen: Screen, kind: str, files: Sequence[UploadedFile]) -> int | None:
    """The job of these files: one, however often it is pressed; None where they were not taken, which is said."""
    ours = tuple(file.file_id for file in files)
    known: tuple[tuple[str, ...], int] = st.session_state.get(_MADE, ((), 0))
    if known[0] == ours:
        return known[1]
    try:
        with st.spinner("正在收文件…"):
            job = hand_in(screen.engine, screen.viewer, kind, [(file.name, file) for file in files], now=screen.now)
    except WarRoomError as error:
        problem(f"没有收下。{error}")
        return None
    start(screen.engine, job)
    st.session_state[_MADE] = (ours, job)
    return job
