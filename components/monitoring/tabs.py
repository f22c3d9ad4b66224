"""The head of a view of 监测帮扶: what it says first, and the ways to the other views."""

import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.monitoring.address import VIEWS, view_link
from components.monitoring.clue_address import LIST, ClueChoice, clues_link
from components.shell.page import show_markup
from components.shell.screen import Screen


def show_head(screen: Screen, finding: str, told: str, view: str) -> None:
    """Draw it; ``view`` of VIEWS, or LIST for that of clues."""
    ways = [(name, word, view_link(screen, name)) for name, word in VIEWS.items()]
    ways.append((LIST, "线索", clues_link(screen, ClueChoice())))
    chips = "".join(
        link(word, url, style="chip", **({"aria_current": "page"} if name == view else {})) for name, word, url in ways
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="monitoring_heading"):
        show_markup(heading(finding, told, level=1))
        show_markup(f'<nav class="chips views" aria-label="监测帮扶的页面">{chips}</nav>', width="content")
