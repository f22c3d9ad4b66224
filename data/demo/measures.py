"""The sheet 帮扶措施: what is done for a household, by what it lacks."""

import numpy as np

from data.demo.ground import Ground, Sheet, joined, month_days, on_workdays, some_day
from data.demo.people import People
from data.demo.repairs import Lacking, Repairs
from data.demo.statuses import Statuses
from data.demo.traits import Traits
from data.terms import DEVELOPING_MEASURES

# category, name, whom (a trait), of them the share, yuan from and to (0: no money), whether it goes on without an end
_KINDS = (
    ("产业", "庭院经济补助", "able", 0.1, 500, 2_000, False),
    ("产业", "种养殖到户补助", "farms", 0.16, 1_000, 3_000, False),
    ("产业", "良种农资发放", "farms", 0.08, 200, 800, False),
    ("产业", "产业技术指导", "farms", 0.05, 0, 0, False),
    ("公益岗位", "公益岗位", "posts", 1, 0, 0, True),
    ("就业", "外出务工交通补助", "works", 0.16, 200, 500, False),
    ("就业", "技能培训", "works", 0.05, 300, 800, False),
    ("就业", "务工推荐", "works", 0.06, 0, 0, False),
    ("义务教育保障", "义务教育阶段资助", "compulsory", 0.6, 500, 1_250, False),
    ("义务教育保障", "寄宿生生活补助", "compulsory", 0.25, 620, 1_500, False),
    ("其他教育", "雨露计划补助", "vocational", 0.9, 3_000, 3_000, False),
    ("健康", "家庭医生签约", "sick", 0.45, 0, 0, True),
    ("健康", "医保参保资助", "allowance", 0.9, 200, 380, False),
    ("健康", "大病救助", "ill", 0.6, 2_000, 18_000, False),
    ("健康", "慢性病送药", "chronic", 0.12, 100, 600, False),
    ("综合保障", "低保", "allowance", 1, 0, 0, True),
    ("综合保障", "特困供养", "destitute", 1, 0, 0, True),
    ("综合保障", "残疾人两项补贴", "subsidy", 1, 0, 0, True),
    ("综合保障", "临时救助", "sudden", 0.9, 500, 5_000, False),
    ("金融", "小额信贷贴息", "farms", 0.05, 200, 2_200, False),
    ("金融", "防返贫保险", "watched", 0.5, 50, 150, False),
    ("搬迁", "易地搬迁后续扶持", "able", 0.01, 500, 3_000, False),
    ("生态", "退耕还林补助", "forest", 1, 0, 0, True),
    ("社会帮扶", "消费帮扶", "farms", 0.03, 100, 800, False),
)  # fmt: skip
_REST = ("社会帮扶", "结对慰问", 200, 500)  # for who has nothing else
_FIRST_STEP = ("产业", "产业技术指导")  # for who is watched and can work, within a month
_UNITS = {"产业": "农业农村局", "就业": "人力资源和社会保障局",
          "公益岗位": "人力资源和社会保障局", "义务教育保障": "教育局", "其他教育": "教育局", "健康": "卫生健康局",
          "住房安全保障": "住房和城乡建设局", "饮水安全保障": "水利局", "综合保障": "民政局", "金融": "财政局",
          "搬迁": "发展和改革局", "生态": "林业和草原局", "社会帮扶": "农业农村局", "医保参保资助": "医疗保障局",
          "大病救助": "医疗保障局"}  # fmt: skip
_REPAIRS = (("住房安全保障", "危房改造", 14_000, 35_000), ("饮水安全保障", "入户管道改造", 300, 1_500))
_Part = tuple[np.ndarray, str, str, float, float, bool]  # households, category, name, yuan, whether without an end


def measures(
    ground: Ground,
    people: People,
    statuses: Statuses,
    repairs: Repairs,
    traits: Traits,
    codes: np.ndarray,
    village: np.ndarray,
) -> Sheet:
    """All measures, household by household; a handful of households has none, on purpose."""
    rng = ground.rng("measures")
    homes = len(codes)
    parts: list[_Part] = []
    for kind, called, whom, share, low, high, lasting in _KINDS:
        chosen = np.flatnonzero(traits[whom] & (rng.random(homes) < share))
        parts.append((chosen, kind, called, low, high, lasting))
    had = np.zeros((2, homes), bool)  # anything, anything that lets them earn
    for part in parts:
        had[0, part[0]] = True
        had[1, part[0]] |= part[1] in DEVELOPING_MEASURES
    begins = np.flatnonzero((statuses.watched > 0) & traits["able"] & ~had[1])
    parts.append((begins, *_FIRST_STEP, 0, 0, False))
    had[0, begins] = True
    parts.append((np.flatnonzero(~had[0]), *_REST, False))
    home, category, name, yuan, started, ended = _in_order(
        [
            _drawn(ground, rng, people, statuses, parts),
            _of_repairs(rng, repairs.house, *_REPAIRS[0]),
            _of_repairs(rng, repairs.water, *_REPAIRS[1]),
            _of_the_first_time(statuses),
        ],
        bare=rng.choice(homes, size=max(1, homes // 1_000), replace=False),
    )
    counties = np.array([ground.names[place.code[:6]] for place in ground.villages], object)[village]
    return {
        "code": np.array([f"CS{number:07d}" for number in range(1, len(home) + 1)], object),
        "household_id": codes[home],
        "category": category,
        "name": name,
        "started": started,
        "ended": ended,
        "amount_fen": np.where(yuan > 1, np.round(yuan / 10) * 1_000, np.nan),
        "unit": joined(counties[home], [_UNITS.get(n, _UNITS[c]) for n, c in zip(name, category, strict=True)]),
    }


_Columns = tuple[np.ndarray, ...]  # household, category, name, yuan, day it started, day it ended


def _in_order(rows: list[_Columns], bare: np.ndarray) -> _Columns:
    """All of them, household by household; nothing of those who are to stay bare."""
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    order = order[~np.isin(columns[0][order], bare)]
    return tuple(column[order] for column in columns)


def _drawn(
    ground: Ground, rng: np.random.Generator, people: People, statuses: Statuses, parts: list[_Part]
) -> _Columns:
    home = np.concatenate([part[0] for part in parts])
    times = [len(part[0]) for part in parts]
    category, name = (np.repeat(np.array([part[at] for part in parts], object), times) for at in (1, 2))
    low, high, lasting = (np.repeat(np.array([part[at] for part in parts], float), times) for at in (3, 4, 5))
    yuan = rng.uniform(low, high + 1) * np.where(name == "医保参保资助", people.count()[home], 1)
    started = np.where(lasting > 0, _lasting(ground, rng, statuses, home), _started(ground, rng, statuses, home))
    ended = started + rng.integers(90, 366, len(home)).astype("timedelta64[D]")
    over = statuses.ended[home]
    open = (statuses.watched[home] > 0) & (statuses.cleared[home] > ground.last) & (name != "临时救助")
    ended = np.where((lasting > 0) | open, over, np.where(ended > over, over, ended))
    begun = ~(started > over)  # who ended before it could begin has none
    return tuple(column[begun] for column in (home, category, name, yuan, started, ended))


def _started(ground: Ground, rng: np.random.Generator, statuses: Statuses, home: np.ndarray) -> np.ndarray:
    """Some day since the household is on the books, later ones more often; soon after, of who is or was watched."""
    begin, _ = month_days(np.maximum(statuses.since, ground.first)[home])
    end = np.where(np.isnat(statuses.ended), ground.end, statuses.ended)[home]
    span = np.maximum((end - 12 - begin).astype(int), 0)
    some = begin + (span * rng.random(len(home)) ** 0.4).astype("timedelta64[D]")
    watched = statuses.watched[home] > 0
    soon = statuses.identified[home] + rng.integers(3, 25, len(home)).astype("timedelta64[D]")
    started: np.ndarray = on_workdays(np.minimum(np.where(watched, soon, some), end))
    return started


def _lasting(ground: Ground, rng: np.random.Generator, statuses: Statuses, home: np.ndarray) -> np.ndarray:
    """Before the books begin, or as soon as the household is on them: what is paid each month stands in all of them."""
    soon = statuses.known[home] + rng.integers(3, 25, len(home)).astype("timedelta64[D]")
    before = some_day(rng, np.maximum(soon, ground.start - 900), np.maximum(soon, ground.start - 15), len(home))
    started: np.ndarray = on_workdays(np.minimum(np.maximum(before, soon), ground.end))
    return started


def _of_the_first_time(statuses: Statuses) -> _Columns:
    """What was done for those who were watched before."""
    home = np.flatnonzero(~np.isnat(statuses.earlier))
    names = (np.full(len(home), one, object) for one in _FIRST_STEP)
    started = on_workdays(statuses.earlier[home] + np.timedelta64(12, "D"))
    return home, *names, np.zeros(len(home)), started, statuses.earlier_removed[home]


def _of_repairs(
    rng: np.random.Generator, lacking: Lacking, category: str, name: str, low: float, high: float
) -> _Columns:
    """A measure for each house or pipe that was not safe, from soon after it was found until it was mended."""
    home = np.flatnonzero(~np.isnat(lacking.found))
    names = (np.full(len(home), one, object) for one in (category, name))
    started = lacking.found[home] + np.timedelta64(3, "D")
    return home, *names, rng.uniform(low, high, len(home)), on_workdays(started), lacking.mended[home]
