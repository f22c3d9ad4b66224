"""What counts of projects and funds, once more in plain Python from the rows: the definitions of the registry."""

from collections.abc import Mapping, Sequence

Row = Mapping


def begun(project: Row, returns: Sequence[Row], month: int, end: str) -> bool:
    """Whether a project is counted at the end of a month; ``returns`` are all of the store."""
    return not project["started"] or project["started"] <= end or _returned(project, returns, month)


def part(project: Row, returns: Sequence[Row], stages: Sequence[Row], month: int, end: str) -> str:
    """Which part of the investment a project is that is counted: earning, building, or its class."""
    returned = _returned(project, returns, month)
    if project["asset_class"] in ("公益性", "到户类"):
        return project["asset_class"]
    if project["asset_class"] is None and not returned:
        return "building"
    since = [row["entered"] for row in stages if row["project"] == project["code"] and row["stage"] == "运营"]
    if since:
        return "earning" if since[0] <= end else "building"
    completed = project["completed"] and project["completed"] <= end
    return "earning" if returned or completed else "building"


def _returned(project: Row, returns: Sequence[Row], month: int) -> bool:
    return any(
        row["project"] == project["code"] and row["month"] <= month and (row["due_fen"] or row["received_fen"])
        for row in returns
    )


class Fund:
    """One fund at the end of a day, in fen; ``payments`` and ``plans`` are day → fen."""

    def __init__(self, row: Row, payments: Mapping[str, int], plans: Mapping[str, int], end: str) -> None:
        self.code, self.year, self.end = row["code"], row["year"], end
        self.settled = bool(row["settled"]) and row["settled"] <= end
        gone = (row["recovered_fen"] or 0) if self.settled or not row["settled"] else 0
        self.arranged = row["arranged_fen"] - gone
        self.payments, self.plans = {day: fen for day, fen in payments.items() if day <= end}, plans
        self.paid = sum(self.payments.values())
        self.unpaid = 0 if self.settled else max(self.arranged - self.paid, 0)
        self.planned = sum(fen for day, fen in plans.items() if day <= end)
        self.short = sum(fen for _, fen in self.late())

    def paid_in(self, year: int) -> int:
        """What was paid of it in a calendar year."""
        return sum(fen for day, fen in self.payments.items() if day.startswith(str(year)))

    def late(self) -> list[tuple[str, int]]:
        """Day and missing fen of each late payment."""
        found, total, missing = [], 0, 0
        for day, fen in sorted(self.plans.items()):
            total += fen
            now = min(max(total - self.paid, 0), self.unpaid)
            if day < self.end and now > missing:
                found.append((day, now - missing))
                missing = now
        return found


def funds_of(rows: Sequence[Row], payments: Sequence[Row], plans: Sequence[Row], end: str) -> list[Fund]:
    """Funds from the rows of the three tables."""
    return [
        Fund(
            row,
            {one["paid"]: one["amount_fen"] for one in payments if one["fund"] == row["code"]},
            {one["planned"]: one["amount_fen"] for one in plans if one["fund"] == row["code"]},
            end,
        )
        for row in rows
    ]
