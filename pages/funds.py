"""资金: what was arranged and paid, against the year and the plan; with a fund in the address, that one."""

import streamlit as st

from components.funds import screen as parts
from components.funds.file import show_fund
from components.funds.table import show_list
from components.shell.errors import show_problems
from components.shell.screen import current

screen = current()
if "fund" in st.query_params:
    show_fund(screen, st.query_params["fund"])
else:
    shown, problems = parts.read(screen, st.query_params)
    show_problems(problems)
    parts.show_heading(screen, shown)
    if shown.sources.empty:
        parts.show_nothing(screen, shown)
    else:
        parts.show_tiles(screen, shown)
        parts.show_sums(screen, shown)
        parts.show_arrears(screen, shown)
        show_list(screen, shown)
