"""What comes in and goes out of each household month by month, so that the year's sum is what it lives on.

Each household has a level: its yearly net income a head in the last year, above all others' by what its village,
township and luck give. What pensions, subsidies, dividends and rents leave of it is earned by work and fields (or made
up by the allowance), along the seasons of the year; illness and other blows take from that for a while.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.demo.ground import Ground
from data.demo.people import People
from data.demo.projects import Projects
from data.demo.statuses import Statuses
from data.terms import EXPENSE, SUBJECTS

_NAMES = list(SUBJECTS)
_AT = {name: place for place, name in enumerate(_NAMES)}
_BASE, _GROWTH, _FLOOR = 13_000_00, (0.06, 0.077), 0.82  # fen a head in the last year; a year; of the base
_WAGE_SEASON = np.array([0.7, 0.45, 1.05, 1.08, 1.08, 1.05, 1.0, 1.02, 1.1, 1.12, 1.1, 1.05])
_COST = {"种植业": 0.38, "养殖业": 0.42, "林果业": 0.18, "其他经营": 0.3}  # of gross income
_TALL = {"种植业": 0.3, "养殖业": 0.25, "林果业": 0.25, "其他经营": 0.35}  # weight against a worker's year


Lines = tuple[np.ndarray, int, np.ndarray, np.ndarray]
"""Household numbers, month, subject numbers (of SUBJECTS) and fen."""


@dataclass(frozen=True)
class Earning:
    """What a household earns beside fixed transfers: fen of the last year by subject, and the months it comes in."""

    yearly: dict[str, np.ndarray]
    works: np.ndarray  # [household, calendar month]: whether wages come in
    factor: np.ndarray  # [household, month]: what a blow leaves of wages and fields
    ratio: np.ndarray  # of what the household lives on in the last year to the county's mean


def ledger(
    ground: Ground, people: People, statuses: Statuses, projects: Projects, village: np.ndarray
) -> Iterator[Lines]:
    """What comes in and goes out, month by month."""
    rng = ground.rng("incomes")
    fixed = _fixed(rng, people, statuses)
    earning = _earning(ground, rng, people, statuses, village, fixed, projects)
    harvest = {name: _harvest(rng, len(village), name) for name in _COST}
    growth = _growth(ground, rng)
    steady = rng.lognormal(0, 0.03, size=(len(village), ground.last // 12 - ground.first // 12 + 1))
    for month in ground.months:
        grid = np.zeros((len(village), len(_NAMES)))
        at, scale, step = month % 12, growth[month - ground.first], growth[max(month // 12 * 12 - ground.first, 0)]
        apart = 1 - 0.25 * (ground.last - month) / ground.scale.months  # differences have grown
        level = scale * (1 + (earning.ratio - 1) * apart) / earning.ratio
        level *= steady[:, month // 12 - ground.first // 12] * earning.factor[:, month - ground.first]
        _pay_fixed(grid, fixed, at, step)
        _pay_wages(grid, rng, earning, at, level)
        for name, (when, weights) in harvest.items():
            gross = earning.yearly[name] * (weights * (when == at)).sum(axis=1) / (1 - _COST[name]) * level
            grid[:, _AT[name]] = np.round(gross / 1000) * 1000
            spent = earning.yearly[name] / (1 - _COST[name]) * _COST[name] * level * (at == (when[:, 0] - 5) % 12)
            grid[:, _AT[EXPENSE]] += np.round(spent / 1000) * 1000
        grid[:, _AT["其他转移性"]] += np.round(earning.yearly["其他转移性"] * scale / 2 / 1000) * 1000 * (at in (1, 8))
        grid[:, _AT["低保金"]] = np.round(earning.yearly["低保金"] * step / 12 / 100) * 100
        for name, (household, when, fen) in (("资产收益分红", projects.paid), ("土地流转", projects.rents)):
            here = when == month
            grid[:, _AT[name]] += np.bincount(household[here], weights=fen[here], minlength=len(village))
        on = (statuses.since - 12 <= month) & (statuses.until >= month)
        household, subject = np.nonzero((grid > 0) & on[:, None])
        yield household, int(month), subject, np.round(grid[household, subject]).astype(np.int64)


def _growth(ground: Ground, rng: np.random.Generator) -> np.ndarray:
    """The level of each month against the mean of the last twelve: some years are better than others."""
    years = ground.months // 12 - ground.first // 12
    yearly = np.log1p(rng.uniform(*_GROWTH, size=years[-1] + 1))[years]
    level: np.ndarray = np.exp(np.cumsum(yearly) / 12)
    return level / float(level[-12:].mean())


def _fixed(rng: np.random.Generator, people: People, statuses: Statuses) -> dict[str, np.ndarray]:
    """Transfers set by rule: fen of one payment in the last year, by subject."""
    homes = len(statuses.type)
    pension = np.where(people.age >= 80, 21_500, np.where(people.age >= 60, 16_800, 0))
    pensions = np.bincount(people.home, weights=pension, minlength=homes)
    disabled = people.count(people.health == "残疾")
    farms = rng.random(homes) < 0.82
    able = people.count((people.age < 70) & np.isin(people.skill, ("普通劳动力", "技能劳动力"))) > 0
    destitute = statuses.attribute == "特困户"
    return {
        "养老金": pensions + (pensions > 0) * rng.integers(0, 40, size=homes) * 35,
        "特困供养金": destitute * 89_000.0,
        "残疾补贴": disabled * (rng.random(homes) < 0.8) * 33_000.0,
        "农业补贴": farms * np.round(rng.uniform(0.8, 9, size=homes) * 11_735),
        "生态补偿": (rng.random(homes) < 0.05) * rng.integers(3, 12, size=homes) * 12_000.0,
        "计划生育金": (rng.random(homes) < 0.03) * 115_200.0,
        "公益岗位工资": (able & (rng.random(homes) < 0.07)) * rng.integers(5, 9, size=homes) * 10_000.0,
    }


_PAID = {"养老金": range(12), "特困供养金": range(12), "公益岗位工资": range(12), "残疾补贴": (2, 5, 8, 11),
         "农业补贴": (4,), "生态补偿": (10,), "计划生育金": (6,)}  # fmt: skip


def _pay_fixed(grid: np.ndarray, fixed: dict[str, np.ndarray], at: int, scale: float) -> None:
    for name, fen in fixed.items():
        if at in _PAID[name]:
            step = 10 if name in ("养老金", "农业补贴") else 1000
            grid[:, _AT[name]] = np.round(fen * scale / step) * step


def _pay_wages(grid: np.ndarray, rng: np.random.Generator, earning: Earning, at: int, level: np.ndarray) -> None:
    season = _WAGE_SEASON * earning.works
    share = season[:, at] / np.maximum(season.sum(axis=1), 0.01)
    wages = earning.yearly["务工工资"] * share * level * rng.lognormal(0, 0.07, size=len(level))
    step = np.where(np.arange(len(level)) % 5 < 2, 10, 1000)
    wages = np.round(wages / step) * step
    odd = rng.random(len(level)) < 2e-5  # a slip of the pen, for the rules of quality to find
    grid[:, _AT["务工工资"]] = np.where(odd & (wages > 0), 3_650, np.where(wages < 12_000, 0, wages))


def _level(ground: Ground, rng: np.random.Generator, village: np.ndarray) -> np.ndarray:
    """Income a head against the county's mean: a floor that all have reached, and what lies above it."""
    towns, town = np.unique([place.code[:9] for place in ground.villages], return_inverse=True)
    above = 0.165 * np.exp(rng.normal(0, 0.5, len(towns))[town] + rng.normal(0, 0.3, len(ground.villages)))
    level: np.ndarray = _FLOOR + rng.gamma(2.0, np.clip(above, 0.06, 0.5)[village] / 2)
    return level


def _earning(
    ground: Ground,
    rng: np.random.Generator,
    people: People,
    statuses: Statuses,
    village: np.ndarray,
    fixed: dict[str, np.ndarray],
    projects: Projects,
) -> Earning:
    homes, persons = len(village), people.count()
    extra = sum(np.bincount(home, weights=fen, minlength=homes) for home, _, fen in (projects.paid, projects.rents))
    given = sum(fen * len(_PAID[name]) for name, fen in fixed.items()) + extra / ground.scale.months * 12
    ratio = _level(ground, rng, village)
    target = _BASE * ratio * persons
    left = np.maximum(target - given, 0.06 * target)
    weights = _weights(rng, people, statuses)
    total = sum(weights.values())
    yearly = {name: left * weight / total for name, weight in weights.items()}
    blows = _blows(ground, rng, people, statuses, weights["务工工资"] / total)
    return Earning(yearly, _working_months(rng, people), blows, ratio)


def _weights(rng: np.random.Generator, people: People, statuses: Statuses) -> dict[str, np.ndarray]:
    """By what the rest is earned: workers by their months, fields by chance, else the allowance or the children."""
    homes = len(statuses.type)
    work = np.bincount(people.home, weights=people.work_months / 12, minlength=homes)
    sturdy = people.count((people.age.clip(18, 76) == people.age) & (people.health != "大病")) > 0
    chance = rng.random((4, homes))
    kept = {"种植业": 0.5, "养殖业": 0.17, "林果业": 0.13, "其他经营": 0.06}
    farm = {
        name: np.where(sturdy & (chance[place] < kept[name]), _TALL[name] * rng.uniform(0.6, 1.4, homes), 0)
        for place, name in enumerate(kept)
    }
    poor = statuses.attribute == "低保户"
    earns = work + sum(farm.values())
    allowance = np.where(poor, np.where(earns > 0.3, 0.25, 0.6) * np.sqrt(people.count()), 0)
    children = np.where((earns + allowance) < 0.2, 1.0, np.where(work > 0, 0.0, 0.12))
    children = np.where((statuses.attribute == "特困户") & (earns > 0), 0.05, children)
    return {"务工工资": work, **farm, "低保金": allowance, "其他转移性": children}


def _working_months(rng: np.random.Generator, people: People) -> np.ndarray:
    most = np.zeros(int(people.home[-1]) + 1, np.int64)
    np.maximum.at(most, people.home, people.work_months)
    rest = rng.integers(0, 3, size=len(most))  # who works less than the year begins later in it
    place = (np.arange(12) - 2 - rest[:, None]) % 12
    return place < most[:, None]


def _harvest(rng: np.random.Generator, homes: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Two calendar months (0 to 11) in which a field's or a stable's income comes, and their shares."""
    early, late = {"种植业": (8, 10), "养殖业": (0, 7), "林果业": (8, 9), "其他经营": (4, 9)}[name]
    first = rng.choice([early, early + 1], size=homes)
    split = np.where(rng.random(homes) < (0.3 if name == "种植业" else 0.15), 0.6, 1.0)
    return np.stack([first, np.full(homes, late + 1 if late < 11 else 11)], axis=1), np.stack([split, 1 - split], 1)


def _blows(
    ground: Ground, rng: np.random.Generator, people: People, statuses: Statuses, wage_share: np.ndarray
) -> np.ndarray:
    """What is left of earnings each month: illness for some, the year before monitoring, and those sinking now."""
    homes, months = len(statuses.type), ground.scale.months
    factor = np.ones((homes, months), np.float32)
    at = np.arange(months)

    def strike(who: np.ndarray, begins: np.ndarray, lasts: np.ndarray, left: np.ndarray) -> None:
        hit = (at >= begins[:, None]) & (at < (begins + lasts)[:, None])
        factor[who] = np.where(hit, left[:, None], factor[who])

    sick = people.count(np.isin(people.health, ("大病", "长期慢性病", "残疾"))) > 0
    ill = rng.permutation(np.flatnonzero(sick))[: homes // 12]
    strike(ill, rng.integers(0, months, len(ill)), rng.integers(3, 7, len(ill)), rng.uniform(0.5, 0.9, len(ill)))
    watched = np.flatnonzero(statuses.watched > 0)
    before = statuses.watched[watched] - ground.first - rng.integers(4, 10, len(watched))
    helped = np.minimum(statuses.cleared[watched] - statuses.watched[watched], rng.integers(5, 16, len(watched)))
    strike(watched, before, helped + 7, rng.uniform(0.45, 0.85, len(watched)))
    likely = (wage_share + 0.01) * np.where(sick, 3, 1)
    sinking = rng.choice(homes, size=max(1, homes // 50), replace=False, p=likely / likely.sum())
    begins = months - rng.integers(3, 11, len(sinking))
    strike(sinking, begins, np.full(len(sinking), months), rng.uniform(0.1, 0.45, len(sinking)))
    return factor
