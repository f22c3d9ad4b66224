"""我的待办: what waits for who is signed in; for a leader what waits with whom; the day's digest."""

import logging
from datetime import date, datetime, timedelta
from threading import Thread

import pandas as pd
import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Change, Screen
from components.shell.site import PAGES, TODO
from components.shell.store import beside_session
from components.todo.address import ALL, DIGEST, MINE, REGIONS, TodoChoice, read_todo_choice, todo_link, views_of
from components.todo.markup import DIGEST_COLUMNS, items_markup, kinds_markup, told_in_short
from data.access.viewer import Viewer
from data.duties.leaders import VACANT, answering
from data.errors import WarRoomError
from data.terms import LEVELS
from data.todo import waiting
from data.todo.digest import digest
from data.todo.looks import last_look, look
from data.todo.sources import KINDS
from data.todo.waiting import PAGE, Count, Item, total

LOOK_LASTS = timedelta(minutes=10)
"""What was new when a look began stays marked so long."""
_LOOK = "todo_look"
_BY_PATH = {page.path: page for page in PAGES}
_log = logging.getLogger("warroom")


def show_todo(screen: Screen) -> None:
    """Draw the view that the address asks for."""
    below = not screen.region.is_village and not screen.viewer.sees_own_only
    views = views_of(screen.viewer, below=below)
    choice, problems = read_todo_choice(st.query_params, views)
    show_problems(problems)
    with st.container(key="todo"):
        match choice.view:
            case view if view == REGIONS:
                _show_regions(screen, choice, views)
            case view if view == DIGEST:
                _show_digest(screen, choice, views)
            case _:
                _show_list(screen, choice, views)


def _show_list(screen: Screen, choice: TodoChoice, views: dict[str, str]) -> None:
    mine = choice.view == MINE
    since = _looked(screen) if mine else ""
    asked = (screen.region.code, screen.status.built)
    counts = ask(screen, waiting.counts, *asked, person=screen.viewer.person, look=since, mine=mine)
    held = total(counts)
    _heading(screen, _finding(held, mine=mine), choice, views)
    if mine:
        lines = ask(screen, digest, *asked, person=screen.viewer.person)
        more = link("今日摘要", todo_link(screen, TodoChoice(DIGEST)), style="underlined")
        show_markup(f'<p class="calm">{escape(told_in_short(lines))}　{more}</p>')
    if not held.rows:
        _nothing(screen, mine=mine)
        return

    def url(kind: str | None, late: bool) -> str:
        return todo_link(screen, choice, kind=kind, late=late)

    show_markup(kinds_markup(counts, held, choice.kind, choice.late, url))
    chosen = held if choice.kind is None else counts.get(choice.kind, Count())
    number = chosen.late if choice.late else chosen.rows
    at = paged(choice.page, number, PAGE)
    items = _items(screen, choice, since, at.offset)
    if not items:
        show_markup('<p class="calm">这样筛选没有等办的事。</p>')
        return
    pager = pager_markup(at.page, at.pages, f"共 {number:,} 件", lambda to: todo_link(screen, choice, page=to))
    show_markup(items_markup(items, lambda one: _way(screen, one)) + pager)


def _items(screen: Screen, choice: TodoChoice, since: str, offset: int) -> list[Item]:
    """A page of them. What waits for anybody names no household, and is kept; one's own list is read anew."""
    asked, kind, late = (screen.region.code, screen.status.built), choice.kind, choice.late
    if choice.view == MINE:
        return ask_uncached(screen, waiting.waiting, *asked, look=since, kind=kind, late=late, offset=offset)
    return ask(screen, waiting.waiting, *asked, mine=False, kind=kind, late=late, offset=offset)


def _looked(screen: Screen) -> str:
    """The moment since which what came is new; that he looks now is noted beside the run."""
    actor, now = screen.viewer.actor, screen.now
    held = st.session_state.get(_LOOK)
    if held and held[0] == actor and now < held[2]:
        return str(held[1])
    before = ask_uncached(screen, last_look)
    st.session_state[_LOOK] = (actor, before, now + LOOK_LASTS)
    Thread(target=beside_session(_note), args=(screen.engine, screen.viewer, now), daemon=True).start()
    return before


def _note(engine: Engine, viewer: Viewer, now: datetime) -> None:
    try:
        look(engine, viewer, now)
    except (SQLAlchemyError, WarRoomError):  # a store at work: what is new now stays new at the next look
        _log.info("a look at what waits could not be noted")


def _finding(held: Count, *, mine: bool) -> str:
    if not held.rows:
        return "没有等您办的事" if mine else "没有等办的事"
    parts = [f"{held.rows:,} 件等您办" if mine else f"{held.rows:,} 件等办"]
    parts += [f"{held.late:,} 件已超期"] if held.late else []
    return "，".join(parts + ([f"{held.new:,} 件新到"] if held.new else []))


def _heading(screen: Screen, finding: str, choice: TodoChoice, views: dict[str, str]) -> None:
    tabs = "".join(
        link(
            escape(words),
            todo_link(screen, TodoChoice(view)),
            style="chip",
            **({"aria_current": "page"} if view == choice.view else {}),
        )
        for view, words in views.items()
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="todo_heading"):
        show_markup(heading(finding, _where(screen), level=1))
        show_markup(f'<nav class="chips views" aria-label="{escape(TODO.title)}的页面">{tabs}</nav>', width="content")


def _where(screen: Screen) -> str:
    day = date.fromisoformat(screen.status.built)
    return f"{screen.region.name} · {day.year}年{day.month}月{day.day}日"


def _nothing(screen: Screen, *, mine: bool) -> None:
    if mine:
        nothing(
            "没有等您办的事",
            "轮到您办的方案、任务、问题、走访，到了时间会自动出现在这里，超期的排在最前。",
            "看一个地方的全部待办：在上面按“本地全部”" if not screen.viewer.sees_own_only else "看您结对的户：户档案",
        )
    else:
        nothing("没有等办的事", "这个区划里没有轮到谁办的方案、任务、问题和走访。")


def _way(screen: Screen, one: Item) -> str:
    return screen.link(_BY_PATH[one.page], **one.parameters)


def _show_regions(screen: Screen, choice: TodoChoice, views: dict[str, str]) -> None:
    """What waits with whom: the sub-regions, those with most overdue first, and who answers for each."""
    today = screen.status.built
    rows = ask(screen, waiting.below, screen.region.code, today, kind=choice.kind)
    late = sum(one.total.late_things for one in rows)
    things = sum(one.total.things for one in rows)
    finding = f"各地 {things:,} 件等办，{late:,} 件已超期" if rows else "没有等办的事"
    _heading(screen, finding, choice, views)
    listed = [one for one in rows if one.total.late] if choice.late else rows
    if not rows:
        _nothing(screen, mine=False)
        return
    kinds = [id for id in KINDS if any(id in one.kinds for one in rows)]
    _region_filters(screen, choice, kinds, late)
    at = paged(choice.page, len(listed), PAGE)
    shown = listed[at.offset : at.offset + PAGE]
    first = ask_uncached(screen, answering, [one.code for one in shown], today)
    columns = [
        *(TableColumn("name", "区划"), TableColumn("who", "谁负责"), TableColumn("late", "已超期", "figure")),
        *(TableColumn("oldest", "最久", "figure"), TableColumn("things", "合计", "figure")),
        *(TableColumn(id, f"{KINDS[id].noun}（{KINDS[id].unit}）", "figure") for id in kinds),
    ]
    frame = pd.DataFrame(
        [
            {
                "code": one.code,
                "name": one.name,
                "who": told.told if (told := first[one.code]) else VACANT,
                "late": f"{one.total.late_things:,}",
                "oldest": f"{one.total.days_late(today):,} 天" if one.total.late else "—",
                "things": f"{one.total.things:,}",
                **{id: _of_kind(one.kinds.get(id)) for id in kinds},
            }
            for one in shown
        ]
    )
    kept = TodoChoice(REGIONS, choice.kind, choice.late)

    def into(code: str) -> str:
        village = len(code) == max(LEVELS)
        own = code == screen.region.code
        return todo_link(screen, TodoChoice(ALL, choice.kind, choice.late) if village or own else kept, region=code)

    show_markup(
        table_markup(
            frame,
            columns,
            caption=f"{screen.region.name}各地等办的事",
            look=TableLook(row_url=lambda row: into(row.code), opener="name", cards=True, whole=True),
        )
        + pager_markup(at.page, at.pages, f"共 {len(listed)} 个区划", lambda to: todo_link(screen, kept, page=to))
    )


def _of_kind(one: Count | None) -> str:
    if one is None:
        return "—"
    return f"{one.things:,}（超 {one.late_things:,}）" if one.late_things else f"{one.things:,}"


def _region_filters(screen: Screen, choice: TodoChoice, kinds: list[str], late: int) -> None:
    def chip(words: str, chosen: bool, **changes: Change) -> str:
        current = {"aria_current": "true"} if chosen else {}
        return link(words, todo_link(screen, choice, **changes), style="chip", data_stay="1", **current)

    chips = [chip("全部", choice.kind is None, kind=None)]
    chips += [chip(escape(one.noun), choice.kind == id, kind=id) for id, one in KINDS.items() if id in kinds]
    chips.append('<i class="gap"></i>' + chip(f"只看超期 <b>{late:,}</b>", choice.late, late=not choice.late))
    show_markup(f'<nav class="chips" aria-label="按事项筛选">{"".join(chips)}</nav>')


def _show_digest(screen: Screen, choice: TodoChoice, views: dict[str, str]) -> None:
    """Counts and ways, for a meeting in the morning: 打印本页 makes a sheet of it."""
    lines = ask(screen, digest, screen.region.code, screen.status.built, person=screen.viewer.person)
    _heading(screen, "今日摘要", choice, views)
    show_markup(f'<p class="digest">{escape(told_in_short(lines))}。</p>')
    if not lines:
        _nothing(screen, mine=True)
        return
    frame = pd.DataFrame(
        [
            {
                "kind": one.kind,
                "noun": KINDS[one.kind].noun,
                "waits": f"{one.waits.rows:,} 件",
                "late": f"{one.waits.late:,} 件" if one.waits.late else "—",
                "new": f"{one.waits.new:,} 件" if one.waits.new else "—",
                "done": "—" if one.done is None else f"{one.done:,} {KINDS[one.kind].unit}",
                "where": f"{TODO.title} › {KINDS[one.kind].noun}",
            }
            for one in lines
        ]
    )
    show_markup(
        table_markup(
            frame,
            DIGEST_COLUMNS,
            caption="今日摘要",
            look=TableLook(
                row_url=lambda row: todo_link(screen, TodoChoice(kind=row.kind)), opener="noun", cards=True, whole=True
            ),
        )
        + '<p class="calm">只有件数和办理的地方，没有姓名。开会用：右上角“打印本页”，一张 A4。</p>'
    )
