"""What a checked import would do, found by comparing it with the store; nothing in the store waits for it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Table, func, select, update

from data.households.words import fact
from data.imports.preview_tables import CHANGED, IN_CONFLICT, ISSUES, NEW, REFUSED, ROWS, SAME, preview_metadata
from data.intake import Checked
from data.intake.check import SheetCheck
from data.intake.conflicts import settle
from data.intake.decisions import NOTHING_DECIDED
from data.intake.issues import CONFLICT, ERROR, WARNING, Issue
from data.intake.ledger import AMOUNTS, BLANK, MONTH_COLUMNS, YEAR_COLUMNS, LedgerCheck
from data.intake.staging import DERIVED, Compared, Key, keys_of
from data.intake.write import Pending, pend, refuse_order
from data.model import fund, household, ledger, member, project
from data.store.batches import batches
from data.store.engine import open_engine, writing
from data.workbook.sheets import LEDGER, SHEET, SheetSpec
from data.workbook.values import as_period, period_label

MOST = 30_000
Progress = Callable[[str, int, int], None]


def build(connection: Connection, checked: Checked, target: Path, progress: Progress) -> dict[str, int]:
    """Compare what was checked with the store (inside the caller's transaction, which is to be taken back) and keep it
    in ``target``; returns how many rows there are of each state. Refusals and conflicts found on the way are added to
    the findings."""
    target.unlink(missing_ok=True)
    engine = open_engine(f"sqlite:///{target}")
    try:
        with writing(engine) as kept:
            preview_metadata.create_all(kept)
            pending = [one for check in checked.checks for one in pend(connection, check, progress)]
            refuse_order(pending, checked.findings)
            conflicts = settle(connection, pending, NOTHING_DECIDED).conflicts
            places = _Places(connection, checked)
            issues = _Issues(checked, conflicts)
            number = 0
            for done, one in enumerate(pending):
                progress("与库中比较", done, len(pending))
                for some in batches(_rows(one, places, issues, number), 20_000):
                    number += len(some)
                    kept.exec_driver_sql(_insert(ROWS), some)
                if one.staged is not None:
                    one.staged.drop()
            progress("与库中比较", len(pending), len(pending))
            issues.keep(kept, number, places)
            counted = select(ROWS.c.state, func.sum(ROWS.c.stands_for)).group_by(ROWS.c.state)
            return {state: int(count) for state, count in kept.execute(counted)}
    finally:
        engine.dispose()


class _Places:
    """Whose a row is: households by id with code, head and village, of the store and of the files; what else has a
    region."""

    def __init__(self, connection: Connection, checked: Checked) -> None:
        self.known = checked.known
        h = household.c
        self.households = {
            id: (code, head, village)
            for id, code, head, village in connection.execute(select(h.id, h.code, h.head, h.village))
        }
        self.regions: dict[str, dict[object, str]] = {
            "project": dict(connection.execute(select(project.c.code, project.c.region)).all()),
            "fund": dict(connection.execute(select(fund.c.code, fund.c.region)).all()),
        }
        self.cases = self.known.cases_told()
        self.members: dict[object, int] = {}
        if any(check.spec.table is member or "member" in check.spec.table.c for check in checked.checks):
            self.members = dict(connection.execute(select(member.c.code, member.c.household_id)).all())
        for check in checked.checks:
            self._learn(check)

    def _learn(self, check: SheetCheck) -> None:
        name = check.spec.table_name
        for piece in check.pieces:
            if name == "household":
                for code, head, village in _columns(piece.values, ("code", "head", "village")):
                    id = self.known.households.get(code)
                    if id is not None:
                        held = self.households.get(id, (code, "", ""))
                        self.households[id] = (code, head or held[1], village or held[2])
            elif name in self.regions:
                own = {code: region for code, region in _columns(piece.values, ("code", "region")) if region}
                self.regions[name].update(own)
            elif name == "member":
                rows = _columns(piece.values, ("code", "household_id"))
                self.members.update({code: owner for code, owner in rows if owner is not None})

    def case(self, number: object) -> tuple[str, int | None]:
        """监测编号 and household of a case's number."""
        return self.cases.get(number, ("", None)) if isinstance(number, int) else ("", None)

    def of(self, record: str, values: Mapping[str, object]) -> tuple[str, str, int | None]:
        """Name, region and household of a row of a table."""
        owner = values.get("id") if record == "household" else values.get("household_id")
        if record == "case_step":
            owner = self.case(values.get("case_id"))[1]
        if owner is None and record == "member":
            owner = self.members.get(values.get("code"))
        if owner is None and "member" in values and record != "pairing":
            owner = self.members.get(values["member"])
        if isinstance(owner, int) and owner in self.households:
            _, head, village = self.households[owner]
            own = values.get("name") if record == "member" else None
            return str(own or head), village, owner
        region = values.get("village") or values.get("region")
        for name in ("project", "fund"):
            region = region or self.regions[name].get(values.get(name), "")
        named = values.get("name") or values.get("head") or values.get("target") or values.get("description") or ""
        own_code = values.get("code") if record == "region" else None
        return str(named)[:40], str(region or own_code or ""), None


def _columns(values: pa.Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:  # Any: as the columns hold
    held = set(values.column_names)
    lists = [values.column(name).to_pylist() if name in held else [None] * len(values) for name in names]
    return zip(*lists, strict=True)


def _rows(one: Pending, places: _Places, issues: "_Issues", number: int) -> Iterator[tuple[object, ...]]:
    spec, record = one.check.spec, one.table.name
    keys = keys_of(one.table)
    if one.staged is None:
        parts = [(NEW, _all_new(one), _many(one))]
    else:
        many = _many(one)
        parts = [
            (CHANGED, one.staged.changed(), False),
            (NEW, one.staged.added(), many),
            (SAME, one.staged.equal(), many),
        ]
    for state, compared, grouped in parts:
        if grouped:
            for owner, (count, row) in _by_household(compared, keys, places, record).items():
                number += 1
                name, region, _ = places.of(record, {**dict(zip(keys, row.key, strict=True)), **row.after})
                code = places.households[owner][0] if owner in places.households else ""
                file, _ = _line(one, row)
                yield _kept(number, spec, record, file, 0, code, name, region, state, count, None)
            continue
        for row in compared:
            values = {**dict(zip(keys, row.key, strict=True)), **row.after}
            name, region, _ = places.of(record, values)
            number += 1
            file, line = _line(one, row)
            issues.seen(number, record, spec.name, row.key, file, line)
            yield _kept(number, spec, record, file, line, _key(spec, places, values), name, region, state, 1, row)


def _by_household(
    compared: Iterator[Compared], keys: Sequence[str], places: _Places, record: str
) -> dict[int | None, tuple[int, Compared]]:
    """Household → how many rows, and the first of them."""
    at = keys.index("household_id") if "household_id" in keys else None
    found: dict[int | None, tuple[int, Compared]] = {}
    for row in compared:
        owner = row.key[at] if at is not None else row.after.get("household_id")
        if not isinstance(owner, int):
            _, _, owner = places.of(record, {**dict(zip(keys, row.key, strict=True)), **row.after})
        count, first = found.get(owner, (0, row))
        found[owner] = (count + 1, first)
    return found


def _many(one: Pending) -> bool:
    check = one.check
    rows = check.lines.groups if isinstance(check, LedgerCheck) else sum(len(piece.rows) for piece in check.pieces)
    return rows > MOST


def _kept(
    number: int,
    spec: SheetSpec,
    record: str,
    file: str,
    line: int,
    key: str,
    name: str,
    region: str,
    state: str,
    stands_for: int,
    row: Compared | None,
) -> tuple[object, ...]:
    if row is not None and record == "member_fact":  # as the column that the row names
        item = str(row.key[1])
        row = row._replace(
            before=row.before and {name: fact(item, held) for name, held in row.before.items()},
            after={name: fact(item, held) for name, held in row.after.items()},
        )
    before = None if row is None or not row.before else json.dumps(row.before, ensure_ascii=False)
    told = {} if row is None else row.after if row.before else _filled(row)
    after = json.dumps(told, ensure_ascii=False) if told and state != SAME else None
    return number, spec.name, record, file, line, key, name, region, state, stands_for, before, after, 1


def _filled(row: Compared) -> dict[str, object]:
    return {name: held for name, held in row.after.items() if held is not None}


def _key(spec: SheetSpec, places: _Places, values: Mapping[str, object]) -> str:
    parts = []
    for column in spec.key:
        held = values.get(column.name)
        if column.name == "household_id" and isinstance(held, int):
            parts.append(places.households.get(held, ("",))[0])
        elif column.name == "case_id":
            parts.append(places.case(held)[0])
        elif column.kind in ("month", "period") and isinstance(held, int):
            parts.append(period_label(held))
        elif column.name == "code" and held is None and isinstance(id := values.get("id"), int):
            parts.append(places.households.get(id, ("",))[0])
        elif held is not None:
            parts.append(column.word(held))
    return " ".join(part for part in parts if part)


def _all_new(one: Pending) -> Iterator[Compared]:
    check, keys = one.check, keys_of(one.table)
    if isinstance(check, LedgerCheck):
        yield from _new_lines(check, one.table)
        return
    piece = one.piece
    assert piece is not None
    sound = np.flatnonzero(~(piece.bad | piece.repeated))
    for number, cells in zip(piece.rows[sound].tolist(), _columns(piece.values.take(sound), piece.names), strict=True):
        values: dict[str, object] = dict(zip(piece.names, cells, strict=True))
        if one.table is household:
            values["id"] = check.known.households.get(str(values["code"]))
        own = {name: held for name, held in values.items() if name not in keys and name not in DERIVED}
        yield Compared(number, tuple(values.get(key) for key in keys), None, own)


def _new_lines(check: LedgerCheck, table: Table) -> Iterator[Compared]:
    keys, start = len(table.primary_key), None if table is ledger else check.start
    head = len(MONTH_COLUMNS if start is None else YEAR_COLUMNS) - len(AMOUNTS)
    for cells in check.lines.kept(~check.lines.yearly if start is None else check.lines.yearly).rows(start):
        amounts = zip(AMOUNTS, cells[head:], strict=True)
        said: dict[str, object] = {name: amount for name, amount in amounts if amount > BLANK}
        yield Compared(0, tuple(cells[:keys]), None, said)


def _line(one: Pending, row: Compared) -> tuple[str, int]:
    """File and number of a row; of several lines of 收支 that make one, those of the first."""
    if not isinstance(one.check, LedgerCheck):
        return one.file, row.number
    household, period = (int(str(part)) for part in row.key[:2])
    return one.check.where(household, period if one.table is ledger else as_period(period // 12))


class _Issues:
    """What is to be said, and the rows of which it is said: by where they stand, a conflict by whose cell it is."""

    def __init__(self, checked: Checked, conflicts: Sequence[Issue]) -> None:
        findings = checked.findings
        self.told = [*findings.refusals, *conflicts, *findings.warnings]
        places = {(one.file, one.sheet, one.row) for one in self.told if one.row is not None}
        self.groups: dict[tuple[str, int], tuple[int, int]] = {}
        for check in checked.checks:
            if isinstance(check, LedgerCheck):
                own = [(file, row) for file, sheet, row in places if sheet == check.spec.name and row is not None]
                self.groups = check.groups_at(own)
        self._values = dict(_refused(checked))
        self.rows: dict[tuple[object, ...], int] = {}
        self._wanted: set[tuple[object, ...]] = {self._of(one) for one in self.told if one.row is not None}

    def _of(self, one: Issue) -> tuple[object, ...]:
        if one.cell is not None:
            return one.cell[0], one.cell[1]
        if one.sheet == LEDGER and (group := self.groups.get((one.file, one.row or 0))) is not None:
            return LEDGER, group
        return one.file, one.sheet, one.row

    def seen(self, number: int, record: str, sheet: str, key: Key, file: str, line: int) -> None:
        """A row was told of, ``number`` in the preview."""
        lines = [(record, key), (file, sheet, line)] + [(LEDGER, key[:2])] * (sheet == LEDGER)
        for one in lines:
            if one in self._wanted:
                self.rows[one] = number

    def keep(self, kept: Connection, number: int, places: _Places) -> None:
        """Write them down, with a row for each that has none: what was refused, what is wholly in conflict."""
        extra: list[tuple[object, ...]] = []
        for one in self.told:
            if one.row is not None and one.severity != WARNING and self._of(one) not in self.rows:
                number += 1
                state = REFUSED if one.severity == ERROR else IN_CONFLICT
                self.rows[self._of(one)] = number
                spec, values = SHEET.get(one.sheet), self._values.get((one.file, one.sheet, one.row), {})
                key = _key(spec, places, values) if spec else ""
                name, region, _ = places.of(spec.table_name, values) if spec else ("", "", None)
                extra.append((number, one.sheet, "", one.file, one.row, key, name, region, state, 1, None, None, 1))
        for some in batches(extra, 20_000):
            kept.exec_driver_sql(_insert(ROWS), some)
        marks: list[tuple[object, ...]] = [
            (
                at,
                self.rows.get(self._of(one)),
                *(one.sheet, one.file, one.row, one.column, one.value, one.reason, one.severity),
                None if one.cell is None else json.dumps(one.cell, ensure_ascii=False),
                0,
            )
            for at, one in enumerate(self.told, 1)
        ]
        for some in batches(marks, 20_000):
            kept.exec_driver_sql(_insert(ISSUES), some)
        mine = select(ISSUES.c.row).where(ISSUES.c.severity == CONFLICT, ISSUES.c.row.is_not(None))
        kept.execute(update(ROWS).where(ROWS.c.id.in_(mine)).values(state=IN_CONFLICT))


def _refused(checked: Checked) -> Iterator[tuple[tuple[str, str, int], dict[str, object]]]:
    """Of each refused row of a sheet but 收支 what could be read of it, by where it stands."""
    for check in checked.checks:
        for piece in check.pieces:
            bad = np.flatnonzero(piece.bad)
            rows = zip(piece.rows[bad].tolist(), _columns(piece.values.take(bad), piece.names), strict=True)
            for line, cells in rows:
                yield (piece.file, check.spec.name, line), dict(zip(piece.names, cells, strict=True))


def _insert(of: Table) -> str:
    return f'INSERT INTO "{of.name}" VALUES ({", ".join("?" * len(of.c))})'
