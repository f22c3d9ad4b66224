"""Villages that are no more or are called otherwise, and how each keeps its books."""

from dataclasses import dataclass

import numpy as np

from data.demo import names
from data.demo.ground import Ground, on_workdays, some_day

_YEARLY, _QUARTERLY = 30, 22  # one village in so many keeps its books by the year, or by the quarter
HOUSEHOLDS = 0.35  # of the village that took it in are from the one that was merged into it


@dataclass(frozen=True)
class Merger:
    """A village that was merged into another (its number in ``ground.villages``) on a day."""

    code: str
    name: str
    into: int
    day: np.datetime64


@dataclass(frozen=True)
class Villages:
    """What changed; ``renamed`` holds former name and day by the village's number. ``yearly`` and ``quarterly``:
    a mask each, one entry a village, of those whose books are kept so."""

    mergers: list[Merger]
    renamed: dict[int, tuple[str, np.datetime64]]
    yearly: np.ndarray
    quarterly: np.ndarray

    def merged(self, village: np.ndarray) -> np.ndarray:
        """The number of the merger by which each household came into its village, -1 of most."""
        found = np.full(len(village), -1)
        for number, merger in enumerate(self.mergers):
            here = np.flatnonzero(village == merger.into)
            found[here[len(here) - round(len(here) * HOUSEHOLDS) :]] = number
        return found


def draw_villages(ground: Ground) -> Villages:
    """In each county one village merged into its neighbour in January, and one with a new name."""
    rng = ground.rng("villages")
    mergers, renamed = [], {}
    january = np.datetime64(f"{(ground.first + 8) // 12 + 1}-01-08")
    for county in ground.counties:
        own = [at for at, place in enumerate(ground.villages) if place.code.startswith(county.code)]
        into, other = (int(rng.choice(part)) for part in (own[len(own) // 2 :], own[1 : max(2, len(own) // 2)]))
        day = on_workdays(january + rng.integers(4, 19, 1))[0]
        if day < ground.end - 30:
            mergers.append(_merger(ground, rng, into, day))
        changed = on_workdays(some_day(rng, ground.start + 100, ground.end - 200, 1))[0]
        renamed[other] = (_new_name(ground, rng, ground.villages[other].code[:9]), changed)
    count = len(ground.villages)
    order = rng.permutation(np.arange(1, count))
    by_year, by_quarter = max(1, count // _YEARLY), max(1, count // _QUARTERLY)
    numbers = np.arange(count)
    return Villages(
        mergers,
        renamed,
        np.isin(numbers, order[:by_year]),
        np.isin(numbers, order[by_year : by_year + by_quarter]),
    )


def _merger(ground: Ground, rng: np.random.Generator, into: int, day: np.datetime64) -> Merger:
    township = ground.villages[into].code[:9]
    last = max(int(place.code[9:]) for place in ground.villages if place.code.startswith(township))
    return Merger(f"{township}{last + 1:03d}", _new_name(ground, rng, township), into, day)


def _new_name(ground: Ground, rng: np.random.Generator, township: str) -> str:
    """A name that no village of the township has."""
    taken = {place.name for place in ground.villages if place.code.startswith(township)}
    return next(name for name in names.villages(len(taken) + 1, rng) if name not in taken)
