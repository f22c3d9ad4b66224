"""From when on there is anything: of every kind of record the first and last month, in each region and altogether.

Kept for each region, so that a write in one need not look at the records of all the others.
"""

from sqlalchemy import Column, Connection, MetaData, Table, func, select, text

from data import model
from data.figures import sources
from data.figures.sources import LEDGER, YEARLY
from data.model import Code, Number

LONGEST = 120  # months that the calendar goes back at most
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


def note_spans(connection: Connection, region: str | None = None) -> None:
    """Enter the spans of all regions, or of one, where none stand yet."""
    for place, query in sources.SPANS.values():
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
    months["households"] = connection.execute(select(func.min(model.household_month.c.month))).scalar()
    connection.execute(measure_begins.delete())
    rows = [{"name": name, "month": month} for name, month in months.items()]
    connection.execute(measure_begins.insert(), rows)


def first_month(connection: Connection, last: int) -> int:
    """The calendar begins with the earliest record, twelve months back at least and LONGEST at most."""
    known = record_span.c.name.in_((LEDGER, YEARLY, "returns", "visits", "funds", "problems"))
    earliest = connection.execute(select(func.min(record_span.c.first_month)).where(known)).scalar()
    return max(min(last - 11, last if earliest is None else earliest), last - LONGEST + 1)
