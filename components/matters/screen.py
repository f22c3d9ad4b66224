"""督办整改: problems and tasks of a region, seen in five ways; one of them; raising new ones."""

import streamlit as st

from components.drawing.markup import link
from components.matters.address import OF_TASKS, RECORDS, VIEWS, MatterChoice, matters_link, read_choice
from components.matters.listing import counts_of, page_heading, show_list
from components.matters.one import show_matter
from components.matters.raising import may_raise, show_raise_problem, show_raise_tasks
from components.matters.views import show_gantt, show_matrix, show_owners, show_places
from components.shell.errors import problem, show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import NotFound

_SHOWN = {"place": show_places, "owner": show_owners, "gantt": show_gantt, "matrix": show_matrix}
_RAISED = {"problem": show_raise_problem, "task": show_raise_tasks}


def show_problems_page(screen: Screen) -> None:
    """Draw what the address asks for."""
    parameters = st.query_params
    choice, problems = read_choice(parameters)
    show_problems(problems)
    if code := parameters.get("code"):
        try:
            show_matter(screen, choice.record, code[:80])
            return
        except NotFound as error:
            problem(f"{error}已显示清单。")
    elif record := parameters.get("raise"):
        if record in RECORDS and may_raise(screen, record):
            try:
                _RAISED[record](screen, parameters)
                return
            except NotFound as error:
                problem(f"{error}已显示清单。")
        else:
            problem("您现在的身份不能登记或派发，已显示清单。")
    _show_region(screen, choice)


def _show_region(screen: Screen, choice: MatterChoice) -> None:
    counts = counts_of(screen, choice)
    show_markup(page_heading(screen, choice, counts, _views(screen, choice)))
    if choice.view == "list":
        show_list(screen, choice, counts)
    else:
        _SHOWN[choice.view](screen, choice)


def _views(screen: Screen, choice: MatterChoice) -> str:
    offered = [view for view in VIEWS if choice.record == "task" or view not in OF_TASKS]
    if screen.viewer.sees_own_only:
        offered = [view for view in offered if view in ("list", "gantt")]
    ways = "".join(
        link(
            VIEWS[view],
            matters_link(screen, choice, view=view, act=""),
            style="chip",
            **({"aria_current": "true"} if view == choice.view else {}),
        )
        for view in offered
    )
    return f'<i class="gap"></i>{ways}'
