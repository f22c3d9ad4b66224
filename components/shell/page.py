"""What reaches the browser as it stands: markup of our own, and the way to another page."""

import json
from typing import Literal

import streamlit as st


def show_markup(markup: str, *, width: Literal["stretch", "content"] | int = "stretch") -> None:
    """Put markup on the page; its values must have gone through :func:`components.drawing.markup.escape`."""
    st.html(markup, width=width)


def go_to(url: str) -> None:
    """Open another page of ours as a click on its link would, one step of Back (st.switch_page makes two)."""
    script = f"window.warRoomOpen({json.dumps(url).replace('<', chr(92) + 'u003c')})"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
