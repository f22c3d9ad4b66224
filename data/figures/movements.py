"""What changed most in a month: the moves that stand out against the usual differences between the regions."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection

from data.access.viewer import Viewer
from data.figures import read as figures

PER_INDICATOR = 2  # one indicator shall not fill the whole list


def most_moved(
    connection: Connection, viewer: Viewer, parent: str, month: int, ids: Sequence[str], *, limit: int = 6
) -> pd.DataFrame:
    """The moves against the month before in the children of ``parent`` that stand out most, the strongest first.

    Columns as ``figures.movements``: code, name, indicator, value, before, change. A move is measured in standard
    deviations of its indicator between the children (in shares of the value where all children were alike).
    """
    moved = figures.movements(connection, viewer, parent, month, ids)
    if moved.empty:
        return moved
    spread = moved.groupby("indicator")["before"].transform("std")
    size = moved[["value", "before"]].abs().max(axis=1)
    strength = moved["change"].abs() / spread.where(spread > 0, size)
    ranked = moved.assign(strength=strength).sort_values("strength", ascending=False, kind="stable")
    few = ranked.groupby("indicator").head(PER_INDICATOR).head(limit)
    return few.drop(columns="strength").reset_index(drop=True)
