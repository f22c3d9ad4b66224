"""Dates against one another, visits, and who answers for problems and tasks."""

from data.model.running import runs_on, undone_on
from data.rules.rule import DOUBT, HARD, Parameters, Rule, households, listed, members, named
from data.terms import HOUSEHOLD_STATES

_WATCHED = listed(tuple(state.name for state in HOUSEHOLD_STATES if state.watched))


def _unowned(record: str, region: str) -> Rule:
    number, label, done = {
        "problem": ("R1004", "问题没有明确的责任人", "closed"),
        "task": ("R1005", "任务没有明确的责任人", "finished"),
    }[record]
    what = {"problem": "没有销号的问题", "task": "没有完成的任务"}[record]

    def sql(given: Parameters) -> str:
        return (
            f"SELECT o.code AS key, o.household_id, o.{region} AS village FROM {record} o WHERE o.owner_id IS NULL"
            f" AND {undone_on(f'{record}.{done}', 'o', given.day)} AND o.state <> 'void'"
        )

    definition = f"{what}，责任人写的是单位或说不清是谁，系统里没有对应的人。"
    return Rule(number, label, DOUBT, record, "owner", definition, sql)


def _unpaired(given: Parameters) -> str:
    back = given.months_ago(given.number("rule_visit_months"))
    return (
        "SELECT v.code AS key, h.id AS household_id, h.village FROM rule_household h"
        f" JOIN visit v ON v.household_id = h.id AND v.visited > {back} WHERE NOT EXISTS (SELECT 1 FROM pairing g"
        f" WHERE g.household_id = h.id AND g.helper = v.helper AND {runs_on('g', 'v.visited')})"
    )


RULES = (
    Rule(
        "R1001", "脱贫、返贫日期先后不对", HARD, "household", "lifted",
        "脱贫日期或返贫日期早于识别日期；监测过的户，识别日期是监测的，不列。",
        lambda given: households(
            f"h.type NOT IN {_WATCHED} AND h.risk_removed IS NULL"
            " AND (h.lifted < h.identified OR h.relapsed < h.identified)"
        ),
    ),
    Rule(
        "R1002", "成员加入早于出生", HARD, "member", "joined",
        "在册成员的加入日期早于出生日期。",
        lambda given: members(
            "EXISTS (SELECT 1 FROM member m WHERE m.code = p.code AND m.joined < p.born)"
        ),
    ),
    Rule(
        "R1003", "走访的人当时没有结对", DOUBT, "visit", "helper",
        "最近{rule_visit_months}个月的走访，走访人在走访那天没有与这户结对。",
        _unpaired, named("rule_visit_months"),
    ),
    _unowned("problem", "region"),
    _unowned("task", "village"),
    Rule(
        "R1006", "措施在建档以前开始", DOUBT, "measure", "started",
        "帮扶措施的开始日期，早于这户的识别日期、最早的户变动和最早的监测识别日期。",
        lambda given: (
            "SELECT v.code AS key, h.id AS household_id, h.village FROM rule_household h"
            " JOIN measure v ON v.household_id = h.id WHERE v.started < h.begun"
        ),
    ),
    Rule(
        "R1007", "出生日期太早", DOUBT, "member", "born",
        "在册成员的年龄（按本月末计算）已满{rule_oldest}周岁，请核对出生日期，或办理死亡离开。",
        lambda given: members(f"p.born <= {given.turned(given.number('rule_oldest'))}"),
        named("rule_oldest"),
    ),
)  # fmt: skip
