"""Lines of 收支 against those of the store: booked twice over, or without the amount that a new line needs."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, Table, or_, select

from data.intake.ledger import AMOUNTS, BLANK, CLEARED, Keys, LedgerCheck, of_year, packed, unpacked
from data.model import ledger, ledger_year
from data.workbook.values import as_period

_STEP = 20_000


def compare_lines(connection: Connection, check: LedgerCheck) -> None:
    """Refuse an item booked by months in the files and by the income year in the store, or the other way round, and
    new lines without an amount. What the files take away (清空) does not stand any more."""
    if check.lines.keys.size:
        _refuse_blank(connection, check)
        _refuse_twice(connection, check)


def _refuse_blank(connection: Connection, check: LedgerCheck) -> None:
    blank = check.lines.keys[check.lines.amounts == BLANK]
    if blank.size:
        parts = (blank[unpacked(blank)[1] < as_period(0)], blank[unpacked(blank)[1] >= as_period(0)])
        held = [_of_table(connection, table, part) for table, part in zip((ledger, ledger_year), parts, strict=True)]
        check.refuse_blank(np.concatenate(held))


def _refuse_twice(connection: Connection, check: LedgerCheck) -> None:
    lines = check.lines
    gone, filled = lines.keys[lines.amounts == CLEARED], lines.amounts != CLEARED
    totals = np.setdiff1d(_held(connection, ledger_year, range(len(AMOUNTS))), gone)
    if totals.size:
        check.refuse_twice(filled & ~lines.yearly & np.isin(of_year(lines.keys, check.start), totals), "系统里")
        lines, filled = check.lines, check.lines.amounts != CLEARED
    wanted = lines.keys[lines.yearly & filled]
    if wanted.size:
        households, years, subjects = unpacked(wanted)
        year = years - as_period(0)
        months = (int(year.min()) * 12 - 12, int(year.max()) * 12 + 11)
        held = _held(connection, ledger, np.unique(subjects).tolist(), households, months)
        booked = of_year(np.setdiff1d(held, gone), check.start)
        check.refuse_twice(filled & lines.yearly & np.isin(lines.keys, booked), "系统里")


def _of_table(connection: Connection, table: Table, keys: Keys) -> Keys:
    """Those lines of a table that lie about where the keys do."""
    if not keys.size:
        return keys
    households, periods, subjects = unpacked(keys)
    return _held(connection, table, np.unique(subjects).tolist(), households, (int(periods.min()), int(periods.max())))


def _held(
    connection: Connection,
    table: Table,
    subjects: Sequence[int],
    households: Keys | None = None,
    periods: tuple[int, int] | None = None,
) -> Keys:
    """The keys of the lines that a table holds of these subjects, from the first household to the last, in periods."""
    period = table.c.month if table is ledger else table.c.last_month // 12 + as_period(0)
    columns = [table.c[AMOUNTS[place]] for place in subjects]
    asked = select(table.c.household_id, period, *columns).where(or_(*(column.is_not(None) for column in columns)))
    if households is not None:
        asked = asked.where(table.c.household_id.between(int(households.min()), int(households.max())))
    if periods is not None:
        asked = asked.where(period.between(*periods))
    found = [np.empty(0, np.int64)]
    for rows in connection.execute(asked, execution_options={"yield_per": _STEP}).partitions():
        grid = np.array([tuple(row) for row in rows], object)
        places, which = np.nonzero(grid[:, 2:] != np.array(None))
        heads = grid[:, :2].astype(np.int64)[places]
        found.append(packed(heads[:, 0], heads[:, 1], np.array(list(subjects))[which]))
    return np.concatenate(found)
