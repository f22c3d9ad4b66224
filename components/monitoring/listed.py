"""The lists of cases and of planned measures: groups, filters, the table with its pages, what is taken away."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from components.drawing.groups import groups_markup
from components.drawing.markup import link
from components.drawing.tables import pager_markup
from components.monitoring.address import (
    KINDS,
    WORDS,
    MonitoringChoice,
    case_link,
    filter_words,
    monitoring_link,
)
from components.monitoring.list_markup import cases_markup, clock_words, items_markup
from components.shell.asking import ask, ask_uncached
from components.shell.choosing import search_words, select
from components.shell.empty import nothing
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.access.roles import EXPORT, MONITORING
from data.monitoring import listing
from data.monitoring.listing import GROUPS, ITEM_GROUPS, PAGE, CaseRow, Filters, ItemRow
from data.paper.spreadsheet import ListColumn
from data.terms import CASE_STATES, CLUE_SOURCES, RISKS
from data.text.official import official

GRAVE = ("late", "turn")
_MOST = 100_000  # rows in one workbook
_SORTED = {"state": "state", "due": "due", "began": "began", "head": "place"}
"""Column → the order that its heading gives."""
_EXPORTED = (
    ListColumn("code", "监测编号"), ListColumn("household", "户编号"), ListColumn("head", "户主"),
    ListColumn("place", "地点"), ListColumn("kind", "监测类型"), ListColumn("risks", "风险"),
    ListColumn("began", "线索日期", "day"), ListColumn("state", "办到哪里"), ListColumn("since", "自", "day"),
    ListColumn("turn", "等谁办"), ListColumn("due", "下一步"), ListColumn("late", "超期（天）", "integer"),
    ListColumn("green", "绿色通道", "day"),
)  # fmt: skip
_ITEMS_EXPORTED = (
    ListColumn("head", "户主"), ListColumn("place", "地点"), ListColumn("risk", "针对风险"),
    ListColumn("kind", "措施类别"), ListColumn("what", "措施"), ListColumn("who", "由谁落实"),
    ListColumn("until", "期限", "day"), ListColumn("state", "状态"),
)  # fmt: skip


def show_cases(screen: Screen, choice: MonitoringChoice, counts: Mapping[str, int]) -> None:
    """Everything below the tabs; ``counts`` as of ``listing.counts`` for these filters."""
    chosen = choice.filters.group
    show_markup(
        groups_markup(GROUPS, counts, chosen, lambda group: monitoring_link(screen, choice, group=group), grave=GRAVE)
    )
    _show_filters(screen, choice, counts[chosen])
    if not (total := counts[chosen]):
        if choice.filters == Filters():
            nothing("没有监测程序", official("这个区划没有立过案，也没有登记过监测对象。"), "核查线索后按“立案”开始")
        else:
            show_markup('<p class="calm">这里没有符合条件的户。换一组看，或清除筛选。</p>')
        return
    at = paged(choice.page, total, PAGE)
    rows = _cases(screen, choice, offset=at.offset)
    list_shown(screen, "监测程序清单", count=total, filters=filter_words(choice.filters))
    show_markup(
        cases_markup(
            rows,
            lambda one: case_link(screen, one.id),
            lambda id: monitoring_link(screen, choice, sort=_SORTED[id]) if id in _SORTED else None,
            caption=f"{screen.region.name}监测程序清单",
            sorted_by=next((id for id, sort in _SORTED.items() if sort == choice.sort), ""),
        )
        + pager_markup(at.page, at.pages, f"共 {total:,} 户", lambda page: monitoring_link(screen, choice, page=page))
    )


def _cases(screen: Screen, choice: MonitoringChoice, *, offset: int = 0, limit: int = PAGE) -> list[CaseRow]:
    return ask_uncached(
        screen, listing.cases, screen.region.code, filters=choice.filters, today=screen.today, sort=choice.sort,
        offset=offset, limit=limit,
    )  # fmt: skip


def _show_filters(screen: Screen, choice: MonitoringChoice, total: int) -> None:
    filters = choice.filters
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="case_filters"):
        search_words("按户主或编号查找", WORDS, example="户主、户编号、监测编号", longest=40)
        _picker("全部步骤", "state", CASE_STATES, filters.state)
        _picker("全部类型", "kind", {kind: kind for kind in KINDS}, filters.kind)
        _picker("全部风险", "risk", {risk: risk for risk in RISKS}, filters.risk)
        _picker("全部来源", "source", CLUE_SOURCES, filters.source)
        if filters != Filters(filters.group) and not filters.words:
            clear = monitoring_link(screen, MonitoringChoice("cases"), group=filters.group)
            show_markup(link("清除筛选", clear, style="underlined", data_stay="1"), width="content")
        if total and screen.viewer.may(EXPORT, MONITORING):
            take_away(
                screen,
                lambda: exported(_cases(screen, choice, limit=_MOST)),
                _EXPORTED,
                what="监测程序清单",
                title=f"{screen.region.name}监测程序清单",
                about=f"截至 {screen.today}",
                filters=filter_words(filters),
                unit="户",
                key="export_cases",
            )


def _picker(everything: str, name: str, known: Mapping[str, str], chosen: str) -> None:
    words = {"": everything, **known}
    select(everything, name, list(words), chosen, words.__getitem__, of="case", width=140, bare=True)


def exported(rows: Sequence[CaseRow]) -> pd.DataFrame:
    """The rows of a workbook."""
    told = [
        {
            **{name: getattr(one, name) for name in ("code", "household", "head", "place", "kind", "risks", "began",
                                                    "since", "turn", "green")},
            "state": one.state_word, "due": clock_words(one.clock, one.late), "late": one.late or None,
        }
        for one in rows
    ]  # fmt: skip
    return pd.DataFrame(told, columns=[column.name for column in _EXPORTED])


def show_plans(screen: Screen, choice: MonitoringChoice) -> None:
    """Planned measures of all plans: what is late first."""
    counts = ask(screen, listing.item_counts, screen.region.code, today=screen.today)
    show_markup(
        groups_markup(
            ITEM_GROUPS, counts, choice.group, lambda group: monitoring_link(screen, choice, group=group), grave=GRAVE
        )
    )
    if not (total := counts[choice.group]):
        if counts["all"]:
            show_markup('<p class="calm">这一组没有措施。</p>')
        else:
            nothing("还没有帮扶计划", "纳入监测的户还没有列帮扶措施。", "打开一户的程序，在“帮扶计划”里按“列措施”")
        return
    at = paged(choice.page, total, PAGE)
    list_shown(screen, "帮扶计划清单", count=total, unit="项", filters=ITEM_GROUPS[choice.group])
    with st.container(horizontal=True, key="item_acts"):
        take_away(
            screen,
            lambda: _items_exported(_items(screen, choice, limit=_MOST)),
            _ITEMS_EXPORTED,
            what="帮扶计划清单",
            title=f"{screen.region.name}帮扶计划清单",
            about=f"截至 {screen.today}",
            filters=ITEM_GROUPS[choice.group],
            unit="项",
            key="export_items",
        )
    show_markup(
        items_markup(
            _items(screen, choice, offset=at.offset),
            lambda one: case_link(screen, one.case_id),
            caption=f"{screen.region.name}帮扶计划",
            today=screen.today,
        )
        + pager_markup(at.page, at.pages, f"共 {total:,} 项", lambda page: monitoring_link(screen, choice, page=page))
    )


def _items(screen: Screen, choice: MonitoringChoice, *, offset: int = 0, limit: int = PAGE) -> list[ItemRow]:
    return ask_uncached(
        screen, listing.items, screen.region.code, group=choice.group, today=screen.today, offset=offset, limit=limit
    )


def _items_exported(rows: Sequence[ItemRow]) -> pd.DataFrame:
    names = [column.name for column in _ITEMS_EXPORTED]
    told = [{**{name: getattr(one, name) for name in names}, "state": one.state_word} for one in rows]
    return pd.DataFrame(told, columns=names)
