"""What was found good goes into the store, inside the caller's transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select, update

from data.intake.check import SheetCheck
from data.intake.known import KnownCodes
from data.intake.ledger import MONTH_COLUMNS, NO_AMOUNT, YEAR_COLUMNS, LedgerCheck
from data.intake.pieces import Piece
from data.model import ledger, ledger_year, region
from data.model.search_columns import id_tail, initials
from data.regions.codes import nearest_parent
from data.store.engine import upsert
from data.workbook.sheets import HOUSEHOLD, LINE, REGION

Progress = Callable[[str, int, int], None]
STEP = 20_000
_SEARCHED = {
    HOUSEHOLD: (("initials", "head", initials),),
    "家庭成员": (("initials", "name", initials), ("id_tail", "id_number", id_tail)),
}
"""Sheet → columns that the search goes by: their name, what they are made from, and how."""


def write_sheet(connection: Connection, check: SheetCheck, progress: Progress) -> int:
    """Upsert the good rows of one sheet; returns how many rows of the store changed."""
    if isinstance(check, LedgerCheck):
        yearly = check.lines.yearly
        months, years = check.lines.kept(~yearly), check.lines.kept(yearly)
        rows = _told(months.rows(), check.spec.name, months.groups, progress)
        changed = upsert(connection, ledger, MONTH_COLUMNS, rows, merge=True, absent=NO_AMOUNT)
        totals = years.rows(check.start)
        return changed + upsert(connection, ledger_year, YEAR_COLUMNS, totals, merge=True, absent=NO_AMOUNT)
    changed = 0
    for piece in check.pieces:
        table = _good(check, piece)
        if check.spec.name == HOUSEHOLD:
            ids = pa.array([check.known.households[code] for code in table.column("code").to_pylist()], pa.int64())
            table = table.append_column("id", ids)
        elif check.spec.name == REGION:
            codes = table.column("code").to_pylist()
            parents = [nearest_parent(code, check.known.codes[REGION]) for code in codes]
            table = table.append_column("parent", pa.array(parents, pa.string()))
        elif check.spec.name == LINE:
            table = table.append_column("standing", pa.array([f"{check.today} 导入"] * len(table), pa.string()))
        for name, source, make in _SEARCHED.get(check.spec.name, ()):
            if source in table.column_names:
                table = table.append_column(name, _made(table.column(source), make))
        keys = [column.name for column in check.spec.table.primary_key]
        table = table.sort_by([(name, "ascending") for name in keys])
        rows = _told(_tuples(table), check.spec.name, len(table), progress)
        changed += upsert(connection, check.spec.table, table.column_names, rows, quiet=("standing",))
    if check.spec.name == REGION:
        changed += _mend_parents(connection, check.known)
    return changed


def _good(check: SheetCheck, piece: Piece) -> pa.Table:
    return piece.values.filter(pa.array(~(piece.bad | piece.repeated)))


def _made(texts: pa.ChunkedArray, make: Callable[[str], str | None]) -> pa.ChunkedArray:
    """``make`` of each text, worked out once for those that are equal; none for none."""
    known = texts.combine_chunks().dictionary_encode()
    made = pa.array([make(text) for text in known.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([pc.take(made, known.indices)])


def _tuples(table: pa.Table) -> Iterator[tuple[object, ...]]:
    for batch in table.to_batches(max_chunksize=STEP):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _told(rows: Iterable[Sequence[object]], name: str, total: int, progress: Progress) -> Iterator[Sequence[object]]:
    for number, row in enumerate(rows):
        if number % STEP == 0:
            progress(f"写入 {name}", number, total)
        yield row
    progress(f"写入 {name}", total, total)


def _mend_parents(connection: Connection, known: KnownCodes) -> int:
    """Regions whose nearest known ancestor came with this import."""
    stored = connection.execute(select(region.c.code, region.c.parent)).all()
    moved = {code: parent for code, held in stored if (parent := nearest_parent(code, known.codes[REGION])) != held}
    for code, parent in moved.items():
        connection.execute(update(region).where(region.c.code == code).values(parent=parent))
    return len(moved)
