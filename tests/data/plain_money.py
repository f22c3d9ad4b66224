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
