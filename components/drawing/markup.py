"""HTML of our own: the one place where values become markup."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape as _escape


class Markup(str):
    """A value that is markup already, its parts escaped: :func:`escape` leaves it as it is."""


def escape(value: object) -> str:
    """``value`` as text that stays text inside an element or a quoted attribute; Markup as it stands."""
    return value if isinstance(value, Markup) else _escape(str(value), quote=True)


def plain(words: str) -> str:
    """``words`` as the Markdown of a label or title that shows nothing but them."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]()#+-.!<>|~:$" else one for one in words)


def link(label: str, url: str, *, style: str = "", **attributes: str) -> str:
    """An anchor around ``label`` (markup already); ``style`` is its class, ``attributes`` with _ for -."""
    rest = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return f'<a class="{escape(style)}" href="{escape(url)}"{rest}>{label}</a>'


def callable_number(phone: str | None) -> str:
    """What ``tel:`` takes of a number as it is written: digits and a leading +."""
    return "".join(sign for sign in phone or "" if sign in "+0123456789")


def phone_link(phone: str | None) -> Markup:
    """A number that calls when it is tapped, as text where it is masked; nothing where there is none."""
    if not phone or "*" in phone:
        return Markup(escape(phone or ""))
    return Markup(link(escape(phone), f"tel:{callable_number(phone)}", style="phone"))


def picture(svg: str, alt: str, *, style: str = "") -> str:
    """A drawing as an image: Streamlit takes inline SVG out of markup, an image of it stays."""
    source = b64encode(svg.encode()).decode()
    return f'<img class="{escape(style)}" alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}">'


def variables(values: Mapping[str, str]) -> str:
    """CSS custom properties: {"ink": "…"} → ``--ink: …;``."""
    return " ".join(f"--{name}: {value};" for name, value in values.items())
