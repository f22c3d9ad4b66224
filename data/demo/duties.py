"""Money, problems and tasks: what is done for villages and households, on time and late."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.demo.ground import NOTHING, Ground, Sheet, on_workdays, pick, some_day
from data.demo.repairs import Repairs
from data.demo.traits import Traits
from data.text.official import fund_word

# category, description, whom of the households it is about (a trait; "": a village; "township", "county": their own)
_PROBLEMS = (
    ("政策落实", "残疾人补贴未及时发放", "subsidy"),
    ("政策落实", "教育资助未到位", "compulsory"),
    ("政策落实", "医保参保资助未落实", "allowance"),
    ("政策落实", "低保动态调整不及时", "allowance"),
    ("饮水安全", "水质检测不及时", ""),
    ("帮扶责任", "帮扶责任人走访次数不足", "counted"),
    ("帮扶责任", "帮扶措施与致贫原因不对应", "counted"),
    ("帮扶责任", "驻村工作队驻村天数不足", ""),
    ("项目资产", "项目收益未按约定到账", ""),
    ("项目资产", "资产台账登记不完整", "township"),
    ("项目资产", "项目进度滞后", "township"),
    ("资金管理", "资金拨付进度滞后", "county"),
    ("资金管理", "报账资料不完整", "township"),
    ("数据质量", "家庭收入填报不准", "counted"),
    ("数据质量", "家庭成员信息未更新", "counted"),
    ("数据质量", "务工信息与实际不符", "works"),
    ("监测帮扶", "监测对象帮扶措施单一", "watched"),
    ("监测帮扶", "风险消除依据不充分", "cleared"),
)
_DWELLINGS = (
    ("住房安全", ("房屋墙体有裂缝，需鉴定", "屋顶漏雨未修缮", "房屋经鉴定为C级，需改造"), 90),
    ("饮水安全", ("入户管道破损，供水不稳定", "水井水量不足，需接入管网"), 60),
)
"""Of houses and of water: category, descriptions, days within which it is to be put right."""
# task, what is wanted, whom of the households it is about ("": the village)
_TASKS = (
    ("入户排查", "全部农户排查一遍", ""),
    ("饮水设施维修", "供水正常", ""),
    ("低保核查", "应保尽保、应退尽退", ""),
    ("产业补助发放", "补助全部到户", ""),
    ("公益岗位安置", "岗位人员到岗", "posts"),
    ("医保参保动员", "参保率达到百分之百", ""),
    ("村内道路硬化", "完工验收", ""),
    ("慢性病送医送药", "签约服务到位", "chronic"),
    ("务工人员登记", "登记率达到百分之百", ""),
    ("环境整治", "通过镇级验收", ""),
    ("收入核算", "明白卡全部更新", ""),
)
_REBUILT = ("危房改造", "房屋竣工入住")
_YEARLY = (  # source, name (with the word for the funds of its year), from and to in ten thousand yuan, for each county
    ("中央", "中央财政{}", 900, 1_500),
    ("省", "省级{}", 400, 800),
    ("市", "市级配套资金", 120, 300),
    ("县", "县级配套资金", 150, 350),
    ("县", "公益岗位补助资金", 80, 160),
    ("社会", "社会帮扶捐赠资金", 20, 90),
)
_BY_TOWNSHIP = (  # the same for each township, every other year
    ("省", "乡镇产业发展补助资金", 20, 80),
    ("县", "村内基础设施补助资金", 15, 60),
)
_COLUMNS = ("year", "source", "region", "project", "name", "arranged_fen")
_Fund = tuple[int, str, str, str | None, str, int]  # in the order of _COLUMNS


def funds(ground: Ground, projects: dict[str, np.ndarray]) -> tuple[Sheet, Sheet]:
    """The sheets 资金 and 资金拨付: each year's money of each county, with and without a project."""
    rng = ground.rng("funds")
    first, last = ground.first // 12 + 1, ground.last // 12
    rows: list[_Fund] = []
    for county in ground.counties:
        for year in range(first, last + 1):
            for source, name, least, most in _YEARLY:
                called = name.format(fund_word(year))
                rows.append((year, source, county.code, None, called, round(rng.uniform(least, most)) * 10_000_00))
    started = projects["started"].astype("datetime64[Y]").astype(float) + 1970
    for at in np.flatnonzero((started >= first) & ~np.isnat(projects["started"])):
        source = pick(rng, ("中央", "省", "市", "县", "社会"), 1, (0.5, 0.25, 0.1, 0.12, 0.03))[0]
        rows.append(
            (
                int(started[at]),
                source,
                projects["region"][at],
                projects["code"][at],
                projects["name"][at] + "建设资金",
                int(projects["investment_fen"][at]),
            )
        )
    rows += _of_townships(ground, range(first, last + 1))
    rows.sort(key=lambda row: (row[0], row[2], row[3] or "", row[1], row[4]))
    sheet: Sheet = {name: list(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}
    sheet["code"] = [f"ZJ{year}{number:05d}" for number, year in enumerate(sheet["year"], start=1)]
    return _ended(ground, sheet, _payments(ground, rng, sheet))


def _of_townships(ground: Ground, years: range) -> list[_Fund]:
    rng = ground.rng("township_funds")
    return [
        (year, source, place.code, None, name, round(rng.uniform(least, most)) * 10_000_00)
        for year in years
        for number, place in enumerate(ground.land.places[9])
        for source, name, least, most in [_BY_TOWNSHIP[(number + year) % 2]]
    ]


def _ended(ground: Ground, sheet: Sheet, paid: Sheet) -> tuple[Sheet, Sheet]:
    """How funds of earlier years end: the rest is paid after New Year, or the fund is settled and the rest goes back;
    a fifth of last year's are still open."""
    rng = ground.rng("fund_ends")
    sums: dict[str, int] = defaultdict(int)
    for code, fen in zip(paid["fund"], paid["amount_fen"], strict=True):
        sums[code] += int(fen)
    settled, recovered, more = [], [], []
    for code, year, arranged in zip(sheet["code"], sheet["year"], sheet["arranged_fen"], strict=True):
        rest, late, lives = arranged - sums[code], rng.random() < 0.6, rng.random() < 0.2
        then = np.datetime64(f"{year + 1}-01-08") + int(rng.integers(0, 60) if late else rng.integers(90, 200))
        then = on_workdays(np.array([then]))[0]
        ends = rest > 0 and then <= ground.end and not (lives and year == ground.last // 12 - 1)
        if ends and late:
            more.append((code, then, rest))
        settled.append(then if ends and not late else np.datetime64("NaT"))
        recovered.append(rest if ends and not late else np.nan)
    code, day, fen = zip(*[*zip(paid["fund"], paid["paid"], paid["amount_fen"], strict=True), *more], strict=True)
    payments: Sheet = {"fund": list(code), "paid": np.array(day), "amount_fen": np.array(fen)}
    return {**sheet, "settled": np.array(settled), "recovered_fen": np.array(recovered)}, payments


def _payments(ground: Ground, rng: np.random.Generator, sheet: Sheet) -> Sheet:
    """Three or four parts through the year; this year's only as far as it went, a tenth of the funds late."""
    rows = []
    for code, year, arranged in zip(sheet["code"], sheet["year"], sheet["arranged_fen"], strict=True):
        over = year < ground.last // 12
        late = rng.random() < 0.1
        share = rng.uniform(0.93, 1.0) if over else rng.uniform(0.72, 0.97)
        share *= rng.uniform(0.35, 0.7) if late and not over else 1
        begin = np.datetime64(f"{year}-03-01") + int(rng.integers(0, 60))
        days = np.unique(on_workdays(begin + rng.integers(0, 240 if not late else 275, size=rng.integers(3, 6))))
        parts = rng.dirichlet(np.full(len(days), 3.0))
        fen = np.round(arranged * share * parts / 100_000).astype(np.int64) * 100_000
        rows += [(code, day, amount) for day, amount in zip(days, fen, strict=True) if amount and day <= ground.end]
    code, day, amount = zip(*rows, strict=True)
    return {"fund": list(code), "paid": np.array(day), "amount_fen": np.array(amount)}


@dataclass(frozen=True)
class Owners:
    """Who may answer for what: the helpers' names, the same number of them for each village."""

    name: np.ndarray
    each: int

    def of(self, rng: np.random.Generator, village: np.ndarray) -> np.ndarray:
        """One of the first six of each village, who are its cadres."""
        found: np.ndarray = self.name[village * self.each + rng.integers(0, 6, len(village))]
        return found


def problems(
    ground: Ground, repairs: Repairs, traits: Traits, codes: np.ndarray, village: np.ndarray, owners: Owners
) -> Sheet:
    """The sheet 问题: most closed, some open, a few overdue by days or weeks."""
    rng = ground.rng("problems")
    count = max(12, round(len(ground.villages) * 2.3))
    late = ground.end - rng.integers(4, 75, size=count)
    found = on_workdays(np.where(rng.random(count) < 0.16, late, some_day(rng, ground.start, ground.end - 2, count)))
    deadline = found + rng.choice([15, 30, 30, 45, 60], size=count).astype("timedelta64[D]")
    took = rng.gamma(3.0, 6.5, size=count).astype("timedelta64[D]")
    slow = rng.random(count) < 0.12
    took = np.where(slow, (deadline - found) + rng.integers(4, 50, count).astype("timedelta64[D]"), took)
    kind = rng.integers(0, len(_PROBLEMS), size=count)
    home = _fitting(rng, traits, [_PROBLEMS[at][2] for at in kind], len(codes))
    at_home = np.array([_PROBLEMS[at][2] in traits for at in kind])
    length = np.array([{"township": 9, "county": 6}.get(_PROBLEMS[at][2], 12) for at in kind])
    rows = [(home, at_home, length, kind, found, deadline, found + took)]
    for number, lacking in enumerate((repairs.house, repairs.water)):
        lately = np.flatnonzero(lacking.found >= ground.start)
        begun = lacking.found[lately]
        due = begun + np.timedelta64(_DWELLINGS[number][2], "D")
        mended = np.where(np.isnat(lacking.mended[lately]), ground.end + 30, lacking.mended[lately])
        yes, whole = np.full(len(lately), True), np.full(len(lately), 12)
        rows.append((lately, yes, whole, np.full(len(lately), -1 - number), begun, due, mended))
    home, at_home, length, kind, found, deadline, rectified = (np.concatenate(part) for part in zip(*rows, strict=True))
    order = np.argsort(found, kind="stable")
    home, at_home, length, kind, found, deadline, rectified = (
        part[order] for part in (home, at_home, length, kind, found, deadline, rectified)
    )
    never = np.datetime64("NaT")
    rectified = on_workdays(np.maximum(rectified, found + 3))
    closed = on_workdays(rectified + rng.integers(3, 12, size=len(kind)).astype("timedelta64[D]"))
    places = [ground.villages[village[at]].code for at in home]
    return {
        "code": np.array([f"WT{number:05d}" for number in range(1, len(kind) + 1)], object),
        "region": np.array([code[:upto] for code, upto in zip(places, length, strict=True)], object),
        "household_id": np.where(at_home, codes[home], NOTHING),
        "source": pick(rng, ("排查", "暗访", "督导", "审计", "群众反映"), len(kind), (0.4, 0.15, 0.22, 0.08, 0.15)),
        "category": np.array([_PROBLEMS[at][0] if at >= 0 else _DWELLINGS[-1 - at][0] for at in kind], object),
        "description": np.array(
            [_PROBLEMS[at][1] if at >= 0 else pick(rng, _DWELLINGS[-1 - at][1], 1)[0] for at in kind], object
        ),
        "found": found,
        "deadline": deadline,
        "owner": owners.of(rng, village[home]),
        "rectified": np.where(rectified <= ground.end, rectified, never),
        "closed": np.where(closed <= ground.end, closed, never),
    }


def _fitting(rng: np.random.Generator, traits: Traits, whom: Sequence[str], homes: int) -> np.ndarray:
    """A household for each, that has the trait named (any, where none is)."""
    pools = {name: np.flatnonzero(traits[name if name in traits else "counted"]) for name in set(whom)}
    found: np.ndarray = np.array(
        [rng.choice(pools[name]) if len(pools[name]) else rng.integers(homes) for name in whom]
    )
    return found


def tasks(
    ground: Ground, repairs: Repairs, traits: Traits, codes: np.ndarray, village: np.ndarray, owners: Owners
) -> Sheet:
    """The sheet 作战任务: finished, under way, overdue by days or weeks; the more of its time is gone, the further."""
    rng = ground.rng("tasks")
    count = len(ground.villages) * 10
    started = np.sort(some_day(rng, ground.start, ground.end - 3, count))
    allowed = rng.choice([60, 90, 120, 180, 270], size=count)
    late = rng.random(count) < 0.3
    took = allowed * np.where(late, 1, rng.beta(5, 1.6, size=count)) + late * rng.integers(4, 50, size=count)
    turn = np.tile(np.arange(10), len(ground.villages))  # no village has one task twice within the years shown
    place = np.repeat(np.arange(len(ground.villages)), 10)
    mixed = rng.permutation(count)
    place, which = place[mixed], ((place * 3 + turn) % len(_TASKS))[mixed]
    home = _of_village(rng, traits, [_TASKS[at][2] for at in which], village, place)
    rows = [(place, home, which, started, allowed, took)]
    house = np.flatnonzero(repairs.house.found >= ground.start)
    lasted = (np.where(repairs.house.safe, repairs.house.mended, ground.end + 20) - repairs.house.found)[house].astype(
        int
    )
    days = np.full(len(house), 210)
    rows.append(
        (village[house], house, np.full(len(house), -1), repairs.house.found[house], days, np.maximum(lasted, 9))
    )
    place, home, which, started, allowed, took = (np.concatenate(part) for part in zip(*rows, strict=True))
    order = np.argsort(started, kind="stable")
    place, home, which, started, allowed, took = (one[order] for one in (place, home, which, started, allowed, took))
    started = on_workdays(started)
    deadline = started + allowed.astype("timedelta64[D]")
    finished = on_workdays(started + np.maximum(took, 7).astype("timedelta64[D]"))
    done = finished <= ground.end
    gone = np.clip((ground.end - started).astype(int) / allowed, 0, 1)
    progress = np.clip(gone * rng.uniform(0.6, 1.1, size=len(which)) * 20, 0, 19).round() * 500
    named = [_TASKS[at][:2] if at >= 0 else _REBUILT for at in which]
    return {
        "code": np.array([f"RW{number:06d}" for number in range(1, len(which) + 1)], object),
        "village": np.array([ground.villages[at].code for at in place], object),
        "household_id": np.where(home >= 0, codes[home], NOTHING),
        "name": np.array([name for name, _ in named], object),
        "target": np.array([wanted for _, wanted in named], object),
        "started": started,
        "deadline": deadline,
        "owner": owners.of(rng, place),
        "progress_bp": np.where(done, 10_000, progress),
        "finished": np.where(done, finished, np.datetime64("NaT")),
    }


def _of_village(
    rng: np.random.Generator, traits: Traits, whom: Sequence[str], village: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """The household of the village that each task is about; -1: the village itself."""
    found = np.full(len(place), -1)
    for at, name in enumerate(whom):
        if name:
            fitting = np.flatnonzero(traits[name] & traits["counted"] & (village == place[at]))
            found[at] = rng.choice(fitting) if len(fitting) else -1
    return found
