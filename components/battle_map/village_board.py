"""The board of a village as markup: 扶持谁 · 谁来扶 · 怎么扶 · 进度."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.tables import Row
from data.duties.village_board import VillageBoard
from data.terms import DAY_KINDS

_HELPERS, _TASKS, _PROBLEMS, _PROJECTS, _DAYS = 3, 5, 4, 4, 1
Url = Callable[[int], str]
"""The address of a household's page by its id."""
MatterUrl = Callable[[str, str], str | None]
"""That of a problem or task (which of them, code); None for who may not open it."""


def board_markup(
    board: VillageBoard,
    counted: str,
    leaders: str,
    url: Url,
    *,
    running: bool,
    matter_url: MatterUrl = lambda record, code: None,
    watching: str = "",
) -> str:
    """The four boxes; ``counted`` is markup of the village's figures, ``leaders`` of who leads it, ``watching`` of
    its cases of 监测帮扶, ``running`` whether the month has not ended."""
    whom = _box("扶持谁", counted + _causes(board), 1)
    who = _box("谁来扶", leaders + _helpers(board), 2)
    how = _box("怎么扶", _measures(board) + _projects(board), 3)
    stuck = _problems(board, url, matter_url) + _tasks(board, url, matter_url)
    course = _box("进度", watching + _visits(board, url, running) + stuck, 4)
    return f'<div class="board"><div>{whom}{how}</div><div>{who}{course}</div></div>'


def _box(title: str, body: str, place: int) -> str:
    return f'<section style="order: {place}"><h3>{title}</h3>{body}</section>'


def _causes(board: VillageBoard) -> str:
    if board.causes.empty:
        return ""
    said = "、".join(f"{escape(row.cause)} {row.households} 户" for row in board.causes.head(5).itertuples())
    return f"<p><em>主要致贫原因</em>{said}</p>"


def _helpers(board: VillageBoard) -> str:
    if board.helpers.empty:
        return _calm("没有结对帮扶记录。")
    rows = "".join(
        f"<li><span><b>{escape(row.name)}</b> {escape(row.unit)}<small>{escape(row.team)}"
        f"{' · ' + escape(row.post) if row.post else ''}</small></span>"
        f"<span>{row.households} 户 · 走访 {row.visits} 次</span>"
        f"{f'<span class=alarm>{row.unvisited} 户本月未走访</span>' if row.unvisited else '<span>均已走访</span>'}</li>"
        for row in board.helpers.head(_HELPERS).itertuples()
    )
    return f'<ul class="people">{rows}</ul>{_more(board.helpers, _HELPERS, "名责任人")}'


def _measures(board: VillageBoard) -> str:
    if board.measures.empty:
        return _calm("没有实施中的帮扶措施。")
    said = "".join(
        f"<li>{escape(row.category)}<b>{row.households} 户</b><small>{row.measures} 项</small></li>"
        for row in board.measures.itertuples()
    )
    return f'<ul class="kinds" aria-label="实施中的帮扶措施">{said}</ul>'


def _projects(board: VillageBoard) -> str:
    if board.projects.empty:
        return ""
    rows = "".join(
        f"<li>{escape(row.name)}<small>{escape(row.kind)} · {escape(row.stage)} · 投资 {wording.money(row.investment)}"
        f"{_received(row.received)} · 带动 {row.households} 户</small></li>"
        for row in board.projects.head(_PROJECTS).itertuples()
    )
    return f'<p><em>村内项目</em></p><ul class="plain">{rows}</ul>{_more(board.projects, _PROJECTS, "个项目")}'


def _received(yuan: float | None) -> str:
    return "" if yuan is None else f" · 12个月实收 {wording.money(yuan)}"


def _visits(board: VillageBoard, url: Url, running: bool) -> str:
    day = "今日" if running else "月末当日"
    today = f"{day}走访 <b>{board.visited_today}</b> 次 · 本月 <b>{board.visited_month}</b> 次"
    last = "".join(
        f"<li>{_day(row.visited)} {escape(row.helper)} {escape(row.occasion)} {_who(row, url)}</li>"
        for row in board.visits.head(3).itertuples()
    )
    return f"<p>{today}</p>" + (f'<ul class="log">{last}</ul>' if last else "") + _days(board, url, day)


def _days(board: VillageBoard, url: Url, day: str) -> str:
    rows = "".join(
        f"<li>{DAY_KINDS[row.kind]} {escape(row.words)} {_who(row, url)}</li>"
        for row in board.days.head(_DAYS).itertuples()
    )
    told = f"<p>{day}记录 <b>{len(board.days)}</b> 条</p>"
    return f'{told}<ul class="log">{rows}</ul>' if rows else told


def _problems(board: VillageBoard, url: Url, matter_url: MatterUrl) -> str:
    if board.problems.empty:
        return "<p><em>卡点</em>没有未销号的问题。</p>"
    rows = "".join(
        f"<li>{_deadline(row.deadline, board.as_of, done=row.rectified is not None, word='已整改待销号')}"
        f"<span>{_named(matter_url('problem', row.code), '：'.join(filter(None, (row.category, row.description))))}"
        f"<small>{escape(row.owner)} {_who(row, url)}</small></span></li>"
        for row in board.problems.head(_PROBLEMS).itertuples()
    )
    return f'<p><em>卡点</em></p><ul class="due">{rows}</ul>{_more(board.problems, _PROBLEMS, "个问题")}'


def _tasks(board: VillageBoard, url: Url, matter_url: MatterUrl) -> str:
    if board.tasks.empty:
        return "<p><em>时间表</em>没有作战任务。</p>"
    rows = "".join(
        f"<li>{_deadline(row.deadline, board.as_of, done=row.finished is not None, word='已完成')}"
        f"<span>{_named(matter_url('task', row.code), row.name or '入户任务')}<small>"
        f"{escape(' · '.join(filter(None, (row.target, row.owner))))} {_who(row, url)}"
        f" · {row.started} 至 {row.deadline}</small></span>"
        f'<span class="done">{row.progress:.0%}<i><i style="width: {row.progress:.0%}"></i></i></span></li>'
        for row in board.tasks.head(_TASKS).itertuples()
    )
    return f'<p><em>时间表</em></p><ul class="due">{rows}</ul>{_more(board.tasks, _TASKS, "项任务")}'


def _deadline(deadline: str, as_of: str, *, done: bool, word: str) -> str:
    if done:
        return f'<span class="days calm">{word}</span>'
    days = (date.fromisoformat(as_of) - date.fromisoformat(deadline)).days
    if days > 0:
        return f'<span class="days alarm">超 {days} 天</span>'
    return f'<span class="days">{f"还有 {-days} 天" if days else "今天到期"}</span>'


def _named(url: str | None, words: str) -> str:
    return link(escape(words), url, style="plain") if url else escape(words)


def _who(row: Row, url: Url) -> str:
    if row.household_id is None or row.head is None:
        return ""
    return link(escape(row.head), url(row.household_id), style="underlined")


def _day(iso: str) -> str:
    return f"{int(iso[5:7])}月{int(iso[8:10])}日"


def _more(frame: pd.DataFrame, shown: int, noun: str) -> str:
    return f'<p class="calm">另有 {len(frame) - shown} {noun}</p>' if len(frame) > shown else ""


def _calm(sentence: str) -> str:
    return f'<p class="calm">{sentence}</p>'
