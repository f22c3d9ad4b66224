"""Where the measures come from: the joins that lay every record into its region and month.

Each source names the region of a record and a FROM clause in which ``m`` is the month; ``{here}`` takes the condition
on the region. Months are those of table ``month``; ``m.as_of`` is the last day, or today in the running month.
"""

from dataclasses import dataclass

from data.figures.facts import checks, facts
from data.figures.net_income import COMPARABLE
from data.model.running import holds_on, open_on, runs_on
from data.terms import EXITED, OUT_OF_SCHOOL, UNCOUNTED, UNLIFTED, Record

FUND_PAID_SQL = (
    "COALESCE((SELECT SUM(y.amount_fen) FROM fund_payment y WHERE y.fund = f.code AND y.paid <= m.as_of), 0)"
)
"""What has been paid of fund ``f`` by the end of month ``m``."""
FUND_RECOVERED_SQL = "CASE WHEN f.settled > m.as_of THEN 0 ELSE COALESCE(f.recovered_fen, 0) END"
"""What went back of it: on the day it was settled; where that is not on record, all along."""
FUND_ARRANGED_SQL = f"(f.arranged_fen - {FUND_RECOVERED_SQL})"
FUND_OPEN_SQL = f"({open_on('f.settled', 'm.as_of')} AND {FUND_ARRANGED_SQL} > {FUND_PAID_SQL})"
"""Whether it lives: until it is paid, settled or recovered, whatever its year."""
FUND_UNPAID_SQL = f"CASE WHEN {FUND_OPEN_SQL} THEN {FUND_ARRANGED_SQL} - {FUND_PAID_SQL} ELSE 0 END"
_DUE = "COALESCE((SELECT SUM(q.amount_fen) FROM fund_plan q WHERE q.fund = f.code AND q.planned < m.as_of), 0)"
FUND_PLANNED_SQL = _DUE.replace("q.planned < m.as_of", "q.planned <= m.as_of")
"""What was to be paid of it by the end of the month."""
FUND_LATE_SQL = f"({FUND_OPEN_SQL} AND {_DUE} > {FUND_PAID_SQL})"
"""Whether less is paid than was to be paid by days that have passed: what is planned for today is not late yet."""
FUND_SHORT_SQL = (
    f"CASE WHEN NOT {FUND_LATE_SQL} THEN 0 WHEN {_DUE} > {FUND_ARRANGED_SQL}"
    f" THEN {FUND_ARRANGED_SQL} - {FUND_PAID_SQL} ELSE {_DUE} - {FUND_PAID_SQL} END"
)
"""How much is late of it, never more than is unpaid."""
PROJECT_DUE_SQL = (
    "(SELECT SUM(y.due_fen) FROM project_return y"
    " WHERE y.project = p.code AND y.month <= m.month AND y.month > m.month - 12)"
)
PROJECT_RECEIVED_SQL = PROJECT_DUE_SQL.replace("due_fen", "received_fen")
PROJECT_RECEIVED_EVER_SQL = (
    "(SELECT SUM(y.received_fen) FROM project_return y WHERE y.project = p.code AND y.month <= m.month)"
)
_RETURNED = (
    "EXISTS (SELECT 1 FROM project_return y WHERE y.project = p.code AND y.month <= m.month"
    " AND (y.due_fen <> 0 OR y.received_fen <> 0))"
)
PROJECT_BEGUN_SQL = f"(p.started IS NULL OR p.started <= m.as_of OR {_RETURNED})"
"""Whether project ``p`` is counted: what brings returns has begun, whatever day is on record."""
_RUNS_SINCE = "SELECT 1 FROM project_stage k WHERE k.project = p.code AND k.stage = '运营'"
_RUNNING = (
    f"(EXISTS ({_RUNS_SINCE} AND k.entered <= m.as_of)"
    f" OR (NOT EXISTS ({_RUNS_SINCE}) AND ({_RETURNED} OR COALESCE(p.completed, '9999') <= m.as_of)))"
)
PROJECT_EARNING_SQL = (
    f"({PROJECT_BEGUN_SQL} AND {_RUNNING}"
    f" AND COALESCE(p.asset_class, CASE WHEN {_RETURNED} THEN '经营性' ELSE '' END) = '经营性')"
)
"""Whether it is an asset meant to earn (经营性; without a class: once anything was due or came in) and in operation:
since the day its stage 运营 was entered; where that is not on record, since it returned anything or was completed."""


_ALWAYS = "0"  # what is not dated holds for the whole calendar


@dataclass(frozen=True)
class Source:
    """One join: ``region`` is the SQL of the record's region code, ``joined`` what follows FROM.

    With ``since`` and ``until`` (SQL of days, the first included, NULL: still) a row holds from a day to a day and no
    month is joined: what a measure gives for it is added in the month it begins in and taken away where it ends.
    """

    id: str
    region: str
    joined: str
    since: str = ""
    until: str = ""


def month_of_day(column: str) -> str:
    """SQL for the month ordinal of an ISO date column."""
    return f"(CAST(substr({column}, 1, 4) AS INTEGER) * 12 + CAST(substr({column}, 6, 2) AS INTEGER) - 1)"


def later(one: str, other: str) -> str:
    """SQL of the later of two days."""
    return f"CASE WHEN {one} > {other} THEN {one} ELSE {other} END"


def sooner(one: str, other: str) -> str:
    """SQL of the sooner of two days, NULL being never."""
    return f"CASE WHEN {one} IS NULL OR {other} < {one} THEN {other} ELSE {one} END"


def overlap(one: str, other: str) -> str:
    """Condition: two spells share a day."""
    begun = "({0}.until IS NULL OR {1}.since < {0}.until)"
    return f"({begun.format(one, other)} AND {begun.format(other, one)})"


def after(day: str) -> str:
    """SQL of what lies behind a day and before the next: until when something holds whose last day it is."""
    return f"{day} || '~'"


def _within(alias: str) -> tuple[str, str]:
    """From when to when a spell and the household's state ``s`` hold together."""
    return later(f"{alias}.since", "s.since"), sooner(f"{alias}.until", "s.until")


HELPED_SQL = f"s.state NOT IN ({UNCOUNTED}, {EXITED})"
"""Whether a household is counted in the spell ``s``."""
STATES = Source("states", "s.village", "state_spell s WHERE {here}", "s.since", "s.until")
MEMBERS = Source(
    "members",
    "s.village",
    f"state_spell s JOIN member_spell b ON b.household_id = s.household_id AND {overlap('b', 's')} WHERE {{here}}",
    *_within("b"),
)
_PAIRINGS = f"(SELECT household_id, started AS since, {after('ended')} AS until FROM pairing)"
PAIRED_ON = f"EXISTS (SELECT 1 FROM pairing x WHERE x.household_id = h.id AND {runs_on('x', 'm.as_of')})"
"""Whether household ``h`` has any helper at the end of month ``m``."""
PAIRED = Source(  # the days on which any helper is paired: a union of spells, so that two count once
    "paired",
    "s.village",
    f"""state_spell s JOIN (
        SELECT household_id, MIN(since) AS since, NULLIF(MAX(COALESCE(until, '9999')), '9999') AS until FROM (
            SELECT q.household_id, q.since, q.until, SUM(CASE WHEN q.since > q.before THEN 1 ELSE 0 END)
                OVER (PARTITION BY household_id ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island
            FROM (SELECT p.household_id, p.since, p.until, MAX(COALESCE(p.until, '9999')) OVER (
                PARTITION BY p.household_id ORDER BY p.since, p.until
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM {_PAIRINGS} p) q
        ) i GROUP BY household_id, island
    ) b ON b.household_id = s.household_id AND {overlap("b", "s")} WHERE {HELPED_SQL} AND {{here}}""",
    *_within("b"),
)


def known_month(column: str) -> str:
    """The same of a day that may be '': always, which is before all months."""
    return f"CASE WHEN {column} = '' THEN {_ALWAYS} ELSE {month_of_day(column)} END"


HOUSEHOLDS = Source(
    "households",
    "hm.village",
    "household_month hm JOIN household h ON h.id = hm.household_id JOIN month m ON m.month = hm.month WHERE {here}",
)
GROWTH = Source(  # households whose books are whole in both years; a first year is with as many months as the next
    "growth",
    "hm.village",
    "household_month hm JOIN household_month p ON p.month = hm.month - 12 AND p.village = hm.village"
    " AND p.household_id = hm.household_id JOIN month m ON m.month = hm.month"
    f" WHERE hm.record = {Record.WHOLE:d} AND {COMPARABLE.format('hm', 'p')} AND {{here}}",
)
_HERE = "{0} IN (SELECT w.household_id FROM state_spell w WHERE {{here_of_w}})"


def _unsafe(item: str) -> Source:
    """Households that a check found lacking, until the next check of the same."""
    return Source(
        f"unsafe_{item}",
        "s.village",
        f"state_spell s JOIN ({checks(item, _HERE)}) b ON b.household_id = s.household_id AND {overlap('b', 's')}"
        f" WHERE b.secure = 0 AND {HELPED_SQL} AND {{here}}",
        *_within("b"),
    )


def _members_with(id: str, item: str, value: str, *, ages: tuple[int, int] | None = None) -> Source:
    """Members of counted households while a dated value of theirs is such; ``ages``: from one birthday to another."""
    begins, ends = _within("b")
    since, until, known = "f.since", "f.until", ""
    if ages:
        first, last = (f"((CAST(substr(p.born, 1, 4) AS INTEGER) + {years}) || substr(p.born, 5))" for years in ages)
        since, until, known = later(since, first), sooner(until, last), "AND p.born IS NOT NULL "
    return Source(
        id,
        "s.village",
        f"state_spell s JOIN member_spell b ON b.household_id = s.household_id AND {overlap('b', 's')}"
        f" JOIN member p ON p.code = b.member JOIN ({facts(item, _HERE, value)}) f ON f.member = b.member"
        f" AND {overlap('f', 's')} AND {overlap('f', 'b')} WHERE {HELPED_SQL} {known}AND {{here}}",
        later(since, begins),
        sooner(until, ends),
    )


UNSAFE_HOUSING, UNSAFE_WATER = _unsafe("housing"), _unsafe("water")
UNINSURED = _members_with("uninsured", "medical_insured", "{0} = '0'")
OUT_OF_SCHOOL_SQL = f"{{0}} IN ({', '.join(repr(word) for word in OUT_OF_SCHOOL)})"
DROPOUTS = _members_with("dropouts", "schooling", OUT_OF_SCHOOL_SQL, ages=(6, 16))
_BEFORE = "(SELECT z.{0} FROM state_spell z WHERE z.household_id = q.household_id AND z.until = q.since)"


def came_sql(condition: str) -> str:
    """Condition: household ``h`` has such a spell ``q``."""
    return f"EXISTS (SELECT 1 FROM state_spell q WHERE q.household_id = h.id AND {condition})"


def _arrivals(id: str, condition: str) -> Source:
    return Source(id, "q.village", f"state_spell q JOIN month m ON {condition} WHERE {{here}}")


_IN_YEAR = "q.since >= m.window_day AND q.since <= m.as_of"
REGISTERED_ANEW = f"{_IN_YEAR} AND q.base = {UNLIFTED} AND {_BEFORE.format('base')} = {UNCOUNTED}"
"""The spell ``q`` is that of a household registered within the twelve months that end with month ``m``."""
WATCHED_ANEW = f"{_IN_YEAR} AND q.watch <> 0 AND {_BEFORE.format('watch')} <> q.watch"
"""The same of one that is watched since then."""
IDENTIFICATIONS = _arrivals("identifications", REGISTERED_ANEW)
WATCHES = _arrivals("watches", WATCHED_ANEW)
VISITS = Source(  # to whom they were paid, where he lived that day
    "visits",
    "s.village",
    f"state_spell s JOIN visit v ON v.household_id = s.household_id AND {holds_on('s', 'v.visited')}"
    f" JOIN month m ON m.month = {month_of_day('v.visited')} AND v.visited <= m.as_of WHERE {{here}}",
)
PROJECTS = Source("projects", "p.region", f"project p JOIN month m ON {PROJECT_BEGUN_SQL} WHERE {{here}}")
RETURNS = Source(
    "returns",
    "p.region",
    "project_return r JOIN project p ON p.code = r.project JOIN month m ON r.month <= m.month WHERE {here}",
)
FUNDS = Source(
    "funds", "f.region", "fund f JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12 WHERE {here}"
)
ALL_FUNDS = Source("all_funds", "f.region", "fund f JOIN month m ON m.month >= f.year * 12 WHERE {here}")
_YEAR_PAID = "CAST(substr(y.paid, 1, 4) AS INTEGER)"
PAID_IN_YEAR = Source(
    "paid_in_year",
    "f.region",
    f"fund_payment y JOIN fund f ON f.code = y.fund JOIN month m ON m.month >= {_YEAR_PAID} * 12"
    f" AND m.month < {_YEAR_PAID} * 12 + 12 AND y.paid <= m.as_of WHERE {{here}}",
)
PAYMENTS = Source(
    "payments",
    "f.region",
    "fund_payment y JOIN fund f ON f.code = y.fund"
    " JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12 AND y.paid <= m.as_of WHERE {here}",
)
FUND_PLANS = Source(
    "fund_plans",
    "f.region",
    "fund_plan q JOIN fund f ON f.code = q.fund"
    " JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12 AND q.planned <= m.as_of WHERE {here}",
)
DIVIDENDS = Source(
    "dividends",
    "v.village",
    "dividend_plan v JOIN month m ON v.booked <= m.month AND v.booked > m.month - 12"
    " WHERE v.state = 'filed' AND {here}",
)
_TOTAL_BEFORE = (
    "(SELECT MAX(t.last_month) FROM ledger_year t WHERE t.household_id = l.household_id"
    " AND t.property_dividend_fen IS NOT NULL AND t.last_month < l.month AND t.last_month > l.month - 12)"
)
_LINE_SINCE = f"COALESCE({_TOTAL_BEFORE} + 12, l.month)"
_TOTAL_UNTIL = """CASE WHEN EXISTS (SELECT 1 FROM ledger n WHERE n.household_id = y.household_id
    AND n.month > y.last_month AND n.month <= y.last_month + 12 AND n.property_dividend_fen IS NOT NULL)
    THEN y.last_month + 11 ELSE COALESCE((SELECT MIN(t.last_month) FROM ledger_year t
    WHERE t.household_id = y.household_id AND t.property_dividend_fen IS NOT NULL AND t.last_month > y.last_month
    AND t.last_month < y.last_month + 24), y.last_month + 24) - 1 END"""
HOUSEHOLD_DIVIDENDS_SQL = f"""
    (COALESCE((SELECT SUM(l.property_dividend_fen) FROM ledger l WHERE l.household_id = h.id AND l.month <= m.month
    AND l.month > m.month - 12 AND {_LINE_SINCE} <= m.month), 0) + COALESCE((SELECT SUM(y.property_dividend_fen)
    FROM ledger_year y WHERE y.household_id = h.id AND y.last_month <= m.month AND {_TOTAL_UNTIL} >= m.month), 0))"""
"""What household ``h`` has in its books of dividends, in fen: of twelve months, or the total of the last income year.

A total counts until the next one is in, for two years at most, or until twelve months of lines follow it; the lines
wait until then.
"""
_MOVED = "CASE WHEN h.id IN (SELECT household_id FROM household_move) THEN h.id ELSE 0 END"
_CONCERNED = "h.id IN (SELECT w.household_id FROM state_spell w WHERE {here_of_w})"
BOOKED_DIVIDENDS = Source(  # the same by village: each line and total in the months from which to which it counts
    "booked_dividends",
    "COALESCE(s.village, h.village)",
    f"""
    (SELECT h.village, {_MOVED} AS moved, {_LINE_SINCE} AS since, l.month + 11 AS until,
    SUM(l.property_dividend_fen) AS fen FROM ledger l JOIN household h ON h.id = l.household_id
    WHERE l.property_dividend_fen <> 0 AND {_CONCERNED} GROUP BY 1, 2, 3, 4 UNION ALL
    SELECT h.village, {_MOVED}, y.last_month, {_TOTAL_UNTIL}, SUM(y.property_dividend_fen) FROM ledger_year y
    JOIN household h ON h.id = y.household_id WHERE y.property_dividend_fen <> 0 AND {_CONCERNED} GROUP BY 1, 2, 3, 4
    ) h JOIN month m ON m.month >= h.since AND m.month <= h.until
    LEFT JOIN state_spell s ON s.household_id = h.moved AND {holds_on("s", "m.as_of")} WHERE {{here}}""",
)
PROBLEMS = Source("problems", "b.region", "problem b JOIN month m ON b.found <= m.as_of WHERE {here}")
TASKS = Source("tasks", "t.village", "task t JOIN month m ON t.started <= m.as_of WHERE {here}")
RURAL_SQL = """COALESCE((SELECT n.persons FROM rural_population n WHERE n.region = r.code AND n.year <= m.month / 12
    ORDER BY n.year DESC LIMIT 1), (SELECT n.persons FROM rural_population n WHERE n.region = r.code ORDER BY n.year
    LIMIT 1), r.rural_population)"""
"""Rural population of region ``r`` in month ``m``: of its year, else the nearest earlier, else the earliest known."""
_HAS_RURAL = "({0}.rural_population IS NOT NULL OR EXISTS (SELECT 1 FROM rural_population n WHERE n.region = {0}.code))"
POPULATION = Source(
    "population",
    "r.code",
    f"region r CROSS JOIN month m WHERE {_HAS_RURAL.format('r')} AND NOT EXISTS (SELECT 1 FROM region d"
    f" WHERE d.code > r.code AND d.code < r.code || ':' AND {_HAS_RURAL.format('d')}) AND {{here}}",
)

LEDGER, YEARLY = "ledger", "ledger_year"
# a look into the index for each household: much less than all rows
_BY_HOUSEHOLD = """
    SELECT region, '{name}', {first}, {last} FROM (SELECT h.village AS region,
    (SELECT MIN(q.{column}) FROM {table} q WHERE q.household_id = h.id) AS begun,
    (SELECT MAX(q.{column}) FROM {table} q WHERE q.household_id = h.id) AS ended
    FROM household h WHERE {{here}}) s WHERE begun IS NOT NULL GROUP BY region"""
_BY_RECORD = "SELECT {region}, '{name}', MIN({month}), MAX({month}) FROM {joined} GROUP BY {region}"


def _records(name: str, region: str, joined: str, month: str = _ALWAYS) -> tuple[str, str]:
    return region, _BY_RECORD.format(name=name, region=region, joined=joined, month=month)


SPANS = {
    LEDGER: (
        "h.village",
        _BY_HOUSEHOLD.format(name=LEDGER, table="ledger", column="month", first="MIN(begun)", last="MAX(ended)"),
    ),
    YEARLY: (
        "h.village",
        _BY_HOUSEHOLD.format(
            name=YEARLY, table="ledger_year", column="last_month", first="MIN(begun) - 11", last="MAX(ended)"
        ),
    ),
    "visits": (
        "h.village",
        _BY_HOUSEHOLD.format(
            name="visits", table="visit", column="visited",
            first=month_of_day("MIN(begun)"), last=month_of_day("MAX(ended)"),
        ),
    ),
    "pairings": _records(
        "pairings", "h.village", "pairing p JOIN household h ON h.id = p.household_id WHERE {here}",
        month_of_day("p.started"),
    ),
    **{
        item: _records(
            item, "h.village",
            f"({checks(item, '1 = 1')}) a JOIN household h ON h.id = a.household_id WHERE {{here}}",
            known_month("a.since"),
        )
        for item in ("housing", "water")
    },
    **{
        name: _records(
            name, "h.village",
            f"({facts(item, '1 = 1', '{0} IS NOT NULL')}) f JOIN member p ON p.code = f.member"
            " JOIN household h ON h.id = p.household_id WHERE {here}",
            known_month("f.since"),
        )
        for name, item in (("schooling", "schooling"), ("insurance", "medical_insured"))
    },
    "states": _records(
        "states", "s.village", f"state_spell s WHERE s.since <> '' AND {HELPED_SQL} AND {{here}}",
        month_of_day("s.since"),
    ),
    "projects": _records("projects", "p.region", "project p WHERE {here}"),
    "returns": _records(
        "returns", "p.region", "project_return r JOIN project p ON p.code = r.project WHERE {here}", "r.month"
    ),
    "funds": _records("funds", "f.region", "fund f WHERE {here}", "f.year * 12"),
    "payments": _records(
        "payments", "f.region", "fund_payment y JOIN fund f ON f.code = y.fund WHERE {here}", month_of_day("y.paid")
    ),
    "fund_plans": _records(
        "fund_plans", "f.region", "fund_plan q JOIN fund f ON f.code = q.fund WHERE {here}", "f.year * 12"
    ),
    "booked_dividends": _records(
        "booked_dividends", "h.village",
        "(SELECT h.village, l.month FROM household h JOIN ledger l ON l.household_id = h.id"
        " WHERE l.property_dividend_fen IS NOT NULL AND {here} UNION ALL"
        " SELECT h.village, y.last_month FROM household h JOIN ledger_year y ON y.household_id = h.id"
        " WHERE y.property_dividend_fen IS NOT NULL AND {here}) h WHERE 1 = 1",
        "h.month",
    ),
    "dividends": _records("dividends", "v.village", "dividend_plan v WHERE v.state = 'filed' AND {here}", "v.booked"),
    "problems": _records("problems", "b.region", "problem b WHERE {here}", month_of_day("b.found")),
    "tasks": _records("tasks", "t.village", "task t WHERE {here}", month_of_day("t.started")),
}  # fmt: skip
"""Name → (region of a record, SQL of region, name, first and last month with such records); kept for each region, so
that a write in one need not look at the others. From the first month of all on a measure that begins with it has a
value: before it there is none, from it on an absent one is zero. ``households`` begins with ``household_month``."""
