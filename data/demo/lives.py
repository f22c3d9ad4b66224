"""How families changed: who was born, married or moved in, married or moved away, or died within the years shown."""

from dataclasses import dataclass, fields

import numpy as np

from data.demo.ground import NOTHING, Ground, Sheet, month_days, on_workdays, some_day
from data.demo.people import People
from data.demo.person_names import family_name, given_names, surnames
from data.demo.statuses import Statuses

_NEVER = np.datetime64("NaT", "D")
_DEATHS, _CHILDREN = 0.14, 0.03  # households in which somebody died, or a child went for good, in five years
_CAME = 0.12  # of old parents came to live with their child within the years shown


@dataclass(frozen=True)
class Lives:
    """``people``: those of today (``now`` of them) and, behind them, those who are gone.

    One entry a person of the days and reasons on which somebody came (NaT, None: was there from the beginning) and went
    (NaT, None: is there).
    """

    people: People
    now: int
    joined: np.ndarray
    joined_reason: np.ndarray
    gone: np.ndarray
    gone_reason: np.ndarray

    def more(self, ground: Ground, homes: int) -> np.ndarray:
        """How many more than today each household was in each month: [household, month], whole numbers."""
        left = np.arange(self.now, len(self.gone))
        _, ends = month_days(ground.months)
        there = self.gone[left][:, None] > ends[None]
        more = np.zeros((homes, len(ends)), np.int64)
        np.add.at(more, self.people.home[left], there)
        return more


def draw_lives(ground: Ground, people: People, statuses: Statuses, united: np.ndarray) -> Lives:
    """The changes in all families; ``united``: the numbers of the households that went into others as a whole."""
    rng = ground.rng("lives")
    gone = _gone(ground, rng, people, statuses)
    everybody = People(
        *(np.concatenate([getattr(people, one.name), getattr(gone, one.name)]) for one in fields(People))
    )
    count, now = len(everybody.home), len(people.home)
    joined, reason = np.full(count, _NEVER), np.full(count, None, object)
    born = everybody.born >= ground.start
    joined[born], reason[born] = everybody.born[born], "出生"
    first = np.full(len(statuses.type), ground.end + 1)
    grandchild = people.role == "G"
    np.minimum.at(first, people.home[grandchild], people.born[grandchild])
    wed = first[people.home] - rng.integers(320, 800, now).astype("timedelta64[D]")
    wife = np.flatnonzero((people.role == "D") & (wed > ground.start + 60) & (first[people.home] <= ground.end))
    joined[wife], reason[wife] = wed[wife], "婚入"
    came = np.flatnonzero((everybody.role == "P") & (np.arange(count) < now) & (rng.random(count) < _CAME))
    joined[came], reason[came] = on_workdays(some_day(rng, ground.start + 60, ground.end - 30, len(came))), "迁入"
    day, why = np.full(count, _NEVER), np.full(count, None, object)
    left = np.arange(now, count)
    day[left] = some_day(rng, ground.start + 40, ground.end - 12, len(left))
    why[left] = np.where(everybody.role[left] != "C", "死亡", np.where(everybody.male[left], "迁出", "婚出"))
    day = np.where((why == "婚出") | (why == "迁出"), on_workdays(day), day)
    struck = np.flatnonzero(~np.isnat(statuses.struck_off[people.home]) & ~np.isin(people.home, united))
    day[struck] = statuses.struck_off[people.home[struck]]
    why[struck] = np.where(people.aged_alone[people.home[struck]], "死亡", "迁出")
    return Lives(everybody, now, joined, reason, day, why)


def _gone(ground: Ground, rng: np.random.Generator, people: People, statuses: Statuses) -> People:
    """Who is there no more: husbands, wives and parents who died, daughters who married and sons who moved away."""
    homes = len(statuses.type)
    head = people.role == "H"
    age, male, size = people.age[head], people.male[head], people.count()
    has = {role: people.count(people.role == role) > 0 for role in "SPC"}
    on = (statuses.since <= ground.first) & np.isnat(statuses.struck_off)
    chance = rng.random((3, homes))
    widowed = on & (age >= 62) & ~has["S"] & ~has["P"] & (chance[0] < 2 * _DEATHS)
    orphaned = on & (age >= 40) & (age < 64) & ~has["P"] & has["S"] & (chance[1] < 2 * _DEATHS)
    wed = on & (age >= 48) & (age <= 60) & has["S"] & ~has["C"] & (chance[2] < 6 * _CHILDREN)
    parts = [(np.flatnonzero(mask), role) for mask, role in ((widowed, "S"), (orphaned, "P"), (wed & ~orphaned, "C"))]
    home = np.concatenate([part[0] for part in parts])
    role = np.repeat([part[1] for part in parts], [len(part[0]) for part in parts])
    count = len(home)
    years = np.select(
        [role == "S", role == "P"],
        [np.maximum(age[home] + rng.integers(-2, 7, count), 58), age[home] + rng.integers(21, 29, count)],
        age[home] - rng.integers(24, 29, count),
    )
    years = np.clip(np.where(role == "C", np.maximum(years, 26), years), 20, 97)
    sex = np.select([role == "S", role == "P"], [~male[home], rng.random(count) < 0.5], rng.random(count) < 0.4)
    name = surnames(rng, count)
    own = np.array([family_name(text) for text in people.name[head]], object)
    child = role == "C"
    kin = ((role == "P") & sex) | child
    return People(
        home,
        size[home],
        role,
        sex,
        ground.end - (years * 365.2425 + rng.random(count) * 364 + 1).astype("timedelta64[D]"),
        years,
        np.array(
            [a + b for a, b in zip(np.where(kin, own[home], name), given_names(rng, sex, years), strict=True)], object
        ),
        np.where(child, "健康", rng.choice(["大病", "长期慢性病", "健康"], count, p=(0.35, 0.5, 0.15))).astype(object),
        np.where(child, "普通劳动力", "无劳动力").astype(object),
        np.where(child, "初中", "小学").astype(object),
        np.where(child, "已毕业", "非在校").astype(object),
        np.zeros(count, np.int64),
        np.ones(count, bool),
    )


def life_columns(ground: Ground, lives: Lives, statuses: Statuses) -> Sheet:
    """The columns of 家庭成员 that tell of it, and since when its undated values are known."""
    begun = np.maximum(statuses.identified, ground.start)[lives.people.home]
    return {
        "collected": np.where(np.isnat(lives.joined), begun, np.maximum(begun, lives.joined)),
        "joined": lives.joined,
        "joined_reason": np.where(np.isnat(lives.joined), NOTHING, lives.joined_reason),
        "gone": lives.gone,
        "gone_reason": np.where(np.isnat(lives.gone), NOTHING, lives.gone_reason),
    }
