"""An item booked by months in the files and by the income year in the store, or the other way round: refused."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, or_, select

from data.intake.ledger import AMOUNTS, CLEARED, Keys, LedgerCheck, of_year, packed, unpacked
from data.model import ledger, ledger_year
from data.workbook.values import as_period

_STEP = 20_000


def refuse_twice_booked(connection: Connection, check: LedgerCheck) -> None:
    """Look at the totals of the store for the months of the files, at the months of the store for their totals.

    What the files take away (清空) does not stand any more.
    """
    if not check.lines.keys.size:
        return
    lines = check.lines
    gone, filled = lines.keys[lines.amounts == CLEARED], lines.amounts != CLEARED
    year = ledger_year.c.last_month // 12 + as_period(0)
    totals = np.setdiff1d(_held(connection, ledger_year, year, range(len(AMOUNTS))), gone)
    if totals.size:
        check.refuse_twice(filled & ~lines.yearly & np.isin(of_year(lines.keys, check.start), totals), "系统里")
        lines, filled = check.lines, check.lines.amounts != CLEARED
    wanted = lines.keys[lines.yearly & filled]
    if wanted.size:
        subjects = sorted(set(unpacked(wanted)[2].tolist()))
        months = np.setdiff1d(_held(connection, ledger, ledger.c.month, subjects, wanted), gone)
        booked = of_year(months, check.start)
        check.refuse_twice(filled & lines.yearly & np.isin(lines.keys, booked), "系统里")


def _held(
    connection: Connection,
    table: Table,
    period: ColumnElement[int],
    subjects: Sequence[int],
    wanted: Keys | None = None,
) -> Keys:
    """The keys of the lines that a table holds of these subjects; ``wanted``: only from its first household to its
    last and of its years."""
    columns = [table.c[AMOUNTS[place]] for place in subjects]
    asked = select(table.c.household_id, period, *columns).where(or_(*(column.is_not(None) for column in columns)))
    if wanted is not None:
        households, years, _ = unpacked(wanted)
        first, last = int(years.min()) - as_period(0) - 1, int(years.max()) - as_period(0)
        asked = asked.where(table.c.household_id.between(int(households.min()), int(households.max())))
        asked = asked.where(period.between(first * 12, last * 12 + 11))
    found = [np.empty(0, np.int64)]
    for rows in connection.execute(asked, execution_options={"yield_per": _STEP}).partitions():
        grid = np.array([tuple(row) for row in rows], object)
        places, which = np.nonzero(grid[:, 2:] != np.array(None))
        heads = grid[:, :2].astype(np.int64)[places]
        found.append(packed(heads[:, 0], heads[:, 1], np.array(list(subjects))[which]))
    return np.concatenate(found)
