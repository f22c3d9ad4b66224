"""The war-room board of one village in a month: 扶持谁 · 谁来扶 · 怎么扶 · 进度, as the viewer may see it."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_kind, mask_name
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, standing
from data.model.running import open_on, runs_on

_LATEST = 6
FEWEST = 5  # households: what is said of fewer, tells of them


@dataclass(frozen=True)
class VillageBoard:
    """Frames in which the most urgent comes first and what is missing is None.

    ``causes``: cause, households. ``helpers``: name, unit, team, post, households (paired with), unvisited (of these,
    by anybody this month), visits (his own this month). ``measures``: category, measures, households (running at the
    month's end). ``projects``: name, kind, stage, investment, received (twelve months), households. ``tasks``: code,
    name, target, owner, started, deadline, progress (fraction), finished, household_id, head; what was finished before
    the month is left out. ``visits``: the latest of the month: visited, helper, occasion, household_id, head.
    ``problems``: not closed: code, category, description, owner, deadline, rectified, household_id, head. ``days``: the
    records of the day ``as_of`` (每日记录), for which all of it holds: kind (a key of ``terms.DAY_KINDS``), words,
    household_id, head. ``visited_today`` and ``visited_month`` count visits. Money is yuan.
    """

    as_of: str
    causes: pd.DataFrame
    helpers: pd.DataFrame
    measures: pd.DataFrame
    projects: pd.DataFrame
    tasks: pd.DataFrame
    visits: pd.DataFrame
    problems: pd.DataFrame
    days: pd.DataFrame
    visited_today: int
    visited_month: int


@needs(READ, HOUSEHOLDS)
def village_board(connection: Connection, viewer: Viewer, village: str, month: int) -> VillageBoard:
    """The board of a village; raises OutOfScope for one that is not the viewer's.

    Who may not know of illness or causes reads what many have in common, and no words about a household.
    """
    seen, bound = seen_matters(viewer, "h.id")
    bound = {**bound, "village": viewer.narrowed(village), "month": month}
    frames = {}
    for name, sql in _QUESTIONS.items():
        matters = _MATTERS.get(name)
        condition, named = seen_matters(viewer, matters) if matters else (seen, {})
        found = connection.execute(text(sql.format(seen=condition)), {**bound, **named})
        frames[name] = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    counted = connection.execute(text(_VISITED.format(seen=seen)), bound).one()
    if not viewer.sees_identity:
        _mask(frames)
    if not viewer.sees_health:
        frames["causes"], frames["measures"] = _of_many(frames["causes"]), _of_many(frames["measures"])
        told, whose = frames["problems"]["category"], frames["problems"]["household_id"]
        frames["problems"]["category"] = told.mask(whose.notna(), told.map(partial(mask_kind, viewer)))
    return VillageBoard(
        as_of=counted.as_of, visited_today=counted.today or 0, visited_month=counted.month or 0, **frames
    )


_MATTERS = {"problems": "b.household_id", "tasks": "t.household_id", "days": "d.household_id"}
"""What may be about a household or about the village → SQL of the household."""


def _mask(frames: dict[str, pd.DataFrame]) -> None:
    """Family names alone, and of what is about a household no words."""
    for frame in frames.values():
        if "head" in frame:
            frame["head"] = frame["head"].map(mask_name, na_action="ignore")
    told = {"visits": ["occasion"], "problems": ["description"], "tasks": ["name", "target"], "days": ["words"]}
    for name, words in told.items():
        about = frames[name]["household_id"].notna()
        frames[name].loc[about, words] = ""


def _of_many(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of enough households that they tell of none of them."""
    return frame[frame["households"] >= FEWEST].reset_index(drop=True)


_HERE = "s.village = :village AND {seen}"
_ONCE_HERE = "v.household_id IN (SELECT w.household_id FROM state_spell w WHERE w.village = :village)"
"""Of whom visits are looked for, by their index."""
_THERE_AND_THEN = f"household h ON h.id = v.household_id JOIN {standing(day='v.visited')}"
_COUNTED = f"household h JOIN month m ON m.month = :month JOIN {standing()} WHERE {HELPED_SQL} AND {_HERE}"
_VISITED = f"""
    SELECT m.as_of, SUM(CASE WHEN v.visited = m.as_of THEN 1 ELSE 0 END) AS today, COUNT(v.code) AS month
    FROM month m LEFT JOIN (visit v JOIN {_THERE_AND_THEN} AND {_HERE} AND {_ONCE_HERE})
        ON v.visited >= m.first_day AND v.visited <= m.as_of
    WHERE m.month = :month GROUP BY m.as_of"""
_QUESTIONS = {
    "causes": f"""
        SELECT h.cause, COUNT(*) AS households FROM {_COUNTED} AND h.cause IS NOT NULL
        GROUP BY h.cause ORDER BY COUNT(*) DESC, h.cause""",
    "helpers": f"""
        SELECT a.name, a.unit, a.team, a.post, COUNT(DISTINCT h.id) AS households,
            COUNT(DISTINCT CASE WHEN hm.visits = 0 THEN h.id END) AS unvisited,
            (SELECT COUNT(*) FROM visit v JOIN {standing("v.household_id", "v.visited", "o")} WHERE o.village = :village
                AND {_ONCE_HERE} AND v.helper = a.code AND v.visited >= m.first_day AND v.visited <= m.as_of) AS visits
        FROM pairing x JOIN helper a ON a.code = x.helper JOIN household h ON h.id = x.household_id
        JOIN month m ON m.month = :month JOIN {standing()}
        LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village AND hm.household_id = h.id
        WHERE {_HERE} AND {HELPED_SQL} AND {runs_on("x", "m.as_of")}
        GROUP BY a.code, a.name, a.unit, a.team, a.post, m.first_day, m.as_of
        ORDER BY COUNT(DISTINCT CASE WHEN hm.visits = 0 THEN h.id END) DESC, COUNT(DISTINCT h.id) DESC, a.code""",
    "measures": f"""
        SELECT x.category, COUNT(*) AS measures, COUNT(DISTINCT h.id) AS households
        FROM household h JOIN measure x ON x.household_id = h.id JOIN month m ON m.month = :month JOIN {standing()}
        WHERE {_HERE} AND {runs_on("x", "m.as_of")}
        GROUP BY x.category ORDER BY COUNT(DISTINCT h.id) DESC, x.category""",
    "projects": """
        SELECT p.name, p.kind, p.stage, CAST(p.investment_fen AS DOUBLE PRECISION) / 100 AS investment,
            (SELECT CAST(SUM(y.received_fen) AS DOUBLE PRECISION) / 100 FROM project_return y
                WHERE y.project = p.code AND y.month <= m.month AND y.month > m.month - 12) AS received,
            (SELECT COUNT(DISTINCT e.household_id) FROM project_household e WHERE e.project = p.code
                AND e.year * 12 <= m.month) AS households
        FROM project p JOIN month m ON m.month = :month
        WHERE p.region = :village AND (p.started IS NULL OR p.started <= m.as_of)
        ORDER BY p.investment_fen DESC, p.code""",
    "tasks": f"""
        SELECT t.code, t.name, t.target, t.owner, t.started, t.deadline,
            CAST(CASE WHEN t.finished <= m.as_of THEN 10000 WHEN t.finished IS NULL THEN t.progress_bp ELSE 0 END
                AS DOUBLE PRECISION) / 10000 AS progress,
            CASE WHEN t.finished <= m.as_of THEN t.finished END AS finished, t.household_id, {head_on()} AS head
        FROM task t JOIN month m ON m.month = :month
        LEFT JOIN household h ON h.id = t.household_id AND h.village = t.village
        WHERE t.village = :village AND t.started <= m.as_of AND t.state <> 'void' AND {{seen}}
            AND (t.finished IS NULL OR t.finished >= m.first_day)
        ORDER BY CASE WHEN t.finished <= m.as_of THEN 1 ELSE 0 END, t.deadline, t.code""",
    "visits": f"""
        SELECT v.visited, a.name AS helper, v.occasion, h.id AS household_id, {head_on()} AS head
        FROM visit v JOIN {_THERE_AND_THEN} JOIN helper a ON a.code = v.helper JOIN month m ON m.month = :month
        WHERE {_HERE} AND {_ONCE_HERE} AND v.visited >= m.first_day AND v.visited <= m.as_of
        ORDER BY v.visited DESC, v.code LIMIT {_LATEST}""",
    "problems": f"""
        SELECT b.code, b.category, b.description, b.owner, b.deadline,
            CASE WHEN b.rectified <= m.as_of THEN b.rectified END AS rectified, b.household_id, {head_on()} AS head
        FROM problem b JOIN month m ON m.month = :month
        LEFT JOIN household h ON h.id = b.household_id AND h.village = b.region
        WHERE b.region = :village AND b.found <= m.as_of AND b.state <> 'void' AND {open_on("b.closed", "m.as_of")}
            AND {{seen}}
        ORDER BY CASE WHEN b.rectified <= m.as_of THEN 1 ELSE 0 END, b.deadline, b.code""",
    "days": f"""
        SELECT d.kind, d.words, d.household_id, {head_on()} AS head
        FROM day_record d JOIN month m ON m.month = :month LEFT JOIN household h ON h.id = d.household_id
        WHERE d.village = :village AND d.day = m.as_of AND d.withdrawn IS NULL AND {{seen}}
        ORDER BY d.id DESC""",
}
