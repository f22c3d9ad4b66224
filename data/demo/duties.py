"""Measures, money, problems and tasks: what is done for households and villages, on time and late."""

from collections import defaultdict

import numpy as np

from data.demo.ground import NOTHING, Ground, Sheet, joined, month_days, pick, some_day
from data.demo.people import People
from data.demo.person_names import given_names, surnames
from data.demo.statuses import Statuses

# category, names, yuan from and to (0: none), whether it runs for a year and ends
_MEASURES = {
    "产业": (("庭院经济补助", "种养殖到户补助", "良种农资发放", "产业技术指导"), (300, 3_000), True),
    "就业": (("公益岗位", "外出务工交通补助", "技能培训", "务工推荐"), (200, 6_000), True),
    "教育": (("雨露计划补助", "义务教育阶段资助", "寄宿生生活补助"), (500, 3_000), True),
    "健康": (("家庭医生签约", "医保参保资助", "大病救助", "慢性病送药"), (100, 5_000), True),
    "住房": (("危房改造", "房屋修缮"), (3_000, 24_000), True),
    "饮水": (("入户管道改造", "水质净化"), (200, 1_500), True),
    "兜底": (("低保", "特困供养", "残疾人两项补贴", "临时救助"), (0, 0), False),
    "金融": (("小额信贷贴息", "防返贫保险"), (50, 1_500), True),
    "搬迁": (("易地搬迁后续扶持",), (500, 3_000), True),
    "生态": (("生态护林员", "退耕还林补助"), (300, 6_000), True),
    "其他": (("消费帮扶", "结对慰问"), (100, 800), True),
}  # fmt: skip
_UNITS = {"产业": "农业农村局", "就业": "人力资源和社会保障局", "教育": "教育局", "健康": "医疗保障局",
          "住房": "住房和城乡建设局", "饮水": "水利局", "兜底": "民政局", "金融": "财政局", "搬迁": "发展和改革局",
          "生态": "林业和草原局", "其他": "乡村振兴局"}  # fmt: skip
_PROBLEMS = {
    "政策落实": ("残疾补贴未及时发放", "教育资助未到位", "医保参保资助未落实", "低保动态调整不及时"),
    "住房安全": ("房屋墙体有裂缝，需鉴定", "屋顶漏雨未修缮"),
    "饮水安全": ("冬季管道冻结，供水不稳定", "水质检测不及时"),
    "帮扶责任": ("帮扶责任人走访次数不足", "帮扶措施与致贫原因不对应"),
    "项目资产": ("项目收益未按约定到账", "资产台账登记不完整", "项目进度滞后"),
    "资金管理": ("资金拨付进度滞后", "报账资料不完整"),
    "数据质量": ("家庭收入填报不准", "家庭成员信息未更新", "致贫原因与实际不符"),
    "监测帮扶": ("突发困难户未及时纳入监测", "风险消除依据不充分"),
}
_TASKS = (
    ("入户排查", "全部农户排查一遍"),
    ("危房改造", "十月底前入住"),
    ("饮水设施维修", "入冬前通水正常"),
    ("低保核查", "应保尽保、应退尽退"),
    ("产业补助发放", "补助全部到户"),
    ("公益岗位安置", "岗位人员到岗"),
    ("医保参保动员", "参保率达到百分之百"),
    ("村内道路硬化", "完工验收"),
    ("慢性病送医送药", "签约服务到位"),
    ("务工人员登记", "登记率达到百分之百"),
    ("环境整治", "通过镇级验收"),
    ("收入核算", "明白卡全部更新"),
)
_OF_A_HOUSEHOLD = (1, 5, 8)  # of the tasks above
_YEARLY = (  # source, name, from and to in ten thousand yuan, for each county
    ("中央", "衔接推进乡村振兴补助资金", 900, 1_500),
    ("省", "省级衔接资金", 400, 800),
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


def measures(ground: Ground, people: People, statuses: Statuses, codes: np.ndarray, village: np.ndarray) -> Sheet:
    """The sheet 帮扶措施: by what a household lacks; a handful has none, on purpose."""
    rng = ground.rng("measures")
    homes = len(codes)
    chance = rng.random((9, homes))
    sick = people.count(np.isin(people.health, ("大病", "长期慢性病"))) > 0
    wants = {
        "兜底": statuses.attribute != "一般户",
        "健康": sick & (chance[0] < 0.55),
        "教育": (people.count(people.pupil) > 0) & (chance[1] < 0.8),
        "就业": (people.count(people.work_months > 0) > 0) & (chance[2] < 0.3),
        "产业": chance[3] < 0.3,
        "住房": chance[4] < 0.03,
        "饮水": chance[5] < 0.015,
        "金融": chance[6] < 0.05,
        "搬迁": chance[7] < 0.01,
        "生态": chance[8] < 0.02,
    }
    wants["其他"] = ~np.any(list(wants.values()), axis=0)
    bare = rng.choice(homes, size=max(1, homes // 1_000), replace=False)
    rows = [(home, name) for name, mask in wants.items() for home in np.setdiff1d(np.flatnonzero(mask), bare)]
    rows.sort(key=lambda row: row[0])
    home, category = np.array([at for at, _ in rows], int), np.array([name for _, name in rows], object)
    named, low, high = (np.empty(len(home), dtype) for dtype in (object, float, float))
    for name, (names, (least, most), _) in _MEASURES.items():
        here = np.flatnonzero(category == name)
        named[here], low[here], high[here] = pick(rng, names, len(here)), least, most
    named = np.where((category == "兜底") & (statuses.attribute[home] == "特困户"), "特困供养", named)
    begin, _ = month_days(np.maximum(statuses.watched, ground.first)[home])
    span = np.maximum((ground.end - 12 - begin).astype(int), 0)
    recent = begin + (span * rng.random(len(home)) ** 0.4).astype("timedelta64[D]")
    started = np.where(statuses.watched[home] > 0, np.minimum(begin + 20, ground.end), recent)
    lasting = np.array([not _MEASURES[name][2] for name in category])
    ended = np.where(lasting, np.datetime64("NaT"), started + rng.integers(90, 366, len(home)).astype("timedelta64[D]"))
    counties = np.array([ground.names[place.code[:6]] for place in ground.villages], object)[village]
    return {
        "code": np.array([f"CS{number:07d}" for number in range(1, len(home) + 1)], object),
        "household_id": codes[home],
        "category": category,
        "name": named,
        "started": started,
        "ended": ended,
        "amount_fen": np.where(low > 0, np.round(rng.uniform(low, high + 1) / 10) * 1_000, np.nan),
        "unit": joined(counties[home], np.array([_UNITS[name] for name in category], object)),
    }


def funds(ground: Ground, projects: dict[str, np.ndarray]) -> tuple[Sheet, Sheet]:
    """The sheets 资金 and 资金拨付: each year's money of each county, with and without a project."""
    rng = ground.rng("funds")
    first, last = ground.first // 12 + 1, ground.last // 12
    rows: list[_Fund] = []
    for county in ground.counties:
        for year in range(first, last + 1):
            for source, name, least, most in _YEARLY:
                rows.append((year, source, county.code, None, name, round(rng.uniform(least, most)) * 10_000_00))
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
        then = np.datetime64(f"{year + 1}-01-04") + int(rng.integers(0, 60) if late else rng.integers(90, 200))
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
        days = begin + np.unique(rng.integers(0, 240 if not late else 275, size=rng.integers(3, 6)))
        parts = rng.dirichlet(np.full(len(days), 3.0))
        fen = np.round(arranged * share * parts / 100_000).astype(np.int64) * 100_000
        rows += [(code, day, amount) for day, amount in zip(days, fen, strict=True) if amount and day <= ground.end]
    code, day, amount = zip(*rows, strict=True)
    return {"fund": list(code), "paid": np.array(day), "amount_fen": np.array(amount)}


def problems(ground: Ground, codes: np.ndarray, village: np.ndarray) -> Sheet:
    """The sheet 问题: most closed, some open, a few overdue."""
    rng = ground.rng("problems")
    count = max(12, round(len(ground.villages) * 2.45))
    found = np.sort(some_day(rng, ground.start, ground.end - 2, count))
    deadline = found + rng.choice([15, 30, 30, 45, 60], size=count).astype("timedelta64[D]")
    took = rng.gamma(3.0, 8.5, size=count).astype("timedelta64[D]")
    never = np.datetime64("NaT")
    done = (found + took <= ground.end) & (rng.random(count) > 0.035)
    rectified = np.where(done, found + took, never)
    closed = found + took + rng.integers(1, 15, size=count).astype("timedelta64[D]")
    closed = np.where(done & (closed <= ground.end) & (rng.random(count) > 0.02), closed, never)
    of_home = rng.random(count) < 0.5
    home = rng.integers(0, len(codes), size=count)
    level = rng.choice([12, 9, 6], size=count, p=(0.8, 0.15, 0.05))
    places = [ground.villages[village[at]].code for at in home]
    region = [code if mine else code[:length] for code, mine, length in zip(places, of_home, level, strict=True)]
    category = pick(rng, list(_PROBLEMS), count)
    return {
        "code": np.array([f"WT{number:05d}" for number in range(1, count + 1)], object),
        "region": np.array(region, object),
        "household_id": np.where(of_home, codes[home], NOTHING),
        "source": pick(rng, ("排查", "暗访", "督导", "审计", "群众反映"), count, (0.4, 0.15, 0.22, 0.08, 0.15)),
        "category": category,
        "description": np.array([pick(rng, _PROBLEMS[name], 1)[0] for name in category], object),
        "found": found,
        "deadline": deadline,
        "owner": _people(rng, count),
        "rectified": rectified,
        "closed": closed,
    }


def tasks(ground: Ground, codes: np.ndarray, village: np.ndarray) -> Sheet:
    """The sheet 作战任务: finished, under way, overdue; the more of its time is gone, the further."""
    rng = ground.rng("tasks")
    count = len(ground.villages) * 10
    started = np.sort(some_day(rng, ground.start, ground.end - 3, count))
    deadline = started + rng.choice([60, 90, 120, 180, 270], size=count).astype("timedelta64[D]")
    took = ((deadline - started).astype(int) * rng.beta(5, 1.6, size=count) * 1.05).astype("timedelta64[D]")
    late = rng.random(count) < 0.055
    finished = started + np.where(late, took + 300, took)
    done = finished <= ground.end
    gone = np.clip((ground.end - started).astype(int) / (deadline - started).astype(int), 0, 1)
    progress = np.clip(gone * rng.uniform(0.6, 1.1, size=count) * 20, 0, 19).round() * 500
    which = rng.integers(0, len(_TASKS), size=count)
    home = rng.integers(0, len(codes), size=count)
    of_home = np.isin(which, _OF_A_HOUSEHOLD) & (rng.random(count) < 0.9)
    return {
        "code": np.array([f"RW{number:06d}" for number in range(1, count + 1)], object),
        "village": np.array([ground.villages[at].code for at in village[home]], object),
        "household_id": np.where(of_home, codes[home], NOTHING),
        "name": np.array([_TASKS[at][0] for at in which], object),
        "target": np.array([_TASKS[at][1] for at in which], object),
        "started": started,
        "deadline": deadline,
        "owner": _people(rng, count),
        "progress_bp": np.where(done, 10_000, progress),
        "finished": np.where(done, finished, np.datetime64("NaT")),
    }


def _people(rng: np.random.Generator, count: int) -> np.ndarray:
    return joined(surnames(rng, count), given_names(rng, rng.random(count) < 0.7, np.full(count, 45)))
