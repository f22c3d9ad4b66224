"""placeholder"""

from components.screen import current
import streamlit as st

st.write(current().region.name, current().month_text)
