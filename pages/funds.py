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
    if shown.sources.empty:
        parts.show_nothing(screen, shown)
    else:
        parts.show_tiles(screen, shown)
        parts.show_sums(screen, shown)
        parts.show_arrears(screen, shown)
        show_list(screen, shown)
