"""What imports did: the runs, and every cell of a record that stood already as it was before and after."""

from sqlalchemy import Column, PrimaryKeyConstraint, Text

from data.model.columns import Code, Number, table
from data.terms import SUBJECTS

import_run = table(
    "import_run",
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("rows", Number, nullable=False),
    Column("changed", Number, nullable=False),
    Column("warnings", Number, nullable=False),
    Column("refused", Number, nullable=False),
)

import_cell = table(
    "import_cell",
    Column("household_id", Number, nullable=False),  # 0: of no household
    Column("run", Number, nullable=False),
    Column("record", Code, nullable=False),  # the table it stands in
    Column("key", Code, nullable=False),  # its primary key, blanks between
    Column("name", Code, nullable=False),  # the column
    Column("before", Text),
    Column("after", Text),
    PrimaryKeyConstraint("household_id", "run", "record", "key", "name"),
    clustered=True,
)

import_ledger = table(  # lines of 收支 by the month, a column for each 科目: a corrected book of five years is millions
    "import_ledger",
    Column("household_id", Number, nullable=False),
    Column("month", Number, nullable=False),
    Column("run", Number, nullable=False),
    *(Column(name, Number) for _, column in SUBJECTS.values() for name in (f"{column}_fen", f"{column}_fen_after")),
    PrimaryKeyConstraint("household_id", "month", "run"),
    clustered=True,
)
