"""The battle map put together: controls, map, what stands beside it, and the same as a table."""

from collections.abc import Sequence

import streamlit as st

from components.battle_map.address import MapChoice
from components.battle_map.controls import comparison_picker, indicator_picker, level_switch
from components.battle_map.region_panel import show_region_panel
from components.battle_map.regions import noun, show_region_maps, shown_regions
from components.battle_map.tables import show_household_table, show_region_table
from components.battle_map.village import show_village_board, show_village_map
from components.battle_map.walking import show_walking
from components.shell.asking import ask
from components.shell.empty import no_ground, no_households
from components.shell.errors import problem
from components.shell.screen import Screen
from data.figures import read as figures
from data.households import village as households
from data.regions.ground import can_be_drawn


def show_regions(screen: Screen, choice: MapChoice, levels: Sequence[int]) -> None:
    """A region with sub-regions: map and panel, or two maps, and the table."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_controls"):
        indicator_picker(screen, choice)
        level_switch(screen, choice, levels)
        comparison_picker(screen, choice)
    first = shown_regions(screen, choice)
    second = shown_regions(screen, choice, other=True) if choice.compares else None
    if not ask(screen, figures.figures, screen.region.code, screen.asked, ("households",))["households"].value:
        problem(f"{screen.region.name}在所选月份没有户数据：请换一个月份，或导入“户”“家庭成员”“收支”表。")
    elif first.empty:
        problem(f"“{choice.indicator.label}”在所选区划和月份没有数据：请换一个指标、月份或区划。")
    drawable = ask(screen, can_be_drawn, screen.region.code)
    if not drawable:
        no_ground(screen.region.name)
    elif second:
        show_region_maps(screen, choice, levels, first, second)
    else:
        left, right = st.columns([68, 32], gap="medium")
        with left:
            show_region_maps(screen, choice, levels, first, None)
        with right, st.container(key="region_panel"):
            show_region_panel(screen, choice, first, noun(choice, levels))
    show_region_table(screen, choice, first, second)


def show_village(screen: Screen, choice: MapChoice) -> None:
    """A village: its households on the map, its board, and their list."""
    if not ask(screen, households.count, screen.region.code, screen.month):
        no_households(screen.region.name)
        return
    left, right = st.columns([54, 46], gap="medium")
    with left:
        if ask(screen, can_be_drawn, screen.region.code):
            show_village_map(screen, choice)
        else:
            no_ground(screen.region.name)
    with right, st.container(key="village_board"):
        show_village_board(screen)
    show_walking(screen)
    show_household_table(screen, choice)
