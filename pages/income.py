"""收入趋势: the course of income, how it is spread, and whose sinks."""

import streamlit as st

from components.screen import current
from components.trends_screen import show_trends

show_trends(current(), st.query_params)
