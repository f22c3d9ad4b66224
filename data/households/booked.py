"""What filed dividend plans hold in the households' books: nothing else may bring a line below it."""

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, text

from data.errors import Refused
from data.money import exact
from data.months import spoken
from data.terms import SHARE_SUBJECTS, SUBJECTS

COLUMNS = {kind: f"{SUBJECTS[subject][1]}_fen" for kind, subject in SHARE_SUBJECTS.items()}
"""Kind of a share → the column of the ledger that it is booked to."""
_SUBJECT = {column: SHARE_SUBJECTS[kind] for kind, column in COLUMNS.items()}
LINE_SQL = "CASE d.kind " + " ".join(f"WHEN '{kind}' THEN l.{column}" for kind, column in COLUMNS.items()) + " END"
_SHORT_LINES = f"""
    SELECT h.code, v.booked AS month, d.kind, SUM(d.amount_fen) AS booked, COALESCE(MAX({LINE_SQL}), 0) AS held
    FROM dividend_payment d JOIN dividend_plan v ON v.id = d.plan
    JOIN household h ON h.id = d.household_id
    LEFT JOIN ledger l ON l.household_id = d.household_id AND l.month = v.booked
    GROUP BY h.code, v.booked, d.kind HAVING SUM(d.amount_fen) > COALESCE(MAX({LINE_SQL}), 0)
    ORDER BY h.code, v.booked, d.kind"""


def check_booked(connection: Connection, household: int, month: int, after: Mapping[str, object]) -> None:
    """Raises Refused where a ledger row would hold less than plans have booked to it."""
    if not after.keys() & _SUBJECT.keys():
        return
    booked = connection.execute(
        text(
            "SELECT d.kind, SUM(d.amount_fen) AS fen FROM dividend_payment d JOIN dividend_plan v ON v.id = d.plan"
            " WHERE d.household_id = :household AND v.booked = :month GROUP BY d.kind"
        ),
        {"household": household, "month": month},
    )
    for row in booked:
        column = COLUMNS[row.kind]
        kept = after.get(column) or 0
        assert isinstance(kept, int)
        if column in after and kept < int(row.fen):
            raise Refused(
                f"{spoken(month)}的{_SUBJECT[column]}里有收益分配方案备案记入的 {exact(int(row.fen))} 元，"
                "不能改得比它少。确需收回时，请由村里冲销方案。"
            )


def short_lines(connection: Connection) -> pd.DataFrame:
    """Lines that hold less than plans have booked to them, as an import can bring about: columns code (of the
    household), month, kind, booked, held (fen)."""
    found = connection.execute(text(_SHORT_LINES))
    return pd.DataFrame(found.all(), columns=list(found.keys()))
