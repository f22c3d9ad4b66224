"""异常查看: what looks strange in the log of looks, and what was taken away; for who decides for the county."""

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.admin.address import admin_link
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from data.access.actors import actor_name
from data.audit import log as audit
from data.audit.log import PATTERNS, Pattern
from data.audit.taken import PAGE, count_taken, taken_since
from data.households.search import by_ids

DAYS = 30
_TAKEN = (
    TableColumn("at", "时间"), TableColumn("who", "谁"), TableColumn("address", "地址"), TableColumn("how", "怎样"),
    TableColumn("detail", "什么"),
)  # fmt: skip


def show_oversight(screen: Screen) -> None:
    """Both panels."""
    _show_strange(screen)
    _show_taken(screen)


def _show_taken(screen: Screen) -> None:
    show_markup(heading("带走了什么", f"近 {DAYS} 天导出、打印和打开的材料：哪份名单、哪个区划、怎样筛选、多少行"))
    since = (screen.today - timedelta(days=DAYS)).isoformat()
    total = ask_uncached(screen, count_taken, since)
    if not total:
        show_markup('<p class="calm">没有导出、打印过名单，也没有打开过材料。</p>')
        return
    at = paged(st.query_params.get("taken_page"), total, PAGE)
    left = ask_uncached(screen, taken_since, since, offset=at.offset)
    with screen.engine.connect() as connection:
        actors = {actor: actor_name(connection, actor) for actor in {one.actor for one in left}}
    rows = pd.DataFrame(
        [(one.at.replace("T", " "), actors[one.actor], one.address, audit.VIEWS[one.view], one.detail) for one in left],
        columns=[column.id for column in _TAKEN],
    )
    show_markup(
        table_markup(rows, _TAKEN, caption="带走了什么", look=TableLook(whole=True, cards=True))
        + pager_markup(at.page, at.pages, f"共 {total:,} 次", lambda to: admin_link(screen, "oversight", taken_page=to))
    )


def _show_strange(screen: Screen) -> None:
    show_markup(heading("异常查看", f"近 {DAYS} 天扫码和打开档案的记录里，哪些不寻常"))
    since = (screen.today - timedelta(days=DAYS)).isoformat()
    patterns = ask_uncached(screen, audit.patterns, since)
    if not patterns:
        show_markup('<p class="calm">没有发现异常。下面这些情况会列出来：</p>' + _explained())
        return
    ids = [one.household for one in patterns if one.household is not None]
    rows = ask_uncached(screen, by_ids, ids, screen.month) if ids else None
    households = {} if rows is None else {int(row.id): row for row in rows.itertuples()}
    with screen.engine.connect() as connection:
        actors = {one.actor: actor_name(connection, one.actor) for one in patterns if one.actor}
    lines = "".join(_line(screen, one, households, actors) for one in patterns)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("日期", "情况", "次数", "谁", "起止"))
    show_markup(
        f'<div class="table whole cards"><table><caption>异常</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div><details><summary>怎样算异常</summary>{_explained()}</details>"
    )


def _line(screen: Screen, one: Pattern, households: Mapping[int, Row], actors: Mapping[str, str]) -> str:
    who = [escape(actors[one.actor])] if one.actor else []
    who += [f"地址 {escape(one.address)}"] if one.address else []
    if one.household is not None:
        who.append(_opened(screen, households[one.household]) if one.household in households else "某户")
    cells = {
        "日期": escape(one.day),
        "情况": f"<b>{escape(PATTERNS[one.kind].label)}</b>",
        "次数": f"{one.count:,}",
        "谁": " · ".join(who),
        "起止": f"{escape(one.first[11:16])} 至 {escape(one.last[11:16])}",
    }
    return f"<tr>{''.join(f'<td data-label={name}>{cell}</td>' for name, cell in cells.items())}</tr>"


def _opened(screen: Screen, row: Row) -> str:
    url = screen.link(HOUSEHOLD, region=row.village, household=int(row.id))
    return link(f"{escape(row.village_name)} {escape(row.head)}", url, style="underlined")


def _explained() -> str:
    kinds = "".join(f"<li><b>{escape(kind.label)}</b>：{escape(kind.explanation)}</li>" for kind in PATTERNS.values())
    return f'<ul class="explained">{kinds}</ul>'
