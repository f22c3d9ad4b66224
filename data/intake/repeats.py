"""The same key twice: with the same content it is one row, with another it is an error that names both."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.intake.issues import ERROR, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.workbook.sheets import SheetSpec
from data.workbook.values import period_label


def mark_repeats(spec: SheetSpec, pieces: Sequence[Piece], known: KnownCodes, findings: Findings) -> None:
    """Mark repeated rows of a sheet, and refuse those that contradict one another."""
    if not pieces:
        return
    common = [name for name in pieces[0].names if all(name in piece.names for piece in pieces)]
    table = pa.concat_tables([piece.values.select(common) for piece in pieces])
    keys = [column.name for column in spec.key]
    later, first = repeats(group_numbers([table.column(name) for name in keys]))
    if not len(later):
        return
    where = np.concatenate([np.full(len(piece.rows), number) for number, piece in enumerate(pieces)])
    place = np.concatenate([np.arange(len(piece.rows)) for piece in pieces])
    contents = [name for name in common if name not in keys]
    differing = {name: _differs(table.column(name), later, first) for name in contents}
    for name in {name for piece in pieces for name in piece.cleared} & differing.keys():
        emptied = np.concatenate([piece.cleared.get(name, np.zeros(len(piece.rows), bool)) for piece in pieces])
        differing[name] |= emptied[later] != emptied[first]
    conflict = np.logical_or.reduce(list(differing.values())) if contents else np.zeros(len(later), bool)
    for row in later[~conflict]:
        pieces[where[row]].repeated[place[row]] = True
    for row in np.concatenate([later[conflict], first[conflict]]):
        pieces[where[row]].bad[place[row]] = True
    headings = {name: spec.column(name).heading for name in contents}

    def issues() -> Iterator[Issue]:
        for number in map(int, np.flatnonzero(conflict)):
            one, other = int(later[number]), int(first[number])
            piece, above = pieces[where[one]], pieces[where[other]]
            line = f"{'' if piece.file == above.file else above.file + ' '}第 {above.rows[place[other]]} 行"
            key = "、".join(column.heading for column in spec.key)
            different = "、".join(headings[name] for name in contents if differing[name][number])
            reason = f"本行与{line}的{key}相同，但{different}不同"
            value = shown_key(spec, known, [table.column(name)[one].as_py() for name in keys])
            row = int(piece.rows[place[one]])
            yield Issue(spec.name, row, spec.key[0].heading, value, reason, ERROR, piece.file)

    findings.refuse(issues(), int(conflict.sum()))


def shown_key(spec: SheetSpec, known: KnownCodes, values: Sequence[str | int]) -> str:
    """A key as the user wrote it."""
    shown = []
    for column, value in zip(spec.key, values, strict=True):
        if column.name == "household_id":
            value = known.household_code(int(value))
        elif column.name == "case_id":
            value = known.case_code(int(value))
        shown.append(period_label(int(value)) if column.kind in ("month", "period") else column.word(value))
    return " ".join(shown)


def group_numbers(columns: list[pa.ChunkedArray]) -> npt.NDArray[np.int64]:
    """One number for each row, equal where the columns are; -1 where one of them is null."""
    groups = np.zeros(len(columns[0]), np.int64)
    null = np.zeros(len(columns[0]), bool)
    for column in columns:
        encoded = column.combine_chunks().dictionary_encode()
        indices = encoded.indices
        null |= indices.is_null().to_numpy(zero_copy_only=False)
        groups = groups * (len(encoded.dictionary) + 1) + pc.fill_null(indices, 0).to_numpy()
    groups[null] = -1
    return groups


def repeats(groups: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows whose group stands further up already, and for each the first row of that group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    same = np.zeros(len(ordered), bool)
    same[1:] = (ordered[1:] == ordered[:-1]) & (ordered[1:] >= 0)
    starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(ordered))))
    return order[same], order[starts[same]]


def _differs(column: pa.ChunkedArray, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    codes = column.take(pa.array(np.concatenate([one, other]))).combine_chunks()
    codes = codes.dictionary_encode(null_encoding="encode").indices.to_numpy()
    differs: npt.NDArray[np.bool_] = codes[: len(one)] != codes[len(one) :]
    return differs
