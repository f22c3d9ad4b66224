"""The board of quality: how many hits of which rule where, what came and went, the course of a year, a region's score.

A hit that is waived on the day is not counted as one. What rules found stands in ``quality_hit``, worked off by
``data.rules``; here it is only counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import QUALITY, READ
from data.access.viewer import Viewer, within_sql
from data.figures.sources import HELPED_SQL
from data.model.running import holds_on
from data.months import first_day, last_day, month_of
from data.quality.waivers import WAIVED
from data.regions.tree import Region, children, find
from data.rules.registry import RULES

MONTHS = 12
NOBODY, MOST = "nobody", "most"
FLAGS = {NOBODY: "全部数据没有一条命中", MOST: "命中超过一半的户"}
"""What speaks against the rule itself."""
_COUNTED = ("hits", "new", "mended", "waived", "went", "days")
_LEVELS = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class LastRun:
    """When all rules were last run over all records, in how many milliseconds, over how many households."""

    at: str
    milliseconds: int
    households: int


@dataclass(frozen=True)
class Point:
    """A month's end, or today: hits then (None: before anything was checked), waived ones with them; what came and went
    in the month."""

    month: int
    hits: int | None
    came: int
    went: int


@needs(READ, QUALITY)
def places(connection: Connection, viewer: Viewer, region: str) -> list[Region]:
    """What a board of the region is divided into: the regions straight below it; of a village itself."""
    below = [] if len(region) == _LEVELS[-1] else children(connection, viewer, region)
    return below or [find(connection, viewer, region)]


@needs(READ, QUALITY)
def by_rule_and_region(connection: Connection, viewer: Viewer, region: str, today: date) -> pd.DataFrame:
    """Where a rule hits or has hit within a year: rule, code (a region straight below, the region's own for what lies
    in none of them), hits, new (of them since the month began), waived, oldest (since when the longest stands, ISO),
    mended (that went this month), went and days (that went within twelve months, and how long they had stood together).
    Raises OutOfScope."""
    here, bound = within_sql("h.village", viewer.narrowed(region))
    month = month_of(today)
    bound |= {
        "below": _below(region), "this_day": today.isoformat(),
        "month": first_day(month), "year": first_day(month - MONTHS + 1),
    }  # fmt: skip
    hits = f"""
        SELECT q.rule, q.code, SUM(1 - q.w) AS hits, SUM(q.w) AS waived,
            SUM(CASE WHEN q.w = 0 AND q.since >= :month THEN 1 ELSE 0 END) AS new,
            MIN(CASE WHEN q.w = 0 THEN q.since END) AS oldest
        FROM (SELECT h.rule, h.since, substr(h.village, 1, :below) AS code, CASE WHEN {WAIVED} THEN 1 ELSE 0 END AS w
            FROM quality_hit h WHERE {here}) q GROUP BY q.rule, q.code"""
    went = f"""
        SELECT h.rule, substr(h.village, 1, :below) AS code, SUM(h.went) AS went, SUM(h.days) AS days,
            SUM(CASE WHEN h.day >= :month THEN h.went ELSE 0 END) AS mended
        FROM quality_tally h WHERE {here} AND h.day >= :year AND h.day <= :this_day GROUP BY 1, 2"""
    standing, gone = (_frame(connection, sql, bound) for sql in (hits, went))
    both = standing.merge(gone, on=["rule", "code"], how="outer")
    both = both[both["rule"].isin(list(RULES))]
    numbers = {name: pd.to_numeric(both[name]).fillna(0).astype(int) for name in _COUNTED}
    return both.assign(**numbers, oldest=both["oldest"].astype(object).where(both["oldest"].notna(), None))


def _below(region: str) -> int:
    return next((length for length in _LEVELS if length > len(region)), _LEVELS[-1])


def _frame(connection: Connection, sql: str, bound: Mapping[str, object]) -> pd.DataFrame:
    found = connection.execute(text(sql), bound)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


def by_rule(cells: pd.DataFrame) -> pd.DataFrame:
    """Of ``by_rule_and_region`` a row for each rule of the registry, in its order: the same, and mean_days (that those
    which went within a year had stood; NaN: none went)."""
    summed = cells.groupby("rule")[list(_COUNTED)].sum() if len(cells) else pd.DataFrame(columns=list(_COUNTED))
    oldest = cells.dropna(subset=["oldest"]).groupby("rule")["oldest"].min()
    frame = summed.reindex(list(RULES)).fillna(0).astype(int)
    frame["oldest"] = [oldest.get(rule) for rule in frame.index]
    frame["mean_days"] = (frame["days"] / frame["went"].where(frame["went"] > 0)).astype(float)
    return frame.rename_axis("rule").reset_index()


@needs(READ, QUALITY)
def trend(connection: Connection, viewer: Viewer, region: str, today: date, *, rule: str = "") -> list[Point]:
    """Twelve months up to today, of one rule or of all: hits of a month's end are those of today, less what came since,
    and what went since. Raises OutOfScope."""
    here, bound = within_sql("h.village", viewer.narrowed(region))
    of_one = " AND h.rule = :rule" if rule else ""
    bound |= {"rule": rule} if rule else {}
    now = connection.execute(text(f"SELECT COUNT(*) FROM quality_hit h WHERE {here}{of_one}"), bound).scalar_one()
    last = month_of(today)
    sql = f"""SELECT substr(h.day, 1, 7), SUM(h.came), SUM(h.went) FROM quality_tally h
        WHERE {here}{of_one} AND h.day >= :year AND h.day <= :this_day GROUP BY 1"""
    bound |= {"year": first_day(last - MONTHS + 1), "this_day": today.isoformat()}
    moved = {month_of(month): (int(came), int(went)) for month, came, went in connection.execute(text(sql), bound)}
    first = connection.execute(text("SELECT MIN(at) FROM quality_run")).scalar()
    points, standing = [], now
    for month in range(last, last - MONTHS, -1):
        came, went = moved.get(month, (0, 0))
        known = first is not None and first[:10] <= last_day(month)
        points.append(Point(month, standing if known else None, came, went))
        standing += went - came
    return points[::-1]


@needs(READ, QUALITY)
def last_run(connection: Connection, viewer: Viewer) -> LastRun | None:
    """The last time that all rules were run; None: never."""
    asked = text("SELECT at, milliseconds, households FROM quality_run ORDER BY id DESC LIMIT 1")
    row = connection.execute(asked).first()
    return None if row is None else LastRun(*row)


@needs(READ, QUALITY)
def flagged(connection: Connection, viewer: Viewer) -> Mapping[str, str]:
    """Rule → NOBODY where in all the county's data not one record is hit, MOST where more than half of the households
    are: one of the two says that the rule does not fit. Empty before anything was checked."""
    if last_run(connection, viewer) is None:
        return {}
    homes = connection.execute(text("SELECT COUNT(*) FROM household")).scalar_one()
    hit: dict[str, int] = dict(connection.execute(text("SELECT rule, COUNT(*) FROM quality_hit GROUP BY rule")).all())
    whose = "COALESCE(CAST(household_id AS TEXT), key)"
    asked = text(f"SELECT COUNT(DISTINCT {whose}) FROM quality_hit WHERE rule = :rule")
    most = [
        rule for rule in RULES
        if hit.get(rule, 0) * 2 > homes and connection.execute(asked, {"rule": rule}).scalar_one() * 2 > homes
    ]  # fmt: skip
    return {rule: NOBODY for rule in RULES if not hit.get(rule)} | dict.fromkeys(most, MOST)


FIELDS: Mapping[str, Sequence[str]] = {
    "household": ("phone", "address", "attribute", "housing_safe", "water_safe", "lon"),
    "member": ("sex", "born", "id_number", "education", "health", "skill", "medical_insured"),
}
"""What every counted household, and every member of one, should have filled in."""


@needs(READ, QUALITY)
def score(connection: Connection, viewer: Viewer, region: str, today: date) -> pd.DataFrame:
    """Of each region straight below, of a village its own: code, households, members, hits (in their households, not
    waived), empty (fields of FIELDS without a value), fields (of FIELDS in all), score: of a hundred fields so many
    neither empty nor hit. An empty field counts as a hit, so that leaving out is no way up. Raises OutOfScope."""
    here, bound = within_sql("s.village", viewer.narrowed(region))
    bound |= {"below": _below(region), "this_day": today.isoformat()}
    empty = {
        table: " + ".join(f"CASE WHEN {alias}.{name} IS NULL OR CAST({alias}.{name} AS TEXT) = '' THEN 1 ELSE 0 END"
                          for name in FIELDS[table])
        for table, alias in (("household", "f"), ("member", "m"))
    }  # fmt: skip
    counted = f"state_spell s WHERE {here} AND {holds_on('s', ':this_day')} AND {HELPED_SQL}"
    homes = f"""
        SELECT substr(s.village, 1, :below) AS code, COUNT(*) AS households, SUM({empty["household"]}) AS empty_homes
        FROM {counted.replace(" WHERE", " JOIN household f ON f.id = s.household_id WHERE")} GROUP BY 1"""
    joined = f" JOIN member_spell b ON b.household_id = s.household_id AND {holds_on('b', ':this_day')}"
    people = f"""
        SELECT substr(s.village, 1, :below) AS code, COUNT(*) AS members, SUM({empty["member"]}) AS empty_members
        FROM {counted.replace(" WHERE", f"{joined} JOIN member m ON m.code = b.member WHERE")} GROUP BY 1"""
    hits_here, _ = within_sql("h.village", region)
    hits = f"""SELECT substr(h.village, 1, :below) AS code, COUNT(*) AS hits FROM quality_hit h
        WHERE {hits_here} AND h.household_id IS NOT NULL AND NOT {WAIVED} GROUP BY 1"""
    frame, *others = (_frame(connection, sql, bound) for sql in (homes, people, hits))
    for other in others:
        frame = frame.merge(other, on="code", how="left")
    numbers = frame.drop(columns="code").apply(pd.to_numeric).fillna(0).astype(int)
    fields = numbers["households"] * len(FIELDS["household"]) + numbers["members"] * len(FIELDS["member"])
    bad = numbers["hits"] + numbers["empty_homes"] + numbers["empty_members"]
    return pd.DataFrame(
        {
            "code": frame["code"],
            "households": numbers["households"],
            "members": numbers["members"],
            "hits": numbers["hits"],
            "empty": numbers["empty_homes"] + numbers["empty_members"],
            "fields": fields,
            "score": (100 * (1 - bad / fields)).clip(lower=0).round(1),
        }
    )
