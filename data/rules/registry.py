"""Every rule, in the order in which they are printed."""

from collections.abc import Mapping

from data.rules import (
    books,
    episode,
    helping,
    household,
    identity,
    labour,
    places,
    removal,
    school,
    watching,
    work,
)
from data.rules.rule import DOUBT, HARD, HINT, KINDS, Parameters, Rule, parameters

__all__ = ["DOUBT", "GROUPS", "HARD", "HINT", "KINDS", "RULES", "Parameters", "Rule", "parameters"]

GROUPS: Mapping[str, tuple[Rule, ...]] = {
    "证件电话": identity.RULES,
    "户和成员": household.RULES,
    "应纳未纳": watching.RULES,
    "监测信息": episode.RULES,
    "帮扶措施": helping.RULES,
    "风险消除": removal.RULES,
    "健康劳动": labour.RULES,
    "上学文化": school.RULES,
    "收支账目": books.RULES,
    "坐标位置": places.RULES,
    "日期责任": work.RULES,
}
"""Kind of rule in words → its rules."""
RULES: Mapping[str, Rule] = {rule.id: rule for rules in GROUPS.values() for rule in rules}
