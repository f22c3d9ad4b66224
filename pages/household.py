"""户档案: one household as it stood in the chosen month; without one in the address, the search for it."""

import streamlit as st

from components.households import search as household_search
from components.households.file import asked_household, show_household
from components.shell.borrowing import offer_loan, offering_loan
from components.shell.screen import current

if "household" in st.query_params:
    with offering_loan(current()):
        show_household(current(), asked_household())
else:
    household_search.show_search(current())
    offer_loan(current())
