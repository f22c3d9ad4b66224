"""``household_month``: one row for each counted household and month, with its state and twelve months of income."""

from sqlalchemy import Connection, func, select, text

from data import model
from data.figures.monitoring_line import line_of
from data.figures.states import STATE_SQL
from data.model.running import runs_on
from data.months import last_day
from data.terms import INCOME_KINDS, UNCOUNTED, subject_columns

NET = "({0}.wage_fen + {0}.business_fen + {0}.property_fen + {0}.transfer_fen - {0}.expense_fen)"
"""SQL of a household's net income of twelve months in fen; format it with the alias of ``household_month``."""
NEAR = (6, 5)
"""Numerator and denominator: up to how many times the monitoring line an income is said to be just above it."""


def begins_of(first: int | None, last: int | None) -> int | None:
    """First month whose twelve months are all on record, of books that span these months.

    Books that span less than a year are taken whole, since nobody can fill them up backwards.
    """
    if first is None or last is None:
        return None
    return first if last - first < 11 else first + 11


def fill_household_months(
    connection: Connection, begins: int | None, *, region: str | None = None, since: int | None = None
) -> None:
    """Insert the rows of one village (or all) from month ``since`` on (or all); ``begins`` as ``income_begins``."""
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    since = since or first
    here = "h.village = :region" if region else "1 = 1"
    kinds = ", ".join(
        f"SUM({' + '.join(f'COALESCE(l.{column}, 0)' for column in subject_columns(kind))}) OVER w AS {kind}"
        for kind in (*INCOME_KINDS, "expense")
    )
    net = "g.wage + g.business + g.property + g.transfer - g.expense"
    known = "g.month >= :begins AND g.lines > 0"
    incomes = ", ".join(f"CASE WHEN {known} THEN g.{kind} END" for kind in (*INCOME_KINDS, "expense"))
    statement = f"""
        INSERT INTO household_month (month, village, household_id, state, persons, wage_fen, business_fen,
            property_fen, transfer_fen, expense_fen, below_line, near_line, paired, visits)
        SELECT g.month, g.village, g.id, g.state, g.persons, {incomes},
            CASE WHEN {known} AND g.persons > 0
                THEN CASE WHEN {net} < g.persons * g.line THEN 1 ELSE 0 END END,
            CASE WHEN {known} AND g.persons > 0
                THEN CASE WHEN {net} >= g.persons * g.line AND ({net}) * {NEAR[1]} <= g.persons * g.line * {NEAR[0]}
                    THEN 1 ELSE 0 END END,
            CASE WHEN EXISTS (SELECT 1 FROM pairing p WHERE p.household_id = g.id
                AND {runs_on("p", "g.as_of")}) THEN 1 ELSE 0 END,
            (SELECT COUNT(*) FROM visit v WHERE v.household_id = g.id
                AND v.visited >= g.first_day AND v.visited <= g.as_of)
        FROM (
            SELECT m.month, m.first_day, m.as_of, m.line, h.village, h.id, COALESCE(s.persons, 0) AS persons,
                {STATE_SQL} AS state,
                {kinds},
                COUNT(l.month) OVER w AS lines
            FROM household h
            CROSS JOIN calendar m
            LEFT JOIN household_size s ON s.household_id = h.id
            LEFT JOIN ledger l ON l.household_id = h.id AND l.month = m.month
            WHERE {here} AND m.province = substr(h.village, 1, 2) AND m.month >= :before
            WINDOW w AS (PARTITION BY h.id ORDER BY m.month ROWS BETWEEN 11 PRECEDING AND CURRENT ROW)
        ) g
        WHERE g.state <> {UNCOUNTED} AND g.month >= :since
        ORDER BY g.month, g.village, g.id
    """  # in the order of the table's key: rows that go in one behind the other save a sixth of the time
    _prepare_lookups(connection, region)
    connection.execute(
        text(statement),
        {"region": region, "since": since, "before": since - 11, "begins": last + 1 if begins is None else begins},
    )


def _prepare_lookups(connection: Connection, region: str | None) -> None:
    """Temporary tables: members of each household; the months with the line of each province, and eleven before."""
    here = "h.village = :region" if region else "1 = 1"
    for statement in (
        "DROP TABLE IF EXISTS household_size",
        "DROP TABLE IF EXISTS calendar",
        "CREATE TEMPORARY TABLE household_size (household_id BIGINT PRIMARY KEY, persons BIGINT)",
        "INSERT INTO household_size SELECT p.household_id, COUNT(*) FROM household h"
        f" JOIN member p ON p.household_id = h.id WHERE {here} GROUP BY p.household_id",
        "CREATE TEMPORARY TABLE calendar (province TEXT, month BIGINT, first_day TEXT, as_of TEXT, line BIGINT,"
        " PRIMARY KEY (province, month))",
    ):
        connection.execute(text(statement), {"region": region})
    provinces = connection.execute(text("SELECT DISTINCT substr(code, 1, 2) FROM region")).scalars().all()
    months = connection.execute(select(model.month.c.month, model.month.c.first_day, model.month.c.as_of)).all()
    first = min(month for month, *_ in months)
    days = [(month, "", "") for month in range(first - 11, first)] + [tuple(row) for row in months]
    rows = [
        {
            "province": province,
            "month": month,
            "first_day": since,
            "as_of": until,
            "line": line_of(connection, province, last_day(month)),
        }
        for province in provinces
        for month, since, until in days
    ]
    if rows:
        connection.execute(text("INSERT INTO calendar VALUES (:province, :month, :first_day, :as_of, :line)"), rows)
