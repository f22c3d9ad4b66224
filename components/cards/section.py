"""The income card in short, on the household's page: the year that runs, the one that is over, and the ways on."""

import streamlit as st

from components.cards.markup import short_markup
from components.drawing import markup
from components.prints import one as print_one
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import CARD
from data.cards import card as income_card
from data.households.file import HouseholdFile
from data.income.year import year_of


def show_card_section(screen: Screen, file: HouseholdFile) -> None:
    """Draw the section: both years as they stood in the month of the screen."""
    with screen.engine.connect() as connection:
        over = income_card.card_year(connection, screen.month, file.village)
        runs = year_of(screen.month, over.start)
        cards = [
            income_card.card(connection, screen.viewer, file.id, year, until=screen.month)
            for year in dict.fromkeys((runs, over))
        ]
    show_markup(short_markup(cards))
    with st.container(key="card_section_ways", horizontal=True, vertical_alignment="center", gap="small"):
        ways: list[tuple[str, dict[str, str | int]]] = [("明白卡", {"year": over.year})]
        if screen.viewer.may_write:
            ways.append(("填报收支", {"year": runs.year, "entry": "month"}))
        links = "".join(
            markup.link(label, screen.link(CARD, region=file.village, household=file.id, **where), style="button")
            for label, where in ways
        )
        show_markup(f'<nav class="card-ways">{links}</nav>', width="content")
        print_one.button(screen, file.id, over.year)
