"""A job that outlasts the page, as the page that ordered it shows it: which one, how far it is, how to take it back."""

from collections.abc import Callable

import streamlit as st

from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access import jobs
from data.access.jobs import Job

Words = Callable[[Job], tuple[float, str]]
"""Of a job at work the share that is done, 0 to 1, and how far that is, in words."""


def named_job(screen: Screen, parameter: str, gone: str) -> Job | None:
    """The job that the address names; None where it names none, or one that is ``gone``, which is said."""
    asked = st.query_params.get(parameter)
    job = jobs.find(screen.engine, screen.viewer, asked, screen.clock()) if asked else None
    if asked is not None and job is None:
        problem(gone)
    return job


def show_job(
    screen: Screen, job: Job, *, of: str, words: Words, cancel: str, outcome: Callable[[Screen, Job], None]
) -> None:
    """How far it is, or its ``outcome``; ``of``: the part of the page; ``cancel``: what the button says."""
    with st.container(key=f"{of}_job", border=True):
        if job.at_work:
            _watch(job.id, screen, of, words, cancel)
        else:
            outcome(screen, job)


@st.fragment(run_every=1)
def _watch(id: str, screen: Screen, of: str, words: Words, cancel: str) -> None:
    """Looks each second; when the job has ended, the page is drawn anew."""
    job = jobs.find(screen.engine, screen.viewer, id, screen.clock())
    if job is None or not job.at_work:
        st.rerun()
    share, text = words(job)
    st.progress(share, text)
    show_markup('<p class="calm">可以离开或刷新本页，任务继续进行；用同一网址回来看结果。</p>')
    st.button(cancel, key=f"{of}_cancel", on_click=jobs.cancel, args=(screen.engine, screen.viewer, job.id))
