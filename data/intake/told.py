"""Old columns of 户 and 家庭成员 beside the sheets that say more: they are compared, and told where they differ."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table, select

from data import model
from data.intake.check import SheetCheck
from data.intake.histories import DATED
from data.intake.issues import WARNING, Findings, Issue
from data.store.batches import batches
from data.workbook.sheets import HOUSEHOLD, MEMBER, ColumnSpec
from data.workbook.values import shown

_TOLD = (
    (HOUSEHOLD, "户变动", model.household_event, "household_id", ("type", "identified", "lifted", "relapsed")),
    (HOUSEHOLD, "监测", model.episode, "household_id", ("type", "risk_removed")),
    (HOUSEHOLD, "户迁移", model.household_move, "household_id", ("village",)),
    (MEMBER, "成员变动", model.member_event, "member", ("household_id", "joined", "gone")),
)
"""Sheet, the one that says more, its table, whose its rows are, and the columns that follow from them."""
Covered = dict[str, dict[str, str]]  # code of a record → column → the sheet that says it


def warn_told(
    connection: Connection, checks: Sequence[SheetCheck], conflicts: Sequence[Issue], findings: Findings
) -> None:
    """After everything was written: cells that say otherwise than the rows by which their columns go."""
    kept = {(issue.sheet, issue.file, issue.row, issue.column) for issue in conflicts}
    by_name = {check.spec.name: check for check in checks}
    for sheet in (HOUSEHOLD, MEMBER):
        if check := by_name.get(sheet):
            covered = _covered(connection, check, by_name)
            found = [one for one in _differing(connection, check, covered)
                     if (one.sheet, one.file, one.row, one.column) not in kept]  # fmt: skip
            findings.warn(found, len(found))


def _covered(connection: Connection, check: SheetCheck, by_name: Mapping[str, SheetCheck]) -> Covered:
    found: Covered = defaultdict(dict)
    for sheet, history, table, whose, columns in _TOLD:
        if sheet == check.spec.name:
            for key in connection.execute(select(table.c[whose]).distinct()).scalars():
                found[_code(check, key)].update(dict.fromkeys(columns, history))
    for one in DATED:
        history = "保障核实" if one.history is model.assurance else "成员状况"
        filed = by_name.get(history)
        if one.of is not check.spec.table or filed is None:
            continue
        for piece in filed.pieces:
            here = pc.and_(pc.equal(piece.values.column("item"), one.item), pa.array(~piece.bad))
            for key in piece.values.column(one.whose).filter(here).unique().to_pylist():
                found[_code(check, key)][one.column] = history
    return dict(found)


def _code(check: SheetCheck, key: int | str) -> str:
    return check.known.household_code(int(key)) if check.spec.name == HOUSEHOLD else str(key)


def _differing(connection: Connection, check: SheetCheck, covered: Covered) -> Iterator[Issue]:
    spec = check.spec
    names = sorted({name for columns in covered.values() for name in columns})
    for piece in check.pieces:
        told = [name for name in names if name in piece.names]
        codes = piece.values.column("code")
        here = pc.and_(pc.is_in(codes, pa.array(list(covered), pa.string())), pa.array(~piece.bad))
        places = np.flatnonzero(here.to_numpy())
        cells = {name: piece.values.column(name).take(places).to_pylist() for name in told}
        keys = codes.take(places).to_pylist()
        stands = _standing(connection, spec.table, keys, told)
        for at, code in enumerate(keys):
            for name in told:
                cell, now = cells[name][at], stands.get(code, {}).get(name)
                if name in covered[code] and cell is not None and cell != now:
                    column, history = spec.column(name), covered[code][name]
                    reason = f"“{history}”里是“{_shown(check, column, now)}”，以“{history}”为准，没有采用本格"
                    row, value = int(piece.rows[places[at]]), _shown(check, column, cell)
                    yield Issue(spec.name, row, column.heading, value, reason, WARNING, piece.file)


def _standing(
    connection: Connection, table: Table, codes: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    columns = [table.c[name] for name in names]
    for batch in batches(codes):
        for row in connection.execute(select(table.c.code, *columns).where(table.c.code.in_(batch))):
            found[row[0]] = dict(zip(names, row[1:], strict=True))
    return found


def _shown(check: SheetCheck, column: ColumnSpec, value: object) -> str:
    if value is None:
        return "未填"
    if column.name == "household_id" and isinstance(value, int):
        return check.known.household_code(value)
    return shown(column, value)
