"""The income of one household: twelve months by kind and by 科目, and its course over all months on record."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.figures.books import counted_year
from data.figures.household_months import of_one
from data.figures.monitoring_line import lines_of
from data.months import last_day
from data.terms import SUBJECTS, Record

KINDS = ("wage", "business", "property", "transfer", "expense")


@dataclass(frozen=True)
class Income:
    """Twelve months to the month, in yuan.

    ``months``: one row for each month (index: ordinal), columns KINDS, NaN without a line on record. ``subjects``: 科目
    → sum, those that occur; ``totals``: kind → sum, what is booked by the year with its last total. ``record``: what
    the books of the twelve months are. ``per_head`` is (four kinds - expense) ÷ persons, None without whole books or
    members; ``persons`` are those of the month, ``before`` the same a year earlier, ``line`` the monitoring line at the
    month's end. ``course``: index the months whose twelve are whole, up to this one, oldest first; columns KINDS (sums
    of the twelve months), persons (of the month), per_head and line, NaN where there is none.
    """

    months: pd.DataFrame
    subjects: dict[str, float]
    totals: dict[str, float]
    persons: int
    per_head: float | None
    before: float | None
    line: float | None
    record: Record
    course: pd.DataFrame

    @property
    def gross(self) -> float:
        """总收入: the four kinds, the expense not taken off."""
        return sum(self.totals[kind] for kind in KINDS[:4])

    @property
    def net(self) -> float:
        """纯收入 S = K - R."""
        return self.gross - self.totals["expense"]


_KIND_SUMS = ", ".join(
    f"{' + '.join(f'COALESCE({column}_fen, 0)' for of, column in SUBJECTS.values() if of == kind)} AS {kind}"
    for kind in KINDS
)
_SUBJECT_COLUMNS = ", ".join(f"{column}_fen" for _, column in SUBJECTS.values())
_SUBJECT_SUMS = ", ".join(f"SUM({column}_fen) AS {column}" for _, column in SUBJECTS.values())


@needs(READ, HOUSEHOLDS)
def income_of(connection: Connection, viewer: Viewer, household: int, village: str, month: int, persons: int) -> Income:
    """The income up to a month; ``persons`` are told where the month has no books. Whether the viewer may see the
    household is asked before."""
    bound = {"household": household, "last": month}
    held = connection.execute(
        text(f"SELECT month, {_KIND_SUMS} FROM ledger WHERE household_id = :household AND month <= :last"), bound
    )
    by_month = {row[0]: tuple(int(value) for value in row[1:]) for row in held}
    rows = {row["month"]: row for row in of_one(connection, household, village) if row["month"] <= month}
    course = _course(rows.values())
    days = map(
        last_day, [*course.index, month]
    )  # of a village that it has left since, it is the province's all the same
    *lines, line = (None if fen is None else fen / 100 for fen in lines_of(connection, village[:2], days))
    year = [by_month.get(at) for at in range(month - 11, month + 1)]
    now = rows.get(month)
    return Income(
        months=pd.DataFrame(
            [[None] * 5 if one is None else [fen / 100 for fen in one] for one in year],
            index=range(month - 11, month + 1),
            columns=KINDS,
            dtype=float,
        ),
        subjects=_subjects(connection, household, village, month),
        totals={kind: int((now and now[kind]) or 0) / 100 for kind in KINDS},  # PostgreSQL sums to decimals
        persons=now["persons"] if now else persons,
        per_head=_at(course, month),
        before=_at(course, month - 12),
        line=line,
        record=Record(now["record"]) if now else Record.NONE,
        course=course.assign(line=pd.Series(lines, index=course.index, dtype=float)),
    )


def _subjects(connection: Connection, household: int, village: str, month: int) -> dict[str, float]:
    """科目 → yuan of the twelve months and of the year's total that counts in the month, those that occur."""
    year = counted_year(connection, village, month)
    bound = {"household": household, "last": month, "year": year[0] if year else None}
    sums = connection.execute(
        text(
            f"""
            SELECT {_SUBJECT_SUMS} FROM (
                SELECT {_SUBJECT_COLUMNS} FROM ledger
                WHERE household_id = :household AND month > :last - 12 AND month <= :last
                UNION ALL SELECT {_SUBJECT_COLUMNS} FROM ledger_year
                WHERE household_id = :household AND last_month = :year) q"""
        ),
        bound,
    ).one()
    return {name: float(total) / 100 for name, total in zip(SUBJECTS, sums, strict=True) if total}


def _course(rows: Iterable[RowMapping]) -> pd.DataFrame:
    """人均纯收入 T = S ÷ 家庭人口 of the months whose twelve are whole and in which somebody belonged to it."""
    listed, months = [], []
    for row in rows:
        if row["record"] != Record.WHOLE or not row["persons"]:  # not counted yet, or no more
            continue
        sums = [int(row[kind]) for kind in KINDS]
        net, persons = sum(sums[:4]) - sums[4], row["persons"]
        months.append(row["month"])
        listed.append([*(fen / 100 for fen in sums), persons, round(net / persons / 100, 2)])
    columns = [*KINDS, "persons", "per_head"]
    return pd.DataFrame(listed, index=pd.Index(months, dtype="int64"), columns=columns, dtype=float)


def _at(course: pd.DataFrame, month: int) -> float | None:
    if month not in course.index or pd.isna(course.at[month, "per_head"]):
        return None
    return float(course.at[month, "per_head"])
