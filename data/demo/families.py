"""Households that came out of another (分户自) or went into another (并入), and who went with them."""

from dataclasses import dataclass, replace

import numpy as np

from data.demo.ground import Ground, Sheet, months_of, on_workdays, some_day
from data.demo.lives import Lives
from data.demo.people import People
from data.demo.person_names import family_name
from data.demo.statuses import Statuses
from data.terms import GONE, JOINED

SPLIT, UNITED = "分户自", "并入"
_SPLITS = 400  # one household in so many came out of another within the years shown


@dataclass(frozen=True)
class Ties:
    """One entry a tie: ``home`` came out of ``other``, or went into it, on ``day``."""

    home: np.ndarray
    other: np.ndarray
    day: np.ndarray
    kind: np.ndarray

    def books(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Whose lines of a month stand in whose books: before the one came out, and since it went in."""
        there = np.where(self.kind == SPLIT, months_of(self.day) >= month, months_of(self.day) <= month)
        return self.home[there], self.other[there]

    def moved(self, people: People, number: int) -> np.ndarray:
        """Who went with one of them."""
        return np.flatnonzero(people.home == self.home[number])


def draw_ties(ground: Ground, people: People, statuses: Statuses, village: np.ndarray) -> tuple[People, Statuses, Ties]:
    """Grown sons who keep a house of their own since, with wife and children, and old people who went to a son's."""
    rng = ground.rng("ties")
    head = people.role == "H"
    age, male = people.age[head], people.male[head]
    quiet = (statuses.type == "脱贫户") & (statuses.watched == 0) & (statuses.attribute == "一般户")
    quiet &= np.isnat(statuses.relapsed) & np.isnat(statuses.exited) & np.isnat(statuses.struck_off)
    alone = people.count() == people.count(np.isin(people.role, ("H", "S")))
    aged = people.count() == people.count(people.age >= 60)
    whole = people.count(np.isin(people.health, ("残疾", "大病"))) == 0
    young = whole & (people.count(np.isin(people.role, ("P", "D"))) == 0) & (people.count() >= 2)
    sons = rng.permutation(np.flatnonzero(quiet & male & young & (age < 46)))
    old = ~np.isnat(statuses.struck_off) & alone & aged & (statuses.attribute == "一般户") & (statuses.watched == 0)
    taken: set[int] = set()
    ties: list[tuple[int, int, str]] = []

    def kin(one: int, low: int, high: int) -> int | None:
        apart = age - age[one]
        mine = quiet & male & (village == village[one]) & (apart >= low) & (apart <= high)
        return next((int(home) for home in np.flatnonzero(mine) if home not in taken), None)

    for one in np.flatnonzero(old):
        other = kin(int(one), -36, -22)
        if other is not None:
            ties.append((int(one), other, UNITED))
            taken |= {int(one), other}
    for one in sons:
        other = kin(int(one), 22, 34) if one not in taken else None
        if other is not None and len(ties) < len(village) // _SPLITS + len(np.flatnonzero(old)):
            ties.append((int(one), other, SPLIT))
            taken |= {int(one), other}
    home, into = (np.array([tie[at] for tie in ties], np.int64) for at in (0, 1))
    kind = np.array([tie[2] for tie in ties], object)
    days = on_workdays(some_day(rng, ground.start + 200, ground.end - 430, len(ties)))
    day = np.where(kind == SPLIT, days, statuses.struck_off[home])
    tied = Ties(home, into, day, kind)
    return _named(people, tied), _split(statuses, tied), tied


def _named(people: People, ties: Ties) -> People:
    """Sons bear their father's name, and what bears theirs with them."""
    name, head = people.name.copy(), people.name[people.role == "H"]
    for home, other, kind in zip(ties.home, ties.other, ties.kind, strict=True):
        son, father = (home, other) if kind == SPLIT else (other, home)
        own, his = family_name(head[son]), family_name(head[father])
        for at in np.flatnonzero((people.home == son) & np.isin(people.role, ("H", "C", "G"))):
            if family_name(name[at]) == own:
                name[at] = his + name[at][len(own) :]
    return replace(people, name=name)


def _split(statuses: Statuses, ties: Ties) -> Statuses:
    """Registered and lifted with the household they came out of; on the books from the month after."""
    out = ties.kind == SPLIT
    home, other = ties.home[out], ties.other[out]
    names = ("registered", "identified", "lifted", "since", "split")
    columns = {name: getattr(statuses, name).copy() for name in names}
    for name in names[:3]:
        columns[name][home] = columns[name][other]
    columns["since"][home] = months_of(ties.day[out]) + 1
    columns["split"][home] = ties.day[out]
    return replace(statuses, **columns)


def united_columns(members: Sheet, lives: Lives, ties: Ties, codes: np.ndarray) -> Sheet:
    """The sheet 家庭成员, those who went into another household with it being that one's head's parents."""
    home, relation = (np.asarray(members[name], object).copy() for name in ("household_id", "relation"))
    for number in np.flatnonzero(ties.kind == UNITED):
        for at in ties.moved(lives.people, int(number)):
            home[at], relation[at] = codes[ties.other[number]], "之父" if lives.people.male[at] else "之母"
    return {**members, "household_id": home, "relation": relation}


def member_events(lives: Lives, ties: Ties, members: Sheet, codes: np.ndarray) -> Sheet:
    """The sheet 成员变动: who left the one household and joined the other with it."""
    rows: list[tuple[object, ...]] = []
    for number in range(len(ties.home)):
        home, other, day = ties.home[number], ties.other[number], ties.day[number]
        before, after = (other, home) if ties.kind[number] == SPLIT else (home, other)
        for at in ties.moved(lives.people, number):
            rows.append((members["code"][at], day, GONE, codes[before], "分户" if before == other else "其他"))
            rows.append((members["code"][at], day, JOINED, codes[after], "其他"))
    names = ("member", "day", "kind", "household_id", "reason")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return {**columns, "day": np.array(columns["day"], "datetime64[D]")}
