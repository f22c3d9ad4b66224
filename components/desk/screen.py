"""批量填报: a village, and what is filled in for all its households at once."""

import streamlit as st

from components.desk.books import show_books
from components.desk.rounds import show_rounds
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.shell.asking import ask
from components.shell.empty import no_households
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import DESK
from data.figures import read as figures

_VIEWS = {"books": ("收支", show_books), "rounds": ("走访", show_rounds)}
_PLACES = TableColumn("name", "区划"), TableColumn("value", "户数", "integer")


def show_desk(screen: Screen) -> None:
    """Draw the page."""
    asked = st.query_params.get("view")
    view = asked if asked in _VIEWS else "books"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="desk_top"):
        show_markup(heading(DESK.title, screen.region.name, level=1), width="content")
        chips = (
            link(
                escape(words),
                screen.link(DESK, view=one),
                style="chip",
                **({"aria_current": "page"} if one == view else {}),
            )
            for one, (words, _) in _VIEWS.items()
        )
        show_markup(f'<nav class="chips views" aria-label="{escape(DESK.title)}的内容">{"".join(chips)}</nav>')
    if screen.region.is_village:
        _VIEWS[view][1](screen)
    else:
        _show_places(screen, view)


def _show_places(screen: Screen, view: str) -> None:
    """A sheet is of one village: those below, to choose from."""
    places = ask(screen, figures.children, screen.region.code, screen.status.last_month, "households")
    if places.empty:
        no_households(screen.region.name)
        return
    look = TableLook(row_url=lambda row: screen.link(DESK, region=row.code, view=view), opener="name", whole=True)
    table = table_markup(places, _PLACES, caption=f"{screen.region.name}各地的户数", look=look)
    show_markup(f'<p class="calm">批量填报一次填一个村，请选择：</p><div class="print-places">{table}</div>')
