"""What orders on any paper have in common: the address in their codes, the button, a sample, the job that prints."""

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from components.drawing.markup import Markup, escape
from components.prints import jobs as print_jobs
from components.prints.making import Order
from components.prints.progress import show_print_job
from components.shell.errors import problem, reporting_failures
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.wallcharts.making import ChartOrder
from data import settings
from data.access.jobs import Job
from data.codes import tokens as qr_codes
from data.errors import WarRoomError

_REFUSED = "print_refused"
_LOCAL = ("localhost", "127.0.0.1", "::1")


def base_address(screen: Screen) -> str:
    """The address that codes name, '' where none is set."""
    with screen.engine.connect() as connection:
        return qr_codes.base_of(settings.values(connection), st.context.url)


def base_line(base: str) -> Markup:
    """A line that says it."""
    return Markup(f'<p class="calm">二维码里的网址：{escape(base or "没有设定")}</p>')


def warn_of(base: str, before: str) -> None:
    """Say that codes of this address open on this machine alone, and what has to be done ``before`` that matters."""
    if not base or (urlsplit(base).hostname or "") in _LOCAL:
        problem(f"这个网址只在本机有效，手机扫码打不开。{before}，请县级干部或管理员在“用户与设置”里填写户码网址。")


def show_making(
    screen: Screen,
    order: Order | ChartOrder,
    name: str,
    job: Job | None,
    *,
    make: str,
    look: str,
    alt: str,
    sample: Callable[[], str],
    ready: bool = True,
    style: str = "print-sample",
) -> None:
    """The button that starts the order as a file called ``name``, unless a job is at work; the other one, which shows
    ``sample`` (a ``data:`` address); what came of the last order."""
    with st.container(horizontal=True, gap="small"):
        at_work = job is not None and job.at_work
        start = (screen, order, name)
        st.button(make, type="primary", key="print_start", disabled=at_work or not ready, on_click=_start, args=start)
        looked = st.button(look, key="print_sample")
    if refused := st.session_state.pop(_REFUSED, None):
        problem(refused)
    if job:
        show_print_job(screen, job)
    if looked:
        with reporting_failures(), st.spinner("正在排版样张…"):
            show_markup(f'<img class="{style}" alt="{escape(alt)}" src="{sample()}">')


def _start(screen: Screen, order: Order | ChartOrder, name: str) -> None:
    """Callback of the button: the address takes the job's number."""
    try:
        id = print_jobs.start(screen.engine, screen.viewer, order, name, screen.clock)
    except WarRoomError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.query_params["job"] = id
