"""One household as it stood in a month: its facts and everything that hangs on it."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access import Viewer, mask_id, mask_name
from data.cube import INCOME, measure_begins
from data.errors import NotFound
from data.household_months import line_of
from data.household_scope import seen_households
from data.indicators import STATES
from data.terms import SUBJECTS

LATEST_VISITS = 20
NO_SUCH_HOUSEHOLD = "没有找到这一户：编号不存在，或不在您的查看范围内。请从挂图作战或名单中打开。"
KINDS = ("wage", "business", "property", "transfer", "expense")


@dataclass(frozen=True)
class Income:
    """Twelve months to the month, in yuan.

    ``months``: one row for each month (index: ordinal), columns KINDS, NaN without a line on record. ``subjects``: 科目
    → sum, those that occur. ``per_head`` is (four kinds - expense) ÷ persons, None before twelve months are on record
    or without members; ``before`` the same a year earlier, ``line`` the monitoring line of the month's year.
    """

    months: pd.DataFrame
    subjects: dict[str, float]
    totals: dict[str, float]
    persons: int
    per_head: float | None
    before: float | None
    line: float | None

    @property
    def gross(self) -> float:
        """总收入: the four kinds, the expense not taken off."""
        return sum(self.totals[kind] for kind in KINDS[:4])

    @property
    def net(self) -> float:
        """纯收入 S = K - R."""
        return self.gross - self.totals["expense"]


@dataclass(frozen=True)
class HouseholdFile:
    """One household for one viewer: ``facts`` is its row with state (户类型) of the month, region names and the day
    ``as_of``; frames hold what there was by then, the newest or most urgent first, missing values None."""

    id: int
    village: str
    facts: RowMapping
    head: str
    state: str
    members: pd.DataFrame
    income: Income
    helpers: pd.DataFrame
    visits: pd.DataFrame
    measures: pd.DataFrame
    projects: pd.DataFrame
    problems: pd.DataFrame
    tasks: pd.DataFrame


def household(connection: Connection, viewer: Viewer, id: int, month: int) -> HouseholdFile:
    """The file of one household.

    Raises NotFound, in the same words, for one that does not exist and for one that is not the viewer's. Who does not
    see identity gets masked names, and no ID number, phone, address, remark or words of visits; ID numbers are masked
    for everybody.
    """
    seen, bound = seen_households(viewer)
    facts = (
        connection.execute(text(f"{_FACTS} AND {seen}"), {**bound, "household": id, "month": month}).mappings().first()
    )
    if facts is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    frames = {name: _rows(connection, sql, id, month) for name, sql in _HANGING.items()}
    open_names = viewer.sees_identity
    frames["members"]["id_number"] = frames["members"]["id_number"].map(mask_id)
    if not open_names:
        frames["members"]["name"] = frames["members"]["name"].map(mask_name)
        frames["members"]["id_number"] = None
        frames["visits"]["content"] = None
        frames["helpers"]["phone"] = None
        facts = {**facts, "phone": None, "address": None, "remark": None}
    return HouseholdFile(
        id=id,
        village=facts["village"],
        facts=facts,
        head=facts["head"] if open_names else mask_name(facts["head"]),
        state=STATES[facts["state"]],
        income=_income(connection, id, facts["village"], month, len(frames["members"])),
        **frames,
    )


def _rows(connection: Connection, sql: str, household: int, month: int) -> pd.DataFrame:
    found = connection.execute(text(sql), {"household": household, "month": month})
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


_KIND_SUMS = ", ".join(
    f"{' + '.join(f'COALESCE({column}_fen, 0)' for of, column in SUBJECTS.values() if of == kind)} AS {kind}"
    for kind in KINDS
)
_SUBJECT_SUMS = ", ".join(f"SUM({column}_fen) AS {column}" for _, column in SUBJECTS.values())


def _income(connection: Connection, household: int, village: str, month: int, persons: int) -> Income:
    bound = {"household": household, "last": month}
    lines = connection.execute(
        text(
            f"SELECT month, {_KIND_SUMS} FROM ledger WHERE household_id = :household"
            " AND month > :last - 24 AND month <= :last"
        ),
        bound,
    ).all()
    fen = pd.DataFrame(lines, columns=["month", *KINDS]).set_index("month").astype("int64")
    sums = connection.execute(
        text(
            f"SELECT {_SUBJECT_SUMS} FROM ledger WHERE household_id = :household"
            " AND month > :last - 12 AND month <= :last"
        ),
        bound,
    ).one()
    begins = connection.execute(measure_begins.select().where(measure_begins.c.name == INCOME)).mappings().first()
    since = begins["month"] if begins and begins["month"] is not None else month + 1
    line = line_of(connection, village[:2], month // 12)
    year = fen[fen.index > month - 12]
    return Income(
        months=(year / 100).reindex(range(month - 11, month + 1)),
        subjects={name: float(total) / 100 for name, total in zip(SUBJECTS, sums, strict=True) if total},
        totals={kind: int(year[kind].sum()) / 100 for kind in KINDS},
        persons=persons,
        per_head=_per_head(year, persons) if month >= since else None,
        before=_per_head(fen[fen.index <= month - 12], persons) if month - 12 >= since else None,
        line=None if line is None else line / 100,
    )


def _per_head(fen: pd.DataFrame, persons: int) -> float | None:
    """人均纯收入 T = S ÷ 家庭人口."""
    if fen.empty or not persons:
        return None
    return round(int(fen[list(KINDS[:4])].to_numpy().sum() - fen["expense"].sum()) / persons / 100, 2)


_FACTS = """
    SELECT h.*, COALESCE(hm.state, 0) AS state, hm.visits, hm.below_line, m.as_of, v.name AS village_name,
        t.name AS township_name
    FROM household h JOIN month m ON m.month = :month JOIN region v ON v.code = h.village
    LEFT JOIN region t ON t.code = substr(h.village, 1, 9)
    LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = h.village AND hm.household_id = h.id
    WHERE h.id = :household"""
_HANGING = {
    "members": """
        SELECT p.name, p.relation, p.sex, p.born, p.id_number, p.education, p.schooling, p.health, p.skill,
            p.work_area, p.work_months, p.medical_insured, p.pension_insured, m.as_of
        FROM member p JOIN month m ON m.month = :month WHERE p.household_id = :household
        ORDER BY CASE WHEN p.relation IN ('户主', '本人') THEN 0 ELSE 1 END, p.born, p.code""",
    "helpers": """
        SELECT a.name, a.unit, a.team, a.post, a.phone, s.started,
            MAX(v.visited) AS last_visit, MAX(CASE WHEN v.visited >= m.first_day THEN 1 ELSE 0 END) AS visited
        FROM pairing s JOIN helper a ON a.code = s.helper JOIN month m ON m.month = :month
        LEFT JOIN visit v ON v.household_id = s.household_id AND v.helper = s.helper AND v.visited <= m.as_of
        WHERE s.household_id = :household AND s.started <= m.as_of AND (s.ended IS NULL OR s.ended > m.as_of)
        GROUP BY a.code, a.name, a.unit, a.team, a.post, a.phone, s.started ORDER BY s.started, a.code""",
    "visits": f"""
        SELECT v.visited, a.name AS helper, a.unit, v.occasion, v.content
        FROM visit v JOIN helper a ON a.code = v.helper JOIN month m ON m.month = :month
        WHERE v.household_id = :household AND v.visited <= m.as_of
        ORDER BY v.visited DESC, v.code LIMIT {LATEST_VISITS}""",
    "measures": """
        SELECT s.category, s.name, s.started, s.ended, CAST(s.amount_fen AS DOUBLE PRECISION) / 100 AS amount, s.unit,
            CASE WHEN s.ended IS NULL OR s.ended >= m.as_of THEN 1 ELSE 0 END AS running
        FROM measure s JOIN month m ON m.month = :month
        WHERE s.household_id = :household AND s.started <= m.as_of
        ORDER BY CASE WHEN s.ended IS NULL OR s.ended >= m.as_of THEN 0 ELSE 1 END, s.started DESC, s.code""",
    "projects": """
        SELECT p.name, p.kind, p.stage, b.year, b.mode, CAST(b.amount_fen AS DOUBLE PRECISION) / 100 AS amount
        FROM project_household b JOIN project p ON p.code = b.project JOIN month m ON m.month = :month
        WHERE b.household_id = :household AND b.year * 12 <= m.month
        ORDER BY b.year DESC, p.code, b.mode""",
    "problems": """
        SELECT b.category, b.description, b.source, b.owner, b.found, b.deadline,
            CASE WHEN b.rectified <= m.as_of THEN b.rectified END AS rectified,
            CASE WHEN b.closed <= m.as_of THEN b.closed END AS closed, m.as_of
        FROM problem b JOIN month m ON m.month = :month
        WHERE b.household_id = :household AND b.found <= m.as_of
        ORDER BY CASE WHEN b.closed <= m.as_of THEN 1 ELSE 0 END, b.deadline, b.code""",
    "tasks": """
        SELECT t.name, t.target, t.owner, t.started, t.deadline,
            CAST(CASE WHEN t.finished <= m.as_of THEN 10000 WHEN t.finished IS NULL THEN t.progress_bp ELSE 0 END
                AS DOUBLE PRECISION) / 10000 AS progress,
            CASE WHEN t.finished <= m.as_of THEN t.finished END AS finished, m.as_of
        FROM task t JOIN month m ON m.month = :month
        WHERE t.household_id = :household AND t.started <= m.as_of
        ORDER BY CASE WHEN t.finished <= m.as_of THEN 1 ELSE 0 END, t.deadline, t.code""",
}
