"""用户与设置: one tab at a time, of those that the viewer may open."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from components.admin.address import TABS, admin_link, open_tabs, read_tab
from components.admin.devices import show_devices
from components.admin.log import show_log
from components.admin.oversight import show_oversight
from components.admin.people import show_people
from components.admin.sessions import show_sessions
from components.admin.villages import show_villages
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.settings.panel import show_settings
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import ADMIN

_DRAWN: Mapping[str, Callable[[Screen], None]] = MappingProxyType(
    {
        "people": show_people,
        "devices": show_devices,
        "sessions": show_sessions,
        "settings": show_settings,
        "regions": show_villages,
        "log": show_log,
        "oversight": show_oversight,
    }
)


def show_admin(screen: Screen) -> None:
    """Draw the page."""
    tab, problems = read_tab(st.query_params, screen.viewer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="admin_heading"):
        show_markup(heading(ADMIN.title, level=1), width="content")
        _tab_bar(screen, tab)
    show_problems(problems)
    with st.container(key="admin"):
        _DRAWN[tab](screen)


def _tab_bar(screen: Screen, chosen: str) -> None:
    parts = [
        link(
            escape(TABS[tab].words),
            admin_link(screen, tab),
            style="chip",
            **({"aria_current": "page"} if tab == chosen else {}),
        )
        for tab in open_tabs(screen.viewer)
    ]
    show_markup(f'<nav class="chips views" aria-label="{escape(ADMIN.title)}的页面">{"".join(parts)}</nav>')
