"""From a trouble to a task for each village behind it; what a village has is not raised a second time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, select

from data.access.rights import needs
from data.access.roles import APPROVE, PROJECTS, READ
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures import cube
from data.matters.raising import Place, add_task
from data.matters.steps import Given, step_within
from data.model import task
from data.months import month_of
from data.projects import troubles
from data.projects.shocks import shock
from data.store.engine import writing

DAYS = 10
"""Working days that are proposed."""
NAME = "上游风险排查："


@dataclass(frozen=True)
class Raised:
    """What came of it: the mark they belong to, villages with a new task, villages that had theirs already."""

    trouble: int
    made: int
    standing: int


@needs(APPROVE, PROJECTS)
def raise_tasks(
    engine: Engine,
    viewer: Viewer,
    wanted: Mapping[str, tuple[int | None, str]],
    *,
    trouble: int | None = None,
    project: str | None = None,
    now: datetime,
) -> Raised:
    """A task for each of the ``wanted`` villages (code → whose it is, a person's id, and its deadline) with households
    behind a mark, or behind a project that the rules found, which is then marked first, all in one transaction.

    Raises OutOfScope for who may not, NotFound for what is not his, Unfit for a deadline, Refused where nobody stands
    behind it, it has ended, or the rules no longer find it.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        today = troubles.today_of(connection)
        if trouble is None:
            trouble = _marked(connection, viewer, project or "", today, now)
        row = troubles.row_of(connection, viewer, trouble)
        if row.ended is not None:
            raise Refused("这条风险已经解除，不能再派发任务。")
        held = next(
            (one for one in troubles.marked(connection, viewer, row.region, month_of(today)) if one.id == trouble), None
        )
        found = held and shock(connection, viewer, row.region, month_of(today), held.projects)
        if not held or not found or not found.households:
            raise Refused("没有登记受它带动的户，不用派发任务。请先在数据模板的“项目带户”表中补录后导入。")
        standing = set(_of(connection, trouble))
        behind = [one for one in found.villages.itertuples() if one.code in wanted]
        fresh = [one for one in behind if one.code not in standing]
        for one in fresh:
            owner, deadline = wanted[one.code]
            typed = {**_typed(held.name, found.year, one), "started": today, "deadline": deadline}
            code = _code(connection, trouble, one.code)
            add_task(connection, viewer, Place(one.code), owner, typed, now, {}, code=code)
        for one in fresh:
            cube.refresh(connection, one.code, now, households=False, of="tasks")
        cube.stamp(connection, now, row.region)
    return Raised(trouble, len(fresh), len(behind) - len(fresh))


def _marked(connection: Connection, viewer: Viewer, project: str, today: str, now: datetime) -> int:
    """The mark of a project that the rules find: the one that stands, or a new one with the rules' reason."""
    month = month_of(today)
    place = troubles.place_of_project(connection, viewer, project)
    for one in troubles.marked(connection, viewer, place, month):
        if one.project == project and one.id is not None:
            return one.id
    reason = next(
        (one.reason for one in troubles.suspected(connection, viewer, place, month) if one.project == project), None
    )
    if reason is None:
        raise Refused("这个项目现在不在预警之列。要派发任务，请先写明原因标记风险。")
    return troubles.mark_within(
        connection,
        viewer,
        project=project,
        operator=None,
        place="",
        since=today,
        reason=f"系统预警：{reason}",
        now=now,
    )


# Any: a row of a frame
def _typed(name: str, year: int, village: Any) -> dict[str, str]:
    falls = f"，其中 {village.falls} 户将低于监测线" if village.falls else ""
    target = f"逐户核实 {village.households} 户，{year}年预计减收 {village.loss:,.0f} 元{falls}，定下补救措施"
    return {"name": f"{NAME}{name}", "target": target}


@needs(APPROVE, PROJECTS)
def undo(engine: Engine, viewer: Viewer, trouble: int, *, now: datetime) -> tuple[int, int]:
    """Take back the tasks of a mark that nobody has begun; how many these were, and how many go on.

    Raises as :func:`troubles.end`; Refused where there is none to take back.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        troubles.row_of(connection, viewer, trouble)
        rows = connection.execute(select(task).where(_mine(trouble), task.c.state != "void")).all()
        fresh = [row for row in rows if row.state == "open" and not row.progress_bp and row.asked_until is None]
        if not fresh:
            raise Refused("没有可撤回的任务：它们已经撤回或已经动手，或还没有派发。")
        given = Given(reason="撤回排查任务")
        for row in fresh:
            step_within(connection, viewer, "task", row.code, "void", version=row.version, given=given, now=now,
                        shown=False)  # fmt: skip
        for row in fresh:
            cube.refresh(connection, row.village, now, households=False, of="tasks")
    return len(fresh), len(rows) - len(fresh)


@needs(READ, PROJECTS)
def raised(connection: Connection, viewer: Viewer, trouble: int) -> int:
    """How many villages of the viewer's have a task of this mark."""
    return sum(viewer.may_see(village) for village in _of(connection, trouble))


@needs(READ, PROJECTS)
def without_task(connection: Connection, viewer: Viewer, villages: list[str], trouble: int | None) -> list[str]:
    """Those of the villages that have no task of this mark yet."""
    standing = set() if trouble is None else set(_of(connection, trouble))
    return [village for village in villages if village not in standing and viewer.may_see(village)]


def _of(connection: Connection, trouble: int) -> list[str]:
    """Villages that have a task of it."""
    asked = select(task.c.village).where(_mine(trouble), task.c.state != "void").distinct()
    return list(connection.execute(asked).scalars())


def _mine(trouble: int) -> ColumnElement[bool]:
    return (task.c.code >= f"YJ{trouble}-") & (task.c.code < f"YJ{trouble}.")  # "." follows "-"


def _code(connection: Connection, trouble: int, village: str) -> str:
    """The next that is free: one that was taken back keeps its own."""
    code = f"YJ{trouble}-{village}"
    taken = set(connection.execute(select(task.c.code).where(task.c.code.startswith(code))).scalars())
    return next(one for one in (code, *(f"{code}-{place}" for place in range(2, len(taken) + 3))) if one not in taken)
