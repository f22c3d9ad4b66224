"""导入数据: handing in, what waits, what was handed in so far; one of them."""

import streamlit as st

from components.imports.address import asked_job, read_choice
from components.imports.one import show_job
from components.imports.past import show_past, show_waiting
from components.imports.upload import show_upload
from components.shell.errors import problem, show_problems
from components.shell.screen import Screen
from data.errors import NotFound

_NO_JOB = "没有这次导入，或它不在您的查看范围内。已显示全部导入。"


def show_handing_in(screen: Screen) -> None:
    """Draw what the address asks for."""
    choice, problems = read_choice(st.query_params)
    show_problems(problems)
    asked, job = asked_job(st.query_params)
    if job is not None:
        try:
            show_job(screen, choice, job)
            return
        except NotFound:
            pass
    if asked:
        problem(_NO_JOB)
    show_waiting(screen)
    show_upload(screen)
    show_past(screen, choice)
