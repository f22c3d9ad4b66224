"""A process at work on what was handed in: how far it is, how to stop it; what went wrong when it did not end well."""

import streamlit as st

from components.drawing.markup import escape
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.imports import jobs
from data.imports.jobs import Job
from data.imports.running import Progress, progress, stop
from data.imports.way import CHECK, PLAN, UNDO, WRITE

DOING = {CHECK: "正在校验", WRITE: "正在写入", PLAN: "正在试算撤回", UNDO: "正在撤回"}
FAILED = {CHECK: "没有校验完", WRITE: "没有写入", PLAN: "没有试算完", UNDO: "没有撤回"}
"""Work → what it is called while it is done, and where it did not end well."""
_STOPPING = "import_stopping"
_STAYS = {
    CHECK: "校验不改动任何数据，大家照常办理。",
    WRITE: "要么全部写入，要么一条不写；写入的一小会儿里，别人保存会自动等一等，不会丢。",
    PLAN: "试算不改动任何数据；试算的一小会儿里，别人保存会自动等一等，不会丢。",
    UNDO: "要么全部撤回，要么一条不动。",
}


def show_work(screen: Screen, job: Job) -> None:
    """How far it is, looked at each second; when it has ended the page is drawn anew."""
    with st.container(key="import_work", border=True):
        _watch(job.id, job.work, screen)


@st.fragment(run_every=1)
def _watch(id: int, work: str, screen: Screen) -> None:
    if ask_uncached(screen, jobs.job, id).work != work:
        st.rerun()
    share, words = progress_words(work, progress(screen.engine, id, screen.clock))
    st.progress(share, words)
    show_markup(f'<p class="calm">{escape(_STAYS[work])}可以离开或刷新本页，用同一网址回来接着看。</p>')
    if st.session_state.get(_STOPPING) == id:
        show_markup('<p class="calm">正在停下来…</p>')
    elif st.button("停止", key="import_stop"):
        _stop(id, screen)


def _stop(id: int, screen: Screen) -> None:
    try:
        stop(screen.engine, screen.viewer, id)
    except WarRoomError as error:
        problem(str(error))
        return
    st.session_state[_STOPPING] = id
    st.rerun(scope="fragment")


def progress_words(work: str, now: Progress | None) -> tuple[float, str]:
    """The share that is done, 0 to 1, and the step in words: ``正在校验 · 读取收支：12,000 / 48,000``. None: no process
    has begun; one that gives no sign of life is soon followed by another."""
    if now is None:
        return 0.0, f"{DOING[work]} · 准备开始"
    if not now.alive:
        return 0.0, f"{DOING[work]} · 处理程序中断，正在自动重新开始"
    told = f"{DOING[work]} · {now.step}"
    if not now.total:
        return 0.0, told
    return min(now.done / now.total, 1.0), f"{told}：{min(now.done, now.total):,} / {now.total:,}"


def failure_markup(title: str, why: str, advice: str) -> str:
    """What did not end well, why, and what to do."""
    return (
        f'<div class="import-failed" role="alert"><h2>{escape(title)}</h2>'
        f"<p>{escape(why)}</p><p>{escape(advice)}</p></div>"
    )
