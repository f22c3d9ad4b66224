"""挂图作战: the battle map from the county down to the single household."""

import streamlit as st

from components.battle_map import screen as map_screen
from components.battle_map.address import read_choice
from components.battle_map.village import open_picked
from components.shell.asking import ask
from components.shell.empty import no_villages
from components.shell.errors import show_problems
from components.shell.screen import current
from data.regions.ground import levels_below

screen = current()
open_picked(screen)
levels = ask(screen, levels_below, screen.region.code)
choice, problems = read_choice(
    st.query_params, levels=levels, status=screen.status, month=lambda one: screen.standing(one).month
)
show_problems(problems)

if screen.region.is_village:
    map_screen.show_village(screen, choice)
elif levels:
    map_screen.show_regions(screen, choice, levels)
else:
    no_villages(screen.region.name)
