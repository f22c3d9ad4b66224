"""A print job on the page: how far it is, how to take it back, and its file when it is done."""

from functools import partial

import streamlit as st

from components.drawing.markup import escape
from components.prints.making import UNITS, WHAT
from components.shell.errors import problem
from components.shell.header import write_address
from components.shell.job_view import named_job, show_job
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, KEPT, WAITING, Job

_MIMES = {"PDF": "application/pdf", "ZIP": "application/zip"}
_GONE = f"这个打印任务不存在或已清除：做好的文件只保留 {KEPT.seconds // 60} 分钟，只给下单的人。请重新生成。"


def ordered_job(screen: Screen) -> Job | None:
    """The print job that the address names."""
    return named_job(screen, "job", _GONE)


def show_print_job(screen: Screen, job: Job) -> None:
    """How far it is, or what came of it."""
    show_job(screen, job, of="print", words=_how_far, cancel="取消打印", outcome=_show_outcome)


def _how_far(job: Job) -> tuple[float, str]:
    what, unit = WHAT[job.facts["what"]], UNITS[job.facts["what"]]
    text = f"正在排版{what}：{job.done:,} / {job.total:,} {unit}"
    if job.state == WAITING:
        text = f"排队中：前面的打印任务完成后开始（{what}，{job.total:,} {unit}）"
    elif job.done == job.total:
        text = f"正在合并成一个文件（{what}，{job.total:,} {unit}）"
    return job.done / job.total, text


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
