"""What was found good goes into the store, inside the caller's transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table, select

from data.intake.check import SheetCheck
from data.intake.histories import HISTORIES, Histories
from data.intake.issues import ERROR, Findings, Issue
from data.intake.kinds import keep_kinds, renew_kinds
from data.intake.ledger import CLEARED, MONTH_COLUMNS, NO_AMOUNT, YEAR_COLUMNS, LedgerCheck, Lines
from data.intake.pieces import Piece
from data.intake.staging import GIVEN_ONCE, ROW, Staged, emptied, keys_of
from data.model import case_step, ledger, ledger_year, measure
from data.model.measure_kinds import renewed
from data.model.search_columns import id_tail, initials
from data.monitoring import steps_in
from data.regions.codes import nearest_parent
from data.store.engine import upsert
from data.workbook.sheets import HOUSEHOLD, LINE, MEMBER, REGION, STEPS
from data.workbook.values import as_period

Progress = Callable[[str, int, int], None]
STEP = 20_000
_SEARCHED = {
    HOUSEHOLD: (("initials", "head", initials),),
    MEMBER: (("initials", "name", initials), ("id_tail", "id_number", id_tail)),
}
"""Sheet → columns that the search goes by: their name, what they are made from, and how."""


@dataclass
class Pending:
    """Rows of one table that are to be written. ``staged`` is None where the table was empty: then they are all new.

    ``current`` and ``file`` are those of their file (收支: the oldest of its files; each line knows its own).
    """

    check: SheetCheck
    table: Table
    current: str
    file: str
    staged: Staged | None
    fresh: Callable[[], int]  # writes all of them into the empty table
    connection: Connection
    piece: Piece | None = None  # whose rows they are; of 收支 lines of several

    def period(self, row: dict[str, object]) -> int:
        """The month of a row of 收支, or its income year, as its key has it."""
        if self.table is ledger:
            return int(str(row["month"]))
        return as_period(int(str(row["last_month"])) // 12)


def pend(connection: Connection, check: SheetCheck, progress: Progress) -> list[Pending]:
    """Stage the good rows of one sheet."""
    if isinstance(check, LedgerCheck):
        yearly = check.lines.yearly
        parts = ((ledger, MONTH_COLUMNS, ~yearly, None), (ledger_year, YEAR_COLUMNS, yearly, check.start))
        return [
            _pend_lines(connection, check, (table, columns), check.lines.kept(mask), start, progress)
            for table, columns, mask, start in parts
            if mask.any()
        ]
    held = check.spec.table in HISTORIES or _holds_rows(connection, check.spec.table)
    return [_pend_piece(connection, check, number, held, progress) for number in range(len(check.pieces))]


def still_new(pending: Sequence[Pending]) -> bool:
    """Whether the tables that were empty when rows were staged are so yet."""
    return not any(one.staged is None and _holds_rows(one.connection, one.table) for one in pending)


def _holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(*table.primary_key).limit(1)).first() is not None


def _pend_lines(
    connection: Connection,
    check: LedgerCheck,
    target: tuple[Table, Sequence[str]],
    lines: Lines,
    start: int | None,
    progress: Progress,
) -> Pending:
    table, columns = target

    def rows(of: Lines) -> Iterator[Sequence[object]]:
        return _told(of.rows(start), check.spec.name, of.groups, progress)

    def fresh() -> int:
        filled = lines.kept(lines.amounts != CLEARED)
        return upsert(connection, table, columns, rows(filled), absent=NO_AMOUNT)

    staged = None
    if _holds_rows(connection, table):
        cleared = columns if (lines.amounts == CLEARED).any() else ()
        staged = Staged(connection, table, columns, rows(lines), cleared=cleared, absent=NO_AMOUNT)
    return Pending(check, table, min(check.current), "", staged, fresh, connection)


def _pend_piece(connection: Connection, check: SheetCheck, number: int, held: bool, progress: Progress) -> Pending:
    piece, table = check.pieces[number], check.spec.table

    def rows(of: pa.Table) -> Iterator[Sequence[object]]:
        return _told(_tuples(of), check.spec.name, len(of), progress)

    def fresh() -> int:
        content = _content(check, piece)
        written = upsert(connection, table, content.column_names, rows(content))
        if table is measure:
            connection.exec_driver_sql(renewed(measure.name))
        return written

    staged = None
    if held:
        content = _content(check, piece, beside=True)
        cleared = [*piece.cleared, *(name for name, source, _ in _searched(check) if source in piece.cleared)]
        names = content.column_names
        staged = Staged(connection, table, names, rows(content), cleared=cleared, number=number)
        keep_kinds(staged)
    return Pending(check, table, piece.current, piece.file, staged, fresh, connection, piece)


def _searched(check: SheetCheck) -> Sequence[tuple[str, str, Callable[[str], str | None]]]:
    return _SEARCHED.get(check.spec.name, ())


def _content(check: SheetCheck, piece: Piece, *, beside: bool = False) -> pa.Table:
    """The good rows of a piece in the order of their key, with the columns that follow from others; to be staged
    ``beside`` the table: with their row numbers, and with signs in the cells that empty."""
    table, derived = piece.values, _searched(check)
    for name, source, make in derived:
        if source in table.column_names:
            table = table.append_column(name, _made(table.column(source), make))
    if check.spec.name in (HOUSEHOLD, MEMBER):
        table = _with_collected(table, None if beside else check.today.isoformat())
    if beside:
        for name, mask in piece.cleared.items():
            for one in (name, *(made for made, source, _ in derived if source == name)):
                sign = pa.scalar(emptied(check.spec.table, one), table.schema.field(one).type)
                signed = pc.if_else(pa.array(mask), sign, table.column(one))
                table = table.set_column(table.column_names.index(one), one, signed)
        table = table.append_column(ROW, pa.array(piece.rows))
    table = table.filter(pa.array(~(piece.bad | piece.repeated)))
    if check.spec.name == HOUSEHOLD:
        ids = pa.array([check.known.households[code] for code in table.column("code").to_pylist()], pa.int64())
        table = table.append_column("id", ids)
    elif check.spec.name == REGION:
        codes = table.column("code").to_pylist()
        parents = [nearest_parent(code, check.known.codes[REGION]) for code in codes]
        table = table.append_column("parent", pa.array(parents, pa.string()))
    elif check.spec.name == LINE:
        table = table.append_column("standing", pa.array([f"{check.today} 导入"] * len(table), pa.string()))
    elif check.spec.name == STEPS:
        for name in GIVEN_ONCE:  # what the case's way gives them is entered once all are there
            table = table.append_column(name, pa.array([steps_in.FRESH] * len(table), pa.string()))
    return table.sort_by([(name, "ascending") for name in keys_of(check.spec.table)])


def _with_collected(table: pa.Table, day: str | None) -> pa.Table:
    """With 采集日期, which of new records is the day unless the file says one."""
    if "collected" not in table.column_names:
        table = table.append_column("collected", pa.nulls(len(table), pa.string()))
    if day is None:
        return table
    place = table.column_names.index("collected")
    return table.set_column(place, "collected", pc.fill_null(table.column(place), day))


def refuse_order(pending: Sequence[Pending], findings: Findings) -> None:
    """Refuse rows that give one of two dates and bring it on the wrong side of the other, which stands already."""
    for one in pending:
        if one.staged is None:
            continue
        for start, end in one.check.spec.order:
            first, last = one.check.spec.column(start).heading, one.check.spec.column(end).heading
            for key, row, given, stands in one.staged.out_of_order(start, end):
                reason = f"早于系统里的{first}（{stands}）" if given == end else f"晚于系统里的{last}（{stands}）"
                value = str((one.staged.row(key) or {})[given])
                heading = last if given == end else first
                findings.refuse([Issue(one.check.spec.name, row, heading, value, reason, ERROR, one.file)], 1)
                one.staged.leave(key, None)
                one.check.left_out += 1


def write_pending(pending: list[Pending], run: int, *, again: bool = False) -> int:
    """Write everything, sheet by sheet in their order; returns how many rows of the store changed. What is written is
    let go of, unless it is to be written ``again``: the lines of a prefecture are a quarter of what an import holds."""
    staged = [one.staged for one in pending if one.staged is not None]
    histories, changed = Histories(staged, pending[0].check.today.isoformat() if pending else ""), 0
    pending.reverse()
    while pending:
        one = pending.pop()
        if isinstance(one.check, LedgerCheck) and not again:
            one.check.release()
        if one.staged is None:
            histories.all_new(one.table)
            changed += one.fresh()
        else:
            renew_kinds(one.staged)
            if one.table is case_step:
                steps_in.begin(one.connection, one.staged.name, one.check.known.cases_told())
            changed += histories.before(one.staged) + one.staged.write(run)
    changed += histories.finish()
    for rows in staged:
        rows.drop()
    return changed


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
