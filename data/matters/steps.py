"""What is done to problems and tasks: raised, reported, urged, extended, checked, closed, opened again, split.

Each step is one transaction: the row is held, its version compared, role and person asked, what must be true checked;
its dates, state, owner and deadline are written with a line of its log, its levels and the cube follow.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from data.access.rights import needs, require_right
from data.access.roles import APPROVE, MATTERS, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import Refused, WarRoomError
from data.figures import cube
from data.matters.levels import note_levels
from data.matters.states import CHECKERS, REGISTERS
from data.matters.who import fits, require_seen
from data.model import matter_rest, person
from data.rules.recheck import recheck_matters
from data.store.engine import writing
from data.store.rows import written_id
from data.workflow import Transition

MOST = 50
"""In one batch."""
_SYSTEM = "system"
_BEGUN = {"problem": "found", "task": "started"}
_DATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "problem": {"rectify": ("rectified",), "close": ("closed",)},
    "task": {"finish": ("finished",)},
}
"""Record → action → the dates that it sets."""
_TAKES_BACK: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "problem": {"return": ("rectified",), "refuse": ("rectified",), "reopen": ("closed", "rectified")},
    "task": {"return": ("finished",), "reopen": ("finished",)},
}
"""Record → action → the dates that it takes back: until then they stood."""


@dataclass(frozen=True)
class Given:
    """What is given with a step: words, the step's own day (None: today), an extension's or a new deadline, whose it is
    from now on (a person's id), how far a task is (fraction)."""

    reason: str = ""
    day: date | None = None
    until: date | None = None
    owner: int | None = None
    progress: float | None = None


NOTHING = Given()


@needs(WRITE, MATTERS)
def step(
    engine: Engine,
    viewer: Viewer,
    record: str,
    code: str,
    action: str,
    *,
    version: int,
    given: Given = NOTHING,
    now: datetime,
) -> str:
    """Take one step; returns the new state. Raises NotFound for what the viewer does not see, Changed where somebody
    else was first, Refused where role, person, state, dates or words do not allow it."""
    with writing(engine) as connection:
        cube.hold(connection)
        return step_within(connection, viewer, record, code, action, version=version, given=given, now=now)


@needs(WRITE, MATTERS)
def step_within(
    connection: Connection,
    viewer: Viewer,
    record: str,
    code: str,
    action: str,
    *,
    version: int,
    given: Given = NOTHING,
    now: datetime,
    shown: bool = True,
) -> str:
    """The same in a transaction of the caller's, who without ``shown`` has the figures made himself."""
    register = REGISTERS[record]
    if action in CHECKERS:
        require_right(viewer, APPROVE, MATTERS)
    held = register.locked(connection, viewer, code, version)
    require_seen(connection, viewer, record, held)
    arrow = register.transition(connection, viewer, held, action)
    if against := fits(connection, viewer, record, held, arrow):
        raise Refused(f"“{register.way.actions[action]}”{against}")
    day = _day(record, held, given.day, now.date())
    begin(connection, record, held, now)
    values = _values(connection, record, held, arrow, given, day)
    also = {"owner_id": values.get("owner_id", held["owner_id"]), "deadline": values.get("deadline", held["deadline"])}
    _rest(connection, record, held, action, day)
    register.take(
        connection, viewer, held, arrow, at=now, day=day, reason=given.reason, note=_note(connection, action, given),
        values=values, also=also,
    )  # fmt: skip
    note_levels(connection, record, [code], now.date())
    recheck_matters(connection, [code], now)
    if shown:
        cube.refresh(connection, held[register.region], now, households=False, of=f"{record}s")
    return arrow.after


@dataclass(frozen=True)
class Batch:
    """What came of a batch: how many were done, and those that were not, with why: code → words."""

    done: int
    skipped: Mapping[str, str] = field(default_factory=dict)


@needs(WRITE, MATTERS)
def batch(
    engine: Engine,
    viewer: Viewer,
    record: str,
    picked: Mapping[str, int],
    action: str,
    *,
    given: Given = NOTHING,
    now: datetime,
) -> Batch:
    """The same step for up to MOST of them (code → version), all or none: those to which it cannot be done now are
    named and left out; what then fails takes all of it back. Raises Refused for none, too
    many, or where every one of them is left out."""
    if not 0 < len(picked) <= MOST:
        raise Refused(
            f"一次最多办理 {MOST} 项，请先勾选。"
            if not picked
            else f"一次最多办理 {MOST} 项，现在勾了 {len(picked)} 项。"
        )
    register = REGISTERS[record]
    with writing(engine) as connection:
        cube.hold(connection)
        skipped: dict[str, str] = {}
        places: set[str] = set()
        for code, version in picked.items():
            if why := _against(connection, viewer, record, code, version, action):
                skipped[code] = why
                continue
            step_within(connection, viewer, record, code, action, version=version, given=given, now=now, shown=False)
            places.add(register.row(connection, viewer, code)[register.region])
        if not places:
            raise Refused(f"没有一项可以办理：{'；'.join(dict.fromkeys(skipped.values()))}")
        for place in sorted(places):
            cube.refresh(connection, place, now, households=False, of=f"{record}s")
    return Batch(len(picked) - len(skipped), skipped)


def _against(connection: Connection, viewer: Viewer, record: str, code: str, version: int, action: str) -> str:
    """Why an action cannot be taken now; '' where it can."""
    register = REGISTERS[record]
    try:
        held = register.locked(connection, viewer, code, version)
        require_seen(connection, viewer, record, held)
        return fits(connection, viewer, record, held, register.transition(connection, viewer, held, action))
    except WarRoomError as error:
        return str(error)


def begin(connection: Connection, record: str, held: RowMapping, now: datetime) -> None:
    """Before the first step of what came otherwise: a line that says how it stood."""
    register = REGISTERS[record]
    by = register.steps.c
    if connection.execute(select(by.id).where(by[record] == held["code"]).limit(1)).first():
        return
    line = {
        record: held["code"], "at": written(now), "day": held[_BEGUN[record]], "actor": _SYSTEM, "action": "begin",
        "after": "open", "owner_id": held["owner_id"], "deadline": held["deadline"],
    }  # fmt: skip
    made = [written_id(connection.execute(insert(register.steps).values(line)))]
    done = min((day for day in _ends(record, held) if day), default=None)
    if done and held["state"] != "open":
        ended = {**line, "day": done, "before": "open", "after": held["state"]}
        made.append(written_id(connection.execute(insert(register.steps).values(ended))))
    audit.wrote(connection, register.steps.name, made, actor=_SYSTEM, view="approve", now=now)


def _ends(record: str, held: RowMapping) -> list[str | None]:
    return [held["rectified"], held["closed"]] if record == "problem" else [held["finished"]]


def _day(record: str, held: RowMapping, day: date | None, today: date) -> date:
    """The step's own day: not before the matter began or its last step, nor to come."""
    if day is None:
        return today
    if day > today:
        raise Refused("日期不能晚于今天。")
    if day.isoformat() < held[_BEGUN[record]] or (held["since"] and day.isoformat() < held["since"]):
        raise Refused(f"日期早于{held['since'] or held[_BEGUN[record]]}，请核对。")
    return day


def _values(
    connection: Connection, record: str, held: RowMapping, arrow: Transition, given: Given, day: date
) -> dict[str, object]:
    """What else of the row a step writes."""
    action = arrow.action
    values: dict[str, object] = dict.fromkeys(_DATES[record].get(action, ()), day.isoformat())
    values |= dict.fromkeys(_TAKES_BACK[record].get(action, ()))
    if action == "close" and held["rectified"] is None:
        values["rectified"] = day.isoformat()
    if action == "ask":
        if given.until is None or given.until.isoformat() <= held["deadline"]:
            raise Refused(f"请选择晚于现在期限（{held['deadline']}）的日期。")
        values["asked_until"] = given.until.isoformat()
    elif action == "grant":
        values |= {"deadline": held["asked_until"], "asked_until": None}
    elif action in ("deny", "rectify", "finish", "void"):
        values["asked_until"] = None
    if action in ("reopen", "return", "refuse") and given.until is not None:
        if given.until < day:
            raise Refused("新的期限不能早于今天。")
        values["deadline"] = given.until.isoformat()
    if action == "assign":
        values |= owner_values(connection, given.owner)
    if action == "progress":
        values["progress_bp"] = _progress(given.progress)
    return values


def _progress(progress: float | None) -> int:
    if progress is None or not 0 <= progress < 1:
        raise Refused("进度应为 0 至 99%；做完了请用“报完成”。")
    return round(progress * 10_000)


def owner_values(connection: Connection, id: int | None) -> dict[str, object]:
    """The columns that say whose it is. Raises Refused for nobody, or one who is not there."""
    name = connection.execute(select(person.c.name).where(person.c.id == id)).scalar()
    if name is None:
        raise Refused("请选择责任人。")
    return {"owner_id": id, "owner": name}


def _note(connection: Connection, action: str, given: Given) -> str:
    if action == "assign":
        name = connection.execute(select(person.c.name).where(person.c.id == given.owner)).scalar()
        return f"责任人改为{name}"
    if action == "ask" and given.until:
        return f"申请延期到 {given.until}"
    if action in ("reopen", "return", "refuse") and given.until:
        return f"期限 {given.until}"
    if action == "progress" and given.progress is not None:
        return f"进度 {given.progress:.0%}"
    return ""


def _rest(connection: Connection, record: str, held: RowMapping, action: str, day: date) -> None:
    """Dates that are taken back held until this day: the past stays as it was."""
    for name in _TAKES_BACK[record].get(action, ()):
        since = held[name]
        if since and since < day.isoformat():
            what = {"record": f"{record}.{name}", "key": held["code"], "since": since}
            connection.execute(insert(matter_rest).values(until=day.isoformat(), **what))


def new_code(letter: str, now: datetime) -> str:
    """A code for what is raised here."""
    return f"{letter}{now:%Y%m%d}-{secrets.token_hex(4)}"
