"""For each rule a household in rows of the workbook that it speaks of, and one that it does not.

Made by reading the definition that officials read, on 22 November 2026: what is right lies as near to what is wrong as
the definition allows. Ages are told at the month's end, the 30th.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.data.rules.home import OTHER_HELPER, VILLAGE, Home, identity

Does = Callable[[Home], object]


@dataclass(frozen=True)
class Case:
    """What is wrong in a household of ``rule``, what is right there, and what the rule then marks of it."""

    rule: str
    wrong: Does
    right: Does
    marks: Callable[[Home], list[str]]


def of_house(home: Home) -> list[str]:
    return [home.code]


def of_head(home: Home) -> list[str]:
    return [str(home.head["人编号"])]


def of_spouse(home: Home) -> list[str]:
    return [str(home.spouse["人编号"])]


def of_last(home: Home) -> list[str]:
    return [str(home.members[-1]["人编号"])]


def of_both(home: Home) -> list[str]:
    return of_head(home) + of_last(home)


def of_episode(home: Home) -> list[str]:
    return [f"JC{home.number}"]


def of_measure(home: Home) -> list[str]:
    return [str(home.rows["帮扶措施"][0]["措施编号"])]


def of_line(month: str) -> Callable[[Home], list[str]]:
    return lambda home: [f"{home.code}:{month}"]


def head(**cells: object) -> Does:
    return lambda home: home.head.update(cells)


def spouse(**cells: object) -> Does:
    return lambda home: home.spouse.update(cells)


def house(**cells: object) -> Does:
    return lambda home: home.house.update(cells)


def child(born: str, schooling: str, **cells: object) -> Does:
    return lambda home: home.child(born, schooling, **cells)


def old(born: str = "1950-02-03", **cells: object) -> Does:
    return lambda home: home.old(born, **cells)


def watched(risk: str = "因意外事故", **cells: object) -> Does:
    return lambda home: home.watched(risk, **cells)


def removed(**cells: object) -> Does:
    return lambda home: home.removed(**cells)


def measure(kind: str, name: str, started: str, ended: str = "") -> Does:
    return lambda home: home.measure(kind, name, started, ended)


def year(subject: str, before: str, last: str) -> Does:
    return lambda home: home.year(subject, before, last)


def both(*does: Does) -> Does:
    return lambda home: [one(home) for one in does]


def nothing(home: Home) -> None:
    """As it is it is right."""


def shared_number(name: str) -> Does:
    """A household beside it whose head has the head's number, and is called so."""

    def does(home: Home) -> None:
        named = str(home.head["姓名"]) if name == "same" else name
        home.neighbour(姓名=named, 证件号码=home.head["证件号码"], 出生日期=home.born)

    return does


def of_head_and_neighbour(home: Home) -> list[str]:
    return [*of_head(home), *of_head(home.beside[0])]


def certificate(suffix: str, kind: str = "视力", level: str = "三级") -> Does:
    """The head has a disability certificate of that number, and the register says that kind and level."""

    def does(home: Home) -> None:
        held = {"健康状况": "残疾", "残疾类别": kind, "残疾等级": level, "劳动技能": "弱劳动力或半劳动力"}
        home.head.update(held, 证件号码=f"{home.head['证件号码']}{suffix}")

    return does


def number(make: Callable[[str], str]) -> Does:
    """The head's number, made otherwise."""
    return lambda home: home.head.update(证件号码=make(str(home.head["证件号码"])))


def no_member(home: Home) -> None:
    for row in home.members:
        row.update({"离开日期": "2026-10-01", "离开原因": "迁出"})


def one_member(home: Home) -> None:
    home.spouse.update({"离开日期": "2026-10-01", "离开原因": "迁出"})


def nobody_works(home: Home) -> None:
    home.idle()


def alone_with_child(born: str, **cells: object) -> Does:
    """The head alone works, with two children of this day."""

    def does(home: Home) -> None:
        home.spouse.update({"劳动技能": "丧失劳动力", "务工区域": "", "务工月数": "", "健康状况": "残疾"})
        home.spouse.update({"残疾类别": "精神", "残疾等级": "一级"})
        home.child(born, "小学", **cells)

    return does


def paired_until(day: str) -> Does:
    return lambda home: home.rows["结对帮扶"][0].update(结束日期=day)


def visit(day: str, helper: str) -> Does:
    return lambda home: home.give("走访", 走访编号=f"ZF{home.number}", 责任人编号=helper, 日期=day, 事由="日常走访")


def problem(owner: str, **cells: object) -> Does:
    told = {"来源": "排查", "类别": "政策落实", "描述": "补贴未到", "发现日期": "2026-10-01", "整改期限": "2026-12-01"}
    return lambda home: home.give(
        "问题", **{"问题编号": f"WT{home.number}", "区划代码": VILLAGE, **told, "责任人": owner, **cells}
    )


def task(owner: str, **cells: object) -> Does:
    told = {"任务": "修路", "目标": "通车", "开始日期": "2026-10-01", "期限": "2026-12-01", "进度": "10"}
    return lambda home: home.give(
        "作战任务", **{"任务编号": f"RW{home.number}", "村代码": VILLAGE, **told, "责任人": owner, **cells}
    )


def line(month: str, subject: str, amount: str) -> Does:
    return lambda home: home.line(month, subject, amount)


def gain(mode: str, of: str) -> Does:
    return lambda home: home.give("项目带户", 项目编号="XM1", 年度=of, 方式=mode, 金额="600")


def checked(item: str, day: str, verdict: str, **cells: object) -> Does:
    return lambda home: home.checked(item, day, verdict, **cells)


def fact(item: str, day: str, value: str) -> Does:
    """Something of the head from a day on."""
    return lambda home: home.rows["成员状况"].append(
        {"人编号": home.head["人编号"], "项目": item, "日期": day, "值": value}
    )


UNLIFTED = house(户类型="未脱贫户", 脱贫日期="")
LOW_PAID = both(house(户属性="低保户"), measure("综合保障", "农村低保", "2025-01-01"))
LOW_PAID_ONCE = both(LOW_PAID, year("低保金", "3000", "3000"))
DISABLED = head(健康状况="残疾", 残疾类别="视力", 残疾等级="二级", 劳动技能="弱劳动力或半劳动力")

CASES = (
    # identity
    Case(
        "R101",
        lambda home: home.member("赵某", "其他", "女", str(home.spouse["出生日期"]), 证件号码=home.spouse["证件号码"]),
        lambda home: home.member("赵某", "其他", "女", "1990-01-02"),
        lambda home: of_spouse(home) + of_last(home),
    ),
    Case("R102", shared_number("same"), lambda home: home.neighbour(姓名=home.head["姓名"]), of_head_and_neighbour),
    Case("R103", number(lambda held: held[:17]), nothing, of_head),
    Case("R104", number(lambda held: held[:17] + ("1" if held[17] != "1" else "2")), nothing, of_head),
    Case("R105", certificate("83"), certificate("13"), of_head),
    Case("R106", lambda home: home.head.update(出生日期="1971-12-12"), nothing, of_head),
    Case(
        "R107",
        lambda home: home.head.update(证件号码=identity(home.born, 1, male=False)),
        lambda home: home.head.update(证件号码=identity(home.born, 3, male=True)),
        of_head,
    ),
    Case("R108", certificate("13", level="二级"), certificate("12", level="二级"), of_head),
    Case(
        "R109",
        lambda home: home.neighbour().house.update(联系电话=home.house["联系电话"]),
        lambda home: home.neighbour(),
        lambda home: [home.code, home.beside[0].code],
    ),
    Case("R110", house(联系电话="1990000110"), house(联系电话="0417-1234567"), of_house),
    Case("R111", head(证件号码=""), nothing, of_head),
    Case("R112", head(出生日期=""), nothing, of_head),
    # household
    Case("R201", head(与户主关系="其他"), nothing, of_house),
    Case(
        "R202",
        lambda home: home.member("赵某", "户主", "男", "1990-01-02"),
        lambda home: home.member("赵某", "户主", "男", "1990-01-02", 离开日期="2026-10-01", 离开原因="分户"),
        of_house,
    ),
    Case(
        "R203",
        lambda home: home.spouse.update(性别="男", 证件号码=identity(str(home.spouse["出生日期"]), 2, male=True)),
        nothing,
        of_spouse,
    ),
    Case("R204", child("2012-03-04", "初中", 与户主关系="之女"), child("2012-03-04", "初中"), of_last),
    Case("R205", house(户主姓名="旧名"), nothing, of_house),
    Case("R206", no_member, one_member, of_house),
    Case(
        "R207",
        both(
            head(离开日期="2026-10-01", 离开原因="死亡"),
            spouse(离开日期="2026-10-01", 离开原因="死亡"),
            lambda home: home.child("2010-12-01", "初中", 与户主关系="户主", 姓名=home.head["姓名"]),
        ),
        both(
            head(离开日期="2026-10-01", 离开原因="死亡"),
            spouse(离开日期="2026-10-01", 离开原因="死亡"),
            lambda home: home.child("2010-11-30", "初中", 与户主关系="户主", 姓名=home.head["姓名"]),
        ),
        of_house,
    ),
    Case("R208", house(联系电话=""), house(联系电话="", 户类型="一般户", 识别日期="", 脱贫日期=""), of_house),
    Case(
        "R209",
        lambda home: home.member(
            f"张{home.number}", "其他", "男", home.born, 证件号码=identity(home.born, 7, male=True)
        ),
        lambda home: home.member(f"张{home.number}", "其他", "男", "1991-01-02"),
        of_both,
    ),
    Case("R210", spouse(与户主关系="不详"), spouse(与户主关系="其他"), of_spouse),
    Case("R211", spouse(性别=""), nothing, of_spouse),
    # not watched though
    Case("R301", house(住房安全="否"), both(house(住房安全="否"), watched("因安全住房")), of_house),
    Case(
        "R302",
        checked("饮水", "2026-06-01", "未达标"),
        both(checked("饮水", "2026-06-01", "未达标"), checked("饮水", "2026-09-01", "存疑")),
        of_house,
    ),
    Case("R303", year("务工工资", "13000", "13000"), year("务工工资", "13000", "14000"), of_house),
    Case(
        "R304",
        child("2012-03-04", "辍学"),
        both(child("2012-03-04", "辍学"), checked("义务教育", "2026-09-01", "存疑", 说明="因重病休养，送教上门")),
        of_last,
    ),
    Case(
        "R305",
        spouse(健康状况="大病", 劳动技能="丧失劳动力", 务工区域="", 务工月数="", 参加医保="否"),
        spouse(健康状况="大病", 劳动技能="丧失劳动力", 务工区域="", 务工月数="", 参加医保="是"),
        of_spouse,
    ),
    # episode
    Case(
        "R401",
        house(户类型="边缘易致贫户", 识别日期="", 脱贫日期=""),
        both(house(户类型="一般户", 识别日期="", 脱贫日期=""), watched(类型="边缘易致贫户")),
        of_house,
    ),
    Case(
        "R402",
        house(户类型="脱贫不稳定户", 识别日期="2026-01-10"),
        both(house(户类型="脱贫不稳定户"), watched()),
        of_house,
    ),
    Case(
        "R403",
        watched("因意外事故、其他", 风险备注="其他"),
        watched("因意外事故、其他", 风险备注="家中失窃"),
        of_episode,
    ),
    Case("R404", watched(识别时人均纯收入=""), watched(), of_episode),
    Case(
        "R405",
        both(house(饮水安全=""), watched()),
        both(house(饮水安全=""), watched(), checked("饮水", "2026-02-01", "达标")),
        of_house,
    ),
    Case("R406", watched("因残"), both(watched("因残"), DISABLED), of_episode),
    Case(
        "R407",
        watched("因病"),
        both(watched("因病"), head(健康状况="长期慢性病", 劳动技能="弱劳动力或半劳动力")),
        of_episode,
    ),
    Case(
        "R408",
        watched("缺劳动力"),
        both(
            watched("缺劳动力"),
            old(),
            old(
                "1948-04-05", 姓名="张母", 与户主关系="之母", 性别="女", 证件号码=identity("1948-04-05", 4, male=False)
            ),
        ),
        of_episode,
    ),
    Case(
        "R409",
        both(watched("因务工就业不稳"), nobody_works),
        both(watched("因务工就业不稳"), nobody_works, spouse(劳动技能="弱劳动力或半劳动力")),
        of_episode,
    ),
    Case(
        "R410",
        both(watched("因学"), child("2022-03-04", "学龄前", 文化程度="学龄前")),
        both(watched("因学"), child("2012-03-04", "初中")),
        of_episode,
    ),
    Case("R411", watched("因安全住房"), both(watched("因安全住房"), house(住房安全="否")), of_episode),
    Case(
        "R412",
        both(watched("因安全饮水"), checked("饮水", "2026-09-01", "达标")),
        both(watched("因安全饮水"), checked("饮水", "2026-09-01", "未达标")),
        of_episode,
    ),
    Case("R413", watched(识别时人均纯收入="20001"), watched(识别时人均纯收入="20000"), of_episode),
    Case(
        "R414",
        both(watched(), year("务工工资", "99", "99"), year("养老金", "20000", "20000")),
        both(watched(), year("务工工资", "100", "100"), year("养老金", "20000", "20000")),
        of_house,
    ),
    Case("R415", watched(类型="边缘易致贫户"), watched(类型="突发严重困难户"), of_episode),
    # help
    Case(
        "R501",
        lambda home: home.give(
            "监测",
            监测编号="JC501",
            类型="脱贫不稳定户",
            识别日期="2026-10-22",
            风险="因意外事故",
            识别时人均纯收入="6500",
        ),
        lambda home: home.give(
            "监测",
            监测编号="JC501",
            类型="脱贫不稳定户",
            识别日期="2026-10-23",
            风险="因意外事故",
            识别时人均纯收入="6500",
        ),
        of_episode,
    ),
    Case(
        "R502",
        lambda home: [home.watched(), home.rows["帮扶措施"][0].update(类别="健康", 名称="签约服务")],
        lambda home: [
            home.watched(识别日期="2026-05-23"),
            home.rows["帮扶措施"][0].update(类别="健康", 名称="签约服务", 开始日期="2026-06-01"),
        ],
        of_episode,
    ),
    Case("R503", house(户属性="低保户"), LOW_PAID_ONCE, of_house),
    Case(
        "R504",
        house(户属性="特困户"),
        both(house(户属性="特困户"), measure("综合保障", "特困供养", "2026-03-01")),
        of_house,
    ),
    Case(
        "R505",
        measure("综合保障", "农村低保", "2026-03-01"),
        measure("综合保障", "农村低保", "2026-03-01", "2026-10-31"),
        of_measure,
    ),
    Case("R506", LOW_PAID, LOW_PAID_ONCE, of_house),
    Case("R507", measure("产业", "养羊", "2025-11-22"), measure("产业", "养羊", "2025-11-23"), of_house),
    Case(
        "R508",
        both(measure("就业", "外出务工", "2025-06-01"), year("务工工资", "", ""), year("养老金", "20000", "20000")),
        both(measure("就业", "外出务工", "2025-06-01"), year("务工工资", "", "2000"), year("养老金", "20000", "20000")),
        of_house,
    ),
    Case(
        "R509",
        measure("公益岗位", "护林员", "2025-06-01"),
        both(measure("公益岗位", "护林员", "2025-06-01"), year("公益岗位工资", "6000", "6000")),
        of_house,
    ),
    Case("R510", paired_until("2026-11-21"), paired_until("2026-11-22"), of_house),
    # removal
    Case(
        "R601",
        both(removed(), checked("住房", "2024-06-01", "未达标"), checked("住房", "2025-06-01", "达标")),
        both(removed(), checked("住房", "2024-06-01", "未达标"), checked("住房", "2025-01-01", "达标")),
        of_episode,
    ),
    Case("R602", removed(消除时未达标保障="饮水"), removed(消除时未达标保障="义务教育"), of_episode),
    Case(
        "R603",
        both(removed(), fact("参加医保", "2024-06-01", "否"), fact("参加医保", "2025-06-01", "是")),
        both(removed(), fact("参加医保", "2024-06-01", "否"), fact("参加医保", "2025-01-01", "是")),
        of_episode,
    ),
    Case(
        "R604",
        lambda home: [home.removed(), home.rows["帮扶措施"][0].update(类别="健康", 开始日期="2025-02-01", 结束日期="")],
        lambda home: [home.removed(), home.rows["帮扶措施"][0].update(类别="健康", 开始日期="2025-01-15", 结束日期="")],
        of_episode,
    ),
    Case("R605", removed(识别日期="2024-07-16"), removed(识别日期="2024-07-15"), of_episode),
    Case(
        "R606",
        removed(识别日期="2024-12-01", 消除方式="自然消除", 自然消除原因="整户失联核销"),
        removed(识别日期="2024-11-30", 消除方式="自然消除", 自然消除原因="整户失联核销"),
        of_episode,
    ),
    Case(
        "R607",
        both(removed(), nobody_works),
        both(removed(), nobody_works, spouse(劳动技能="弱劳动力或半劳动力")),
        of_episode,
    ),
    Case("R608", removed(消除方式=""), removed(), of_episode),
    Case("R609", removed(消除时人均纯收入=""), removed(), of_episode),
    Case(
        "R610",
        removed(消除时人均纯收入="6999", 消除时工资性收入="15998"),
        removed(消除时人均纯收入="7000", 消除时工资性收入="16000"),
        of_episode,
    ),
    Case("R611", removed(消除时人均纯收入="9011"), removed(消除时人均纯收入="9010"), of_episode),
    # health and labour
    Case("R701", spouse(健康状况=""), nothing, of_spouse),
    Case("R702", spouse(劳动技能=""), nothing, of_spouse),
    Case(
        "R703",
        child("2010-12-01", "初中", 劳动技能="普通劳动力"),
        child("2010-11-30", "非在校", 劳动技能="普通劳动力", 文化程度="初中"),
        of_last,
    ),
    Case("R704", old("1966-11-30", 劳动技能="普通劳动力"), old("1966-12-01", 劳动技能="普通劳动力"), of_last),
    Case(
        "R705",
        spouse(劳动技能="弱劳动力或半劳动力"),
        spouse(劳动技能="弱劳动力或半劳动力", 健康状况="长期慢性病"),
        of_spouse,
    ),
    Case(
        "R706", spouse(健康状况="长期慢性病"), spouse(健康状况="长期慢性病", 劳动技能="弱劳动力或半劳动力"), of_spouse
    ),
    Case(
        "R707",
        child("2009-03-04", "普通高中", 文化程度="初中", 劳动技能="普通劳动力"),
        child("2009-03-04", "普通高中", 文化程度="初中"),
        of_last,
    ),
    Case(
        "R708",
        head(健康状况="残疾", 残疾类别="肢体", 残疾等级="二级"),
        head(健康状况="残疾", 残疾类别="肢体", 残疾等级="二级", 劳动技能="弱劳动力或半劳动力"),
        of_head,
    ),
    Case("R709", old(务工区域="乡内", 务工月数="3"), old(务工区域="", 务工月数="0"), of_last),
    Case("R710", spouse(务工月数=""), spouse(务工月数="1"), of_spouse),
    Case("R711", both(DISABLED, head(残疾等级="")), DISABLED, of_head),
    Case("R712", spouse(参加医保=""), nothing, of_spouse),
    # school
    Case("R801", child("2020-12-01", "小学"), child("2020-11-30", "小学"), of_last),
    Case("R802", child("2008-11-30", "初中"), child("2008-12-01", "初中"), of_last),
    Case("R803", child("2011-12-01", "中职", 文化程度="初中"), child("2011-11-30", "中职", 文化程度="初中"), of_last),
    Case(
        "R804",
        child("2008-12-01", "本科及以上", 文化程度="普通高中"),
        child("2008-11-30", "本科及以上", 文化程度="普通高中"),
        of_last,
    ),
    Case(
        "R805",
        child("2006-12-01", "硕士研究生", 文化程度="本科及以上"),
        child("2006-11-30", "硕士研究生", 文化程度="本科及以上"),
        of_last,
    ),
    Case(
        "R806",
        child("2019-11-30", "幼儿园", 文化程度="学龄前"),
        child("2019-12-01", "幼儿园", 文化程度="学龄前"),
        of_last,
    ),
    Case(
        "R807",
        child("2010-11-30", "非在校", 劳动技能="普通劳动力"),
        child("2010-11-30", "非在校", 劳动技能="普通劳动力", 文化程度="初中"),
        of_last,
    ),
    Case("R808", child("2012-03-04", ""), child("2022-03-04", "", 文化程度="学龄前"), of_last),
    Case("R809", spouse(文化程度=""), child("2008-12-01", "普通高中", 文化程度=""), of_spouse),
    # books
    Case("R901", line("2026-10", "公益岗位工资", "99"), line("2026-10", "公益岗位工资", "100"), of_line("2026-10")),
    Case("R902", line("2014-11", "公益岗位工资", "500"), line("2014-12", "公益岗位工资", "500"), of_line("2014-11")),
    Case(
        "R903",
        both(line("2026-09", "资产收益分红", "600"), gain("务工", "2026")),
        both(line("2026-09", "资产收益分红", "600"), gain("分红", "2026")),
        of_line("2026-09"),
    ),
    Case("R904", year("务工工资", "30000", "60001"), year("务工工资", "30000", "60000"), of_house),
    Case(
        "R905",
        both(UNLIFTED, year("种植业", "100", "100"), year("生产经营性支出", "30101", "30101")),
        both(UNLIFTED, year("种植业", "100", "100"), year("生产经营性支出", "30100", "30100")),
        of_house,
    ),
    Case(
        "R906",
        year("生产经营性支出", "1000", "1000"),
        both(year("生产经营性支出", "1000", "1000"), year("养殖业", "2000", "2000")),
        of_house,
    ),
    Case("R907", year("低保金", "3000", "3000"), LOW_PAID_ONCE, of_house),
    Case("R908", year("务工工资", "", ""), nothing, of_house),
    # places
    Case("R951", house(经度="122.5", 纬度="40.5"), house(经度="121.99", 纬度="40.01"), of_house),
    Case("R952", house(经度="", 纬度=""), nothing, of_house),
    # dates and work
    Case("R1001", house(脱贫日期="2014-11-30"), house(脱贫日期="2014-12-01"), of_house),
    Case(
        "R1002",
        lambda home: home.spouse.update(加入日期="1970-01-01", 加入原因="婚入"),
        lambda home: home.spouse.update(加入日期="2005-01-01", 加入原因="婚入"),
        of_spouse,
    ),
    Case(
        "R1003",
        visit("2026-11-01", OTHER_HELPER),
        both(visit("2026-11-01", "BF01"), paired_until("2026-12-01")),
        lambda home: [f"ZF{home.number}"],
    ),
    Case(
        "R1004",
        problem("村党支部和村委会"),
        problem("村党支部和村委会", 整改日期="2026-11-01", 销号日期="2026-11-10"),
        lambda home: [f"WT{home.number}"],
    ),
    Case("R1005", task("村党支部和村委会"), task("王一"), lambda home: [f"RW{home.number}"]),
    Case(
        "R1006",
        measure("健康", "签约服务", "2014-11-30", "2015-01-01"),
        measure("健康", "签约服务", "2014-12-01", "2015-01-01"),
        of_measure,
    ),
    Case("R1007", old("1916-11-30"), old("1916-12-01"), of_last),
)
