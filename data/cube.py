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
from data.household_months import fill_household_months, income_begins
from data.indicators import MEASURES
from data.model import Code
from data.months import first_day, last_day, month_of
from data.sources import Source

LONGEST = 120  # months that the calendar goes back at most
INCOME = "income"  # entry of ``measure_begins``: the first month with twelve months of income behind it
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
    begins = income_begins(connection)
    connection.execute(measure_begins.insert().values(name=INCOME, month=begins))
    fill_household_months(connection, begins)
    if not is_sqlite(connection):
        connection.execute(text("ANALYZE"))
    _note_beginnings(connection)
    report("逐级汇总", 2, 3)
    collect_own(connection)
    _roll_up(connection)
    if is_sqlite(connection):
        connection.execute(text("PRAGMA analysis_limit = 1000"))  # a sample serves the planner as well
        connection.execute(text("ANALYZE"))
    _stamp_built(connection, today, _latest(connection))
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
    fill_household_months(connection, _beginning(connection, INCOME), since=since)
    _note_beginnings(connection)
    collect_own(connection, since=since)
    _roll_up(connection)
    _stamp_built(connection, today, _latest(connection))
    return None


def refresh(connection: Connection, region: str) -> None:
    """After a write to records of ``region`` (a code of any level): its own share and all ancestors', nothing else."""
    if len(region) == 12:
        connection.execute(
            text("DELETE FROM household_month WHERE month IN (SELECT month FROM month) AND village = :region"),
            {"region": region},
        )
        fill_household_months(connection, _beginning(connection, INCOME), region=region)
    collect_own(connection, region=region)
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
    connection.execute(text("DROP TABLE own"))
    stamp(connection)


def stamp(connection: Connection) -> None:
    """Say in ``data_version`` that the data changed; whoever writes calls this once in his transaction."""
    table = model.data_version
    now = datetime.now().isoformat(timespec="seconds")
    held = connection.execute(select(table.c.version)).scalar()
    if held is None:
        connection.execute(table.insert().values(id=1, version=1, updated=now, built=date.today().isoformat()))
    else:
        connection.execute(table.update().values(version=held + 1, updated=now))


def _stamp_built(connection: Connection, today: date, latest: int | None) -> None:
    table = model.data_version
    if connection.execute(select(table.c.version)).scalar() is None:
        stamp(connection)
    connection.execute(table.update().values(built=today.isoformat(), latest=latest))


def _latest(connection: Connection) -> int | None:
    """Last month with income or returns on record."""
    months = (connection.execute(select(func.max(of.c.month))).scalar() for of in (model.ledger, model.project_return))
    return max((month for month in months if month is not None), default=None)


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


def _beginning(connection: Connection, name: str) -> int | None:
    return connection.execute(select(measure_begins.c.month).where(measure_begins.c.name == name)).scalar()


def _note_beginnings(connection: Connection) -> None:
    connection.execute(measure_begins.delete().where(measure_begins.c.name != INCOME))
    for name, query in sources.BEGINS.items():
        connection.execute(measure_begins.insert().values(name=name, month=connection.execute(text(query)).scalar()))


def collect_own(connection: Connection, *, region: str | None = None, since: int | None = None) -> None:
    """Make the temporary table ``own``: the measures of what is recorded at each region itself, source by source."""
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
