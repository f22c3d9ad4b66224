"""One project: its way from 储备 to 运营, the money into it and out of it, the asset, and the households behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access import roles
from data.access.masks import mask_name, mask_party, without_telling
from data.access.rights import needs
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.errors import NO_SUCH_PROJECT, NotFound
from data.figures.sources import PROJECT_EARNING_SQL
from data.figures.states import head_on
from data.money import in_yuan
from data.projects.region import ENTERED, HOUSEHOLD_YEARS, HOUSEHOLDS
from data.projects.troubles import MARKED, STREAK, WHOLE_DUE, WHOLE_RECEIVED, place_sql, rule_bounds, why_suspected
from data.regions.tree import Region
from data.store.rows import Record
from data.terms import PROJECT_STAGES

PAGE = 20
BUILT = PROJECT_STAGES[PROJECT_STAGES.index("竣工验收") :]
"""Stages from which on there is an asset that wants a holder, a contract, insurance, custody and a sign board."""
RIGHTS = {"owner": "所有权", "manager": "经营权", "beneficiary": "收益权", "supervisor": "监督权"}


@dataclass(frozen=True)
class Stage:
    """One of the ten stages: ``entered`` and ``planned`` (to be through with it) as ISO days, ``left`` when the next
    one began; ``late`` the days beyond the plan, 0 where none; ``state``: done, now, ahead or unknown (passed, but
    without a day on record)."""

    name: str
    entered: str | None
    planned: str | None
    left: str | None
    late: int
    state: str


@dataclass(frozen=True)
class ProjectFile:
    """One project for one viewer. ``facts`` is its row with ``place``, ``entered_stage``, ``households`` (户),
    ``household_years`` (户次), ``marked`` and ``as_of``; ``risk`` says why it is in trouble, '' where it is not.

    ``funds``: code, name, year, source, region, arranged, paid, last_paid; ``returns``: month, due, received, the
    oldest first; ``modes``: year, mode, households, amount, untold (without an amount), the newest first. Money is
    yuan.
    """

    code: str
    facts: Record
    stages: tuple[Stage, ...]
    gaps: tuple[str, ...]
    risk: str
    funds: pd.DataFrame
    returns: pd.DataFrame
    modes: pd.DataFrame


_PARTIES = ("operator", "owner", "manager", "beneficiary", "supervisor")


@needs(roles.READ, roles.PROJECTS)
def project(connection: Connection, viewer: Viewer, code: str, month: int) -> ProjectFile:
    """The file of one project; raises NotFound, in the same words, where there is none or it is not the viewer's."""
    bounds = rule_bounds(connection, month)
    asked = {"project": code, "month": month, **bounds}
    row = connection.execute(text(_FACTS), asked).mappings().first()
    if row is None or not viewer.may_see(row["region"]):
        raise NotFound(NO_SUCH_PROJECT)
    facts = {**row, **{name: mask_party(viewer, row[name]) for name in _PARTIES}}
    if not viewer.sees_identity and facts["custodian"]:
        facts["custodian"] = mask_name(facts["custodian"])
    frames = {name: _rows(connection, sql, asked) for name, sql in _HANGING.items()}
    risk = (
        "已标记风险"
        if facts["marked"]
        else why_suspected(facts["streak"], facts["whole_due"], facts["whole_received"], bounds)
    )
    known = connection.execute(
        text("SELECT stage, entered, planned FROM project_stage WHERE project = :project"), asked
    )
    dates = {row.stage: (row.entered, row.planned) for row in known}
    return ProjectFile(
        code=code,
        facts=facts,
        stages=stages_of(facts["stage"], dates, facts["as_of"]),
        gaps=gaps_of(facts, facts["as_of"]),
        risk=risk,
        **frames,
    )


@needs(roles.READ, roles.PROJECTS)
def whereabouts(connection: Connection, viewer: Viewer, code: str) -> Region | None:
    """The region of a project, None where there is no such project in the viewer's scope."""
    sql = "SELECT r.code, r.name FROM project p JOIN region r ON r.code = p.region WHERE p.code = :project"
    found = connection.execute(text(sql), {"project": code}).first()
    return Region(*found) if found and viewer.may_see(found.code) else None


def stages_of(now: str, dates: Mapping[str, tuple[str, str | None]], as_of: str) -> tuple[Stage, ...]:
    """The ten stages of a project that stands in stage ``now``; ``dates``: stage → (entered, planned).

    A stage is late by the days from its plan to when the next one on record was entered, or to ``as_of`` where none
    was.
    """
    reached = PROJECT_STAGES.index(now)
    stages = []
    for place, name in enumerate(PROJECT_STAGES):
        entered, planned = dates.get(name, (None, None))
        left = next((dates[later][0] for later in PROJECT_STAGES[place + 1 : reached + 1] if later in dates), None)
        end = left or (as_of if place == reached else None)
        late = 0
        if planned and end and planned < end:
            late = (date.fromisoformat(end) - date.fromisoformat(planned)).days
        state = "ahead" if place > reached else "now" if place == reached else "done" if entered else "unknown"
        stages.append(Stage(name, entered, planned, left, late, state))
    return tuple(stages)


def gaps_of(facts: Record, as_of: str) -> tuple[str, ...]:
    """What the asset lacks (缺什么): rights without a holder, contract, insurance, custodian, sign board; nothing
    before there is an asset. What is expired at the day ``as_of`` says since when."""
    if facts["stage"] not in BUILT:
        return ()
    gaps = [f"{name}没有登记由谁持有" for column, name in RIGHTS.items() if not facts[column]]
    if not facts["contract"]:
        gaps.append("没有经营合同")
    elif not facts["contract_until"]:
        gaps.append("经营合同没有到期日期")
    if facts["contract_until"] and facts["contract_until"] < as_of:
        gaps.append(f"经营合同已于 {facts['contract_until']} 到期")
    if not facts["insured_until"]:
        gaps.append("没有投保")
    elif facts["insured_until"] < as_of:
        gaps.append(f"保险已于 {facts['insured_until']} 到期")
    if not facts["custodian"]:
        gaps.append("没有管护责任人")
    if not facts["sign_board"]:
        gaps.append("没有设标识牌" if facts["sign_board"] == 0 else "没有登记是否设标识牌")
    return tuple(gaps)


@needs(roles.READ, roles.HOUSEHOLDS)
def takers_count(connection: Connection, viewer: Viewer, code: str, month: int, year: int | None = None) -> int:
    """How many rows :func:`takers` has in all."""
    sql, bound = _takers(viewer, code, month, year)
    return int(connection.execute(text(f"SELECT COUNT(*) {sql}"), bound).scalar_one())


@needs(roles.READ, roles.HOUSEHOLDS)
def takers(
    connection: Connection,
    viewer: Viewer,
    code: str,
    month: int,
    year: int | None = None,
    *,
    limit: int | None = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """What each household of the viewer's had from the project, by year and mode, the newest and largest first: year,
    township, village, region, id, household (its code), head (masked for a display), mode, amount (yuan, None: not on
    record). Empty where the project is not the viewer's; ``limit`` None: all."""
    sql, bound = _takers(viewer, code, month, year)
    cut = "" if limit is None else " LIMIT :limit OFFSET :offset"
    found = connection.execute(
        text(
            f"""
            SELECT b.year, (SELECT t.name FROM region t WHERE t.code = substr(h.village, 1, 9)) AS township,
            (SELECT v.name FROM region v WHERE v.code = h.village) AS village, h.village AS region, h.id,
            h.code AS household, {head_on()} AS head, b.mode, b.amount_fen AS amount {sql}
            ORDER BY b.year DESC, b.amount_fen DESC NULLS LAST, h.id, b.mode{cut}"""
        ),
        bound | ({} if limit is None else {"limit": limit, "offset": offset}),
    )
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    in_yuan(frame, ("amount",))
    if not viewer.sees_identity:
        frame["head"] = frame["head"].map(mask_name)
    return without_telling(viewer, frame, "household")


def _takers(viewer: Viewer, code: str, month: int, year: int | None) -> tuple[str, dict[str, object]]:
    seen, bound = seen_households(viewer)
    of_year = " AND b.year = :year" if year is not None else ""
    sql = (
        "FROM project_household b JOIN household h ON h.id = b.household_id JOIN project p ON p.code = b.project"
        " JOIN month m ON m.month = :month"
        f" WHERE b.project = :project AND b.year * 12 <= :month AND {seen}{of_year}"
    )
    return sql, {**bound, "project": code, "month": month} | ({"year": year} if year is not None else {})


def _rows(connection: Connection, sql: str, asked: Mapping[str, object]) -> pd.DataFrame:
    found = connection.execute(text(sql), asked)
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    in_yuan(frame, [name for name in ("arranged", "paid", "due", "received", "amount") if name in frame])
    for name in ("households", "untold"):
        if name in frame:
            frame[name] = frame[name].astype(int)
    return frame


_FACTS = f"""
    SELECT p.*, m.month, m.as_of, CASE WHEN {PROJECT_EARNING_SQL} THEN 1 ELSE 0 END AS earning,
        {place_sql()} AS place, {ENTERED} AS entered_stage, {HOUSEHOLDS} AS households,
        {HOUSEHOLD_YEARS} AS household_years, CASE WHEN {MARKED} THEN 1 ELSE 0 END AS marked, {STREAK} AS streak,
        {WHOLE_DUE} AS whole_due, {WHOLE_RECEIVED} AS whole_received
    FROM project p JOIN month m ON m.month = :month WHERE p.code = :project"""
_HANGING = {
    "funds": """
        SELECT f.code, f.name, f.year, f.source, f.region, f.arranged_fen AS arranged,
            COALESCE((SELECT SUM(y.amount_fen) FROM fund_payment y WHERE y.fund = f.code AND y.paid <= m.as_of), 0)
                AS paid,
            (SELECT MAX(y.paid) FROM fund_payment y WHERE y.fund = f.code AND y.paid <= m.as_of) AS last_paid
        FROM fund f JOIN month m ON m.month = :month WHERE f.project = :project AND f.year * 12 <= m.month
        ORDER BY f.year DESC, f.code""",
    "returns": """
        SELECT r.month, r.due_fen AS due, r.received_fen AS received FROM project_return r
        WHERE r.project = :project AND r.month <= :month ORDER BY r.month""",
    "modes": """
        SELECT b.year, b.mode, COUNT(*) AS households, SUM(b.amount_fen) AS amount,
            SUM(CASE WHEN b.amount_fen IS NULL THEN 1 ELSE 0 END) AS untold
        FROM project_household b WHERE b.project = :project AND b.year * 12 <= :month
        GROUP BY b.year, b.mode ORDER BY b.year DESC, b.mode""",
}
