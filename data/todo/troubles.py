"""上游风险: projects that the rules found and nobody has judged yet, and marks that are not lifted.

Those of a village or township are the township's to judge, the others the county's.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, select

from data.access.roles import APPROVE, PROJECTS
from data.access.viewer import Viewer, within_sql
from data.figures.sources import PROJECT_BEGUN_SQL
from data.model import project, trouble
from data.months import last_day, month_of
from data.projects.troubles import FOUND, MARKED, rule_bounds
from data.todo.clocks import Desk, Source, Told, Waits

_TOWNSHIP = 9  # digits of a township's code
_COUNTY_OFFICE, _TOWNSHIP_OFFICE = "县级", "乡镇"


def _here(desk: Desk, column: str) -> tuple[str, dict[str, object]] | None:
    """Clause and what is bound in it: those of the region that wait for the viewer, or for anybody; None for who has
    none to judge."""
    if desk.viewer.sees_own_only or (desk.mine and not desk.viewer.may(APPROVE, PROJECTS)):
        return None
    here, bound = within_sql(column, desk.region)
    if desk.mine:
        here += f" AND length({column}) {'>=' if _is_township(desk.viewer) else '<'} {_TOWNSHIP}"
    return here, bound


def _is_township(viewer: Viewer) -> bool:
    return len(viewer.region) >= _TOWNSHIP


def _office(region: str) -> str:
    return _TOWNSHIP_OFFICE if len(region) >= _TOWNSHIP else _COUNTY_OFFICE


def _suspects(desk: Desk) -> Waits | None:
    found = _here(desk, "p.region")
    if found is None:
        return None
    here, bound = found
    month = month_of(desk.today)
    bounds = rule_bounds(desk.connection, month)
    sql = f"""
        SELECT p.code AS key, p.region AS region, NULL AS due, :since AS since, NULL AS person, 1 AS number
        FROM project p JOIN month m ON m.month = :month
        WHERE {here} AND {PROJECT_BEGUN_SQL} AND {FOUND} AND NOT {MARKED}"""
    return Waits(sql, {**bound, **bounds, "month": month, "since": last_day(bounds["whole"])})


def _tell_suspects(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    p = project.c
    named = select(p.code, p.name, p.region).where(p.code.in_([row["key"] for row in rows]))
    return {
        code: Told(
            f"{name}：收益异常，核实后标记或排除",
            "projects",
            {"region": region, "view": "risk", "found": code},
            _office(region),
        )
        for code, name, region in desk.connection.execute(named)
    }


def _marks(desk: Desk) -> Waits | None:
    found = _here(desk, "u.region")
    if found is None:
        return None
    here, bound = found
    sql = f"""
        SELECT CAST(u.id AS TEXT) AS key, u.region AS region, NULL AS due, u.at AS since, NULL AS person, 1 AS number
        FROM trouble u WHERE u.ended IS NULL AND {here}"""
    return Waits(sql, bound)


def _tell_marks(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    u = trouble.c
    marked = (
        select(u.id, u.region, u.operator, project.c.name)
        .outerjoin(project, project.c.code == u.project)
        .where(u.id.in_([int(row["key"]) for row in rows]))
    )
    return {
        str(id): Told(
            f"{operator or name}：风险未解除",
            "projects",
            {"region": region, "view": "risk", "trouble": id},
            _office(region),
        )
        for id, region, operator, name in desk.connection.execute(marked)
    }


SUSPECTS = Source("suspects", "系统预警", "个", PROJECTS, _suspects, _tell_suspects)
MARKS = Source("troubles", "经营风险", "个", PROJECTS, _marks, _tell_marks)
