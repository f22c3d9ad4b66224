"""The chart of a village's war room: households by number, who helps whom and how, what is due, what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection

from components.drawing import wording
from components.drawing.theme import LIGHT, MARKS
from components.wallcharts import panels
from components.wallcharts.maps import village_maps
from components.wallcharts.panels import TICK, Cell, Column, Panel
from components.wallcharts.sheets import Sheet
from data.access.viewer import Viewer
from data.duties.leaders import VACANT, Leader, vacant_posts
from data.duties.village_board import VillageBoard, village_board
from data.months import last_day, short_day
from data.store.batches import batches
from data.terms import HOUSEHOLD_STATES, LIFTED, TEAMS, UNLIFTED
from data.wall.leaders import leaders_on_wall
from data.wall.names import as_display
from data.wall.roster import Roster, roster
from data.wall.village import walk_on_wall

OF_VILLAGE = (
    "households",
    "persons",
    "monitored_households",
    "net_income_per_capita",
    "visit_coverage",
    "problems_open",
)
ORGANISED = ("第一书记", "驻村工作队", "党支部", "网格员")
"""Teams that make a village's war room; the others are named beside their households alone."""
GOALS = {
    state.name: "消除风险" if state.watched else {UNLIFTED: "稳定脱贫", LIFTED: "巩固成果"}.get(state.number, "")
    for state in HOUSEHOLD_STATES
}
"""户类型 → what is to come of it: what each of its kind is helped towards, which tells of nobody."""
NO_TASKS = "本月没有进行中的作战任务。"
NO_PROBLEMS = "目前没有未销号的问题。"
NO_HELPERS = "目前没有结对的帮扶责任人。"
NO_HOUSEHOLDS = "目前没有计入的户。"
SPARE = 4  # rows for the pen below tasks and problems
NUMBERS = 30  # households to a row of 责任清单: with more of them somebody has several rows
DECADES = 12
"""Columns of the matrix of time: thirds of a month."""
PASSED, PLANNED = LIGHT.sequential[2], LIGHT.sequential[0]
"""Bars of time, apart in grey too."""


@dataclass(frozen=True)
class VillageFacts:
    """What a village's chart tells: ``walk`` as ``data.wall.village.walk_on_wall`` gives it."""

    walk: pd.DataFrame
    roster: Roster
    board: VillageBoard
    leaders: tuple[Leader, ...] = ()
    missing: tuple[str, ...] = ()  # posts that must be filled and are not


def read(connection: Connection, viewer: Viewer, village: str, month: int) -> VillageFacts:
    """What everybody in the room may read of a village, whoever prints it."""
    public = as_display(viewer)
    return VillageFacts(
        walk_on_wall(connection, viewer, village, month),
        roster(connection, public, village, month),
        village_board(connection, public, village, month),
        leaders_on_wall(connection, public, [village], last_day(month), paper=True).get(village, ()),
        tuple(one.post for one in vacant_posts(connection, village, last_day(month))),
    )


def village_panels(
    connection: Connection,
    viewer: Viewer,
    village: str,
    month: int,
    asked: int | None,
    sheet: Sheet,
    rules: Sequence[str],
) -> list[Panel]:
    """The panels in their order: the numbered map, 组织架构, the rules, 责任清单, the households,
    倒排工期, 问题销号; what does not fit on one sheet goes on to the next in that order.

    ``month``: whose end it is; ``asked``: the same where it was asked for, else None, and each figure stands at its
    own."""
    facts = read(connection, viewer, village, month)
    letters = sheet.letters
    return [
        *village_maps(connection, village, facts.walk, sheet),
        organisation(facts, letters),
        panels.rules("作战室制度", rules),
        duties(facts, letters),
        households(facts, letters),
        schedule(facts, letters),
        problems(facts, letters),
    ]


def organisation(facts: VillageFacts, letters: float) -> Panel:
    """Who makes the war room: who leads the village, then team by team, with the phones of their work."""
    people = facts.roster.helping.drop_duplicates(["name", "unit", "team", "post", "phone"])
    people = people[people["team"].isin(ORGANISED)].assign(place=lambda rows: rows["team"].map(TEAMS.index))
    led = {(one.name, one.unit) for one in facts.leaders}
    people = people[[one not in led for one in zip(people["name"], people["unit"], strict=True)]]
    rows = [["负责人", panels.bold(VACANT), post, "", ""] for post in facts.missing]
    rows += [["负责人", one.name, one.post, one.unit or "", one.phone or ""] for one in facts.leaders]
    rows += [
        [row.team, row.name, _post(row.post, row.team), row.unit, row.phone]
        for row in people.sort_values(["place", "name"]).itertuples()
    ]
    columns = (Column("队伍", 5), Column("姓名", 5.4), Column("职务", 5.4), Column("单位", 12), Column("联系电话", 7))
    return panels.table("组织架构", columns, rows, letters=letters, empty=NO_HELPERS)


def _post(post: str | None, team: str) -> str:
    return post if post and post != team else ""


def duties(facts: VillageFacts, letters: float) -> Panel:
    """Who is responsible for which households: names beside the numbers of the map, who has the most of them first."""
    numbers = dict(zip(facts.walk["id"], facts.walk["number"], strict=True))
    listed = facts.roster.helping.assign(number=facts.roster.helping["household_id"].map(numbers))
    grouped = listed[listed["number"].notna()].groupby(["name", "unit", "team", "phone"], sort=False, dropna=False)
    whose = sorted(((who, sorted(of["number"].astype(int))) for who, of in grouped), key=lambda one: -len(one[1]))
    rows = [
        [name, unit, team, str(len(of)), "、".join(map(str, some))]
        for (name, unit, team, _), of in whose
        for some in batches(of, NUMBERS)
    ]
    columns = (
        Column("责任人", 4), Column("单位", 11), Column("队伍", 5), Column("户数", 2.6, "right"),
        Column("包哪些户（图上号）", 12, most=5 * NUMBERS),
    )  # fmt: skip
    note = "数字是作战图和户表上的户号"
    return panels.table("责任清单", columns, rows, letters=letters, empty=NO_HELPERS, note=note)


def households(facts: VillageFacts, letters: float) -> Panel:
    """The households by their numbers: who, what kind, where to, how, by whom, until when, and a box for the pen."""
    helpers = facts.roster.helping.groupby("household_id")["name"].agg(list).to_dict()
    measures = facts.roster.measures.groupby("household_id")["category"].agg(list).to_dict()
    due = dict(zip(facts.roster.due["household_id"], facts.roster.due["deadline"], strict=True))
    rows: list[list[object]] = [
        [
            str(row.number),
            row.head,
            "" if row.persons is None else str(row.persons),
            panels.marked(MARKS[row.state], LIGHT.states[row.state], row.state),
            GOALS[row.state],
            "、".join(measures.get(row.id, [])),
            "、".join(helpers.get(row.id, [])),
            short_day(due[row.id]) if row.id in due else "",
            TICK,
        ]
        for row in facts.walk.itertuples()
    ]
    columns = (
        Column("号", 2.5, "center"), Column("户主", 4), Column("人口", 2.6, "right"), Column("户类型", 7.2),
        Column("目标", 4.6), Column("措施", 9), Column("责任人", 8), Column("期限", 5), Column("完成", 2.6, "center"),
    )  # fmt: skip
    note = "期限：本户最近一项未办结任务或问题的期限；完成由包户责任人用笔勾"
    return panels.table("户情和帮扶", columns, rows, letters=letters, empty=NO_HOUSEHOLDS, note=note)


def _words(facts: VillageFacts, words: str, noun: str, household: int | None) -> str:
    """What a task or a problem is called; one of a household, whose words are nobody else's, by whose it is."""
    one = facts.walk[facts.walk["id"] == household]
    return words or (noun if one.empty else f"{noun}（{one['number'].iloc[0]} 号 {one['head'].iloc[0]}）")


def schedule(facts: VillageFacts, letters: float) -> Panel:
    """倒排工期: tasks down, thirds of months across from the month before on; what is done is dark, what is planned
    light, the deadline named in its third."""
    board, today = facts.board, date.fromisoformat(facts.board.as_of)
    thirds = _thirds(today)
    rows: list[list[object]] = []
    for task in board.tasks.itertuples():
        name = _words(facts, task.name, "入户任务", task.household_id)
        who: list[object] = [name, task.owner, wording.percent(task.progress, 0)]
        rows.append([*who, *_bar(task.started, task.deadline, task.finished, board.as_of, thirds), TICK])
    rows += [[*[""] * (3 + DECADES), TICK]] * SPARE
    heads = [f"{start.month}月{'上中下'[min((start.day - 1) // 10, 2)]}" for start, _ in thirds]
    columns = (
        Column("任务", 9), Column("责任人", 4), Column("进度", 3.6, "right"),
        *(Column(head, 2.2, "center") for head in heads), Column("销", 2, "center"),
    )  # fmt: skip
    note = "深色：已过的时间；浅色：计划中的时间；期：期限；→：期限在后面；超：已超期未完成；✓：已完成"
    if board.tasks.empty:
        note = NO_TASKS
    return panels.table("倒排工期", columns, rows, letters=letters, empty=NO_TASKS, note=note)


def _thirds(today: date) -> list[tuple[date, date]]:
    """The thirds of months (first and last day) from that before the month on."""
    start = (today.replace(day=1) - timedelta(days=1)).replace(day=21)
    found = []
    for _ in range(DECADES):
        if start.day < 21:
            end = start + timedelta(days=9)
        else:
            end = (start.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found.append((start, end))
        start = end + timedelta(days=1)
    return found


def _bar(
    started: str, deadline: str, finished: str | None, as_of: str, thirds: Sequence[tuple[date, date]]
) -> list[Cell]:
    cells: list[Cell] = []
    for begin, end in thirds:
        first, last = begin.isoformat(), end.isoformat()
        over = finished is None and deadline < as_of and first <= as_of <= last
        ends = first <= deadline <= last
        done = finished is not None and first <= finished <= last
        after = deadline > last and end == thirds[-1][1]
        text = "超" if over else "✓" if done else "期" if ends else "→" if after else ""
        if started > last or deadline < first:
            cells.append(panels.bold(text) if text else "")
        else:
            cells.append(panels.shaded(PASSED if last < as_of else PLANNED, text))
    return cells


def problems(facts: VillageFacts, letters: float) -> Panel:
    """问题销号: what is not closed, with white cells for what is written by hand, and rows for what comes up."""
    rows: list[list[object]] = []
    board = facts.board
    for number, row in enumerate(board.problems.itertuples(), 1):
        over = row.rectified is None and row.deadline < board.as_of
        state = "已整改待销号" if row.rectified else "超期" if over else "整改中"
        told = panels.bold(state) if over else state
        words = _words(facts, row.description, "入户问题", row.household_id)
        rows.append([str(number), row.category, words, row.owner, short_day(row.deadline), told, None, TICK])
    rows += [["", "", "", "", "", "", "", TICK]] * SPARE
    columns = (
        Column("序", 2.2, "center"), Column("类别", 4.6), Column("问题", 13), Column("责任人", 4.2), Column("期限", 5),
        Column("状态", 4.6), Column("整改情况（手写）", 9), Column("销号", 2.6, "center"),
    )  # fmt: skip
    note = "" if len(board.problems) else NO_PROBLEMS
    return panels.table("问题销号表", columns, rows, letters=letters, empty=NO_PROBLEMS, note=note)
