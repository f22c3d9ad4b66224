"""What all parts of the demonstration stand on: its regions, its size, its months and its sources of chance."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from data.demo.geography import Land, Place
from data.months import first_day, last_day


@dataclass(frozen=True)
class Scale:
    """How much there is of a preset: households in all, months of books and of visits, projects a village."""

    households: int
    months: int
    visit_months: int
    projects: float = 0.363


# Any: each column has its own type
Column = np.ndarray | Sequence[Any]
Sheet = dict[str, Column]
"""By the name of the table's column, in the store's units."""
Day = np.datetime64 | np.ndarray | str
NOTHING = np.array(None, object)
"""An empty cell, for ``np.where``."""

SCALES = {
    "county": Scale(5_000, 60, 60),
    "prefecture": Scale(78_000, 60, 24),
    "township": Scale(500, 36, 24, 2.5),
    "small": Scale(240, 30, 18),
}


@dataclass(frozen=True)
class Ground:
    """Regions and time of one demonstration.

    ``last`` is the newest month (ordinal) and ``today`` the day on which the records end, within ``last``.
    """

    land: Land
    scale: Scale
    last: int
    today: date
    seed: int

    @property
    def first(self) -> int:
        """The first month with books."""
        return self.last - self.scale.months + 1

    @property
    def months(self) -> np.ndarray:
        """All months with books, as ordinals."""
        return np.arange(self.first, self.last + 1)

    @property
    def end(self) -> np.datetime64:
        """``today`` for arithmetic."""
        return np.datetime64(self.today)

    @property
    def start(self) -> np.datetime64:
        """The first day of the first month."""
        return np.datetime64(first_day(self.first))

    @property
    def villages(self) -> list[Place]:
        """The villages in the order of their codes: other parts refer to them by their number here."""
        return self.land.places[12]

    @property
    def counties(self) -> list[Place]:
        """The counties."""
        return self.land.places[6]

    def rng(self, topic: str) -> np.random.Generator:
        """The topic's own source of chance, so that one part may change without shaking the rest."""
        return np.random.default_rng([self.seed, zlib.crc32(topic.encode())])

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of all regions by code."""
        return {place.code: place.name for places in self.land.places.values() for place in places}

    def government(self, code: str) -> str:
        """What the government of a township or county is called."""
        name = self.names[code]
        return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"


def month_days(months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of each month (ordinals) as dates."""
    distinct, where = np.unique(months, return_inverse=True)
    low = np.array([first_day(int(month)) for month in distinct], "datetime64[D]")
    high = np.array([last_day(int(month)) for month in distinct], "datetime64[D]")
    return low[where], high[where]


def months_of(days: np.ndarray) -> np.ndarray:
    """Ordinals of the months in which the days lie."""
    ordinals: np.ndarray = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return ordinals


def some_day(rng: np.random.Generator, low: Day, high: Day, count: int) -> np.ndarray:
    """Days between two days (or arrays of them), both included."""
    first, last = np.asarray(low, "datetime64[D]"), np.asarray(high, "datetime64[D]")
    span = (last - first).astype(np.int64) + 1
    days: np.ndarray = first + (rng.random(count) * span).astype("timedelta64[D]")
    return days


def on_workdays(days: np.ndarray) -> np.ndarray:
    """The same days, those of a weekend on the Friday before it."""
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # Monday is 0
    moved: np.ndarray = days - np.maximum(weekday - 4, 0).astype("timedelta64[D]")
    return np.where(np.isnat(days), days, moved)


def pick(rng: np.random.Generator, values: Column, count: int, weights: Column | None = None) -> np.ndarray:
    """``count`` of the values by chance, by weight where given."""
    p = None if weights is None else np.asarray(weights, float) / np.sum(weights)
    picked: np.ndarray = np.asarray(values, object)[rng.choice(len(values), size=count, p=p)]
    return picked


def joined(*parts: str | Column) -> np.ndarray:
    """Texts put together element by element; a plain text goes into every element."""
    length = next(len(part) for part in parts if not isinstance(part, str))
    columns = [[part] * length if isinstance(part, str) else part for part in parts]
    return np.array(["".join(row) for row in zip(*columns, strict=True)], object)
