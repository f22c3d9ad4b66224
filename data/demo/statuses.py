"""How households came into and out of poverty and monitoring: types with the dates they follow from."""

from dataclasses import dataclass

import numpy as np

from data.demo.ground import Ground, months_of, pick, some_day
from data.demo.people import People

_NEVER = np.datetime64("NaT")


@dataclass(frozen=True)
class Statuses:
    """One entry a household. Days are NaT where there is none.

    ``since`` and ``until`` are the months in which the household is on the books (looked after, visited);
    ``watched`` and ``cleared`` those of its monitoring (0: none, beyond the last month: still monitored).
    """

    type: np.ndarray
    attribute: np.ndarray
    cause: np.ndarray
    other_causes: np.ndarray
    identified: np.ndarray
    lifted: np.ndarray
    relapsed: np.ndarray
    risk_removed: np.ndarray
    since: np.ndarray
    until: np.ndarray
    watched: np.ndarray
    cleared: np.ndarray


def draw_statuses(ground: Ground, people: People) -> Statuses:
    """Types, dates, attribute and causes of all households."""
    rng = ground.rng("statuses")
    size = people.count()
    homes = len(size)
    identified = some_day(rng, "2013-11-01", "2016-12-31", homes)
    lifted = _december(rng, 2016 + rng.choice(5, size=homes, p=(0.12, 0.22, 0.3, 0.24, 0.12)))
    relapsed, removed = np.full(homes, _NEVER, "datetime64[D]"), np.full(homes, _NEVER, "datetime64[D]")
    type = np.full(homes, "脱贫户", object)
    lot = rng.permutation(homes)
    share = np.cumsum([0, *(round(homes * part) for part in (0.0445, 0.034, 0.008, 0.006, 0.0012, 0.0016))])
    unstable, marginal, sudden, late, again, poor = (lot[share[at] : share[at + 1]] for at in range(len(share) - 1))
    watched, cleared = np.zeros(homes, np.int64), np.zeros(homes, np.int64)
    for group, name, after in (
        (unstable, "脱贫不稳定户", "脱贫户"),
        (marginal, "边缘易致贫户", "一般户"),
        (sudden, "突发严重困难户", "一般户"),
    ):
        lasting = 0.6 if name == "突发严重困难户" else 0.08  # who has no labour is not marked removed
        identified[group], removed[group] = _monitoring(ground, rng, len(group), lasting)
        over = ~np.isnat(removed[group])
        type[group] = np.where(over, after, name)
        watched[group] = months_of(identified[group])
        cleared[group] = np.where(over, months_of(np.where(over, removed[group], ground.end)), ground.last + 1)
        if after == "一般户":
            lifted[group] = _NEVER
    _late_and_poor(ground, rng, late, again, poor, lifted, relapsed, type)
    outside = np.isnat(lifted) & (watched > 0)
    since = np.where(outside, watched, ground.first)
    until = np.where(outside & (cleared <= ground.last), cleared - 1, ground.last)
    attribute = _attributes(rng, people, size)
    cause, others = _causes(rng, people, sudden)
    _fault(rng, type, attribute, watched)
    return Statuses(
        type, attribute, cause, others, identified, lifted, relapsed, removed, since, until, watched, cleared
    )


def _december(rng: np.random.Generator, years: np.ndarray) -> np.ndarray:
    days: np.ndarray = (
        (np.asarray(years) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
        + np.timedelta64(11, "M")
        + rng.integers(0, 25, size=len(years)).astype("timedelta64[D]")
    )
    return days


def _monitoring(ground: Ground, rng: np.random.Generator, count: int, lasting: float) -> tuple[np.ndarray, np.ndarray]:
    """Days of identification and, for most, of the end of the risk at least half a year later."""
    span = (ground.end - ground.start).astype(int)
    begun = ground.start + (-240 + rng.random(count) ** 0.9 * (span + 215)).astype("timedelta64[D]")
    ended = begun + (190 + rng.gamma(2.2, 170, size=count)).astype("timedelta64[D]")
    stays = (ended > ground.end) | (rng.random(count) < lasting)
    return begun, np.where(stays, _NEVER, ended)


def _late_and_poor(
    ground: Ground,
    rng: np.random.Generator,
    late: np.ndarray,
    again: np.ndarray,
    poor: np.ndarray,
    lifted: np.ndarray,
    relapsed: np.ndarray,
    type: np.ndarray,
) -> None:
    """Who was lifted only within the months shown, who fell back and was lifted again, and who is poor today."""
    lifted[late] = _last_decembers(ground, rng, len(late))
    half = (ground.end - ground.start).astype(int) // 2
    relapsed[again] = ground.start + rng.integers(20, half, size=len(again)).astype("timedelta64[D]")
    lifted[again] = relapsed[again] + rng.integers(300, half, size=len(again)).astype("timedelta64[D]")
    type[poor] = "未脱贫户"
    fell = poor[: len(poor) // 2]
    relapsed[fell] = ground.end - rng.integers(40, half, size=len(fell)).astype("timedelta64[D]")
    lifted[poor[len(fell) :]] = _NEVER


def _last_decembers(ground: Ground, rng: np.random.Generator, count: int) -> np.ndarray:
    years = np.arange(ground.first // 12, (ground.last + 1) // 12)
    days = _december(rng, pick(rng, years, count, np.arange(len(years), 0, -1)).astype(np.int64))
    ended: np.ndarray = np.minimum(days, ground.end)
    return ended


def _attributes(rng: np.random.Generator, people: People, size: np.ndarray) -> np.ndarray:
    able = people.count(np.isin(people.skill, ("普通劳动力", "技能劳动力")))
    aged = people.count(people.age >= 60)
    alone = (size == 1) & (aged == 1) & (able == 0)
    frail = people.count(np.isin(people.health, ("残疾", "大病"))) > 0
    destitute = alone & (rng.random(len(size)) < 0.16)
    poor = rng.random(len(size)) < np.where(able == 0, 0.27, 0.09) + 0.2 * frail
    return np.where(destitute, "特困户", np.where(poor, "低保户", "一般户")).astype(object)


def _causes(rng: np.random.Generator, people: People, sudden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    homes = len(people.count())
    sick = people.count(np.isin(people.health, ("大病", "长期慢性病"))) > 0
    disabled = people.count(people.health == "残疾") > 0
    pupils = people.count(people.pupil) > 0
    weak = people.count(np.isin(people.skill, ("普通劳动力", "技能劳动力"))) == 0
    rest = pick(
        rng,
        ("缺技术", "缺资金", "缺土地", "自身发展动力不足", "交通条件落后", "因灾", "因婚"),
        homes,
        (0.42, 0.26, 0.08, 0.1, 0.05, 0.06, 0.03),
    )
    chance = rng.random((4, homes))
    cases = [disabled & (chance[0] < 0.75), sick & (chance[1] < 0.8), pupils & (chance[2] < 0.5), weak]
    named = ["因残", "因病", "因学", "缺劳力"]
    cause = np.select(cases, named, rest).astype(object)
    cause[sudden] = np.where(disabled[sudden], "因残", pick(rng, ("因病", "因灾"), len(sudden), (0.8, 0.2)))
    others = [
        "、".join(n for n, c in zip(named, row, strict=True) if c and n != own) or None
        for row, own in zip(np.transpose(cases), cause, strict=True)
    ]
    unfounded = rng.choice(np.flatnonzero(~disabled), size=max(1, homes // 2_000), replace=False)
    cause[unfounded] = "因残"
    return cause, np.array(others, object)


def _fault(rng: np.random.Generator, type: np.ndarray, attribute: np.ndarray, watched: np.ndarray) -> None:
    """A few types that were never brought up to date."""
    plain = np.flatnonzero((type == "脱贫户") & (watched == 0) & (attribute == "一般户"))
    type[rng.choice(plain, size=max(1, len(type) // 1_250), replace=False)] = "未脱贫户"
