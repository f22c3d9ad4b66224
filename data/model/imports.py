"""What people hand in, and what imports did: the runs, every cell of a record that stood already as it was before and
after, and the rows from which a run is taken back."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Text

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

import_job = table(  # what somebody handed in: its files lie beside the store (``data.imports.files``)
    "import_job",
    Column("id", Number, primary_key=True),
    Column("kind", Code, nullable=False),  # workbook, boundaries
    Column("region", Code, nullable=False),  # whose it is: nothing outside is written; '' the whole
    Column("actor", Text, nullable=False),  # who handed it in
    Column("made", Text, nullable=False),
    Column("state", Code, nullable=False, index=True),  # ``data.imports.way``
    Column("version", Number, nullable=False),
    Column("since", Text, nullable=False),
    Column("work", Code, nullable=False),  # what a process has to do to it now: check, write, undo; '' nothing
    Column("ordered", Text, nullable=False),  # JSON: the role, region and person that asked for that work last
    Column("files", Text, nullable=False),  # JSON: [{"name", "size", "digest"}], in the order handed in
    Column("answers", Text, nullable=False),  # JSON: what was answered to the questions of the check
    Column("facts", Text, nullable=False),  # JSON: what the last check or write found
    Column("why", Text, nullable=False),  # a sentence, where the last work failed
    Column("run", Number, ForeignKey("import_run.id")),
    Column("emptied", Text),  # when its files were removed
)

import_job_step = table(
    "import_job_step",
    Column("id", Number, primary_key=True),
    Column("job", Number, ForeignKey("import_job.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

import_journal = table(  # every row that a run wrote, as it was before and after: what takes it back
    "import_journal",
    Column("run", Number, nullable=False),
    Column("number", Number, nullable=False),  # in the order of writing
    Column("record", Code, nullable=False),  # the table
    Column("before", Text),  # JSON object of the row, None of a new one
    Column("after", Text),  # None of one taken away
    PrimaryKeyConstraint("run", "record", "number"),
    clustered=True,
)

import_fresh = table(  # tables that were empty before a run and are not in its journal: all that it found no row of
    "import_fresh",
    Column("run", Number, nullable=False),
    Column("record", Code, nullable=False),
    PrimaryKeyConstraint("run", "record"),
    clustered=True,
)

column_choice = table(  # what somebody of a region said the columns of a layout are; it holds for his next file
    "column_choice",
    Column("region", Code, nullable=False),
    Column("layout", Code, nullable=False),  # a digest of the headings
    Column("choice", Text, nullable=False),  # JSON
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("region", "layout"),
    clustered=True,
)

backup_run = table(  # backups that were made, and what a restore of them proved
    "backup_run",
    Column("id", Number, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # 'timer:' where the timetable made it
    Column("file", Text, nullable=False),
    Column("size", Number, nullable=False),
    Column("digest", Code, nullable=False),  # SHA-256 of the file; '' where it failed
    Column("facts", Text, nullable=False),  # JSON: rows, data version, archives
    Column("why", Text, nullable=False),  # a sentence, where it failed
    Column("drilled", Text),  # when it was restored on trial
    Column("drill", Text),  # JSON: what that found
    Column("removed", Text),
    Index("backup_run_at", "at"),
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
