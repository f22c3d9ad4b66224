"""Who helps whom: of a village household by household, of a region by what lies below it and by unit."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.scope import seen_households, seen_matters
from data.access.viewer import Viewer, within_sql
from data.figures.sources import HELPED_SQL
from data.figures.states import standing
from data.model.running import runs_on, undone_on
from data.terms import ILL_MEASURES, OWN_TEAMS

FIRST = "第一书记"


@dataclass(frozen=True)
class Roster:
    """Frames of what runs in a village at a month's end. ``helping``: household_id, name, unit, team, post, phone (of
    work), a row for each pairing. ``measures``: household_id, category, each once, without those that tell of illness
    for who may not know of it. ``due``: household_id, deadline: the nearest of its tasks and problems not done with."""

    helping: pd.DataFrame
    measures: pd.DataFrame
    due: pd.DataFrame


@needs(READ, HOUSEHOLDS)
def roster(connection: Connection, viewer: Viewer, village: str, month: int) -> Roster:
    """The roster of a village; raises OutOfScope for one that is not the viewer's."""
    seen, bound = seen_households(viewer)
    matters, named = seen_matters(viewer, "x.household_id")
    asked = {**bound, **named, "village": viewer.narrowed(village), "month": month}
    helping, measures, due = (
        _frame(connection, sql.format(seen=seen, matters=matters), asked) for sql in (_HELPING, _MEASURES, _DUE)
    )
    if not viewer.sees_health:
        measures = measures[~measures["category"].isin(ILL_MEASURES)].reset_index(drop=True)
    return Roster(helping, measures, due)


@needs(READ, HOUSEHOLDS)
def units(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """The units that help in a region, no branches or villages, the one with the most households first: unit, helpers,
    households, unvisited (of these, in the month, by anybody), villages."""
    return _below(connection, viewer, region, month, "a.unit", "unit", f"a.team NOT IN {OWN_TEAMS}")


@needs(READ, HOUSEHOLDS)
def places(connection: Connection, viewer: Viewer, region: str, month: int, level: int) -> pd.DataFrame:
    """The regions of a level (digits of a code) within ``region`` where anybody helps: code, helpers, households,
    unvisited, villages, as in :func:`units`."""
    return _below(connection, viewer, region, month, f"substr(s.village, 1, {int(level)})", "code")


@needs(READ, HOUSEHOLDS)
def first_secretaries(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """第一书记 of each village of a region: village, name, unit, phone (of work); one a village."""
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_households(viewer)
    sql = _FIRST.format(seen=seen, here=here)
    return _frame(connection, sql, {**bound, **named, "month": month}).drop_duplicates("village", ignore_index=True)


def _below(
    connection: Connection, viewer: Viewer, region: str, month: int, by: str, name: str, among: str = "1 = 1"
) -> pd.DataFrame:
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_households(viewer)
    asked = _COUNTED.format(by=by, name=name, seen=seen, here=f"{here} AND {among}")
    return _frame(connection, asked, {**bound, **named, "month": month})


def _frame(connection: Connection, sql: str, bound: dict[str, object]) -> pd.DataFrame:
    found = connection.execute(text(sql), bound)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


_PAIRED = f"""pairing x JOIN helper a ON a.code = x.helper JOIN household h ON h.id = x.household_id
    JOIN month m ON m.month = :month AND {runs_on("x", "m.as_of")} JOIN {standing()}"""
_HELPING = f"""
    SELECT x.household_id, a.name, a.unit, a.team, a.post, a.phone FROM {_PAIRED}
    WHERE s.village = :village AND {{seen}} ORDER BY a.unit, a.code, h.id"""
_MEASURES = f"""
    SELECT DISTINCT x.household_id, x.category FROM measure x JOIN household h ON h.id = x.household_id
    JOIN month m ON m.month = :month JOIN {standing()}
    WHERE s.village = :village AND {{seen}} AND {runs_on("x", "m.as_of")} ORDER BY x.household_id, x.category"""
_DUE = f"""
    SELECT x.household_id, MIN(x.deadline) AS deadline FROM (
        SELECT t.household_id, t.deadline FROM task t JOIN month m ON m.month = :month
        WHERE t.village = :village AND t.started <= m.as_of AND {undone_on("task.finished", "t", "m.as_of")}
        UNION ALL SELECT b.household_id, b.deadline FROM problem b JOIN month m ON m.month = :month
        WHERE b.region = :village AND b.found <= m.as_of AND {undone_on("problem.closed", "b", "m.as_of")}) x
    JOIN household h ON h.id = x.household_id
    WHERE h.village = :village AND {{seen}} AND {{matters}} GROUP BY x.household_id"""
_COUNTED = f"""
    SELECT {{by}} AS {{name}}, COUNT(DISTINCT a.code) AS helpers, COUNT(DISTINCT h.id) AS households,
        COUNT(DISTINCT CASE WHEN hm.visits = 0 THEN h.id END) AS unvisited, COUNT(DISTINCT s.village) AS villages
    FROM {_PAIRED}
    LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village AND hm.household_id = h.id
    WHERE {HELPED_SQL} AND {{here}} AND {{seen}} GROUP BY {{by}} ORDER BY COUNT(DISTINCT h.id) DESC, {{by}}"""
_FIRST = f"""
    SELECT DISTINCT s.village, a.name, a.unit, a.phone, a.code FROM {_PAIRED}
    WHERE {{here}} AND {{seen}} AND a.team = '{FIRST}' ORDER BY s.village, a.code"""
