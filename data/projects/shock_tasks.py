"""One click from a trouble to a task for each village behind it; the same click again makes nothing twice."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, text

from data.access.rights import needs
from data.access.roles import APPROVE, PROJECTS, READ
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures import cube
from data.model import task
from data.months import month_of
from data.projects import troubles
from data.projects.shocks import shock
from data.store.engine import writing
from data.store.rows import StoredRow

DAYS = 15
NAME = "上游风险排查："


@dataclass(frozen=True)
class Raised:
    """What came of a click: the mark it belongs to, villages with a new task, villages that had theirs already."""

    trouble: int
    made: int
    standing: int


@needs(APPROVE, PROJECTS)
def raise_tasks(
    engine: Engine, viewer: Viewer, *, trouble: int | None = None, project: str | None = None, now: datetime
) -> Raised:
    """A task for each village with households behind a mark, or behind a project that the rules found, which is then
    marked first, all in one transaction.

    Raises OutOfScope for who may not, NotFound for what is not his, Refused where nobody stands behind it, it has
    ended, or the rules no longer find it.
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
        fresh = [one for one in found.villages.itertuples() if _code(trouble, one.code) not in standing]
        for one in fresh:
            connection.execute(insert(task).values(_values(connection, trouble, held.name, found.year, one, today)))
        for one in fresh:
            cube.refresh(connection, one.code, now, households=False)
        cube.stamp(connection, now, row.region)
    return Raised(trouble, len(fresh), len(found.villages) - len(fresh))


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


def _values(
    connection: Connection,
    trouble: int,
    name: str,
    year: int,
    village: Any,  # a row of a frame
    today: str,
) -> dict[str, object]:
    falls = f"，其中 {village.falls} 户将低于监测线" if village.falls else ""
    return {
        "code": _code(trouble, village.code),
        "village": village.code,
        "household_id": None,
        "name": f"{NAME}{name}",
        "target": f"逐户核实 {village.households} 户，{year}年预计减收 {village.loss:,.0f} 元{falls}，定下补救措施",
        "started": today,
        "deadline": (date.fromisoformat(today) + timedelta(days=DAYS)).isoformat(),
        "owner": _owner(connection, village.code),
        "progress_bp": 0,
        "finished": None,
    }


def _owner(connection: Connection, village: str) -> str:
    """Who answers for most of the village's tasks; else its committee."""
    sql = (
        "SELECT owner FROM task WHERE village = :village AND substr(code, 1, 2) <> 'YJ'"
        " GROUP BY owner ORDER BY COUNT(*) DESC, owner LIMIT 1"
    )
    known = connection.execute(text(sql), {"village": village}).scalar()
    return known or "村党支部和村委会"


@needs(APPROVE, PROJECTS)
def undo(engine: Engine, viewer: Viewer, trouble: int, *, now: datetime) -> int:
    """Take the tasks of a mark away again, as long as nobody has begun any; how many there were.

    Raises as :func:`troubles.end`; Refused where there are none or one is begun, finished or has another deadline.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        troubles.row_of(connection, viewer, trouble)
        rows = connection.execute(select(task).where(_mine(trouble))).all()
        if not rows:
            raise Refused("没有可撤回的任务：它们已经撤回，或还没有派发。")
        touched = [row for row in rows if _touched(row)]
        if touched:
            raise Refused(f"有 {len(touched)} 个村已经动手或改过期限，任务不能再撤回；请在任务中逐项处理。")
        connection.execute(delete(task).where(_mine(trouble)))
        for row in rows:
            cube.refresh(connection, row.village, now, households=False)
    return len(rows)


def _touched(row: StoredRow) -> bool:
    due = (date.fromisoformat(row.started) + timedelta(days=DAYS)).isoformat()
    return row.progress_bp > 0 or row.finished is not None or row.deadline != due


@needs(READ, PROJECTS)
def raised(connection: Connection, viewer: Viewer, trouble: int) -> int:
    """How many villages of the viewer's have a task of this mark."""
    return sum(viewer.may_see(code.rpartition("-")[2]) for code in _of(connection, trouble))


def _of(connection: Connection, trouble: int) -> list[str]:
    return list(connection.execute(select(task.c.code).where(_mine(trouble))).scalars())


def _mine(trouble: int) -> ColumnElement[bool]:
    return (task.c.code >= f"YJ{trouble}-") & (task.c.code < f"YJ{trouble}.")  # "." follows "-"


def _code(trouble: int, village: str) -> str:
    return f"YJ{trouble}-{village}"
