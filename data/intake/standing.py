"""Rows that leave a required cell empty: what stands already keeps its value, of a new row it is asked."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from data.intake.columns import REQUIRED
from data.intake.issues import ERROR, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.store.batches import batches
from data.workbook.sheets import HOUSEHOLD, SheetSpec

Key = tuple[object, ...]


def refuse_lacking(spec: SheetSpec, pieces: Sequence[Piece], known: KnownCodes, findings: Findings) -> None:
    """Mark the rows that are new and lack what is required. A column that only one of two files has, and a row that
    another of the files fills, count as they are in each."""
    for piece in pieces:
        lacking = np.logical_or.reduce([np.zeros(len(piece.rows), bool), *piece.lacking.values()])
        places = np.flatnonzero(lacking)
        if not len(places):
            continue
        columns = [piece.values.column(column.name).take(places).to_pylist() for column in spec.key]
        keys: list[Key] = list(zip(*columns, strict=True))
        held = _standing(spec, set(keys), known)
        new = places[[key not in held for key in keys]]
        piece.bad[new] = True
        found = list(_issues(spec, piece, new))
        findings.refuse(found, len(found))


def _standing(spec: SheetSpec, keys: Iterable[Key], known: KnownCodes) -> set[Key]:
    """Those of the keys that the store holds."""
    if spec.name == HOUSEHOLD:
        return {key for key in keys if key[0] in known.households}
    columns = [spec.table.c[column.name] for column in spec.key]
    found: set[Key] = set()
    for batch in batches(sorted({key[0] for key in keys if key[0] is not None}, key=str)):
        asked = select(*columns).where(columns[0].in_(batch))
        found.update(tuple(row) for row in known.connection.execute(asked))
    return found


def _issues(spec: SheetSpec, piece: Piece, new: npt.NDArray[np.intp]) -> Iterator[Issue]:
    for place in map(int, new):
        for name, mask in piece.lacking.items():
            if mask[place]:
                yield Issue(
                    spec.name, int(piece.rows[place]), spec.column(name).heading, "", REQUIRED, ERROR, piece.file
                )
