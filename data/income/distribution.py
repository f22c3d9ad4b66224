"""How the households' income per head is spread against the monitoring line, and what another line would change.

Anonymous: numbers of households, persons, villages. Read once for a scope and month and then reckoned with in memory,
so that a line can be dragged; who the households are is asked of ``data.figures.lists`` by their ids.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.errors import Refused
from data.figures.net_income import NET

QUANTILES = {"P10": 0.10, "P25": 0.25, "中位数": 0.50, "P75": 0.75, "P90": 0.90}
LOWEST_LINE, HIGHEST_LINE = 1, 100_000
"""Yuan a head that a line tried out may be."""
_BINS = 30


@dataclass(frozen=True, eq=False)
class Distribution:
    """Households with members and income on record, by net income a head from low to high; arrays not writeable.

    ``household`` ids, ``village`` codes as numbers, ``persons``, ``net`` (fen over twelve months) are int64; ``below``
    and ``near`` say who is under the line in force in his province and who is just above it.
    """

    household: npt.NDArray[np.int64]
    village: npt.NDArray[np.int64]
    persons: npt.NDArray[np.int64]
    net: npt.NDArray[np.int64]
    below: npt.NDArray[np.bool_]
    near: npt.NDArray[np.bool_]

    @cached_property
    def per_head(self) -> npt.NDArray[np.float64]:
        """Yuan a head, from low to high."""
        return locked(self.net / self.persons / 100)[0]

    def under(self, line_fen: int) -> npt.NDArray[np.bool_]:
        """Whose income a head is under a line: exact, in whole fen."""
        return self.net < self.persons * line_fen

    def number_under(self, line_fen: int) -> int:
        """How many they are: as the households lie in order, the place where the line would lie among them."""
        return bisect_left(range(len(self.net)), True, key=lambda at: self.net[at] >= self.persons[at] * line_fen)


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What another line changes against the line in force: masks over the distribution."""

    entering: npt.NDArray[np.bool_]
    leaving: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Touched:
    """How many households, persons and villages a mask holds."""

    households: int
    persons: int
    villages: int


def integers(rows: Iterable[Sequence[int]], columns: int) -> npt.NDArray[np.int64]:
    """Rows of whole numbers as an array of int64, ``columns`` by number of rows."""
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return np.ascontiguousarray(flat.reshape(-1, columns).T)


def locked(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The arrays, no longer to be written to."""
    for array in arrays:
        array.setflags(write=False)
    return arrays


@needs(READ, FIGURES)
def distribution(connection: Connection, viewer: Viewer, region: str, month: int) -> Distribution:
    """The distribution of a region and month among the households that the viewer may see."""
    here, bound = within_sql("hm.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "hm.household_id")
    rows = connection.execute(
        text(
            f"""
            SELECT hm.household_id, CAST(hm.village AS BIGINT), hm.persons, {NET.format("hm")}, hm.below_line,
            COALESCE(hm.near_line, 0) FROM household_month hm
            WHERE hm.month = :month AND hm.below_line IS NOT NULL AND {here} AND {seen}"""
        ),
        {**bound, **named, "month": month},
    )
    household, village, persons, net, below, near = integers(rows, 6)
    order = np.lexsort((household, net / persons))
    columns = (household[order], village[order], persons[order], net[order], below[order] == 1, near[order] == 1)
    return Distribution(*locked(*columns))


def line_fen(yuan: str) -> int:
    """A line as typed (whole yuan) in fen; raises Refused for what cannot be one."""
    digits = yuan.isascii() and yuan.isdigit() and len(yuan) <= 6
    if not digits or not LOWEST_LINE <= int(yuan) <= HIGHEST_LINE:
        raise Refused(f"试算的监测线应为 {LOWEST_LINE} 至 {HIGHEST_LINE:,} 的整数（元）。")
    return int(yuan) * 100


def what_if(spread: Distribution, line: int) -> WhatIf:
    """Who would be under another line (fen a head) and is not now, and who the other way round."""
    under = spread.under(line)
    return WhatIf(under & ~spread.below, spread.below & ~under)


def touched(spread: Distribution, mask: npt.NDArray[np.bool_]) -> Touched:
    """How many households, persons and villages a mask picks."""
    return Touched(int(mask.sum()), int(spread.persons[mask].sum()), len(np.unique(spread.village[mask])))


def by_region(village: npt.NDArray[np.int64], codes: list[str]) -> list[int]:
    """How many of the households (their villages) lie in each region of ``codes``, which all have the same length."""
    if not codes:
        return []
    prefixes = village // 10 ** (12 - len(codes[0]))
    found = dict(zip(*(part.tolist() for part in np.unique(prefixes, return_counts=True)), strict=True))
    return [found.get(int(code), 0) for code in codes]


def quantiles(spread: Distribution) -> dict[str, float]:
    """Yuan a head below which a tenth, a quarter … of the households lie (linear between two of them)."""
    if not len(spread.net):
        return {}
    values = np.quantile(spread.per_head, list(QUANTILES.values()))
    return dict(zip(QUANTILES, values.tolist(), strict=True))


def mean(spread: Distribution) -> float | None:
    """Net income of all ÷ persons of all, yuan: a mean of persons, as the indicator is."""
    persons = int(spread.persons.sum())
    return int(spread.net.sum()) / persons / 100 if persons else None


def histogram(spread: Distribution) -> pd.DataFrame:
    """Columns low, high (yuan a head), households: about thirty bins of one round width, the last open at the top.

    Bins end where most households do; whoever has more stands in the last, whose ``high`` is infinite. Whoever has less
    than nothing stands in the first, whose ``low`` is minus infinity.
    """
    if not len(spread.net):
        return pd.DataFrame(columns=["low", "high", "households"])
    top = max(float(np.quantile(spread.per_head, 0.99)), 100.0)
    width = next(step for step in (100, 200, 500, 1000, 2000, 5000, 10_000, 10**9) if top / step <= _BINS)
    edges = np.arange(0, (int(top // width) + 2) * width, width)
    counts = [spread.number_under(int(edge) * 100) for edge in edges[1:-1]] + [len(spread.net)]
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "households": np.diff([0, *counts])}).astype(
        {"low": float, "high": float}
    )
    frame.loc[len(frame) - 1, "high"] = np.inf
    if (spread.net < 0).any():
        frame.loc[0, "low"] = -np.inf
    return frame
