"""加措施, 报问题: a new one, or the end of one that runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import ask_once, finish, key
from components.shell.screen import Screen
from data.households.door import door
from data.households.entries import Saved, add_measure, close_problem, end_measure, raise_problem, rectify_problem

_AHEAD = timedelta(days=30)  # what a problem is usually given
_MEASURE = ("category", "name", "started", "ended", "amount_fen", "unit")
_PROBLEM = ("source", "category", "description", "found", "deadline", "owner")

_HINTS = {
    ("measure", "name"): "如：公益岗位、产业奖补、慢病签约",
    ("measure", "unit"): "如：镇人民政府",
    ("problem", "category"): "如：住房、饮水、政策落实",
    ("problem", "description"): "如：西屋漏雨，屋顶缺瓦",
    ("problem", "owner"): "谁来整改",
}


def draw_measure(screen: Screen, household: int) -> None:
    """The form of a measure."""
    there = ask_once(screen, "door", door, household)
    running = {row["code"]: f"{row['category']} · {row['name']}（{row['started']} 起）" for row in there.measures}
    act = _act(("新增措施", "结束措施") if running else ("新增措施",))
    if act == "新增措施":
        _new(screen, household, "measure", _MEASURE, {"started": screen.today.isoformat()}, add_measure)
    else:
        _end(screen, household, "帮扶措施 *", running, "结束日期 *", end_measure)


def draw_problem(screen: Screen, household: int) -> None:
    """The form of a problem."""
    there = ask_once(screen, "door", door, household)
    unclosed = {
        row["code"]: f"{row['category']}（{row['found']} 发现，{row['deadline']} 到期）" for row in there.problems
    }
    unrectified = {row["code"]: unclosed[row["code"]] for row in there.problems if row["rectified"] is None}
    acts = ["报新问题", *(["已整改"] if unrectified else []), *(["销号"] if unclosed else [])]
    act = _act(acts)
    if act == "已整改":
        _end(screen, household, "问题 *", unrectified, "整改日期 *", rectify_problem)
    elif act == "销号":
        _end(screen, household, "问题 *", unclosed, "销号日期 *", close_problem)
    else:
        today = screen.today
        start = {"source": "排查", "found": today.isoformat(), "deadline": (today + _AHEAD).isoformat()}
        _new(screen, household, "problem", _PROBLEM, start, raise_problem)


def _act(acts: Sequence[str]) -> str:
    if len(acts) == 1:
        return acts[0]
    return st.pills("做什么", acts, default=acts[0], required=True, label_visibility="collapsed", key=key("act"))


def _new(
    screen: Screen,
    household: int,
    table: str,
    names: tuple[str, ...],
    start: Mapping[str, str],
    add: Callable[..., Saved],
) -> None:
    with st.form(key(f"new_{table}"), enter_to_submit=False, border=False):
        typed = {
            name: entry_widgets.field(
                table,
                name,
                stored=start.get(name),
                key=key(f"{table}_{name}"),
                today=screen.today,
                hint=_HINTS.get((table, name), ""),
            )
            for name in names
        }
        finish(screen, household, lambda _: add(screen.engine, screen.viewer, household, typed, now=screen.now))


def _end(
    screen: Screen, household: int, what: str, rows: Mapping[str, str], when: str, end: Callable[..., Saved]
) -> None:
    with st.form(key(f"end_{when}"), enter_to_submit=False, border=False):
        code = st.selectbox(what, rows, format_func=rows.__getitem__, placeholder="请选择", key=key(f"which_{when}"))
        on = entry_widgets.day_field(
            when,
            key=key(f"day_{when}"),
            today=screen.today,
            start=screen.today.isoformat(),
            may_be_future="结束" in when,
        )
        finish(
            screen,
            household,
            lambda _: end(screen.engine, screen.viewer, household, code, on.isoformat() if on else "", now=screen.now),
        )
