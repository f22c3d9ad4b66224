"""The map on a page: draws what ``components.drawing.maps`` built and says what the user picked."""

import secrets
from collections.abc import Callable

import streamlit as st

from components.drawing.maps import MapColours, MapPart, OfflineMap, map_contents, picked
from components.server.geo_routes import geo_url
from components.shell.asking import ask
from components.shell.screen import Screen
from data.regions.tree import land_since


def outlines_url(screen: Screen, level: str, day: str | None = None, *, code: str | None = None) -> str:
    """Where the map fetches outlines as they are on a day (ISO; None: the page's) of a region (None: the page's): the
    same address for all days between which no village ended or was renamed, so that the map stays as it is."""
    code = screen.region.code if code is None else code
    return geo_url(code, level, ask(screen, land_since, code, day or screen.day))


def show_map(
    *parts: MapPart,
    colours: MapColours,
    label: str,
    key: str,
    height: int = 560,
    on_pick: Callable[[str, str | int], None] | None = None,
    link: str | None = None,
    text_px: int = 13,
) -> None:
    """Draw ``parts`` (region_layer, region_values, and household_points or project_points) at the full width.

    ``on_pick("region", code)``, ``("household", id)`` or ``("project", code)`` is called exactly once per click, Enter
    or Space, as a widget callback: before the script runs again, so it may set session state and query parameters.
    Check what it is given against the viewer's scope. Without ``on_pick`` nothing can be picked. Panning and zooming
    run nothing.
    One ``key`` per map of a page; keep it when region, indicator or theme change, and the map stays and only redraws.
    """
    # Imported before the runtime stands (a warm-up in the lifespan), its component would be registered nowhere.
    from streamlit_folium import st_folium

    def changed() -> None:
        pick = picked(st.session_state.get(key))
        if pick and on_pick:
            on_pick(*pick)

    st_folium(
        OfflineMap(),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=map_contents(
            *parts, colours=colours, label=label, pickable=on_pick is not None, link=link, text_px=text_px
        ),
        on_change=changed,
    )


def link_name(key: str) -> str:
    """A random name for maps that follow each other, the same for all of this session."""
    name: str = st.session_state.setdefault(f"{key}:link", secrets.token_hex(16))
    return name
