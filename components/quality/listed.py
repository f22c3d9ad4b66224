"""The named list of a rule: whose records, the field that is marked, the way to the form that mends it."""

from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import NO_VALUE
from components.quality.address import QualityChoice, quality_link
from components.quality.markup import field_markup, strip_markup, waiver_markup
from components.quality.mending import way_to_mend
from components.quality.rules import definitions
from components.quality.sending import may_send, show_sending
from components.quality.waiving import show_asking
from components.shell.asking import ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.said import show_said
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from components.shell.take_away import take_away
from data.access.roles import EXPORT, QUALITY
from data.paper.spreadsheet import ListColumn
from data.quality import listing
from data.quality.listing import GROUPS, PAGE, Hit
from data.rules.registry import RULES
from data.rules.rule import KINDS

_COLUMNS = (
    TableColumn("head", "户主"), TableColumn("what", "成员或记录"), TableColumn("place", "村"),
    TableColumn("field", "哪一项"), TableColumn("days", "已有"), TableColumn("waiver", "豁免"),
    TableColumn("way", "办理"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("place", "村"), ListColumn("code", "户编号"), ListColumn("head", "户主"),
    ListColumn("what", "成员或记录"),
    ListColumn("field", "哪一项"), ListColumn("value", "现在填的"), ListColumn("since", "从哪天起", "day"),
    ListColumn("days", "已有天数", "integer"), ListColumn("waiver", "豁免到", "day"),
)  # fmt: skip
_MOST = 100_000  # rows in one workbook


def show_list(screen: Screen, choice: QualityChoice) -> None:
    """Draw it."""
    counts = ask_uncached(screen, listing.counts, choice.rule, screen.region.code, screen.today)
    show_markup(_heading(screen, choice, counts["open"]))
    if choice.send and may_send(screen):
        show_sending(screen, choice)
        return
    show_markup(
        strip_markup(
            [
                (word, counts[group], quality_link(screen, choice, group=group), group == choice.group)
                for group, word in GROUPS.items()
            ],
            name="按办理情况筛选",
        )
    )
    total = counts[choice.group]
    at = paged(choice.page, total, PAGE)
    rows = ask_uncached(
        screen, listing.hits, choice.rule, screen.region.code, screen.today, group=choice.group, offset=at.offset
    )
    _show_acts(screen, choice, rows, total)
    if not rows:
        show_markup(f'<p class="calm">{escape(_nothing(choice))}</p>')
        return
    list_shown(screen, "数据质量名单", count=total, unit="条", filters=_filters(choice))
    show_markup(
        hits_markup(screen, rows, caption=f"{screen.region.name}：{RULES[choice.rule].label}")
        + pager_markup(at.page, at.pages, f"共 {total:,} 条", lambda page: quality_link(screen, choice, page=page))
    )


def _heading(screen: Screen, choice: QualityChoice, number: int) -> str:
    rule = RULES[choice.rule]
    back = link("全部规则", quality_link(screen, QualityChoice()), style="underlined")
    told = f"{KINDS[rule.kind]} · {rule.id} · {screen.region.name} · 截至 {screen.today}"
    title = f"{rule.label}：{number:,} 条待整改" if number else f"{rule.label}：没有待整改的"
    return (
        heading(title, told, level=1, more=f'<span class="more">{back}</span>')
        + f'<p class="quality-definition">{escape(definitions(screen)[rule.id])}</p>'
    )


def _nothing(choice: QualityChoice) -> str:
    if choice.group == "open":
        return "没有待整改的：都已改好，或在豁免中。改对了的当场重新检查，会自动从名单里消失。"
    return f"没有{GROUPS[choice.group]}的。"


def _filters(choice: QualityChoice) -> str:
    return f"{choice.rule} {RULES[choice.rule].label}、{GROUPS[choice.group]}"


def _show_acts(screen: Screen, choice: QualityChoice, rows: list[Hit], total: int) -> None:
    """Tasks to the villages, a waiver of one of the rows, the list to take away."""
    show_said("waiver")
    if not total:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="quality_acts"):
        if choice.group in ("open", "new") and may_send(screen):
            url = quality_link(screen, choice, send=True)
            show_markup(link("派发任务给各村", url, style="button"), width="content")
        show_asking(screen, [one for one in rows if one.waiver is None])
        if screen.viewer.may(EXPORT, QUALITY):
            _show_export(screen, choice)


def hits_markup(screen: Screen, rows: list[Hit], *, caption: str, with_rule: bool = False) -> str:
    """The table of hits. ``with_rule``: of one household, where rules differ and the household does not."""
    left = (TableColumn("rule", "规则"),) if with_rule else ()
    columns = (*left, *(one for one in _COLUMNS if not with_rule or one.id not in ("head", "place")))
    frame = pd.DataFrame({"hit": rows, **{column.id: [""] * len(rows) for column in columns}})
    return table_markup(
        frame,
        columns,
        caption=caption,
        look=TableLook(
            whole=True,
            cards=True,
            drawn={
                "rule": lambda row: escape(row.hit.rule.label),
                "head": lambda row: _head(screen, row.hit),
                "what": lambda row: escape(row.hit.what or NO_VALUE),
                "place": lambda row: escape(row.hit.place),
                "field": lambda row: field_markup(row.hit),
                "days": lambda row: _days(row.hit),
                "waiver": lambda row: waiver_markup(row.hit.waiver),
                "way": lambda row: _way(screen, row.hit),
            },
        ),
    )


def _head(screen: Screen, hit: Hit) -> str:
    if hit.household is None or not hit.head:
        return NO_VALUE
    url = screen.link(HOUSEHOLD, region=hit.village, household=hit.household)
    code = f"<small>{escape(hit.code)}</small>" if hit.code else ""
    return f'<span class="quality-head">{link(escape(hit.head), url, style="underlined")}{code}</span>'


def _days(hit: Hit) -> str:
    told = "今天" if not hit.days else f"{hit.days:,} 天"
    return f'<span title="{escape(hit.since)} 起">{told}</span>'


def _way(screen: Screen, hit: Hit) -> str:
    way = way_to_mend(screen, hit)
    return link(escape(way[0]), way[1], style="chip") if way else NO_VALUE


def _show_export(screen: Screen, choice: QualityChoice) -> None:
    take_away(
        screen,
        partial(_exported, screen, choice),
        _EXPORTED,
        what="数据质量名单",
        title=f"{screen.region.name}{RULES[choice.rule].label}名单",
        about=f"截至 {screen.today}",
        filters=_filters(choice),
        unit="条",
        key="export_hits",
    )


def _exported(screen: Screen, choice: QualityChoice) -> pd.DataFrame:
    rows = ask_uncached(
        screen, listing.exported, choice.rule, screen.region.code, screen.today, group=choice.group, most=_MOST
    )
    told = [
        {
            "place": one.place, "code": one.code, "head": one.head, "what": one.what, "field": one.label,
            "value": one.value, "since": one.since, "days": one.days, "waiver": one.waiver and one.waiver[1],
        }
        for one in rows
    ]  # fmt: skip
    return pd.DataFrame(told, columns=[column.name for column in _EXPORTED])
