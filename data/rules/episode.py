"""What an open episode says of itself, beside what its household is."""

from data.rules.labour import AT_SCHOOL, DISABLED
from data.rules.rule import DOUBT, HARD, HINT, Parameters, Rule, Where, households, listed, named, risk, some_member
from data.rules.rule import watched as open_episodes
from data.terms import ABLE, EXITED, ILL, LIFTED, RISKS, UNLIFTED

_SAYS_NOTHING = (
    "其他",
    "其它",
    "不详",
    "未知",
    "待定",
    "待核实",
    "暂无",
    "没有",
    "/",
    "、",
    "-",
    "。",
    "同上",
    "详见档案",
)
_ABLE = f"p.skill IN {listed(ABLE)}"
_REGISTERED = f"({UNLIFTED}, {LIFTED})"
_ALL_KNOWN = "NOT EXISTS (SELECT 1 FROM rule_member p WHERE p.household_id = h.id AND p.{0} IS NULL)"


def _named(word: str, where: str) -> Where:
    assert word in RISKS
    return lambda given: open_episodes(f"{risk(word)} AND {where}")


def _labour(given: Parameters) -> str:
    able = f"(SELECT COUNT(*) FROM rule_member p WHERE p.household_id = h.id AND {_ABLE})"
    share = given.number("rule_labour_share")
    return open_episodes(f"{risk('缺劳动力')} AND h.persons > 0 AND {able} * 100 > h.persons * {share}")


def _identified_income(given: Parameters) -> str:
    low, high = given.low("rule_identified_income") * 100, given.high("rule_identified_income") * 100
    return open_episodes(f"(e.per_head_fen < {low} OR e.per_head_fen > {high})")


RULES = (
    Rule(
        "R401", "监测对象没有识别日期", HARD, "household", "identified",
        "户类型是监测对象，但没有监测记录，户信息里也没有识别日期。",
        lambda given: households("h.watch > 0 AND h.episode IS NULL AND h.identified IS NULL"),
    ),
    Rule(
        "R402", "监测对象没有写风险", HARD, "household", "type",
        "正在监测的户没有写返贫致贫风险：有识别日期而没有监测记录，或监测记录的风险是空的。",
        lambda given: households(
            "h.watch > 0 AND (h.episode IS NOT NULL AND EXISTS (SELECT 1 FROM episode e WHERE e.code = h.episode"
            " AND COALESCE(e.risks, '') = '') OR h.episode IS NULL AND h.identified IS NOT NULL)"
        ),
    ),
    Rule(
        "R403", "风险“其他”没有说明", HARD, "episode", "risk_note",
        "风险含“其他”，风险备注是空的，或只写了其他、不详之类，看不出是什么风险。",
        lambda given: open_episodes(
            f"{risk('其他')} AND (COALESCE(e.risk_note, '') = '' OR e.risk_note IN {listed(_SAYS_NOTHING)})"
        ),
    ),
    Rule(
        "R404", "没有填识别时收入", HINT, "episode", "per_head_fen",
        "正在监测的户没有填识别时人均纯收入。",
        lambda given: open_episodes("e.per_head_fen IS NULL"),
    ),
    Rule(
        "R405", "监测对象没有核实住房、饮水", HINT, "household", "housing_safe",
        "正在监测的户，住房或饮水没有核实结论，户信息里也没有填。",
        lambda given: households("h.watch > 0 AND (h.housing IS NULL OR h.water IS NULL)"),
    ),
    Rule(
        "R406", "因残而没有残疾成员", DOUBT, "episode", "risks",
        "风险写了因残，但在册成员里没有一人健康状况是残疾，也没有一人填了残疾类别、等级或残疾人证号；"
        "有成员健康状况没有填的，填了再查。",
        _named("因残", f"h.persons > 0 AND NOT {some_member(DISABLED)} AND {_ALL_KNOWN.format('health')}"),
    ),
    Rule(
        "R407", "因病而没有患病成员", DOUBT, "episode", "risks",
        "风险写了因病，但在册成员里没有一人健康状况是大病或长期慢性病；有成员没有填的，填了再查。",
        _named("因病", "h.persons > 0 AND NOT " + some_member(f"p.health IN {listed(ILL)}")
               + f" AND {_ALL_KNOWN.format('health')}"),
    ),
    Rule(
        "R408", "缺劳动力而多数有劳动能力", DOUBT, "episode", "risks",
        "风险写了缺劳动力，但有劳动能力（普通、技能、弱或半劳动力）的成员超过{rule_labour_share}%。",
        _labour, named("rule_labour_share"),
    ),
    Rule(
        "R409", "务工不稳而无人能务工", DOUBT, "episode", "risks",
        "风险写了因务工就业不稳，但在册成员里没有一人有劳动能力；有成员劳动技能没有填的，填了再查。",
        _named("因务工就业不稳", f"h.persons > 0 AND NOT {some_member(_ABLE)} AND {_ALL_KNOWN.format('skill')}"),
    ),
    Rule(
        "R410", "因学而没有在校成员", DOUBT, "episode", "risks",
        "风险写了因学，但在册成员里没有一人在校；有成员在校状况没有填的，填了再查。",
        _named("因学", f"h.persons > 0 AND NOT {some_member(AT_SCHOOL)} AND {_ALL_KNOWN.format('schooling')}"),
    ),
    Rule(
        "R411", "因安全住房而住房已达标", DOUBT, "episode", "risks",
        "正在监测的户风险写了因安全住房，但最近一次核实住房已达标，应评估消除或改写风险。",
        _named("因安全住房", "h.housing = 1"),
    ),
    Rule(
        "R412", "因安全饮水而饮水已达标", DOUBT, "episode", "risks",
        "正在监测的户风险写了因安全饮水，但最近一次核实饮水已达标，应评估消除或改写风险。",
        _named("因安全饮水", "h.water = 1"),
    ),
    Rule(
        "R413", "识别时收入过高或过低", DOUBT, "episode", "per_head_fen",
        "识别时人均纯收入不在{rule_identified_income}元之间，请核对是否填错，或写明大额刚性支出。",
        _identified_income, named("rule_identified_income"),
    ),
    Rule(
        "R414", "监测对象工资性收入过小", DOUBT, "household", "type",
        "正在监测的户，最近闭账月份往前12个月工资性收入大于0而不足{rule_wage_least}元，多半是漏填或单位填错。",
        lambda given: households(
            f"h.watch > 0 AND h.wage > 0 AND h.wage < {given.number('rule_wage_least') * 100}"
        ),
        named("rule_wage_least"),
    ),
    Rule(
        "R415", "监测类型与户的底数不符", HARD, "episode", "kind",
        "脱贫不稳定户原来应是脱贫户（含已有序退出的）；边缘易致贫户原来应不是未脱贫户、脱贫户。",
        lambda given: open_episodes(
            f"(e.kind = '脱贫不稳定户' AND h.base NOT IN ({LIFTED}, {EXITED})"
            f" OR e.kind = '边缘易致贫户' AND h.base IN {_REGISTERED})"
        ),
    ),
)  # fmt: skip
