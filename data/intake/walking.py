"""走访顺序: one place of a village's walk is one household's, in the files and beside what stands."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from data.intake.issues import ERROR, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.model import household
from data.workbook.sheets import SheetSpec

_Place = tuple[str | None, int | None]
"""Village, number in its walk."""


def refuse_same_place(spec: SheetSpec, pieces: Sequence[Piece], known: KnownCodes, findings: Findings) -> None:
    """Mark the rows that give a household a number which another household of its village will have."""
    asked = [piece.values.column("walking_order") for piece in pieces if "walking_order" in piece.names]
    if all(column.null_count == len(column) for column in asked):
        return
    columns = household.c.code, household.c.village, household.c.walking_order
    places: dict[str, _Place] = {row.code: (row.village, row.walking_order) for row in
                                 known.connection.execute(select(*columns))}  # fmt: skip
    given = []
    for piece in pieces:
        for place, code, village, order in _rows(piece):
            before = places.get(code, (None, None))
            places[code] = (village or before[0], before[1] if order is None else order or None)
            if order:
                given.append((piece, place, code))
    having: dict[_Place, list[str]] = {}
    for code, at in places.items():
        if at[1] is not None:
            having.setdefault(at, []).append(code)
    for piece, place, code in given:
        others = [other for other in having.get(places[code], ()) if other != code]
        if others:
            piece.bad[place] = True
            number = places[code][1]
            reason = f"本村的走访顺序 {number} 已有另一户（{others[0]}），同一村内不能重复"
            issue = Issue(spec.name, int(piece.rows[place]), "走访顺序", str(number), reason, ERROR, piece.file)
            findings.refuse([issue], 1)


def _rows(piece: Piece) -> Iterator[tuple[int, str, str | None, int | None]]:
    """Of the good rows: where, code, village, number; 0 for one that is emptied."""
    emptied = piece.cleared.get("walking_order")
    columns = [
        piece.values.column(name).to_pylist() if name in piece.names else [None] * len(piece.rows)
        for name in ("code", "village", "walking_order")
    ]
    for place, (code, village, order) in enumerate(zip(*columns, strict=True)):
        if not (piece.bad[place] or piece.repeated[place]):
            yield place, code, village, 0 if emptied is not None and emptied[place] else order
