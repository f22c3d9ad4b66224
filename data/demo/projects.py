"""Projects, what they return month by month, and what of it reaches which household."""

from dataclasses import dataclass

import numpy as np

from data.demo import project_assets
from data.demo.geography import homes
from data.demo.ground import NOTHING, Ground, joined, months_of, pick, some_day
from data.demo.statuses import Statuses

# kind, share, names, how households take part beside dividends, what the operator is
_KINDS = (
    ("光伏", 0.18, ("光伏电站", "屋顶光伏项目"), "其他", "新能源有限公司"),
    ("种植", 0.2, ("食用菌大棚", "设施蔬菜基地", "中药材种植基地", "优质水稻基地"), "土地流转", "种植专业合作社"),
    ("养殖", 0.17, ("肉牛养殖小区", "绒山羊养殖场", "蛋鸡养殖场", "淡水养殖项目"), "务工", "养殖专业合作社"),
    ("林果", 0.14, ("苹果标准园", "榛子基地", "葡萄园区"), "土地流转", "果业专业合作社"),
    ("加工", 0.11, ("农产品加工厂", "粉条加工车间", "冷链仓储项目"), "务工", "食品有限公司"),
    ("扶贫车间", 0.1, ("手工编织车间", "服装加工车间"), "务工", "服饰有限公司"),
    ("乡村旅游", 0.06, ("民宿项目", "采摘园项目"), "务工", "乡村旅游专业合作社"),
    ("其他", 0.04, ("农机服务项目",), "公益岗位", "农机服务专业合作社"),
)
_PUBLIC = ("村内道路硬化工程", "安全饮水巩固提升工程", "污水处理设施工程", "小型水利设施工程")
"""What no household takes a return from: for all."""
_BEFORE = ("储备", "方案编制", "审批", "公示", "招投标", "建设", "竣工验收", "资金报账", "资产移交")
_PAYOUTS = (6, 12)  # calendar months in which dividends are paid, each for the half-year that ends then
_PASSED_ON = 0.7  # of what was received
_WORTH = 30_000  # fen: fewer households share, rather than each getting less
_Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # project, household or month, month or fen due, fen
_Taker = tuple[int, int, int, str]  # project, household, year, mode


@dataclass(frozen=True)
class Projects:
    """The sheets 项目, 项目进度, 项目收益, 项目带户 and the income lines that follow from them.

    ``paid`` holds household numbers, months, and fen of dividends; ``rents`` the same of land rents.
    ``villages`` are the numbers of the villages of each project.
    """

    columns: dict[str, np.ndarray]
    stages: dict[str, np.ndarray]
    returns: dict[str, np.ndarray]
    takers: dict[str, np.ndarray]
    paid: tuple[np.ndarray, np.ndarray, np.ndarray]
    rents: tuple[np.ndarray, np.ndarray, np.ndarray]


def draw_projects(ground: Ground, village: np.ndarray, codes: np.ndarray, statuses: Statuses) -> Projects:
    """All projects; ``village`` and ``codes`` are those of the households."""
    rng = ground.rng("projects")
    columns, kinds = _sheet(ground, rng)
    columns |= project_assets.operators(ground, kinds, [kind[4] for kind in _KINDS], columns)
    columns |= project_assets.assets(ground, columns)
    returns = _returns(ground, rng, columns, kinds)
    columns["asset_state"] = project_assets.states(columns, ground.last, returns)
    members = _members(ground, rng, columns["region"], village)
    dividends = _dividends(rng, returns, members, statuses, len(codes))
    modes = np.array([kind[3] for kind in _KINDS], object)[kinds]
    rents, others = _beside(ground, rng, modes, returns, members, statuses)
    takers = _takers(columns["code"], codes, dividends, rents, others)
    stages = project_assets.stages(ground, columns)
    return Projects(columns, stages, _returns_sheet(columns["code"], returns), takers, dividends[1:], rents[1:])


def _sheet(ground: Ground, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
    count = max(4, round(len(ground.villages) * ground.scale.projects))
    shares = np.array([kind[1] for kind in _KINDS])
    kinds = rng.choice(len(_KINDS), size=count, p=shares / shares.sum())
    region = _regions(ground, rng, count)
    running = rng.random(count) < 0.76
    running[: count // 2] = True
    order = rng.permutation(count)
    running = running[order]
    stage = np.where(running, "运营", pick(rng, _BEFORE, count, (3, 2, 1, 1, 1, 3, 1, 1, 1))).astype(object)
    built = np.isin(stage, ("运营", "竣工验收", "资金报账", "资产移交"))
    begun = np.where(
        running,
        some_day(rng, ground.start - 900, ground.end - 500, count),
        some_day(rng, ground.end - 420, ground.end - 200, count),
    )
    completed = begun + rng.integers(90, 190, size=count).astype("timedelta64[D]")
    never = np.datetime64("NaT")
    place = [ground.names[code] for code in region]
    legal = np.array([kind[4] for kind in _KINDS], object)[kinds]
    operator = joined(ground.counties[0].name[:2], pick(rng, project_assets.FIRMS, count), legal)
    lon, lat = _points(ground, rng, region)
    classes = pick(rng, ("经营性", "公益性", "到户类"), count, (0.84, 0.08, 0.08))
    classes[rng.permutation(count)[:2]] = "公益性"
    public = classes == "公益性"
    kinds[public] = len(_KINDS) - 1
    named = _named(
        rng, place, [_PUBLIC if of_all else _KINDS[kind][2] for of_all, kind in zip(public, kinds, strict=True)]
    )
    returns = classes == "经营性"
    return {
        "code": np.array([f"XM{ground.last // 12}{number:04d}" for number in range(1, count + 1)], object),
        "name": named,
        "kind": np.array([_KINDS[kind][0] for kind in kinds], object),
        "region": region,
        "stage": stage,
        "investment_fen": np.round(np.clip(rng.lognormal(13.8, 0.6, size=count), 2.5e5, 6e6), -3).astype(int) * 100,
        "started": np.where(built | (stage == "建设"), begun, never),
        "completed": np.where(built, completed, never),
        "operator": np.where(built, operator, NOTHING),
        "asset_class": classes,
        "owner": joined(place, "集体经济组织"),
        "manager": np.where(built, operator, NOTHING),
        "beneficiary": np.where(public, joined(place, "全体村民"), joined(place, "脱贫户和监测对象")),
        "supervisor": np.array([ground.government(code[:9]) for code in region], object),
        "agreed_rate": np.where(returns, rng.choice([0.05, 0.06, 0.06, 0.07, 0.08, 0.1], size=count), np.nan),
        "lon": lon,
        "lat": lat,
    }, kinds


def _named(rng: np.random.Generator, places: list[str], kinds: list[tuple[str, ...]]) -> np.ndarray:
    """Place and kind, none twice: the second of a kind in a place is its second stage."""
    names: dict[str, None] = {}
    for place, among in zip(places, kinds, strict=True):
        wanted = f"{place}{pick(rng, among, 1)[0]}"
        stages = (wanted, *(f"{wanted}（{number}期）" for number in "二三四五六七八九十"))
        names[next((name for name in stages if name not in names), f"{wanted}{len(names)}")] = None
    return np.array(list(names), object)


def _regions(ground: Ground, rng: np.random.Generator, count: int) -> np.ndarray:
    level = rng.choice([12, 9, 6], size=count, p=(0.6, 0.3, 0.1))
    return np.array([pick(rng, [place.code for place in ground.land.places[at]], 1)[0] for at in level], object)


def _points(ground: Ground, rng: np.random.Generator, region: np.ndarray) -> np.ndarray:
    spots = []
    for code in region:
        within = [place for place in ground.villages if place.code.startswith(code)]
        spots.append(homes(within[rng.integers(len(within))], 1, rng)[0])
    return np.array(spots).T


def _returns(ground: Ground, rng: np.random.Generator, columns: dict[str, np.ndarray], kinds: np.ndarray) -> _Parts:
    """Project numbers, months, fen due and fen received; in the last months one operator falters with all that it
    runs, and a project beside it."""
    running = np.flatnonzero((columns["stage"] == "运营") & (columns["asset_class"] == "经营性"))
    opens = months_of(columns["completed"][running]) + 3
    months = ground.months
    monthly = np.isin(kinds[running], (0, 5))[:, None]
    on = (months >= opens[:, None]) & (monthly | ((months % 12 + 1) % 3 == 0))
    year_due = columns["investment_fen"][running] * columns["agreed_rate"][running]
    due = np.round(year_due[:, None] / np.where(monthly, 12, 4) / 100) * 100
    weak = rng.random((len(running), 1)) < 0.18
    paid = np.where(rng.random(on.shape) < np.where(weak, 0.35, 0.06), rng.uniform(0.2, 0.9, on.shape), 1.0)
    _, of, projects = np.unique(columns["operator"][running].astype(str), return_inverse=True, return_counts=True)
    faltering = np.flatnonzero(of == projects.argmax())
    faltering = np.union1d(faltering, rng.permutation(len(running))[:1])
    little = rng.uniform(0, 0.25, (len(faltering), len(months)))
    paid[faltering] = np.where(months > ground.last - 7, little, paid[faltering])
    paid[:, -1] *= rng.random(len(running)) < 0.75 * ground.today.day / 30  # the month is not over
    project, at = np.nonzero(on)
    owed = np.broadcast_to(due, on.shape)[project, at].astype(np.int64)
    received = np.round(owed * paid[project, at]).astype(np.int64)
    return running[project], months[at], owed, received


def _returns_sheet(codes: np.ndarray, returns: _Parts) -> dict[str, np.ndarray]:
    project, month, due, received = returns
    return {"project": codes[project], "month": month, "due_fen": due, "received_fen": received}


def _members(ground: Ground, rng: np.random.Generator, region: np.ndarray, village: np.ndarray) -> list[np.ndarray]:
    """The households behind each project: of the village, or picked across the township or county."""
    found = []
    for code in region:
        inside = np.array([place.code.startswith(code) for place in ground.villages])
        within = np.flatnonzero(inside[village])
        share = {12: rng.uniform(0.5, 0.8), 9: rng.uniform(0.12, 0.25)}.get(len(code), 60 / max(len(within), 60))
        found.append(rng.permutation(within[rng.random(len(within)) < share]))
    return found


def _counted(statuses: Statuses, household: np.ndarray, month: int) -> np.ndarray:
    counted: np.ndarray = household[(statuses.since[household] <= month) & (statuses.until[household] >= month)]
    return counted


def _dividends(
    rng: np.random.Generator, returns: _Parts, members: list[np.ndarray], statuses: Statuses, homes: int
) -> _Parts:
    """Project, household, month and fen: 70 per cent of each half-year's returns, shared out to whole yuan."""
    project, month, _, received = returns
    half = month // 6  # the half-years of the calendar, as ordinals begin with January
    rows: list[_Parts] = []
    weight = rng.choice([1.0, 1.2, 1.5], size=homes, p=(0.6, 0.25, 0.15))  # differentiated shares
    for one, when in sorted(set(zip(project.tolist(), half.tolist(), strict=True))):
        paid_in = when * 6 + 5
        if paid_in > month.max():
            continue
        total = received[(project == one) & (half == when)].sum() * _PASSED_ON
        behind = _counted(statuses, members[one], paid_in)
        behind = behind[rng.random(len(behind)) < 0.97][: int(total // _WORTH)]
        if len(behind) == 0:
            continue
        shares = (total * weight[behind] / weight[behind].sum() // 100 * 100).astype(np.int64)
        kept = shares >= _WORTH // 3
        rows.append((np.full(kept.sum(), one), behind[kept], np.full(kept.sum(), paid_in), shares[kept]))
    return _stacked(rows)


def _stacked(rows: list[_Parts]) -> _Parts:
    none = np.empty(0, np.int64)
    project, household, month, fen = zip(*rows, strict=True) if rows else ([none],) * 4
    return (
        np.concatenate(project).astype(np.int64),
        np.concatenate(household).astype(np.int64),
        np.concatenate(month).astype(np.int64),
        np.concatenate(fen).astype(np.int64),
    )


def _beside(
    ground: Ground,
    rng: np.random.Generator,
    modes: np.ndarray,
    returns: _Parts,
    members: list[np.ndarray],
    statuses: Statuses,
) -> tuple[_Parts, list[_Taker]]:
    """Land rents paid each December, and who works for a project in a year (mode and number, without an amount)."""
    rents: list[_Parts] = []
    others: list[_Taker] = []
    for one in np.unique(returns[0]):
        years = np.unique(returns[1][returns[0] == one] // 12)
        some = members[one][rng.random(len(members[one])) < (0.6 if modes[one] == "土地流转" else 0.08)]
        rent = rng.integers(3, 16, size=len(some)) * 12_000
        for year in years:
            if modes[one] != "土地流转":
                others += [(one, home, year, modes[one]) for home in _counted(statuses, some, year * 12 + 5)]
            elif year * 12 + 11 <= ground.last:
                counted = _counted(statuses, some, year * 12 + 11)
                fen = rent[np.isin(some, counted)]
                rents.append((np.full(len(fen), one), counted, np.full(len(fen), year * 12 + 11), fen))
    return _stacked(rents), others


def _takers(
    projects: np.ndarray, codes: np.ndarray, dividends: _Parts, rents: _Parts, others: list[_Taker]
) -> dict[str, np.ndarray]:
    """The sheet 项目带户: what each household had from each project in a year, by mode."""
    parts: list[tuple[np.ndarray, ...]] = []
    for name, (project, household, month, fen) in (("分红", dividends), ("土地流转", rents)):
        keys, where = np.unique(np.stack([project, household, month // 12]), axis=1, return_inverse=True)
        total = np.bincount(where.ravel(), weights=fen, minlength=keys.shape[1])
        parts.append((*keys, np.full(keys.shape[1], name, object), total))
    if others:
        project, household, year, mode = (np.array(part) for part in zip(*others, strict=True))
        parts.append((project, household, year, mode.astype(object), np.full(len(year), np.nan)))
    project, household, year, mode, fen = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {
        "project": projects[project.astype(int)],
        "household_id": codes[household.astype(int)],
        "year": year.astype(int),
        "mode": mode,
        "amount_fen": fen,
        "persons": np.where(np.isin(mode, ("务工", "公益岗位")), 1, np.nan),
    }
