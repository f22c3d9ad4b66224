"""月调度 of the demonstration: last month's round closed, this month's open and two thirds of it reported, each by the
village it is of."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.calendars.workdays import calendar
from data.matters.round_figures import by_region
from data.matters.round_reports import Entry, Report, report_sheet, reports
from data.matters.rounds import close_round, open_round
from data.months import first_day, last_day, month_of
from data.regions import tree as regions
from data.terms import DISPATCH_STATES

_EVERYBODY = Viewer("admin", "")
_SHARES = {"on": 58, "slow": 20, "stuck": 8, "done": 14}  # of a hundred reports
_STAYS = 60  # of a hundred that were stuck, how many still are
_REPORTED = 67  # of a hundred households of this month
_FORGOTTEN = 2  # of last month's
_DAYS = 5  # working days until a round is due
_BEGUN = 21  # the day of the month that last month's began on
_TARGETS = {
    "未脱贫": (
        "人均纯收入稳定超过监测线", "落实一个务工岗位", "完成产业奖补验收", "残疾补贴、低保应享尽享", "住房安全复核",
    ),
    "监测": ("风险点逐项销号", "落实临时救助", "安排公益岗位", "家庭医生每月随访一次", "落实小额信贷贴息"),
    "低于监测线": ("核实收入并补记漏项", "对接就近务工", "落实产业到户项目", "核查低保条件"),
}  # fmt: skip
_WORDS = {
    "on": (
        "按计划推进。", "已入户核实，措施正在落实。", "务工收入稳定，本月已到账。", "帮扶措施落实，户里反映较好。", "",
    ),
    "slow": (
        "材料已报乡镇，等待审核。", "户主外出，还没有见面核实。", "奖补验收排在下月。", "用工单位还没有开工。",
        "村里正在对接公益岗位。",
    ),
    "stuck": (
        "家里没有劳动力，产业措施落不了地，请乡镇研究兜底。", "临时救助申请被退回，缺证明材料。", "户主长期联系不上。",
        "近处没有合适的岗位，远处去不了。", "自付费用较大，需要部门会商。",
    ),
    "done": (
        "本月目标已完成。", "收入已超过监测线，继续观察。", "风险点已解决，准备走消除程序。",
        "岗位已上岗，工资已发放。",
    ),
}  # fmt: skip


def make_rounds(engine: Engine, today: date, progress: Callable[[str, int, int], None] | None = None) -> int:
    """Two rounds for every county; how many households this month's lists hold."""
    with engine.connect() as connection:
        counties = regions.counties(connection)
        worked = calendar(connection)
    running = month_of(today)
    begun = max(today - timedelta(days=4), date.fromisoformat(first_day(running)))
    earlier = date.fromisoformat(first_day(running - 1)).replace(day=_BEGUN)
    listed = 0
    for county in counties:
        viewer = Viewer("county", county)
        before = open_round(
            engine, viewer, county, due=worked.add(earlier, _DAYS), now=datetime.combine(earlier, time(8, 40))
        )
        _report(engine, county, running - 1, earlier, worked.add(earlier, _DAYS), 100 - _FORGOTTEN, today, progress)
        end = datetime.combine(date.fromisoformat(last_day(running - 1)), time(17, 30))
        close_round(engine, viewer, before, reason="月底汇总，个别户外出务工未见面，转下月核实。", now=end)
        due = max(worked.add(begun, _DAYS), today)
        # what is written today stands before the hour at which this runs
        open_round(
            engine, viewer, county, due=due, now=datetime.combine(begun, time(8, 40) if begun < today else time())
        )
        listed += _report(
            engine, county, running, begun, max(begun, today - timedelta(days=1)), _REPORTED, today, progress
        )
    return listed


def _report(
    engine: Engine,
    county: str,
    month: int,
    first: date,
    last: date,
    percent: int,
    today: date,
    progress: Callable[[str, int, int], None] | None,
) -> int:
    """Each village reports of its own, on some day between two."""
    listed = 0
    with engine.connect() as connection:
        towns = by_region(connection, _EVERYBODY, county, month)["code"]
        villages = [code for town in towns for code in by_region(connection, _EVERYBODY, town, month)["code"]]
    for number, village in enumerate(sorted(villages)):
        if progress:
            progress("演示月调度", number, len(villages))
        chance = random.Random(f"{village} {month}")
        viewer = Viewer("village", village)
        with engine.connect() as connection:
            rows = reports(connection, viewer, village, month, limit=10_000)
        listed += len(rows)
        entries = {one.id: _entry(chance, one) for one in rows if chance.randrange(100) < percent}
        day = first + timedelta(days=chance.randrange((last - first).days + 1))
        if entries:
            hour = time(9, chance.randrange(60)) if day < today else time(0, 1)
            report_sheet(engine, viewer, entries, now=datetime.combine(day, hour))
    return listed


def _entry(chance: random.Random, one: Report) -> Entry:
    stuck_before = one.before is not None and one.before.state == "stuck"
    state = chance.choices(list(DISPATCH_STATES), [_SHARES[state] for state in DISPATCH_STATES])[0]
    if stuck_before and chance.randrange(100) < _STAYS:
        state = "stuck"
    target = chance.choice(_TARGETS[one.why.split("、")[0]])
    if one.before is not None and one.before.state != "done":
        target = one.before.target
    return Entry(target, state, chance.choice(_WORDS[state]), one.entry.version)
