"""收入趋势: the course of income, how it is spread, and whose sinks."""

import streamlit as st

from components.income.screen import show_trends
from components.shell.screen import current

show_trends(current(), st.query_params)
