"""The list of problems or tasks: groups, filters, the table with its pages, what is taken away, many done at once."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.matters.address import (
    BATCHES,
    RECORDS,
    WORDS,
    MatterChoice,
    filter_words,
    matter_link,
    matters_link,
    word_of,
)
from components.matters.batches import show_batch, show_done
from components.matters.markup import (
    clock_markup,
    days_words,
    groups_markup,
    level_markup,
    owner_markup,
    place_markup,
    state_markup,
)
from components.matters.people import household_url, person_url
from components.shell.asking import ask, ask_uncached
from components.shell.choosing import search_words, select
from components.shell.empty import nothing
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import PROBLEMS
from components.shell.take_away import take_away
from data.access.roles import APPROVE, EXPORT, MATTERS, WRITE
from data.matters import region as matter_lists
from data.matters.matter import Matter
from data.matters.raising import sources
from data.matters.region import PAGE, Filters
from data.paper.spreadsheet import ListColumn
from data.terms import LEVELS

_COLUMNS = (
    TableColumn("title", "事项"), TableColumn("place", "地点"), TableColumn("owner", "责任人"),
    TableColumn("deadline", "期限"), TableColumn("level", "层级"), TableColumn("state", "状态"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("code", "编号"), ListColumn("title", "事项"), ListColumn("words", "内容"), ListColumn("source", "来源"),
    ListColumn("place", "地点"), ListColumn("head", "户主"), ListColumn("owner", "责任人"),
    ListColumn("owner_unit", "责任人单位"), ListColumn("owner_phone", "电话"), ListColumn("begun", "开始", "day"),
    ListColumn("deadline", "期限", "day"), ListColumn("days", "剩余或超期"), ListColumn("level", "层级"),
    ListColumn("answering", "现由谁负责"), ListColumn("state", "状态"), ListColumn("progress", "进度", "percent"),
    ListColumn("done", "整改或完成", "day"), ListColumn("ended", "办结", "day"),
)  # fmt: skip
_MOST = 100_000  # rows in one workbook


def counts_of(screen: Screen, choice: MatterChoice) -> Mapping[str, int]:
    """How many are in each group of the list."""
    way = ask_uncached if choice.filters.words else ask  # words may be a name: nothing is kept by them
    return way(
        screen, matter_lists.counts, choice.record, screen.region.code, filters=replace(choice.filters, group="all"),
        today=screen.today, asker=screen.viewer.person,
    )  # fmt: skip


def show_list(screen: Screen, choice: MatterChoice, counts: Mapping[str, int]) -> None:
    """Everything below the tabs."""
    show_markup(
        groups_markup(counts, choice.filters.group, lambda group: matters_link(screen, choice, group=group, act=""))
    )
    _show_filters(screen, choice)
    total = counts[choice.filters.group]
    _show_acts(screen, choice, total)
    show_done()
    if not total:
        _show_nothing(choice)
        return
    at = paged(choice.page, total, PAGE)
    rows = _rows(screen, choice, offset=at.offset)
    noun = RECORDS[choice.record]
    list_shown(screen, f"{noun}清单", count=total, unit="项", filters=filter_words(choice.record, choice.filters))
    if choice.act:
        show_batch(screen, choice, rows)
    else:
        show_markup(list_markup(screen, choice, rows))
    show_markup(
        pager_markup(at.page, at.pages, f"共 {total:,} 项", lambda page: matters_link(screen, choice, page=page))
    )


def _rows(screen: Screen, choice: MatterChoice, *, offset: int = 0, limit: int = PAGE) -> list[Matter]:
    return ask_uncached(
        screen, matter_lists.page, choice.record, screen.region.code, filters=choice.filters, today=screen.today,
        sort=choice.sort, offset=offset, limit=limit,
    )  # fmt: skip


def list_markup(screen: Screen, choice: MatterChoice, rows: list[Matter]) -> str:
    """The table of a page."""
    url = partial(person_url, screen)
    frame = pd.DataFrame({"matter": rows, **{column.id: [""] * len(rows) for column in _COLUMNS}})
    sorts = {"title": "title", "place": "place", "owner": "owner", "deadline": "deadline"}
    return table_markup(
        frame,
        _COLUMNS,
        caption=f"{screen.region.name}{RECORDS[choice.record]}清单",
        look=TableLook(
            row_url=lambda row: matter_link(screen, row.matter.record, row.matter.code),
            opener="title",
            sort_url=lambda id: matters_link(screen, choice, sort=sorts[id]) if id in sorts else None,
            sorted_by=choice.sort,
            whole=True,
            cards=True,
            drawn={
                "title": lambda row: _title_markup(row.matter),
                "place": lambda row: place_markup(row.matter, household_url(screen, row.matter)),
                "owner": lambda row: owner_markup(row.matter, url),
                "deadline": lambda row: clock_markup(row.matter, screen.today),
                "level": lambda row: level_markup(row.matter, url),
                "state": lambda row: state_markup(row.matter),
            },
        ),
    )


def _title_markup(matter: Matter) -> str:
    words = "" if matter.words == matter.title else f"<small>{escape(matter.words or '')}</small>"
    return f'<span class="matter-title">{escape(matter.title)}{words}</span>'


def _show_filters(screen: Screen, choice: MatterChoice) -> None:
    filters = choice.filters
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="matter_filters"):
        search_words("按内容、事项或责任人查找", WORDS, example="内容、事项或责任人", longest=40)
        known = ask(screen, matter_lists.titles, choice.record, screen.region.code, today=screen.today)
        titles = list(dict.fromkeys([*(name for name, _ in known), *([filters.title] if filters.title else [])]))
        _picker("全部类别" if choice.record == "problem" else "全部任务", "title", titles, filters.title)
        if choice.record == "problem":
            with screen.engine.connect() as connection:
                _picker("全部来源", "source", list(sources(connection)), filters.source)
        _picker("全部层级", "level", ["9", "6"], str(filters.level or ""), {"9": "升到乡镇", "6": "升到县"})
        named = {"一名责任人的": filters.owner, "一户的": filters.household, "一个项目的": filters.project}
        if on := [word for word, value in named.items() if value] or filters != Filters(filters.group):
            told = "、".join(on) if isinstance(on, list) else ""
            clear = matters_link(screen, MatterChoice(choice.record, choice.view), act=choice.act)
            show_markup(
                f'<p class="calm">{f"只列{told}事项。" if told else ""}'
                f"{link('清除筛选', clear, style='underlined', data_stay='1') if not filters.words else ''}</p>",
                width="content",
            )


def _picker(everything: str, name: str, known: list[str], chosen: str, words: Mapping[str, str] | None = None) -> None:
    def called(one: str) -> str:
        return (words or {}).get(one, one) or everything

    held = chosen if chosen in known else ""
    select(everything, name, ["", *known], held, called, of="matter", width=150, bare=True)


def _show_acts(screen: Screen, choice: MatterChoice, total: int) -> None:
    """What can be raised, done to many at once, and taken away."""
    viewer = screen.viewer
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="matter_acts"):
        ways = ""
        if viewer.may(WRITE, MATTERS):
            ways += link("登记问题", screen.link(PROBLEMS, kind="problem", **{"raise": "problem"}), style="button")
            if not viewer.sees_own_only:
                ways += link("派发任务", screen.link(PROBLEMS, kind="task", **{"raise": "task"}), style="button")
        if offered := _batches(screen, choice.record):
            chips = "".join(
                link(
                    word_of(choice.record, act),
                    matters_link(screen, choice, act="" if act == choice.act else act,
                                 group=BATCHES[choice.record][act] if act != choice.act else choice.filters.group),
                    style="chip",
                    data_stay="1",
                    **({"aria_current": "true"} if act == choice.act else {}),
                )
                for act in offered
            )  # fmt: skip
            ways += f'<span class="chips" role="group" aria-label="批量办理">批量：{chips}</span>'
        show_markup(f'<p class="matter-ways">{ways}</p>' if ways else "", width="content")
        if total and viewer.may(EXPORT, MATTERS):
            _export(screen, choice)


def _batches(screen: Screen, record: str) -> list[str]:
    """What the viewer's office does to many at once."""
    if screen.viewer.sees_own_only or not screen.viewer.may(WRITE, MATTERS):
        return []
    return [act for act in BATCHES[record] if act == "assign" or screen.viewer.may(APPROVE, MATTERS)]


def _show_nothing(choice: MatterChoice) -> None:
    noun = RECORDS[choice.record]
    if choice.filters != Filters():
        show_markup(f'<p class="calm">这里没有符合条件的{noun}。换一组看，或清除筛选。</p>')
        return
    nothing(
        f"没有在办的{noun}", f"这个区划没有登记过{noun}，或都已办结。", f"有新情况时按“登记问题”或“派发任务”登记{noun}"
    )


def _export(screen: Screen, choice: MatterChoice) -> None:
    noun = RECORDS[choice.record]
    take_away(
        screen,
        lambda: exported(_rows(screen, choice, limit=_MOST)),
        _EXPORTED,
        what=f"{noun}清单",
        title=f"{screen.region.name}{noun}清单",
        about=f"截至 {screen.today}",
        filters=filter_words(choice.record, choice.filters),
        unit="项",
        key="export_matters",
    )


def exported(rows: list[Matter]) -> pd.DataFrame:
    """The rows of a workbook."""
    told = [
        {
            **{name: getattr(one, name) for name in ("code", "title", "words", "source", "place", "head", "owner",
                                                    "owner_unit", "owner_phone", "begun", "deadline", "progress",
                                                    "done", "ended")},
            "days": days_words(one), "level": LEVELS.get(one.level, ""), "answering": one.answering.told,
            "state": one.state_word,
        }
        for one in rows
    ]  # fmt: skip
    return pd.DataFrame(told, columns=[column.name for column in _EXPORTED])


def finding(choice: MatterChoice, counts: Mapping[str, int], mine: int) -> str:
    """What the page says first."""
    noun = "个问题" if choice.record == "problem" else "项任务"
    late, vacant = counts["overdue"], counts["vacant"]
    parts = [
        f"{counts['open']:,} {noun}在办",
        f"{late:,} 个超期" if late else "没有超期",
        f"{counts['waiting']:,} 个待核查" if counts["waiting"] else "",
        f"{mine:,} 个由我负责" if mine else "",
        f"{vacant:,} 个未明确责任人" if vacant else "",
    ]
    return "，".join(filter(None, parts))


def page_heading(screen: Screen, choice: MatterChoice, counts: Mapping[str, int], ways: str) -> str:
    """The heading with the tabs, behind them the ``ways`` of seeing (markup)."""
    tabs = "".join(
        link(word, matters_link(screen, MatterChoice(record)), style="chip",
             **({"aria_current": "true"} if record == choice.record else {}))
        for record, word in RECORDS.items()
    )  # fmt: skip
    title = finding(choice, counts, counts["mine"])
    told = f"{screen.region.name} · 截至 {screen.today} · 超期和升级按工作日计"
    return (
        heading(title, told, level=1)
        + f'<nav class="chips matter-tabs" aria-label="问题或任务，看法">{tabs}{ways}</nav>'
    )
