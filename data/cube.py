"""The cube: for every region of every level and every month, each measure of the registry, additive up the tree.

Derived from the records by SQL: ``rebuild`` makes all of it, ``refresh`` one region's share after a write, in the
same transaction. Below the cube stands ``household_month``: one row for each counted household and month, with its
state and its income of twelve months.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from data import model, sources
from data.engine import is_sqlite, writing
from data.indicators import MEASURES
from data.model import Code
from data.months import first_day, last_day, month_of
from data.sources import Source
from data.states import STATE_SQL
from data.terms import INCOME_KINDS, subject_columns

LONGEST = 120  # months that the calendar goes back at most
_derived = MetaData()
_number = BigInteger().with_variant(Integer, "sqlite")

cube = Table(
    "cube",
    _derived,
    Column("region", Code, primary_key=True),
    Column("month", _number, primary_key=True),
    *(Column(name, _number) for name in MEASURES),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
region_path = Table(  # every region with each of its ancestors, itself and the whole ('') among them
    "region_path",
    _derived,
    Column("region", Code, primary_key=True),
    Column("ancestor", Code, primary_key=True),
    Index("region_path_ancestor", "ancestor"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
measure_begins = Table(
    "measure_begins",
    _derived,
    Column("name", Code, primary_key=True),
    Column("month", _number),
    sqlite_strict=True,
)

Progress = Callable[[str, int, int], None]


def ensure(engine: Engine, today: date | None = None) -> None:
    """Called at start and when the day turns: make the cube where it is missing, bring the running month up to date."""
    today = today or date.today()
    with engine.connect() as connection:
        fits = _fits(connection)
        built = connection.execute(select(model.data_version.c.built)).scalar()
    if not fits or built is None:
        with writing(engine) as connection:
            rebuild(connection, today=today)
    elif built < today.isoformat():
        with writing(engine) as connection:
            advance(connection, today=today, built=built)


def _fits(connection: Connection) -> bool:
    known = inspect(connection)
    if not known.has_table("cube"):
        return False
    return {column["name"] for column in known.get_columns("cube")} == set(cube.columns.keys())


def rebuild(connection: Connection, *, today: date | None = None, progress: Progress | None = None) -> None:
    """Make calendar, household months and cube anew from the records."""
    today = today or date.today()
    report = progress or (lambda step, done, total: None)
    report("日历与区划", 0, 3)
    _derived.drop_all(connection)
    _derived.create_all(connection)
    _make_calendar(connection, today)
    _make_paths(connection)
    report("逐户逐月状态与收入", 1, 3)
    connection.execute(text("DELETE FROM household_month"))
    _fill_household_months(connection)
    if not is_sqlite(connection):
        connection.execute(text("ANALYZE"))
    _note_beginnings(connection)
    report("逐级汇总", 2, 3)
    _collect_own(connection)
    _roll_up(connection)
    if is_sqlite(connection):
        connection.execute(text("ANALYZE"))
    stamp(connection, today=today, changed=False)
    report("完成", 3, 3)


def advance(connection: Connection, *, today: date, built: str) -> None:
    """Bring the months since the last build to today; earlier months do not depend on the day."""
    since = month_of(built)
    known = set(connection.execute(select(model.month.c.month)).scalars())
    if not known or min(known) > since:
        return rebuild(connection, today=today)
    connection.execute(text("DELETE FROM month WHERE month >= :since"), {"since": since})
    _add_months(connection, since, month_of(today), today)
    connection.execute(text("DELETE FROM household_month WHERE month >= :since"), {"since": since})
    connection.execute(text("DELETE FROM cube WHERE month >= :since"), {"since": since})
    _fill_household_months(connection, since=since)
    _collect_own(connection, since=since)
    _roll_up(connection)
    stamp(connection, today=today, changed=False)
    return None


def refresh(connection: Connection, region: str) -> None:
    """After a write to records of ``region`` (a code of any level): its own share and all ancestors', nothing else."""
    if len(region) == 12:
        connection.execute(
            text("DELETE FROM household_month WHERE month IN (SELECT month FROM month) AND village = :region"),
            {"region": region},
        )
        _fill_household_months(connection, region=region)
    _collect_own(connection, region=region)
    names = ", ".join(MEASURES)
    sums = ", ".join(_final(name) for name in MEASURES)
    change = ", ".join(
        f"{name} = CASE WHEN n.{name} IS NULL AND o.{name} IS NULL THEN cube.{name}"
        f" ELSE COALESCE(cube.{name}, 0) + COALESCE(n.{name}, 0) - COALESCE(o.{name}, 0) END"
        for name in MEASURES
    )
    # what the region held of its own before: its cube row less its children's
    statement = (
        f"WITH n AS (SELECT o.month, {sums} FROM own o GROUP BY o.month),"
        f" o AS (SELECT month, {', '.join(f'SUM({name}) AS {name}' for name in MEASURES)} FROM ("
        f"SELECT month, {names} FROM cube WHERE region = :region UNION ALL"
        f" SELECT month, {', '.join(f'-{name}' for name in MEASURES)} FROM cube"
        " WHERE region IN (SELECT code FROM region WHERE parent = :region)) q GROUP BY month)"
        f" UPDATE cube SET {change} FROM n JOIN o ON o.month = n.month"
        " WHERE cube.month = n.month AND cube.region IN (SELECT ancestor FROM region_path WHERE region = :region)"
    )
    connection.execute(text(statement), {"region": region})
    stamp(connection)


def stamp(connection: Connection, *, today: date | None = None, changed: bool = True) -> None:
    """Say in ``data_version`` that the data changed, and for which day the cube was built."""
    table = model.data_version
    now = datetime.now().isoformat(timespec="seconds")
    latest = connection.execute(
        text(
            "SELECT MAX(month) FROM (SELECT MAX(month) AS month FROM ledger UNION ALL SELECT MAX(month)"
            " FROM project_return) q"
        )
    ).scalar()
    held = connection.execute(select(table.c.version)).scalar()
    if held is None:
        day = (today or date.today()).isoformat()
        connection.execute(table.insert().values(id=1, version=1, updated=now, built=day, latest=latest))
        return
    values: dict = {"latest": latest}
    if today:
        values["built"] = today.isoformat()
    if changed:
        values |= {"version": held + 1, "updated": now}
    connection.execute(table.update().values(values))


def _make_calendar(connection: Connection, today: date) -> None:
    connection.execute(text("DELETE FROM month"))
    last = month_of(today)
    earliest = connection.execute(
        text(
            "SELECT MIN(month) FROM (SELECT MIN(month) AS month FROM ledger"
            " UNION ALL SELECT MIN(month) FROM project_return"
            f" UNION ALL SELECT {sources.month_of_day('MIN(visited)')} FROM visit"
            " UNION ALL SELECT MIN(year) * 12 FROM fund"
            f" UNION ALL SELECT {sources.month_of_day('MIN(found)')} FROM problem) q"
        )
    ).scalar()
    first = last - 11 if earliest is None else min(max(earliest, last - LONGEST + 1), last)
    _add_months(connection, first, last, today)


def _add_months(connection: Connection, first: int, last: int, today: date) -> None:
    rows = [
        {
            "month": month,
            "first_day": first_day(month),
            "window_day": first_day(month - 11),
            "as_of": min(last_day(month), today.isoformat()),
        }
        for month in range(first, last + 1)
    ]
    connection.execute(model.month.insert(), rows)


def _make_paths(connection: Connection) -> None:
    lengths = " UNION ALL ".join(f"SELECT {length} AS length" for length in (2, 4, 6, 9, 12))
    connection.execute(
        text(
            "INSERT INTO region_path (region, ancestor)"
            f" SELECT r.code, a.code FROM region r JOIN ({lengths}) l ON l.length <= length(r.code)"
            " JOIN region a ON a.code = substr(r.code, 1, l.length)"
            " UNION SELECT code, '' FROM region UNION SELECT '', ''"
        )
    )


def income_begins(connection: Connection) -> int | None:
    """First month whose twelve months are all on record.

    Books that span less than a year are taken whole, since nobody can fill them up backwards.
    """
    first, last = connection.execute(select(func.min(model.ledger.c.month), func.max(model.ledger.c.month))).one()
    if first is None:
        return None
    return first if last - first < 11 else first + 11


def _fill_household_months(connection: Connection, *, region: str | None = None, since: int | None = None) -> None:
    begins = income_begins(connection)
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
            property_fen, transfer_fen, expense_fen, below_line, paired, visits)
        SELECT g.month, g.village, g.id, g.state, g.persons, {incomes},
            CASE WHEN {known} AND g.persons > 0
                THEN CASE WHEN {net} < g.persons * g.line THEN 1 ELSE 0 END END,
            CASE WHEN EXISTS (SELECT 1 FROM pairing p WHERE p.household_id = g.id AND p.started <= g.as_of
                AND (p.ended IS NULL OR p.ended > g.as_of)) THEN 1 ELSE 0 END,
            (SELECT COUNT(*) FROM visit v WHERE v.household_id = g.id
                AND v.visited >= g.first_day AND v.visited <= g.as_of)
        FROM (
            SELECT m.month, m.first_day, m.as_of, h.village, h.id, COALESCE(s.persons, 0) AS persons, n.line,
                {STATE_SQL} AS state,
                {kinds},
                COUNT(l.month) OVER w AS lines
            FROM household h
            CROSS JOIN (SELECT month, first_day, as_of, window_day FROM month
                UNION ALL SELECT month, '', '', '' FROM lead) m
            LEFT JOIN household_size s ON s.household_id = h.id
            LEFT JOIN line_of_month n ON n.province = substr(h.village, 1, 2) AND n.month = m.month
            LEFT JOIN ledger l ON l.household_id = h.id AND l.month = m.month
            WHERE {here} AND m.month >= :before
            WINDOW w AS (PARTITION BY h.id ORDER BY m.month ROWS BETWEEN 11 PRECEDING AND CURRENT ROW)
        ) g
        WHERE g.state > 0 AND g.month >= :since
    """
    _prepare_lookups(connection, first, last)
    connection.execute(
        text(statement),
        {"region": region, "since": since, "before": since - 11, "begins": last + 1 if begins is None else begins},
    )


def _prepare_lookups(connection: Connection, first: int, last: int) -> None:
    """Temporary tables: members of each household, the line of each province and month, months before the calendar."""
    for name in ("household_size", "line_of_month", "lead"):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    for statement in (
        "CREATE TEMPORARY TABLE household_size (household_id BIGINT PRIMARY KEY, persons BIGINT)",
        "INSERT INTO household_size SELECT household_id, COUNT(*) FROM member GROUP BY household_id",
        "CREATE TEMPORARY TABLE line_of_month (province TEXT, month BIGINT, line BIGINT)",
        "CREATE TEMPORARY TABLE lead (month BIGINT PRIMARY KEY)",
    ):
        connection.execute(text(statement))
    connection.execute(
        text("INSERT INTO lead (month) VALUES (:month)"), [{"month": month} for month in range(first - 11, first)]
    )
    provinces = connection.execute(text("SELECT DISTINCT substr(code, 1, 2) FROM region")).scalars().all()
    rows = [
        {"province": province, "month": month, "line": amount}
        for province in provinces
        for month in range(first, last + 1)
        if (amount := line_of(connection, province, month // 12)) is not None
    ]
    if rows:
        connection.execute(text("INSERT INTO line_of_month VALUES (:province, :month, :line)"), rows)


def line_of(connection: Connection, province: str, year: int) -> int | None:
    """The monitoring line (fen a head and year) of a province in a year.

    The province's own where it has any, else the general one; a year without an entry takes the one before it, years
    before the first take the first. None where nothing is configured.
    """
    table = model.monitoring_line
    for owner in (province, ""):
        known = connection.execute(
            select(table.c.year, table.c.amount_fen).where(table.c.province == owner).order_by(table.c.year)
        ).all()
        if known:
            return next((amount for of, amount in reversed(known) if of <= year), known[0].amount_fen)
    return None


def _note_beginnings(connection: Connection) -> None:
    for name, query in sources.BEGINS.items():
        connection.execute(measure_begins.insert().values(name=name, month=connection.execute(text(query)).scalar()))


def _collect_own(connection: Connection, *, region: str | None = None, since: int | None = None) -> None:
    """Temporary table ``own``: measures of the records that belong to a region itself, one source after the other."""
    connection.execute(text("DROP TABLE IF EXISTS own"))
    columns = ", ".join(f"{name} BIGINT" for name in MEASURES)
    connection.execute(text(f"CREATE TEMPORARY TABLE own (region TEXT, month BIGINT, {columns})"))
    only = "AND m.month >= :since" if since else ""
    bound = {"region": region, "since": since}
    by_source: dict[Source, list[str]] = {}
    for name, measure in MEASURES.items():
        by_source.setdefault(measure.source, []).append(name)
    for source, names in by_source.items():
        here = f"{source.region} = :region" if region is not None else "1 = 1"
        values = ", ".join(MEASURES[name].sql for name in names)
        statement = (
            f"INSERT INTO own (region, month, {', '.join(names)}) SELECT {source.region}, m.month, {values}"
            f" FROM {source.joined.format(here=here)} {only} GROUP BY {source.region}, m.month"
        )
        connection.execute(text(statement), bound)
    every = (
        "SELECT :region, m.month FROM month m"
        if region is not None
        else ("SELECT r.code, m.month FROM (SELECT code FROM region UNION SELECT '') r CROSS JOIN month m")
    )
    connection.execute(text(f"INSERT INTO own (region, month) {every} WHERE 1 = 1 {only}"), bound)


def _final(name: str) -> str:
    """SQL of a measure summed over ``own o``, with its beginning heeded."""
    begins = MEASURES[name].begins
    if begins is None:
        return f"SUM(o.{name}) AS {name}"
    since = f"(SELECT b.month FROM measure_begins b WHERE b.name = '{begins}')"
    return f"CASE WHEN o.month >= {since} THEN COALESCE(SUM(o.{name}), 0) END AS {name}"


def _roll_up(connection: Connection) -> None:
    sums = ", ".join(_final(name) for name in MEASURES)
    connection.execute(
        text(
            f"INSERT INTO cube (region, month, {', '.join(MEASURES)}) SELECT a.ancestor, o.month, {sums}"
            " FROM own o JOIN region_path a ON a.region = o.region GROUP BY a.ancestor, o.month"
        )
    )
    connection.execute(text("DROP TABLE own"))
