"""项目收益: the projects on the map and as a table, beside each other, and what trouble upstream does to households."""

import streamlit as st

from components.drawing.panels import heading
from components.projects import compare as projects_compare
from components.projects import controls as projects_controls
from components.projects import map as projects_map
from components.projects import risk as projects_risk
from components.projects import table as projects_table
from components.projects.address import read_projects_choice
from components.shell.asking import ask
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.screen import current
from data.projects.troubles import operators

screen = current()
projects_map.open_picked(screen)
known = ask(screen, operators, screen.region.code)
choice, problems = read_projects_choice(st.query_params, operators=known)
show_problems(problems)

with st.container(horizontal=True, vertical_alignment="center", gap="small", key="projects_heading"):
    show_markup(heading("项目收益", f"{screen.region.name} · {screen.calendar.words}", level=1))
    projects_controls.view_switch(screen, choice)
if choice.view == "list":
    projects_table.show_tiles(screen)
    projects_controls.filters(screen, choice, known)
    left, right = st.columns([64, 36], gap="medium")
    with left:
        projects_map.show_project_map(screen, choice)
    with right:
        projects_table.show_worst(screen, choice)
    projects_table.show_project_table(screen, choice)
elif choice.view == "compare":
    projects_compare.show_comparison(screen, choice)
else:
    projects_risk.show_risk(screen, choice, known)
