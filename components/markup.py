"""HTML of our own: the one place where values become markup."""

import json
from base64 import b64encode
from collections.abc import Mapping
from html import escape as _escape

import streamlit as st


def escape(value: object) -> str:
    """``value`` as text that stays text inside an element or a quoted attribute."""
    return _escape(str(value), quote=True)


def plain(words: str) -> str:
    """``words`` as the Markdown of a label or title that shows nothing but them."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]()#+-.!<>|~:$" else one for one in words)


def link(label: str, url: str, *, style: str = "", **attributes: str) -> str:
    """An anchor around ``label`` (markup already); ``style`` is its class, ``attributes`` with _ for -."""
    rest = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return f'<a class="{escape(style)}" href="{escape(url)}"{rest}>{label}</a>'


def picture(svg: str, alt: str, *, style: str = "") -> str:
    """A drawing as an image: Streamlit takes inline SVG out of markup, an image of it stays."""
    source = b64encode(svg.encode()).decode()
    return f'<img class="{escape(style)}" alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}">'


def go_to(url: str) -> None:
    """Open another page of ours as a click on its link would, one step of Back (st.switch_page makes two)."""
    script = f"window.warRoomOpen({json.dumps(url).replace('<', chr(92) + 'u003c')})"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def variables(values: Mapping[str, str]) -> str:
    """CSS custom properties: {"ink": "…"} → ``--ink: …;``."""
    return " ".join(f"--{name}: {value};" for name, value in values.items())


def show(markup: str, *, width: str | int = "stretch") -> None:
    """Put markup on the page; its values must have gone through :func:`escape`."""
    st.html(markup, width=width)
