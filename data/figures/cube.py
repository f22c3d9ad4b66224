"""The cube: for every region of every level and every month, each measure of the registry, additive up the tree.

Derived from the records by SQL: ``rebuild`` makes all of it, ``refresh`` one region's share after a write, in the
same transaction. Below the cube stands ``household_month``: one row for each counted household and month, with its
state and its income of twelve months.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, time

from sqlalchemy import Column, Connection, Engine, Index, Table, func, inspect, select, text

from data import model
from data.clock import written
from data.figures.beginnings import (
    beginnings,
    derived,
    first_month,
    note_beginnings,
    note_spans,
)
from data.figures.books import COUNTY, close_books, closed_month, first_months, make_books, years_of_months
from data.figures.helping import Changes, make_helping, renew_helping
from data.figures.household_months import fill_household_months
from data.figures.indicators import MEASURES
from data.figures.sources import HELPING, SPANS, Source, month_of_day
from data.figures.spells import make_spells
from data.model import Code, Number
from data.months import first_day, last_day, month_of
from data.regions.versions import raise_versions
from data.store.engine import is_sqlite, lock_row, writing

cube = Table(
    "cube",
    derived,
    Column("region", Code, primary_key=True),
    Column("month", Number, primary_key=True),
    *(Column(name, Number) for name in MEASURES),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
region_path = Table(  # every region with each of its ancestors, itself and the whole ('') among them
    "region_path",
    derived,
    Column("region", Code, primary_key=True),
    Column("ancestor", Code, primary_key=True),
    Index("region_path_ancestor", "ancestor"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
COUNTED_BY = {"income_mark": ("above_mark_persons",)}
"""Setting → the measures that it decides about."""
_FEW = 30  # regions whose share is counted by itself
_ADDED_UP = [name for name, measure in MEASURES.items() if measure.source is not HELPING]
"""The measures that a region's own records add to all above it."""
Progress = Callable[[str, int, int], None]
_FIRST = "(SELECT MIN(month) FROM month)"
_MONTH_OF = (
    f"CASE WHEN {{0}} <= (SELECT MIN(as_of) FROM month) THEN {_FIRST} ELSE {month_of_day('{0}')}"
    f" + CASE WHEN {{0}} > (SELECT c.as_of FROM month c WHERE c.month = {month_of_day('{0}')}) THEN 1 ELSE 0 END END"
)
"""SQL of the first month at whose end a day has come, of a day up to the last."""
_NOT_BEFORE = "CASE WHEN month < :since THEN :since ELSE month END"


def ensure(engine: Engine, today: date) -> None:
    """Called at start and when the day turns: make the cube where it is missing, bring the running month up to date.

    A cube that was built for a later day stays (``data.quality.clock`` speaks of it).
    """
    with engine.connect() as connection:
        usable = fits(connection)
        built = connection.execute(select(model.data_version.c.built)).scalar()
    if not usable or built is None:
        with writing(engine) as connection:
            rebuild(connection, today=today)
    elif built < today.isoformat():
        with writing(engine) as connection:
            advance(connection, today=today, built=built)


def fits(connection: Connection) -> bool:
    """Whether the cube is there, with the measures of this version."""
    known = inspect(connection)
    if not (known.has_table("cube") and known.has_table("books_county")):
        return False
    return {column["name"] for column in known.get_columns("cube")} == set(cube.columns.keys())


def rebuild(connection: Connection, *, today: date, progress: Progress | None = None) -> None:
    """Make calendar, household months and cube anew from the records."""
    hold(connection)
    report = progress or (lambda step, done, total: None)
    report("日历与区划", 0, 3)
    derived.drop_all(connection)
    derived.create_all(connection)
    make_spells(connection)
    note_spans(connection)
    _make_calendar(connection, today)
    _make_paths(connection)
    make_helping(connection)
    report("逐户逐月状态与收入", 1, 3)
    connection.execute(text("DELETE FROM household_month"))
    running = month_of(today)
    make_books(connection, None, running)
    fill_household_months(connection, running)
    if is_sqlite(connection):
        connection.execute(text("PRAGMA analysis_limit = 1000"))  # a sample serves the planner as well
    connection.execute(text("ANALYZE"))
    close_books(connection, None, running)
    note_beginnings(connection)
    report("逐级汇总", 2, 3)
    collect_own(connection)
    _roll_up(connection)
    if is_sqlite(connection):
        connection.execute(text("ANALYZE cube"))
    _stamp_built(connection, today)
    report("完成", 3, 3)


def advance(connection: Connection, *, today: date, built: str) -> None:
    """Bring the months since the last build to today; earlier months do not depend on the day."""
    hold(connection)
    since = month_of(built)
    known = set(connection.execute(select(model.month.c.month)).scalars())
    if not known or min(known) > since:
        return rebuild(connection, today=today)
    first = first_month(connection, month_of(today))  # moves on where the calendar is as long as it may be
    outdated = "month >= :since" if first <= min(known) else "(month >= :since OR month < :first)"
    for table in ("month", "household_month", "cube"):
        connection.execute(text(f"DELETE FROM {table} WHERE {outdated}"), {"since": since, "first": first})
    running = month_of(today)
    _add_months(connection, since, running, today)
    make_books(connection, None, running)
    fill_household_months(connection, running, since=since)
    close_books(connection, None, running)
    note_beginnings(connection)
    collect_own(connection, since=since)
    _roll_up(connection)
    _stamp_built(connection, today)
    return None


def hold(connection: Connection) -> None:
    """Wait for whoever else writes, and let the next one wait until this transaction ends; comes before other locks."""
    lock_row(connection, select(model.data_version.c.version).with_for_update())


def refresh(
    connection: Connection, region: str, now: datetime, *, households: bool = True, of: str | None = None
) -> None:
    """After a write to records of ``region`` (a code of any level): its own share and all ancestors', nothing else.

    Without ``households`` their months stay as they are: for writes to tasks, problems, projects or funds alone; with
    ``of`` all stays but what begins with that one entry of ``sources.SPANS``.
    Only where the calendar, the first household of all or the years of a county's totals begin otherwise than before,
    everything is made anew.
    """
    hold(connection)
    if len(region) == 12 and households:
        make_spells(connection, region)
    names = [name for name in _ADDED_UP if of in (None, MEASURES[name].begins)]
    note_spans(connection, region, SPANS if of is None else {of})
    before, closed = beginnings(connection), closed_month(connection, region)
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if first_month(connection, last) != first:
        return _make_anew(connection, now)
    if len(region) == 12 and households:
        connection.execute(
            text("DELETE FROM household_month WHERE month IN (SELECT month FROM month) AND village = :region"),
            {"region": region},
        )
        county_before = _of_county(connection, region, last)
        make_books(connection, region, last)
        if _of_county(connection, region, last) != county_before:  # the others' months are told by it as well
            return _make_anew(connection, now)
        fill_household_months(connection, last, region=region)
        close_books(connection, region, last)
    note_beginnings(connection)
    if not _moved(connection, before):
        return _make_anew(connection, now)
    collect_own(connection, region=region, only_of=names)
    _add_own(connection, region, names)
    if len(region) == 12 and households:
        _add_changes(connection, renew_helping(connection, region))
    if closed_month(connection, region) != closed:
        region = region[:COUNTY]  # where its figures stand has changed for the whole county
    stamp(connection, now, *([region] if beginnings(connection) == before else []))  # what holds for all has changed
    return None


def refresh_many(connection: Connection, regions: Collection[str], now: datetime, *, of: str) -> None:
    """:func:`refresh` after a write to records of one kind (``of``) in these regions, their households left as they
    are: few one after the other; many all at once, for which everything of that kind is counted anew."""
    if len(regions) <= _FEW:
        for region in sorted(regions):
            refresh(connection, region, now, households=False, of=of)
        return None
    hold(connection)
    names = [name for name in _ADDED_UP if MEASURES[name].begins == of]
    for region in sorted(regions):
        note_spans(connection, region, {of})
    before = beginnings(connection)
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if first_month(connection, last) != first:
        return _make_anew(connection, now)
    note_beginnings(connection)
    if not _moved(connection, before):
        return _make_anew(connection, now)
    _count_anew(connection, names)
    stamp(connection, now, *(regions if beginnings(connection) == before else []))
    return None


def _of_county(connection: Connection, region: str, running: int) -> object:
    """What the months of all households of a county go by: where its books begin, which year's totals count."""
    return first_months(connection, region).get(region[:COUNTY]), years_of_months(
        connection, region, [running], running
    )


def _make_anew(connection: Connection, now: datetime) -> None:
    built = connection.execute(select(model.data_version.c.built)).scalar_one()
    rebuild(connection, today=date.fromisoformat(built))
    stamp(connection, now)


def _moved(connection: Connection, before: dict[str, int | None]) -> bool:
    """Where a kind of record begins earlier than before, absent measures become zero, where later, nothing at all.

    False where that does not do: figures about all households stand hidden before the first household.
    """
    after = beginnings(connection)
    if after["households"] != before["households"]:
        return False
    for name in after:
        was, now = (10**6 if (month := begins.get(name)) is None else month for begins in (before, after))
        for measure in (measure.id for measure in MEASURES.values() if measure.begins == name and was != now):
            value = f"COALESCE({measure}, 0)" if now < was else "NULL"
            connection.execute(
                text(f"UPDATE cube SET {measure} = {value} WHERE month >= :low AND month < :high"),
                {"low": min(was, now), "high": max(was, now)},
            )
    return True


def heed(connection: Connection, now: datetime, settings: Iterable[str]) -> None:
    """After settings were decided: what they say how to count is counted anew, and the data version moves on."""
    if names := [name for setting in settings for name in COUNTED_BY.get(setting, ())]:
        _count_anew(connection, names)
    stamp(connection, now)


def _count_anew(connection: Connection, measures: Sequence[str]) -> None:
    """These measures of all regions from the records."""
    collect_own(connection, only_of=measures)
    sums = ", ".join(_final(name) for name in measures)
    change = ", ".join(f"{name} = n.{name}" for name in measures)
    differs = " OR ".join(f"cube.{name} IS DISTINCT FROM n.{name}" for name in measures)
    connection.execute(
        text(
            f"UPDATE cube SET {change} FROM (SELECT a.ancestor, o.month, {sums} FROM own o"
            " JOIN region_path a ON a.region = o.region GROUP BY a.ancestor, o.month) n"
            f" WHERE cube.region = n.ancestor AND cube.month = n.month AND ({differs})"
        )
    )
    connection.execute(text("DROP TABLE own"))


def _add_own(connection: Connection, region: str, measures: Sequence[str]) -> None:
    """Change a region's row and its ancestors' by what ``own`` holds more than was held before of these measures."""
    names = ", ".join(measures)
    sums = ", ".join(_final(name) for name in measures)
    change = ", ".join(
        f"{name} = CASE WHEN n.{name} IS NULL AND o.{name} IS NULL THEN cube.{name}"
        f" ELSE COALESCE(cube.{name}, 0) + COALESCE(n.{name}, 0) - COALESCE(o.{name}, 0) END"
        for name in measures
    )
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in measures)
    # what the region held of its own before: its cube row less its children's
    statement = f"""
        WITH n AS (SELECT o.month, {sums} FROM own o GROUP BY o.month),
        o AS (SELECT month, {", ".join(f"SUM({name}) AS {name}" for name in measures)}
        FROM (SELECT month, {names} FROM cube WHERE region = :region UNION ALL
        SELECT month, {", ".join(f"-{name}" for name in measures)} FROM cube
        WHERE region IN (SELECT code FROM region WHERE parent = :region)) q GROUP BY month)
        UPDATE cube SET {change} FROM n JOIN o ON o.month = n.month AND ({differs})
        WHERE cube.month = n.month AND cube.region IN (SELECT ancestor FROM region_path WHERE region = :region)"""
    connection.execute(text(statement), {"region": region})
    connection.execute(text("DROP TABLE own"))


def _add_changes(connection: Connection, changes: Changes) -> None:
    for name in {name for _, _, name in changes}:
        rows = [
            {"region": region, "month": month, "more": more}
            for (region, month, of), more in changes.items()
            if of == name
        ]
        added = f"UPDATE cube SET {name} = {name} + :more WHERE region = :region AND month = :month"
        connection.execute(text(added), rows)


def stamp(connection: Connection, now: datetime, *regions: str) -> None:
    """Say in ``data_version`` that the data changed; whoever writes calls this once in his transaction.

    ``regions`` are those written to; none where the write concerns every region: an import, a setting, another day.
    """
    table, at = model.data_version, written(now)
    raised = table.update().values(version=table.c.version + 1, updated=at).returning(table.c.version)
    number = connection.execute(raised).scalar()
    if number is None:
        number = 1
        first = {"id": 1, "version": number, "updated": at, "built": now.date().isoformat()}
        connection.execute(table.insert().values(first))
    raise_versions(connection, regions, (number, at))


def _stamp_built(connection: Connection, today: date) -> None:
    table = model.data_version
    if connection.execute(select(table.c.version)).scalar() is None:
        stamp(connection, datetime.combine(today, time()))
    connection.execute(table.update().values(built=today.isoformat()))


def _make_calendar(connection: Connection, today: date) -> None:
    connection.execute(text("DELETE FROM month"))
    last = month_of(today)
    _add_months(connection, first_month(connection, last), last, today)


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
            f"""
            INSERT INTO region_path (region, ancestor)
            SELECT r.code, a.code FROM region r JOIN ({lengths}) l ON l.length <= length(r.code)
            JOIN region a ON a.code = substr(r.code, 1, l.length)
            UNION SELECT code, '' FROM region UNION SELECT '', ''"""
        )
    )


def collect_own(
    connection: Connection, *, region: str | None = None, since: int | None = None, only_of: Iterable[str] = MEASURES
) -> None:
    """Make the temporary table ``own``: the measures of what is recorded at each region itself, a row a month.

    Source by source into ``collected``: sums of months, of what holds from a day to a day the steps up and down in
    their months (those before ``since`` in the first); then steps are summed up from month to month, all at once.
    """
    by_source: dict[Source, list[str]] = {}
    for name in only_of:
        by_source.setdefault(MEASURES[name].source, []).append(name)
    columns = [name for names in by_source.values() for name in names]
    for table in ("collected", "own"):
        connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        typed = ", ".join(f"{name} BIGINT" for name in columns)
        connection.execute(text(f"CREATE TEMPORARY TABLE {table} (region TEXT, month BIGINT, {typed})"))
    only = "AND m.month >= :since" if since else ""
    bound = {"region": region, "since": since}
    for source, names in by_source.items():
        joined = source.joined.format(
            here=f"{source.region} = :region" if region is not None else "1 = 1",
            here_of_w="w.village = :region" if region is not None else "1 = 1",
        )
        values = [MEASURES[name].sql for name in names]
        if source.since:
            asked = _steps(source, joined, values)
        else:
            asked = (
                f"SELECT {source.region}, m.month, {', '.join(values)} FROM {joined} {only}"
                f" GROUP BY {source.region}, m.month"
            )
        connection.execute(text(f"INSERT INTO collected (region, month, {', '.join(names)}) {asked}"), bound)
    every = (
        "SELECT :region, m.month FROM month m"
        if region is not None
        else ("SELECT r.code, m.month FROM (SELECT code FROM region UNION SELECT '') r CROSS JOIN month m")
    )
    connection.execute(text(f"INSERT INTO collected (region, month) {every} WHERE 1 = 1 {only}"), bound)
    sums = ", ".join(_summed(name) for name in columns)
    here = f"SELECT region, {_NOT_BEFORE if since else 'month'} AS month, {', '.join(columns)} FROM collected"
    asked = f"SELECT c.region, c.month, {sums} FROM ({here}) c GROUP BY c.region, c.month"
    connection.execute(text(f"INSERT INTO own (region, month, {', '.join(columns)}) {asked}"), bound)
    connection.execute(text("DROP TABLE collected"))


def _steps(source: Source, joined: str, values: Sequence[str]) -> str:
    """SQL of region, month and sums of a source whose rows hold from a day to a day: each is added in the first month
    at whose end it holds and taken away in the first at whose end it does so no more."""
    names = [f"v{place}" for place in range(len(values))]

    def steps(day: str, sign: str) -> str:
        sums = ", ".join(f"{sign}SUM({name}) AS {name}" for name in names)
        return (
            f"SELECT q.region, {_MONTH_OF.format(day)} AS month, {sums} FROM spells q"
            f" WHERE {day} <= (SELECT MAX(as_of) FROM month) GROUP BY 1, 2"
        )

    given = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    return (
        f"WITH spells AS (SELECT * FROM (SELECT {source.region} AS region, {source.since} AS since,"
        f" {source.until} AS until, {given} FROM {joined}) q WHERE q.until IS NULL OR q.since < q.until)"
        f" {steps('q.since', '')} UNION ALL {steps('q.until', '-')}"
    )


def _summed(name: str) -> str:
    """SQL of a measure of a region's month over ``collected c``: of steps those of all months up to it."""
    if MEASURES[name].source.since:
        return f"SUM(COALESCE(SUM(c.{name}), 0)) OVER (PARTITION BY c.region ORDER BY c.month) AS {name}"
    return f"SUM(c.{name}) AS {name}"


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
