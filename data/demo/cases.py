"""How households came to be watched and ceased to be: the sheet 监测步骤 of the last year and a half, with who is on
the way in or out today, and the sheet 收支参考.

Cases of before came without steps. Some took too long, some were sent back, refused or not agreed to; some were helped
first (绿色通道).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.demo.ground import Column, Ground, Sheet
from data.demo.helping import EACH
from data.demo.statuses import Statuses
from data.demo.traits import Traits
from data.terms import NATURAL_REASONS

_LAST = 548  # days of which the steps are told
_HALF_YEAR = 184  # days that are at least six months
_HANGS = 7  # days from the notice, which hangs for five, until it is reported
_LATE, _RETURNED, _GREEN = 0.07, 0.08, 0.4  # of cases; of who was struck by something sudden
_COMING, _REFUSED, _LEAVING, _KEPT = 0.0055, 0.0014, 0.09, 0.06  # of all; of those watched long enough
_GRID, _SECRETARY, _TOWN = EACH - 3, EACH - 6, 6  # which of a village's helpers handles it
_IN = ("begin", "visit", "compare", "discuss", "publish", "report", "township", "county", "include")
_OUT = ("propose", "removal_visit", "removal_discuss", "removal_publish", "removal_report", "removal_township",
        "removal_county", "remove")  # fmt: skip
_NATURAL = ("propose_natural", "removal_township", "removal_county", "remove")
_GAPS = {  # working days that pass before a step
    "visit": (0, 1), "compare": (0, 1), "discuss": (1, 3), "publish": (1, 1), "township": (1, 3), "county": (1, 3),
    "include": (1, 1), "removal_visit": (0, 1), "removal_discuss": (1, 3), "removal_publish": (1, 1),
    "removal_township": (1, 3), "removal_county": (1, 3), "remove": (1, 1),
}  # fmt: skip
_SLOW = ("visit", "discuss", "township", "county")  # what is done too late, where it is
_BACK = ("收入核算有漏项，请补齐近12个月的收支", "缺医疗支出票据", "评议记录没有签到", "家庭成员信息与户籍不一致")
_NOT = ("家庭收入稳定，没有返贫致贫风险", "子女有赡养能力，先落实赡养责任", "家中有经营性车辆，风险已自行化解")
_STAYS = ("收入刚过监测线，还不稳定", "医疗支出仍然较大", "住房改造还没有验收")
_COLUMNS = ("case_id", "action", "day", "handler", "reason", "entitled", "present", "agreed", "against")
_Step = tuple[str, np.datetime64, str | None]  # action, day, what came of it


@dataclass(frozen=True)
class _Case:
    """One household's way: its code, its village's number, the steps."""

    code: str
    village: int
    steps: Sequence[_Step]


class _Ways:
    """Steps with their days, by one source of chance."""

    def __init__(self, ground: Ground) -> None:
        self.rng, self.end = ground.rng("cases"), ground.end

    def gap(self, action: str, late: str = "") -> int:
        low, high = _GAPS[action]
        return int(self.rng.integers(low, high + 1)) + (int(self.rng.integers(6, 16)) if action == late else 0)

    def late(self) -> str:
        return str(self.rng.choice(_SLOW)) if self.rng.random() < _LATE else ""

    def until(self, actions: Sequence[str], last: np.datetime64) -> list[_Step]:
        """Steps of which the last is of that day."""
        steps: list[_Step] = [(actions[-1], last, None)]
        late, day = self.late(), last
        for action, then in zip(actions[-2::-1], actions[:0:-1], strict=True):
            day = day - _HANGS if then.endswith("report") else _before(day, self.gap(then, late))
            steps.append((action, day, None))
        return steps[::-1]

    def since(self, actions: Sequence[str], first: np.datetime64, late: str = "") -> list[_Step]:
        """Steps of which the first is of that day."""
        steps: list[_Step] = [(actions[0], first, None)]
        day = first
        for action in actions[1:]:
            day = day + _HANGS if action.endswith("report") else _after(day, self.gap(action, late))
            steps.append((action, day, None))
        return steps

    def sent_back(self, steps: list[_Step]) -> list[_Step]:
        """The same, discussed and reported a first time before it was as it had to be."""
        at = next(place for place, one in enumerate(steps) if one[0] == "discuss")
        day = steps[at][1]
        reported = _before(day, 5)
        hung = reported - _HANGS
        first: list[_Step] = [("discuss", _before(hung, 1), None), ("publish", hung, None), ("report", reported, None)]
        back: list[_Step] = [("return", _before(day, 2), str(self.rng.choice(_BACK)))]
        early: list[_Step] = [(action, _before(one, 11), said) for action, one, said in steps[:at]]
        return [*early, *first, *back, *steps[at:]]


def steps(
    ground: Ground,
    statuses: Statuses,
    traits: Traits,
    episodes: Mapping[str, Column],
    helpers: Mapping[str, Column],
    codes: np.ndarray,
    village: np.ndarray,
) -> Sheet:
    """The sheet 监测步骤; ``episodes``: the sheet 监测."""
    ways = _Ways(ground)
    number = {code: place for place, code in enumerate(codes)}
    cases: list[_Case] = []
    for code, own, identified, removed, removal in zip(
        *(episodes[name] for name in ("code", "household_id", "identified", "removed", "removal")), strict=True
    ):
        home = number[own]
        made = [*_came(ways, identified, statuses.sudden[home]),
                *_went(ways, statuses, traits, home, identified, removed, removal)]  # fmt: skip
        cases.append(_Case(code, int(village[home]), [one for one in made if one[1] <= ground.end]))
    cases += _coming(ways, statuses, codes, village)
    return _sheet(ground, ways, [one for one in cases if one.steps], helpers)


def _came(ways: _Ways, identified: np.datetime64, sudden: bool) -> list[_Step]:
    if identified < ways.end - _LAST:
        return []
    if sudden and ways.rng.random() < _GREEN:  # helped on the day, the papers after
        before = [("begin", _before(identified, 1), None), ("visit", identified, None)]
        after = ways.since(("compare", *_IN[3:]), _after(identified, 1), ways.late())
        return [*before, ("green", identified, "突发困难，先行救助"), *after]
    made = ways.until(_IN, identified)
    return ways.sent_back(made) if ways.rng.random() < _RETURNED else made


def _went(
    ways: _Ways,
    statuses: Statuses,
    traits: Traits,
    home: int,
    identified: np.datetime64,
    removed: np.datetime64,
    removal: str | None,
) -> list[_Step]:
    end, rng, ripe = ways.end, ways.rng, identified + _HALF_YEAR
    if removal == "自然消除" and removed >= end - _LAST:
        died, left = NATURAL_REASONS[:2]
        said = died if traits["alone"][home] else left
        (proposed, day, _), *rest = ways.until(_NATURAL, removed)
        return [(proposed, day, said), *rest]
    if not np.isnat(removed):
        made = ways.until(_OUT, removed) if removed >= end - _LAST else []
        return made if made and made[0][1] >= ripe else []
    if ripe > end - 30 or not traits["able"][home]:
        return []
    lot = rng.random()
    if lot < _LEAVING:
        begun = _before(end - int(rng.integers(0, 17)), 0)
        return ways.since(_OUT, begun, _OUT[-1])[:-1] if begun >= ripe else []
    if lot < _LEAVING + _KEPT:
        tried = _after(ripe + int(rng.integers(0, max(1, int((end - 25 - ripe).astype(int))))), 0)
        made = ways.since(_OUT[:3], tried)
        return [*made[:2], ("keep", made[2][1], str(rng.choice(_STAYS)))]
    return []


def _coming(ways: _Ways, statuses: Statuses, codes: np.ndarray, village: np.ndarray) -> Iterator[_Case]:
    """Who is looked into today, at every step, some too long; and who was in the last year, and is not watched."""
    rng, end = ways.rng, ways.end
    still = np.isnat(statuses.ended) & np.isnat(statuses.split) & np.isnat(statuses.relapsed)
    fitting = rng.permutation(np.flatnonzero(still & (statuses.watched == 0) & (statuses.type == "脱贫户")))
    coming, refused = (max(least, round(len(codes) * share)) for least, share in ((4, _COMING), (2, _REFUSED)))
    for place, home in enumerate(fitting[: coming + refused]):
        if place < coming:
            back = place % 9 == 8  # just now sent back
            reached = _IN[: 6 if back else 1 + place % 9]
            idle = int(rng.integers(8, 20)) if rng.random() < 0.2 else int(rng.integers(0, 3))
            made = ways.until(reached, _before(end - idle, 0))
            made = ways.sent_back(made) if place % 11 == 5 and "discuss" in reached else made
            if back:
                made.append(("return", min(_after(made[-1][1], 2), end), str(rng.choice(_BACK))))
        else:
            last = _before(end - int(rng.integers(20, 360)), 0)
            ends = (("discuss", "reject"), ("township", "refuse"), ("county", "refuse"))[place % 3]
            made = ways.until(_IN[: _IN.index(ends[0]) + 1], last)
            made[-1] = (ends[1], last, str(rng.choice(_NOT)))
        yield _Case(f"{codes[home]}-JC1", int(village[home]), made)


def _sheet(ground: Ground, ways: _Ways, cases: Sequence[_Case], helpers: Mapping[str, Column]) -> Sheet:
    rng = ways.rng
    entitled = rng.integers(26, 62, len(ground.villages))
    names = helpers["name"]
    rows: list[tuple[object, ...]] = []
    for one in cases:
        place = ground.villages[one.village]
        by = _handlers(one.village, names, f"{ground.names[place.code[:6]]}农业农村局")
        for action, day, said in one.steps:
            votes: tuple[object, ...] = (None,) * 4
            if action in ("discuss", "removal_discuss", "reject"):
                votes = _votes(rng, int(entitled[one.village]), passed=action != "reject")
            rows.append((one.code, action, day, by(action), said, *votes))
    columns = list(zip(*rows, strict=True))
    found: dict[str, Column] = {name: np.array(part, object) for name, part in zip(_COLUMNS, columns, strict=True)}
    found["day"] = np.array(columns[2], "datetime64[D]")
    return found | {name: np.array([np.nan if one is None else one for one in columns[at]], float)
                    for at, name in enumerate(_COLUMNS) if at > 4}  # fmt: skip


def _handlers(village: int, names: Column, county: str) -> Callable[[str], str]:
    first = village * EACH

    def by(action: str) -> str:
        if action in ("county", "include", "refuse", "removal_county", "remove"):
            return county
        if action in ("compare", "green", "township", "return", "removal_township"):
            return str(names[first + _TOWN])
        return str(names[first + (_GRID if action.endswith("visit") or action == "begin" else _SECRETARY)])

    return by


def _votes(rng: np.random.Generator, entitled: int, *, passed: bool) -> tuple[int, int, int, int]:
    present = int(np.ceil(entitled * rng.uniform(0.72, 0.97)))
    agreed = int(np.ceil(present * (rng.uniform(0.82, 1) if passed else rng.uniform(0.15, 0.42))))
    return entitled, present, agreed, int((present - agreed) * rng.uniform(0.5, 1))


def reference(ground: Ground, statuses: Statuses, traits: Traits, codes: np.ndarray) -> Sheet:
    """The sheet 收支参考: what those who are ill and watched paid themselves in the last two income years, what an
    insurance gave back, and how much of it counts beside the income."""
    rng = ground.rng("reference")
    watched = (statuses.watched > 0) & (statuses.cleared > ground.last - 24)
    home = np.flatnonzero(watched & (traits["sick"] | traits["disabled"] | statuses.sudden))
    home = home if len(home) else np.flatnonzero(traits["sick"])[:1]
    year = int(str(ground.end)[:4]) - (int(str(ground.end)[5:7]) < 10)
    outlay = rng.lognormal(8.3, 0.75, (len(home), 2)) * np.where(statuses.sudden | traits["ill"], 2.4, 1)[home][:, None]
    outlay = np.round(outlay / 10) * 1_000
    claims = np.round(outlay * rng.uniform(0.15, 0.6, outlay.shape) / 1_000) * 1_000
    return {
        "household_id": np.repeat(codes[home], 2),
        "year": np.tile([year - 1, year], len(home)),
        "outlay_fen": outlay.ravel(),
        "claims_fen": claims.ravel(),
        "included_fen": (outlay - claims).ravel(),
    }


def _before(day: np.datetime64, working: int) -> np.datetime64:
    return np.busday_offset(day, -working, roll="backward")


def _after(day: np.datetime64, working: int) -> np.datetime64:
    return np.busday_offset(day, working, roll="forward")
