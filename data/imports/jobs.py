"""What was handed in, as it stands: handing in, answering, the steps of its way; who may do what is asked here.

A step that asks for work leaves it in ``import_job.work``; a process of its own takes it from there
(``data.imports.running``), whoever starts it (``data.imports.spawning``).
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, func, or_, select

from data.access.actors import PERSON, actor_name
from data.access.rights import needs, require_right
from data.access.roles import BOUNDARIES, IMPORT, RECORDS
from data.access.viewer import Viewer, within
from data.clock import written
from data.errors import Refused
from data.figures import cube
from data.imports import files
from data.imports.files import GivenFile
from data.imports.way import CHECK, REGISTER, SUBMITTED, WORK
from data.intake.questions import Answers
from data.model import import_job, person
from data.store.engine import writing
from data.text.signs import seen
from data.workflow import Step, Transition

WORKBOOK, BOUNDARY = "workbook", "boundaries"
KINDS = {WORKBOOK: "数据", BOUNDARY: "边界"}
PAGE = 20
BROWSER = "网页"
"""From where it is done, as the log has it."""
_BUSY = "正在处理，请等它做完。"


@dataclass(frozen=True)
class Job:
    """One hand-in. ``who``: in words; ``work``: what a process has to do to it now, '' nothing; ``facts``: what the
    last check or write found (each kind's own); ``why``: a sentence, where the last work failed; ``run``: the import
    that it became; ``emptied``: when its files were removed."""

    id: int
    kind: str
    region: str
    actor: str
    who: str
    made: str
    state: str
    version: int
    since: str
    work: str
    files: tuple[GivenFile, ...]
    answers: Mapping[str, str]
    facts: Mapping[str, object]
    why: str
    run: int | None
    emptied: str | None

    @property
    def checked(self) -> bool:
        """Whether a check has gone through since the files or the answers last changed."""
        return self.work != CHECK and not self.why and bool(self.facts)

    @property
    def may_be_written(self) -> bool:
        """Whether the last check found nothing against it: each kind's check says so in its facts."""
        return self.checked and bool(self.facts.get("may"))


@dataclass(frozen=True)
class Wanted:
    """What of the list is wanted; '' is all. ``text``: part of a file's name or of the name of who handed it in."""

    kind: str = ""
    state: str = ""
    text: str = ""


@needs(IMPORT, RECORDS)
def hand_in(engine: Engine, viewer: Viewer, kind: str, given: Sequence[tuple[str, IO[bytes]]], *, now: datetime) -> int:
    """Keep the files and ask for their check; the job's number. Raises Refused as ``files.receive`` does, and NoRight
    for boundaries of who may not."""
    if kind not in KINDS:
        raise Refused("没有这种导入。")
    if kind == BOUNDARY:
        require_right(viewer, IMPORT, BOUNDARIES)
    received, taken = files.receive(engine, given)
    try:
        with writing(engine) as connection:
            values = {
                "kind": kind,
                "region": viewer.region,
                "actor": viewer.actor,
                "made": written(now),
                "work": CHECK,
                "ordered": _ordered(viewer),
                "files": json.dumps([vars(one) for one in taken], ensure_ascii=False),
                "answers": "{}",
                "facts": "{}",
                "why": "",
            }
            job = REGISTER.add(connection, viewer, "hand_in", values, at=now)
            files.settle(engine, received, job)
            return job
    except BaseException:
        shutil.rmtree(received, ignore_errors=True)
        raise


@needs(IMPORT, RECORDS)
def job(connection: Connection, viewer: Viewer, id: int) -> Job:
    """One of them; raises NotFound where there is none in the viewer's region."""
    return _job(connection, REGISTER.row(connection, viewer, id))


@needs(IMPORT, RECORDS)
def jobs(connection: Connection, viewer: Viewer, wanted: Wanted = Wanted(), page: int = 1) -> tuple[list[Job], int]:
    """A page of what was handed in from the viewer's region, the latest first, and how many there are in all."""
    clause = _wanted(connection, viewer, wanted)
    total = connection.execute(select(func.count()).select_from(import_job).where(clause)).scalar_one()
    asked = select(import_job).where(clause).order_by(import_job.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [_job(connection, row) for row in connection.execute(asked).mappings()], total


def _wanted(connection: Connection, viewer: Viewer, wanted: Wanted) -> ColumnElement[bool]:
    column = import_job.c
    parts = [within(column.region, viewer.region)]
    parts += [column.kind == wanted.kind] * bool(wanted.kind) + [column.state == wanted.state] * bool(wanted.state)
    if text := seen(wanted.text).strip():
        named = select(person.c.id).where(person.c.name.contains(text, autoescape=True))
        theirs = [f"{PERSON}{id}" for id in connection.execute(named).scalars()]
        parts.append(or_(column.files.contains(text, autoescape=True), column.actor.in_(theirs)))
    return and_(*parts)


def _job(connection: Connection, row: RowMapping) -> Job:
    return Job(
        **{name: row[name] for name in ("id", "kind", "region", "actor", "made", "state", "version", "since", "work")},
        who=actor_name(connection, row["actor"]),
        files=tuple(GivenFile(**one) for one in json.loads(row["files"])),
        answers=json.loads(row["answers"]),
        facts=json.loads(row["facts"]),
        why=row["why"],
        run=row["run"],
        emptied=row["emptied"],
    )


@needs(IMPORT, RECORDS)
def allowed(connection: Connection, viewer: Viewer, id: int) -> list[Transition]:
    """The steps that the viewer may take now; none while a process works on it."""
    held = REGISTER.row(connection, viewer, id)
    if held["work"]:
        return []
    may = REGISTER.allowed(connection, viewer, held)
    sound = _job(connection, held).may_be_written
    planned = held["kind"] == WORKBOOK  # what taking boundaries back does is plain
    may = [one for one in may if planned or one.action != "plan"]
    return [one for one in may if sound or one.action not in ("submit", "write")]


@needs(IMPORT, RECORDS)
def history(connection: Connection, viewer: Viewer, id: int) -> tuple[Step, ...]:
    """The steps that were taken, the latest first."""
    REGISTER.row(connection, viewer, id)
    return REGISTER.history(connection, viewer, id)


@needs(IMPORT, RECORDS)
def step(
    engine: Engine,
    viewer: Viewer,
    id: int,
    action: str,
    *,
    version: int,
    now: datetime,
    reason: str = "",
    answers: Answers | None = None,
) -> None:
    """Take a step of the way: answer (with ``answers``), submit, return (with a reason), write, undo, withdraw.

    Raises as ``Register.locked`` and ``transition`` do; Refused while a process works on it, and for what has not been
    checked.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        held = REGISTER.locked(connection, viewer, id, version)
        if held["work"]:
            raise Refused(_BUSY)
        arrow = REGISTER.transition(connection, viewer, held, action)
        one = _job(connection, held)
        if action == "plan" and one.kind != WORKBOOK:
            raise Refused("边界的撤回不需要试算。")
        if action in ("submit", "write") and not one.may_be_written:
            raise Refused("这些文件还没有通过校验，请先看校验结果。")
        values: dict[str, object] = {"work": WORK.get(action, "")}
        if answers is not None and action == "answer":
            values |= {"answers": json.dumps({**one.answers, **answers}, ensure_ascii=False)}
        if values["work"]:
            values |= {"why": "", "ordered": _ordered(viewer)}
        REGISTER.take(connection, viewer, held, arrow, at=now, reason=reason, values=values)
        if arrow.before != arrow.after and SUBMITTED in (arrow.before, arrow.after):  # what waits there is another
            cube.stamp(connection, now, held["region"])


def _ordered(viewer: Viewer) -> str:
    return json.dumps({"role": viewer.role, "region": viewer.region, "person": viewer.person})


def orderer(row: RowMapping) -> Viewer:
    """Who asked for the work that a process does for him now, with the right that he had then."""
    return Viewer(**json.loads(row["ordered"]))
