"""帮扶队伍: who helps a region, by helper, unit, team or village: their households and how often these were visited."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import place_of
from data.figures.sources import HELPED_SQL
from data.figures.states import persons_on, standing
from data.model.running import runs_on
from data.terms import OWN_TEAMS

PAGE = 50
BY = {"helper": "责任人", "unit": "单位", "team": "队伍", "village": "村"}
"""What the rows are → its word."""
_KEYS = {"helper": "code", "unit": "unit", "team": "team", "village": "village", "": "''"}
SORTS = ("homes", "persons", "unvisited", "visits", "helpers", "villages")


@dataclass(frozen=True)
class TeamFilters:
    """What picks helpers out: a 队伍, a unit; ``unvisited``: who has a household that nobody visited this month."""

    team: str = ""
    unit: str = ""
    unvisited: bool = False


NO_FILTERS = TeamFilters()


@dataclass(frozen=True)
class Teams:
    """``rows`` of ``total``: who (the key of ``by``), name, unit, team, post, phone, person (id; of a helper), place
    (of a village and unit), helpers, units, villages, homes, persons, unvisited (by anybody this month), visits (by
    these helpers this month). Each household, person, unit and helper is counted once in a row."""

    rows: pd.DataFrame
    total: int


@needs(READ, DUTIES)
def teams(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    by: str,
    *,
    filters: TeamFilters = NO_FILTERS,
    sort: str = "",
    descending: bool = True,
    limit: int = PAGE,
    offset: int = 0,
) -> Teams:
    """Who has households in a region at a month's end, those with most households first or by a key of SORTS.

    Counted are households that the figures count, of those that the viewer sees. By unit the teams that are a branch
    or the village itself (``OWN_TEAMS``) are left out unless one of them is asked for, as the figure 帮扶单位数 does.
    Raises NotFound for another ``by`` or ``sort``, OutOfScope for a region that is not the viewer's.
    """
    if by not in BY or (sort and sort not in SORTS):
        raise NotFound("帮扶队伍没有这种排列。")
    order = f"{sort} {'DESC' if descending else 'ASC'}, f.who" if sort else "homes DESC, f.who"
    bound: dict[str, object] = {"limit": limit, "offset": offset}
    rows = _asked(
        connection, viewer, region, month, by, filters, f"ORDER BY {order} LIMIT :limit OFFSET :offset", bound
    )
    if not viewer.sees_identity:
        rows["phone"] = None
    return Teams(rows.drop(columns="total"), int(rows["total"].iloc[0]) if len(rows) else 0)


@needs(READ, DUTIES)
def together(
    connection: Connection, viewer: Viewer, region: str, month: int, *, filters: TeamFilters = NO_FILTERS
) -> pd.Series:
    """The same of all of them as one: helpers, units, villages, homes, persons, unvisited, visits; zeros for nobody."""
    rows = _asked(connection, viewer, region, month, "", filters, "", {})
    counted = rows[["helpers", "units", "villages", "homes", "persons", "unvisited", "visits"]]
    return counted.iloc[0] if len(counted) else pd.Series(0, index=counted.columns)


@dataclass(frozen=True)
class Known:
    """A helper to choose: his code, the person he is, and what he is called, with unit and team."""

    code: str
    person: int | None
    told: str


@needs(READ, DUTIES)
def helpers_of(connection: Connection, viewer: Viewer, region: str) -> list[Known]:
    """Who has had households in a region, and those who help nobody yet, by name; none for who sees his own alone."""
    if viewer.sees_own_only:
        return []
    here, bound = within_sql("h.village", viewer.narrowed(region))
    found = connection.execute(text(_KNOWN.format(here=here)), bound)
    return [Known(row.code, row.person, f"{row.name}（{row.unit} · {row.team}）") for row in found]


def _asked(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    by: str,
    filters: TeamFilters,
    behind: str,
    more: dict[str, object],
) -> pd.DataFrame:
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "x.household_id")
    picked = [f"a.{name} = :{name}" for name in ("team", "unit") if getattr(filters, name)]
    if by == "unit" and not filters.team:
        picked.append(f"a.team NOT IN {OWN_TEAMS}")
    statement = _SQL.format(
        here=here,
        there=here.replace("s.village", "hm.village"),
        seen=seen,
        seen_there=seen.replace("x.household_id", "hm.household_id"),
        picked=" AND ".join(picked) or "1 = 1",
        key=_KEYS[by],
        mine="p.village" if by == "village" else f"a.{_KEYS[by]}" if by else "''",
        named="LEFT JOIN helper a ON a.code = f.who LEFT JOIN person y ON y.helper = f.who"
        if by == "helper"
        else _NAMED,
        unvisited="o.unvisited > 0" if filters.unvisited else "1 = 1",
    )
    asked = {**bound, **named, **more, "month": month, "team": filters.team, "unit": filters.unit}
    found = connection.execute(text(f"{statement} {behind}"), asked)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


_HELPER = "LEFT JOIN helper a ON a.code = f.who LEFT JOIN person y ON y.helper = f.who"
_NAMED = """LEFT JOIN (SELECT NULL AS name, NULL AS unit, NULL AS team, NULL AS post, NULL AS phone) a ON 1 = 1
    LEFT JOIN (SELECT NULL AS id) y ON 1 = 1"""
_BY_SPAN = """CASE WHEN f.first = f.last THEN f.first WHEN substr(f.first, 1, 9) = substr(f.last, 1, 9)
    THEN substr(f.first, 1, 9) ELSE substr(f.first, 1, 6) END"""
_SQL = f"""
    WITH pairs AS (
        SELECT DISTINCT a.code, a.unit, a.team, s.village, x.household_id AS home, m.month, m.as_of
        FROM month m JOIN pairing x ON {runs_on("x", "m.as_of")} JOIN helper a ON a.code = x.helper
        JOIN {standing("x.household_id")}
        WHERE m.month = :month AND {HELPED_SQL} AND {{here}} AND {{seen}} AND {{picked}}),
    homes AS (
        SELECT q.home, {persons_on("q.home", "q.as_of")} AS persons, COALESCE(hm.visits, 0) AS visits
        FROM (SELECT DISTINCT home, village, month, as_of FROM pairs) q LEFT JOIN household_month hm
            ON hm.month = q.month AND hm.village = q.village AND hm.household_id = q.home),
    paid AS (
        SELECT v.helper, hm.village, COUNT(*) AS visits
        FROM month m JOIN household_month hm ON hm.month = m.month AND hm.visits > 0
        JOIN visit v ON v.household_id = hm.household_id AND v.visited >= m.first_day AND v.visited <= m.as_of
        WHERE m.month = :month AND {{there}} AND {{seen_there}} GROUP BY v.helper, hm.village),
    found AS (
        SELECT {{key}} AS who, COUNT(DISTINCT code) AS helpers, COUNT(DISTINCT village) AS villages,
            COUNT(DISTINCT CASE WHEN team NOT IN {OWN_TEAMS} THEN unit END) AS units,
            MIN(village) AS first, MAX(village) AS last FROM pairs GROUP BY 1),
    owned AS (
        SELECT g.who, COUNT(*) AS homes, SUM(h.persons) AS persons,
            SUM(CASE WHEN h.visits = 0 THEN 1 ELSE 0 END) AS unvisited
        FROM (SELECT DISTINCT {{key}} AS who, home FROM pairs) g JOIN homes h ON h.home = g.home GROUP BY g.who),
    visited AS (
        SELECT {{mine}} AS who, SUM(p.visits) AS visits FROM paid p JOIN helper a ON a.code = p.helper
        WHERE p.helper IN (SELECT code FROM pairs) GROUP BY 1)
    SELECT f.who, a.name, a.unit, a.team, a.post, a.phone, y.id AS person, {place_of(_BY_SPAN).sql} AS place,
        f.helpers, f.units, f.villages, o.homes, o.persons, o.unvisited, COALESCE(w.visits, 0) AS visits,
        COUNT(*) OVER () AS total
    FROM found f JOIN owned o ON o.who = f.who LEFT JOIN visited w ON w.who = f.who {{named}} WHERE {{unvisited}}"""
_KNOWN = """
    SELECT a.code, a.name, a.unit, a.team, y.id AS person FROM helper a LEFT JOIN person y ON y.helper = a.code
    WHERE NOT EXISTS (SELECT 1 FROM pairing x WHERE x.helper = a.code) OR a.code IN (
        SELECT x.helper FROM household h JOIN pairing x ON x.household_id = h.id WHERE {here})
    ORDER BY a.name, a.unit, a.code"""
