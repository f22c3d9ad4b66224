"""导入: what a village handed in and its township has to look through; what the township gave back to be put right."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, func, select

from data.access.roles import HOUSEHOLDS, IMPORT, RECORDS, ROLES
from data.access.viewer import within, within_sql
from data.imports.way import DRAFT, SUBMITTED, WAY
from data.model import import_job, import_job_step
from data.todo.clocks import Desk, Source, Told, Waits
from data.workflow import decides

_DO = {SUBMITTED: "村里报来的数据，待审核", DRAFT: "报送的数据被退回，改好后再报"}
"""State → what is to be done by whose turn it is; a draft waits where it was given back."""


def _waits(desk: Desk) -> Waits | None:
    states = _states(desk)
    if not states:
        return None
    here, bound = within_sql("j.region", desk.region)
    sql = f"""
        SELECT CAST(j.id AS TEXT) AS key, j.region AS region, NULL AS due, j.since AS since, NULL AS person, 1 AS number
        FROM import_job j WHERE {here} AND j.state IN ({", ".join(f"'{state}'" for state in states)})
        AND (j.state <> '{DRAFT}' OR EXISTS
            (SELECT 1 FROM import_job_step s WHERE s.job = j.id AND s.action = 'return'))"""
    return Waits(sql, bound)


def _states(desk: Desk) -> list[str]:
    """The states in which something waits: for the viewer, or for anybody."""
    if desk.viewer.sees_own_only or not desk.viewer.may(IMPORT, RECORDS):
        return []
    mine = [state for state, role in WAY.turn.items() if decides(desk.viewer, role, desk.viewer.region)]
    return mine if desk.mine else list(WAY.turn)


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    asked = select(import_job.c.id, import_job.c.region, import_job.c.state)
    found = desk.connection.execute(asked.where(import_job.c.id.in_([int(row["key"]) for row in rows])))
    return {
        str(id): Told(_DO[state], "data", {"region": region, "view": "in", "job": id}, ROLES[WAY.turn[state]])
        for id, region, state in found
    }


def _done(desk: Desk, since: str) -> int:
    """How many went out of a state in which they waited for the viewer."""
    step, job = import_job_step.c, import_job.c
    found = select(func.count(step.job.distinct())).join(import_job, job.id == step.job)
    found = found.where(within(job.region, desk.region), step.at >= since, step.before != step.after)
    return desk.connection.execute(found.where(step.before.in_(_states(desk)))).scalar_one()


SOURCE = Source("imports", "数据报送", "批", HOUSEHOLDS, _waits, _tell, _done)
