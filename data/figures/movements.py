"""What changed most in a month: the moves that stand out against the usual differences between the regions."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer
from data.figures import read as figures
from data.figures.indicators import INDICATORS

PER_INDICATOR = 2  # one indicator shall not fill the whole list


@dataclass(frozen=True)
class Moves:
    """``rows``: the strongest moves (code, name, indicator, value, before, change); ``compared``: of how many figures
    both months are known, so that it can be said why there are no rows."""

    rows: pd.DataFrame
    compared: int


@needs(READ, FIGURES)
def most_moved(
    connection: Connection, viewer: Viewer, region: str, month: int | None, ids: Sequence[str], *, limit: int = 6
) -> Moves:
    """The moves against the month before (of each figure at its own month where none is asked for; what is not closed
    is not compared) in the regions below ``region`` (of a village: in itself) that stand out
    most, the strongest first; what would read as level is none.

    A move is measured in standard deviations of its indicator between the regions (in shares of the value where all
    were alike, or there is only one).
    """
    return strongest(figures.movements(connection, viewer, region, month, ids), limit=limit)


def strongest(known: pd.DataFrame, *, limit: int) -> Moves:
    """The moves of ``known`` (code, name, indicator, value, before, change) that stand out most, as said there."""
    told = [not INDICATORS[row.indicator].same(row.value, row.before) for row in known.itertuples()]
    spread = known.groupby("indicator")["before"].transform("std")
    size = known[["value", "before"]].abs().max(axis=1)
    strength = known["change"].abs() / spread.where(spread > 0, size)
    moved = known.assign(strength=strength).loc[pd.Series(told, index=known.index, dtype=bool)]
    ranked = moved.sort_values("strength", ascending=False, kind="stable")
    few = ranked.groupby("indicator").head(PER_INDICATOR).head(limit)
    return Moves(few.drop(columns="strength").reset_index(drop=True), len(known))
