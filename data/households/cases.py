"""The case that every time of being watched has: made for those that came otherwise than by its steps, and kept in step
with 监测 where something else wrote there.

What a household's columns or 监测 say holds until a case has steps; then what was written otherwise is a step of its
own.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from data.audit import log as audit
from data.clock import written
from data.households.registers import WATCHED, Register, Row, episode_told, registers
from data.model import (
    case_paper,
    case_step,
    clue,
    episode,
    household,
    monitoring_case,
    month,
    plan_item,
)
from data.store.batches import batches
from data.store.rows import written_id

SYSTEM = "system"
_BEFORE = ("checking", "returned", "discussed", "public", "reported", "county", "decided")
_OUT = (
    "removal", "removal_returned", "removal_discussed", "removal_public", "removal_reported", "removal_county",
    "removal_decided",
)  # fmt: skip
_NEVER = ("refused", "void")
_STOOD = "stood"
"""Beside a removal's figures: what was proposed when something else than a step began or ended the episode."""
_WATCHED, _REMOVED, _VOID, _LAND = "watched", "removed", "void", "land"
_TOLD = ("kind", "risks", "risk_note", "removal", "natural_reason")
_STATES = ("type", "identified", "lifted", "relapsed", "risk_removed", "village", "collected")


class Written(Protocol):
    """An edit of a household's records (``data.households.edits.Edit``)."""

    @property
    def table(self) -> str: ...
    @property
    def before(self) -> dict[str, object] | None: ...
    @property
    def after(self) -> dict[str, object] | None: ...


def tells_of_watch(edit: Written) -> bool:
    """Whether an edit may make a household watched, or watched no more, or moves it."""
    touched = {*(edit.before or {}), *(edit.after or {})}
    return edit.table in ("episode", "household_event") or (
        edit.table == "household" and not touched.isdisjoint(_STATES)
    )


def settle_households(connection: Connection, households: Collection[int], now: datetime) -> int:
    """Let the cases of these households agree with what they are watched as; returns how many cases changed."""
    if not households:
        return 0
    first_day = str(connection.execute(select(func.min(month.c.first_day))).scalar() or now.date().isoformat())
    cases: dict[int, dict[str, Row]] = defaultdict(dict)
    villages: dict[int, str] = {}
    stepped: set[int] = set()
    for batch in batches(sorted(set(households))):
        asked = select(monitoring_case).where(monitoring_case.c.household_id.in_(batch))
        for found in connection.execute(asked).mappings():
            cases[found["household_id"]][found["code"]] = dict(found)
        asked_steps = select(case_step.c.case_id).join(monitoring_case).where(monitoring_case.c.household_id.in_(batch))
        stepped.update(connection.execute(asked_steps.distinct()).scalars())
        villages |= dict(
            connection.execute(select(household.c.id, household.c.village).where(household.c.id.in_(batch))).all()
        )
    new: list[Row] = []
    changed = 0
    for id, one in registers(connection, villages).items():
        wanted = _episodes(one, first_day)
        for code, row in wanted.items():
            held = cases[id].get(code)
            if held is None:
                new.append({"code": code, "household_id": id, "village": villages[id], "version": 1, **_as_told(row)})
            else:
                changed += _agree(connection, held, row, held["id"] in stepped, now)
        for code, held in cases[id].items():
            if code not in wanted and held["state"] not in (*_BEFORE, *_NEVER):
                changed += _never_was(connection, held, held["id"] in stepped, now)
    for some in batches(new):
        connection.execute(insert(monitoring_case), some)
    return changed + len(new)


def _episodes(one: Register, first_day: str) -> Mapping[str, Row]:
    """Code → each time that a household was watched, as 监测 holds it, or its columns tell."""
    rows = one.episodes or [row for row in [episode_told(one)] if row is not None]
    return {row["code"]: {**row, "identified": row["identified"] or first_day} for row in rows}


def _as_told(row: Row) -> Row:
    """The columns of a case of which nothing but its episode is known."""
    removed = row["removed"]
    return {
        **{name: row.get(name) for name in _TOLD}, "began": row["identified"], "since": removed or row["identified"],
        "state": _REMOVED if removed else _WATCHED,
    }  # fmt: skip


def _agree(connection: Connection, held: Row, row: Row, steps: bool, now: datetime) -> int:
    told = _as_told(row)
    if steps:
        told = {name: value for name, value in told.items() if name not in ("began", "since", "state")}
        landed = _landed(connection, held, row)
        told |= landed
        if landed and "figures" not in landed:
            told["figures"] = json.dumps({**_figures(held), _STOOD: {name: held[name] for name in _TOLD}})
        if held["state"] not in (_WATCHED, _REMOVED) and "state" not in told:
            return 0  # on its way: what is proposed stands in the case until it is decided
    values = {name: value for name, value in told.items() if held[name] != value}
    if not values:
        return 0
    if steps and "state" in values:
        _log(connection, held, str(values["state"]), str(values["since"]), now)
    _update(connection, held, values)
    return 1


def _landed(connection: Connection, held: Row, row: Row) -> Row:
    """The state of a case that has steps, where its episode was begun or ended otherwise."""
    state, removed = held["state"], row["removed"]
    if removed and state != _REMOVED:
        return {"state": _REMOVED, "since": removed}
    if not removed and state == _REMOVED and (back := _before(connection, held)).get("state") in _on_its_way(held):
        return back
    if not removed and (state in (_REMOVED, *_NEVER) or (state in _BEFORE and not held["green"])):
        return {"state": _WATCHED, "since": row["identified"]}
    return {}


def _on_its_way(held: Row) -> Collection[object]:
    """States of a case whose episode is open, but that in which nothing is on its way."""
    return (*_OUT, *(_BEFORE if held["green"] else ()))


def _before(connection: Connection, held: Row) -> Row:
    """How a case stood before the line that said what came otherwise, where nothing was done since; else empty."""
    s = case_step.c
    asked = select(s.action, s.day, s.before, s.after).where(s.case_id == held["id"]).order_by(s.id.desc())
    last, *earlier = connection.execute(asked).all()
    if last.action != _LAND or last.before is None:
        return {}
    came = (one.day for one in earlier if one.after == last.before != one.before)
    figures = _figures(held)
    stood = figures.pop(_STOOD, {})
    left = json.dumps(figures) if figures else None
    return {"state": last.before, "since": next(came, held["began"]), **stood, "figures": left}


def _figures(held: Row) -> Row:
    return dict(json.loads(held["figures"])) if held["figures"] else {}


def _never_was(connection: Connection, held: Row, steps: bool, now: datetime) -> int:
    """A case whose episode is there no more: it goes, unless something hangs on it; one that was on its way until the
    episode came otherwise goes on there."""
    if steps and (back := _before(connection, held)) and back["state"] in _BEFORE:
        _log(connection, held, back["state"], back["since"], now)
        _update(connection, held, back)
        return 1
    hangs = steps or any(
        connection.execute(select(table.c.id).where(table.c.case_id == held["id"]).limit(1)).first()
        for table in (plan_item, clue, case_paper)
    )
    if not hangs:
        connection.execute(monitoring_case.delete().where(monitoring_case.c.id == held["id"]))
        return 1
    _log(connection, held, _VOID, now.date().isoformat(), now)
    _update(connection, held, {"state": _VOID, "since": now.date().isoformat()})
    return 1


def _update(connection: Connection, held: Row, values: Row) -> None:
    one = monitoring_case.c
    connection.execute(
        update(monitoring_case).where(one.id == held["id"]).values(**values, version=held["version"] + 1)
    )


def _log(connection: Connection, held: Row, after: str, day: str, now: datetime) -> None:
    """Not before its last step: by their days steps tell how a case stood at a month's end."""
    last = connection.execute(select(func.max(case_step.c.day)).where(case_step.c.case_id == held["id"])).scalar()
    line_in(connection, held["id"], held["state"], after, max(day, last or day), now)


def line_in(connection: Connection, case: int, before: str | None, after: str, day: str, now: datetime) -> None:
    """A line of a case's history that says what came otherwise than by a step of it."""
    line = {
        "case_id": case, "at": written(now), "day": day, "actor": SYSTEM, "action": _LAND, "before": before,
        "after": after,
    }  # fmt: skip
    made = written_id(connection.execute(insert(case_step).values(line)))
    audit.wrote(connection, case_step.name, [made], actor=SYSTEM, view="approve", now=now)


def concerned(connection: Connection, where: ColumnElement[bool]) -> list[int]:
    """The households (``where``: of ``household``) that are watched, were, or have a case."""
    h = household.c
    watched = select(episode.c.household_id).union(select(monitoring_case.c.household_id))
    kinds = h.type.in_(sorted(WATCHED)) | h.risk_removed.is_not(None)
    return list(connection.execute(select(h.id).where(where, or_(kinds, h.id.in_(watched)))).scalars())
