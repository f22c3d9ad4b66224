"""What stands behind a household's fallen income: which lines of the books, which job or project ended or owes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.model.running import lasts_to, runs_on
from data.store.rows import StoredRow
from data.terms import DISABILITY, JOB_MEASURES, SUBJECTS

_JOB_KINDS = ", ".join(f"'{kind}'" for kind in JOB_MEASURES)


@dataclass(frozen=True)
class SubjectFall:
    """A line of the books over twelve months: ``lost`` fen less than a year ago (of the expense: more)."""

    subject: str
    before: int
    now: int

    @property
    def lost(self) -> int:
        return self.now - self.before if SUBJECTS[self.subject][0] == "expense" else self.before - self.now


@dataclass(frozen=True)
class JobEnded:
    """A measure of 就业 or 公益岗位 that ended (ISO day) in the twelve months and has no successor of its name."""

    name: str
    ended: str


@dataclass(frozen=True)
class ProjectLost:
    """A project that took the household along last year; ``still_runs``: it takes others along this year."""

    name: str
    still_runs: bool


@dataclass(frozen=True)
class ProjectOwes:
    """A project of the household that received less than was due in the twelve months (fen)."""

    name: str
    owed: int


Evidence = SubjectFall | JobEnded | ProjectLost | ProjectOwes


@needs(READ, HOUSEHOLDS)
def evidence(
    connection: Connection, viewer: Viewer, households: Sequence[int], month: int, *, most: int = 3
) -> dict[int, list[Evidence]]:
    """Household → what is known, of a page of households; of those that the viewer may not see nothing.

    Of the books the ``most`` lines that lost most, then jobs, projects lost, projects that owe.
    """
    if not households:
        return {}
    seen, bound = seen_households(viewer)
    asked = {**bound, "ids": list(households), "month": month, "year": month // 12}
    found: dict[int, list[Evidence]] = {id: [] for id in households}
    untold = () if viewer.sees_health else (DISABILITY,)
    for question in (_subjects, _jobs, _lost, _owing):
        for id, known in question(connection, seen, asked, most):
            if not (isinstance(known, SubjectFall) and known.subject in untold):
                found[id].append(known)
    return found


def _ask(connection: Connection, statement: str, asked: Mapping[str, object]) -> Sequence[StoredRow]:
    return connection.execute(text(statement).bindparams(bindparam("ids", expanding=True)), asked).all()


def _subjects(
    connection: Connection, seen: str, asked: Mapping[str, object], most: int
) -> list[tuple[int, SubjectFall]]:
    columns = [f"{column}_fen" for _, column in SUBJECTS.values()]
    sums = ", ".join(
        f"COALESCE(SUM(CASE WHEN l.month {side} :month - 12 THEN l.{column} END), 0)"
        for column in columns
        for side in ("<=", ">")
    )
    rows = _ask(
        connection,
        f"""
        SELECT l.household_id, {sums} FROM ledger l JOIN household h ON h.id = l.household_id
        WHERE l.household_id IN :ids AND l.month > :month - 24 AND l.month <= :month AND {seen}
        GROUP BY l.household_id""",
        asked,
    )
    listed = []
    for id, *amounts in rows:
        pairs = zip(SUBJECTS, amounts[::2], amounts[1::2], strict=True)
        falls = [SubjectFall(subject, int(before), int(now)) for subject, before, now in pairs]
        fallen = sorted((fall for fall in falls if fall.lost > 0), key=lambda fall: -fall.lost)
        listed += [(id, fall) for fall in fallen[:most]]
    return listed


def _jobs(connection: Connection, seen: str, asked: Mapping[str, object], _most: int) -> list[tuple[int, JobEnded]]:
    rows = _ask(
        connection,
        f"""
        SELECT x.household_id, x.name, MAX(x.ended) FROM measure x JOIN household h ON h.id = x.household_id
        JOIN month m ON m.month = :month WHERE x.household_id IN :ids AND x.category IN ({_JOB_KINDS})
        AND x.ended >= m.window_day AND NOT {lasts_to("x", "m.as_of")} AND NOT EXISTS (SELECT 1 FROM measure y
        WHERE y.household_id = x.household_id AND y.name = x.name AND {runs_on("y", "m.as_of")})
        AND {seen} GROUP BY x.household_id, x.name ORDER BY 1, 3""",
        asked,
    )
    return [(id, JobEnded(name, ended)) for id, name, ended in rows]


def _lost(connection: Connection, seen: str, asked: Mapping[str, object], _most: int) -> list[tuple[int, ProjectLost]]:
    rows = _ask(
        connection,
        f"""
        SELECT DISTINCT x.household_id, p.code, p.name, CASE WHEN EXISTS (SELECT 1 FROM project_household o
        WHERE o.project = x.project AND o.year = :year) THEN 1 ELSE 0 END FROM project_household x
        JOIN household h ON h.id = x.household_id JOIN project p ON p.code = x.project
        WHERE x.household_id IN :ids AND x.year = :year - 1 AND NOT EXISTS (SELECT 1 FROM project_household y
        WHERE y.household_id = x.household_id AND y.project = x.project AND y.year = :year)
        AND EXISTS (SELECT 1 FROM project_household z WHERE z.year = :year) AND {seen} ORDER BY 1, 2""",
        asked,
    )
    return [(id, ProjectLost(name, bool(runs))) for id, _, name, runs in rows]


def _owing(connection: Connection, seen: str, asked: Mapping[str, object], _most: int) -> list[tuple[int, ProjectOwes]]:
    rows = _ask(
        connection,
        f"""
        SELECT q.household_id, p.name, SUM(r.due_fen - r.received_fen) FROM (SELECT DISTINCT x.household_id, x.project
        FROM project_household x JOIN household h ON h.id = x.household_id
        WHERE x.household_id IN :ids AND x.year >= :year - 1 AND x.year <= :year AND {seen}) q
        JOIN project p ON p.code = q.project JOIN project_return r ON r.project = q.project
        WHERE r.month > :month - 12 AND r.month <= :month GROUP BY q.household_id, q.project, p.name
        HAVING SUM(r.due_fen - r.received_fen) > 0 ORDER BY 1, 3 DESC""",
        asked,
    )
    return [(id, ProjectOwes(name, int(owed))) for id, name, owed in rows]
