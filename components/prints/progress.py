"""A print job on the page: how far it is, how to take it back, and its file when it is done."""

from functools import partial

import streamlit as st

from components.drawing.markup import escape
from components.prints.making import UNITS, WHAT
from components.shell.errors import problem
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, KEPT, WAITING, Job

_MIMES = {"PDF": "application/pdf", "ZIP": "application/zip"}
_GONE = f"这个打印任务不存在或已清除：做好的文件只保留 {KEPT.seconds // 60} 分钟，只给下单的人。请重新生成。"


def named_job(screen: Screen) -> Job | None:
    """The job that the address names; None where it names none, or one that is gone, which is said."""
    asked = st.query_params.get("job")
    job = jobs.find(screen.engine, screen.viewer, asked, screen.clock()) if asked else None
    if asked is not None and job is None:
        problem(_GONE)
    return job


def show_job(screen: Screen, job: Job) -> None:
    """How far it is, or what came of it."""
    with st.container(key="print_job", border=True):
        if job.at_work:
            _watch(job.id, screen)
        else:
            _show_outcome(screen, job)


@st.fragment(run_every=1)
def _watch(id: str, screen: Screen) -> None:
    """Looks each second; when the job has ended, the page is drawn anew."""
    job = jobs.find(screen.engine, screen.viewer, id, screen.clock())
    if job is None or not job.at_work:
        st.rerun()
    what, unit = WHAT[job.facts["what"]], UNITS[job.facts["what"]]
    text = f"正在排版{what}：{job.done:,} / {job.total:,} {unit}"
    if job.state == WAITING:
        text = f"排队中：前面的打印任务完成后开始（{what}，{job.total:,} {unit}）"
    elif job.done == job.total:
        text = f"正在合并成一个文件（{what}，{job.total:,} {unit}）"
    st.progress(job.done / job.total, text)
    show_markup('<p class="calm">可以离开或刷新本页，任务继续进行；用同一网址回来看结果。</p>')
    st.button("取消打印", key="print_cancel", on_click=jobs.cancel, args=(screen.engine, screen.viewer, job.id))


def _show_outcome(screen: Screen, job: Job) -> None:
    what = f"{WHAT[job.facts['what']]}，{job.total:,} {UNITS[job.facts['what']]}"
    kind = "ZIP" if job.name.endswith(".zip") else "PDF"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if job.size:
            size = f"{job.size / 1_000_000:.1f} MB"
            show_markup(f'<p class="print-done"><b>已生成</b> {escape(what)}（{kind}，{size}）</p>', width="content")
            made = partial(jobs.paper, screen.engine, screen.viewer, job.id)
            take_paper(f"下载 {kind}", made, name=job.name, key="print_download", primary=True, mime=_MIMES[kind])
        else:
            said = {CANCELLED: "已取消，没有生成文件。", FAILED: job.why}[job.state]
            show_markup(f'<p class="print-done"><b>没有生成</b> {escape(what)}：{escape(said)}</p>', width="content")
        st.button("关闭", key="print_close", on_click=lambda: write_address(job=None))
    show_lacking(job.facts.get("lacking", ""))


def show_lacking(lacking: str) -> None:
    """Say which characters stand as boxes on the paper."""
    if lacking:
        listed = "、".join(f"{character}（U+{ord(character):04X}）" for character in lacking[:20])
        more = f"等 {len(lacking)} 个" if len(lacking) > 20 else ""
        problem(
            f"本机字体没有这些字，纸上印成方框或〓：{listed}{more}。请安装含生僻字的字体，或核对姓名是否录成了自造字。"
        )
