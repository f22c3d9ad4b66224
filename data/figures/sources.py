"""Where the measures come from: the joins that lay every record into its region and month.

Each source names the region of a record and a FROM clause in which ``m`` is the month; ``{here}`` takes the condition
on the region. Months are those of table ``month``; ``m.as_of`` is the last day, or today in the running month.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from data.figures.courses import BEGINS
from data.figures.facts import checks, facts
from data.figures.net_income import COMPARABLE, NET, YEAR_BEFORE
from data.model.running import holds_on, open_on, places_of, runs_on
from data.terms import (
    ABLE,
    DOCTOR,
    EXITED,
    ILL,
    LIFTED,
    OUT_OF_SCHOOL,
    SCHOOL_AGE,
    TEACHER,
    UNCOUNTED,
    UNLIFTED,
    WORKING_AGE,
    Record,
)

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


def overlap(one: str, *others: str) -> str:
    """Condition: a spell shares a day with each of others."""
    begun = "({0}.until IS NULL OR {1}.since < {0}.until)"
    return f"({' AND '.join(f'{begun.format(one, other)} AND {begun.format(other, one)}' for other in others)})"


def after(day: str) -> str:
    """SQL of what lies behind a day and before the next: until when something holds whose last day it is."""
    return f"{day} || '~'"


def _within(*aliases: str) -> tuple[str, str]:
    """From when to when spells and the household's state ``s`` hold together."""
    since, until = "s.since", "s.until"
    for alias in aliases:
        since, until = later(f"{alias}.since", since), sooner(f"{alias}.until", until)
    return since, until


HELPED_SQL = f"s.state NOT IN ({UNCOUNTED}, {EXITED})"
"""Whether a household is counted in the spell ``s``."""
STATES = Source("states", "s.village", "state_spell s WHERE {here}", "s.since", "s.until")
MEMBERS = Source(
    "members",
    "s.village",
    f"state_spell s JOIN member_spell b ON b.household_id = s.household_id AND {overlap('b', 's')} WHERE {{here}}",
    *_within("b"),
)


def union_of(key: str, spells: str) -> str:
    """SQL of the days on which any of some spells holds, each once: the columns ``key``, since, until."""
    return f"""(SELECT {key}, MIN(since) AS since, NULLIF(MAX(COALESCE(until, '9999')), '9999') AS until FROM (
        SELECT q.*, SUM(CASE WHEN q.since > q.before THEN 1 ELSE 0 END)
            OVER (PARTITION BY {key} ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island
        FROM (SELECT p.*, MAX(COALESCE(p.until, '9999')) OVER (
            PARTITION BY {key} ORDER BY p.since, p.until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM {spells} p) q
        ) i GROUP BY {key}, island)"""


_HERE = "{0} IN (SELECT w.household_id FROM state_spell w WHERE {{here_of_w}})"


def _pairings(key: str = "x.household_id") -> str:
    """SQL of the days on which a household has any helper, or one of each team ``a.team``."""
    names = ", ".join(one.partition(".")[2] for one in key.split(", "))
    return union_of(
        names,
        f"(SELECT {key}, x.started AS since, {after('x.ended')} AS until FROM pairing x"
        f" JOIN helper a ON a.code = x.helper WHERE {_HERE.format('x.household_id')})",
    )


def _pairings_with_members(team: str) -> str:
    """SQL of the days on which a helper of a team has a member: with his household, or with him alone."""
    return union_of(
        "household_id, member",
        f"""(SELECT x.household_id, w.member, x.started AS since, {after("x.ended")} AS until
        FROM pairing x JOIN helper a ON a.code = x.helper AND a.team = '{team}'
        JOIN member_spell w ON w.household_id = x.household_id AND x.member IN ('', w.member)
        WHERE {_HERE.format("x.household_id")})""",
    )


PAIRED_ON = f"EXISTS (SELECT 1 FROM pairing x WHERE x.household_id = h.id AND {runs_on('x', 'm.as_of')})"
"""Whether household ``h`` has any helper at the end of month ``m``."""
PAIRED = Source(
    "paired",
    "s.village",
    f"state_spell s JOIN {_pairings()} b ON b.household_id = s.household_id AND {overlap('b', 's')}"
    f" WHERE {HELPED_SQL} AND {{here}}",
    *_within("b"),
)


_IN_TEAMS = f"{_pairings('x.household_id, a.team')} b ON b.household_id = s.household_id"
TEAMS = Source(  # a household once for each team that helps it
    "teams",
    "s.village",
    f"state_spell s JOIN {_IN_TEAMS} AND {overlap('b', 's')} WHERE {HELPED_SQL} AND {{here}}",
    *_within("b"),
)
TEAMS_OF_MEMBERS = Source(
    "teams_of_members",
    "s.village",
    f"state_spell s JOIN {_IN_TEAMS} AND {overlap('b', 's')} JOIN member_spell w ON w.household_id = s.household_id"
    f" AND {overlap('w', 's', 'b')} WHERE {HELPED_SQL} AND {{here}}",
    *_within("b", "w"),
)
HELPING = Source(  # at every level, less what the sub-regions count: who helps in two villages is one above them
    "helping",
    "g.region",
    "(SELECT region, kind, since, until, 1 AS share FROM helping_spell UNION ALL"
    " SELECT (SELECT MAX(a.ancestor) FROM region_path a WHERE a.region = h.region AND a.ancestor <> h.region),"
    " h.kind, h.since, h.until, -1 FROM helping_spell h WHERE h.region <> '') g WHERE {here}",
    "g.since",
    "g.until",
)


def known_month(column: str) -> str:
    """The same of a day that may be '': always, which is before all months."""
    return f"CASE WHEN {column} = '' THEN {_ALWAYS} ELSE {month_of_day(column)} END"


HOUSEHOLDS = Source(
    "households",
    "hm.village",
    "household_month hm JOIN household h ON h.id = hm.household_id JOIN month m ON m.month = hm.month WHERE {here}",
)
_WINDOW = "(SELECT w.window_day FROM month w WHERE w.month = hm.month)"  # of hm alone: p is looked up by its whole key
GROWTH = Source(  # households whose books are whole in both years; a first year is with as many months as the next
    "growth",
    "hm.village",
    "household_month hm JOIN month m ON m.month = hm.month"
    f" JOIN household_month p ON {YEAR_BEFORE.format('hm', 'p', _WINDOW)}"
    f" WHERE hm.record = {Record.WHOLE:d} AND {COMPARABLE.format('hm', 'p')} AND {{here}}",
)
_MARK = "(SELECT g.value FROM setting g WHERE g.name = 'income_mark')"
ABOVE_MARK_SQL = (
    f"hm.persons > 0 AND CASE WHEN COALESCE({_MARK}, '') = '' THEN hm.below_line = 0"
    f" ELSE {NET.format('hm')} >= CAST({_MARK} AS INTEGER) * 100 * hm.persons END"
)
"""Whether the income a head of a household month with whole books reaches the setting ``income_mark`` (yuan), without
one the monitoring line."""


def _unsafe(item: str) -> Source:
    """Households that a check found lacking, until the next check of the same."""
    return Source(
        f"unsafe_{item}",
        "s.village",
        f"state_spell s JOIN ({checks(item, _HERE)}) b ON b.household_id = s.household_id AND {overlap('b', 's')}"
        f" WHERE b.secure = 0 AND {HELPED_SQL} AND {{here}}",
        *_within("b"),
    )


_PERSONS = (
    f"state_spell s JOIN member_spell b ON b.household_id = s.household_id AND {overlap('b', 's')}"
    " JOIN member p ON p.code = b.member"
)
"""Members ``p`` of households in a state, on the days ``b`` and ``s`` share."""


def _members_with(
    id: str, known: str, *, ages: tuple[int, int] | None = None, team: str | None = None, where: str = ""
) -> Source:
    """Members of counted households while something known of them (SQL of member, since, until, value) is such, while
    they are of an age (years reached, years not yet reached), and while a helper of a team is paired."""
    joined, spells = _PERSONS, ["b"]
    if known:
        joined += f" JOIN ({known}) f ON f.member = b.member AND {overlap('f', 's', *spells)}"
        spells.append("f")
    if team:
        whose = "t.household_id = s.household_id AND t.member = b.member"
        joined += f" JOIN {_pairings_with_members(team)} t ON {whose} AND {overlap('t', 's', *spells)}"
        spells.append("t")
    since, until = _within(*spells)
    if ages:
        since, until = later(_birthday(ages[0]), since), sooner(until, _birthday(ages[1]))
        where += " AND p.born IS NOT NULL"
    return Source(id, "s.village", f"{joined} WHERE {HELPED_SQL}{where} AND {{here}}", since, until)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _birthday(years: int) -> str:
    return f"((CAST(substr(p.born, 1, 4) AS INTEGER) + {years}) || substr(p.born, 5))"


UNSAFE_HOUSING, UNSAFE_WATER = _unsafe("housing"), _unsafe("water")
UNINSURED = _members_with("uninsured", facts("medical_insured", _HERE, "{0} = '0'"))
OUT_OF_SCHOOL_SQL = f"{{0}} IN ({_quoted(OUT_OF_SCHOOL)})"
DROPOUTS = _members_with("dropouts", facts("schooling", _HERE, OUT_OF_SCHOOL_SQL), ages=SCHOOL_AGE)
PUPILS = _members_with("pupils", "", ages=SCHOOL_AGE)
TAUGHT = _members_with("taught", "", ages=SCHOOL_AGE, team=TEACHER)
WORKERS = _members_with("workers", facts("work_area", _HERE, "{0} IS NOT NULL"))
ABLE_SQL = f"{{0}} IN ({_quoted(ABLE)})"
LABOUR = _members_with("labour", facts("skill", _HERE, ABLE_SQL), ages=WORKING_AGE)
ILL_SQL = f"{{0}} IN ({_quoted(ILL)})"
_DISABLED_FACTS = (
    facts("health", _HERE, "{0} = '残疾'"),
    facts("disability_kind", _HERE, "{0} IS NOT NULL"),
    facts("disability_level", _HERE, "{0} IS NOT NULL"),
)
_ILL = facts("health", _HERE, ILL_SQL)


def _any_of(*known: str) -> str:
    """SQL of the days on which any of some facts holds of a member."""
    rows = " UNION ALL ".join(f"SELECT member, since, until FROM ({one}) o" for one in known)
    return f"SELECT member, since, until, NULL AS value FROM {union_of('member', f'({rows})')} u"


ILL_PERSONS = _members_with("ill", _ILL)
DISABLED = _members_with("disabled", _any_of(*_DISABLED_FACTS))
ILL_OR_DISABLED = _members_with("ill_or_disabled", _any_of(_ILL, *_DISABLED_FACTS))
DOCTORED = _members_with("doctored", _any_of(_ILL, *_DISABLED_FACTS), team=DOCTOR)
DOCTORED_ILL = _members_with("doctored_ill", _ILL, team=DOCTOR)
DOCTORED_DISABLED = _members_with("doctored_disabled", _any_of(*_DISABLED_FACTS), team=DOCTOR)
CHANGE_SQL = "state_spell q JOIN state_spell z ON z.household_id = q.household_id AND z.until = q.since"
"""A spell ``q`` of a household and the one before it."""
_NOT_BY_SPLIT = (  # who was split from another goes on with what that one was
    "NOT EXISTS (SELECT 1 FROM household_event e WHERE e.household_id = q.household_id AND e.day = q.since"
    f" AND e.kind = '{BEGINS}')"
)
REGISTERED_SQL = f"q.base = {UNLIFTED} AND z.base = {UNCOUNTED} AND {_NOT_BY_SPLIT}"
WATCHED_SQL = f"q.watch <> 0 AND z.watch <> q.watch AND {_NOT_BY_SPLIT}"
AGAIN_SQL = (
    f"{WATCHED_SQL} AND EXISTS (SELECT 1 FROM state_spell a WHERE a.household_id = q.household_id"
    " AND a.since < q.since AND a.watch <> 0)"
)
"""Whether household ``q`` is watched anew, and was before."""
RELAPSED_SQL = f"q.relapsed = 1 AND z.relapsed = 0 AND {_NOT_BY_SPLIT}"
CLEARED_SQL = "q.watch = 0 AND z.watch <> 0"
LIFTED_SQL = f"q.base = {LIFTED} AND z.base = {UNLIFTED}"
IN_YEAR_SQL = "q.since >= m.window_day AND q.since <= m.as_of"
"""Whether the spell ``q`` began within the twelve months that end with month ``m``."""
_YEAR_OVER = "((CAST(NULLIF(substr(q.since, 1, 4), '') AS INTEGER) + 1) || substr(q.since, 5, 4) || '01')"
_JOINED_BY = f"member_spell b ON b.household_id = q.household_id AND {holds_on('b', 'q.since')}"
_FIRST_LIFTED = f"""NOT EXISTS (SELECT 1 FROM state_spell a JOIN state_spell c ON c.household_id = a.household_id
    AND c.until = a.since {{0}} AND a.since < q.since AND a.base = {LIFTED} AND c.base = {UNLIFTED})"""
FIRST_LIFTED_SQL = _FIRST_LIFTED.format("WHERE a.household_id = q.household_id")
"""Whether household ``q`` was not lifted before, and whether member ``b`` was not with any household."""
PERSON_FIRST_LIFTED_SQL = _FIRST_LIFTED.format(
    f"JOIN member_spell w ON w.household_id = a.household_id AND {holds_on('w', 'a.since')} WHERE w.member = b.member"
)
ARRIVALS = Source("arrivals", "q.village", f"{CHANGE_SQL} WHERE {{here}}", "q.since", _YEAR_OVER)
"""Households that became something within twelve months."""


def _arriving(id: str, where: str) -> Source:
    """The members, on the day, of households that became something within twelve months."""
    joined = f"{CHANGE_SQL} JOIN {_JOINED_BY} WHERE {where} AND {{here}}"
    return Source(id, "q.village", joined, "q.since", _YEAR_OVER)


REGISTERED_PERSONS = _arriving("registered_persons", REGISTERED_SQL)
RELAPSED_PERSONS = _arriving("relapsed_persons", RELAPSED_SQL)
LIFTED_PERSONS = _arriving("lifted_persons", LIFTED_SQL)
WATCHED_PERSONS = _arriving("watched_persons", WATCHED_SQL)
CLEARED_PERSONS = _arriving("cleared_persons", CLEARED_SQL)
LIFTED_EVER = Source("lifted_ever", "q.village", f"{CHANGE_SQL} WHERE {LIFTED_SQL} AND {{here}}", "q.since", "NULL")
PERSONS_LIFTED_EVER = Source("persons_lifted_ever", "q.village", LIFTED_PERSONS.joined, "q.since", "NULL")
VISITS = Source(  # to whom they were paid, where he lived that day
    "visits",
    "s.village",
    f"state_spell s JOIN visit v ON v.household_id = s.household_id AND {holds_on('s', 'v.visited')}"
    f" JOIN month m ON m.month = {month_of_day('v.visited')} AND v.visited <= m.as_of WHERE {{here}}",
)
DAYS = Source(  # where they were written
    "days",
    "d.village",
    f"day_record d JOIN month m ON m.month = {month_of_day('d.day')} AND d.day <= m.as_of"
    " WHERE d.withdrawn IS NULL AND {here}",
)
PLACE = "z.place"
"""SQL of the region that a matter (a project, a problem) belongs to at the end of month ``m``, where it is joined by
``placed``: until its village went over to another it was that one's."""


def placed(record: str, alias: str, key: str = "code", region: str = "region", *, stands: bool = True) -> str:
    """SQL that joins the place of the row ``alias`` of ``record`` at the end of month ``m``, as ``z``."""
    spells = places_of(record, key, region, stands=stands)
    return f" JOIN {spells} z ON z.key = {alias}.{key} AND {holds_on('z', 'm.as_of')}"


def _placed(id: str, record: str, alias: str, joined: str, key: str = "code", region: str = "region") -> Source:
    return Source(id, PLACE, f"{joined}{placed(record, alias, key, region)} WHERE {{here}}")


PROJECTS = _placed("projects", "project", "p", f"project p JOIN month m ON {PROJECT_BEGUN_SQL}")
RETURNS = _placed(
    "returns", "project", "p",
    "project_return r JOIN project p ON p.code = r.project JOIN month m ON r.month <= m.month",
)  # fmt: skip
FUNDS = _placed("funds", "fund", "f", "fund f JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12")
ALL_FUNDS = _placed("all_funds", "fund", "f", "fund f JOIN month m ON m.month >= f.year * 12")
_YEAR_PAID = "CAST(substr(y.paid, 1, 4) AS INTEGER)"
PAID_IN_YEAR = _placed(
    "paid_in_year", "fund", "f",
    f"fund_payment y JOIN fund f ON f.code = y.fund JOIN month m ON m.month >= {_YEAR_PAID} * 12"
    f" AND m.month < {_YEAR_PAID} * 12 + 12 AND y.paid <= m.as_of",
)  # fmt: skip
PAYMENTS = _placed(
    "payments", "fund", "f",
    "fund_payment y JOIN fund f ON f.code = y.fund"
    " JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12 AND y.paid <= m.as_of",
)  # fmt: skip
FUND_PLANS = _placed(
    "fund_plans", "fund", "f",
    "fund_plan q JOIN fund f ON f.code = q.fund"
    " JOIN month m ON m.month >= f.year * 12 AND m.month < f.year * 12 + 12 AND q.planned <= m.as_of",
)  # fmt: skip
DIVIDENDS = _placed(
    "dividends", "dividend_plan", "v",
    "dividend_plan v JOIN month m ON v.booked <= m.month AND v.booked > m.month - 12 AND v.state = 'filed'",
    "id", "village",
)  # fmt: skip
_TOTAL_BEFORE = (
    "(SELECT MAX(t.last_month) FROM ledger_year t WHERE t.household_id = l.household_id"
    " AND t.{0}_fen IS NOT NULL AND t.last_month < l.month AND t.last_month > l.month - 12)"
)
_LINE_SINCE = f"COALESCE({_TOTAL_BEFORE} + 12, l.month)"
_TOTAL_UNTIL = """CASE WHEN EXISTS (SELECT 1 FROM ledger n WHERE n.household_id = y.household_id
    AND n.month > y.last_month AND n.month <= y.last_month + 12 AND n.{0}_fen IS NOT NULL)
    THEN y.last_month + 11 ELSE COALESCE((SELECT MIN(t.last_month) FROM ledger_year t
    WHERE t.household_id = y.household_id AND t.{0}_fen IS NOT NULL AND t.last_month > y.last_month
    AND t.last_month < y.last_month + 24), y.last_month + 24) - 1 END"""


def booked_sql(item: str) -> str:
    """What household ``h`` has in its books of an item (a ledger column without its ``_fen``), in fen: of twelve
    months, or the total of the last income year.

    A total counts until the next one is in, for two years at most, or until twelve months of lines follow it; the lines
    wait until then.
    """
    since, until = _LINE_SINCE.format(item), _TOTAL_UNTIL.format(item)
    return f"""
        (COALESCE((SELECT SUM(l.{item}_fen) FROM ledger l WHERE l.household_id = h.id AND l.month <= m.month
        AND l.month > m.month - 12 AND {since} <= m.month), 0) + COALESCE((SELECT SUM(y.{item}_fen)
        FROM ledger_year y WHERE y.household_id = h.id AND y.last_month <= m.month AND {until} >= m.month), 0))"""


def _first_day(month: str) -> str:
    """SQL of the first day of a month."""
    return f"((({month}) / 12) || CASE WHEN ({month}) % 12 < 9 THEN '-0' ELSE '-' END || (({month}) % 12 + 1) || '-01')"


def _booked(item: str) -> str:
    """SQL of the same as spells: household_id, since, until, fen."""
    since, until = _LINE_SINCE.format(item), _TOTAL_UNTIL.format(item)
    return f"""(SELECT q.household_id, {_first_day("q.first")} AS since, {_first_day("q.last + 1")} AS until, q.fen
        FROM (
        SELECT l.household_id, {since} AS first, l.month + 11 AS last, l.{item}_fen AS fen FROM ledger l
        WHERE l.{item}_fen <> 0 AND {_HERE.format("l.household_id")} UNION ALL
        SELECT y.household_id, y.last_month, {until}, y.{item}_fen FROM ledger_year y
        WHERE y.{item}_fen <> 0 AND {_HERE.format("y.household_id")}) q WHERE q.first <= q.last)"""


def _in_books(id: str, spells: str) -> Source:
    """Where the household lived while it counts."""
    return Source(
        id, "s.village",
        f"state_spell s JOIN {spells} b ON b.household_id = s.household_id AND {overlap('b', 's')} WHERE {{here}}",
        *_within("b"),
    )  # fmt: skip


BOOKED_DIVIDENDS = _in_books("booked_dividends", _booked("property_dividend"))
BOOKED_POSTS = _in_books("booked_posts", _booked("wage_post"))
POST_HOUSEHOLDS = _in_books("post_households", union_of("household_id", _booked("wage_post")))
YEAR_END_SQL = "(x.year || '-12-31')"
BENEFIT_PERSONS_SQL = f"""COALESCE(x.persons, (SELECT COUNT(*) FROM member_spell b
    WHERE b.household_id = x.household_id AND {holds_on("b", YEAR_END_SQL)}))"""
"""人次 of a household in a project and year: as put in, else its members at the year's end."""
POSTS_SQL = "CASE WHEN x.mode = '公益岗位' THEN COALESCE(x.persons, 1) ELSE 0 END"
_YEAR_BEGINS, _YEAR_OVER_BY = "(x.year || '-01-01')", "((x.year + 1) || '-01-01')"
BENEFIT_DAY_SQL = f"CASE WHEN {YEAR_END_SQL} < m.as_of THEN {YEAR_END_SQL} ELSE m.as_of END"
"""The day whose village of a household counts in month ``m``: the year's last, in the year itself the month's."""
_IN_YEAR = (
    f" x JOIN state_spell s ON s.household_id = x.household_id AND s.since <= {YEAR_END_SQL}"
    f" AND (s.until IS NULL OR s.until > {_YEAR_BEGINS}) WHERE {{here}}"
)
_LIVED = later("s.since", _YEAR_BEGINS)
BENEFITS = Source(
    "benefits", "s.village", "project_household" + _IN_YEAR, _LIVED, sooner("s.until", _YEAR_OVER_BY)
)  # fmt: skip
BENEFITS_EVER = Source(
    "benefits_ever", "s.village", "project_household" + _IN_YEAR, _LIVED,
    f"CASE WHEN s.until <= {YEAR_END_SQL} THEN s.until END",
)  # fmt: skip
BENEFIT_HOUSEHOLDS = Source(
    "benefit_households", "s.village",
    f"(SELECT DISTINCT household_id, year FROM project_household WHERE {_HERE.format('household_id')})" + _IN_YEAR,
    _LIVED, sooner("s.until", _YEAR_OVER_BY),
)  # fmt: skip
PROBLEMS = _placed("problems", "problem", "b", "problem b JOIN month m ON b.found <= m.as_of AND b.state <> 'void'")
TASKS = _placed(
    "tasks", "task", "t", "task t JOIN month m ON t.started <= m.as_of AND t.state <> 'void'", region="village"
)
CASE_STATE_ON = """(SELECT s.after FROM case_step s WHERE s.case_id = c.id AND s.day <= m.as_of
    ORDER BY s.day DESC, s.id DESC LIMIT 1)"""
"""The state of case ``c`` of 监测帮扶 at the end of month ``m``, as its steps tell by their own days."""
_CASE_SPELLS = """(SELECT w.village, w.household_id, q.after AS state, q.day AS since,
    LEAD(q.day) OVER (PARTITION BY q.case_id ORDER BY q.day, q.id) AS until
    FROM case_step q JOIN monitoring_case w ON w.id = q.case_id WHERE {here_of_w})"""
CASES = Source("cases", "w.village", f"{_CASE_SPELLS} w WHERE {{here}}", "w.since", "w.until")
"""Cases of 监测帮扶 by the state that they are in from a day to a day."""
CASE_PERSONS = Source(
    "case_persons", "w.village",
    f"{_CASE_SPELLS} w JOIN member_spell b ON b.household_id = w.household_id AND {overlap('b', 'w')} WHERE {{here}}",
    later("b.since", "w.since"), sooner("w.until", "b.until"),
)  # fmt: skip
CLUE_WAITS_ON = """(SELECT CASE WHEN s.after IN ('held', 'open') THEN 1 ELSE 0 END FROM clue_step s WHERE s.clue = u.id
    AND s.day <= m.as_of ORDER BY s.day DESC, s.id DESC LIMIT 1)"""
"""1 where nobody has answered clue ``u`` at the end of month ``m``."""
CLUES = Source(
    "clues", "w.village",
    """(SELECT w.village, q.after AS state, q.day AS since,
    LEAD(q.day) OVER (PARTITION BY q.clue ORDER BY q.day, q.id) AS until
    FROM clue_step q JOIN clue w ON w.id = q.clue WHERE {here_of_w}) w WHERE {here}""", "w.since", "w.until",
)  # fmt: skip
ITEM_STATE_ON = """(SELECT s.after FROM plan_item_step s WHERE s.item = i.id AND s.day <= m.as_of
    ORDER BY s.day DESC, s.id DESC LIMIT 1)"""
"""The state of planned measure ``i`` at the end of month ``m``; NULL before it was planned."""
ITEM_LATE_ON = f"(i.until < m.as_of AND COALESCE({ITEM_STATE_ON}, 'done') IN ('planned', 'doing'))"
"""Whether the day of planned measure ``i`` has passed at the end of month ``m`` and it is not carried out."""
PLANNED = Source(
    "planned", "w.village",
    """(SELECT w.village, q.after AS state, q.day AS since,
    LEAD(q.day) OVER (PARTITION BY q.item ORDER BY q.day, q.id) AS until
    FROM plan_item_step q JOIN plan_item w ON w.id = q.item WHERE {here_of_w}) w WHERE {here}""",
    "w.since", "w.until",
)  # fmt: skip
"""Planned measures by the state that they are in from a day to a day."""
PLANS = Source("plans", "i.village", f"plan_item i JOIN month m ON {ITEM_LATE_ON} WHERE {{here}}")
RURAL_SQL = """COALESCE((SELECT n.persons FROM rural_population n WHERE n.region = r.code AND n.year <= m.month / 12
    ORDER BY n.year DESC LIMIT 1), (SELECT n.persons FROM rural_population n WHERE n.region = r.code ORDER BY n.year
    LIMIT 1), r.rural_population)"""
"""Rural population of region ``r`` in month ``m``: of its year, else the nearest earlier, else the earliest known."""
_HAS_RURAL = "({0}.rural_population IS NOT NULL OR EXISTS (SELECT 1 FROM rural_population n WHERE n.region = {0}.code))"
_WENT_OVER = "EXISTS (SELECT 1 FROM matter_move e WHERE e.record = 'region' AND e.key = r.code)"
_POPULATED = placed("region", "r", region="code", stands=False)
POPULATION = Source(
    "population",
    PLACE,
    f"region r JOIN month m ON ({open_on('r.closed', 'm.as_of')} OR {_WENT_OVER}){_POPULATED}"
    f" WHERE {_HAS_RURAL.format('r')} AND NOT EXISTS (SELECT 1 FROM region d"
    f" WHERE d.code > r.code AND d.code < r.code || ':' AND {_HAS_RURAL.format('d')}) AND {{here}}",
)

LEDGER, YEARLY = "ledger", "ledger_year"
# a look into the index for each household: much less than all rows
_BY_HOUSEHOLD = """
    SELECT region, '{name}', {first}, {last} FROM (SELECT h.village AS region,
    (SELECT MIN(q.{column}) FROM {table} q WHERE q.household_id = h.id) AS begun,
    (SELECT MAX(q.{column}) FROM {table} q WHERE q.household_id = h.id) AS ended
    FROM household h WHERE {{here}}) s WHERE begun IS NOT NULL GROUP BY region"""
_OF_VILLAGE = "{0} IN (SELECT h.id FROM household h WHERE {{here}})"
_KNOWN_OF_MEMBERS = """
    SELECT h.village, e.day AS since FROM household h JOIN member p ON p.household_id = h.id
    JOIN member_fact e ON e.member = p.code AND e.item = '{item}' WHERE e.value IS NOT NULL AND {here} UNION ALL
    SELECT h.village, COALESCE(p.collected, '') FROM household h JOIN member p ON p.household_id = h.id
    WHERE p.{item} IS NOT NULL AND {here}
    AND NOT EXISTS (SELECT 1 FROM member_fact e WHERE e.member = p.code AND e.item = '{item}')"""
"""Since when a dated value of a member is known."""
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
            f"({checks(item, _OF_VILLAGE)}) a JOIN household h ON h.id = a.household_id WHERE {{here}}",
            known_month("a.since"),
        )
        for item in ("housing", "water")
    },
    **{
        name: _records(
            name, "h.village", f"({_KNOWN_OF_MEMBERS.format(item=item, here='{here}')}) h WHERE 1 = 1",
            known_month("h.since"),
        )
        for name, item in (
            ("schooling", "schooling"), ("insurance", "medical_insured"), ("health", "health"), ("skill", "skill"),
            ("work", "work_area"),
        )
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
    **{
        name: _records(
            name, "h.village",
            "(SELECT h.village, l.month FROM household h JOIN ledger l ON l.household_id = h.id"
            f" WHERE l.{item}_fen IS NOT NULL AND {{here}} UNION ALL"
            " SELECT h.village, y.last_month FROM household h JOIN ledger_year y ON y.household_id = h.id"
            f" WHERE y.{item}_fen IS NOT NULL AND {{here}}) h WHERE 1 = 1",
            "h.month",
        )
        for name, item in (("booked_dividends", "property_dividend"), ("booked_posts", "wage_post"))
    },
    "benefits": _records(
        "benefits", "h.village",
        "project_household x JOIN household h ON h.id = x.household_id WHERE {here}", "x.year * 12",
    ),
    "dividends": _records("dividends", "v.village", "dividend_plan v WHERE v.state = 'filed' AND {here}", "v.booked"),
    "problems": _records("problems", "b.region", "problem b WHERE {here}", month_of_day("b.found")),
    "tasks": _records("tasks", "t.village", "task t WHERE {here}", month_of_day("t.started")),
    "cases": _records(
        "cases", "c.village", "case_step s JOIN monitoring_case c ON c.id = s.case_id WHERE {here}",
        month_of_day("s.day"),
    ),
    "clues": _records(
        "clues", "u.village", "clue_step s JOIN clue u ON u.id = s.clue WHERE {here}", month_of_day("s.day")
    ),
    "plans": _records(
        "plans", "i.village", "plan_item_step s JOIN plan_item i ON i.id = s.item WHERE {here}", month_of_day("s.day")
    ),
    "days": _records("days", "d.village", "day_record d WHERE {here}", month_of_day("d.day")),
}  # fmt: skip
"""Name → (region of a record, SQL of region, name, first and last month with such records); kept for each region, so
that a write in one need not look at the others. From the first month of all on a measure that begins with it has a
value: before it there is none, from it on an absent one is zero. ``households`` begins with ``household_month``."""
