"""Papers of one case: the forms that are printed filled in, and what is kept of it in the archive."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from components.drawing.markup import escape, link
from components.server.archive_routes import archive_url
from components.shell.asking import ask_uncached
from components.shell.logged import caller, leaves
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.access.roles import MONITORING, PRINT
from data.audit.taken import detail
from data.monitoring import papers
from data.monitoring.cases import Case
from data.monitoring.papers import FORMS, NOTICE, REMOVAL, Kept

_HANGS = ("discussed", "public", "removal_discussed", "removal_public")
"""States in which a notice hangs, or is about to."""


def show_papers(screen: Screen, one: Case) -> None:
    """Draw both."""
    kept = ask_uncached(screen, papers.papers, one.id)
    if kept:
        url = partial(archive_url, screen.engine, screen.viewer, of="household", signed=screen.signed)
        show_markup(kept_markup(kept, url))
    if not (screen.viewer.may(PRINT, MONITORING) and screen.viewer.may_write):
        return
    with st.container(key="case_forms", horizontal=True, gap="small"):
        for kind in FORMS:
            if (kind != NOTICE or one.state in _HANGS) and (kind != REMOVAL or one.removal):
                take_paper(f"打印{kind}", _made(screen, one, kind), name=f"{kind}.pdf", key=f"case_form_{kind}_paper")


def _made(screen: Screen, one: Case, kind: str) -> Callable[[], bytes]:
    at = caller()

    def made() -> bytes:
        content = ask_uncached(screen, papers.form, one.id, kind, screen.today, by=screen.printed_by())
        leaves(screen, "print", at=at, left=detail(f"监测{kind}", place=one.village, count=1, unit="份"))
        return content

    return made


def kept_markup(kept: Sequence[Kept], url: Callable[[int], str]) -> str:
    """What is kept, in the order in which it came; ``url`` takes the number of an archive."""
    lines = "".join(
        f"<li>{link(escape(one.kind), url(one.archive), style='underlined', data_tab='1')}"
        f" <small>{escape(one.title)} · {escape(one.added[:10])} 存入</small></li>"
        for one in kept
    )
    return f'<section class="part"><h2>存档材料<small>{len(kept)}</small></h2><ul>{lines}</ul></section>'
