"""总览: the region at a glance. One thing is largest: the map."""

import streamlit as st

from components.overview import parts as overview
from components.shell.address import read_indicator
from components.shell.asking import ask
from components.shell.empty import no_households, no_villages
from components.shell.errors import show_problems
from components.shell.reading import Reading
from components.shell.screen import current
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.regions import tree as regions

screen = current()
reading = Reading(st.query_params)
indicator = INDICATORS[read_indicator(reading) or overview.DEFAULT]
show_problems(reading.problems)
overview.show_strange(screen)

values = ask(screen, figures.figures, screen.region.code, screen.asked)
if not screen.region.is_village and not ask(screen, regions.children, screen.region.code, screen.day):
    no_villages(screen.region.name)
elif not any(figure.value for figure in values.values()):
    no_households(screen.region.name)
else:
    ranking = overview.ranked(screen, indicator)
    with st.container(key="overview"):
        left, middle, right = st.columns([24, 48, 28], gap="medium")
    with middle:  # the map first: the browser has most to ask for it
        overview.show_map_panel(screen, indicator, ranking)
    with left:
        overview.show_headlines(screen)
    with middle:
        overview.show_trend_panel(screen, indicator)
    with right:
        room = max(0, 19 - len(ranking.rows))
        overview.show_ranking_panel(screen, indicator, ranking)
        overview.show_overdue_panel(screen, limit=5 + room // 2)
        overview.show_changes_panel(screen, limit=5 + room // 3)
