"""Projects and operators in trouble: said so by the county or a township, or found by the rules of the settings.

A mark on an operator holds for its projects in the region of who marked it. The rules look at whole months only, so
that nobody is called late in a month that still runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import SupportsInt

import pandas as pd
from sqlalchemy import Connection, Engine, bindparam, insert, select, text, update

from data.access.masks import mask_party
from data.access.rights import needs
from data.access.roles import APPROVE, PROJECTS, READ
from data.access.viewer import Viewer, within_sql
from data.audit import log as audit
from data.clock import written
from data.errors import NO_SUCH_PROJECT, NotFound, Refused
from data.figures import cube
from data.figures.list_kinds import place_of
from data.figures.sources import PROJECT_BEGUN_SQL
from data.model import data_version, project, region, trouble
from data.model.running import open_on
from data.months import last_day
from data.settings import value_of
from data.store.engine import writing
from data.store.rows import StoredRow, written_id
from data.text.signs import seen

LONGEST_REASON = 200
NO_SUCH_TROUBLE = "没有这条风险记录，或不在您的查看范围内。请回到“上游风险”重新选择。"

STREAK = """
    (SELECT COUNT(*) FROM project_return y WHERE y.project = p.code AND y.due_fen > 0 AND y.month <= :whole
    AND y.month > COALESCE((SELECT MAX(z.month) FROM project_return z WHERE z.project = p.code AND z.due_fen > 0
    AND z.received_fen >= z.due_fen AND z.month <= :whole), 0))"""
"""How many periods with something due, up to the last whole month, were one after the other not paid in full."""
_YEAR = (
    "(SELECT SUM(y.{column}) FROM project_return y WHERE y.project = p.code AND y.month <= :whole"
    " AND y.month > :whole - 12)"
)
WHOLE_DUE, WHOLE_RECEIVED = _YEAR.format(column="due_fen"), _YEAR.format(column="received_fen")
SHORT = f"(COALESCE({WHOLE_DUE}, 0) > 0 AND COALESCE({WHOLE_RECEIVED}, 0) * 100 < :return_share * {WHOLE_DUE})"
FOUND = f"({STREAK} >= :arrears_months OR {SHORT})"
"""The rules: arrears_months periods in a row, or less than return_share per cent of twelve months' due."""
_HOLDS = (
    "(u.project = p.code OR u.operator = p.operator) AND substr(p.region, 1, length(u.region)) = u.region"
    f" AND u.since <= m.as_of AND {open_on('substr(u.ended, 1, 10)', 'm.as_of')}"
)
MARKED = f"EXISTS (SELECT 1 FROM trouble u WHERE {_HOLDS})"


@dataclass(frozen=True)
class Trouble:
    """What is in trouble: ``id`` of its row, None where the rules found it; a project's code or an operator's name.

    ``since`` and ``reason`` as marked, or for a found one why the rules found it. ``projects`` are the codes behind it,
    ``titles`` their names.
    """

    id: int | None
    name: str
    project: str | None
    operator: str | None
    region: str
    since: str | None
    reason: str
    actor: str | None
    projects: tuple[str, ...]
    titles: tuple[str, ...]


def rule_bounds(connection: Connection, month: int) -> dict[str, int]:
    """What the rules' SQL is bound to: the last whole month and the two settings."""
    as_of = connection.execute(text("SELECT as_of FROM month WHERE month = :month"), {"month": month}).scalar_one()
    return {
        "whole": month if as_of == last_day(month) else month - 1,
        "arrears_months": int(value_of(connection, "arrears_months")),
        "return_share": int(value_of(connection, "return_share")),
    }


def why_suspected(streak: int, due: int | None, received: int | None, bounds: Mapping[str, int]) -> str:
    """Why the rules found a project, in words; '' where they did not. Amounts in fen."""
    why = []
    if streak >= bounds["arrears_months"]:
        why.append(f"连续 {streak} 期没有收足应收")
    if due and (received or 0) * 100 < bounds["return_share"] * due:
        why.append(f"12个月实收只有应收的 {(received or 0) * 100 / due:.1f} %")
    return "，".join(why)


@needs(READ, PROJECTS)
def marked(connection: Connection, viewer: Viewer, place: str, month: int) -> list[Trouble]:
    """The marks that hold at the month's end on anything in the region, the newest first; their reasons, which may name
    people, are not for a wall display."""
    here, bound = within_sql("p.region", viewer.narrowed(place))
    rows = connection.execute(
        text(
            f"""
            SELECT u.id, u.project, u.operator, u.region, u.since, u.reason, u.actor, p.code, p.name
            FROM trouble u JOIN month m ON m.month = :month
            JOIN project p ON {_HOLDS} WHERE {here} ORDER BY u.since DESC, u.id DESC, p.code"""
        ),
        {**bound, "month": month},
    ).all()
    found: dict[int, Trouble] = {}
    for row in rows:
        known = found.get(row.id)
        codes = (*(known.projects if known else ()), row.code)
        titles = (*(known.titles if known else ()), row.name)
        name = mask_party(viewer, row.operator) or row.name
        reason = row.reason if viewer.sees_identity else ""
        found[row.id] = Trouble(
            row.id, name, row.project, row.operator, row.region, row.since, reason, row.actor, codes, titles
        )
    return list(found.values())


@needs(READ, PROJECTS)
def suspected(connection: Connection, viewer: Viewer, place: str, month: int) -> list[Trouble]:
    """What the rules find in the region and nobody has marked yet, the largest arrears first."""
    here, bound = within_sql("p.region", viewer.narrowed(place))
    bounds = rule_bounds(connection, month)
    rows = connection.execute(
        text(
            f"""
            SELECT p.code, p.name, p.operator, p.region, {STREAK} AS streak, {WHOLE_DUE} AS due,
            {WHOLE_RECEIVED} AS received FROM project p JOIN month m ON m.month = :month
            WHERE {here} AND {PROJECT_BEGUN_SQL} AND {FOUND} AND NOT {MARKED}
            ORDER BY COALESCE({WHOLE_DUE}, 0) - COALESCE({WHOLE_RECEIVED}, 0) DESC, p.code"""
        ),
        {**bound, **bounds, "month": month},
    ).all()
    return [
        Trouble(
            None,
            row.name,
            row.code,
            None,
            row.region,
            None,
            why_suspected(row.streak, _int(row.due), _int(row.received), bounds),
            None,
            (row.code,),
            (row.name,),
        )
        for row in rows
    ]


@needs(READ, PROJECTS)
def seen_region(viewer: Viewer, one: Trouble) -> str:
    """As much of a trouble's region as the viewer sees: a mark of the county holds in a township, too."""
    return one.region if viewer.may_see(one.region) else viewer.region


@needs(READ, PROJECTS)
def find_trouble(connection: Connection, viewer: Viewer, id: int, month: int) -> Trouble | None:
    """One mark with all it holds for, as far as the viewer sees; None where none of that number holds for him."""
    place = connection.execute(select(trouble.c.region).where(trouble.c.id == id)).scalar()
    if place is None or not (viewer.may_see(place) or viewer.region.startswith(place)):
        return None
    place = place if viewer.may_see(place) else viewer.region
    return next((one for one in marked(connection, viewer, place, month) if one.id == id), None)


@needs(READ, PROJECTS)
def supposed(
    connection: Connection,
    viewer: Viewer,
    place: str,
    month: int,
    *,
    project: str | None = None,
    operator: str | None = None,
) -> Trouble | None:
    """As if a project, or an operator with its projects in ``place``, were in trouble: to see what would be. None where
    the viewer sees no such project."""
    here, bound = within_sql("p.region", viewer.narrowed(place) if operator else viewer.region)
    rows = connection.execute(
        text(
            f"""
            SELECT p.code, p.name, p.operator, p.region FROM project p JOIN month m ON m.month = :month
            WHERE {"p.operator = :named" if operator else "p.code = :named"} AND {here} AND {PROJECT_BEGUN_SQL}
            ORDER BY p.code"""
        ),
        {**bound, "named": operator or project, "month": month},
    ).all()
    if not rows:
        return None
    codes = tuple(row.code for row in rows)
    where = place if operator else rows[0].region
    titles = tuple(row.name for row in rows)
    name = mask_party(viewer, operator) or rows[0].name
    return Trouble(None, name, project, operator, where, None, "", None, codes, titles)


def _int(value: SupportsInt | None) -> int | None:
    return None if value is None else int(value)


@needs(READ, PROJECTS)
def log(connection: Connection, viewer: Viewer, place: str, *, limit: int = 50) -> pd.DataFrame:
    """Every mark there was in the region, ended ones too: name, since, reason (None for a wall display), at, actor,
    ended, ended_actor."""
    here, bound = within_sql("u.region", viewer.narrowed(place))
    rows = connection.execute(
        text(
            f"""
            SELECT COALESCE(u.operator, (SELECT p.name FROM project p WHERE p.code = u.project)) AS name,
            u.since, u.reason, u.at, u.actor, u.ended, u.ended_actor FROM trouble u WHERE {here}
            ORDER BY u.at DESC, u.id DESC LIMIT :limit"""
        ),
        {**bound, "limit": limit},
    )
    frame = pd.DataFrame(rows.all(), columns=list(rows.keys()), dtype=object)
    return frame if viewer.sees_identity else frame.assign(reason=None)


@needs(READ, PROJECTS)
def operators(connection: Connection, viewer: Viewer, place: str) -> list[str]:
    """Who runs projects in the region."""
    here, bound = within_sql("p.region", viewer.narrowed(place))
    sql = f"SELECT DISTINCT p.operator FROM project p WHERE p.operator IS NOT NULL AND {here} ORDER BY p.operator"
    return list(connection.execute(text(sql), bound).scalars())


@needs(READ, PROJECTS)
def operators_of(connection: Connection, viewer: Viewer, projects: Sequence[str]) -> dict[str, int]:
    """Who runs these projects of the viewer's, and how many of them each."""
    here, bound = within_sql("p.region", viewer.region)
    sql = text(
        "SELECT p.operator, COUNT(*) FROM project p WHERE p.code IN :projects AND p.operator IS NOT NULL"
        f" AND {here} GROUP BY p.operator ORDER BY COUNT(*) DESC, p.operator"
    ).bindparams(bindparam("projects", expanding=True))
    return dict(connection.execute(sql, {**bound, "projects": list(projects) or [""]}).all())


@needs(APPROVE, PROJECTS)
def mark(
    engine: Engine,
    viewer: Viewer,
    *,
    project: str | None = None,
    operator: str | None = None,
    place: str = "",
    since: str,
    reason: str,
    now: datetime,
) -> int:
    """Say that a project, or an operator with its projects in ``place`` (a region's code), is in trouble; its id.

    Raises OutOfScope for who may not, NotFound for what is not his, Refused without a reason, for a day that is none
    or lies ahead, and for what is marked already.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        id = mark_within(
            connection, viewer, project=project, operator=operator, place=place, since=since, reason=reason, now=now
        )
        cube.stamp(connection, now, row_of(connection, viewer, id).region)
    return id


@needs(APPROVE, PROJECTS)
def mark_within(
    connection: Connection,
    viewer: Viewer,
    *,
    project: str | None,
    operator: str | None,
    place: str,
    since: str,
    reason: str,
    now: datetime,
) -> int:
    """The same within a transaction that holds the store already and stamps it."""
    if (project is None) == (operator is None):
        raise ValueError("either a project or an operator")
    reason = " ".join(seen(reason).split())
    if not reason:
        raise Refused("请写明原因：出了什么事、从哪里知道的。")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"原因最多 {LONGEST_REASON} 个字。")
    since = _day(connection, since)
    place = (
        place_of_project(connection, viewer, project) if project else _place(connection, viewer, operator or "", place)
    )
    same = select(trouble.c.id).where(trouble.c.ended.is_(None), trouble.c.region == place)
    same = same.where(trouble.c.project == project if project else trouble.c.operator == operator)
    if connection.execute(same).first():
        raise Refused("已经标记过，还没有解除。请刷新页面查看。")
    made = connection.execute(
        insert(trouble).values(
            project=project,
            operator=operator,
            region=place,
            since=since,
            reason=reason,
            at=written(now),
            actor=viewer.actor,
        )
    )
    _logged(connection, viewer, written_id(made), "标记风险", now)
    return written_id(made)


def _logged(connection: Connection, viewer: Viewer, id: int, what: str, now: datetime) -> None:
    audit.wrote(connection, "trouble", [id], actor=viewer.actor, view="trouble", detail=what, now=now)


def _day(connection: Connection, since: str) -> str:
    try:
        day = date.fromisoformat(since).isoformat()
    except ValueError as error:
        raise Refused("起始日期：没有这一天，请写成 2026-11-22 这样的形式。") from error
    if not "1990-01-01" <= day <= today_of(connection):
        raise Refused("起始日期：不能早于1990年，也不能在今天之后。")
    return day


def today_of(connection: Connection) -> str:
    """The day the figures stand at."""
    day: str = connection.execute(select(data_version.c.built)).scalar_one()
    return day


@needs(READ, PROJECTS)
def place_of_project(connection: Connection, viewer: Viewer, code: str) -> str:
    """The region of a project; raises NotFound, in the same words, where there is none or it is not the viewer's."""
    place: str | None = connection.execute(select(project.c.region).where(project.c.code == code)).scalar()
    if place is None or not viewer.may_see(place):
        raise NotFound(NO_SUCH_PROJECT)
    return place


def _place(connection: Connection, viewer: Viewer, operator: str, place: str) -> str:
    """The region for which an operator is marked: one that is there, of the viewer's, with projects of it."""
    viewer.narrowed(place)
    if connection.execute(select(region.c.code).where(region.c.code == place)).first() is None:
        raise Refused("请先在页面上方选定一个区划（县或乡镇），再标记经营主体。")
    here, bound = within_sql("p.region", place)
    sql = f"SELECT 1 FROM project p WHERE p.operator = :operator AND {here}"
    if connection.execute(text(sql), {**bound, "operator": operator}).first() is None:
        raise NotFound("该区划没有这个经营主体的项目，请重新选择。")
    return place


@needs(APPROVE, PROJECTS)
def end(engine: Engine, viewer: Viewer, id: int, *, now: datetime) -> None:
    """Say that the trouble is over. Raises OutOfScope for who may not, NotFound for what is not his, Refused for what
    has ended already."""
    with writing(engine) as connection:
        cube.hold(connection)
        row = row_of(connection, viewer, id)
        if row.ended is not None:
            raise Refused("这条风险已经解除过了。")
        over = {"ended": written(now), "ended_actor": viewer.actor}
        connection.execute(update(trouble).where(trouble.c.id == id).values(over))
        _logged(connection, viewer, id, "解除风险", now)
        cube.stamp(connection, now, row.region)


@needs(APPROVE, PROJECTS)
def row_of(connection: Connection, viewer: Viewer, id: int) -> StoredRow:
    """The row of a mark that the viewer may change; raises as :func:`end`."""
    row = connection.execute(select(trouble).where(trouble.c.id == id)).first()
    if row is None or not viewer.may_see(row.region):
        raise NotFound(NO_SUCH_TROUBLE)
    return row


def place_sql() -> str:
    """SQL of the place of a project: township and village, or the one region there is."""
    return place_of("p.region").sql
