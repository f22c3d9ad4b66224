"""Who is not watched though something speaks for it."""

from data.rules.rule import DOUBT, HARD, Parameters, Rule, Where, households, listed, members, named
from data.terms import ILL, OUT_OF_SCHOOL, UNLIFTED

_NOT = "{0}.watch = 0"


def _at_home(given: Parameters) -> str:
    """The last check of 义务教育 that says why, or that all is well, is the reason."""
    first, until = given.low("rule_school"), given.high("rule_school") + 1
    why = (
        "SELECT 1 FROM assurance a WHERE a.household_id = p.household_id AND a.item = 'education'"
        " AND a.checked = (SELECT MAX(l.checked) FROM assurance l WHERE l.household_id = p.household_id"
        f" AND l.item = 'education' AND l.checked <= {given.day})"
        " AND (a.secure = 1 OR COALESCE(a.evidence, '') <> '')"
    )
    return members(
        f"{_NOT.format('p')} AND p.schooling IN {listed(OUT_OF_SCHOOL)} AND p.born <= {given.turned(first)}"
        f" AND p.born > {given.turned(until)} AND NOT EXISTS ({why})"
    )


def _unsafe(item: str) -> Where:
    return lambda given: households(f"{_NOT.format('h')} AND h.{item} = 0")


RULES = (
    Rule(
        "R301", "住房不安全而未监测", HARD, "household", "housing_safe",
        "最近一次核实住房未达标，户却不在监测。",
        _unsafe("housing"),
    ),
    Rule(
        "R302", "饮水不安全而未监测", HARD, "household", "water_safe",
        "最近一次核实饮水未达标，户却不在监测。",
        _unsafe("water"),
    ),
    Rule(
        "R303", "收入低于监测线而未监测", DOUBT, "household", "type",
        "最近闭账月份往前12个月收支完整，人均纯收入低于监测线，户却不在监测。未脱贫户本来就在帮扶，不列。",
        lambda given: households(f"{_NOT.format('h')} AND h.below = 1 AND h.base <> {UNLIFTED}"),
    ),
    Rule(
        "R304", "适龄儿童不在校而未监测", HARD, "member", "schooling",
        "{rule_school}周岁（按本月末计算）的成员不在校（辍学、失学、休学、未入学、非在校），义务教育保障最近一次核实没有达标，"
        "也没有写明原因，户却不在监测。",
        _at_home, named("rule_school"),
    ),
    Rule(
        "R305", "患病未参保而未监测", HARD, "member", "medical_insured",
        "患大病或长期慢性病的成员没有参加医保，户却不在监测。",
        lambda given: members(f"{_NOT.format('p')} AND p.health IN {listed(ILL)} AND p.medical_insured = 0"),
    ),
)  # fmt: skip
