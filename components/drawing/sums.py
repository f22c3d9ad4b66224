"""Parts that stand beside their sum, rounded so that they add up to it as it is read."""

import math
from collections.abc import Sequence

import pandas as pd

from components.drawing.wording import has_value


def adding_up(parts: Sequence[float | None], decimals: int = 0) -> list[float]:
    """``parts`` rounded so that they add up to their rounded sum: by the largest remainders, each up or down to a
    neighbour of its own value. What is missing stays missing (NaN) and counts nothing."""
    size = 10.0**decimals
    scaled = [round(part * size, 6) if has_value(part) else math.nan for part in parts]  # 0.1 + 0.2 is 0.3
    floors = [math.floor(one) if has_value(one) else 0 for one in scaled]
    known = [place for place, one in enumerate(scaled) if has_value(one)]
    left = round(round(sum(scaled[place] for place in known), 6)) - sum(floors)
    for place in sorted(known, key=lambda place: floors[place] - scaled[place])[:left]:
        floors[place] += 1
    return [floors[place] / size if has_value(one) else math.nan for place, one in enumerate(scaled)]


def rows_adding_up(
    frame: pd.DataFrame, parts: Sequence[str], whole: str, decimals: int = 0, *, minus: Sequence[str] = ()
) -> pd.DataFrame:
    """``frame`` with the columns ``parts`` and ``whole`` rounded, so that in each row the parts, those of ``minus``
    taken off, are the whole."""
    signs = [-1.0 if part in minus else 1.0 for part in parts]
    rows = (frame[list(parts)] * signs).itertuples(index=False, name=None)
    told = pd.DataFrame([adding_up(row, decimals) for row in rows], columns=list(parts), index=frame.index, dtype=float)
    return frame.assign(**(told * signs), **{whole: told.sum(axis=1).round(decimals)})
