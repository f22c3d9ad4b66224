"""One case: its clocks, what may be done, what may not yet and why, the plan of help, the whole way to today."""

import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.monitoring import case_markup as view
from components.monitoring.acting import show_acts
from components.monitoring.address import case_link, view_link
from components.monitoring.case_papers import show_papers, show_wanting
from components.monitoring.plan import show_plan
from components.shell.asking import ask_uncached
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, MONITORING
from data.access.roles import HOUSEHOLDS, READ
from data.monitoring import delays, listing, plans
from data.monitoring.cases import Case, case

_OPENED = "opened_cases"


def show_case(screen: Screen, id: int) -> None:
    """Draw it; raises NotFound where the viewer sees no such."""
    one = ask_uncached(screen, case, id, screen.today)
    _remember(screen, one)
    everything = link("监测程序清单", view_link(screen, "cases"), style="underlined")
    show_markup(
        heading(
            f"{one.head} 户：{one.state_word}",
            " · ".join(filter(None, (f"监测编号 {one.code}", one.place, one.kind, f"截至 {screen.today}"))),
            level=1,
            more=f'<span class="more">{everything}</span>',
        )
        + view.clock_box(one, screen.today)
    )
    show_acts(screen, one)
    not_yet = [(following.word, following.obstacles) for following in one.next]
    if told := view.refused_markup(not_yet):
        show_markup(told)
    show_wanting(screen, one)
    items = ask_uncached(screen, plans.items, id, screen.today)
    left, right = st.columns([52, 48], gap="medium")
    with left:
        show_markup(view.facts_markup(one, _household_url(screen, one)))
        show_plan(screen, one, items)
        show_papers(screen, one)
        others = ask_uncached(screen, listing.of_household, one.household, screen.today)
        rest = [row for row in others if row.id != id]
        if rest:
            show_markup(view.others_markup(rest, lambda row: case_link(screen, row.id)))
    with right:
        clues = ask_uncached(screen, listing.clues_of, id)
        with screen.engine.connect() as connection:
            late, over = delays.delays_of(connection, one.began, one.steps)
        events = view.events_of(one, clues, items, late, over, lambda clue: screen.link(MONITORING, clue=clue))
        show_markup(view.way_markup(events, one, screen.today))


def _household_url(screen: Screen, one: Case) -> str | None:
    if not screen.viewer.may(READ, HOUSEHOLDS):
        return None
    return screen.link(HOUSEHOLD, region=one.village, household=one.household)


def _remember(screen: Screen, one: Case) -> None:
    """A case tells as much of a household as its file: the look stands in the log, once for each session and viewer."""
    opened = st.session_state.setdefault(_OPENED, set())
    if (look := (screen.viewer.key, one.id)) not in opened:
        looked(screen, "file", one.household)
        opened.add(look)
