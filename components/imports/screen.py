"""数据管理: its sections, and what each needs the right for."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.imports.backups import show_backups
from components.imports.boundaries import show_boundaries
from components.imports.handing_in import show_handing_in
from components.imports.out import show_out
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import DATA
from data.access.roles import BACKUPS, BOUNDARIES, EXPORT, IMPORT, READ, RECORDS


@dataclass(frozen=True)
class _Section:
    """One section: its words, who has which right over what may open it, and what draws it."""

    words: str
    right: str
    thing: str
    show: Callable[[Screen], None]


_SECTIONS = {
    "in": _Section("导入数据", IMPORT, RECORDS, show_handing_in),
    "boundaries": _Section("导入边界", IMPORT, BOUNDARIES, show_boundaries),
    "out": _Section("模板与导出", EXPORT, RECORDS, show_out),
    "backups": _Section("备份", READ, BACKUPS, show_backups),
}


def show_data(screen: Screen) -> None:
    """Draw the page."""
    mine = {name: one for name, one in _SECTIONS.items() if screen.viewer.may(one.right, one.thing)}
    asked = st.query_params.get("view")
    view = asked if asked in mine else next(iter(mine))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="data_top"):
        show_markup(heading(DATA.title, screen.region.name, level=1), width="content")
        chips = (
            link(
                escape(one.words),
                screen.link(DATA, view=name),
                style="chip",
                **({"aria_current": "page"} if name == view else {}),
            )
            for name, one in mine.items()
        )
        show_markup(f'<nav class="chips views" aria-label="{escape(DATA.title)}的内容">{"".join(chips)}</nav>')
    mine[view].show(screen)
