"""Kinds of project, operators and townships beside each other: what a yuan brings, to how many, how steadily."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_party
from data.access.rights import needs
from data.access.roles import PROJECTS, READ
from data.access.viewer import Viewer, within_sql
from data.figures.sources import PROJECT_BEGUN_SQL, PROJECT_DUE_SQL, PROJECT_RECEIVED_SQL
from data.money import in_yuan
from data.projects.region import COLUMNS
from data.projects.troubles import rule_bounds
from data.regions.names import named_apart

_COUNTY = "（县级项目）"
_TOWNSHIP = (
    "COALESCE((SELECT r.name FROM region r WHERE length(p.region) >= 9 AND r.code = substr(p.region, 1, 9)),"
    f" (SELECT r.name FROM region r WHERE r.code = p.region) || '{_COUNTY}')"
)


@dataclass(frozen=True)
class Grouping:
    """A way to put projects together: its label, and the SQL of the group's key and name."""

    label: str
    key: str
    name: str


GROUPINGS = {
    "kind": Grouping("按类型", "p.kind", "p.kind"),
    "operator": Grouping("按经营主体", "COALESCE(p.operator, '')", "COALESCE(p.operator, '没有登记经营主体')"),
    "township": Grouping("按乡镇", "substr(p.region, 1, 9)", _TOWNSHIP),
}
_PERIODS = (
    "(SELECT COUNT(*) FROM project_return y WHERE y.project = p.code AND y.due_fen > 0 AND y.month <= :whole"
    " AND y.month > :whole - 12{paid})"
)


@needs(READ, PROJECTS)
def compared(connection: Connection, viewer: Viewer, region: str, month: int, by: str) -> pd.DataFrame:
    """The groups of a region (``by``: a key of GROUPINGS): key, name, projects, investment, due, received (12 months),
    received_ever, earning_investment and earning_received (of assets in operation that are meant to earn), rate (their
    quotient, NaN without such an investment), households (户, different ones), per_household (yuan received a
    household), periods (with something due in twelve whole months) and paid (of them in full), steadiness (paid ÷
    periods). The least return on a yuan first, those of which nothing was due last."""
    group = GROUPINGS[by]
    here, bound = within_sql("p.region", viewer.narrowed(region))
    bound |= {"month": month, **rule_bounds(connection, month)}
    inner = f"""
        SELECT {group.key} AS key, {group.name} AS name, {COLUMNS["earning"]} AS earning, p.investment_fen,
        {PROJECT_DUE_SQL} AS due, {PROJECT_RECEIVED_SQL} AS received, {COLUMNS["received_ever"]} AS ever,
        {_PERIODS.format(paid="")} AS periods, {_PERIODS.format(paid=" AND y.received_fen >= y.due_fen")} AS paid
        FROM project p JOIN month m ON m.month = :month WHERE {here} AND {PROJECT_BEGUN_SQL}"""
    sums = connection.execute(
        text(
            f"""
            SELECT key, MIN(name) AS name, COUNT(*) AS projects, SUM(investment_fen) AS investment,
            SUM(due) AS due, SUM(received) AS received, SUM(ever) AS received_ever, SUM(periods) AS periods,
            SUM(paid) AS paid, SUM(earning * investment_fen) AS earning_investment,
            SUM(earning * received) AS earning_received FROM ({inner}) q GROUP BY key"""
        ),
        bound,
    )
    frame = pd.DataFrame(sums.all(), columns=list(sums.keys()), dtype=object)
    if by == "township":
        frame["name"] = list(named_apart(connection, dict(zip(frame["key"], frame["name"], strict=True))).values())
    if by == "operator":
        frame["name"] = [
            mask_party(viewer, name) if key else name for key, name in zip(frame["key"], frame["name"], strict=True)
        ]
    behind = connection.execute(
        text(
            f"""
            SELECT {group.key} AS key, COUNT(DISTINCT b.household_id) AS households FROM project_household b
            JOIN month m ON m.month = :month AND b.year * 12 <= m.month JOIN project p ON p.code = b.project
            WHERE {here} AND {PROJECT_BEGUN_SQL} GROUP BY {group.key}"""
        ),
        bound,
    )
    return _worked_out(frame, dict(behind.all()))


def _worked_out(frame: pd.DataFrame, households: dict[str, int]) -> pd.DataFrame:
    money = ["investment", "due", "received", "received_ever", "earning_investment", "earning_received"]
    in_yuan(frame, money)
    frame[money] = frame[money].fillna(0.0)
    for name in ("projects", "periods", "paid"):
        frame[name] = pd.Series([int(number or 0) for number in frame[name]], dtype="int64")
    frame["households"] = pd.Series([households.get(key, 0) for key in frame["key"]], dtype="int64")
    frame["rate"] = frame["earning_received"] / frame["earning_investment"].replace(0, float("nan"))
    frame["per_household"] = (frame["received"] / frame["households"].replace(0, float("nan"))).round(2)
    frame["steadiness"] = frame["paid"] / frame["periods"].replace(0, float("nan"))
    frame["idle"] = (frame["due"] == 0) | frame["rate"].isna()
    return frame.sort_values(["idle", "rate", "name"], kind="stable").drop(columns="idle").reset_index(drop=True)


@needs(READ, PROJECTS)
def scattered(connection: Connection, viewer: Viewer, region: str, month: int) -> tuple[pd.DataFrame, float | None]:
    """Every project with something due in twelve months: code, name, place, kind, operator, investment, due, received,
    agreed_rate, poor (received less than return_share per cent of what was due in twelve whole months, or
    arrears_months periods in a row not paid in full); and the agreed rate of all, weighed by investment."""
    here, bound = within_sql("p.region", viewer.narrowed(region))
    bounds = rule_bounds(connection, month)
    names = (
        "code",
        "name",
        "place",
        "kind",
        "operator",
        "investment",
        "due",
        "received",
        "agreed_rate",
        "streak",
        "whole_due",
        "whole_received",
    )
    columns = ", ".join(f"{COLUMNS[name]} AS {name}" for name in names)
    found = connection.execute(
        text(
            f"SELECT * FROM (SELECT {columns} FROM project p JOIN month m ON m.month = :month WHERE {here}"
            f" AND {PROJECT_BEGUN_SQL}) q WHERE due > 0 ORDER BY code"
        ),
        {**bound, "month": month, **bounds},
    )
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    poor = [
        row.streak >= bounds["arrears_months"]
        or (row.whole_due or 0) * bounds["return_share"] > (row.whole_received or 0) * 100
        for row in frame.itertuples()
    ]
    frame["poor"] = pd.Series(poor, index=frame.index, dtype=bool)
    told = [mask_party(viewer, name) for name in frame["operator"]]
    frame["operator"] = pd.Series(told, index=frame.index, dtype=object)
    money = ["investment", "due", "received"]
    in_yuan(frame, money)
    frame[money] = frame[money].fillna(0.0)
    frame["agreed_rate"] = frame["agreed_rate"].astype(float)
    agreed = frame[frame["agreed_rate"].notna() & (frame["investment"] > 0)]
    weighed = (agreed["agreed_rate"] * agreed["investment"]).sum() / agreed["investment"].sum() if len(agreed) else None
    return frame.drop(columns=["streak", "whole_due", "whole_received"]), weighed
