"""One household's card as a file, made when its button is pressed."""

import streamlit as st

from components.prints.making import CARD, Order, made
from components.shell.errors import problem
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data import settings
from data.access.roles import HOUSEHOLDS, PRINT
from data.codes import tokens as qr_codes
from data.errors import WarRoomError
from data.paper import fonts


def button(screen: Screen, household_id: int, year: int) -> None:
    """A download button for the card of the income year ``year`` (the year's name); nothing for who may not print, and
    a sentence in its place where there is no font to set it in."""
    if not screen.viewer.may(PRINT, HOUSEHOLDS):
        return
    try:
        fonts.family()
    except WarRoomError as error:
        problem(str(error))
        return
    page, address = st.context.url, st.context.ip_address or "127.0.0.1"

    def card() -> bytes:
        """Made when the button is pressed, not before."""
        with screen.engine.connect() as connection:
            base = qr_codes.base_of(settings.values(connection), page)
        order = Order(CARD, (household_id,), year, base, address)
        return made(screen.engine, screen.viewer, order, clock=screen.clock).content

    take_paper("打印明白卡（PDF）", card, name=f"明白卡_{year}年度.pdf", key=f"print_card_{household_id}_{year}")
