"""Rows of an import beside the table they go to: what they change there is found, noted and written by SQL.

A row stands in a temporary table, an empty cell as NULL, an emptied one as a sign of its type. Its cell *taken* is what
the stored one becomes: emptied, or the file's, or where that is empty itself.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Float, Integer, Row, Table, select, text

from data.intake.ledger import CLEARED
from data.model import case_step, import_cell, import_ledger, ledger, ledger_year, monitoring_case
from data.store.engine import stage
from data.workbook.steps import STEP_ACTIONS, STEP_KEY

Key = tuple[object, ...]
ROW = "row_number"
"""The column beside the table's own: where in its file a row stands."""
DERIVED = ("initials", "id_tail", "parent", "standing")
"""Columns that follow from others, and are no news of their own."""
NATURAL = {case_step.name: STEP_KEY}
"""Table whose rows have numbers → what files tell them apart by; of several that agree in it the last one is meant."""
GIVEN_ONCE = ("at", "actor", "after")
"""Columns that a new row gets, and none that stands."""
_NO_NUMBER = -1e308
_NO_TEXT = "\x18"  # no cell holds it: control characters are taken out


def emptied(table: Table, name: str) -> int | float | str:
    """What stands for an emptied cell of a column."""
    kind = table.c[name].type
    return CLEARED if isinstance(kind, Integer) else _NO_NUMBER if isinstance(kind, Float) else _NO_TEXT


class Compared(NamedTuple):
    """A row of a file beside the store: its number (0 where a row of the store is made from several), its key, and by
    column what stands (None of a new row) and what it becomes."""

    number: int
    key: Key
    before: dict[str, object] | None
    after: dict[str, object]


class Staged:
    """The rows of one file for one table, ``number`` of those; ``cleared`` names the columns with emptied cells."""

    def __init__(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        cleared: Collection[str],
        absent: int | None = None,
        number: int = 0,
    ) -> None:
        self.connection, self.table, self.cleared = connection, table, set(cleared)
        self.keys = list(keys_of(table))
        self.own = [name for name in columns if name != ROW]
        self.numbered = ROW in columns
        self.rest = [name for name in self.own if name not in (*self.keys, *GIVEN_ONCE)]
        self.name = f"staged_{table.name}_{number}"
        self._same = " AND ".join([*(f's."{key}" = t."{key}"' for key in self.keys), *self._last("t")])
        self._here = " AND ".join(f'"{key}" = :key_{place}' for place, key in enumerate(self.keys))
        stage(connection, table, columns, rows, name=self.name, beside=(ROW,), absent=absent, keys=self.keys)

    def _last(self, alias: str) -> list[str]:
        """SQL: no later row of the table has the same key, where that is not the table's own."""
        if self.table.name not in NATURAL:
            return []
        (own,) = (column.name for column in self.table.primary_key)
        same = " AND ".join(f'later."{key}" = "{alias}"."{key}"' for key in self.keys)
        later = f'SELECT 1 FROM "{self.table.name}" later WHERE {same} AND later."{own}" > "{alias}"."{own}"'
        return [f"NOT EXISTS ({later})"]

    def taken(self, name: str, alias: str = "t") -> str:
        """SQL of what a cell becomes; ``alias`` is that of the table of the store."""
        new, old = f's."{name}"', f'"{alias}"."{name}"'
        if name not in self.cleared:
            return f"COALESCE({new}, {old})"
        return f"CASE WHEN {new} = {_literal(emptied(self.table, name))} THEN NULL ELSE COALESCE({new}, {old}) END"

    def row(self, key: Key) -> dict[str, object] | None:
        """A row by its key, as it is staged."""
        found = self.connection.execute(text(f"SELECT * FROM {self.name} WHERE {self._here}"), self._bound(key))
        row = found.mappings().first()
        return None if row is None else dict(row)

    def stored(self, key: Key) -> dict[str, object] | None:
        """The row of the store with this key."""
        here = [self.table.c[name] == value for name, value in zip(self.keys, key, strict=True)]
        last = [column.desc() for column in self.table.primary_key]
        found = self.connection.execute(select(self.table).where(*here).order_by(*last)).mappings().first()
        return None if found is None else dict(found)

    def leave(self, key: Key, names: Collection[str] | None) -> None:
        """Keep cells of a row out, or where ``names`` is None the row."""
        nothing = ", ".join(f'"{name}" = NULL' for name in names or ())
        if names is None:
            self.connection.execute(text(f"DELETE FROM {self.name} WHERE {self._here}"), self._bound(key))
        elif nothing:
            change = text(f"UPDATE {self.name} SET {nothing} WHERE {self._here}")
            self.connection.execute(change, self._bound(key))

    def _bound(self, key: Key) -> dict[str, object]:
        return {f"key_{place}": value for place, value in enumerate(key)}

    def out_of_order(self, start: str, end: str) -> list[tuple[Key, int, str, str]]:
        """Rows that give one of two dates and bring it behind or before the other, which stands: their key, their
        number, which one they give, and the stored other one."""
        if not {start, end} & {*self.own}:
            return []
        given = {name: f's."{name}"' if name in self.own else "NULL" for name in (start, end)}
        taken = {name: self.taken(name) if name in self.own else f't."{name}"' for name in (start, end)}
        listed = ", ".join(f's."{key}"' for key in self.keys)
        found = self._sql(
            f"SELECT {listed}, s.{ROW}, CASE WHEN {given[end]} IS NULL THEN '{start}' ELSE '{end}' END,"
            f' CASE WHEN {given[end]} IS NULL THEN t."{end}" ELSE t."{start}" END'
            f' FROM {self.name} s JOIN "{self.table.name}" t ON {self._same}'
            f" WHERE ({given[start]} IS NULL OR {given[end]} IS NULL) AND {taken[end]} < {taken[start]}"
            f' AND (t."{end}" IS NULL OR t."{start}" IS NULL OR t."{end}" >= t."{start}")'
        )
        return [(tuple(row[:-3]), row[-3], row[-2], row[-1]) for row in found]

    def changed(self) -> Iterator[Compared]:
        """Rows that stand and are to change: of the cells that do, what stands and what it becomes."""
        told = [name for name in self.rest if name != "standing" and name not in DERIVED]
        if not told:
            return
        pairs = ", ".join(f't."{name}", {self.taken(name)}' for name in told)
        differs = " OR ".join(f't."{name}" IS DISTINCT FROM {self.taken(name)}' for name in told)
        for row in self._sql(f"SELECT {self._told}, {pairs} FROM {self._joined} WHERE {differs}"):
            key, cells = self._told_of(row)
            before, after = dict(zip(told, cells[::2], strict=True)), dict(zip(told, cells[1::2], strict=True))
            moved = [name for name in told if before[name] != after[name]]
            yield Compared(row[0], key, {name: before[name] for name in moved}, {name: after[name] for name in moved})

    def added(self) -> Iterator[Compared]:
        """Rows that do not stand yet, with what they hold."""
        told = [name for name in self.rest if name != "standing" and name not in DERIVED]
        given = "".join(f", {self._given(name)}" for name in told)
        for row in self._sql(f"SELECT {self._told}{given} FROM {self.name} s WHERE {self._is_new}"):
            key, cells = self._told_of(row)
            yield Compared(row[0], key, None, dict(zip(told, cells, strict=True)))

    def equal(self) -> Iterator[Compared]:
        """Rows that stand as the file has them; what they hold is not told."""
        told = [name for name in self.rest if name != "standing" and name not in DERIVED]
        differs = " OR ".join(f't."{name}" IS DISTINCT FROM {self.taken(name)}' for name in told) or "1 = 0"
        for row in self._sql(f"SELECT {self._told} FROM {self._joined} WHERE NOT ({differs})"):
            yield Compared(row[0], self._told_of(row)[0], {}, {})

    @property
    def _told(self) -> str:
        return ", ".join((f"s.{ROW}" if self.numbered else "0", *(f's."{key}"' for key in self.keys)))

    # Any: the columns are the statement's
    def _told_of(self, row: Row[*tuple[Any, ...]]) -> tuple[Key, tuple[object, ...]]:
        head = 1 + len(self.keys)
        return tuple(row[1:head]), tuple(row[head:])

    @property
    def _joined(self) -> str:
        return f'{self.name} s JOIN "{self.table.name}" t ON {self._same}'

    @property
    def _is_new(self) -> str:
        return f'NOT EXISTS (SELECT 1 FROM "{self.table.name}" t WHERE {self._same})'

    def write(self, run: int) -> int:
        """Note what changes in rows that stand, change them, and add the new ones; returns how many rows changed."""
        told = [name for name in self.rest if name != "standing"]
        differs = " OR ".join(f't."{name}" IS DISTINCT FROM {self.taken(name)}' for name in told) or "1 = 0"
        keys = ", ".join(f's."{key}"' for key in self.keys)
        self._sql(
            f"CREATE TEMPORARY TABLE changing AS SELECT {keys} FROM {self.name} s"
            f' JOIN "{self.table.name}" t ON {self._same} WHERE {differs}'
        )
        changed = int(self._sql("SELECT COUNT(*) FROM changing").scalar_one())
        if changed:
            self._note(run)
            sets = ", ".join(f'"{name}" = {self.taken(name, self.table.name)}' for name in self.rest)
            own = [f'"{self.table.name}"."{key}" = k."{key}"' for key in self.keys]
            here = " AND ".join([*own, *self._last(self.table.name)])
            self._sql(f'UPDATE "{self.table.name}" SET {sets} FROM {self._chosen()} WHERE {here}')
        self._sql("DROP TABLE changing")
        added = self._add()
        if self.cleared and self.table.name in (ledger.name, ledger_year.name):
            self._drop_empty()
        return changed + added

    def drop(self) -> None:
        """Take the temporary table away."""
        self._sql(f"DROP TABLE {self.name}")

    def _add(self) -> int:
        listed = ", ".join(f'"{name}"' for name in self.own)
        new = ", ".join(self._given(name) for name in self.own)
        order = ", ".join(f's."{key}"' for key in self.keys)
        if self.table is case_step:  # of one day as they come in the way: what is read by day and number is the course
            arms = " ".join(f"WHEN '{action}' THEN {place}" for place, action in enumerate(STEP_ACTIONS))
            order = f's."case_id", s."day", CASE s."action" {arms} END'
        return self._sql(
            f'INSERT INTO "{self.table.name}" ({listed}) SELECT {new} FROM {self.name} s WHERE {self._is_new}'
            f" ORDER BY {order}"
        ).rowcount

    def _drop_empty(self) -> None:
        """A month without any amount has no row, so that it does not count as one on record."""
        empty = " AND ".join(f'"{name}" IS NULL' for name in self.rest if name.endswith("_fen"))
        keys = ", ".join(f'"{key}"' for key in self.keys)
        self._sql(f'DELETE FROM "{self.table.name}" WHERE ({keys}) IN (SELECT {keys} FROM {self.name}) AND {empty}')

    def _given(self, name: str) -> str:
        """SQL of a cell of a new row."""
        given = f's."{name}"'
        return f"NULLIF({given}, {_literal(emptied(self.table, name))})" if name in self.cleared else given

    def _chosen(self) -> str:
        same = " AND ".join(f's."{key}" = k."{key}"' for key in self.keys)
        return f"changing k JOIN {self.name} s ON {same}"

    def _note(self, run: int) -> None:
        """The cells that change, before and after."""
        source = f'{self._chosen()} JOIN "{self.table.name}" t ON {self._same}'
        if self.table is case_step:
            source += f" JOIN {monitoring_case.name} m ON m.id = t.case_id"
        if self.table is ledger:
            return self._note_months(run, source)
        parts = ("m.code" if key == "case_id" else f'CAST(t."{key}" AS TEXT)' for key in self.keys)
        key, has_owner = " || ' ' || ".join(parts), "household_id" in self.table.c
        owner = 't."id"' if self.table.name == "household" else 't."household_id"' if has_owner else "0"
        owner = 'm."household_id"' if self.table is case_step else owner
        owners = [f"COALESCE({owner}, 0)"]
        if "household_id" in self.rest:
            owners.append(f"COALESCE({self.taken('household_id')}, 0)")
        for name in self.rest:
            if name in DERIVED:
                continue
            for place, whose in enumerate(owners):
                moved = f" AND {owners[0]} <> {whose}" if place else ""
                self._sql(
                    f"INSERT INTO {import_cell.name} (household_id, run, record, key, name, before, after)"
                    f" SELECT {whose}, {run}, '{self.table.name}', {key}, '{name}',"
                    f' CAST(t."{name}" AS TEXT), CAST({self.taken(name)} AS TEXT) FROM {source}'
                    f' WHERE t."{name}" IS DISTINCT FROM {self.taken(name)}{moved}'
                )
        return None

    def _note_months(self, run: int, source: str) -> None:
        """Lines that stood; a first line of a month that has others is no change."""
        changes = {
            name: f't."{name}" IS NOT NULL AND t."{name}" IS DISTINCT FROM {self.taken(name)}' for name in self.rest
        }
        columns = ", ".join(f'"{name}", "{name}_after"' for name in self.rest)
        values = ", ".join(
            f'CASE WHEN {change} THEN t."{name}" END, CASE WHEN {change} THEN {self.taken(name)} END'
            for name, change in changes.items()
        )
        any_change = " OR ".join(f"({change})" for change in changes.values())
        self._sql(
            f"INSERT INTO {import_ledger.name} (household_id, month, run, {columns})"
            f' SELECT t."household_id", t."month", {run}, {values} FROM {source} WHERE {any_change}'
        )

    def _sql(self, statement: str) -> CursorResult[*tuple[Any, ...]]:  # Any: the columns are the statement's
        return self.connection.exec_driver_sql(statement)


def keys_of(table: Table) -> tuple[str, ...]:
    """The columns by which files tell rows of a table apart."""
    return NATURAL.get(table.name) or tuple(column.name for column in table.primary_key)


def _literal(value: int | float | str) -> str:
    return f"'{value}'" if isinstance(value, str) else repr(value)
