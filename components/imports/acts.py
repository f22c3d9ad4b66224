"""What may be done to an import now: a button for each step, a dialog that says what it will do, the step itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.imports import jobs
from data.imports.jobs import Job
from data.imports.spawning import start
from data.imports.way import WORK
from data.workflow import LONGEST_REASON, Changed

_FIRST = ("write", "submit")
_DONE = {
    "submit": "已报乡镇审核；乡镇看过后写入，或写明原因退回。",
    "return": "已退回修改，对方能看到原因。",
    "withdraw": "已作废，没有写入任何数据。",
}


@dataclass(frozen=True)
class Act:
    """A step as it is offered: its button, the sentences that say what it will do, what must be given besides.

    ``serious``: it changes what all see; ``answers``: what it answers; ``key``
    tells apart two of one action."""

    action: str
    words: str
    says: Sequence[str]
    reason: bool = False
    serious: bool = False
    answers: Mapping[str, str] | None = None
    key: str = ""


def show_acts(screen: Screen, job: Job, acts: Sequence[Act], beside: Callable[[], None] = lambda: None) -> None:
    """The buttons, what leads on first; ``beside`` them what is no step, before them where nothing leads on."""
    leads = any(act.action in _FIRST for act in acts)
    with st.container(key="import_acts", horizontal=True, vertical_alignment="center", gap="small"):
        if not leads:
            beside()
        for act in acts:
            kind: Literal["primary", "secondary"] = "primary" if act.action in _FIRST else "secondary"
            key = f"import_do_{act.key or act.action}"
            if st.button(act.words, key=key, type=kind):
                _confirm(screen, job, act)
        if leads:
            beside()


def _confirm(screen: Screen, job: Job, act: Act) -> None:
    def body() -> None:
        show_markup(says_markup(act))
        reason = ""
        if act.reason:
            reason = st.text_area(
                "原因（必填，对方要按它来改）", max_chars=LONGEST_REASON, key=f"import_why_{act.action}"
            )
        if st.button(f"确定{act.words}", type="primary", width="stretch", key="import_confirm"):
            take_step(screen, job, act.action, reason=reason, answers=act.answers)

    st.dialog(act.words)(body)()


def says_markup(act: Act) -> str:
    """What the step will do, a line each, the first one large."""
    lines = "".join(f"<li>{escape(one)}</li>" for one in act.says)
    return f'<ul class="import-says{" serious" if act.serious else ""}">{lines}</ul>'


def take_step(
    screen: Screen, job: Job, action: str, *, reason: str = "", answers: Mapping[str, str] | None = None
) -> None:
    """Take it and draw the page anew; what is refused is said where the button stands, and nothing has changed."""
    try:
        with st.spinner("正在办理…"):
            jobs.step(
                screen.engine, screen.viewer, job.id, action, version=job.version, now=screen.now, reason=reason,
                answers=answers,
            )  # fmt: skip
    except Changed as changed:
        keep_said("import", str(changed), of=job.id, wrong=True)
        st.rerun()
    except WarRoomError as error:
        say_refused(error)
        return
    if action in WORK:
        start(screen.engine, job.id)
    else:
        keep_said("import", _DONE[action], of=job.id)
    st.rerun()
