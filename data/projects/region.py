"""The projects of a region as they stood in a month: filtered, in order, page by page, on the map, and their sums.

Counted are those of the registry: begun, without a day of beginning, or with returns already. Rates are those of
assets in operation that are meant to earn; the sums are the figures of the overview to the fen.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data.access.masks import mask_party
from data.access.rights import needs
from data.access.roles import PROJECTS, READ
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import PROJECT_ARREARS, PROJECT_RATE, PROJECT_RATE_EVER
from data.figures.sources import (
    PROJECT_BEGUN_SQL,
    PROJECT_DUE_SQL,
    PROJECT_EARNING_SQL,
    PROJECT_RECEIVED_EVER_SQL,
    PROJECT_RECEIVED_SQL,
)
from data.money import in_yuan
from data.projects.troubles import (
    FOUND,
    MARKED,
    STREAK,
    WHOLE_DUE,
    WHOLE_RECEIVED,
    place_sql,
    rule_bounds,
    why_suspected,
)
from data.regions import outlines as geometry
from data.store.engine import expanded

PAGE = 50
_Bound = dict[str, Any]  # parameters of a statement, the settings of the rules among them
MOST_POINTS = 2000
FROM = "project p JOIN month m ON m.month = :month"
ENTERED = """
    COALESCE((SELECT s.entered FROM project_stage s WHERE s.project = p.code AND s.stage = p.stage),
    CASE WHEN p.stage IN ('竣工验收', '资金报账', '资产移交', '运营') THEN p.completed
    WHEN p.stage = '建设' THEN p.started END)"""
_EXACT = "EXISTS (SELECT 1 FROM project_stage s WHERE s.project = p.code AND s.stage = p.stage)"
_BEHIND = "FROM project_household b WHERE b.project = p.code AND b.year * 12 <= m.month"
HOUSEHOLDS = f"(SELECT COUNT(DISTINCT b.household_id) {_BEHIND})"
HOUSEHOLD_YEARS = f"(SELECT COUNT(DISTINCT b.household_id * 10000 + b.year) {_BEHIND})"
COLUMNS = {
    "code": "p.code",
    "name": "p.name",
    "place": place_sql(),
    "region": "p.region",
    "kind": "p.kind",
    "stage": "p.stage",
    "entered": ENTERED,
    "operator": "p.operator",
    "asset_class": "p.asset_class",
    "earning": f"CASE WHEN {PROJECT_EARNING_SQL} THEN 1 ELSE 0 END",
    "investment": "p.investment_fen",
    "due": PROJECT_DUE_SQL,
    "received": PROJECT_RECEIVED_SQL,
    "arrears": PROJECT_ARREARS,
    "rate": PROJECT_RATE,
    "received_ever": PROJECT_RECEIVED_EVER_SQL,
    "rate_ever": PROJECT_RATE_EVER,
    "agreed_rate": "p.agreed_rate",
    "households": HOUSEHOLDS,
    "household_years": HOUSEHOLD_YEARS,
    "marked": f"CASE WHEN {MARKED} THEN 1 ELSE 0 END",
    "streak": STREAK,
    "whole_due": WHOLE_DUE,
    "whole_received": WHOLE_RECEIVED,
    "exact": f"CASE WHEN {_EXACT} THEN 1 ELSE 0 END",
}
SORTS = (
    "name", "place", "kind", "stage", "entered", "operator", "investment", "due", "received", "arrears", "rate",
    "received_ever", "rate_ever", "households", "household_years",
)  # fmt: skip
_FEN = ("investment", "due", "received", "arrears", "received_ever")
_WORST = f"{PROJECT_ARREARS} DESC, p.code"


@dataclass(frozen=True)
class Filters:
    """What is picked out; empty or False picks all. ``operators`` are names, '' for none on record; ``arrears``: less
    received than due in twelve months; ``trouble``: marked, or found by the rules; ``words`` stand in the name, code or
    operator."""

    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    asset_classes: tuple[str, ...] = ()
    arrears: bool = False
    trouble: bool = False
    words: str = ""


NO_FILTERS = Filters()


@dataclass(frozen=True)
class Totals:
    """Sums over projects: money in yuan, rates as fractions, None where there is nothing to divide by.

    ``earning…`` are the parts of the assets in operation that are meant to earn, which alone make the rates.
    ``households`` are different households; ``household_years`` counts one again for each further year.
    """

    projects: int
    households: int
    household_years: int
    investment: float
    due: float
    received: float
    received_ever: float
    earning_investment: float
    earning_received: float
    earning_received_ever: float

    @property
    def arrears(self) -> float:
        return self.due - self.received

    @property
    def rate(self) -> float | None:
        return self.earning_received / self.earning_investment if self.earning_investment else None

    @property
    def rate_ever(self) -> float | None:
        return self.earning_received_ever / self.earning_investment if self.earning_investment else None


@needs(READ, PROJECTS)
def page(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    *,
    filters: Filters = NO_FILTERS,
    sort: str = "",
    descending: bool = False,
    limit: int = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """A page of projects: COLUMNS but for the helping ones, with ``days`` in the stage, ``about`` (the stage's day is
    taken from 开工 or 竣工) and ``risk``, why it is in trouble or ''. Money is yuan, rates fractions, unknown None.

    The largest arrears first, or by the column ``sort``; raises NotFound for one that is not in SORTS.
    """
    order = _WORST
    if sort:
        if sort not in SORTS:
            raise NotFound(f"项目表中没有“{sort[:20]}”这一列。")
        order = f"{COLUMNS[sort]} {'DESC' if descending else 'ASC'} NULLS LAST, p.code"
    where, bound = _where(connection, viewer, region, month, filters)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    sql = f"SELECT {columns}, m.as_of FROM {FROM} WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    found = connection.execute(expanded(sql, bound), {**bound, "limit": limit, "offset": offset})
    return _as_read(_masked(viewer, pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)), bound)


@needs(READ, PROJECTS)
def points(
    connection: Connection, viewer: Viewer, around: str, month: int, *, filters: Filters = NO_FILTERS
) -> pd.DataFrame:
    """The same projects for the map, at most MOST_POINTS: with lon, lat and ``sketch`` (no coordinates on record).

    Sketched places depend on what lies around the region, too.
    """
    names = (
        "code",
        "name",
        "place",
        "region",
        "kind",
        "stage",
        "operator",
        "investment",
        "due",
        "received",
        "arrears",
        "rate",
    )
    where, bound = _where(connection, viewer, around, month, filters)
    columns = ", ".join(f"{COLUMNS[name]} AS {name}" for name in names)
    sql = f"SELECT {columns}, p.lon, p.lat FROM {FROM} WHERE {where} ORDER BY p.code LIMIT :limit"
    found = connection.execute(expanded(sql, bound), {**bound, "limit": MOST_POINTS})
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    in_yuan(frame, [name for name in _FEN if name in frame])
    frame["rate"] = frame["rate"].astype(float)
    frame = _masked(viewer, frame)
    frame["id"] = [zlib.crc32(code.encode()) for code in frame["code"]]
    frame["village"] = frame["region"]  # where one without coordinates is put
    return geometry.household_points(connection, frame)


def _masked(viewer: Viewer, frame: pd.DataFrame) -> pd.DataFrame:
    told = [mask_party(viewer, name) for name in frame["operator"]]
    return frame.assign(operator=pd.Series(told, index=frame.index, dtype=object))


@needs(READ, PROJECTS)
def totals(connection: Connection, viewer: Viewer, region: str, month: int, *, filters: Filters = NO_FILTERS) -> Totals:
    """The sums over all pages."""
    where, bound = _where(connection, viewer, region, month, filters)
    names = ("earning", "investment", "due", "received", "received_ever")
    inner = ", ".join(f"{COLUMNS[name]} AS {name}" for name in names)
    sums = f"""
        SELECT COUNT(*) AS projects, SUM(investment), SUM(due), SUM(received), SUM(received_ever),
        SUM(earning * investment), SUM(earning * received), SUM(earning * received_ever)
        FROM (SELECT {inner} FROM {FROM} WHERE {where}) q"""
    number, *fen = connection.execute(expanded(sums, bound), bound).one()
    behind = f"""
        SELECT COUNT(DISTINCT b.household_id), COUNT(DISTINCT b.household_id * 10000 + b.year)
        FROM project_household b JOIN month m ON m.month = :month AND b.year * 12 <= m.month
        JOIN project p ON p.code = b.project WHERE {where}"""
    households, years = connection.execute(expanded(behind, bound), bound).one()
    return Totals(number, households, years, *(int(one or 0) / 100 for one in fen))


def operator_key(name: str) -> str:
    """What stands for an operator in an address: a name may be that of a person."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _where(connection: Connection, viewer: Viewer, region: str, month: int, filters: Filters) -> tuple[str, _Bound]:
    here, bound = within_sql("p.region", viewer.narrowed(region))
    parts = [here, PROJECT_BEGUN_SQL]
    bound = {**bound, "month": month, **rule_bounds(connection, month)}
    lists = {
        "kinds": "p.kind",
        "stages": "p.stage",
        "operators": "COALESCE(p.operator, '')",
        "asset_classes": "p.asset_class",
    }
    for name, column in lists.items():
        if chosen := getattr(filters, name):
            parts.append(f"{column} IN :{name}")
            bound[name] = list(chosen)
    if filters.arrears:
        parts.append(f"{PROJECT_ARREARS} > 0")
    if filters.trouble:
        parts.append(f"({MARKED} OR {FOUND})")
    if filters.words:
        bound["words"] = filters.words.lower()
        parts.append("(" + " OR ".join(_holds(column) for column in ("p.name", "p.code")) + ")")
    return " AND ".join(parts), bound


def _holds(column: str) -> str:
    """That a text holds the words: by their absence after taking them out, which both engines can tell."""
    return f"length(replace(lower(COALESCE({column}, '')), :words, '')) < length(COALESCE({column}, ''))"


def _as_read(frame: pd.DataFrame, bounds: _Bound) -> pd.DataFrame:
    in_yuan(frame, _FEN)
    for name in ("rate", "rate_ever", "agreed_rate"):
        frame[name] = frame[name].astype(float)
    days = [_days(row.entered, row.as_of) for row in frame.itertuples()]
    frame["days"] = pd.Series(days, index=frame.index, dtype="Int64")
    frame["about"] = [row.entered is not None and not row.exact for row in frame.itertuples()]
    frame["risk"] = [
        "已标记风险" if row.marked else why_suspected(row.streak, row.whole_due, row.whole_received, bounds)
        for row in frame.itertuples()
    ]
    return frame.drop(columns=["whole_due", "whole_received", "exact", "as_of"])


def _days(entered: str | None, as_of: str) -> int | None:
    if entered is None or entered > as_of:
        return None
    return (date.fromisoformat(as_of) - date.fromisoformat(entered)).days
