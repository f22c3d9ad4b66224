"""What refers to a record, by the foreign keys of the schema and by what they do not tell."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, Table

from data import model

_BY_NAME = (  # table, its column, what it refers to, and of which of its rows
    ("pairing", "member", "member", "1 = 1"),
    ("region", "parent", "region", "1 = 1"),
    ("region", "merged_into", "region", "1 = 1"),
    ("account", "region", "region", "1 = 1"),
    ("device", "region", "region", "1 = 1"),
    ("books_decision", "county", "region", "1 = 1"),
    *(("work_paper", "key", record, f"record = '{record}'") for record in ("problem", "task")),
    *(("matter_move", "key", record, f"record = '{record}'") for record in ("problem", "task", "project", "fund")),
)
"""References that no foreign key tells."""
ALONG = {
    **{
        record: (("matter_level", f"record = '{record}' AND key IN (SELECT code FROM going)"),)
        for record in ("problem", "task")
    },
    "household": tuple((name, "household_id IN (SELECT id FROM going)") for name in ("import_cell", "import_ledger")),
}
"""Table → what the application notes of its rows by itself, and which of it goes with those that are ``going``."""


@dataclass(frozen=True)
class Reference:
    """``column`` of rows of ``table`` (those of ``where``) holds ``key`` of the record."""

    table: Table
    column: str
    key: str
    where: str = "1 = 1"


def references(table: Table) -> list[Reference]:
    """What may refer to rows of a table."""
    found = [
        Reference(other, one.parent.name, one.column.name)
        for other in model.metadata.sorted_tables
        for one in sorted(other.foreign_keys, key=lambda one: one.parent.name)
        if one.column.table is table
    ]
    key = next(iter(table.primary_key)).name
    tables = model.metadata.tables
    return found + [Reference(tables[name], column, key, where) for name, column, of, where in _BY_NAME
                    if of == table.name]  # fmt: skip


def hanging_on(connection: Connection, table: Table) -> dict[tuple[object, ...], set[str]]:
    """Keys of rows in the temporary table ``going`` that something refers to which does not go with them → the tables
    it stands in. Rows of the table itself that go as well are no reason, those that stay for another reason are."""
    keys = ", ".join(f'g."{column.name}"' for column in table.primary_key)
    stays: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for one in (one for one in references(table) if one.table is not table):
        asked = (
            f'SELECT {keys} FROM going g WHERE g."{one.key}" IN'
            f' (SELECT "{one.column}" FROM "{one.table.name}" WHERE {one.where} AND "{one.column}" IS NOT NULL)'
        )
        for row in connection.exec_driver_sql(asked):
            stays[tuple(row)].add(one.table.name)
    own = [one for one in references(table) if one.table is table]
    while own:
        found = {key for one in own for key in _of_its_own(connection, table, one, set(stays))} - set(stays)
        if not found:
            break
        for key in found:
            stays[key].add(table.name)
    return dict(stays)


def _of_its_own(
    connection: Connection, table: Table, one: Reference, stays: set[tuple[object, ...]]
) -> set[tuple[object, ...]]:
    """Rows that are going and that a row of the same table refers to which is not, or which ``stays``."""
    (key,) = (column.name for column in table.primary_key)
    asked = (
        f'SELECT g."{key}", r."{key}", CASE WHEN s."{key}" IS NULL THEN 0 ELSE 1 END FROM going g'
        f' JOIN "{table.name}" r ON r."{one.column}" = g."{one.key}" AND r."{key}" <> g."{key}"'
        f' LEFT JOIN going s ON s."{key}" = r."{key}"'
    )
    return {(row[0],) for row in connection.exec_driver_sql(asked) if not row[2] or (row[1],) in stays}
