"""What is noted about the records and worked out from them; the cube itself is made by ``data.figures.cube``."""

from sqlalchemy import Column, PrimaryKeyConstraint, Text

from data.model.columns import Code, Day, Number, Small, table

data_version = table(
    "data_version",
    Column("id", Small, primary_key=True, autoincrement=False),
    Column("version", Number, nullable=False),
    Column("updated", Text, nullable=False),  # local time of the last change, ISO
    Column("built", Day, nullable=False),  # day the cube was built for
)

region_version = table(  # the last write that concerned a region; what codes there are: ``data.regions.versions``
    "region_version",
    Column("region", Code, primary_key=True),
    Column("version", Number, nullable=False),
    Column("updated", Text, nullable=False),
    clustered=True,
)

books_decision = table(  # up to which month a county has closed its books by its own word; the last row is in force
    "books_decision",
    Column("id", Number, primary_key=True),
    Column("county", Code, nullable=False, index=True),
    Column("until", Number),  # none: the rule decides again
    Column("reason", Text),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
)

monitoring_line = table(
    "monitoring_line",
    Column("province", Code, nullable=False),  # two digits; '' holds for every province without its own
    Column("since", Day, nullable=False),  # the day from which it holds
    Column("amount_fen", Number, nullable=False),
    Column("standing", Text, nullable=False),
    PrimaryKeyConstraint("province", "since"),
    clustered=True,
)

month = table(
    "month",
    Column("month", Number, primary_key=True, autoincrement=False),
    Column("first_day", Day, nullable=False),
    Column("window_day", Day, nullable=False),  # first day of the twelve months that end with this one
    Column("as_of", Day, nullable=False),  # last day, or the day of building in the month that runs
)

household_month = table(
    "household_month",
    Column("month", Number, primary_key=True),
    Column("village", Code, primary_key=True),
    Column("household_id", Number, primary_key=True),
    Column("state", Small, nullable=False),
    Column("persons", Number, nullable=False),
    Column("record", Small, nullable=False),  # what its books of the twelve months are: ``terms.Record``
    Column("lines", Small, nullable=False),  # months of the twelve that have lines; a year's total counts as twelve
    Column("expected", Small, nullable=False),  # bits of those that had a line twelve months before
    Column("booked", Small, nullable=False),  # bits of ``terms.BOOK_KINDS`` that have a line in the month itself
    Column("wage_fen", Number),  # the sums stand wherever there are lines: whether they are whole says ``record``
    Column("business_fen", Number),
    Column("property_fen", Number),
    Column("transfer_fen", Number),
    Column("expense_fen", Number),
    Column("below_line", Small),
    Column("near_line", Small),  # not below it, but by a fifth at most above
    Column("paired", Small, nullable=False),
    Column("visits", Number, nullable=False),
    clustered=True,
)
