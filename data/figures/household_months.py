"""``household_month``: one row for each counted household and month, with its state and twelve months of income.

Twelve months of books are *whole* when the books began before or with them and no more than one expected month (one
with a line twelve months before) lacks its line; months without a line inside whole books are zero. What is booked by
the year counts with the total of the last income year that ended by the month and is closed (``data.figures.books``);
the lines by month of the same household go with their twelve months.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, RowMapping, func, select, text

from data import model
from data.figures.beginnings import record_span
from data.figures.books import COUNTY, first_months, household_books, years_of_months
from data.figures.monitoring_line import lines_of
from data.figures.net_income import YEAR_BEFORE
from data.figures.sources import LEDGER, YEARLY
from data.model.running import holds_on, runs_on
from data.months import last_day
from data.terms import BOOK_KINDS, EXITED, UNCOUNTED, Record, subject_columns

NEAR = (6, 5)
"""Numerator and denominator: up to how many times the monitoring line an income is said to be just above it."""
_YEARS = """LEFT JOIN year_income y ON y.household_id = g.id AND y.month = g.month
            LEFT JOIN year_missing z ON z.household_id = g.id AND z.month = g.month"""
_OF_VILLAGE = "h.id IN (SELECT w.household_id FROM state_spell w WHERE w.village = :region)"
"""Households that are of a village, or were."""
_BACK = 11  # months before the first that its twelve months reach back


def fill_household_months(
    connection: Connection, running: int, *, region: str | None = None, since: int | None = None
) -> None:
    """Insert the rows of one village (or all) from month ``since`` on (or all); ``running`` has not ended."""
    first, last = months_with_books(connection) or (running, running)
    since = max(since or first, first)
    here = _OF_VILLAGE if region else "1 = 1"
    columns = (
        "month, village, household_id, state, persons, record, lines, expected, booked, wage_fen, business_fen,"
        " property_fen, transfer_fen, expense_fen, below_line, near_line, paired, visits"
    )
    _prepare_lookups(connection, here, {"region": region}, region)
    _prepare_years(connection, region, list(range(since, last + 1)), running)
    counted = f"q.state NOT IN ({UNCOUNTED}, {EXITED}){' AND q.village = :region' if region else ''}"
    select_ = _statement(connection, here, since, counted=counted)
    # in the order of the table's key: rows that go in one behind the other save a sixth of the time
    connection.execute(
        text(f"INSERT INTO household_month ({columns}) {select_} ORDER BY q.month, q.village, q.id"),
        {"region": region, "since": since, "before": _before(connection, since)},
    )
    _doubt_silence(connection, region, since)


def of_one(connection: Connection, household: int, village: str) -> list[RowMapping]:
    """The months of one household as ``household_month`` has them, also those in which it is not counted; the record
    SILENT may stand for SHORT or NONE here."""
    known = months_with_books(connection)
    if known is None:
        return []
    first, last = known
    _prepare_lookups(connection, "h.id = :household", {"household": household}, village)
    _prepare_years(connection, village, list(range(first, last + 1)), last)
    bound = {"household": household, "since": first, "before": _before(connection, first)}
    asked = text(f"{_statement(connection, 'h.id = :household', first)} ORDER BY q.month")
    return list(connection.execute(asked, bound).mappings())


def _before(connection: Connection, since: int) -> int:
    """The first month to read for those from ``since`` on: as far back as they reach, if there are lines so early."""
    begun = connection.execute(select(func.min(household_books.c.first_month))).scalar()
    return since if begun is None else min(max(since - _BACK, begun), since)


def _bits(alias: str) -> str:
    """SQL of the kinds that a row of the ledger has a line of, as bits; none for no row."""
    return " + ".join(
        f"CASE WHEN {' AND '.join(f'{alias}.{column} IS NULL' for column in subject_columns(kind))} THEN 0"
        f" ELSE {1 << place} END"
        for place, kind in enumerate(BOOK_KINDS)
    )


def _statement(connection: Connection, here: str, since: int, *, counted: str = "1 = 1") -> str:
    """The SELECT of household months: ``here`` picks households ``h``, ``counted`` their months ``q``."""
    by_year = bool(connection.execute(select(model.ledger_year.c.household_id).limit(1)).first())
    amounts = ", ".join(
        f"{' + '.join(f'COALESCE(l.{column}, 0)' for column in subject_columns(kind))} AS {kind}" for kind in BOOK_KINDS
    )
    sums_of_twelve = ", ".join(f"SUM(l.{kind}) OVER w AS {kind}" for kind in BOOK_KINDS)
    sums = {kind: f"(g.{kind} + COALESCE(y.{kind}_fen, 0))" if by_year else f"g.{kind}" for kind in BOOK_KINDS}
    net = " + ".join(sums[kind] for kind in BOOK_KINDS[:-1]) + f" - {sums['expense']}"
    years = _YEARS if by_year else ""
    yearly, no_more = ("y.household_id IS NOT NULL", "z.household_id IS NOT NULL") if by_year else ("1 = 0", "1 = 0")
    known = f"(g.lines > 0 OR {yearly})"
    incomes = ", ".join(f"CASE WHEN {known} THEN {sum_} END AS {kind}" for kind, sum_ in sums.items())
    record = f"""CASE WHEN {no_more} AND g.lines = 0 THEN {Record.SILENT:d}
        WHEN {no_more} AND b.first_month <= {"z.last_month" if by_year else "0"} - 12 THEN {Record.SHORT:d}
        WHEN g.missed > 1 OR (g.missed > 0 AND NOT {known})
            THEN CASE WHEN g.last_missed > g.last_line THEN {Record.SILENT:d} ELSE {Record.SHORT:d} END
        WHEN NOT {known} THEN {Record.NONE:d}
        WHEN {yearly} OR b.first_month <= g.month - 11 THEN {Record.WHOLE:d}
        ELSE {Record.BEGUN:d} END"""
    whole = f"q.record = {Record.WHOLE:d} AND q.persons > 0"
    missing = "l.ago <> 0 AND l.booked = 0"
    if by_year:
        missing += (
            " AND NOT EXISTS (SELECT 1 FROM ledger_year c WHERE c.household_id = l.id"
            " AND c.first_month <= l.month AND c.last_month >= l.month)"
        )
    first_year = (connection.execute(text("SELECT MAX(first_month) FROM county_books")).scalar() or 0) + 12
    month_ago, last_month = "0", ""
    if first_year > since:
        month_ago = _bits("z")
        before = f"CASE WHEN m.month < {first_year} THEN m.month - 1 END"  # no look where no first year is left
        last_month = f"LEFT JOIN ledger z ON z.household_id = h.id AND z.month = {before}"
    return f"""
        SELECT q.month, q.village, q.id, q.state, q.persons, q.record, q.lines, q.expected, q.booked,
            q.wage, q.business, q.property, q.transfer, q.expense,
            CASE WHEN {whole} THEN CASE WHEN q.net < q.persons * q.line THEN 1 ELSE 0 END END AS below_line,
            CASE WHEN {whole} THEN CASE WHEN q.net >= q.persons * q.line
                AND q.net * {NEAR[1]} <= q.persons * q.line * {NEAR[0]} THEN 1 ELSE 0 END END AS near_line,
            CASE WHEN EXISTS (SELECT 1 FROM pairing p WHERE p.household_id = q.id
                AND {runs_on("p", "q.as_of")}) THEN 1 ELSE 0 END AS paired,
            (SELECT COUNT(*) FROM visit v WHERE v.household_id = q.id
                AND v.visited >= q.first_day AND v.visited <= q.as_of) AS visits
        FROM (
            SELECT g.month, s.village, g.id, s.state, COALESCE(n.persons, 0) AS persons, m.first_day,
                m.as_of, m.line, g.booked, {record} AS record, CASE WHEN {yearly} THEN 12 ELSE g.lines END AS lines,
                CASE WHEN g.month < c.first_month + 12 THEN g.month_ago ELSE g.ago END AS expected, {net} AS net,
                {incomes}
            FROM (
                SELECT l.id, l.month, l.booked, l.ago, l.month_ago, {sums_of_twelve},
                    SUM(CASE WHEN l.booked <> 0 THEN 1 ELSE 0 END) OVER w AS lines,
                    SUM(CASE WHEN {missing} THEN 1 ELSE 0 END) OVER w AS missed,
                    MAX(CASE WHEN l.booked <> 0 THEN l.month ELSE 0 END) OVER w AS last_line,
                    MAX(CASE WHEN {missing} THEN l.month ELSE 0 END) OVER w AS last_missed
                FROM (
                    SELECT h.id, m.month, {_bits("l")} AS booked, {_bits("a")} AS ago, {month_ago} AS month_ago,
                        {amounts}
                    FROM household h
                    JOIN calendar m ON m.province = substr(h.village, 1, 2) AND m.month >= :before
                    LEFT JOIN ledger l ON l.household_id = h.id AND l.month = m.month
                    LEFT JOIN ledger a ON a.household_id = h.id AND a.month = m.month - 12
                    {last_month} WHERE {here}
                ) l WINDOW w AS (PARTITION BY l.id ORDER BY l.month ROWS BETWEEN 11 PRECEDING AND CURRENT ROW)
            ) g
            JOIN household h ON h.id = g.id
            JOIN calendar m ON m.province = substr(h.village, 1, 2) AND m.month = g.month
            JOIN state_spell s ON s.household_id = g.id AND {holds_on("s", "m.as_of")}
            LEFT JOIN household_size n ON n.household_id = g.id AND {holds_on("n", "m.as_of")}
            LEFT JOIN household_books b ON b.village = h.village AND b.household_id = h.id
            LEFT JOIN county_books c ON c.county = substr(h.village, 1, {COUNTY})
            {years}
            WHERE g.month >= :since
        ) q WHERE {counted}"""


def _prepare_years(connection: Connection, region: str | None, months: list[int], running: int) -> None:
    """Temporary tables: what totals of a year add to a household's twelve months, and whose totals are missing.

    An item's total counts until the next year's are in; its lines by month after that year stay out as long as they
    do not fill twelve months, and take its place where they do.
    """
    kinds = ", ".join(f"{kind}_fen BIGINT" for kind in BOOK_KINDS)
    for statement in (
        "CREATE TEMPORARY TABLE IF NOT EXISTS year_of_month (county TEXT, month BIGINT, last_month BIGINT,"
        " PRIMARY KEY (county, month))",
        "CREATE TEMPORARY TABLE IF NOT EXISTS year_income (household_id BIGINT, month BIGINT, last_month BIGINT,"
        f" {kinds}, PRIMARY KEY (household_id, month))",
        "CREATE TEMPORARY TABLE IF NOT EXISTS year_missing (household_id BIGINT, month BIGINT, last_month BIGINT,"
        " PRIMARY KEY (household_id, month))",
        *(f"DELETE FROM {name}" for name in ("year_of_month", "year_income", "year_missing")),
    ):
        connection.execute(text(statement))
    chosen = years_of_months(connection, region, months, running)
    if not chosen:
        return
    rows = [{"county": county, "month": month, "last": last} for county, month, last in chosen]
    connection.execute(text("INSERT INTO year_of_month VALUES (:county, :month, :last)"), rows)
    here = _OF_VILLAGE if region else "1 = 1"
    totals = ", ".join(
        " + ".join(f"COALESCE(y.{column}, 0)" for column in subject_columns(kind)) for kind in BOOK_KINDS
    )
    of_county = f"year_of_month c ON c.county = substr(h.village, 1, {COUNTY})"
    instead = ", ".join(f"{kind}_fen = year_income.{kind}_fen - d.{kind}" for kind in BOOK_KINDS)
    out = ", ".join(" + ".join(_out(column) for column in subject_columns(kind)) + f" AS {kind}" for kind in BOOK_KINDS)
    for statement in (
        f"""
        INSERT INTO year_income SELECT h.id, c.month, y.last_month, {totals}
        FROM household h JOIN {of_county} JOIN ledger_year y ON y.household_id = h.id AND y.last_month = c.last_month
        WHERE {here}""",
        f"""
        INSERT INTO year_missing SELECT h.id, c.month, c.last_month
        FROM household h JOIN {of_county} JOIN ledger_year b ON b.household_id = h.id
        AND b.last_month = c.last_month - 12 LEFT JOIN ledger_year y ON y.household_id = h.id
        AND y.last_month = c.last_month WHERE y.household_id IS NULL AND {here}""",
        f"""
        UPDATE year_income SET {instead} FROM (
            SELECT i.household_id, i.month, {out} FROM year_income i
            JOIN ledger_year y ON y.household_id = i.household_id AND y.last_month = i.last_month
            JOIN ledger l ON l.household_id = i.household_id AND l.month <= i.month AND l.month > i.last_month
            AND l.month > i.month - 12 GROUP BY i.household_id, i.month
        ) d WHERE d.household_id = year_income.household_id AND d.month = year_income.month""",
    ):
        connection.execute(text(statement), {"region": region})


def _out(column: str) -> str:
    """SQL of what of an item goes: its lines while they are less than a year's, then its total."""
    return (
        f"CASE WHEN COUNT(l.{column}) = 0 OR MAX(y.{column}) IS NULL THEN 0"
        f" WHEN i.month - MAX(i.last_month) < 12 THEN SUM(l.{column}) ELSE MAX(y.{column}) END"
    )


def _doubt_silence(connection: Connection, region: str | None, since: int) -> None:
    """Who fell silent without whole books a year before is short of records, or has none."""
    here = "AND village = :region" if region else ""
    window = "(SELECT m.window_day FROM month m WHERE m.month = household_month.month)"
    connection.execute(
        text(
            f"""
            UPDATE household_month SET record = CASE WHEN lines = 0 THEN {Record.NONE:d} ELSE {Record.SHORT:d} END
            WHERE record = {Record.SILENT:d} AND month >= :since {here} AND NOT EXISTS (
                SELECT 1 FROM household_month p WHERE {YEAR_BEFORE.format("household_month", "p", window)}
                AND p.record = {Record.WHOLE:d})"""
        ),
        {"region": region, "since": since},
    )


_SIZES = """
    INSERT INTO household_size SELECT t.household_id, t.day, LEAD(t.day) OVER w, SUM(SUM(t.more)) OVER w
    FROM (SELECT b.household_id, b.since AS day, 1 AS more FROM member_spell b JOIN household h ON h.id = b.household_id
        WHERE {here} UNION ALL
        SELECT b.household_id, b.until, -1 FROM member_spell b JOIN household h ON h.id = b.household_id
        WHERE b.until IS NOT NULL AND {here}) t
    GROUP BY t.household_id, t.day WINDOW w AS (PARTITION BY t.household_id ORDER BY t.day)"""


def months_with_books(connection: Connection) -> tuple[int, int] | None:
    """The first month that households have rows of, and the last of the calendar; None without one. The first is that
    of the first line of books or the first visit, a year back at least, never before the calendar."""
    span, months = record_span.c, model.month.c.month
    begun = select(func.min(span.first_month)).where(span.name.in_((LEDGER, YEARLY, "visits"))).scalar_subquery()
    first, last, known = connection.execute(select(func.min(months), func.max(months), begun)).one()
    return None if last is None else (max(int(first), min(int(last) - _BACK, known or int(last))), int(last))


def _prepare_lookups(connection: Connection, here: str, bound: Mapping[str, object], region: str | None) -> None:
    """Temporary tables: where each county's books begin; members of each household; the months with the line of each
    province, and those before."""
    for statement in (
        "CREATE TEMPORARY TABLE IF NOT EXISTS county_books (county TEXT PRIMARY KEY, first_month BIGINT)",
        "DELETE FROM county_books",
        "CREATE TEMPORARY TABLE IF NOT EXISTS household_size (household_id BIGINT, since TEXT, until TEXT,"
        " persons BIGINT, PRIMARY KEY (household_id, since))",
        "DELETE FROM household_size",
        _SIZES.format(here=here),
        "CREATE TEMPORARY TABLE IF NOT EXISTS calendar (province TEXT, month BIGINT, first_day TEXT, as_of TEXT,"
        " line BIGINT, PRIMARY KEY (province, month))",
        "DELETE FROM calendar",
    ):
        connection.execute(text(statement), bound)
    begun = [{"county": county, "first": first} for county, first in first_months(connection, region).items()]
    if begun:
        connection.execute(text("INSERT INTO county_books VALUES (:county, :first)"), begun)
    asked = text("SELECT DISTINCT substr(code, 1, 2) FROM region")
    provinces = [region[:2]] if region else connection.execute(asked).scalars().all()
    months = connection.execute(select(model.month.c.month, model.month.c.first_day, model.month.c.as_of)).all()
    first = min(month for month, *_ in months)
    days = [(month, "", "") for month in range(first - _BACK, first)] + [tuple(row) for row in months]
    rows = [
        {
            "province": province,
            "month": month,
            "first_day": since,
            "as_of": until,
            "line": line,
        }
        for province in provinces
        for (month, since, until), line in zip(
            days, lines_of(connection, province, [last_day(month) for month, *_ in days]), strict=True
        )
    ]
    if rows:
        connection.execute(text("INSERT INTO calendar VALUES (:province, :month, :first_day, :as_of, :line)"), rows)
