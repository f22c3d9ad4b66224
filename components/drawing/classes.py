"""Classes of a map's colours: where one colour ends and the next begins, and what the legend says of it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

MOST_CLASSES = 5
ALIKE, NEAR = 0.05, 0.2
"""From lowest to highest in parts of the median: under the first all have one colour, under the second the strong
colours are left out, so that what hardly differs does not look like best and worst."""


@dataclass(frozen=True)
class Classes:
    """``len(breaks) + 1`` classes from low to high, or none; class i holds breaks[i-1] <= value < breaks[i].

    ``missing`` counts the values that were None, NaN or infinite; ``note`` says where not all colours are used.
    """

    breaks: tuple[float, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    counts: tuple[int, ...]
    missing: int
    note: str = ""

    def index(self, values: pd.Series) -> list[int | None]:
        """Class of each value, None where it is missing."""
        numbers = _numbers(values)
        places = np.searchsorted(self.breaks, numbers, side="right")
        known = np.isfinite(numbers) & (len(self.labels) > 0)
        return [int(place) if ok else None for place, ok in zip(places, known, strict=True)]

    def fill(self, values: pd.Series) -> list[str | None]:
        """Colour of each value, None where it is missing: the ``fill`` column of ``maps.region_values``."""
        return [None if place is None else self.colours[place] for place in self.index(values)]


def classify(
    values: pd.Series,
    *,
    kind: Literal["amount", "change"],
    colours: Sequence[str],
    unit: str = "",
    format: Callable[[float], str] = "{:,.10g}".format,
) -> Classes:
    """At most five classes of about equal size, at round numbers; fewer and paler ones where values are alike
    (``ALIKE``, ``NEAR``).

    ``amount``: ``colours`` run from low to high, at least five. ``change``: an odd number, at least eleven: falls
    from strong to weak, the neutral one of no change, rises from weak to strong; zero always parts two classes, and
    has a class of its own where it occurs. Up to five distinct values are a class each. For two maps that are compared,
    classify the values of both together. ``format`` writes a number without its unit. Raises ValueError for colours
    that do not fit the kind.
    """
    if kind == "change" and (len(colours) < 2 * MOST_CLASSES + 1 or len(colours) % 2 == 0):
        raise ValueError("a change needs an odd number of colours, eleven at least")
    if kind == "amount" and len(colours) < MOST_CLASSES:
        raise ValueError("an amount needs five colours at least")
    numbers = _numbers(values)
    known = np.sort(numbers[np.isfinite(numbers)])
    missing = len(numbers) - len(known)
    if not len(known):
        return Classes((), (), (), (), missing)
    spread, unit = _relative_spread(known), f" {unit}" if unit else ""
    paint = _change_colours if kind == "change" else _amount_colours
    if 0 < spread < ALIKE:
        label = f"{format(known[0])} 至 {format(known[-1])}{unit}"
        note = f"相差不到 {ALIKE:.0%}，不分级着色"
        return Classes((), (label,), tuple(paint([known], colours)), (len(known),), missing, note)
    near = 0 < spread < NEAR
    most = MOST_CLASSES - 2 if near else MOST_CLASSES
    breaks = _breaks(known, most, change=kind == "change")
    groups = np.split(known, np.searchsorted(known, breaks))
    return Classes(
        tuple(breaks),
        tuple(_labels(groups, breaks, format, unit)),
        tuple(paint(groups, _without_ends(colours, kind) if near else colours)),
        tuple(len(group) for group in groups),
        missing,
        f"相差不到 {NEAR:.0%}，只用中间几级颜色" if near else "",
    )


def _numbers(values: pd.Series) -> np.ndarray:
    numbers: np.ndarray = pd.to_numeric(pd.Series(values)).to_numpy(float, na_value=np.nan)
    return numbers


def _relative_spread(known: np.ndarray) -> float:
    """From lowest to highest in parts of the median; infinite where values lie on both sides of zero, or at it."""
    if known[0] <= 0 <= known[-1]:
        return math.inf
    return float((known[-1] - known[0]) / abs(np.median(known)))


def _without_ends(colours: Sequence[str], kind: str) -> Sequence[str]:
    """The ramp without its lightest and darkest colour; of a change each of its two halves without its own."""
    if kind == "amount":
        return colours[1:-1]
    half = len(colours) // 2
    return [*colours[1 : half - 1], colours[half], *colours[half + 2 : -1]]


def _breaks(known: np.ndarray, most: int, *, change: bool) -> list[float]:
    distinct = np.unique(known)
    if len(distinct) <= most:
        inner: list[float] = distinct[1:].tolist()
        return inner
    below, zeros, above = known[known < 0], known[known == 0], known[known > 0]
    if not change and (len(below) or len(zeros) * most < len(known)):
        return _round_breaks(known, most)
    classes = most - (len(zeros) > 0)
    lower = _share(len(below), len(above), classes)
    breaks = _round_breaks(below, lower)
    if len(below) and (len(zeros) or len(above)):
        breaks.append(0.0)
    if len(zeros) and len(above):
        breaks.append(float(above[0]))
    return breaks + _round_breaks(above, classes - lower)


def _share(below: int, above: int, classes: int) -> int:
    """How many of the classes lie under zero: by number, but at least one on each side that has values."""
    if not below or not above:
        return classes if below else 0
    return min(max(round(classes * below / (below + above)), 1), classes - 1)


def _round_breaks(part: np.ndarray, classes: int) -> list[float]:
    """Breaks inside the sorted ``part`` near its quantiles, rounded so far that no class loses much to its neighbour.

    Quantiles closer than a fortieth of their range become one break: a colour is not worth a crooked number.
    """
    if classes < 2 or part[0] == part[-1]:
        return []
    inner = np.quantile(part, np.arange(1, classes) / classes, method="nearest")
    gap = np.diff(np.unique([part[0], *inner, part[-1]])).min()
    step = _round_down(max(gap / 2, (inner[-1] - inner[0]) / 40))
    kept, low = [], part[0]
    for point in sorted({float(f"{round(point / step) * step:.12g}") for point in inner}):
        if low < point <= part[-1]:  # each class must hold a value
            kept.append(point)
            low = part[np.searchsorted(part, point)]
    return kept


def _round_down(size: float) -> float:
    """The largest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not over ``size``."""
    power = 10.0 ** math.floor(math.log10(size))
    return power * max(step for step in (1, 2, 5) if step * power <= size * (1 + 1e-9))


def _labels(groups: list[np.ndarray], breaks: list[float], format: Callable[[float], str], unit: str) -> list[str]:
    known = np.concatenate(groups)
    few = len(np.unique(known)) <= MOST_CLASSES
    counted = bool((known == known.round()).all()) and np.abs(known).max() < 100
    return [
        format(group[0]) + unit if few or not group.any() else _label(place, groups, breaks, counted, format, unit)
        for place, group in enumerate(groups)
    ]


def _label(
    place: int, groups: list[np.ndarray], breaks: list[float], counted: bool, format: Callable[[float], str], unit: str
) -> str:
    if place == 0:
        return f"{format(breaks[0])}{unit or ' '}以下"
    after_zero = not counted and not groups[place - 1].any()  # then it begins just over zero
    low = 0.0 if after_zero else breaks[place - 1]
    if place == len(breaks):
        return f"{format(low)}{unit or ' '}{'以上' if after_zero else '及以上'}"
    high = breaks[place] - 1 if counted else breaks[place]
    return f"{format(low)}{unit}" if counted and low == high else f"{format(low)} 至 {format(high)}{unit}"


def _amount_colours(groups: list[np.ndarray], colours: Sequence[str]) -> list[str]:
    return _spread(colours, len(groups))


def _change_colours(groups: list[np.ndarray], colours: Sequence[str]) -> list[str]:
    half = len(colours) // 2
    falls = sum(group[0] < 0 for group in groups)
    rises = sum(group[-1] > 0 for group in groups)
    weak_first = _spread(colours[:half][::-1], falls)
    zero = [colours[half]] * (len(groups) - falls - rises)
    return weak_first[::-1] + zero + _spread(colours[half + 1 :], rises)


def _spread(ramp: Sequence[str], number: int) -> list[str]:
    """``number`` colours of the ramp, from its first to its last; one alone is the middle."""
    if number == 1:
        return [ramp[len(ramp) // 2]]
    return [ramp[round(i * (len(ramp) - 1) / (number - 1))] for i in range(number)]
