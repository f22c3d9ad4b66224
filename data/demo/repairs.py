"""Houses and water that were not safe: since when, and when they were put right."""

from dataclasses import dataclass

import numpy as np

from data.demo.ground import Ground, Sheet, on_workdays, pick, some_day
from data.demo.statuses import Statuses

_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Lacking:
    """One entry a household: the day on which it was found unsafe and the day it was found safe again (NaT: never)."""

    found: np.ndarray
    mended: np.ndarray

    @property
    def safe(self) -> np.ndarray:
        """Who has it at the end of the records."""
        known: np.ndarray = np.isnat(self.found) | ~np.isnat(self.mended)
        return known


@dataclass(frozen=True)
class Repairs:
    """Houses and water."""

    house: Lacking
    water: Lacking


def draw_repairs(ground: Ground, statuses: Statuses) -> Repairs:
    """What was unsafe: most of it mended before who lived in it was lifted, some since, some not yet."""
    return Repairs(
        _lacking(ground, statuses, "house", before=0.034, since=0.006, open=0.0014, takes=(60, 200)),
        _lacking(ground, statuses, "water", before=0.022, since=0.004, open=0.001, takes=(10, 60)),
    )


def _lacking(
    ground: Ground,
    statuses: Statuses,
    topic: str,
    *,
    before: float,
    since: float,
    open: float,
    takes: tuple[int, int],
) -> Lacking:
    rng = ground.rng(topic)
    count = len(statuses.type)
    found, mended = np.full(count, _NEVER), np.full(count, _NEVER)
    chance = rng.random(count)
    took = rng.integers(*takes, size=count).astype("timedelta64[D]")
    settled = ~np.isnat(statuses.lifted) & (statuses.watched == 0) & np.isnat(statuses.split)
    old = np.flatnonzero((chance < before) & settled)
    mended[old] = statuses.lifted[old] - rng.integers(20, 400, size=len(old)).astype("timedelta64[D]")
    found[old] = np.maximum(statuses.registered[old], mended[old] - took[old])
    mended[old] = np.maximum(mended[old], found[old] + takes[0] // 2)
    on = statuses.since <= ground.first
    late = np.flatnonzero((chance >= before) & (chance < before + since) & on & (statuses.until >= ground.last))
    found[late] = some_day(rng, ground.start, ground.end - takes[1], len(late))
    mended[late] = found[late] + took[late]
    watched = np.flatnonzero((statuses.watched > 0) & (statuses.cleared > ground.last))
    lately = rng.permutation(watched)[: max(2, round(count * open))]
    found[lately] = np.maximum(ground.end - rng.integers(8, 80, size=len(lately)), statuses.identified[lately])
    mended[lately] = _NEVER
    return Lacking(on_workdays(found), on_workdays(mended))


# as ``assurance.item`` names it, what was found, what was said when it was mended
_CHECKED = (
    ("housing", ("经鉴定为C级危房", "墙体开裂，需加固", "屋顶漏雨"), ("改造后验收合格", "修缮后查看，住房安全")),
    ("water", ("水量不足", "冬季管道冻裂，断水", "水质检测不合格"), ("管道已接通，水量水质达标", "复检合格")),
)


_SURVEYED = (
    ("food", ("口粮充足，常有肉蛋", "米面油充足", "一日三餐有保障，能吃上肉蛋")),
    ("clothing", ("四季衣被齐全", "有换季衣物和御寒被褥", "衣物被褥够用，有过冬棉衣")),
)
"""What is asked of all who are helped, each autumn; the last time is told."""


def checks(ground: Ground, statuses: Statuses, repairs: Repairs, codes: np.ndarray, owner: np.ndarray) -> Sheet:
    """The sheet 保障核实: each house and water that was unsafe, when it was found and when it was mended; food and
    clothing of all in the last autumn's survey.

    ``owner`` is who looked, one a household.
    """
    rng = ground.rng("checks")
    parts: list[tuple[np.ndarray, ...]] = []
    for (kind, wrong, right), lacking in zip(_CHECKED, (repairs.house, repairs.water), strict=True):
        for days, secure, words in ((lacking.found, 0, wrong), (lacking.mended, 1, right)):
            home = np.flatnonzero(~np.isnat(days))
            count = len(home)
            parts.append(
                (home, np.full(count, kind, object), days[home], np.full(count, secure), pick(rng, words, count))
            )
    autumn = np.datetime64(f"{ground.today.year - (ground.today.month < 11)}-09-01")
    asked = some_day(rng, autumn, autumn + 50, len(codes))
    asked = on_workdays(np.maximum(asked, statuses.known + 7))
    home = np.flatnonzero((statuses.until >= ground.last) & (asked <= ground.end))
    for kind, words in _SURVEYED:
        told = pick(rng, words, len(home))
        parts.append((home, np.full(len(home), kind, object), asked[home], np.ones(len(home), int), told))
    home, item, day, verdict, said = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((day, item.astype(str), home))
    home = home[order]
    return {
        "household_id": codes[home],
        "item": item[order],
        "checked": day[order],
        "secure": verdict[order],
        "evidence": said[order],
        "checker": owner[home],
    }
