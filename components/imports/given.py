"""The files of an import taken away again: as they were handed in, and the marked copy to send back. Each is logged."""

import mimetypes
from pathlib import Path, PurePosixPath

import streamlit as st

from components.drawing.markup import escape, plain
from components.imports.markup import size_words
from components.shell.logged import caller, leaves
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.audit.taken import detail
from data.errors import NotFound
from data.imports import files
from data.imports.jobs import Job
from data.paper.spreadsheet import EXCEL

MARKED = "marked.xlsx"
_GONE = "文件已按县里定的保存天数清理。"


def marked_name(job: Job) -> str:
    """What the marked copy is called: as the first file, and which import it is of."""
    first = PurePosixPath(job.files[0].name).stem if job.files else "导入"
    return f"{first[:60]}_标注_{job.id}.xlsx"


def show_marked(screen: Screen, job: Job, *, primary: bool) -> None:
    """The marked copy, where the check made one."""
    if job.facts.get("marked") and not job.emptied:
        path = files.folder(screen.engine, job.id) / MARKED
        _download(
            screen,
            job,
            path,
            words="下载标注副本",
            name=marked_name(job),
            what="导入的标注副本",
            key="import_marked",
            primary=primary,
        )


def show_given(screen: Screen, job: Job) -> None:
    """All files as they were handed in."""
    if job.emptied:
        names = "、".join(escape(one.name) for one in job.files)
        show_markup(f'<section class="part import-given"><h2>递交的文件</h2><p>{names}</p><p>{_GONE}</p></section>')
        return
    show_markup('<section class="part import-given"><h2>递交的文件</h2></section>')
    kept = {path.name: path for path in files.given(screen.engine, job.id)}
    with st.container(key="import_given", gap="small"):
        for place, one in enumerate(job.files):
            if one.name in kept:
                words = f"{one.name[:60]}（{size_words(one.size)}）"
                key = f"import_given_{place}"
                _download(screen, job, kept[one.name], words=words, name=one.name, what="导入的原始文件", key=key)


def _download(
    screen: Screen, job: Job, path: Path, *, words: str, name: str, what: str, key: str, primary: bool = False
) -> None:
    at = caller()

    def content() -> bytes:
        try:
            made = path.read_bytes()
        except FileNotFoundError:
            raise NotFound(_GONE) from None
        leaves(
            screen, "export", at=at, left=detail(f"{what} · 导入 {job.id}", place=job.region, count=1, unit="个文件")
        )
        return made

    kind = EXCEL if name.endswith(".xlsx") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    take_paper(plain(words), content, name=name, key=key, primary=primary, mime=kind)
