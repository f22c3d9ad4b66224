"""The households of one village as they stood in a month: listed, on the map, and counted by what can be filtered."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_attribute, mask_name, without_telling
from data.access.rights import needs, require_right
from data.access.roles import HEALTH, HOUSEHOLDS, IDENTITY, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import per_head
from data.figures.net_income import AT_CLOSED
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, persons_on, standing, there_on, urgency
from data.model.running import holds_on, runs_on, undone_on
from data.regions import outlines as geometry
from data.store.engine import expanded
from data.store.rows import Answer
from data.terms import STATE_NAMES, UNPUBLISHED_ATTRIBUTES

PAGE = 50
MOST_POINTS = 2000

_STATE = "s.state"
_UNVISITED = "(hm.visits = 0)"
_BELOW = "(k.below_line = 1)"
_PROBLEM = (
    "EXISTS (SELECT 1 FROM problem b WHERE b.household_id = h.id AND b.found <= m.as_of"
    f" AND {undone_on('problem.closed', 'b', 'm.as_of')})"
)
FROM = (
    f"household h JOIN month m ON m.month = :month JOIN {standing()}"
    " LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village AND hm.household_id = h.id"
    f"{AT_CLOSED}"
)
_PAIRED_NOW = f"x.household_id = h.id AND {runs_on('x', 'm.as_of')}"
COLUMNS = {
    "id": "h.id",
    "head": head_on(),
    "state": _STATE,
    "persons": persons_on(),
    "attribute": "h.attribute",
    "cause": "h.cause",
    "per_head": per_head("k"),
    "below_line": "k.below_line",
    "visits": "hm.visits",
    "last_visit": "(SELECT MAX(v.visited) FROM visit v WHERE v.household_id = h.id AND v.visited <= m.as_of)",
    "helper": f"(SELECT MIN(a.name) FROM pairing x JOIN helper a ON a.code = x.helper WHERE {_PAIRED_NOW})",
    "problems": "(SELECT COUNT(*) FROM problem b WHERE b.household_id = h.id AND b.found <= m.as_of"
    f" AND {undone_on('problem.closed', 'b', 'm.as_of')})",
}
_URGENCY = urgency(_STATE)
SORTS = {
    "state": f"{_URGENCY}, COALESCE(k.below_line, 0) DESC, h.id",
    "per_head": f"{COLUMNS['per_head']} NULLS LAST, h.id",
    "last_visit": f"{COLUMNS['last_visit']} NULLS FIRST, h.id",
    "problems": f"{COLUMNS['problems']} DESC, h.id",
    "persons": f"{COLUMNS['persons']} DESC, h.id",
}
"""Orders of the list, each with what needs attention first."""


@dataclass(frozen=True)
class Filters:
    """What is picked out: ``states`` are keys of STATE_NAMES, ``causes`` and ``attributes`` words; empty or False
    picks all.

    In a village without ``states`` these are the households that the figures count, 一般户 and 已退出帮扶户 when asked
    for; those that are no more (``data.figures.states.there_on``) never.
    ``below_line``: per-capita income of the last twelve closed months under the line; ``unvisited``: counted, but not
    visited in the month; ``with_problem``: a problem found that is not closed; ``walked``: also who is not counted, but
    has a typed place in the walking order.
    """

    states: tuple[int, ...] = ()
    causes: tuple[str, ...] = ()
    below_line: bool = False
    unvisited: bool = False
    with_problem: bool = False
    attributes: tuple[str, ...] = ()
    walked: bool = False


NO_FILTERS = Filters()
WALKED = Filters(walked=True)
EVERY = Filters(states=tuple(STATE_NAMES))


@needs(READ, HOUSEHOLDS)
def in_village(
    connection: Connection,
    viewer: Viewer,
    village: str,
    month: int,
    *,
    filters: Filters = NO_FILTERS,
    sort: str = "state",
    limit: int = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """The households that are of a village at the month's end: id, head (masked for a display), state (户类型),
    persons, attribute (for a display published ones alone), cause (not for who may not know it), per_head (yuan),
    below_line, visits (of the month), last_visit, helper (one of them), problems (not closed).

    What is not known is None. Raises NotFound for a sort that is not in SORTS.
    """
    if sort not in SORTS:
        raise NotFound(f"户名单中没有“{sort[:20]}”这种排序。")
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    where, bound = _where(viewer, village, month, filters)
    statement = f"SELECT {columns} FROM {FROM} WHERE {where} ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset"
    return as_read(viewer, connection.execute(expanded(statement, bound), {**bound, "limit": limit, "offset": offset}))


@needs(READ, HOUSEHOLDS)
def count(connection: Connection, viewer: Viewer, village: str, month: int, *, filters: Filters = NO_FILTERS) -> int:
    """How many households :func:`in_village` lists in all."""
    where, bound = _where(viewer, village, month, filters)
    counted = connection.execute(expanded(f"SELECT COUNT(*) FROM {FROM} WHERE {where}", bound), bound)
    return int(counted.scalar_one())


@needs(READ, HOUSEHOLDS)
def points(
    connection: Connection, viewer: Viewer, village: str, month: int, *, filters: Filters = NO_FILTERS
) -> pd.DataFrame:
    """The same rows for the map, at most 2,000: columns as :func:`in_village`, with village, lon, lat and sketch.

    ``sketch``: no coordinates on record, placed somewhere inside the village; lon and lat are NaN where nothing is
    known of the village either.
    """
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    where, bound = _where(viewer, village, month, filters)
    statement = f"SELECT {columns}, s.village, h.lon, h.lat FROM {FROM} WHERE {where} ORDER BY h.id LIMIT :limit"
    found = connection.execute(expanded(statement, bound), {**bound, "limit": MOST_POINTS})
    return geometry.household_points(connection, as_read(viewer, found))


@needs(READ, HOUSEHOLDS)
def facets(connection: Connection, viewer: Viewer, village: str, month: int) -> pd.DataFrame:
    """How many households hold each combination: state (key of STATE_NAMES, UNCOUNTED among them), cause, below_line,
    unvisited, with_problem (0 or 1) and ``households``, for the legend and the filters."""
    where, bound = _where(viewer, village, month, EVERY)
    cause = "h.cause" if viewer.sees_health else "CAST(NULL AS TEXT)"
    told = {"below_line": _BELOW, "unvisited": _UNVISITED, "with_problem": _PROBLEM}
    flags = ", ".join(f"CASE WHEN {sql} THEN 1 ELSE 0 END AS {name}" for name, sql in told.items())
    statement = f"""
        SELECT state, cause, below_line, unvisited, with_problem, COUNT(*) AS households
        FROM (SELECT {_STATE} AS state, {cause} AS cause, {flags} FROM {FROM} WHERE {where}) q
        GROUP BY state, cause, below_line, unvisited, with_problem"""
    found = connection.execute(expanded(statement, bound), bound)
    return pd.DataFrame(found.all(), columns=list(found.keys()))


@needs(READ, HOUSEHOLDS)
def states_there(connection: Connection, viewer: Viewer, region: str, month: int) -> list[int]:
    """The states that households of a region are in at a month's end, the most urgent first: what a legend names."""
    here, bound = within_sql("s.village", viewer.narrowed(region))
    asked = f"""
        SELECT DISTINCT s.state FROM state_spell s JOIN month m ON m.month = :month
        WHERE {here} AND {holds_on("s", "m.as_of")}"""
    found = set(connection.execute(text(asked), {**bound, "month": month}).scalars())
    return [state for state in STATE_NAMES if state in found]


def _where(viewer: Viewer, village: str, month: int, filters: Filters) -> tuple[str, dict[str, object]]:
    """Condition and parameters; the village must lie in the viewer's region, the households in his scope."""
    picked, named = conditions(viewer, filters)
    seen, bound = seen_matters(viewer, "h.id")
    parts = ["s.village = :village", there_on(), seen]
    bound |= {"village": viewer.narrowed(village), "month": month}
    if not filters.states:
        parts.append(f"({HELPED_SQL} OR h.walking_order IS NOT NULL)" if filters.walked else HELPED_SQL)
    parts += picked
    bound |= named
    return " AND ".join(parts), bound


@needs(READ, HOUSEHOLDS)
def conditions(viewer: Viewer, filters: Filters) -> tuple[list[str], dict[str, list[object]]]:
    """SQL conditions on FROM and their parameters; lists expand (see :func:`data.store.engine.expanded`). Raises
    NoRight for causes, and for attributes that are not published, of who may not know them."""
    if filters.causes:
        require_right(viewer, READ, HEALTH)
    if set(filters.attributes) & set(UNPUBLISHED_ATTRIBUTES):
        require_right(viewer, READ, IDENTITY)
    lists = {"states": _STATE, "causes": "h.cause", "attributes": "h.attribute"}
    chosen = {name: list(getattr(filters, name)) for name in lists if getattr(filters, name)}
    flags = (filters.below_line, _BELOW), (filters.unvisited, _UNVISITED), (filters.with_problem, _PROBLEM)
    return [f"{lists[name]} IN :{name}" for name in chosen] + [sql for on, sql in flags if on], chosen


@needs(READ, HOUSEHOLDS)
def as_read(viewer: Viewer, found: Answer) -> pd.DataFrame:
    """Rows as this viewer may read them."""
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    frame["state"] = frame["state"].map(STATE_NAMES)
    frame["per_head"] = frame["per_head"].astype(float).div(100).round(2)
    if not viewer.sees_identity:
        frame["head"] = frame["head"].map(mask_name)
        frame["attribute"] = frame["attribute"].map(mask_attribute, na_action="ignore")
    return without_telling(viewer, frame, "cause", "code")
