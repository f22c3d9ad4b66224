"""One fund as it stood at the end of a month: what was planned and paid, its project, and the households behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access.masks import mask_name, without_telling
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, PROJECTS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.sources import FUND_RECOVERED_SQL
from data.figures.states import head_on, standing
from data.terms import PROJECT_MODES, STATE_NAMES

PAGE = 30
NO_SUCH_FUND = "没有找到这笔资金：编号不存在，或不在您的查看范围内。请从资金页面的名单中打开。"
PAID_UP, LATE, TO_COME, ENDED = "已足额", "滞后", "未到期", "不再拨付"


@dataclass(frozen=True)
class FundFile:
    """``facts``: code, year, source, region, place, township, name, project, project_name, arranged_fen, settled and
    recovered_fen as they stood, as_of.

    ``plan``: a row for each planned payment: number, planned (day), amount, cumulative, state (PAID_UP, LATE, TO_COME;
    ENDED: the fund was settled or the money went back), missing, days (late until it was paid up, or until now; 0: in
    time), settled (day). ``payments``: paid (day), amount, cumulative. Money in yuan, ``paid_fen`` and ``due_fen``
    (planned by days that have passed) in fen.
    """

    facts: RowMapping
    plan: pd.DataFrame
    payments: pd.DataFrame
    paid_fen: int
    due_fen: int

    @property
    def arranged(self) -> float:
        fen: int = self.facts["arranged_fen"]
        return fen / 100

    @property
    def paid(self) -> float:
        return self.paid_fen / 100

    @property
    def unpaid(self) -> float:
        """What is still to be paid of it: nothing once it is settled."""
        left: int = self.facts["arranged_fen"] - self.facts["recovered_fen"] - self.paid_fen
        return 0.0 if self.facts["settled"] else max(left, 0) / 100

    @property
    def short(self) -> float:
        """What is missing of what was planned by days that have passed, as far as it is still to be paid."""
        return min(max(self.due_fen - self.paid_fen, 0) / 100, self.unpaid)


@needs(READ, PROJECTS)
def fund_file(connection: Connection, viewer: Viewer, code: str, month: int) -> FundFile:
    """Raises NotFound, in the same words, for a fund that does not exist and for one outside the viewer's region."""
    here, bound = within_sql("f.region", viewer.region)
    asked = {**bound, "fund": code, "month": month}
    facts = connection.execute(text(f"{_FACTS} AND {here}"), asked).mappings().first()
    if facts is None:
        raise NotFound(NO_SUCH_FUND)
    end = facts["as_of"]
    paid = connection.execute(text(_PAYMENTS), {"fund": code, "end": end}).all()
    planned = connection.execute(text(_PLAN), {"fund": code}).all()
    return FundFile(
        facts=facts,
        plan=_plan(planned, paid, facts),
        payments=_payments(paid),
        paid_fen=sum(fen for _, fen in paid),
        due_fen=sum(fen for day, fen in planned if day < end),
    )


def _payments(paid: Sequence[tuple[str, int]]) -> pd.DataFrame:
    rows, total = [], 0
    for day, fen in paid:
        total += fen
        rows.append((day, fen / 100, total / 100))
    return pd.DataFrame(rows, columns=["paid", "amount", "cumulative"])


def _plan(planned: Sequence[tuple[str, int]], paid: Sequence[tuple[str, int]], facts: RowMapping) -> pd.DataFrame:
    """A payment that will not come any more, because the fund is settled or the money went back, is missing nothing."""
    end, done = facts["as_of"], sum(amount for _, amount in paid)
    wanted = done if facts["settled"] else max(facts["arranged_fen"] - facts["recovered_fen"], done)
    rows, total = [], 0
    for number, (day, fen) in enumerate(planned, start=1):
        before, total = total, total + fen
        settled, missing = _settled(paid, total), max(min(total, wanted) - max(before, done), 0)
        state = ENDED if not missing and total > done else PAID_UP if not missing else LATE if day < end else TO_COME
        late = max((date.fromisoformat(settled or end) - date.fromisoformat(day)).days, 0) if state != ENDED else 0
        rows.append((number, day, fen / 100, total / 100, state, missing / 100, late, settled))
    columns = ["number", "planned", "amount", "cumulative", "state", "missing", "days", "settled"]
    return pd.DataFrame(rows, columns=columns).assign(settled=pd.Series([row[-1] for row in rows], dtype=object))


def _settled(paid: Sequence[tuple[str, int]], wanted: int) -> str | None:
    """The day on which the payments came up to a sum."""
    total = 0
    for day, fen in paid:
        total += fen
        if total >= wanted:
            return day
    return None


@needs(READ, HOUSEHOLDS)
def count_behind(connection: Connection, viewer: Viewer, project: str, month: int) -> tuple[int, int]:
    """Households behind a project until the end of a month's year that the viewer may see: 户 and 户次 (by year)."""
    seen, bound = seen_households(viewer)
    each = f"SELECT b.household_id, {_TIMES} AS times FROM {_BEHIND} AND {seen} GROUP BY b.household_id"
    sql = f"SELECT COUNT(*), COALESCE(SUM(times), 0) FROM ({each}) q"
    found = connection.execute(text(sql), _asked(bound, project, month)).one()
    return int(found[0]), int(found[1])


@needs(READ, HOUSEHOLDS)
def behind(
    connection: Connection, viewer: Viewer, project: str, month: int, *, limit: int = PAGE, offset: int = 0
) -> pd.DataFrame:
    """A page of these households, who had most first: id, village (code), township, village_name, code, head (masked
    for a display), state (户类型), times (years), latest (year), modes, amount (yuan)."""
    seen, bound = seen_households(viewer)
    modes = ", ".join(
        f"MAX(CASE WHEN b.mode = '{mode}' THEN 1 ELSE 0 END) AS mode_{number}"
        for number, mode in enumerate(PROJECT_MODES)
    )
    sql = f"""
        SELECT h.id, h.village, t.name AS township, v.name AS village_name, h.code, {head_on()} AS head,
        MAX(s.state) AS state, {_TIMES} AS times, MAX(b.year) AS latest,
        SUM(b.amount_fen) AS amount, {modes} FROM {_BEHIND} AND {seen}
        GROUP BY h.id, h.village, t.name, v.name, h.code, h.head, m.as_of
        ORDER BY COALESCE(SUM(b.amount_fen), 0) DESC, h.id LIMIT :limit OFFSET :offset"""
    asked = {**_asked(bound, project, month), "limit": limit, "offset": offset}
    found = connection.execute(text(sql), asked).mappings().all()
    rows = [
        {
            **{name: row[name] for name in ("id", "village", "township", "village_name", "code", "times", "latest")},
            "head": row["head"] if viewer.sees_identity else mask_name(row["head"]),
            "state": STATE_NAMES[row["state"]],
            "modes": "、".join(mode for number, mode in enumerate(PROJECT_MODES) if row[f"mode_{number}"]),
            "amount": None if row["amount"] is None else int(row["amount"]) / 100,
        }
        for row in found
    ]
    columns = [
        "id",
        "village",
        "township",
        "village_name",
        "code",
        "head",
        "state",
        "times",
        "latest",
        "modes",
        "amount",
    ]
    return without_telling(viewer, pd.DataFrame(rows, columns=columns, dtype=object), "code")


def _asked(bound: Mapping[str, object], project: str, month: int) -> dict[str, object]:
    return {**bound, "project": project, "month": month}


_FACTS = f"""
    SELECT f.code, f.year, f.source, f.region, f.name, f.project, f.arranged_fen, m.as_of, r.name AS place,
        CASE WHEN f.settled <= m.as_of THEN f.settled END AS settled, {FUND_RECOVERED_SQL} AS recovered_fen,
        t.name AS township, p.name AS project_name
    FROM fund f JOIN month m ON m.month = :month JOIN region r ON r.code = f.region
    LEFT JOIN region t ON length(f.region) = 12 AND t.code = substr(f.region, 1, 9)
    LEFT JOIN project p ON p.code = f.project
    WHERE f.code = :fund"""
_PAYMENTS = "SELECT paid, amount_fen FROM fund_payment WHERE fund = :fund AND paid <= :end ORDER BY paid"
_PLAN = "SELECT planned, amount_fen FROM fund_plan WHERE fund = :fund ORDER BY planned"
_TIMES = "COUNT(DISTINCT b.year)"
_BEHIND = f"""
    project_household b JOIN household h ON h.id = b.household_id JOIN month m ON m.month = :month JOIN {standing()}
    JOIN region v ON v.code = h.village LEFT JOIN region t ON t.code = substr(h.village, 1, 9)
    WHERE b.project = :project AND b.year * 12 <= m.month"""
