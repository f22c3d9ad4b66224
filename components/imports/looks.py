"""Rows of a preview as they are drawn."""

from collections.abc import Mapping

from components.imports.markup import Cell, RowLook
from data.imports.preview import PreviewIssue, PreviewRow
from data.intake.issues import CONFLICT, ERROR


def row_look(row: PreviewRow, places: Mapping[str, str], *, several: bool) -> RowLook:
    """``places``: region → name; ``several``: whether the file must be told too. What conflicts is drawn apart, since
    it is decided cell by cell."""
    told = row.issues if row.state != "conflict" else conflicts_of(row, others=True)
    refused = any(one.severity == ERROR for one in row.issues)
    cells = [] if refused else [Cell(one.heading, one.before or "", one.after) for one in row.cells]
    line = f"{row.sheet} 第 {row.line:,} 行" if row.line else f"{row.sheet} 共 {row.stands_for:,} 行"
    return RowLook(
        group=row.state,
        where=f"{row.file} · {line}" if several and row.file else line,
        key=row.key,
        name=row.name,
        place=places.get(row.place, row.place),
        cells=(*cells, *map(issue_cell, told)),
        left=not row.taken,
    )


def conflicts_of(row: PreviewRow, *, others: bool = False) -> list[PreviewIssue]:
    """The conflicts of a row, or what ``others`` is said of it."""
    return [one for one in row.issues if (one.severity != CONFLICT) is others]


def issue_cell(one: PreviewIssue) -> Cell:
    """What is said of a cell."""
    return Cell(one.heading, "", one.value, reason=one.reason)


def conflict_cell(one: PreviewIssue) -> Cell:
    """Both values of a conflict, and who wrote what stands."""
    stands, _, _ = one.reason.rpartition("；")  # what is then done is what is being decided here
    return Cell(one.heading, "", one.value, by=stands or one.reason)
