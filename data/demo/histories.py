"""How households went on: 户变动, 户迁移, 监测, and the rural population of each year."""

from collections.abc import Mapping

import numpy as np

from data.demo.families import SPLIT, UNITED, Ties
from data.demo.ground import NOTHING, Column, Ground, Sheet, joined, on_workdays, pick, some_day
from data.demo.homesteads import Homesteads
from data.demo.lines import line_of_year
from data.demo.people import People
from data.demo.repairs import Repairs
from data.demo.statuses import Statuses
from data.demo.traits import Traits
from data.demo.villages import HOUSEHOLDS, Villages
from data.terms import NATURAL_REASONS

_NEVER = np.datetime64("NaT", "D")
_MOVED = 0.003  # of the households have moved to another village of their township
_DECLINE = 0.012  # of the rural population, each year
# risk, whom it may be named of (a trait, or a guarantee it lacks), how often it is
_RISKS = (
    ("因病", "sick", 0.75), ("因残", "disabled", 0.6), ("因学", "pupils", 0.3), ("缺劳动力", "unable", 0.8),
    ("因务工就业不稳", "works", 0.45), ("因产业项目失败", "farms", 0.12), ("因安全住房", "house", 1.0),
    ("因安全饮水", "water", 1.0),
)  # fmt: skip
_SHOCKS = ("因意外事故", "因自然灾害")
_REST, _NOTE = "其他", "家庭刚性支出较大，收入不稳定"
_SHARES = np.array([0.5, 0.28, 0.05, 0.3])  # of the four kinds in the income of removal, with the expense to spare


def events(ground: Ground, statuses: Statuses, people: People, ties: Ties, codes: np.ndarray) -> Sheet:
    """The sheet 户变动, of households whose course the columns of 户 cannot tell."""
    rng = ground.rng("events")
    parts: list[tuple[np.ndarray, np.ndarray, str, str | None]] = []
    again = np.flatnonzero(~np.isnat(statuses.relapsed))
    first = on_workdays(some_day(rng, "2018-12-03", "2018-12-24", len(again)))
    parts += [(again, statuses.registered[again], "识别", None), (again, first, "脱贫", None)]
    parts += [(again, statuses.relapsed[again], "返贫", "因病返贫"), (again, statuses.lifted[again], "再脱贫", None)]
    united = np.isin(np.arange(len(codes)), ties.home[ties.kind == UNITED])
    struck = np.where(united, _NEVER, statuses.struck_off)
    for days, kind, said in (
        (statuses.exited, "有序退出", "收入持续稳定，经评估退出帮扶"),
        (np.where(people.aged_alone, struck, _NEVER), "注销", "户内人员去世"),
        (np.where(people.aged_alone, _NEVER, struck), "注销", "整户迁出本县"),
        (np.where(united, statuses.struck_off, _NEVER), UNITED, "老人随子女共同生活"),
        (statuses.split, SPLIT, "子女成家后单独立户"),
    ):
        some = np.flatnonzero(~np.isnat(days))
        known = some[~np.isnat(statuses.registered[some]) & (kind != SPLIT)]
        parts += [(known, statuses.registered[known], "识别", None), (known, statuses.lifted[known], "脱贫", None)]
        parts.append((some, days[some], kind, said))
    lengths = [len(part[0]) for part in parts]
    home, day = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    kinds, reasons = (np.repeat(np.array([part[at] for part in parts], object), lengths) for at in (2, 3))
    order = np.lexsort((day, home))
    others = {(home, kind): codes[other] for home, other, kind in zip(ties.home, ties.other, ties.kind, strict=True)}
    return {
        "household_id": codes[home[order]],
        "day": day[order],
        "kind": kinds[order],
        "other": [others.get(one) for one in zip(home[order], kinds[order], strict=True)],
        "reason": reasons[order],
    }


def moves(ground: Ground, villages: Villages, statuses: Statuses, homes: Homesteads) -> Sheet:
    """The sheet 户迁移: a few came from another village of the township, most of them to better ground, and all those
    whose village was merged."""
    village, codes = homes.village, homes.code
    rng = ground.rng("moves")
    names = np.array([place.code for place in ground.villages], object)
    town = np.array([code[:9] for code in names], object)
    still = (statuses.watched == 0) & np.isnat(statuses.struck_off) & np.isnat(statuses.relapsed)
    still = np.flatnonzero(still & np.isnat(statuses.split) & (homes.merged < 0))
    home = np.sort(rng.permutation(still)[: max(1, round(len(village) * _MOVED))])
    early = rng.random(len(home)) < 0.7
    day = np.where(
        early,
        some_day(
            rng, np.maximum(statuses.registered[home] + 200, np.datetime64("2018-03-01")), "2019-12-20", len(home)
        ),
        some_day(rng, ground.start + 90, ground.end - 60, len(home)),
    )
    origin = np.full(len(home), None, object)
    for at, one in enumerate(home):
        others = np.flatnonzero((town == town[village[one]]) & (np.arange(len(names)) != village[one]))
        origin[at] = names[rng.choice(others)] if len(others) else None
    kept = np.array([code is not None for code in origin], bool)
    merged = np.flatnonzero(homes.merged >= 0)
    by = [villages.mergers[at] for at in homes.merged[merged]]
    moved = np.append(home[kept], merged)
    return {
        "household_id": codes[moved],
        "day": np.append(on_workdays(day)[kept], np.array([one.day for one in by], "datetime64[D]")),
        "origin": np.append(origin[kept], np.array([one.code for one in by], object)),
        "village": names[village[moved]],
        "note": np.append(
            np.where(early, "易地扶贫搬迁", "随子女迁居")[kept].astype(object), [f"{one.name}撤并" for one in by]
        ),
    }


def populations(ground: Ground, villages: Villages, regions: Mapping[str, Column]) -> Sheet:
    """The sheet 农村人口: each village's, year by year, a little less each year; until it was merged into another, a
    village's share of that one's."""
    rng = ground.rng("populations")
    now = np.asarray(regions["rural_population"], float)
    known = np.flatnonzero(~np.isnan(now))
    years = np.arange(2014, ground.today.year + 1)
    decline = rng.uniform(0.5, 1.5, len(known)) * _DECLINE
    persons = np.round(now[known][:, None] * (1 + decline[:, None]) ** (years[-1] - years))
    codes = np.asarray(regions["code"], object)[known]
    parts = [(np.repeat(codes, len(years)), np.tile(years, len(known)))]
    counts = [persons]
    for merger in villages.mergers:
        before = np.flatnonzero(years < int(str(merger.day)[:4]))
        into = np.flatnonzero(codes == ground.villages[merger.into].code)[0]
        theirs = np.round(persons[into, before] * HOUSEHOLDS)
        persons[into, before] -= theirs
        parts.append((np.full(len(before), merger.code, object), years[before]))
        counts.append(theirs)
    region, year = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {"region": region, "year": year, "persons": np.concatenate([part.ravel() for part in counts])}


def episodes(
    ground: Ground, statuses: Statuses, people: People, traits: Traits, repairs: Repairs, codes: np.ndarray
) -> Sheet:
    """The sheet 监测: each time that a household was watched, with its risks; of what is over, how it stood then."""
    rng = ground.rng("episodes")
    first = np.flatnonzero(~np.isnat(statuses.earlier))
    home = np.append(np.flatnonzero(statuses.watched > 0), first)
    count, again = len(home), np.isin(home, first)
    once = np.arange(count) >= count - len(first)
    identified = np.where(once, statuses.earlier[home], statuses.identified[home])
    removed = np.where(once, statuses.earlier_removed[home], statuses.risk_removed[home])
    natural = statuses.natural[home]
    sudden = statuses.sudden[home]
    kind = np.where(np.isnat(statuses.lifted[home]), np.where(sudden, "突发严重困难户", "边缘易致贫户"), "脱贫不稳定户")
    open = {
        "house": ~np.isnat(repairs.house.found) & (repairs.house.found >= statuses.identified),
        "water": ~np.isnat(repairs.water.found) & (repairs.water.found >= statuses.identified),
        "unable": ~traits["able"],
    }
    named: list[list[str]] = [[] for _ in home]
    for risk, whom, share in _RISKS:
        has = (open[whom] if whom in open else traits[whom])[home] & (rng.random(count) < share)
        for at in np.flatnonzero(has):
            named[at].append(risk)
    shock = pick(rng, _SHOCKS, count)
    for at in np.flatnonzero(sudden & ~traits["sick"][home]):
        named[at].insert(0, str(shock[at]))
    for trait, risk in (("works", "因务工就业不稳"), ("farms", "因产业项目失败")):
        for at in np.flatnonzero(traits[trait][home]):
            named[at] = named[at] or [risk]
    risks = np.array(["、".join(one[:5]) or _REST for one in named], object)
    line = np.array([line_of_year(int(str(day)[:4])) for day in identified])
    ended = np.array([line_of_year(int(str(day)[:4])) if not np.isnat(day) else 0 for day in removed])
    persons = people.count()[home]
    head = np.round(ended * rng.uniform(1.08, 1.4, count) / 1_000) * 1_000
    shares = _SHARES * rng.uniform(0.8, 1.2, (count, 4))
    parts = np.round(shares / shares.sum(axis=1, keepdims=True) * (head * persons * 1.13)[:, None] / 1_000) * 1_000
    over = ~np.isnat(removed)
    eased = over & ~natural
    left = np.where(people.aged_alone[home], *NATURAL_REASONS[:2])
    removal = {
        f"removal_{name}_fen": np.where(eased, parts[:, at], np.nan)
        for at, name in enumerate(("wage", "business", "property", "transfer"))
    }
    columns = {
        "code": joined(codes[home], np.where(again & ~once, "-JC2", "-JC1").astype(object)),
        "household_id": codes[home],
        "kind": kind.astype(object),
        "identified": identified,
        "risks": risks,
        "risk_note": np.where(risks == _REST, _NOTE, NOTHING),
        "per_head_fen": np.round(
            line * np.where(sudden, rng.uniform(1.05, 1.5, count), rng.uniform(0.78, 0.98, count)) / 1_000
        )
        * 1_000,
        "lacking": np.where(open["house"][home], "住房", np.where(open["water"][home], "饮水", NOTHING)),
        "removed": removed,
        "removal": np.where(over, np.where(natural, "自然消除", "帮扶消除"), NOTHING),
        "natural_reason": np.where(natural, left, NOTHING),
        **removal,
        "removal_expense_fen": np.where(eased, parts.sum(axis=1) - head * persons, np.nan),
        "removal_per_head_fen": np.where(eased, head, np.nan),
    }
    order = np.argsort(np.asarray(columns["code"]).astype(str), kind="stable")
    return {name: np.asarray(column)[order] for name, column in columns.items()}
