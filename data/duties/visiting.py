"""走访: who was visited as often as the county wants it this month, and who was not."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.figures.list_kinds import place_of
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, urgency
from data.figures.visit_rules import next_visit, quota_sql
from data.model.running import holds_on, runs_on
from data.settings import value_of, visit_quota
from data.terms import STATE_NAMES

PAGE = 50


@dataclass(frozen=True)
class Short:
    """``rows`` of ``total`` households that were visited less often than they are to be: household_id, village, head,
    place, state, helper (who is paired longest; None: nobody), person (his id), visits, quota, last, due."""

    rows: pd.DataFrame
    total: int


@needs(READ, DUTIES)
def coverage(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """How the households of each sub-region (of a village: its own) were visited in a month: code, name, homes (that
    the figures count), visited (at least once), visits, short (that lack a visit of their quota), missing (how many).
    The one with most short first."""
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "s.household_id")
    below = {0: 6, 2: 6, 4: 6, 6: 9}.get(len(region), 12)
    sql = _COVERAGE.format(quota=_quota(connection), here=here, seen=seen, below=below)
    found = connection.execute(text(sql), {**bound, **named, "month": month})
    rows = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    return rows.sort_values(["short", "code"], ascending=[False, True], kind="stable").reset_index(drop=True)


@needs(READ, DUTIES)
def short(
    connection: Connection, viewer: Viewer, region: str, month: int, *, limit: int = PAGE, offset: int = 0
) -> Short:
    """Who lacks a visit of the month's quota, the most urgent state first, then who waits longest."""
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "s.household_id")
    sql = _SHORT.format(quota=_quota(connection), here=here, seen=seen)
    found = connection.execute(text(sql), {**bound, **named, "month": month, "limit": limit, "offset": offset})
    rows = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    total = int(rows["total"].iloc[0]) if len(rows) else 0
    days = int(value_of(connection, "visit_days"))
    due = [next_visit(one.last, one.begun, days) if one.last or one.begun else None for one in rows.itertuples()]
    rows["due"] = pd.Series(due, rows.index, dtype=object)  # None stays None
    rows["state"] = rows["state"].map(STATE_NAMES)
    if not viewer.sees_identity:
        rows["head"] = rows["head"].map(mask_name)
    return Short(rows.drop(columns=["total", "begun"]), total)


def _quota(connection: Connection) -> str:
    return quota_sql(visit_quota(value_of(connection, "visit_quota")))


_VISITED = """LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village
    AND hm.household_id = s.household_id"""
_COVERAGE = f"""
    SELECT substr(q.village, 1, {{below}}) AS code,
        (SELECT r.name FROM region r WHERE r.code = substr(q.village, 1, {{below}})) AS name,
        COUNT(*) AS homes, SUM(CASE WHEN q.visits > 0 THEN 1 ELSE 0 END) AS visited, SUM(q.visits) AS visits,
        SUM(CASE WHEN q.visits < q.quota THEN 1 ELSE 0 END) AS short,
        SUM(CASE WHEN q.visits < q.quota THEN q.quota - q.visits ELSE 0 END) AS missing
    FROM (SELECT s.village, COALESCE(hm.visits, 0) AS visits, {{quota}} AS quota
        FROM month m JOIN state_spell s ON {holds_on("s", "m.as_of")} {_VISITED}
        WHERE m.month = :month AND {HELPED_SQL} AND {{here}} AND {{seen}}) q GROUP BY 1, 2"""
_PAIRED = f"FROM pairing x JOIN helper a ON a.code = x.helper WHERE x.household_id = h.id AND {runs_on('x', 's.as_of')}"
_FIRST = "ORDER BY x.started, a.code LIMIT 1"
_PICKED = f"""(
    SELECT s.household_id, s.village, s.state, COALESCE(hm.visits, 0) AS visits, {{quota}} AS quota, m.as_of,
        (SELECT MAX(v.visited) FROM visit v WHERE v.household_id = s.household_id AND v.visited <= m.as_of) AS last,
        COUNT(*) OVER () AS total
    FROM month m JOIN state_spell s ON {holds_on("s", "m.as_of")} {_VISITED}
    WHERE m.month = :month AND {HELPED_SQL} AND COALESCE(hm.visits, 0) < {{quota}} AND {{here}} AND {{seen}}
    ORDER BY {urgency("s.state")}, last NULLS FIRST, s.household_id LIMIT :limit OFFSET :offset) s"""
"""The households of one page, before anything is asked about each of them."""
_SHORT = f"""
    SELECT h.id AS household_id, s.village, {head_on("s.as_of")} AS head, {place_of("s.village").sql} AS place, s.state,
        (SELECT a.name {_PAIRED} {_FIRST}) AS helper,
        (SELECT y.id FROM person y WHERE y.helper = (SELECT a.code {_PAIRED} {_FIRST})) AS person,
        s.visits, s.quota, s.last, (SELECT MIN(x.started) {_PAIRED}) AS begun, s.total
    FROM {_PICKED} JOIN household h ON h.id = s.household_id
    ORDER BY {urgency("s.state")}, s.last NULLS FIRST, h.id"""
