"""指标说明: what a figure is and who stands behind it; without an indicator, all of them."""

import streamlit as st

from components.drawing.panels import heading
from components.figures import explanation
from components.figures.name_list import show_list
from components.shell.address import read_indicator
from components.shell.asking import ask
from components.shell.empty import no_values
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.reading import Reading
from components.shell.screen import current
from data.figures import read as figures
from data.figures.indicators import INDICATORS

screen = current()
reading = Reading(st.query_params)
id = read_indicator(reading)
show_problems(reading.problems)

if id is None:
    explanation.indicator_choice(screen, None)
    explanation.show_glossary(screen)
else:
    indicator = INDICATORS[id]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="figure_heading"):
        show_markup(heading(indicator.label, f"{screen.region.name} · {screen.stands(indicator)}", level=1))
        explanation.indicator_choice(screen, id)
    if ask(screen, figures.figures, screen.region.code, screen.asked, (id,))[id].value is None:
        no_values(indicator.label)
    left, right = st.columns([40, 60], gap="medium")
    with left:
        explanation.show_value(screen, indicator)
        explanation.show_course(screen, indicator)
    with right:
        explanation.show_regions(screen, indicator)
    show_list(screen, indicator)
