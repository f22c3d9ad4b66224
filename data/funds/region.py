"""The funds of a year, or what is late of any year, one by one: filtered, counted, in any order, for an export."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import PROJECTS, READ
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.sources import (
    FUND_ARRANGED_SQL,
    FUND_LATE_SQL,
    FUND_PAID_SQL,
    FUND_PLANNED_SQL,
    FUND_RECOVERED_SQL,
    FUND_SHORT_SQL,
    FUND_UNPAID_SQL,
)
from data.funds.sums import FROM
from data.money import in_yuan

PAGE = 30
_LATE_SINCE = f"""
    (SELECT MIN(q.planned) FROM fund_plan q WHERE q.fund = f.code AND q.planned < m.as_of AND
    (SELECT SUM(o.amount_fen) FROM fund_plan o WHERE o.fund = q.fund AND o.planned <= q.planned)
    > {FUND_PAID_SQL} AND {FUND_LATE_SQL})"""
_PROGRESS = f"{FUND_PAID_SQL} * 1.0 / NULLIF({FUND_ARRANGED_SQL}, 0)"
_TOWNSHIP = "SELECT r.name || ' ' FROM region r WHERE length(f.region) = 12 AND r.code = substr(f.region, 1, 9)"
_PROJECT = "(SELECT p.name FROM project p WHERE p.code = f.project)"
COLUMNS = {
    "code": "f.code",
    "year": "f.year",
    "place": f"COALESCE(({_TOWNSHIP}), '') || (SELECT r.name FROM region r WHERE r.code = f.region)",
    "name": "f.name",
    "source": "f.source",
    "project": "f.project",
    "project_name": _PROJECT,
    "arranged": "f.arranged_fen",
    "paid": FUND_PAID_SQL,
    "planned": FUND_PLANNED_SQL,
    "unpaid": FUND_UNPAID_SQL,
    "recovered": FUND_RECOVERED_SQL,
    "settled": "CASE WHEN f.settled <= m.as_of THEN f.settled END",
    "progress": _PROGRESS,
    "short": FUND_SHORT_SQL,
    "late_since": _LATE_SINCE,
    "as_of": "m.as_of",
}
_MONEY = ("arranged", "paid", "planned", "unpaid", "recovered", "short")
SORTS = {
    "late": f"{FUND_SHORT_SQL} DESC, {_PROGRESS} NULLS LAST, f.code",
    "place": "f.region, f.code",
    "name": "f.name, f.code",
    "year": "f.year, f.code",
    "source": "f.source, f.code",
    "arranged": "f.arranged_fen DESC, f.code",
    "paid": f"{FUND_PAID_SQL} DESC, f.code",
    "planned": f"{FUND_PLANNED_SQL} DESC, f.code",
    "unpaid": f"{FUND_UNPAID_SQL} DESC, f.code",
    "progress": f"{_PROGRESS} NULLS LAST, f.code",
    "short": f"{FUND_SHORT_SQL} DESC, f.code",
    "days": f"{_LATE_SINCE} NULLS LAST, f.code",
}
"""Orders of the list, each with what needs attention, or the largest, first."""


@dataclass(frozen=True)
class FundFilters:
    """What is picked out: one source ('' all), only what is late (of any year: it lives until it is paid), with (True)
    or without (False) a project, and words that name, code or project must hold."""

    source: str = ""
    late: bool = False
    with_project: bool | None = None
    words: str = ""


NO_FILTERS = FundFilters()


@needs(READ, PROJECTS)
def count(
    connection: Connection, viewer: Viewer, region: str, month: int, year: int, *, filters: FundFilters = NO_FILTERS
) -> tuple[int, int, int]:
    """How many funds the filters leave, and what was arranged (less what was recovered) and paid of them, in fen."""
    where, bound = _where(viewer, region, month, year, filters)
    sums = f"COUNT(*), COALESCE(SUM({FUND_ARRANGED_SQL}), 0), COALESCE(SUM({FUND_PAID_SQL}), 0)"
    number, arranged, paid = connection.execute(text(f"SELECT {sums} FROM {FROM} WHERE {where}"), bound).one()
    return int(number), int(arranged), int(paid)


@needs(READ, PROJECTS)
def page(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    year: int,
    *,
    filters: FundFilters = NO_FILTERS,
    sort: str = "late",
    limit: int | None = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """Funds as they stood at the end of the month: the columns of COLUMNS but ``as_of``, money in yuan, and ``days``:
    how long the oldest payment that is missing is late (None: nothing is). ``limit`` None: all.

    Raises NotFound for an order that is not in SORTS.
    """
    if sort not in SORTS:
        raise NotFound(f"资金名单中没有“{sort[:20]}”这种排序。")
    where, bound = _where(viewer, region, month, year, filters)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    statement = f"SELECT {columns} FROM {FROM} WHERE {where} ORDER BY {SORTS[sort]}"
    if limit is not None:
        statement += " LIMIT :limit OFFSET :offset"
    found = connection.execute(text(statement), {**bound, "limit": limit, "offset": offset})
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    in_yuan(frame, _MONEY)
    frame["progress"] = frame["progress"].astype(float)
    days = [_days(since, end) for since, end in zip(frame["late_since"], frame.pop("as_of"), strict=True)]
    frame["days"] = pd.Series(days, dtype="Int64", index=frame.index)
    return frame


def _days(since: str | None, end: str) -> int | None:
    return None if since is None else (date.fromisoformat(end) - date.fromisoformat(since)).days


def _where(viewer: Viewer, region: str, month: int, year: int, filters: FundFilters) -> tuple[str, dict[str, object]]:
    here, bound = within_sql("f.region", viewer.narrowed(region))
    parts = [here, f"f.year * 12 <= m.month AND {FUND_LATE_SQL}" if filters.late else "f.year = :year"]
    bound |= {"month": month} if filters.late else {"month": month, "year": year}
    if filters.source:
        parts.append("f.source = :source")
        bound["source"] = filters.source
    if filters.with_project is not None:
        parts.append("f.project IS NOT NULL" if filters.with_project else "f.project IS NULL")
    for number, word in enumerate(filters.words.lower().split()[:5]):
        held = f"LOWER(f.name || ' ' || f.code || ' ' || COALESCE(f.project, '') || ' ' || COALESCE({_PROJECT}, ''))"
        parts.append(f"{held} LIKE :word{number} ESCAPE '!'")
        bound[f"word{number}"] = "%" + "".join(f"!{one}" if one in "!%_" else one for one in word) + "%"
    return " AND ".join(parts), bound
