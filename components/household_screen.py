"""The page of one household: asked by the number in the address, refused in the same words whatever the reason."""

import streamlit as st

from components import household_tables as tables
from components import household_view as view
from components.cached import fresh
from components.markup import escape, link, show
from components.screen import Screen
from components.site import BATTLE_MAP
from data.errors import NotFound
from data.household_file import NO_SUCH_HOUSEHOLD, household


def asked_household() -> int:
    """The number in the address; raises NotFound for anything that cannot be one."""
    asked = st.query_params.get("household", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 15):
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return int(asked)


def show_household(screen: Screen, id: int) -> None:
    """Draw the page; raises NotFound for a household that is not there or not the viewer's."""
    file = fresh(household, id, screen.month)
    url = screen.link(BATTLE_MAP, region=file.village, household=id)
    back = link(f"‹ 回到{escape(file.facts['village_name'])}地图", url, style="underlined")
    show(
        f'<nav class="way-back">{back}<span>{escape(screen.month_text)}的情况</span></nav>'
        + view.head_markup(file, dark=screen.dark)
    )
    left, right = st.columns([42, 58], gap="medium")
    with left:
        show(view.facts_markup(file) + tables.problems_markup(file) + tables.tasks_markup(file))
    with right:
        show(view.income_section(file, dark=screen.dark))
    show(tables.members_markup(file) + tables.helpers_markup(file))
    left, right = st.columns(2, gap="medium")
    with left:
        show(tables.visits_markup(file))
    with right:
        show(tables.measures_markup(file) + tables.projects_markup(file))
