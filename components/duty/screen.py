"""帮扶责任: one view at a time; who sees his own households alone sees himself."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.duty.address import VIEWS, DutyChoice, duty_link
from components.duty.leaders import show_leaders
from components.duty.teams import show_teams
from components.duty.visits import show_visits
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.screen import Screen
from components.shell.site import DUTY
from data.duties.file import NO_SUCH_PERSON, own_person
from data.errors import NotFound

_DRAWN: Mapping[str, Callable[[Screen, DutyChoice], None]] = MappingProxyType(
    {"leaders": show_leaders, "teams": show_teams, "visits": show_visits}
)


def asked_person(screen: Screen, asked: str | None) -> int | None:
    """Whose page the address asks for, of a helper his own where it names none; raises NotFound for what is no
    number."""
    if asked is None:
        return ask_uncached(screen, own_person) if screen.viewer.sees_own_only else None
    person = whole(asked)
    if person is None:
        raise NotFound(NO_SUCH_PERSON)
    return person


def show_duty(screen: Screen, choice: DutyChoice) -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="duty_heading"):
        show_markup(heading(DUTY.title, f"{screen.region.name} · {screen.month_text}", level=1))
        bar = "".join(
            link(
                escape(words),
                duty_link(screen, DutyChoice(view=view)),
                style="chip",
                **({"aria_current": "page"} if view == choice.view else {}),
            )
            for view, words in VIEWS.items()
        )
        show_markup(f'<nav class="chips views" aria-label="{DUTY.title}的页面">{bar}</nav>', width="content")
    with st.container(key="duty"):
        _DRAWN[choice.view](screen, choice)
