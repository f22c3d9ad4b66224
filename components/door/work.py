"""帮扶措施, 报问题: a new one, the end of one that runs, one that was entered wrong."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import ask_once, asked_record, finish, key, standing
from components.shell.screen import Screen
from data.duties.leaders import VACANT
from data.households.door import door
from data.households.edits import Conflict
from data.households.entries import Saved, add_measure, correct_measure, end_measure
from data.matters.matter import Matter
from data.matters.raising import AHEAD, Place, kinds, owners, raise_problem, sources
from data.matters.region import Filters, page
from data.matters.steps import Given, step

_NEW, _END, _CORRECT = "新增措施", "结束措施", "改措施"
_MEASURE = ("category", "name", "started", "ended", "amount_fen", "unit")
_PROBLEM = ("description", "found", "deadline")

_HINTS = {
    ("measure", "name"): "如：公益岗位、产业奖补、慢病签约",
    ("measure", "unit"): "如：镇人民政府",
    ("problem", "description"): "如：西屋漏雨，屋顶缺瓦",
}


def draw_measure(screen: Screen, household: int) -> None:
    """The form of a measure."""
    there = ask_once(screen, "door", door, household)
    rows = {row["code"]: dict(row) for row in (*there.measures, *there.other_measures)}
    asked = asked_record(screen, rows)
    acts = (_NEW, *([_END] if there.measures else []), *([_CORRECT] if rows else []))
    act = _act(acts, _CORRECT if asked else _NEW)
    if act == _NEW:
        _new(screen, household, "measure", _MEASURE, {"started": screen.today.isoformat()}, add_measure)
    elif act == _END:
        running = {row["code"]: _called(rows[row["code"]]) for row in there.measures}
        _end(screen, household, "帮扶措施 *", running, "结束日期 *", end_measure)
    else:
        _correct(screen, household, rows, asked)


def _called(row: Mapping[str, object]) -> str:
    until = f"，{row['ended']} 止" if row["ended"] else ""
    return f"{row['category']} · {row['name']}（{row['started']} 起{until}）"


def _correct(screen: Screen, household: int, rows: Mapping[str, Mapping[str, object]], asked: str) -> None:
    """Which one, and its fields as they stand; only what differs is written."""
    codes = list(rows)
    code = st.selectbox(
        "改哪一项 *", codes, index=codes.index(asked) if asked else 0, format_func=lambda code: _called(rows[code]),
        key=key("which_measure"),
    )  # fmt: skip
    before = rows[code]
    with st.form(key(f"correct_measure_{code}"), enter_to_submit=False, border=False):
        typed = {
            name: entry_widgets.field(
                "measure", name, stored=before[name], key=key(f"measure_{code}_{name}"), today=screen.today
            )
            for name in _MEASURE
        }

        def save(conflict: Conflict | None) -> Saved:
            base = {**before, **standing(conflict, "measure")}
            return correct_measure(screen.engine, screen.viewer, household, code, base, typed, now=screen.now)

        finish(screen, household, save)


def draw_problem(screen: Screen, household: int) -> None:
    """The form of a problem: a new one, or the report that one is put right. Checked and closed it is in 督办整改."""
    filters = Filters("open", household=household)
    of_it = partial(page, record="problem", region=screen.region.code, filters=filters, today=screen.today)
    running = {one.code: one for one in ask_once(screen, "problems", of_it)}
    act = _act(("报新问题", "报整改") if running else ("报新问题",))
    (_report if act == "报整改" else _raise)(screen, household, running)


def _raise(screen: Screen, household: int, running: Mapping[str, Matter]) -> None:
    place = Place(screen.region.code, household)
    who = ask_once(screen, "owners", owners, place.region, household, screen.today)
    with screen.engine.connect() as connection:
        lists = {"source": sources(connection), "category": kinds(connection)}
    with st.form(key("new_problem"), enter_to_submit=False, border=False):
        typed = {
            name: entry_widgets.choice_field(heading, lists[name], key=key(f"problem_{name}"), start=lists[name][0])
            for heading, name in (("来源 *", "source"), ("类别 *", "category"))
        }
        start = {"found": screen.today.isoformat(), "deadline": (screen.today + AHEAD).isoformat()}
        for name in _PROBLEM:
            typed[name] = entry_widgets.field(
                "problem", name, stored=start.get(name), key=key(f"problem_{name}"), today=screen.today,
                hint=_HINTS.get(("problem", name), ""),
            )  # fmt: skip
        owner = st.selectbox(
            "责任人", who, format_func=who.__getitem__, index=0 if who else None, placeholder=VACANT,
            key=key("problem_owner"),
        )  # fmt: skip

        def save(_: Conflict | None) -> Saved:
            code = raise_problem(screen.engine, screen.viewer, place, typed, owner=owner, now=screen.now)
            return Saved(None, f"报问题：{typed['category']}", code)

        finish(screen, household, save)


def _report(screen: Screen, household: int, running: Mapping[str, Matter]) -> None:
    called = {code: f"{one.title}（{one.begun} 发现，{one.deadline} 到期）" for code, one in running.items()}
    with st.form(key("report_problem"), enter_to_submit=False, border=False):
        code = st.selectbox("问题 *", called, format_func=called.__getitem__, key=key("which_problem"))
        said = entry_widgets.text_field("怎么整改的 *", "description", key=key("said"), hint="如：已换瓦补漏，入户看过")

        def save(_: Conflict | None) -> Saved:
            given = Given(reason=said)
            step(
                screen.engine, screen.viewer, "problem", code, "rectify", version=running[code].version, given=given,
                now=screen.now,
            )  # fmt: skip
            return Saved(None, f"报整改：{running[code].title}，等上一级核查销号", code)

        finish(screen, household, save)


def _act(acts: Sequence[str], first: str | None = None) -> str:
    if len(acts) == 1:
        return acts[0]
    start = first or acts[0]
    return st.pills("做什么", acts, default=start, required=True, label_visibility="collapsed", key=key("act"))


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
