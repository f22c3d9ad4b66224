"""全面检查: ordered here, done by a process of its own, watched until it is over."""

import streamlit as st

from components.drawing.markup import escape
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from data.access import jobs
from data.access.roles import QUALITY, WRITE
from data.errors import WarRoomError
from data.quality import checking

_JOB = "checking"


def show_checking(screen: Screen) -> None:
    """The button of who may, how far a check is that he ordered, and what came of it."""
    show_said("checking")
    if not screen.viewer.may(WRITE, QUALITY):
        return
    asked = st.query_params.get(_JOB)
    job = jobs.find(screen.engine, screen.viewer, asked, screen.now) if asked else None
    if job is not None and job.at_work:
        _watch(screen, job.id)
        return
    st.button("立即检查", key="quality_run", on_click=_order, args=(screen,))
    if job is not None and job.state == jobs.FINISHED:
        show_markup('<p class="saved" role="status">检查完成，下面是最新结果。</p>', width="content")
    elif job is not None:
        show_markup(f'<p class="problem" role="alert">{escape(job.why)}</p>', width="content")


def _order(screen: Screen) -> None:
    try:
        write_address(**{_JOB: checking.order(screen.engine, screen.viewer, now=screen.now)})
    except WarRoomError as error:
        keep_said("checking", str(error), wrong=True)


@st.fragment(run_every=1)
def _watch(screen: Screen, id: str) -> None:
    """Looks each second; when it is over, the page is drawn anew."""
    job = jobs.find(screen.engine, screen.viewer, id, screen.clock())
    if job is None or not job.at_work:
        st.rerun()
    show_markup(
        '<p class="calm" role="status"><b>正在检查全部规则…</b> 一般十几秒；可以离开本页，检查在服务器上继续。</p>'
    )
