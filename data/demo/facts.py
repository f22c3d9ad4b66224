"""The sheet 成员状况: how schooling, health, insurance and strength for work went on, of those for whom they did."""

import numpy as np

from data.demo.ground import Ground, Sheet, some_day
from data.demo.lives import Lives
from data.demo.statuses import Statuses

_Part = tuple[np.ndarray, str, np.ndarray, np.ndarray]  # members, item, days, values
_STAGES = ((0, "学龄前"), (3, "幼儿园"), (6, "小学"), (12, "初中"))  # from which age on 1 September
_FELL_ILL, _LAPSED = 0.16, 0.01  # of the ill since the books began; of the insured for one of the years
_NEWLY = 0.3  # of who has no insurance has had none only this year


def fact_columns(ground: Ground, lives: Lives, statuses: Statuses, collected: np.ndarray, codes: np.ndarray) -> Sheet:
    """The sheet, member by member; ``collected`` and ``codes`` are the members', in the order of ``lives``."""
    parts = [
        *_schooling(ground, lives, collected),
        *_health(ground, lives, statuses, collected),
        *_insurance(ground, lives, collected),
        *_strength(ground, lives, collected),
    ]
    member, day, value = (np.concatenate([part[at] for part in parts]) for at in (0, 2, 3))
    item = np.repeat(np.array([part[1] for part in parts], object), [len(part[0]) for part in parts])
    order = np.lexsort((day, item.astype(str), member))
    return {
        "member": np.asarray(codes)[member[order]],
        "item": item[order],
        "day": day[order],
        "value": value[order],
    }


def _schooling(ground: Ground, lives: Lives, collected: np.ndarray) -> list[_Part]:
    """Each September's class, where it is another stage than before; the present one is what 家庭成员 says."""
    people = lives.people
    newest = ground.today.year - (ground.today.month < 9)
    years = range(int(str(ground.start)[:4]), newest + 1)
    now = people.schooling
    young = np.flatnonzero((people.born > np.datetime64(f"{years[0] - 19}-09-01")) & np.isnat(lives.gone))
    before = np.full(len(young), None, object)
    parts: list[_Part] = []
    for year in (years[0] - 1, *years):
        first = np.datetime64(f"{year}-09-01")
        age = np.floor((first - people.born[young]).astype(int) / 365.2425)
        stage = np.full(len(young), "学龄前", object)
        for since, name in _STAGES:
            stage[age >= since] = name
        upper = np.where(np.isin(now[young], ("中职", "高职高专")), "中职", "普通高中")
        stage = np.where(age >= 15, upper, stage)
        stage = np.where((year == newest) | (age >= 18), now[young], stage)
        day = np.maximum(np.datetime64(f"{year}-09-01"), collected[young])
        known = collected[young] < np.datetime64(f"{year + 1}-09-01")
        changed = np.flatnonzero(known & (stage != before))
        parts.append((young[changed], "schooling", day[changed], stage[changed]))
        before = np.where(known, stage, before)
    return parts


def _health(ground: Ground, lives: Lives, statuses: Statuses, collected: np.ndarray) -> list[_Part]:
    """Who was well and fell ill; of who is watched now, mostly shortly before that began."""
    rng = ground.rng("onsets")
    people = lives.people
    ill = np.isin(people.health, ("大病", "长期慢性病")) & np.isnat(lives.gone) & np.isnat(lives.joined)
    watched = (statuses.watched > 0)[people.home] & (statuses.identified[people.home] > ground.start + 200)
    some = np.flatnonzero(ill & (rng.random(len(ill)) < np.where(watched, 0.6, _FELL_ILL)))
    day = some_day(rng, ground.start + 30, ground.end - 10, len(some))
    shortly = statuses.identified[people.home[some]] - rng.integers(20, 150, len(some)).astype("timedelta64[D]")
    day = np.maximum(np.where(watched[some], shortly, day), collected[some] + 5)
    well = np.full(len(some), "健康", object)
    return [(some, "health", collected[some], well), (some, "health", day, people.health[some])]


def _insurance(ground: Ground, lives: Lives, collected: np.ndarray) -> list[_Part]:
    """Years without: of who has none now this one, of some others an earlier one."""
    rng = ground.rng("lapses")
    years = np.arange(int(str(ground.start)[:4]) + 1, ground.today.year)
    there = np.isnat(lives.gone) & np.isnat(lives.joined)
    begins = (collected < np.datetime64(f"{ground.today.year}-01-01")) & there
    none = np.flatnonzero(~lives.people.medical & begins & (rng.random(len(begins)) < _NEWLY))
    some = np.flatnonzero(lives.people.medical & there & (rng.random(len(there)) < _LAPSED))
    year = years[rng.integers(0, len(years), len(some))] if len(years) else np.empty(0, int)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") if len(years) else collected[:0]
    some = some[: len(first)]
    kept = first > collected[some]
    some, first = some[kept], first[kept]
    again = (first.astype("datetime64[Y]") + 1).astype("datetime64[D]")

    def all_of(who: np.ndarray, value: bool) -> np.ndarray:
        return np.full(len(who), "是" if value else "否", object)

    this_year = np.full(len(none), np.datetime64(f"{ground.today.year}-01-01"))
    return [
        (none, "medical_insured", collected[none], all_of(none, True)),
        (none, "medical_insured", this_year, all_of(none, False)),
        (some, "medical_insured", collected[some], all_of(some, True)),
        (some, "medical_insured", first, all_of(some, False)),
        (some, "medical_insured", again, all_of(some, True)),
    ]


def _strength(ground: Ground, lives: Lives, collected: np.ndarray) -> list[_Part]:
    """Who became sixty within the years shown had a whole man's strength before."""
    people = lives.people
    sixty = people.born + np.timedelta64(round(60 * 365.2425), "D")
    half = people.skill == "弱劳动力或半劳动力"
    some = np.flatnonzero(half & (people.health == "健康") & (sixty > collected + 3) & (sixty <= ground.end))
    whole = np.full(len(some), "普通劳动力", object)
    return [(some, "skill", collected[some], whole), (some, "skill", sixty[some], people.skill[some])]
