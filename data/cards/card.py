"""明白卡: a household's year of income on one card, filled from the records.

Formulas (domain.md): K = L + M + N + P, S = K − R, T = S ÷ 家庭人口. 家庭人口 counts who belongs to the household at
the end of what the card counts, in the year before at the end of the same months.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text

from data import model
from data.access.masks import mask_attribute, mask_health, mask_id, mask_name, mask_phone
from data.access.rights import needs, require_right
from data.access.roles import HOUSEHOLDS, IDENTITY, PRINT, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.cards.record import Helper, IncomeCard, Measure, Member, Share
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.figures.books import COUNTY, closed_month
from data.figures.facts import facts_on
from data.figures.household_months import months_with_books
from data.figures.monitoring_line import line_of
from data.figures.sources import HELPED_SQL
from data.figures.states import head_first, head_on, members_on, persons_on, relation_on, standing, there_on
from data.households.rosters import estimated
from data.income.year import IncomeYear, year_of
from data.model.running import lasts_to, runs_on
from data.months import first_day, last_day
from data.settings import coefficients, value_of
from data.store.batches import batches
from data.store.rows import StoredRow
from data.terms import SHARE_MODES, STATE_NAMES, SUBJECTS

_EMPTY = "数据库还是空的，没有可以出卡的年度。"
_BUILT = select(model.data_version.c.built).scalar_subquery()
AT_ONCE = 500  # households of one round of statements
_COLUMNS = {name: f"{column}_fen" for name, (_, column) in SUBJECTS.items()}


def income_year(connection: Connection, year: int) -> IncomeYear:
    """The year of that name by the county's setting."""
    return IncomeYear(year, int(value_of(connection, "income_year_start")))


def years(connection: Connection) -> list[IncomeYear]:
    """Income years that have months of books, the newest first."""
    start = int(value_of(connection, "income_year_start"))
    first, last = _calendar(connection)
    newest, oldest = year_of(last, start).year, year_of(first, start).year
    return [IncomeYear(year, start) for year in range(newest, oldest - 1, -1)]


def card_year(connection: Connection, month: int, region: str = "") -> IncomeYear:
    """The year whose card one hands out in a month: the last that is over by then and whose books are closed there,
    the running one where the records begin in it."""
    closed = closed_month(connection, region)
    month = month if closed is None else max(min(month, closed), _calendar(connection)[0])
    running = year_of(month, int(value_of(connection, "income_year_start")))
    over = running if month == running.last else running.before
    return over if over.last >= _calendar(connection)[0] else running


@needs(READ, IDENTITY)
def card(
    connection: Connection, viewer: Viewer, household: int, year: IncomeYear, *, until: int | None = None
) -> IncomeCard:
    """One household's card; ``until`` (a month) leaves out what came later.

    Raises NotFound, in the words of the household's page, for one that does not exist or is not the viewer's.
    """
    return cards(connection, viewer, [household], year, until=until)[0]


@needs(READ, IDENTITY)
def cards(
    connection: Connection,
    viewer: Viewer,
    households: Sequence[int],
    year: IncomeYear,
    *,
    until: int | None = None,
    paper: bool = False,
) -> list[IncomeCard]:
    """The cards of many households in the order given, eight statements for each 500; raises NotFound as ``card``.

    ID numbers, phones and illnesses are masked; on ``paper``, which is the household's own, its illnesses are told:
    raises NoRight for who may not print.
    """
    if paper:
        require_right(viewer, PRINT, HOUSEHOLDS)
    return _cards(connection, viewer, households, year, until, paper)


@needs(READ, HOUSEHOLDS)
def for_mark(connection: Connection, viewer: Viewer, household: int, year: IncomeYear) -> IncomeCard:
    """The card that a mark is compared with, for whoever holds one: masked names, and no fact about a person for who
    does not see identity."""
    return _cards(connection, viewer, [household], year, None, False)[0]


def _cards(
    connection: Connection,
    viewer: Viewer,
    households: Sequence[int],
    year: IncomeYear,
    until: int | None,
    paper: bool,
) -> list[IncomeCard]:
    last, built = connection.execute(select(func.max(model.month.c.month), _BUILT)).one()
    if last is None:
        raise NotFound(_EMPTY)
    through = min(year.last, last, last if until is None else until)
    as_of = min(last_day(through), built)
    bound = {
        "first": year.first,
        "through": through,
        "as_of": as_of,
        "end_before": last_day(year.before.last),
        "end_same": last_day(through - 12),
        "from_day": first_day(year.first),
        "year": year.year,
    }
    shares = coefficients(value_of(connection, "expense_coefficients"))
    lines: dict[str, int | None] = {}
    closed: dict[str, int | None] = {}
    made = []
    for some in batches(households, AT_ONCE):
        found = _facts(connection, viewer, some, bound)
        hanging = {name: _hanging(connection, name, some, bound) for name in _HANGING}
        guessed = estimated(connection, some, as_of)
        for id in some:
            if id not in found:
                raise NotFound(NO_SUCH_HOUSEHOLD)
            province = found[id]["village_then"][:2]
            if province not in lines:
                lines[province] = line_of(connection, province, last_day(year.last))
            county = found[id]["village_then"][:COUNTY]
            if county not in closed:
                closed[county] = closed_month(connection, county)
            parts = {name: rows.get(id, []) for name, rows in hanging.items()}
            one = _card(viewer, found[id], parts, year, through, shares, lines[province], closed[county], paper)
            made.append(replace(one, persons_estimated=id in guessed))
    return made


@needs(PRINT, HOUSEHOLDS)
def villages_households(connection: Connection, viewer: Viewer, region: str, *, ordinary: bool = False) -> list[int]:
    """The households of a region (of any level) in card order: by village, then by code.

    Those registered or monitored today, who are given a card; with ``ordinary`` every household that is there.
    """
    here, bound = within_sql("h.village", viewer.narrowed(region))
    seen, scope = seen_households(viewer)
    counted = "1 = 1" if ordinary else HELPED_SQL
    sql = f"""
        SELECT h.id FROM household h CROSS JOIN data_version d JOIN {standing(day="d.built")}
        WHERE {here} AND {seen} AND {there_on(day="d.built")} AND {counted} ORDER BY h.village, h.code"""
    return list(connection.execute(text(sql), {**bound, **scope}).scalars())


def _calendar(connection: Connection) -> tuple[int, int]:
    """The first month that books are told of, and the last of the calendar."""
    known = months_with_books(connection)
    if known is None:
        raise NotFound(_EMPTY)
    return known


def _facts(
    connection: Connection, viewer: Viewer, households: list[int], bound: Mapping[str, object]
) -> dict[int, RowMapping]:
    seen, scope = seen_households(viewer)
    rows = connection.execute(
        text(f"{_FACTS} AND {seen}").bindparams(bindparam("households", expanding=True)),
        {**bound, **scope, "households": households},
    ).mappings()
    return {row["id"]: row for row in rows}


def _hanging(
    connection: Connection, name: str, households: list[int], bound: Mapping[str, object]
) -> dict[int, list[StoredRow]]:
    """Rows of one query by household; its first column is the household's id, by which it is ordered."""
    sql = text(_HANGING[name]).bindparams(bindparam("households", expanding=True))
    rows = connection.execute(sql, {**bound, "households": households})
    return {id: list(group) for id, group in groupby(rows, key=lambda row: row[0])}


def _card(
    viewer: Viewer,
    facts: RowMapping,
    parts: Mapping[str, list[StoredRow]],
    year: IncomeYear,
    through: int,
    shares: dict[str, float],
    line: int | None,
    closed: int | None,
    paper: bool,
) -> IncomeCard:
    open_names = viewer.sees_identity
    as_of = min(last_day(through), facts["built"])
    return IncomeCard(
        household=facts["id"],
        code=facts["code"],
        village=facts["village_then"],
        village_name=facts["village_name"],
        township_name=facts["township_name"],
        county_name=facts["county_name"],
        head=facts["head_then"] if open_names else mask_name(facts["head_then"]),
        state=STATE_NAMES[facts["state"]],
        attribute=mask_attribute(facts["attribute"]),
        cause="、".join(filter(None, (facts["cause"], facts["other_causes"]))) or None if viewer.sees_health else None,
        address=facts["address"] if open_names else None,
        phone=mask_phone(facts["phone"]) if open_names else None,
        year=year,
        through=through,
        as_of=as_of,
        members=tuple(_member(viewer, row, as_of, paper) for row in parts["members"]),
        helpers=tuple(
            Helper(row.name, row.unit, row.team, row.post, row.phone if open_names else None)
            for row in parts["helpers"]
        ),
        measures=tuple(Measure(*row[1:]) for row in parts["measures"] if row.started <= as_of),
        projects=tuple(Share(*row[1:]) for row in parts["projects"]),
        lines=_lines(parts["ledger"], year, through),
        lines_before=_lines(parts["ledger"], year.before, year.before.last),
        totals=_totals(parts["totals"], year),
        totals_before=_totals(parts["totals"], year.before),
        persons_before=facts["persons_before"] or len(parts["members"]),
        persons_same=facts["persons_same"] or len(parts["members"]),
        coefficients=shares,
        line=line,
        closed=closed is None or closed >= year.last,
    )


def _member(viewer: Viewer, row: StoredRow, as_of: str, paper: bool) -> Member:
    open_names = viewer.sees_identity
    age = None
    if row.born is not None and row.born <= as_of:
        age = int(as_of[:4]) - int(row.born[:4]) - (as_of[5:] < row.born[5:])
    return Member(
        row.name if open_names else mask_name(row.name),
        row.relation,
        row.sex,
        age,
        mask_id(row.id_number) if open_names else None,
        row.education,
        row.schooling,
        row.health if paper and viewer.sees_health else mask_health(viewer, row.health),
        row.skill,
        row.work_area,
        row.work_months,
        row.code,
    )


def _lines(rows: Iterable[StoredRow], year: IncomeYear, through: int) -> dict[str, tuple[int | None, ...]]:
    by_month = {row.month: row for row in rows if year.first <= row.month <= through}
    return {
        name: tuple(getattr(by_month.get(month), column, None) for month in year.months)
        for name, column in _COLUMNS.items()
    }


def _totals(rows: Iterable[StoredRow], year: IncomeYear) -> dict[str, int]:
    """What is booked for the whole of a year: 科目 → fen."""
    booked = next((row for row in rows if row.last_month == year.last), None)
    held = {name: getattr(booked, column, None) for name, column in _COLUMNS.items()}
    return {name: fen for name, fen in held.items() if fen is not None}


_FACTS = f"""
    SELECT h.*, s.state, s.village AS village_then, d.built, v.name AS village_name, t.name AS township_name,
        c.name AS county_name, {head_on(":as_of")} AS head_then, {persons_on(day=":end_before")} AS persons_before,
        {persons_on(day=":end_same")} AS persons_same
    FROM household h JOIN {standing(day=":as_of")} JOIN region v ON v.code = s.village CROSS JOIN data_version d
    LEFT JOIN region t ON t.code = substr(s.village, 1, 9)
    LEFT JOIN region c ON c.code = substr(s.village, 1, 6)
    WHERE h.id IN :households"""
_MODE = "CASE d.kind " + " ".join(f"WHEN '{kind}' THEN '{mode}'" for kind, mode in SHARE_MODES.items()) + " END"
_BOOKED = (
    "FROM dividend_payment d JOIN dividend_plan v ON v.id = d.plan WHERE d.household_id IN :households AND v.booked"
)
_FACTS_OF_MEMBERS = facts_on("education", "schooling", "health", "skill", "work_area", "work_months", day=":as_of")
_HANGING = {
    "members": f"""
        SELECT b.household_id, p.name, {relation_on(':as_of')} AS relation, p.sex, p.born, p.id_number, p.code,
            {_FACTS_OF_MEMBERS}
        FROM {members_on("b.household_id IN :households", ":as_of")}
        ORDER BY b.household_id, {head_first(':as_of')}, p.born, p.code""",
    "helpers": f"""
        SELECT s.household_id, a.name, a.unit, a.team, a.post, a.phone
        FROM pairing s JOIN helper a ON a.code = s.helper CROSS JOIN data_version d
        WHERE s.household_id IN :households AND {runs_on('s', 'd.built')}
        ORDER BY s.household_id, s.started, a.code""",
    "measures": f"""
        SELECT s.household_id, s.category, s.name, s.started, s.ended, s.amount_fen, s.unit
        FROM measure s WHERE s.household_id IN :households AND {lasts_to('s', ':from_day')}
        ORDER BY s.household_id, s.started, s.code""",
    # by the year of the card's name, but for what plans booked: its months are known, so it stands in its income year
    "projects": f"""
        SELECT q.household_id, p.name, p.kind, q.mode, CAST(SUM(q.fen) AS BIGINT) AS amount_fen FROM (
            SELECT b.household_id, b.project, b.mode, b.amount_fen AS fen FROM project_household b
            WHERE b.household_id IN :households AND b.year = :year
            UNION ALL
            SELECT d.household_id, d.project, {_MODE}, -d.amount_fen {_BOOKED} / 12 = :year
            UNION ALL
            SELECT d.household_id, d.project, {_MODE}, d.amount_fen {_BOOKED} >= :first AND v.booked <= :through
        ) q JOIN project p ON p.code = q.project GROUP BY q.household_id, p.code, p.name, p.kind, q.mode
        HAVING COALESCE(SUM(q.fen), 1) <> 0 ORDER BY q.household_id, p.code, q.mode""",
    "totals": """
        SELECT y.* FROM ledger_year y
        WHERE y.household_id IN :households AND y.last_month IN (:first + 11, :first - 1)
        ORDER BY y.household_id, y.last_month""",
    "ledger": """
        SELECT l.* FROM ledger l
        WHERE l.household_id IN :households AND l.month >= :first - 12 AND l.month <= :through
        ORDER BY l.household_id, l.month""",
}  # fmt: skip
