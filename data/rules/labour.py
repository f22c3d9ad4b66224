"""Health, disability and labour of members, beside their age."""

from data.rules.rule import DOUBT, HARD, HINT, Parameters, Rule, listed, members, named
from data.terms import ILL

_WHOLE = ("普通劳动力", "技能劳动力")
_WEAK = ("无劳动力", "丧失劳动力", "弱劳动力或半劳动力")
_NONE = ("无劳动力", "丧失劳动力")
_LIMB = "(COALESCE(p.disability_kind, '') = '肢体' AND COALESCE(p.disability_level, '') IN ('一级', '二级'))"
_PLAIN_LIMB = f"({_LIMB} AND p.skill = '普通劳动力')"
DISABLED = (
    "(p.health = '残疾' OR p.disability_kind IS NOT NULL OR p.disability_level IS NOT NULL OR p.suffix IS NOT NULL)"
)
"""Condition: something says that ``p`` is disabled."""
AT_SCHOOL = (
    "p.schooling NOT IN ('非在校', '非在校生', '已毕业', '辍学', '失学', '休学', '未入学', '学龄前', '学龄前儿童',"
    " '幼儿园', '学前教育', '不在校')"
)
"""Condition: ``p`` goes to a school, of whatever level; who is before it, or no more, does not."""


def _working(given: Parameters) -> str:
    """Condition: of working age."""
    first, last = given.low("rule_working"), given.high("rule_working")
    return f"p.born <= {given.turned(first)} AND p.born > {given.turned(last + 1)}"


def _idle(given: Parameters) -> str:
    return members(
        f"{_working(given)} AND p.health = '健康' AND p.skill IN {listed(_WEAK)} AND NOT {AT_SCHOOL} AND NOT {DISABLED}"
    )


RULES = (
    Rule(
        "R701", "没有填健康状况", HINT, "member", "health",
        "在册成员没有填健康状况。",
        lambda given: members("COALESCE(p.health, '') = ''"),
    ),
    Rule(
        "R702", "没有填劳动技能", HINT, "member", "skill",
        "在册成员没有填劳动技能（未成年人应填无劳动力）。",
        lambda given: members("COALESCE(p.skill, '') = ''"),
    ),
    Rule(
        "R703", "未成年人填了有劳动能力", DOUBT, "member", "skill",
        "年龄（按本月末计算）未满{rule_working_low}周岁的成员，劳动技能不是无劳动力。",
        lambda given: members(
            f"p.born > {given.turned(given.low('rule_working'))} AND p.skill <> '无劳动力'"
        ),
        named("rule_working"),
    ),
    Rule(
        "R704", "老年人填了普通或技能劳动力", DOUBT, "member", "skill",
        "年龄（按本月末计算）超过{rule_working_high}周岁的成员，劳动技能仍是普通劳动力或技能劳动力。",
        lambda given: members(
            f"p.born <= {given.turned(given.high('rule_working') + 1)} AND p.skill IN {listed(_WHOLE)}"
        ),
        named("rule_working"),
    ),
    Rule(
        "R705", "健康的壮年填了没有或弱劳动力", DOUBT, "member", "skill",
        "{rule_working}周岁、健康、不在校、没有残疾的成员，劳动技能是无、丧失或弱劳动力。",
        _idle, named("rule_working"),
    ),
    Rule(
        "R706", "患病或残疾填了普通或技能劳动力", DOUBT, "member", "skill",
        "健康状况是大病、长期慢性病或残疾的成员，劳动技能是普通劳动力或技能劳动力（一、二级肢体残疾另列）。",
        lambda given: members(
            f"p.health IN {listed((*ILL, '残疾'))} AND p.skill IN {listed(_WHOLE)} AND NOT {_PLAIN_LIMB}"
        ),
    ),
    Rule(
        "R707", "在校生填了有劳动能力", DOUBT, "member", "skill",
        "年满{rule_working_low}周岁、仍在校的成员，劳动技能不是无劳动力。",
        lambda given: members(
            f"p.born <= {given.turned(given.low('rule_working'))} AND {AT_SCHOOL} AND p.skill <> '无劳动力'"
        ),
        named("rule_working"),
    ),
    Rule(
        "R708", "重度肢体残疾填了普通劳动力", HARD, "member", "skill",
        "肢体残疾一级或二级的成员，劳动技能是普通劳动力。",
        lambda given: members(_PLAIN_LIMB),
    ),
    Rule(
        "R709", "没有劳动能力却填了务工", DOUBT, "member", "work_months",
        "劳动技能是无劳动力或丧失劳动力，却填了务工月数；在校生假期务工不列。",
        lambda given: members(f"p.skill IN {listed(_NONE)} AND p.work_months > 0 AND NOT COALESCE({AT_SCHOOL}, 1 = 0)"),
    ),
    Rule(
        "R710", "务工区域和月数只填了一项", HINT, "member", "work_months",
        "填了务工区域而没有务工月数（或是0），或填了务工月数而没有务工区域。",
        lambda given: members(
            "p.work_area IS NOT NULL AND COALESCE(p.work_months, 0) = 0 OR p.work_area IS NULL AND p.work_months > 0"
        ),
    ),
    Rule(
        "R711", "残疾没有填类别或等级", HINT, "member", "disability_level",
        "健康状况是残疾，但残疾类别或残疾等级没有填。",
        lambda given: members("p.health = '残疾' AND (p.disability_kind IS NULL OR p.disability_level IS NULL)"),
    ),
    Rule(
        "R712", "没有填是否参加医保", HINT, "member", "medical_insured",
        "在册成员没有填是否参加医保。",
        lambda given: members("p.medical_insured IS NULL"),
    ),
)  # fmt: skip
