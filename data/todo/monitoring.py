"""监测帮扶: clues to pass on and to answer, cases and exits at an office's turn, planned measures to carry out,
households that are watched without any measure yet."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from sqlalchemy import RowMapping, bindparam, text

from data.access.masks import mask_name
from data.access.roles import MONITORING, ROLES, WRITE
from data.access.viewer import within_sql
from data.matters.who import person_of
from data.model import clue
from data.model.running import lasts_to
from data.monitoring import listing
from data.monitoring.clocks import months_after
from data.monitoring.dues import clue_due, compares_sql, due_sql, turn_sql
from data.monitoring.ways import CASES, CLUES, EXITS, turn_of
from data.settings import value_of
from data.terms import CASE_OPENING, CLUE_SOURCES
from data.todo.clocks import Desk, Source, Told, Waits
from data.workflow import Register, decides

_PAGE = "monitoring"
_VILLAGE = 12  # digits of a village's code
_ACCOUNT = "EXISTS (SELECT 1 FROM account a WHERE a.person_id = b.owner_id AND a.disabled IS NULL)"
_HELPED = f"""EXISTS (SELECT 1 FROM measure m WHERE m.household_id = e.household_id AND m.started <= :this_day
    AND {lasts_to("m", "e.identified")})"""


def _turns(desk: Desk, register: Register[int]) -> list[str]:
    """The states in which something of the region waits: for the viewer's office, or for anybody's."""
    if desk.viewer.sees_own_only:
        return []
    way = register.way
    mine = [state for state in way.turns_of(desk.viewer) if decides(desk.viewer, way.turn[state], desk.viewer.region)]
    return mine if desk.mine else list(way.turn)


def _listed(states: Sequence[str]) -> str:
    return f"({', '.join(map(repr, states))})"


def _asked(desk: Desk, name: str, where: str, due: str, bound: Mapping[str, object], since: str = "b.since") -> Waits:
    here, named = within_sql("b.village", desk.region)
    sql = f"""
        SELECT CAST(b.id AS TEXT) AS key, b.village AS region, {due} AS due, {since} AS since,
            NULL AS person, 1 AS number FROM {name} b WHERE {here} AND {where}"""
    return Waits(sql, {**named, **bound})


def _clues(state: str, desk: Desk) -> Waits | None:
    if state not in _turns(desk, CLUES):
        return None
    due, bound = due_sql(desk.connection, clue, [state], clue_due(desk.connection))
    return _asked(desk, "clue", f"b.state = '{state}'", due, bound)


def _tell_clues(words: str, desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    told = {}
    for row in _rows(desk, "b.subject, b.source, b.state", "clue", rows):
        whose = _head(desk, row) or (row["subject"] if desk.viewer.sees_identity else "")
        what = f"{words}：{CLUE_SOURCES[row['source']]}{f'（{whose}）' if whose else ''}"
        office = ROLES[CLUES.way.turn[row["state"]]]
        told[str(row["id"])] = Told(what, _PAGE, {"region": row["village"], "clue": row["id"]}, office)
    return told


def _cases(desk: Desk) -> Waits | None:
    states = _turns(desk, CASES)
    if not states:
        return None
    runs = listing.running(desk.connection, desk.viewer, desk.region, date.fromisoformat(desk.today))
    arms = " ".join(f"WHEN {id} THEN :due_{id}" for id in runs)  # numbers of our own
    sql = f"CASE b.id {arms} END" if arms else "CAST(NULL AS TEXT)"
    bound = {f"due_{id}": clock.first.isoformat() for id, clock in runs.items()}
    turns = turn_sql(desk.viewer.role, states, "b") if desk.mine else f"b.state IN {_listed(states)}"
    return _asked(desk, "monitoring_case", turns, sql, bound)


def _tell_cases(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    told = {}
    columns = f"b.state, b.papers_due, CASE WHEN {compares_sql('b')} THEN 1 ELSE 0 END AS compares"
    for row in _rows(desk, columns, "monitoring_case", rows):
        way = CASES.way
        papers = row["papers_due"] if row["state"] in CASE_OPENING else None
        green = f"，绿色通道手续应于 {papers} 前补齐" if papers else ""
        what = way.actions["compare"] if row["compares"] else way.states[row["state"]]
        what = f"监测{what}（{_head(desk, row)} 户）{green}"
        office = ROLES[turn_of(row["state"], "compare" if row["compares"] else None)]
        told[str(row["id"])] = Told(what, _PAGE, {"region": row["village"], "case": row["id"]}, office)
    return told


def _items(desk: Desk) -> Waits | None:
    """Of who is to carry it out; where nobody is named who can sign in, of the village."""
    whose, bound = "1 = 1", {}
    if desk.mine:
        if not desk.viewer.may(WRITE, MONITORING):
            return None
        of_a_village = len(desk.viewer.region) == _VILLAGE and not desk.viewer.sees_own_only
        instead = f" OR NOT {_ACCOUNT}" if of_a_village else ""
        whose, bound = f"(b.owner_id = :me{instead})", {"me": person_of(desk.connection, desk.viewer)}
    elif desk.viewer.sees_own_only:
        return None
    here, named = within_sql("b.village", desk.region)
    sql = f"""
        SELECT CAST(b.id AS TEXT) AS key, b.village AS region, b.until AS due, b.since AS since,
            b.owner_id AS person, 1 AS number
        FROM plan_item b WHERE {here} AND b.state IN ('planned', 'doing') AND {whose}"""
    return Waits(sql, {**named, **bound})


def _tell_items(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    return {
        str(row["id"]): Told(
            f"帮扶计划：{row['kind']} · {row['what']}（{_head(desk, row)} 户）",
            _PAGE,
            {"region": row["village"], "case": row["case_id"]},
            row["who"],
        )
        for row in _rows(desk, "b.kind, b.what, b.who, b.case_id", "plan_item", rows)
    }


def _unhelped(desk: Desk) -> Waits | None:
    """Of the village: whoever is watched since a day and has had no measure since."""
    of_a_village = len(desk.viewer.region) == _VILLAGE and desk.viewer.may(WRITE, MONITORING)
    if desk.viewer.sees_own_only or (desk.mine and not of_a_village):
        return None
    here, bound = within_sql("b.village", desk.region)
    joined = f"""monitoring_case b JOIN episode e ON e.code = b.code AND e.removed IS NULL
        WHERE {here} AND e.identified <= :this_day AND NOT {_HELPED}"""
    bound = {**bound, "this_day": desk.today}
    days = desk.connection.execute(text(f"SELECT DISTINCT e.identified FROM {joined}"), bound).scalars().all()
    months = int(value_of(desk.connection, "first_measure_months"))
    arms = " ".join(f"WHEN :day_{at} THEN :due_{at}" for at in range(len(days)))
    named = {f"day_{at}": day for at, day in enumerate(days)}
    named |= {f"due_{at}": months_after(date.fromisoformat(day), months).isoformat() for at, day in enumerate(days)}
    due = f"CASE e.identified {arms} END" if arms else "CAST(NULL AS TEXT)"
    sql = f"""
        SELECT CAST(b.id AS TEXT) AS key, b.village AS region, {due} AS due, e.identified AS since,
            NULL AS person, 1 AS number FROM {joined}"""
    return Waits(sql, {**bound, **named})


def _tell_unhelped(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    return {
        str(row["id"]): Told(
            f"首次帮扶措施还没有落实（{_head(desk, row)} 户）",
            _PAGE,
            {"region": row["village"], "case": row["id"]},
            ROLES["village"],
        )
        for row in _rows(desk, "b.state", "monitoring_case", rows)
    }


def _exits(desk: Desk) -> Waits | None:
    states = _turns(desk, EXITS)
    return _asked(desk, "exit_review", f"b.state IN {_listed(states)}", "NULL", {}) if states else None


def _tell_exits(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    way = EXITS.way
    return {
        str(row["id"]): Told(
            f"有序退出评估：{row['verdict']}，{way.states[row['state']]}（{_head(desk, row)} 户）",
            _PAGE,
            {"region": row["village"], "view": "exits", "exit": row["id"]},
            ROLES[way.turn[row["state"]]],
        )
        for row in _rows(desk, "b.verdict, b.state", "exit_review", rows)
    }


def _rows(desk: Desk, columns: str, name: str, rows: Sequence[RowMapping]) -> Sequence[RowMapping]:
    """What is told of rows of a question: the ``columns`` of ``b``, and whose it is."""
    asked = text(
        f"SELECT b.id, b.village, h.head, {columns} FROM {name} b LEFT JOIN household h ON h.id = b.household_id"
        " WHERE b.id IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
    return desk.connection.execute(asked, {"ids": [int(row["key"]) for row in rows]}).mappings().all()


def _head(desk: Desk, row: RowMapping) -> str:
    head = row["head"] or ""
    return head if desk.viewer.sees_identity else mask_name(head)


def _done(register: Register[int], actions: Sequence[str], desk: Desk, since: str) -> int:
    """How many the viewer himself brought on by one of these actions."""
    here, bound = within_sql("b.village", desk.region)
    things, steps = register.things.name, register.steps.name
    asked = text(
        f"SELECT COUNT(DISTINCT b.id) FROM {steps} s JOIN {things} b ON b.id = s.{register.key}"
        f" WHERE s.actor = :actor AND s.at >= :since AND s.action IN {_listed(actions)} AND {here}"
    )
    return int(desk.connection.execute(asked, {**bound, "actor": desk.viewer.actor, "since": since}).scalar_one())


SOURCES = (
    Source("clues_held", "待转村线索", "条", MONITORING, partial(_clues, "held"), partial(_tell_clues, "线索转村"),
            partial(_done, CLUES, ("pass", "join"))),
    Source("clues_open", "待答复线索", "条", MONITORING, partial(_clues, "open"), partial(_tell_clues, "线索核查答复"),
            partial(_done, CLUES, ("found", "join", "dismiss"))),
    Source("cases", "监测程序", "户", MONITORING, _cases, _tell_cases,
            partial(_done, CASES, tuple(one for one in CASES.way.actions if one not in ("begin", "land")))),
    Source("plan_items", "帮扶计划措施", "项", MONITORING, _items, _tell_items),
    Source("unhelped", "首次帮扶", "户", MONITORING, _unhelped, _tell_unhelped),
    Source("exits", "退出评估", "户", MONITORING, _exits, _tell_exits,
            partial(_done, EXITS, ("township", "county", "return", "amend"))),
)  # fmt: skip
