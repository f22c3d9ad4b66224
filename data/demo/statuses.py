"""How households came into and out of poverty and monitoring: types with the dates they follow from."""

from dataclasses import dataclass

import numpy as np

from data.demo.ground import Ground, months_of, on_workdays, pick, some_day
from data.demo.people import ABLE, People

_NEVER = np.datetime64("NaT")
# watched as 脱贫不稳定户, 边缘易致贫户, 突发严重困难户; fallen back and lifted again by the end of 2020; 有序退出; 注销
_SHARES = (0.0445, 0.03, 0.0076, 0.0006, 0.0036, 0.0024)
_TWICE, _NATURAL = 400, 1_250  # one household in so many was watched a second time, or ended while it was watched
_WATCHED_SINCE = np.datetime64("2020-03-16")


@dataclass(frozen=True)
class Statuses:
    """One entry a household. Days are NaT where there is none.

    ``registered`` is the day of 建档立卡; ``identified`` what the sheet 户 says: of who is or was monitored the day
    that this began. ``since`` and ``until`` are the months in which the household is on the books (looked after,
    visited); ``watched`` and ``cleared`` those of its monitoring (0: none, beyond the last month: still monitored),
    ``sudden`` who is or was 突发严重困难户; of who was watched twice, ``earlier`` and ``earlier_removed`` tell of the
    first time. ``exited`` is the day of 有序退出, ``struck_off`` of 注销 (``natural``: which ended its monitoring)
    or 并入, ``split`` of 分户.
    """

    type: np.ndarray
    attribute: np.ndarray
    cause: np.ndarray
    other_causes: np.ndarray
    registered: np.ndarray
    identified: np.ndarray
    lifted: np.ndarray
    relapsed: np.ndarray
    exited: np.ndarray
    struck_off: np.ndarray
    risk_removed: np.ndarray
    since: np.ndarray
    until: np.ndarray
    watched: np.ndarray
    cleared: np.ndarray
    sudden: np.ndarray
    earlier: np.ndarray
    earlier_removed: np.ndarray
    natural: np.ndarray
    split: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """The day on which each came onto the books."""
        first = np.where(np.isnat(self.registered), self.identified, self.registered)
        found: np.ndarray = np.where(np.isnat(self.split), first, self.split)
        return found

    @property
    def ended(self) -> np.ndarray:
        """The day on which it came off them; NaT: it is on them still, or is watched no more."""
        found: np.ndarray = np.where(np.isnat(self.exited), self.struck_off, self.exited)
        return found


def draw_statuses(ground: Ground, people: People) -> Statuses:
    """Types, dates, attribute and causes of all households."""
    rng = ground.rng("statuses")
    size = people.count()
    homes, idle = len(size), people.count(np.isin(people.skill, ABLE)) == 0
    registered = _registrations(rng, homes)
    year = registered.astype("datetime64[Y]").astype(int) + 1970
    lifted = _december(rng, np.maximum(year + 1, 2016 + rng.choice(5, size=homes, p=(0.12, 0.22, 0.3, 0.24, 0.12))))
    identified = registered.copy()
    relapsed, removed = np.full(homes, _NEVER, "datetime64[D]"), np.full(homes, _NEVER, "datetime64[D]")
    type = np.full(homes, "脱贫户", object)
    lot = rng.permutation(homes)
    share = np.cumsum([0, *(round(homes * part) for part in _SHARES)])
    unstable, marginal, sudden, again, left, struck = (lot[share[at] : share[at + 1]] for at in range(len(share) - 1))
    watched, cleared = np.zeros(homes, np.int64), np.zeros(homes, np.int64)
    for group, name, after in (
        (unstable, "脱贫不稳定户", "脱贫户"),
        (marginal, "边缘易致贫户", "一般户"),
        (sudden, "突发严重困难户", "一般户"),
    ):
        lasting = np.where(idle[group], 0.3, 0.03)  # who has no labour is not marked removed
        lasting = lasting + (name == "突发严重困难户") * 0.4
        identified[group], removed[group] = _monitoring(ground, rng, len(group), lasting)
        if group is marginal:
            natural = _natural(ground, people, identified, removed, group)
        over = ~np.isnat(removed[group])
        type[group] = np.where(over, after, name)
        watched[group] = months_of(identified[group])
        cleared[group] = np.where(over, months_of(np.where(over, removed[group], ground.end)), ground.last + 1)
        if after == "一般户":
            lifted[group] = _NEVER
    lifted[again] = _december(rng, np.full(len(again), 2020))
    relapsed[again] = lifted[again] - rng.integers(200, 420, size=len(again)).astype("timedelta64[D]")
    relapsed = on_workdays(relapsed)
    registered[np.isnat(lifted)] = _NEVER
    exited, struck_off = (np.full(homes, _NEVER, "datetime64[D]") for _ in range(2))
    exited[left] = on_workdays(some_day(rng, ground.end - 200, ground.end - 10, len(left)))
    youngest = np.full(homes, ground.start)
    np.maximum.at(youngest, people.home, people.born)
    day = on_workdays(some_day(rng, ground.start + 200, ground.end - 30, len(struck)))
    struck_off[struck] = np.maximum(day, youngest[struck] + 1)  # nobody is born into what is no more
    struck_off[natural] = removed[natural]
    ended = np.where(np.isnat(exited), struck_off, exited)
    earlier, earlier_removed = _earlier(ground, identified, unstable[~idle[unstable]])
    outside = np.isnat(lifted) & (watched > 0)
    since = np.where(outside, watched, ground.first)
    until = np.where(outside & (cleared <= ground.last), cleared - 1, ground.last)
    until = np.where(np.isnat(ended), until, months_of(np.where(np.isnat(ended), ground.end, ended)) - 1)
    type[struck] = "一般户"
    attribute = _attributes(rng, people, size)
    cause, others = _causes(rng, people, sudden)
    _fault(rng, type, watched, np.isnat(relapsed) & np.isnat(ended))
    return Statuses(
        type,
        attribute,
        cause,
        others,
        registered,
        identified,
        lifted,
        relapsed,
        exited,
        struck_off,
        removed,
        since,
        until,
        watched,
        cleared,
        np.isin(np.arange(homes), sudden),
        earlier,
        earlier_removed,
        np.isin(np.arange(homes), natural),
        np.full(homes, _NEVER, "datetime64[D]"),
    )


def _registrations(rng: np.random.Generator, homes: int) -> np.ndarray:
    """Most in the great count of 2014, the rest by the yearly adjustments."""
    counted = some_day(rng, "2014-03-10", "2014-10-31", homes)
    adjusted = _december(rng, 2015 + rng.choice(3, size=homes, p=(0.4, 0.35, 0.25)))
    return on_workdays(np.where(rng.random(homes) < 0.74, counted, adjusted))


def _december(rng: np.random.Generator, years: np.ndarray) -> np.ndarray:
    days: np.ndarray = (
        (np.asarray(years) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
        + np.timedelta64(11, "M")
        + rng.integers(0, 25, size=len(years)).astype("timedelta64[D]")
    )
    return on_workdays(days)


def _monitoring(
    ground: Ground, rng: np.random.Generator, count: int, lasting: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Days of identification and, for most, of the end of the risk at least half a year later."""
    span = (ground.end - ground.start).astype(int)
    begun = ground.start + (-240 + rng.random(count) ** 0.9 * (span + 215)).astype("timedelta64[D]")
    ended = begun + (190 + rng.gamma(2.2, 170, size=count)).astype("timedelta64[D]")
    begun, ended = on_workdays(np.minimum(begun, ground.end - 3)), on_workdays(ended)
    stays = (ended > ground.end) | (rng.random(count) < lasting)
    return begun, np.where(stays, _NEVER, ended)


def _natural(
    ground: Ground, people: People, identified: np.ndarray, removed: np.ndarray, group: np.ndarray
) -> np.ndarray:
    """Who is watched no more because nobody is left: old people who lived alone, and a family that moved away.

    Their days are put into ``removed``.
    """
    rng = ground.rng("natural")
    size, old = people.count(), people.count(people.age >= 70)
    fitting = group[np.isnat(removed[group]) & (identified[group] < ground.end - 150)]
    wanted = max(1, len(size) // _NATURAL)
    died = fitting[(size[fitting] == 1) & (old[fitting] == 1)][:wanted]
    left = fitting[(size[fitting] > 1) & (old[fitting] == 0)][: len(died) > 2]
    ended = np.concatenate([died, left])
    removed[ended] = on_workdays(some_day(rng, identified[ended] + 60, ground.end - 20, len(ended)))
    return ended


def _earlier(ground: Ground, identified: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A first episode of some, over well before theirs began."""
    rng = ground.rng("earlier")
    earlier, removed = (np.full(len(identified), _NEVER, "datetime64[D]") for _ in range(2))
    some = rng.permutation(group[identified[group] > _WATCHED_SINCE + 620])[: max(1, len(identified) // _TWICE)]
    over = on_workdays(identified[some] - rng.integers(160, 420, len(some)).astype("timedelta64[D]"))
    lasted = rng.integers(195, 330, len(some)).astype("timedelta64[D]")
    removed[some], earlier[some] = over, on_workdays(np.maximum(over - lasted, _WATCHED_SINCE))
    return earlier, removed


def _attributes(rng: np.random.Generator, people: People, size: np.ndarray) -> np.ndarray:
    able = people.count(np.isin(people.skill, ABLE))
    alone = people.aged_alone & (able == 0)
    frail = people.count(np.isin(people.health, ("残疾", "大病"))) > 0
    destitute = alone & (rng.random(len(size)) < 0.16)
    poor = rng.random(len(size)) < np.where(able == 0, 0.27, 0.09) + 0.2 * frail
    return np.where(destitute, "特困户", np.where(poor, "低保户", "一般户")).astype(object)


def _causes(rng: np.random.Generator, people: People, sudden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    homes = len(people.count())
    sick = people.count(np.isin(people.health, ("大病", "长期慢性病"))) > 0
    disabled = people.count(people.health == "残疾") > 0
    pupils = people.count(people.pupil) > 0
    weak = people.count(np.isin(people.skill, ABLE)) == 0
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


def _fault(rng: np.random.Generator, type: np.ndarray, watched: np.ndarray, quiet: np.ndarray) -> None:
    """A few lifted ones whom somebody made 一般户 without striking them off."""
    plain = np.flatnonzero((type == "脱贫户") & (watched == 0) & quiet)
    type[rng.choice(plain, size=max(1, len(type) // 1_250), replace=False)] = "一般户"
