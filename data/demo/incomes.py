"""What comes in and goes out of each household month by month, so that the year's sum is what it lives on.

Each household has a level: its yearly net income a head in the last year, above all others' by what its village,
township and luck give. What pensions, subsidies, dividends and rents leave of it is earned by work and fields (or made
up by the allowance), along the seasons of the year; illness and other blows take from that for a while.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from data.demo.families import Ties
from data.demo.ground import Ground, months_of
from data.demo.lines import line_of_year
from data.demo.lives import Lives
from data.demo.people import ABLE, People
from data.demo.projects import Projects
from data.demo.statuses import Statuses
from data.demo.villages import Villages
from data.months import last_day
from data.terms import EXPENSE, SUBJECTS
from data.workbook.values import as_period

_NAMES = list(SUBJECTS)
_AT = {name: place for place, name in enumerate(_NAMES)}
_BASE, _GROWTH, _FLOOR = 13_000_00, (0.06, 0.077), 0.85  # fen a head in the last year; a year; of the base
_WAGE_SEASON = np.array([0.7, 0.45, 1.05, 1.08, 1.08, 1.05, 1.0, 1.02, 1.1, 1.12, 1.1, 1.05])
_LEAST, _MOST = 10_000, 2_900_000  # fen: less is no line of its own, more no wage of a month
_COST = {"种植业": 0.38, "养殖业": 0.42, "林果业": 0.18, "其他经营": 0.3}  # of gross income
_SPREAD = {"土地流转": (2,), "其他财产性": (11,), "其他转移性": (1, 8), "其他工资性": (3, 4, 5, 6, 7, 8, 9)}
"""What comes without work of one's own trade or land, in these months (0 to 11)."""
_TALL = {"种植业": 0.3, "养殖业": 0.25, "林果业": 0.25, "其他经营": 0.35}  # weight against a worker's year


_PAID_BY_OTHERS, _WAGES = _AT["资产收益分红"], _AT["务工工资"]
"""What who pays it books, and what comes with a slip each month."""
_QUARTER_ENDS, _YEAR_ENDS = (2, 5, 8, 11), (8,)  # calendar months (0 to 11)


Lines = tuple[np.ndarray, int, np.ndarray, np.ndarray]
"""Household numbers, period (a month or an income year), subject numbers (of SUBJECTS) and fen."""


@dataclass(frozen=True)
class Earning:
    """What a household earns beside fixed transfers: fen of the last year by subject, and the months it comes in."""

    yearly: dict[str, np.ndarray]
    works: np.ndarray  # [household, calendar month]: whether wages come in
    factor: np.ndarray  # [household, month]: what a blow leaves of wages and fields
    ratio: np.ndarray  # of what the household lives on in the last year to the county's mean
    needs: np.ndarray  # what it lives on against what it earns


class Pensions:
    """What elders have each month from the month on in which they became sixty."""

    def __init__(self, rng: np.random.Generator, people: People, joined: np.ndarray) -> None:
        old = np.flatnonzero(people.age >= 60)
        self.home = people.home[old]
        sixty = months_of(people.born[old]) + 720
        self.begins = np.maximum(sixty, np.where(np.isnat(joined[old]), sixty, months_of(joined[old]) + 1))
        self.more_from = sixty + 240
        self.fen = 19_800 + rng.integers(0, 60, len(old)) * 100
        land_given_up = rng.random(len(old)) < 0.1
        self.fen = np.where(land_given_up, rng.integers(90, 150, len(old)) * 1_000, self.fen)

    def of_month(self, month: int, homes: int, scale: float) -> np.ndarray:
        """Fen of each household; ``scale``: what the level was then."""
        fen = self.fen + 5_000 * (self.more_from <= month)
        paid = np.round(fen * scale / 100) * 100 * (self.begins <= month)
        return np.bincount(self.home, weights=paid, minlength=homes)


@dataclass(frozen=True)
class Incomes:
    """What households live on: ``fixed`` holds fen of one payment by subject, one entry a household."""

    fixed: dict[str, np.ndarray]
    pensions: Pensions
    earning: Earning
    needs: np.ndarray  # [household, month]: how much more was earned for those who are gone

    def has(self, subject: str) -> np.ndarray:
        """Whether anything of the subject comes in."""
        found: np.ndarray = (self.fixed[subject] if subject in self.fixed else self.earning.yearly[subject]) > 0
        return found


def draw_incomes(
    ground: Ground, people: People, lives: Lives, statuses: Statuses, projects: Projects, village: np.ndarray
) -> Incomes:
    """What each household has by rule and by work; for those who are gone more was earned."""
    rng = ground.rng("incomes")
    fixed = _fixed(rng, people, statuses)
    pensions = Pensions(rng, people, lives.joined)
    earning = _earning(ground, rng, people, statuses, village, fixed, pensions, projects)
    more = lives.more(ground, len(village))
    needs = (1 + more / people.count()[:, None] * earning.needs[:, None]).astype(np.float32)
    return Incomes(fixed, pensions, replace(earning, factor=earning.factor * needs), needs)


def ledger(
    ground: Ground,
    incomes: Incomes,
    statuses: Statuses,
    projects: Projects,
    village: np.ndarray,
    ties: Ties,
    villages: Villages,
) -> Iterator[Lines]:
    """What comes in and goes out, month by month; in some villages quarter by quarter or year by year."""
    rng = ground.rng("ledger")
    fixed, pensions, earning = incomes.fixed, incomes.pensions, incomes.earning
    harvest = {name: _harvest(rng, len(village), name) for name in _COST}
    growth = _growth(ground, rng)
    steady = rng.lognormal(0, 0.03, size=(len(village), ground.last // 12 - ground.first // 12 + 1))
    when_entered = _entered(ground, village)
    begins = np.where(np.isnat(statuses.split), statuses.since - 12, statuses.since)
    books = _Books(ground, villages.yearly[village], villages.quarterly[village])
    for month in ground.months:
        grid = np.zeros((len(village), len(_NAMES)))
        at, scale, step = month % 12, growth[month - ground.first], growth[max(month // 12 * 12 - ground.first, 0)]
        apart = 1 - 0.25 * (ground.last - month) / ground.scale.months  # differences have grown
        level = scale * (1 + (earning.ratio - 1) * apart) / earning.ratio
        level *= steady[:, month // 12 - ground.first // 12] * earning.factor[:, month - ground.first]
        _pay_fixed(grid, fixed, at, step)
        grid[:, _AT["养老金"]] = pensions.of_month(int(month), len(village), step)
        _pay_wages(grid, rng, earning, at, level)
        for name, (when, weights) in harvest.items():
            gross: np.ndarray = earning.yearly[name] * (weights * (when == at)).sum(axis=1) / (1 - _COST[name]) * level
            grid[:, _AT[name]] = np.where(gross < 2 * _LEAST, 0, np.round(gross / 1000) * 1000)
            spent = earning.yearly[name] / (1 - _COST[name]) * _COST[name] * level * (at == (when[:, 0] - 5) % 12)
            grid[:, _AT[EXPENSE]] += np.where(spent < _LEAST, 0, np.round(spent / 1000) * 1000)
        for name, paid_in in _SPREAD.items():
            if at in paid_in:
                part = earning.yearly[name] * incomes.needs[:, month - ground.first] * scale / len(paid_in)
                part = np.round(part / 1000) * 1000
                grid[:, _AT[name]] += np.where(part < _LEAST, 0, part)
        for name, (household, when, fen) in (("资产收益分红", projects.paid), ("土地流转", projects.rents)):
            here = when == month
            grid[:, _AT[name]] += np.bincount(household[here], weights=fen[here], minlength=len(village))
        own, theirs = ties.books(int(month))
        grid[theirs], grid[own] = grid[theirs] + grid[own], 0
        on = (begins <= month) & (statuses.until >= month)
        on[own] = False
        grid[~on] = 0
        yield from books.put(grid, int(month))
        entered = np.repeat((when_entered <= ground.today.day if month == ground.last else on)[:, None], 19, 1)
        entered[:, _PAID_BY_OTHERS] = True
        yield _lines(grid * entered, int(month))


_Kept = tuple[np.ndarray, tuple[int, ...], np.ndarray]
"""Which households write so, the calendar months that end their spans, and the subjects that they write so."""


class _Books:
    """Those who do not write by the month: what they had waits until the quarter or the income year is over."""

    def __init__(self, ground: Ground, yearly: np.ndarray, quarterly: np.ndarray) -> None:
        each = np.arange(len(_NAMES))
        self.kept: list[_Kept] = [
            (yearly, _YEAR_ENDS, np.delete(each, _PAID_BY_OTHERS)),
            (quarterly, _QUARTER_ENDS, np.delete(each, [_PAID_BY_OTHERS, _WAGES])),
        ]
        self.held = [np.zeros((mask.sum(), len(_NAMES))) for mask, *_ in self.kept]
        self.first = ground.first

    def put(self, grid: np.ndarray, month: int) -> Iterator[Lines]:
        """Take theirs out of the month's ``grid``; put it back into that in which a quarter ends, or give the year's
        lines, of a whole one."""
        for number, (homes, ends, subjects) in enumerate(self.kept):
            held, here = self.held[number], np.ix_(homes, subjects)
            held[:, subjects] += grid[here]
            grid[here] = 0
            if month % 12 not in ends:
                continue
            if ends == _QUARTER_ENDS:
                known = min(month - self.first + 1, 3)  # before the first month it went as in it
                grid[here] = np.round(held[:, subjects] * 3 / known / 100) * 100
            elif month - self.first >= 11:
                whole = np.zeros_like(grid)
                whole[homes] = np.round(held / 100) * 100
                yield _lines(whole, as_period(month // 12))
            held[:] = 0


def _lines(grid: np.ndarray, period: int) -> Lines:
    household, subject = np.nonzero(grid > 0)
    return household, period, subject, np.round(grid[household, subject]).astype(np.int64)


def _entered(ground: Ground, village: np.ndarray) -> np.ndarray:
    """The day of the running month on which each household's lines are in: village by village, in its last weeks."""
    rng = ground.rng("entered")
    length = int(last_day(ground.last)[8:])
    turn = 0.6 * rng.random(len(ground.villages))[village] + 0.4 * rng.random(len(village))
    day: np.ndarray = np.ceil(7 + turn * (length - 7))
    return day


def _level_of(ground: Ground) -> np.ndarray:
    """As ``_growth``, in a plain course."""
    course: np.ndarray = np.exp(
        np.log1p(np.mean(_GROWTH)) * (np.arange(ground.scale.months) - ground.scale.months + 6) / 12
    )
    return course


def _growth(ground: Ground, rng: np.random.Generator) -> np.ndarray:
    """The level of each month against the mean of the last twelve: some years are better than others."""
    years = ground.months // 12 - ground.first // 12
    yearly = np.log1p(rng.uniform(*_GROWTH, size=years[-1] + 1))[years]
    level: np.ndarray = np.exp(np.cumsum(yearly) / 12)
    return level / float(level[-12:].mean())


def _fixed(rng: np.random.Generator, people: People, statuses: Statuses) -> dict[str, np.ndarray]:
    """Transfers set by rule: fen of one payment in the last year, by subject."""
    homes = len(statuses.type)
    disabled = people.count(people.health == "残疾")
    farms = rng.random(homes) < 0.82
    able = people.count((people.age < 70) & np.isin(people.skill, ABLE)) > 0
    elders = people.count(people.age >= 60) > 0
    covered = np.ceil(people.count() * rng.uniform(0.5, 1, homes))  # whom of the family the allowance is for
    destitute = statuses.attribute == "特困户"
    return {
        "低保金": (statuses.attribute == "低保户") * covered * rng.integers(26, 46, homes) * 1_000.0,
        "特困供养金": destitute * 89_000.0,
        "残疾补贴": disabled * (rng.random(homes) < 0.8) * 33_000.0,
        "农业补贴": farms * np.round(rng.uniform(0.8, 9, size=homes) * 11_735),
        "生态补偿": (rng.random(homes) < 0.05) * rng.integers(3, 12, size=homes) * 12_000.0,
        "计划生育金": (elders & (rng.random(homes) < 0.045)) * 115_200.0,
        "公益岗位工资": (able & (rng.random(homes) < 0.07)) * rng.integers(5, 9, size=homes) * 10_000.0,
    }


_PAID = {"低保金": range(12), "特困供养金": range(12), "公益岗位工资": range(12), "残疾补贴": (2, 5, 8, 11),
         "农业补贴": (4,), "生态补偿": (10,), "计划生育金": (6,)}  # fmt: skip


def _pay_fixed(grid: np.ndarray, fixed: dict[str, np.ndarray], at: int, scale: float) -> None:
    for name, fen in fixed.items():
        if at in _PAID[name]:
            step = 10 if name == "农业补贴" else 1000
            grid[:, _AT[name]] = np.round(fen * scale / step) * step


def _pay_wages(grid: np.ndarray, rng: np.random.Generator, earning: Earning, at: int, level: np.ndarray) -> None:
    season = _WAGE_SEASON * earning.works
    share = season[:, at] / np.maximum(season.sum(axis=1), 0.01)
    wages = earning.yearly["务工工资"] * share * level * rng.lognormal(0, 0.07, size=len(level))
    step = np.where(np.arange(len(level)) % 5 < 2, 10, 1000)
    wages = np.round(wages / step) * step
    odd = rng.random(len(level)) < 5e-5  # a slip of the pen, for the rules of quality to find
    wages = np.clip(wages, 0, _MOST)
    grid[:, _AT["务工工资"]] = np.where(odd & (wages > 0), 3_650, np.where(wages < 2 * _LEAST, 0, wages))


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
    pensions: Pensions,
    projects: Projects,
) -> Earning:
    homes, persons = len(village), people.count()
    extra = sum(
        np.bincount(home, weights=fen * (when > ground.last - 12), minlength=homes)
        for home, when, fen in (projects.paid, projects.rents)
    )
    given = sum(fen * len(_PAID[name]) for name, fen in fixed.items()) + extra
    given = given + sum(pensions.of_month(int(month), homes, 1.0) for month in ground.months[-12:])
    ratio = _level(ground, rng, village)
    target = _BASE * ratio * persons
    left = np.maximum(target - given, 0.06 * target)
    weights = _weights(rng, people, statuses)
    total = sum(weights.values())
    yearly = {name: left * weight / total for name, weight in weights.items()}
    struck = sum(weights[name] for name in ("务工工资", *_COST)) / total * left
    blows = _blows(ground, rng, people, statuses, _Means(np.maximum(target, given), struck, ratio))
    return Earning(yearly, _working_months(rng, people), blows, ratio, np.clip(target / left, 1, 4))


def _weights(rng: np.random.Generator, people: People, statuses: Statuses) -> dict[str, np.ndarray]:
    """By what the rest is earned: workers by their months, fields by chance, else the allowance or the children."""
    homes = len(statuses.type)
    work = np.bincount(people.home, weights=people.work_months / 12, minlength=homes)
    sturdy = people.count((people.age.clip(18, 76) == people.age) & (people.health != "大病")) > 0
    chance = rng.random((4, homes))
    kept = {"种植业": 0.62, "养殖业": 0.2, "林果业": 0.15, "其他经营": 0.06}
    farm = {
        name: np.where(sturdy & (chance[place] < kept[name]), _TALL[name] * rng.uniform(0.6, 1.4, homes), 0)
        for place, name in enumerate(kept)
    }
    earns = work + sum(farm.values())
    odd_jobs = people.count((people.age < 72) & np.isin(people.skill, ABLE)) > 0
    rest = np.where(earns < 0.2, 1.0, 0.0)  # of who neither works away nor farms enough
    shares = rng.dirichlet((9, 1, 4), size=homes).T
    return {
        "务工工资": work,
        **farm,
        "土地流转": rest * shares[0],
        "其他财产性": rest * shares[1],
        "其他转移性": np.where(work > 0, 0.0, np.maximum(rest * shares[2], 0.04)),
        "其他工资性": rest * odd_jobs * rng.uniform(0.4, 0.9, homes),
    }


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


@dataclass(frozen=True)
class _Means:
    """Fen of the last year, one entry a household: what it lives on, what of it a blow may take, ``ratio`` as of
    ``Earning``."""

    target: np.ndarray
    struck: np.ndarray
    ratio: np.ndarray


def _blows(ground: Ground, rng: np.random.Generator, people: People, statuses: Statuses, means: _Means) -> np.ndarray:
    """What is left of earnings each month: illness for some, the year around monitoring, and those sinking now."""
    homes, months, persons = len(statuses.type), ground.scale.months, people.count()
    factor = np.ones((homes, months), np.float32)
    at = np.arange(months)
    growth = _level_of(ground)

    def strike(who: np.ndarray, begins: np.ndarray, lasts: np.ndarray, left: np.ndarray) -> None:
        hit = (at >= begins[:, None]) & (at < (begins + lasts)[:, None])
        factor[who] = np.where(hit, left[:, None], factor[who])

    def left_of(who: np.ndarray, when: np.ndarray, share: np.ndarray) -> np.ndarray:
        """So that the year up to ``when`` comes to ``share`` of its line."""
        then = np.clip(when - ground.first, 0, months - 1)
        apart = 1 - 0.25 * (months - 1 - then) / months
        scale = growth[then] * (1 + (means.ratio[who] - 1) * apart) / means.ratio[who]
        line = np.array([line_of_year(int(month) // 12) for month in np.maximum(when, ground.first)], float)
        over = means.target[who] * scale - line * share * persons[who]
        left: np.ndarray = 1 - over / np.maximum(means.struck[who] * scale, 1.0)
        left = np.clip(left, 0.04, 1.0)
        return left

    sick = people.count(np.isin(people.health, ("大病", "长期慢性病", "残疾"))) > 0
    ill = rng.permutation(np.flatnonzero(sick))[: homes // 12]
    strike(ill, rng.integers(0, months, len(ill)), rng.integers(3, 7, len(ill)), rng.uniform(0.9, 0.97, len(ill)))
    never = statuses.watched == 0
    falls = np.flatnonzero(never & (means.struck > 0.55 * means.target))
    lot = rng.permutation(falls)
    sinking, slower = lot[: max(1, homes // 550)], lot[max(1, homes // 550) : homes // 90]
    for who, least, most in ((sinking, 0.9, 0.99), (slower, 1.03, 1.1)):
        share, now = rng.uniform(least, most, len(who)), np.full(len(who), ground.last)
        strike(who, months - rng.integers(12, 15, len(who)), np.full(len(who), months), left_of(who, now, share))
    watched = np.flatnonzero(~np.isnat(statuses.earlier))
    first = months_of(statuses.earlier[watched])
    begins, until = first - ground.first - 12, months_of(statuses.earlier_removed[watched]) - 7 - ground.first
    strike(watched, begins, until - begins, left_of(watched, first, rng.uniform(0.78, 0.98, len(watched))))
    watched = np.flatnonzero(~never)
    open = statuses.cleared[watched] > ground.last
    recent = open & (statuses.watched[watched] > ground.last - 14)
    low = recent | (open & (rng.random(len(watched)) < 0.4))
    begins = statuses.watched[watched] - ground.first - rng.integers(11, 15, len(watched))
    until = np.minimum(statuses.watched[watched] + 6, statuses.cleared[watched] - 7) - ground.first
    until = np.where(low, months, np.maximum(until, begins))
    sudden = statuses.sudden[watched]
    share = np.where(sudden, rng.uniform(1.04, 1.4, len(watched)), rng.uniform(0.78, 0.98, len(watched)))
    when = np.where(low, ground.last, statuses.watched[watched])
    strike(watched, begins, until - begins, left_of(watched, when, share))
    return factor
