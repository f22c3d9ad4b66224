"""The many: problems or tasks of a region, filtered and paged; how many of each kind; by place, by owner, by task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer, within_sql
from data.matters.matter import LEVEL, PLACE, Matter, matters, select_of
from data.matters.states import WAITING
from data.matters.who import person_of, seen

PAGE = 50
GROUPS = {
    "open": "在办", "overdue": "超期", "soon": "三日内到期", "risen": "已升级", "waiting": "待核查",
    "asked": "申请延期", "vacant": "未明确责任人", "mine": "由我负责", "ended": "已办结", "all": "全部",
}  # fmt: skip
"""Which of them a list holds."""
_RUNS = "b.state IN ('open', 'returned')"
_CLAUSES = {
    "open": _RUNS, "overdue": f"{_RUNS} AND b.deadline < :this_day",
    "soon": f"{_RUNS} AND b.deadline >= :this_day AND b.deadline <= :soon",
    "risen": "{level} IS NOT NULL AND b.state NOT IN ('closed', 'accepted', 'void')",
    "waiting": "b.state = '{waiting}'", "asked": f"b.asked_until IS NOT NULL AND {_RUNS}",
    "vacant": f"b.owner_id IS NULL AND {_RUNS}",
    "mine": "b.owner_id = :me AND b.state NOT IN ('closed', 'accepted', 'void')",
    "ended": "b.state IN ('closed', 'accepted')", "all": "b.state <> 'void'",
}  # fmt: skip
SORTS = {
    "deadline": "CASE WHEN b.state IN ('open', 'returned') THEN 0 ELSE 1 END, b.deadline, b.code",
    "begun": "{begun} DESC, b.code",
    "place": "{place}, b.deadline, b.code",
    "title": "{title}, b.deadline, b.code",
    "owner": "COALESCE(p.name, b.owner), b.deadline, b.code",
}
_SOON = pd.Timedelta(days=3)


@dataclass(frozen=True)
class Filters:
    """What picks them out: a key of GROUPS, words of title, text or owner, a source, a kind (问题类别 or 任务名), a
    person who answers, a household, a project, a level (length of a region code) that it has gone up to."""

    group: str = "open"
    words: str = ""
    source: str = ""
    title: str = ""
    owner: int | None = None
    household: int | None = None
    project: str = ""
    level: int | None = None


@needs(READ, MATTERS)
def page(
    connection: Connection,
    viewer: Viewer,
    record: str,
    region: str,
    *,
    filters: Filters,
    today: date,
    sort: str = "deadline",
    offset: int = 0,
    limit: int = PAGE,
) -> list[Matter]:
    """Those of a region, in the order of ``sort`` (SORTS). Raises OutOfScope for one that is not the viewer's."""
    where, bound = _picked(connection, viewer, record, region, filters, today)
    begun, title = ("b.found", "b.category") if record == "problem" else ("b.started", "b.name")
    order = SORTS[sort].format(place=PLACE[record], begun=begun, title=title)
    asked = f"{select_of(record)} WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    rows = connection.execute(text(asked), {**bound, "limit": limit, "offset": offset}).all()
    return matters(connection, viewer, record, rows, today)


@needs(READ, MATTERS)
def counts(
    connection: Connection,
    viewer: Viewer,
    record: str,
    region: str,
    *,
    filters: Filters,
    today: date,
    asker: int | None = None,
) -> dict[str, int]:
    """Key of GROUPS → how many of the region, whatever group ``filters`` asks for. ``asker``: the viewer's person, by
    whom an answer is told apart where answers are kept by role and region. Raises as :func:`page`."""
    where, bound = _picked(connection, viewer, record, region, filters, today, group="all")
    found = (
        connection.execute(text(f"SELECT {_sums(record, GROUPS)} FROM {record} b WHERE {where}"), bound)
        .mappings()
        .one()
    )
    return {group: int(found[group]) for group in GROUPS}


@needs(READ, MATTERS)
def by_place(
    connection: Connection, viewer: Viewer, record: str, region: str, *, below: int, today: date
) -> pd.DataFrame:
    """The regions of a level (digits of a code) within ``region``, and ``region`` itself for what is its own: code,
    name, open, overdue, risen, waiting, ended, all, oldest (deadline of the longest overdue); the most overdue first.
    Raises as :func:`page`."""
    where, bound = _picked(connection, viewer, record, region, Filters("all"), today)
    groups = ("open", "overdue", "risen", "waiting", "ended", "all")
    sql = f"""
        SELECT q.*, r.name FROM (SELECT substr({PLACE[record]}, 1, :below) AS code, {_sums(record, groups)},
            MIN(CASE WHEN {_clause(record, "overdue")} THEN b.deadline END) AS oldest
            FROM {record} b WHERE {where} GROUP BY 1) q JOIN region r ON r.code = q.code
        ORDER BY q.overdue DESC, q."open" DESC, q.code"""
    found = connection.execute(text(sql), {**bound, "below": below})
    return pd.DataFrame(found.all(), columns=list(found.keys()))


@needs(READ, MATTERS)
def by_owner(
    connection: Connection, viewer: Viewer, record: str, region: str, *, today: date, limit: int = 20
) -> pd.DataFrame:
    """Who answers for the most that is overdue: person (None: nobody is named), name, unit, phone, open, overdue,
    oldest. Raises as :func:`page`."""
    where, bound = _picked(connection, viewer, record, region, Filters("open"), today)
    overdue = _clause(record, "overdue")
    sql = f"""
        SELECT b.owner_id AS person, MAX(p.name) AS name, MAX(p.unit) AS unit, MAX(p.phone) AS phone,
            COUNT(*) AS "open", SUM(CASE WHEN {overdue} THEN 1 ELSE 0 END) AS overdue,
            MIN(CASE WHEN {overdue} THEN b.deadline END) AS oldest
        FROM {record} b LEFT JOIN person p ON p.id = b.owner_id WHERE {where} GROUP BY b.owner_id
        ORDER BY overdue DESC, "open" DESC, b.owner_id LIMIT :limit"""
    found = connection.execute(text(sql), {**bound, "limit": limit})
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    return frame if viewer.sees_identity else frame.assign(phone=None)


@needs(READ, MATTERS)
def titles(connection: Connection, viewer: Viewer, record: str, region: str, *, today: date) -> list[tuple[str, int]]:
    """问题类别 or 任务名 → how many are open, the most first. Raises as :func:`page`."""
    where, bound = _picked(connection, viewer, record, region, Filters("open"), today)
    title = "b.category" if record == "problem" else "b.name"
    sql = f"SELECT {title}, COUNT(*) FROM {record} b WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    return [(name, count) for name, count in connection.execute(text(sql), bound)]


@needs(READ, MATTERS)
def matrix(
    connection: Connection, viewer: Viewer, region: str, *, names: Sequence[str], below: int, today: date
) -> pd.DataFrame:
    """Tasks of these names laid over the regions of a level: name, place (code), tasks, ended, overdue, progress
    (fraction, mean). Raises as :func:`page`."""
    where, bound = _picked(connection, viewer, "task", region, Filters("all"), today)
    named = ", ".join(f":name_{at}" for at in range(len(names))) or "NULL"
    sql = f"""
        SELECT b.name, substr(b.village, 1, :below) AS place, COUNT(*) AS tasks,
            SUM(CASE WHEN {_clause("task", "ended")} THEN 1 ELSE 0 END) AS ended,
            SUM(CASE WHEN {_clause("task", "overdue")} THEN 1 ELSE 0 END) AS overdue,
            AVG(CASE WHEN b.finished IS NOT NULL THEN 1.0 ELSE b.progress_bp / 10000.0 END) AS progress
        FROM task b WHERE {where} AND b.name IN ({named}) GROUP BY 1, 2 ORDER BY 1, 2"""
    given = {f"name_{at}": name for at, name in enumerate(names)}
    found = connection.execute(text(sql), {**bound, **given, "below": below})
    return pd.DataFrame(found.all(), columns=list(found.keys()))


def _sums(record: str, groups: Iterable[str]) -> str:
    """SQL columns: how many are of each group, called by its name."""
    return ", ".join(
        f'COALESCE(SUM(CASE WHEN {_clause(record, group)} THEN 1 ELSE 0 END), 0) AS "{group}"' for group in groups
    )


def _clause(record: str, group: str) -> str:
    return f"({_CLAUSES[group].format(level=LEVEL.format(record), waiting=WAITING[record])})"


def _picked(
    connection: Connection,
    viewer: Viewer,
    record: str,
    region: str,
    filters: Filters,
    today: date,
    *,
    group: str | None = None,
) -> tuple[str, dict[str, object]]:
    here, bound = within_sql(PLACE[record], viewer.narrowed(region))
    sql, named = seen(connection, viewer, record)
    clauses = [here, sql, _clause(record, group or filters.group)]
    soon = (today + _SOON.to_pytimedelta()).isoformat()
    bound |= {**named, "this_day": today.isoformat(), "soon": soon, "me": person_of(connection, viewer)}
    title, words = ("b.category", "b.description") if record == "problem" else ("b.name", "b.target")
    wanted = {
        f"({title} LIKE :words ESCAPE '\\' OR {words} LIKE :words ESCAPE '\\' OR b.owner LIKE :words ESCAPE '\\')": (
            "words", filters.words and f"%{_plain(filters.words)}%"
        ),
        "b.source = :source": ("source", filters.source if record == "problem" else ""),
        f"{title} = :title": ("title", filters.title),
        "b.owner_id = :owner": ("owner", filters.owner),
        "b.household_id = :household": ("household", filters.household),
        "b.project = :project": ("project", filters.project if record == "problem" else ""),
        f"{LEVEL.format(record)} = :level": ("level", filters.level),
    }  # fmt: skip
    for clause, (name, value) in wanted.items():
        if value:
            clauses.append(clause)
            bound[name] = value
    return " AND ".join(clauses), bound


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
