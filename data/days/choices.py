"""What somebody may write a day's record of: the villages, households and tasks within his reach."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import DAYS, WRITE
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.figures.sources import HELPED_SQL
from data.figures.states import standing, there_on
from data.matters.states import OPEN
from data.matters.who import person_of
from data.matters.who import seen as seen_of
from data.model.running import runs_on
from data.store.rows import StoredRow
from data.terms import LEVELS

MOST_TASKS = 100


@dataclass(frozen=True)
class Choice:
    """One of what may be chosen: its ``key`` (a region's or task's code, a household's id), what it is called, and
    whether it is his own (a household that he helps, a task that he answers for)."""

    key: str
    name: str
    own: bool = False


@needs(WRITE, DAYS)
def villages(connection: Connection, viewer: Viewer) -> list[Choice]:
    """The villages that he may write of: of who helps households, those they live in; the townships' names before
    where there is more than one village."""
    here, bound = within_sql("r.code", viewer.region)
    own, named = seen_households(viewer)
    lived_in = f" AND r.code IN (SELECT h.village FROM household h WHERE {own})" if viewer.sees_own_only else ""
    rows = connection.execute(
        text(
            f"""
            SELECT r.code, r.name, t.name AS township FROM region r
            LEFT JOIN region t ON t.code = substr(r.code, 1, 9)
            WHERE length(r.code) = {max(LEVELS)} AND r.closed IS NULL AND {here}{lived_in} ORDER BY r.code"""
        ),
        bound | (named if viewer.sees_own_only else {}),
    ).all()
    several = len(rows) > 1
    return [Choice(row.code, f"{row.township} {row.name}" if several and row.township else row.name) for row in rows]


@needs(WRITE, DAYS)
def households(connection: Connection, viewer: Viewer, village: str) -> list[Choice]:
    """The households of a village by their heads' names, his own first, then those that are helped. Where two heads
    have one name, the end of the household's code stands behind it."""
    seen, bound = seen_households(viewer)
    mine = (
        "EXISTS (SELECT 1 FROM pairing x WHERE x.household_id = h.id AND x.helper = :helper"
        f" AND {runs_on('x', 'd.built')})"
    )
    rows = connection.execute(
        text(
            f"""
            SELECT h.id, h.code, h.head, CASE WHEN {mine} THEN 1 ELSE 0 END AS own,
                CASE WHEN {HELPED_SQL} THEN 0 ELSE 1 END AS rest
            FROM household h CROSS JOIN data_version d JOIN {standing(day="d.built")}
            WHERE h.village = :village AND {there_on(day="d.built")} AND {seen} ORDER BY own DESC, rest, h.head, h.id"""
        ),
        {**bound, "village": viewer.narrowed(village), "helper": viewer.helper},
    ).all()
    heads = [row.head for row in rows]
    return [Choice(str(row.id), _told_apart(row, heads.count(row.head) > 1), bool(row.own)) for row in rows]


def _told_apart(row: StoredRow, twice: bool) -> str:
    return f"{row.head}（{row.code[-4:]}）" if twice else str(row.head)


@needs(WRITE, DAYS)
def tasks(connection: Connection, viewer: Viewer, village: str) -> list[Choice]:
    """The tasks of a village that are worked on, his own first, then the next to be due."""
    seen, bound = seen_of(connection, viewer, "task")
    states = ", ".join(f"'{state}'" for state in OPEN)
    rows = connection.execute(
        text(
            f"""
            SELECT b.code, b.name, CASE WHEN b.owner_id = :person THEN 1 ELSE 0 END AS own FROM task b
            WHERE b.village = :village AND b.state IN ({states}) AND {seen}
            ORDER BY own DESC, b.deadline, b.code LIMIT {MOST_TASKS}"""
        ),
        {**bound, "village": viewer.narrowed(village), "person": person_of(connection, viewer)},
    ).all()
    return [Choice(row.code, row.name, bool(row.own)) for row in rows]
