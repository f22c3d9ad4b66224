"""Rows of a checked import that people do not want written are left out, and with them what hangs on new records among
them: a member of a household that does not come."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from data.intake.check import SheetCheck
from data.intake.checked import Checked
from data.intake.decisions import Decisions
from data.intake.ledger import LedgerCheck, packed, unpacked
from data.intake.pieces import Piece
from data.store.batches import batches
from data.workbook.sheets import EPISODE, HOUSEHOLD

Refers = dict[str, set[object]]
"""Sheet → keys (of households their ids) that do not come with this import and do not stand."""


def leave_out(connection: Connection, checked: Checked, decisions: Decisions) -> int:
    """Mark what is not to be written; returns how many rows (of 收支 lines) fall away."""
    if not (decisions.left or decisions.without):
        return 0
    gone: Refers = defaultdict(set)
    total = 0
    for check in checked.checks:
        without = {checked.known.households[code] for code in decisions.without.get(check.spec.name, ())}
        if isinstance(check, LedgerCheck):
            total += _leave_lines(check, decisions, without | {int(str(id)) for id in gone[HOUSEHOLD]})
        else:
            total += sum(_leave_rows(connection, check, piece, decisions, without, gone) for piece in check.pieces)
    return total


def _leave_lines(check: LedgerCheck, decisions: Decisions, without: set[int]) -> int:
    household, period, _ = unpacked(check.lines.keys)
    mask = np.isin(household, np.array(sorted(without), np.int64))
    places = [(file, row) for (file, sheet), rows in decisions.left.items() if sheet == check.spec.name for row in rows]
    if groups := set(check.groups_at(places).values()):
        one = np.array(sorted(groups), np.int64)
        nothing = np.zeros_like(period)
        mask |= np.isin(packed(household, period, nothing), packed(one[:, 0], one[:, 1], np.zeros(len(one), np.int64)))
    return check.leave(mask)


def _leave_rows(
    connection: Connection, check: SheetCheck, piece: Piece, decisions: Decisions, without: set[int], gone: Refers
) -> int:
    mask = np.isin(piece.rows, np.array(sorted(decisions.left.get((piece.file, check.spec.name), ())), np.int64))
    for column in check.spec.columns:
        away = set(gone.get(column.reference, ())) if column.reference else set()
        if column.name == "household_id":
            away |= without
        elif column.name == "case_id":
            homes = without | gone.get(HOUSEHOLD, set())
            away |= {number for number, (_, home) in check.known.cases_told().items() if home in homes}
        if away and column.name in piece.values.column_names:
            mask |= _among(piece.values.column(column.name), away)
    if check.spec.name == HOUSEHOLD and without:
        ids = pa.chunked_array([[_id(check, code) for code in piece.values.column("code").to_pylist()]], pa.int64())
        mask |= _among(ids, without)
    mask &= ~(piece.bad | piece.repeated)
    if mask.any():
        piece.bad |= mask
        _note_gone(connection, check, piece, mask, gone)
    return int(mask.sum())


def _among(column: pa.ChunkedArray, values: Iterable[object]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.is_in(column, pa.array(list(values), column.type)).to_numpy()
    return found


def _id(check: SheetCheck, code: str | None) -> int | None:
    return check.known.households.get(code or "")


def _note_gone(
    connection: Connection, check: SheetCheck, piece: Piece, mask: npt.NDArray[np.bool_], gone: Refers
) -> None:
    """Records that do not stand yet and now do not come."""
    if check.spec.name not in check.known.refused:
        return
    table = check.spec.table
    codes = [code for code in piece.values.column("code").filter(pa.array(mask)).to_pylist() if code is not None]
    stands: set[str] = set()
    for some in batches(codes):
        stands.update(connection.execute(select(table.c.code).where(table.c.code.in_(some))).scalars())
    new = [code for code in codes if code not in stands]
    numbered = {HOUSEHOLD: check.known.households, EPISODE: check.known.cases}.get(check.spec.name)
    gone[check.spec.name].update(new if numbered is None else (numbered.get(code) for code in new))
