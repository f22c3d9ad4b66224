"""Problems and tasks seen otherwise than as a list: by place, by owner, over the days, places by tasks on one sheet."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.gantt import Bar, BarGroup, gantt_markup
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import NO_VALUE
from components.matters.address import RECORDS, MatterChoice, filter_words, matter_link, matters_link
from components.matters.listing import counts_of
from components.matters.markup import days_words, person_markup
from components.matters.people import person_url
from components.shell.asking import ask, ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.duties import leaders
from data.duties.leaders import Leader
from data.duties.persons import doubtful_owners
from data.matters import region as matter_lists
from data.matters.matter import Matter
from data.regions import tree as regions
from data.regions.tree import Region
from data.terms import LEVELS, OWN

BARS = 60
"""On one page."""
_NAMES = 12
"""Tasks side by side on one sheet."""
_PLACES = (
    TableColumn("name", "区划"), TableColumn("answers", "由谁负责"), TableColumn("open", "在办", "integer"),
    TableColumn("overdue", "超期", "integer"), TableColumn("oldest", "最早到期"),
    TableColumn("risen", "已升级", "integer"), TableColumn("waiting", "待核查", "integer"),
    TableColumn("ended", "已办结", "integer"),
)  # fmt: skip
_OWNERS = (
    TableColumn("name", "责任人"), TableColumn("unit", "单位"), TableColumn("open", "在办", "integer"),
    TableColumn("overdue", "超期", "integer"), TableColumn("oldest", "最早到期"),
)  # fmt: skip
_DOUBTFUL = 6  # named in one sentence


def show_places(screen: Screen, choice: MatterChoice) -> None:
    """Townships or villages, the most overdue first, each with who answers there first."""
    below = _below(screen)
    rows = ask(screen, matter_lists.by_place, choice.record, screen.region.code, below=below, today=screen.today)
    noun = LEVELS[below]
    if rows.empty:
        show_markup(f'<p class="calm">没有登记过{RECORDS[choice.record]}。</p>')
        return
    heads = ask_uncached(screen, leaders.answering, list(rows["code"]), screen.today.isoformat())
    own = screen.region.code
    itself = screen.region.name if screen.region.is_village else f"{screen.region.name}{OWN}"
    rows = rows.assign(
        name=rows["name"].where(rows["code"] != own, itself),
        oldest=rows["oldest"].astype(object).where(rows["oldest"].notna(), NO_VALUE),
    )
    late = int((rows["overdue"] > 0).sum())
    title = f"{late} 个{noun}有超期" if late else f"各{noun}都没有超期"
    show_markup(
        heading(title, f"{screen.region.name} · {RECORDS[choice.record]} · 超期多的在前")
        + table_markup(
            rows.assign(answers=""),
            _PLACES,
            caption=f"各{noun}{RECORDS[choice.record]}",
            look=TableLook(
                row_url=lambda row: matters_link(screen, choice, region=row.code, view="list"),
                opener="name",
                whole=True,
                cards=True,
                drawn={
                    "answers": lambda row: _leader(screen, heads.get(row.code)),
                    "overdue": _overdue,
                },
            ),
        )
    )


def _leader(screen: Screen, one: Leader | None) -> str:
    url = partial(person_url, screen)
    return person_markup(one.person if one else None, one.told if one else None, one.phone if one else None, url)


def _overdue(row: Row) -> str:
    return f'<b class="alarm">{row.overdue:,}</b>' if row.overdue else "0"


def show_owners(screen: Screen, choice: MatterChoice) -> None:
    """Who answers for the most that is overdue."""
    rows = ask_uncached(screen, matter_lists.by_owner, choice.record, screen.region.code, today=screen.today, limit=100)
    noun = RECORDS[choice.record]
    _show_doubtful(screen, choice)
    if rows.empty:
        show_markup(f'<p class="calm">没有在办的{noun}。</p>')
        return
    list_shown(screen, f"{noun}责任人名单", count=len(rows), unit="人")
    url = partial(person_url, screen)
    late = int((rows["overdue"] > 0).sum())
    show_markup(
        heading(
            f"{late} 名责任人有超期的{noun}" if late else "没有人超期",
            f"{screen.region.name} · 超期多的在前，点姓名看他的{noun}",
        )
        + table_markup(
            rows,
            _OWNERS,
            caption=f"各责任人{noun}",
            look=TableLook(
                row_url=lambda row: _owner_url(screen, choice, row),
                opener="open",
                whole=True,
                cards=True,
                drawn={
                    "name": lambda row: person_markup(_number(row.person), row.name, row.phone, url),
                    "unit": lambda row: escape(row.unit or NO_VALUE),
                    "overdue": _overdue,
                    "oldest": lambda row: escape(row.oldest or NO_VALUE),
                },
            ),
        )
    )


def _show_doubtful(screen: Screen, choice: MatterChoice) -> None:
    """Owners in words of whom nobody knows who they are: each is to be given to a person."""
    found = ask_uncached(screen, doubtful_owners, screen.region.code)
    if not found:
        return
    url = matters_link(screen, choice, view="list", group="vacant")
    named = "、".join(f"{one.place}“{one.owner}”{one.matters} 件" for one in found[:_DOUBTFUL])
    more = f"等 {len(found)} 处" if len(found) > _DOUBTFUL else ""
    told = f"{named}{more}：写法对不上具体的人，请改派给本人"
    show_markup(f'<p class="problem">{link(escape(told), url, style="underlined")}</p>')


def _number(value: int | None) -> int | None:
    return None if pd.isna(value) else value


def _owner_url(screen: Screen, choice: MatterChoice, row: Row) -> str:
    person = _number(row.person)
    if person is None:
        return matters_link(screen, choice, view="list", group="vacant")
    return matters_link(screen, choice, view="list", owner=person, group="open")


def show_gantt(screen: Screen, choice: MatterChoice) -> None:
    """The tasks over the days, by village of a township, by township of a county; at most BARS on a page."""
    total = counts_of(screen, choice)[choice.filters.group]
    at = paged(choice.page, total, BARS)
    rows: list[Matter] = ask_uncached(
        screen, matter_lists.page, "task", screen.region.code, filters=choice.filters, today=screen.today,
        sort="place", offset=at.offset, limit=BARS,
    )  # fmt: skip
    words = filter_words("task", choice.filters)
    list_shown(screen, "任务倒排工期", count=total, unit="项", filters=words)
    show_markup(f'<p class="calm">{escape(words or "全部")} {total:,} 项，按地点排列；点横条打开任务。</p>')
    if not rows:
        show_markup('<p class="calm">没有符合条件的任务。</p>')
        return
    below = _below(screen)
    names = {one.code: one.name for one in _places(screen, below)}
    show_markup(
        gantt_markup(
            groups_of(
                rows, below, names, screen.today,
                url=partial(_task_url, screen), place_url=partial(_place_url, screen, choice),
            ),
            screen.today,
            caption=f"{screen.region.name}任务倒排工期",
        )
        + pager_markup(at.page, at.pages, f"共 {total:,} 项", lambda page: matters_link(screen, choice, page=page))
    )  # fmt: skip


def _task_url(screen: Screen, matter: Matter) -> str:
    return matter_link(screen, "task", matter.code)


def _place_url(screen: Screen, choice: MatterChoice, code: str) -> str:
    return matters_link(screen, choice, region=code)


def groups_of(
    rows: list[Matter],
    below: int,
    names: dict[str, str],
    today: date,
    url: Callable[[Matter], str],
    place_url: Callable[[str], str],
) -> list[BarGroup]:
    """The bars by the regions of a level (digits of a code), in the order of the rows."""
    held: dict[str, list[Matter]] = {}
    for one in rows:
        held.setdefault(one.region[:below], []).append(one)
    return [
        BarGroup(names.get(code, ones[0].place), place_url(code), [_bar(one, today, url(one)) for one in ones])
        for code, ones in held.items()
    ]


def _bar(one: Matter, today: date, url: str) -> Bar:
    told = days_words(one) or one.state_word
    share = 1.0 if one.waiting or one.ended else one.progress or 0.0
    return Bar(
        label=one.title,
        beside=" · ".join(filter(None, (one.place.rpartition(" ")[2], one.head, one.owner))),
        url=url,
        start=date.fromisoformat(one.begun),
        deadline=date.fromisoformat(one.deadline),
        progress=share,
        told=f"{told} {share:.0%}" if one.open else told,
        light=one.light,
        waits=one.waiting,
    )


def show_matrix(screen: Screen, choice: MatterChoice) -> None:
    """Villages or townships by tasks, on one sheet: how far each is, what is overdue."""
    known = ask(screen, matter_lists.titles, "task", screen.region.code, today=screen.today)
    names = [name for name, _ in known]
    if not names:
        show_markup('<p class="calm">没有在办的任务。</p>')
        return
    with st.popover("选择任务"):
        picked = st.multiselect(
            f"列出哪些任务（最多 {_NAMES} 项）", names, default=names[:_NAMES], max_selections=_NAMES,
            placeholder="可多选", key=f"matter_matrix_{screen.region.code}",
        )  # fmt: skip
    below = _below(screen)
    rows = ask(screen, matter_lists.matrix, screen.region.code, names=tuple(picked), below=below, today=screen.today)
    show_markup(
        heading(f"各{LEVELS[below]}任务一览", f"{screen.region.name} · {screen.today} · 进度，完成打 ✓，红色为超期项数")
        + matrix_markup(rows, picked, _places(screen, below), lambda code, name: matters_link(
            screen, choice, region=code, view="list", title=name, group="all"))
    )  # fmt: skip


def matrix_markup(rows: pd.DataFrame, names: list[str], places: list[Region], url: Callable[[str, str], str]) -> str:
    """``rows`` as of ``region.matrix``; ``url`` takes a region's code and a task's name."""
    held = {(row.place, row.name): row for row in rows.itertuples()}
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = ""
    for place in places:
        cells = "".join(f"<td>{_cell(held.get((place.code, name)), url(place.code, name))}</td>" for name in names)
        lines += f'<tr><th scope="row">{escape(place.name)}</th>{cells}</tr>'
    return (
        '<div class="table whole matter-matrix"><table><caption>任务一览</caption>'
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _cell(row: Row | None, url: str) -> str:
    if row is None:
        return NO_VALUE
    late = f'<b class="alarm">超 {row.overdue}</b>' if row.overdue else ""
    told = "✓" if row.ended == row.tasks else f"{row.progress:.0%}"
    many = f"<small>{row.ended}/{row.tasks}</small>" if row.tasks > 1 else ""
    return link(f"{told}{many}{late}", url, style="cell done" if row.ended == row.tasks else "cell")


def _below(screen: Screen) -> int:
    """The level that is told apart: townships of a county, villages of a township, of a prefecture counties."""
    return (
        next(level for level in (6, 9, 12, 99) if level > len(screen.region.code))
        if not screen.region.is_village
        else 12
    )


def _places(screen: Screen, below: int) -> list[Region]:
    """The region's own children of that level, or of a village itself."""
    if screen.region.is_village:
        return [screen.region]
    return [one for one in ask(screen, regions.children, screen.region.code) if len(one.code) == below]
