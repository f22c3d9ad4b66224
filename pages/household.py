"""户档案: one household as it stood in the chosen month; without one in the address, the search for it."""

import streamlit as st

from components import household_search
from components.household_screen import asked_household, show_household
from components.screen import current

if "household" in st.query_params:
    show_household(current(), asked_household())
else:
    household_search.show(current())
