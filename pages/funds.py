"""资金: what was arranged and paid, against the year and the plan; with a fund in the address, that one."""

import streamlit as st

from components import funds_screen as parts
from components.errors import problem
from components.fund_list import show_list
from components.fund_screen import show_fund
from components.screen import current

screen = current()
if "fund" in st.query_params:
    show_fund(screen, st.query_params["fund"])
else:
    problems: list[str] = []
    shown = parts.read(screen, st.query_params, problems)
    for sentence in problems:
        problem(sentence)
    parts.show_heading(screen, shown)
    parts.show_tiles(screen, shown)
    with st.container(key="funds"):
        left, middle, right = st.columns([43, 32, 25], gap="medium")
    with left:
        parts.show_sources(screen, shown)
    with middle:
        parts.show_course(screen, shown)
    with right:
        parts.show_regions(screen, shown)
    with st.container(key="funds_below"):
        left, right = st.columns([50, 50], gap="medium")
    with left:
        parts.show_late(screen, shown)
    with right:
        parts.show_projects(screen, shown)
    show_list(screen, shown)
