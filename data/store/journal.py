"""What a transaction does to the rows of tables, noted by triggers as it is done: each row before and after.

An import writes by a dozen ways (staged rows, histories, columns that follow, persons, dates of problems); none of them
has to know that somebody takes it back. A row is one JSON object of its columns, those left out that hold nothing.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, Table, insert, select, text

from data import model
from data.store.engine import is_sqlite

NOT_JOURNALLED = {
    "access_log": "the log tells what happened and takes nothing back",
    "account": "no file brings it; who signs in writes it while an import runs",
    "archive": "no file brings it",
    "backup_run": "of the store, no record of the county's",
    "borrowing": "no file brings it; whoever opens a household writes it while an import runs",
    "case_paper": "no file brings it",
    "clue": "no file brings it",
    "clue_step": "no file brings it",
    "exit_review": "no file brings it",
    "exit_review_step": "no file brings it",
    "member_mark": "worked out from the records",
    "phone_mark": "worked out from the records",
    "plan_item": "no file brings it",
    "plan_item_step": "no file brings it",
    "quality_hit": "worked out from the records",
    "quality_round": "no file brings it",
    "quality_run": "tells what was found and takes nothing back",
    "quality_tally": "tells what came and went and takes nothing back",
    "quality_waiver": "no file brings it",
    "quality_waiver_step": "no file brings it",
    "card_print": "what was printed stays printed",
    "change": "the history tells what happened and takes nothing back",
    "column_choice": "of the import itself",
    "data_version": "counts writes",
    "device": "no file brings it",
    "display": "no file brings it",
    "dispatch_report": "no file brings it",
    "dispatch_round": "no file brings it",
    "figure_shown": "what was shown stays shown",
    "household_month": "worked out from the records",
    "household_pin": "no file brings it",
    "import_cell": "the history tells what happened and takes nothing back",
    "import_fresh": "of the import itself",
    "import_job": "of the import itself",
    "import_job_step": "of the import itself",
    "import_journal": "of the import itself",
    "import_ledger": "the history tells what happened and takes nothing back",
    "import_run": "of the import itself",
    "month": "worked out from the records",
    "project_archive": "no file brings it",
    "qr_code": "no file brings it",
    "region_change": "the history tells what happened and takes nothing back",
    "region_version": "counts writes",
    "setting_change": "the history tells what happened and takes nothing back",
    "showing": "what was shown stays shown",
    "todo_look": "no file brings it; whoever looks writes it while an import runs",
    "work_paper": "no file brings it",
}
"""Table → why no run of an import has it in its journal."""
JOURNALLED = tuple(table for table in model.metadata.sorted_tables if table.name not in NOT_JOURNALLED)
"""Tables of records, those before that others refer to."""
_BETWEEN = "\x1f"  # the parts of a key
Row = dict[str, object]


class Journal:
    """What was noted of one transaction so far."""

    def __init__(self, connection: Connection, watched: Sequence[Table], fresh: Sequence[Table]) -> None:
        self._connection, self._watched, self._fresh = connection, watched, fresh

    def keep(self, run: int) -> int:
        """Enter it as what the run did: the net effect on each row in the order of first writing (``import_journal``),
        and the tables that were empty and are no more (``import_fresh``); returns how many rows it has."""
        for table in self._fresh:
            if _holds_rows(self._connection, table):
                self._connection.execute(insert(model.import_fresh).values(run=run, record=table.name))
        done = self._connection.execute(
            text(
                "INSERT INTO import_journal (run, number, record, before, after)"
                " SELECT :run, number, record, before, after FROM journal_noted WHERE before IS DISTINCT FROM after"
                " ORDER BY record, number"
            ),
            {"run": run},
        )
        self._connection.execute(text("DELETE FROM journal_noted"))
        return done.rowcount


@contextmanager
def journalling(connection: Connection, tables: Iterable[Table], *, empty: bool = False) -> Iterator[Journal]:
    """Note what happens to rows of these tables, inside a transaction that writes; where something is raised, it is to
    be taken back as a whole. A table that is empty is not watched, so that filling it costs nothing, unless ``empty``.

    A server's writers of these tables wait until the transaction ends.
    """
    known = list(tables)
    watched = [table for table in known if empty or _holds_rows(connection, table)]
    fresh = [table for table in known if table not in watched]
    (_begin_embedded if is_sqlite(connection) else _begin_server)(connection, watched)
    yield Journal(connection, watched, fresh)
    (_end_embedded if is_sqlite(connection) else _end_server)(connection, watched)
    connection.exec_driver_sql("DROP TABLE journal_noted")


def row_of(table: Table, kept: str | None) -> Row | None:
    """A row as the store holds it, of what the journal keeps of it; columns that it does not name hold nothing."""
    if kept is None:
        return None
    held = json.loads(kept)
    return {column.name: _stored(column, held.get(column.name)) for column in table.c}


# Any: what a column holds is its own
def _stored(column: Column[Any], value: object) -> object:
    if isinstance(column.type, LargeBinary) and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("\\x"))
    return float(value) if isinstance(column.type, Float) and isinstance(value, int) else value


def _holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(*table.primary_key).limit(1)).first() is not None


_GONE = "INSERT INTO {noted} (record, key, before) VALUES ({was}) ON CONFLICT (record, key) DO UPDATE SET after = NULL"
_CAME = (
    "INSERT INTO {noted} (record, key, after) VALUES ({now})"
    " ON CONFLICT (record, key) DO UPDATE SET after = excluded.after"
)
_DONE = {"insert": (_CAME,), "update": (_GONE, _CAME), "delete": (_GONE,)}
"""What to note of a statement: an updated row goes and comes, so that one with another key is right as well."""


def _begin_embedded(connection: Connection, watched: Sequence[Table]) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.create_function("exactly", 1, repr, deterministic=True)  # SQLite itself writes 15 digits
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE journal_noted (number INTEGER PRIMARY KEY, record TEXT NOT NULL, key TEXT NOT NULL,"
        " before TEXT, after TEXT)"
    )
    connection.exec_driver_sql("CREATE UNIQUE INDEX temp.journal_noted_key ON journal_noted (record, key)")
    for table in watched:
        was, now = (f"'{table.name}', {_key(table, row)}, {_embedded(table, row)}" for row in ("OLD", "NEW"))
        for when, notes in _DONE.items():
            does = "; ".join(note.format(noted="journal_noted", was=was, now=now) for note in notes)
            head = f'CREATE TEMPORARY TRIGGER note_{table.name}_{when} AFTER {when} ON main."{table.name}"'
            connection.exec_driver_sql(f"{head} BEGIN {does}; END")


def _end_embedded(connection: Connection, watched: Sequence[Table]) -> None:
    for table in watched:
        for when in _DONE:
            connection.exec_driver_sql(f"DROP TRIGGER temp.note_{table.name}_{when}")


def _embedded(table: Table, row: str) -> str:
    """SQL of a row as JSON. Put together by hand: ``json_object`` takes twice the time, and names what is not there."""
    parts = (
        f"""CASE WHEN {value} IS NULL THEN '' ELSE ',"{column.name}":' || {_quoted(column, value)} END"""
        for column in table.c
        for value in [f'{row}."{column.name}"']
    )
    return f"'{{' || substr({' || '.join(parts)}, 2) || '}}'"


# Any: see above
def _quoted(column: Column[Any], value: str) -> str:
    if isinstance(column.type, Integer):
        return value
    if isinstance(column.type, Float):
        return f"exactly({value})"
    if isinstance(column.type, LargeBinary):
        return f"""'"' || hex({value}) || '"'"""
    return f"json_quote({value})"


def _key(table: Table, row: str) -> str:
    """SQL of a row's key; a server's ``||`` takes no two numbers."""
    parts = [f'CAST({row}."{column.name}" AS TEXT)' for column in table.primary_key]
    return f" || '{_BETWEEN}' || ".join(parts)


def _begin_server(connection: Connection, watched: Sequence[Table]) -> None:
    """The triggers stay, switched off, once they are made: taking one away waits for all who read the table."""
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE journal_noted (number BIGINT GENERATED ALWAYS AS IDENTITY, record TEXT NOT NULL,"
        " key TEXT NOT NULL, before TEXT, after TEXT, PRIMARY KEY (record, key))"
    )
    made = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note'"
    there = {str(name).strip('"') for name in connection.exec_driver_sql(made).scalars()}
    for table in watched:
        if table.name not in there:
            _make_trigger(connection, table)
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER note')


def _end_server(connection: Connection, watched: Sequence[Table]) -> None:
    for table in watched:
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER note')


def _make_trigger(connection: Connection, table: Table) -> None:
    was, now = (
        f"'{table.name}', {_key(table, row)}, json_strip_nulls(row_to_json({row}))::text" for row in ("OLD", "NEW")
    )
    cases = " ".join(
        f"{'IF' if place == 0 else 'ELSIF'} TG_OP = '{when.upper()}' THEN "
        + " ".join(note.format(noted="pg_temp.journal_noted", was=was, now=now) + ";" for note in notes)
        for place, (when, notes) in enumerate(_DONE.items())
    )
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION note_{table.name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {cases} END IF; RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        f'CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON "{table.name}"'
        f" FOR EACH ROW EXECUTE FUNCTION note_{table.name}()"
    )
