"""Further households in rows of the workbook, where a definition has more than one side: who is spoken of by another
half of a rule, and who lies just beyond it. Made by reading the definitions, as ``workbook_cases`` are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.data.rules.home import OTHER_HELPER, Home, identity
from tests.data.rules.workbook_cases import (
    DISABLED,
    LOW_PAID,
    Does,
    both,
    certificate,
    checked,
    child,
    fact,
    gain,
    head,
    house,
    line,
    measure,
    nobody_works,
    nothing,
    number,
    old,
    paired_until,
    problem,
    removed,
    shared_number,
    spouse,
    task,
    visit,
    watched,
    year,
)


@dataclass(frozen=True)
class Near:
    """What is done in a household, and whether the rule then speaks of it."""

    rule: str
    hits: bool
    does: Does


def namesake(**cells: object) -> Does:
    """A second row in one household with the spouse's name and number."""
    return lambda home: home.member(
        str(home.spouse["姓名"]), "其他", "女", "1990-01-02", 证件号码=home.spouse["证件号码"], **cells
    )


def beside(change: Callable[[Home], object], name: str = "same") -> Does:
    """A household beside it whose head has the head's number, with something else there."""

    def does(home: Home) -> None:
        shared_number(name)(home)
        change(home.beside[0])

    return does


def event(kind: str, day: str) -> Does:
    return lambda home: home.give("户变动", 变动=kind, 日期=day)


def unhelped(home: Home) -> None:
    """The measure that a watched household has was over before it was identified."""
    home.rows["帮扶措施"][0].update(开始日期="2025-01-20", 结束日期="2025-12-31")


def healthy_help(home: Home) -> None:
    home.rows["帮扶措施"][0].update(类别="健康", 名称="签约服务")


def again(**before: object) -> Does:
    """A removed episode, and another that is open."""
    return lambda home: [home.removed(**before), home.watched(监测编号=f"JC{home.number}B")]


def joined(**cells: object) -> Does:
    """Somebody who came in 2025."""
    return lambda home: home.member(f"王{home.number}", "其他", "女", "1990-01-02", 加入日期="2025-06-01", **cells)


def monthly(*months: str) -> Does:
    """Lines of these months: who has one is waited for a year later, before the county's books are closed."""
    return both(*(line(month, "公益岗位工资", "900") for month in months))


LEFT = {"离开日期": "2026-10-01", "离开原因": "迁出"}
ORDINARY = house(户类型="一般户", 识别日期="", 脱贫日期="")
NATURAL = {"消除方式": "自然消除", "自然消除原因": "整户失联核销"}
PENSION = year("养老金", "20000", "20000")
POST_BEFORE = year("公益岗位工资", "6000", "")
"""Wages of a post in the year before, and other wages in both: the books are whole."""
EDGE = measure("综合保障", "低保边缘家庭救助", "2025-01-01")
DAUGHTER = {"与户主关系": "之女", "性别": "女"}

NEAR = (
    # those with a household beside them stand first: their numbers are small enough for two
    Near("R101", False, beside(lambda other: other.head.update(LEFT), "赵某")),
    Near("R101", False, shared_number("same")),
    Near("R101", True, shared_number("赵某")),
    Near("R102", False, shared_number("赵某")),
    Near("R102", False, beside(lambda other: other.head.update(LEFT))),
    Near("R102", False, beside(event("注销", "2026-11-22"))),
    Near("R109", False, lambda home: [
        home.neighbour().house.update(联系电话=home.house["联系电话"]), event("注销", "2026-11-22")(home.beside[0])
    ]),
    Near("R203", False, lambda home: home.neighbour(性别="女", 证件号码=identity("1985-02-03", 9, male=False))),
    Near("R101", True, namesake()),
    Near("R101", False, namesake(**LEFT)),
    Near("R103", True, number(lambda held: held + "1")),
    Near("R103", True, number(lambda held: held[:10] + "O" + held[11:])),
    Near("R103", False, certificate("1301")),
    Near("R105", True, certificate("15")),
    Near("R108", True, certificate("23")),
    Near("R204", True, child("2012-03-04", "初中", 性别="女", 证件号码=identity("2012-03-04", 4, male=False))),
    Near("R208", True, both(ORDINARY, house(联系电话=""), watched(类型="边缘易致贫户"))),
    # not watched though
    Near("R303", False, both(year("务工工资", "13000", "13000"), watched())),
    Near("R303", False, both(year("务工工资", "13000", "13000"), house(户类型="未脱贫户", 脱贫日期=""))),
    Near("R304", True, both(child("2012-03-04", "辍学"), checked("义务教育", "2020-09-01", "达标"),
                            checked("义务教育", "2026-09-01", "未达标"))),
    Near("R304", True, both(child("2012-03-04", "辍学"), checked("住房", "2026-09-01", "达标"))),
    Near("R304", False, both(child("2012-03-04", "辍学"), watched())),
    Near("R304", False, both(child("2012-03-04", "辍学"), checked("义务教育", "2026-09-01", "达标"))),
    Near("R304", True, child("2010-12-01", "辍学")),
    Near("R304", False, child("2010-11-30", "辍学")),
    Near("R304", False, child("2020-12-01", "未入学")),
    Near("R305", False, both(watched(), spouse(健康状况="大病", 参加医保="否"))),
    Near("R305", False, spouse(参加医保="否")),
    # episode
    Near("R405", False, house(饮水安全="")),
    Near("R405", True, both(house(住房安全=""), watched())),
    Near("R406", False, both(watched("因残"), spouse(残疾类别="视力", 残疾等级="四级"))),
    Near("R406", False, both(watched("因残"), spouse(健康状况=""))),
    Near("R406", False, watched()),
    Near("R407", False, both(watched("因病"), spouse(健康状况=""))),
    Near("R408", False, both(watched("缺劳动力"), old(), old("1948-04-05"))),
    Near("R409", False, both(watched(), nobody_works)),
    Near("R409", False, both(watched("因务工就业不稳"), nobody_works, spouse(劳动技能=""))),
    Near("R410", False, both(watched("因学"), child("2012-03-04", ""))),
    Near("R413", True, watched(识别时人均纯收入="3999.99")),
    Near("R413", False, watched(识别时人均纯收入="4000")),
    Near("R414", False, both(watched(), year("务工工资", "", ""), PENSION)),
    Near("R414", False, both(year("务工工资", "99", "99"), PENSION)),
    Near("R415", False, both(event("识别", "2014-12-01"), event("脱贫", "2018-11-30"),
                             event("有序退出", "2025-12-31"), watched())),
    Near("R415", False, both(ORDINARY, watched(类型="边缘易致贫户"))),
    Near("R415", True, both(ORDINARY, watched())),
    # help
    Near("R501", True, both(watched(), unhelped)),
    Near("R502", False, both(watched(), healthy_help, nobody_works)),
    Near("R502", False, both(watched(), unhelped)),
    Near("R502", False, both(watched(), healthy_help, measure("公益岗位", "护林员", "2026-02-01"))),
    Near("R503", True, both(house(户属性="低保户"), EDGE)),
    Near("R503", True, both(house(户属性="低保户"), measure("健康", "低保户体检", "2025-01-01"))),
    Near("R503", True, both(house(户属性="低保户"), measure("综合保障", "农村低保", "2025-01-01", "2026-11-21"))),
    Near("R503", False, both(house(户属性="低保户"), ORDINARY)),
    Near("R504", True, both(house(户属性="特困户"), measure("综合保障", "农村低保", "2025-01-01"))),
    Near("R505", False, EDGE),
    Near("R505", True, measure("综合保障", "特困供养", "2026-03-01")),
    Near("R505", False, measure("健康", "低保户体检", "2026-03-01")),
    Near("R506", False, both(house(户属性="一般户"), EDGE)),
    Near("R506", True, both(LOW_PAID, year("低保金", "3000", ""), PENSION)),
    Near("R506", False, both(LOW_PAID, line("2026-10", "特困供养金", "300"))),
    Near("R506", False, both(house(户属性="低保户"), measure("综合保障", "农村低保", "2025-11-23"))),
    Near("R507", False, both(measure("产业", "养羊", "2025-01-01"), year("资产收益分红", "100", "100"))),
    Near("R507", False, both(measure("产业", "养羊", "2025-01-01"), year("养殖业", "100", "100"))),
    Near("R507", False, both(measure("产业", "养羊", "2025-01-01", "2026-11-21"))),
    Near("R508", False, both(measure("就业", "外出务工", "2025-06-01"), year("务工工资", "", ""), PENSION,
                             line("2026-10", "其他工资性", "900"))),
    Near("R508", False, both(year("务工工资", "", ""), PENSION)),
    Near("R509", True, both(measure("公益岗位", "护林员", "2025-06-01"), POST_BEFORE)),
    Near("R510", True, both(ORDINARY, watched(类型="边缘易致贫户"), paired_until("2026-11-21"))),
    Near("R510", False, both(ORDINARY, paired_until("2026-11-21"))),
    # removal
    Near("R601", True, removed(消除时未达标保障="住房、饮水")),
    Near("R602", True, both(removed(), checked("饮水", "2024-06-01", "未达标"), checked("饮水", "2025-06-01", "达标"))),
    Near("R603", False, both(removed(**NATURAL), fact("参加医保", "2024-06-01", "否"))),
    Near("R603", False, both(removed(), joined(参加医保="否"))),
    Near("R604", False, lambda home: [home.removed(**NATURAL), home.rows.pop("帮扶措施")]),
    Near("R604", True, lambda home: [
        home.removed(), home.rows["帮扶措施"][0].update(开始日期="2023-01-01", 结束日期="2024-01-09")
    ]),
    Near("R605", False, removed(识别日期="2024-08-31", 消除日期="2025-02-28")),
    Near("R605", True, removed(识别日期="2024-08-31", 消除日期="2025-02-27")),
    Near("R605", False, removed(识别日期="2024-10-01", **NATURAL)),
    Near("R606", False, watched(since="2026-10-30")),
    Near("R404", False, again(识别时人均纯收入="")),
    Near("R413", False, again(识别时人均纯收入="99")),
    Near("R602", False, again(消除时未达标保障="饮水")),
    Near("R605", False, again(识别日期="2024-10-01")),
    Near("R609", False, again(消除时人均纯收入="")),
    Near("R607", False, both(removed(**NATURAL), nobody_works)),
    Near("R607", False, both(removed(), nobody_works, spouse(劳动技能=""))),
    Near("R609", False, removed(消除时人均纯收入="", **NATURAL)),
    Near("R610", False, removed(消除时人均纯收入="6999", **NATURAL)),
    Near("R611", False, both(removed(), joined())),
    Near("R611", False, removed(消除时人均纯收入="9999", 消除时财产性收入="")),
    # health and labour
    Near("R705", False, certificate("14")),
    Near("R705", False, both(spouse(劳动技能="弱劳动力或半劳动力", 残疾类别="视力"))),
    Near("R706", False, head(健康状况="残疾", 残疾类别="肢体", 残疾等级="一级")),
    Near("R706", True, head(健康状况="残疾", 残疾类别="肢体", 残疾等级="三级")),
    Near("R708", False, head(健康状况="残疾", 残疾类别="视力", 残疾等级="一级")),
    Near("R709", False, child("2009-03-04", "普通高中", 务工区域="乡内", 务工月数="2")),
    Near("R711", True, both(DISABLED, head(残疾类别=""))),
    # school
    Near("R801", True, child("2011-11-30", "小学")),
    Near("R801", False, child("2011-12-01", "小学")),
    Near("R802", True, child("2014-12-01", "初中")),
    Near("R803", True, child("2005-11-30", "中职", 文化程度="初中")),
    Near("R807", False, child("2003-11-30", "非在校", 劳动技能="普通劳动力")),
    Near("R807", False, child("2010-11-30", "普通高中")),
    Near("R808", False, child("2010-11-30", "", 文化程度="初中")),
    # books
    Near("R901", True, line("2026-09", "其他工资性", "30000.01")),
    Near("R901", False, line("2025-11", "公益岗位工资", "99")),
    Near("R902", False, both(ORDINARY, watched(类型="边缘易致贫户"), monthly("2025-01", "2026-01"))),
    Near("R902", True, both(ORDINARY, watched(类型="边缘易致贫户"), monthly("2024-12", "2025-12"))),
    Near("R903", True, both(line("2026-09", "资产收益分红", "600"), gain("分红", "2024"))),
    Near("R903", False, both(line("2026-09", "资产收益分红", "600"), gain("分红", "2025"))),
    Near("R904", True, year("务工工资", "30000", "14999")),
    Near("R904", False, year("务工工资", "30000", "15000")),
    Near("R907", False, both(year("低保金", "3000", ""), PENSION)),
    Near("R907", True, line("2026-10", "低保金", "300")),
    Near("R908", False, both(ORDINARY, year("务工工资", "", ""))),
    Near("R908", False, both(year("务工工资", "", ""), line("2026-10", "务工工资", "900"))),
    # places, dates and work
    Near("R951", False, house(经度="121.5", 纬度="41.004")),
    Near("R951", True, house(经度="121.5", 纬度="41.005")),
    Near("R952", False, both(ORDINARY, house(经度="", 纬度=""))),
    Near("R1001", True, house(返贫日期="2014-11-30", 脱贫日期="")),
    Near("R1001", False, house(户类型="脱贫不稳定户", 识别日期="2026-01-10")),
    Near("R1003", True, both(visit("2026-11-01", "BF01"), paired_until("2026-10-31"))),
    Near("R1003", False, visit("2026-08-22", OTHER_HELPER)),
    Near("R1004", False, problem("王一")),
    Near("R1005", False, task("村党支部和村委会", 完成日期="2026-11-01", 进度="100")),
    Near("R1006", True, both(ORDINARY, watched(类型="边缘易致贫户"), measure("健康", "签约服务", "2026-01-09"))),
    Near("R1006", False, both(ORDINARY, measure("健康", "签约服务", "2026-01-09"))),
    Near("R208", False, nothing),
)  # fmt: skip
