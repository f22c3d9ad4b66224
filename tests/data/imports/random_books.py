"""Workbooks at random for the small county: records that stand told otherwise, new ones, moves, checks, books."""

import random
from datetime import date, timedelta

from sqlalchemy import Connection, select

from data import model
from data.terms import ASSURANCES, SUBJECTS
from tests.data.intake.books import Book
from tests.data.small_county import COUNTY, TODAY, VILLAGES, month_label

_LEAVES = ("外出", "婚出", "其他")


def random_book(connection: Connection, seed: int) -> Book:
    """Of what stands in the store; the same seed and store give the same book."""
    chance = random.Random(seed)
    households = connection.execute(select(model.household.c.code, model.household.c.village)).all()
    members = connection.execute(
        select(model.member.c.code, model.household.c.code)
        .join(model.household, model.household.c.id == model.member.c.household_id)
        .where(model.member.c.gone.is_(None))
        .order_by(model.member.c.code)
    ).all()
    some = chance.sample(households, 12)
    new = [(f"{seed}-{number}", chance.choice(VILLAGES)) for number in range(4)]
    home = [code for code, _ in (*some, *new)]
    persons = chance.sample(members, 12)
    helpers = [f"B{chance.randrange(5)}", f"BN{seed}"]
    visits = list(connection.execute(select(model.visit.c.code).order_by(model.visit.c.code)).scalars())
    return {
        "行政区划": [{"区划代码": COUNTY, "名称": f"示范市{seed}"}, {"区划代码": f"{VILLAGES[0][:9]}3{seed:02d}"[:12],
                   "名称": f"新村{seed}"}],
        "农村人口": [{"区划代码": VILLAGES[0], "年度": 2020 + seed % 5, "人数": 800 + seed}],
        "户": [
            *({"户编号": code, "村代码": chance.choice((village, village, *VILLAGES)), "户主姓名": f"赵{seed}",
               "户类型": chance.choice(("脱贫户", "一般户", "边缘易致贫户")),
               "联系电话": f"1990000{chance.randrange(1000, 9999)}",
               "住房安全": chance.choice(("是", "否", "清空")), "经度": str(chance.uniform(121, 122)),
               "采集日期": _day(chance, 300)} for code, village in some),
            *({"户编号": code, "村代码": village, "户主姓名": "钱某", "户类型": "脱贫户", "识别日期": "2015-01-01",
               "脱贫日期": "2019-06-01"} for code, village in new),
        ],
        "户变动": [{"户编号": code, "日期": _day(chance, 900), "变动": chance.choice(("返贫", "脱贫", "再脱贫"))}
                for code in chance.sample(home, 5)],
        "户迁移": [{"户编号": code, "日期": _day(chance, 500), "原村代码": village, "新村代码": chance.choice(VILLAGES)}
                for code, village in chance.sample(households, 3)],
        "家庭成员": [
            *({"人编号": code, "户编号": chance.choice((of, of, chance.choice(home))),
               "姓名": f"孙{seed}", "与户主关系": "子女", "健康状况": chance.choice(("健康", "残疾", "大病")),
               "务工月数": chance.randrange(12), "参加医保": chance.choice(("是", "否"))} for code, of in persons),
            *({"人编号": f"N{seed}-{place}", "户编号": code, "姓名": f"周{place}", "与户主关系": "户主"}
              for place, (code, _) in enumerate(new)),
        ],
        "成员变动": [{"人编号": code, "日期": _day(chance, 200), "变动": "离开", "户编号": of,
                  "原因": chance.choice(_LEAVES)} for code, of in chance.sample(members, 3)],
        "成员状况": [{"人编号": code, "项目": "健康状况", "日期": _day(chance, 900), "值": "残疾"}
                 for code, _ in chance.sample(members, 6)],
        "保障核实": [{"户编号": code, "保障": chance.choice(list(ASSURANCES.values())), "日期": _day(chance, 400),
                  "结论": chance.choice(("达标", "未达标"))} for code in chance.sample(home, 6)],
        "监测": [{"监测编号": f"J{seed}", "户编号": chance.choice(home), "类型": "突发严重困难户",
                "识别日期": _day(chance, 300), "风险": "因病"}],
        "收支": [
            {"户编号": code, "月份": month_label(chance.randrange(30)), "科目": chance.choice(list(SUBJECTS)),
             "金额": chance.choice((str(chance.randrange(1, 5000)), "清空"))}
            for code in home for _ in range(4)
        ] + [{"户编号": code, "月份": f"{chance.randrange(2021, 2025)}年度", "科目": "养老金", "金额": "1200"}
             for code in chance.sample(home, 4)],
        "帮扶措施": [{"措施编号": f"CS{seed % 3}-{place}", "户编号": code, "类别": "产业", "名称": f"养羊{seed}",
                  "开始日期": "2025-01-01"} for place, code in enumerate(home[:4])],
        "项目": [{"项目编号": chance.choice(("P1", "P2", f"PN{seed}")), "名称": f"果园{seed}", "类型": "林果",
                "区划代码": chance.choice(VILLAGES), "阶段": "运营", "投资": "5000.5"}],
        "帮扶责任人": [{"责任人编号": code, "姓名": f"吴{seed}", "单位": "示范局", "队伍": "教师"} for code in helpers],
        "结对帮扶": [{"责任人编号": code, "户编号": chance.choice(home), "开始日期": _day(chance, 900)}
                 for code in helpers],
        "区划负责人": [{"区划代码": chance.choice(VILLAGES), "职务": "包村干部", "姓名": f"郑{seed}",
                   "开始日期": "2022-01-01"}],
        "走访": [
            *({"走访编号": f"Z{seed}-{place}", "户编号": code, "责任人编号": chance.choice(helpers),
               "日期": _day(chance, 100), "事由": "日常走访"} for place, code in enumerate(chance.sample(home, 5))),
            *({"走访编号": code, "内容": f"看望{seed}"} for code in chance.sample(visits, 2)),
        ],
        "资金": [{"资金编号": f"F{chance.randrange(1, 9)}", "结清日期": _day(chance, 50)}],
        "问题": [
            {"问题编号": code, "区划代码": chance.choice(VILLAGES), "来源": "排查", "类别": "住房",
             "描述": f"漏雨{seed}", "发现日期": "2026-08-01", "整改期限": _day(chance, 60), "责任人": f"冯{seed}"}
            for code in (f"W{chance.randrange(40)}", f"WN{seed}")
        ],
        "作战任务": [
            {"任务编号": f"TN{seed}", "村代码": chance.choice(VILLAGES), "任务": "修路", "目标": "通车",
             "开始日期": "2026-03-01", "期限": _day(chance, 60), "责任人": f"冯{seed}", "进度": "20"},
        ],
    }  # fmt: skip


def _day(chance: random.Random, back: int) -> str:
    return (TODAY - timedelta(days=chance.randrange(1, back))).isoformat()


assert date(2026, 11, 22) == TODAY
