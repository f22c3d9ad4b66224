"""From when on there is anything: of every kind of record the first and last month, in each region and altogether.

Kept for each region, so that a write in one need not look at the records of all the others.
"""

from collections.abc import Collection

from sqlalchemy import Column, Connection, MetaData, Table, func, select, text

from data import model
from data.figures import sources
from data.model import Code, Number
from data.months import month_of
from data.terms import EXITED, UNCOUNTED

LONGEST = 240  # months that the calendar goes back at most
derived = MetaData()
"""The tables that are made anew from the records whenever the cube is."""

measure_begins = Table(
    "measure_begins",
    derived,
    Column("name", Code, primary_key=True),
    Column("month", Number),
    sqlite_strict=True,
)

record_span = Table(  # for each region and kind of record (``sources.SPANS``) the first and the last month it has any
    "record_span",
    derived,
    Column("region", Code, primary_key=True),
    Column("name", Code, primary_key=True),
    Column("first_month", Number, nullable=False),
    Column("last_month", Number, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


def note_spans(
    connection: Connection, region: str | None = None, names: Collection[str | None] = sources.SPANS
) -> None:
    """Enter the spans of these kinds of records of all regions, where none stand yet; or of one, in place of what
    stands."""
    known = [name for name in names if name in sources.SPANS]
    if region is not None:
        span = record_span.c
        connection.execute(record_span.delete().where(span.region == region, span.name.in_(known)))
    for place, query in (sources.SPANS[name] for name in known):
        here = "1 = 1" if region is None else f"{place} = :region"
        statement = f"INSERT INTO record_span (region, name, first_month, last_month) {query.format(here=here)}"
        connection.execute(text(statement), {"region": region})


def beginnings(connection: Connection) -> dict[str, int | None]:
    """What ``measure_begins`` holds: every kind of record → first month with a value."""
    return dict(connection.execute(select(measure_begins.c.name, measure_begins.c.month)).all())


def note_beginnings(connection: Connection) -> None:
    """Make ``measure_begins`` anew from the spans and the household months."""
    span = record_span.c
    found = connection.execute(select(span.name, func.min(span.first_month)).group_by(span.name)).all()
    first = connection.execute(select(func.min(model.month.c.month))).scalar()
    months = dict.fromkeys(sources.SPANS) | {name: month or first for name, month in found}
    months["households"] = _first_counted(connection, first)
    connection.execute(measure_begins.delete())
    rows = [{"name": name, "month": month} for name, month in months.items()]
    connection.execute(measure_begins.insert(), rows)


def _first_counted(connection: Connection, first: int | None) -> int | None:
    """The first month in which any household is counted."""
    begun = connection.execute(text(f"SELECT MIN(since) FROM state_spell WHERE state NOT IN ({UNCOUNTED}, {EXITED})"))
    day = begun.scalar()
    return None if day is None or first is None else max(first, month_of(day) if day else first)


def first_month(connection: Connection, last: int) -> int:
    """The calendar begins with the earliest dated fact, twelve months back at least and LONGEST at most."""
    span = record_span.c
    dated = (span.name != "projects") & (span.first_month > 0)
    earliest = connection.execute(select(func.min(span.first_month)).where(dated)).scalar()
    return max(min(last - 11, last if earliest is None else earliest), last - LONGEST + 1)
