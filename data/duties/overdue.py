"""What is overdue: problems and tasks whose deadline has passed, the longest first."""

from functools import partial

import pandas as pd
from sqlalchemy import Connection

from data.access.masks import mask_kind
from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer
from data.figures import lists

_INDICATORS = {"problems_overdue": "问题", "tasks_overdue": "任务"}
_COLUMNS = ["indicator", "noun", "record", "code", "what", "place", "owner", "days", "household_id", "region"]
_RECORDS = {"problems_overdue": "problem", "tasks_overdue": "task"}


@needs(READ, FIGURES)
def most_overdue(connection: Connection, viewer: Viewer, region: str, month: int, *, limit: int = 8) -> pd.DataFrame:
    """The ``limit`` problems and tasks that are overdue the longest at the month's end.

    Columns: indicator (id of the figure they belong to), noun (问题 or 任务), record (problem or task) and code, what,
    place, owner, days, household_id, region.
    """
    parts = []
    for id, noun in _INDICATORS.items():
        rows = lists.page(connection, viewer, id, region, month, limit=limit)
        said = "description" if id == "problems_overdue" else "name"
        known = rows[said] if said in rows else _kinds(viewer, rows)  # words may tell of somebody
        rows["what"] = known.fillna("入户任务")
        rows["days"] = rows["over"]
        rows["indicator"], rows["noun"], rows["record"] = id, noun, _RECORDS[id]
        parts.append(rows[_COLUMNS])
    return (
        pd.concat(parts, ignore_index=True)
        .sort_values("days", ascending=False, kind="stable")
        .head(limit)
        .reset_index(drop=True)
    )


def _kinds(viewer: Viewer, rows: pd.DataFrame) -> "pd.Series[str]":
    return rows["category"].mask(rows["household_id"].notna(), rows["category"].map(partial(mask_kind, viewer)))
