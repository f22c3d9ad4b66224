"""What is overdue, for walls: how much of each kind, where, and the longest with who answers for it; posts of leaders
that must be filled and are vacant.

Problems, tasks, funds and the measures planned for who is watched are overdue as their figures say. A visit is overdue
where a counted household was visited by nobody within the days of the setting ``visit_days``
(``data.households.visit_days``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ, ROLES
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.duties.leaders import VACANT, Vacancy, vacant_posts
from data.duties.overdue import most_overdue
from data.figures import read as figures
from data.funds import region as funds
from data.funds.region import FundFilters
from data.households.visit_days import COUNTED, LONGEST_MONTH, WAITING_SINCE
from data.model.running import runs_on
from data.settings import value_of

KINDS = {"问题": "个", "任务": "项", "资金": "笔", "帮扶措施": "项", "走访": "户"}
"""Kind → what its number counts."""
INDICATORS = {
    "问题": "problems_overdue", "任务": "tasks_overdue", "资金": "late_funds", "帮扶措施": "plans_overdue",
}  # fmt: skip
POST = "岗位"
"""Kind of a row that tells of a vacant post; these are counted apart."""


@dataclass(frozen=True)
class Overdue:
    """``counts``: kind (a key of KINDS) → how many, on the day ``day`` (ISO); ``rows``: the longest, as of
    :func:`overdue`; ``vacant``: posts (``data.duties.leaders.vacancies``)."""

    day: str
    counts: Mapping[str, int]
    rows: pd.DataFrame
    vacant: int = 0

    @property
    def matters(self) -> int:
        """Problems, tasks, funds and planned measures together; households are no matters, and counted apart."""
        return sum(self.counts[kind] for kind in INDICATORS)


@needs(READ, HOUSEHOLDS)
def overdue(connection: Connection, viewer: Viewer, region: str, *, limit: int = 7) -> Overdue:
    """What is overdue in a region on the day the figures stand at.

    ``rows``, the longest first, at least the worst of each kind among them: kind, what, place, owner and unit (None:
    not on record), days, region. Of visits one a village, its longest. Words about a household are its kind alone. A
    vacant post is a row of the kind POST, its days those since the last one left it.
    """
    month, day = _running(connection)
    visits = _visits(connection, viewer, region, month, day)
    known = figures.figures(connection, viewer, region, None, tuple(INDICATORS.values()))
    counts = {kind: int(known[id].value or 0) for kind, id in INDICATORS.items()}
    counts["走访"] = int(visits["households"].sum())
    vacant = vacant_posts(connection, viewer.narrowed(region), day)
    parts = [
        _matters(connection, viewer, region, month, limit),
        _funds(connection, viewer, region, month, limit),
        _measures(connection, viewer, region, day, limit),
        _longest_visits(connection, visits, month, day, limit),
        _posts(vacant, day),
    ]
    listed = [part for part in parts if len(part)]
    rows = pd.concat(listed, ignore_index=True) if listed else pd.DataFrame(columns=_COLUMNS)
    ordered = rows.sort_values("days", ascending=False, kind="stable")
    worst = ordered.drop_duplicates("kind")
    few = pd.concat([worst, ordered.drop(worst.index)]).head(limit)
    longest = few.sort_values("days", ascending=False, kind="stable").reset_index(drop=True)
    return Overdue(day, counts, longest, len(vacant))


@needs(READ, HOUSEHOLDS)
def overdue_below(connection: Connection, viewer: Viewer, region: str) -> pd.DataFrame:
    """The same counted in the direct sub-regions: code, name, a column for each of KINDS, matters (all but visits); the
    most matters first, then the most visits, those with nothing left out."""
    month, day = _running(connection)
    visits = _visits(connection, viewer, region, month, day)
    listed = {kind: figures.children(connection, viewer, region, month, id) for kind, id in INDICATORS.items()}
    table = listed["问题"][["code", "name"]].assign(
        **{kind: rows["value"].fillna(0).astype(int) for kind, rows in listed.items()}
    )
    below = len(table["code"].iloc[0]) if len(table) else 0
    households = visits.groupby(visits["village"].str[:below])["households"].sum()
    table["走访"] = table["code"].map(households).fillna(0).astype(int)
    table["matters"] = table[list(INDICATORS)].sum(axis=1).astype(int)
    table = table[(table["matters"] > 0) | (table["走访"] > 0)]
    order = table.sort_values(["matters", "走访", "code"], ascending=[False, False, True])
    return order.reset_index(drop=True)


_COLUMNS = ["kind", "what", "place", "owner", "unit", "days", "region"]


def _posts(vacant: Sequence[Vacancy], day: str) -> pd.DataFrame:
    """Those that somebody held before."""
    rows = [
        (POST, one.post, one.place, VACANT, None, days, one.region)
        for one in vacant
        if (days := one.days(day)) is not None
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _running(connection: Connection) -> tuple[int, str]:
    """The month that runs, and the day that the figures stand at."""
    found = connection.execute(text("SELECT month, as_of FROM month ORDER BY month DESC LIMIT 1")).one()
    return found.month, found.as_of


def _matters(connection: Connection, viewer: Viewer, region: str, month: int, limit: int) -> pd.DataFrame:
    """Problems and tasks, with the unit of an owner who is a helper."""
    rows = most_overdue(connection, viewer, region, month, limit=2 * limit)
    rows = rows.rename(columns={"noun": "kind"})
    units = _units(connection, sorted(set(rows["owner"].dropna())))
    return rows.assign(unit=[units.get(owner) for owner in rows["owner"]])[_COLUMNS].astype({"unit": object})


def _units(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Name of a helper → his unit, of those whose name is one unit's alone."""
    asked = text(
        "SELECT name, MIN(unit) FROM helper WHERE name IN :names GROUP BY name HAVING COUNT(DISTINCT unit) = 1"
    ).bindparams(bindparam("names", expanding=True))
    return dict(connection.execute(asked, {"names": list(names)}).all()) if names else {}


def _funds(connection: Connection, viewer: Viewer, region: str, month: int, limit: int) -> pd.DataFrame:
    rows = funds.page(
        connection, viewer, region, month, month // 12, filters=FundFilters(late=True), sort="days", limit=limit
    )
    told = {"kind": "资金", "what": rows["name"], "owner": None, "unit": None, "region": ""}
    return rows.assign(**told).dropna(subset=["days"])[_COLUMNS]


def _measures(connection: Connection, viewer: Viewer, region: str, day: str, limit: int) -> pd.DataFrame:
    """Planned measures that are not carried out, by the person who is to, else the village: what else is written of
    them may tell of a household."""
    here, bound = within_sql("i.village", viewer.narrowed(region))
    sql = f"""
        SELECT i.village, i.until, COALESCE(p.name, :office) AS who,
            COALESCE(t.name || ' ', '') || r.name AS place
        FROM plan_item i JOIN region r ON r.code = i.village
        LEFT JOIN region t ON t.code = substr(i.village, 1, 9) LEFT JOIN person p ON p.id = i.owner_id
        WHERE {here} AND i.until < :day AND i.state IN ('planned', 'doing')
        ORDER BY i.until, i.id LIMIT :limit"""
    rows = [
        ("帮扶措施", "未落实", one.place, one.who, None, (date.fromisoformat(day) - date.fromisoformat(one.until)).days,
         one.village)
        for one in connection.execute(text(sql), {**bound, "day": day, "limit": limit, "office": ROLES["village"]})
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _visits(connection: Connection, viewer: Viewer, region: str, month: int, day: str) -> pd.DataFrame:
    """Villages with visits that are overdue: village, households, since (the longest's last visit), days (over)."""
    allowed = int(value_of(connection, "visit_days"))
    here, bound = within_sql("hm.village", viewer.narrowed(region))
    seen, named = seen_households(viewer)
    limit = (date.fromisoformat(day) - timedelta(days=allowed)).isoformat()
    sql = f"""
        SELECT q.village, COUNT(*) AS households, MIN(q.since) AS since FROM (
            SELECT hm.village, {WAITING_SINCE} AS since {COUNTED} AND {here} AND {seen}
            {"AND hm.visits = 0" if allowed >= LONGEST_MONTH else ""}) q
        WHERE q.since < :limit GROUP BY q.village ORDER BY MIN(q.since), q.village"""
    found = connection.execute(text(sql), {**bound, **named, "month": month, "limit": limit}).all()
    rows = pd.DataFrame(found, columns=["village", "households", "since"])
    over = [(date.fromisoformat(day) - date.fromisoformat(since)).days - allowed for since in rows["since"]]
    return rows.assign(days=over)


def _longest_visits(connection: Connection, visits: pd.DataFrame, month: int, day: str, limit: int) -> pd.DataFrame:
    """Of the villages where a visit is missing the longest: who is to pay it."""
    rows = []
    for one in visits.head(limit).itertuples():
        found = connection.execute(text(_WHOSE), {"village": one.village, "since": one.since, "month": month}).first()
        owner, unit, place = found if found is not None else (None, None, "")
        rows.append(("走访", f"{one.households} 户未走访", place, owner, unit, one.days, one.village))
    return pd.DataFrame(rows, columns=_COLUMNS)


_WHOSE = f"""
    SELECT (SELECT a.name FROM pairing s JOIN helper a ON a.code = s.helper
            WHERE s.household_id = h.id AND {runs_on("s", "m.as_of")} ORDER BY a.code LIMIT 1),
        (SELECT a.unit FROM pairing s JOIN helper a ON a.code = s.helper
            WHERE s.household_id = h.id AND {runs_on("s", "m.as_of")} ORDER BY a.code LIMIT 1),
        (SELECT COALESCE((SELECT t.name || ' ' FROM region t WHERE t.code = substr(r.code, 1, 9)), '') || r.name
            FROM region r WHERE r.code = hm.village)
    {COUNTED} AND hm.village = :village AND {WAITING_SINCE} = :since ORDER BY h.id LIMIT 1"""
