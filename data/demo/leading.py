"""Who leads the county, its townships and villages: some changed over the years, a few posts are without anybody."""

from collections.abc import Mapping, Sequence

import numpy as np

from data.demo.geography import Place
from data.demo.ground import Column, Ground, Sheet, joined, some_day
from data.demo.helping import EACH, phones
from data.demo.person_names import given_names, surnames

_COUNTY = (
    ("县委书记", "{n}委"), ("县长", "{n}人民政府"), ("分管领导", "{n}人民政府"), ("部门负责人", "{n}农业农村局"),
)  # fmt: skip
"""Post, unit ({n} the county)."""
_TOWNSHIP = (("乡镇党委书记", "{n}党委"), ("乡镇长", "{g}"))
_HELPERS = (("包村干部", 6), ("第一书记", 0), ("驻村工作队长", 1), ("网格员", 10))
"""Posts of a village that a helper holds: which of its helpers."""
_VILLAGES = 4  # that one leader of a township answers for
_CHANGED = 0.3  # of posts had another before
_NAMES = ("region", "post", "name", "helper", "unit", "phone", "started", "ended")
_Row = tuple[str, str, str, str | None, str, str | None, np.datetime64, np.datetime64]
_STILL = np.datetime64("NaT", "D")


class _People:
    """Names, telephones and days, one after the other."""

    def __init__(self, ground: Ground, count: int) -> None:
        rng = ground.rng("leaders")
        male, age = rng.random(count) < 0.78, rng.integers(33, 58, size=count)
        self._names = iter(joined(surnames(rng, count), given_names(rng, male, age)))
        self._phones = iter(phones(rng, count))
        self._rng, self._end = rng, ground.end

    def next(self) -> tuple[str, str]:
        """Somebody's name and telephone."""
        return next(self._names), next(self._phones)

    def term(self, region: str, post: str, unit: str, who: tuple[str, str] | None = None) -> list[_Row]:
        """Who holds a post today since some day, and for some who held it before."""
        name, phone = who or self.next()
        begun = some_day(self._rng, "2021-02-01", self._end - 200, 1)[0]
        rows: list[_Row] = [(region, post, name, None, unit, phone, begun, _STILL)]
        if self._rng.random() < _CHANGED:
            first = some_day(self._rng, "2017-03-01", "2020-11-30", 1)[0]
            rows.insert(0, (region, post, self.next()[0], None, unit, None, first, begun - 1))
        return rows


def leaders(ground: Ground, helpers: Mapping[str, Column]) -> Sheet:
    """The sheet 区划负责人; ``helpers``: the sheet 帮扶责任人, :data:`EACH` a village. A township, and some villages,
    have nobody in a post that must be filled: the last one left it and none has come yet."""
    places = ground.land.places
    people = _People(ground, 12 * len(places[6]) + 12 * len(places[9]) + 4 * len(places[12]))
    rows: list[_Row] = []
    above: dict[str, list[tuple[str, str]]] = {}
    for county in places[6]:
        for post, unit in _COUNTY:
            rows += people.term(county.code, post, unit.format(n=county.name))
    for number, township in enumerate(places[9]):
        rows += _of_township(ground, people, township, vacant=number % 19 == 11)
        above[township.code] = [people.next() for _ in range(1 + _below(places[12], township.code) // _VILLAGES)]
    for number, village in enumerate(places[12]):
        those = above[village.code[:9]]
        rows += _of_village(ground, people, village, those[number // _VILLAGES % len(those)], number)
        rows += _helping(ground, village.code, helpers, number)
    return dict(zip(_NAMES, map(_column, zip(*rows, strict=True)), strict=True))


def _of_township(ground: Ground, people: _People, township: Place, *, vacant: bool) -> list[_Row]:
    government = f"{ground.names[township.code[:6]]}人民政府"
    rows = people.term(township.code, "包乡领导", government)
    for post, unit in _TOWNSHIP:
        held = people.term(township.code, post, unit.format(n=township.name, g=ground.government(township.code)))
        rows += _ended(held, ground.end - 40) if vacant and post == _TOWNSHIP[0][0] else held
    return rows


def _of_village(ground: Ground, people: _People, village: Place, leader: tuple[str, str], number: int) -> list[_Row]:
    held = people.term(village.code, "村党支部书记", f"{village.name}党支部")
    rows = _ended(held, ground.end - 25) if number % 41 == 17 else held
    if number % 43 != 29:
        rows += people.term(village.code, "包村领导", ground.government(village.code[:9]), leader)
    if number % 3 == 0:
        rows += people.term(village.code, "防返贫监测员", f"{village.name}民委员会")
    return rows


def _helping(ground: Ground, village: str, helpers: Mapping[str, Column], number: int) -> list[_Row]:
    rng = ground.rng(f"posts {village}")
    rows: list[_Row] = []
    for post, slot in _HELPERS:
        at = number * EACH + slot
        name, code, unit, phone = (str(helpers[of][at]) for of in ("name", "code", "unit", "phone"))
        rows.append((village, post, name, code, unit, phone, some_day(rng, "2021-05-01", "2023-06-30", 1)[0], _STILL))
    return rows


def _ended(rows: Sequence[_Row], day: np.datetime64) -> list[_Row]:
    *before, last = rows
    return [*before, (*last[:-1], day)]


def _below(villages: Sequence[Place], township: str) -> int:
    return sum(place.code.startswith(township) for place in villages)


def _column(values: tuple[object, ...]) -> Column:
    days = isinstance(values[0], np.datetime64)
    return np.array(values, "datetime64[D]") if days else list(values)
