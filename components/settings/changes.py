"""Who changed which setting of the county, when, from what to what."""

import pandas as pd
import streamlit as st

from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import moment
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import ADMIN
from data.access.actors import actor_name
from data.settings import CHANGES, SETTINGS, changes, count_changes

_COLUMNS = (
    TableColumn("at", "时间"), TableColumn("who", "谁"), TableColumn("what", "设置"), TableColumn("before", "改前"),
    TableColumn("after", "改后"),
)  # fmt: skip


def show_changes(screen: Screen) -> None:
    """The changes, the newest first."""
    show_markup(heading("修改记录", "谁在何时把哪项设置从什么改成什么"))
    total = ask_uncached(screen, count_changes)
    if not total:
        show_markup('<p class="calm">还没有改过设置，各项都是默认值。</p>')
        return
    at = paged(st.query_params.get("changes_page"), total, CHANGES)
    found = ask_uncached(screen, changes, offset=at.offset)
    with screen.engine.connect() as connection:
        names = {actor: actor_name(connection, actor) for actor in {one["actor"] for one in found}}
    rows = [
        (moment(one["at"]), names[one["actor"]], _label(one["name"]), one["before"] or "空", one["after"] or "空")
        for one in found
    ]
    show_markup(
        table_markup(
            pd.DataFrame(rows, columns=[column.id for column in _COLUMNS]),
            _COLUMNS,
            caption="设置的修改记录",
            look=TableLook(whole=True, cards=True),
        )
        + pager_markup(
            at.page, at.pages, f"共 {total:,} 次", lambda to: screen.link(ADMIN, tab="settings", changes_page=to)
        )
    )


def _label(name: str) -> str:
    return SETTINGS[name].label if name in SETTINGS else name
