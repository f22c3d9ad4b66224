"""All rules over all records, or over a few households: what they now speak of, since when, and what came and went.

What is found is laid beside what stands in ``quality_hit``. One that stood keeps its day, also where its household
moved; what came and went is counted by day, rule and village in ``quality_tally``.
"""

import json
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, text

from data.clock import written
from data.model import household, quality_hit, quality_run
from data.rules import marks
from data.rules.parts import lay_out
from data.rules.registry import RULES, Parameters, Rule, parameters
from data.store.engine import days_between
from data.store.rows import written_id

_KEY = "rule, record, key"
_SAME = " AND ".join(f"{{0}}.{name} = {{1}}.{name}" for name in _KEY.split(", "))
# in the UPDATE beside _SAME: by these a store looks up the few that are hit, and does not read all that stands
_STANDING = ", ".join(f"quality_hit.{name}" for name in _KEY.split(", "))
_WAIVED = f"""UPDATE quality_waiver SET village = s.village FROM quality_hit s
    WHERE {_SAME.format("quality_waiver", "s")} AND quality_waiver.household_id IS NULL
    AND quality_waiver.village <> s.village"""
"""What is waived of no household is where its record is; all else follows its household."""


@dataclass(frozen=True)
class Run:
    """A run of all rules: its number, how long it took, over how many households, and what each rule hit."""

    id: int
    milliseconds: int
    households: int
    hits: dict[str, int]


def run(connection: Connection, now: datetime, *, actor: str) -> Run:
    """Ask all rules of all records, in a writing transaction of the caller's in which the figures stand as of today."""
    begun = time.monotonic()
    marks.make(connection, None)
    settle(connection, now, None)
    connection.execute(text(_WAIVED))
    counts: dict[str, int] = dict.fromkeys(RULES, 0)
    asked = select(quality_hit.c.rule, func.count()).group_by(quality_hit.c.rule)
    counts.update({rule: number for rule, number in connection.execute(asked) if rule in RULES})
    households = connection.execute(select(func.count()).select_from(household)).scalar_one()
    given = parameters(connection, now.date().isoformat())
    took = round((time.monotonic() - begun) * 1000)
    row = {
        "at": written(now),
        "actor": actor,
        "milliseconds": took,
        "households": households,
        "versions": json.dumps({id: rule.stands(given.settings) for id, rule in RULES.items()}, ensure_ascii=False),
        "hits": json.dumps(counts),
    }
    return Run(written_id(connection.execute(insert(quality_run).values(row))), took, households, counts)


def settle(connection: Connection, now: datetime, scope: Collection[int] | None) -> None:
    """Bring what stands in ``quality_hit`` to what the rules say today: of all records, or of the households in
    ``scope``, whose marks and figures are as they stand."""
    given = parameters(connection, now.date().isoformat())
    lay_out(connection, given, scope)
    few = scope is not None
    own = " WHERE q.household_id IN (SELECT id FROM rule_scope)" if few else ""
    here = "s.household_id IN (SELECT id FROM rule_scope)" if few else "1 = 1"
    _bring(connection, given, RULES.values(), own, here)


def settle_matters(connection: Connection, now: datetime, codes: Collection[str] | None) -> None:
    """The same of problems and tasks (None: of all), whatever they are of: their rules ask nothing but themselves."""
    given = parameters(connection, now.date().isoformat())
    connection.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS rule_matter (code TEXT PRIMARY KEY)"))
    connection.execute(text("DELETE FROM rule_matter"))
    if codes:
        connection.execute(text("INSERT INTO rule_matter VALUES (:code)"), [{"code": code} for code in sorted(codes)])
    few = codes is not None
    own = " WHERE q.key IN (SELECT code FROM rule_matter)" if few else ""
    here = "s.record IN ('problem', 'task')" + (" AND s.key IN (SELECT code FROM rule_matter)" if few else "")
    rules = (rule for rule in RULES.values() if rule.record in ("problem", "task"))
    _bring(connection, given, rules, own, here)
    connection.execute(text(f"{_WAIVED} AND {here}"))


def _bring(connection: Connection, given: Parameters, rules: Iterable[Rule], own: str, here: str) -> None:
    """What these rules find laid beside what stands; ``own``, ``here``: clauses on what is found (``q``) and on what
    stands (``s``)."""
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS rule_hit (rule TEXT, record TEXT, key TEXT, household_id BIGINT,"
            " village TEXT, field TEXT, PRIMARY KEY (rule, record, key))"
        )
    )
    connection.execute(text("DELETE FROM rule_hit"))
    for rule in rules:
        connection.execute(text(_asked(rule, given, own)))
    bound = {"day": given.today}
    stood = days_between(connection, "s.since", given.day)
    for statement in (
        _TALLIED.format(here=here, days=stood),
        f"DELETE FROM quality_hit AS s WHERE {here} AND NOT EXISTS"
        f" (SELECT 1 FROM rule_hit n WHERE {_SAME.format('n', 's')})",
        f"UPDATE quality_hit SET household_id = n.household_id, village = n.village, field = n.field FROM rule_hit n"
        f" WHERE ({_STANDING}) IN (SELECT {_KEY} FROM rule_hit) AND {_SAME.format('n', 'quality_hit')}"
        " AND (quality_hit.village <> n.village"
        " OR COALESCE(quality_hit.household_id, 0) <> COALESCE(n.household_id, 0) OR quality_hit.field <> n.field)",
        f"INSERT INTO quality_hit ({_KEY}, household_id, village, field, since) SELECT rule, record, key, household_id,"
        f" village, field, :day FROM rule_hit n WHERE NOT EXISTS (SELECT 1 FROM quality_hit s"
        f" WHERE {_SAME.format('n', 's')})",
    ):
        connection.execute(text(statement), bound if ":day" in statement else {})


def _asked(rule: Rule, given: Parameters, own: str) -> str:
    """INSERT of what the rule speaks of."""
    return (
        f"INSERT INTO rule_hit SELECT '{rule.id}', '{rule.record}', q.key, q.household_id, q.village, '{rule.field}'"
        f" FROM ({rule.sql(given)}) q{own}"
    )


_TALLIED = f"""
    INSERT INTO quality_tally (day, rule, village, came, went, days)
    SELECT :day, q.rule, q.village, SUM(q.came), SUM(q.went), SUM(q.days) FROM (
        SELECT n.rule, n.village, 1 AS came, 0 AS went, 0 AS days FROM rule_hit n WHERE NOT EXISTS
            (SELECT 1 FROM quality_hit s WHERE {_SAME.format("n", "s")} AND s.village = n.village)
        UNION ALL SELECT s.rule, s.village, 0, 1, CASE WHEN EXISTS (SELECT 1 FROM rule_hit n
                WHERE {_SAME.format("n", "s")}) THEN 0 ELSE {{days}} END FROM quality_hit s
            WHERE {{here}} AND NOT EXISTS (SELECT 1 FROM rule_hit n WHERE {_SAME.format("n", "s")}
                AND s.village = n.village)
    ) q GROUP BY q.rule, q.village
    ON CONFLICT (day, rule, village) DO UPDATE SET came = quality_tally.came + excluded.came,
        went = quality_tally.went + excluded.went, days = quality_tally.days + excluded.days"""
