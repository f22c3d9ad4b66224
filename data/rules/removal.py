"""What was so when a risk was said to be removed. A household that is watched again is asked by its open episode."""

from data.model.running import holds_on, lasts_to
from data.rules.parts import checked, known
from data.rules.rule import DOUBT, HARD, HINT, Parameters, Rule, Where, listed, named
from data.rules.rule import removed as ended
from data.terms import ABLE, REMOVALS

_THEN = "e.removed"
_MEMBERS = f"member_spell w JOIN member m ON m.code = w.member WHERE w.household_id = h.id AND {holds_on('w', _THEN)}"
_PERSONS = f"(SELECT COUNT(*) FROM {_MEMBERS})"
_HELPED = f"COALESCE(e.removal, '') <> '{REMOVALS[1]}'"
"""Not 自然消除, which asks for no time, measure or labour."""
_NET = (
    "(e.removal_wage_fen + e.removal_business_fen + e.removal_property_fen + e.removal_transfer_fen"
    " - e.removal_expense_fen)"
)
_LACKING = "('、' || COALESCE(e.removal_lacking, '') || '、') LIKE '%、{}、%'"


def _unsafe(item: str, word: str) -> Where:
    """By the checks of that day, or as the figures of the removal say."""
    lacking = _LACKING.format(word)
    return lambda given: ended(f"({checked(item, 'h', _THEN)} = 0 OR {lacking})")


def _months() -> str:
    return "((CAST(substr({0}, 1, 4) AS INTEGER) * 12) + CAST(substr({0}, 6, 2) AS INTEGER))"


_APART = f"({_months().format('e.removed')} - {_months().format('e.identified')})"
_SHORT_OF = (
    "(substr(e.removed, 9, 2) < substr(e.identified, 9, 2) AND substr(e.removed, 9, 2) < CASE substr(e.removed, 6, 2)"
    " WHEN '02' THEN '28' WHEN '04' THEN '30' WHEN '06' THEN '30' WHEN '09' THEN '30' WHEN '11' THEN '30'"
    " ELSE '31' END)"
)
"""The day of the month is not reached, nor the last of a shorter one."""


def _early(given: Parameters) -> str:
    """Who was removed by the end of the next month is another rule's."""
    months = given.number("removal_months")
    return ended(f"{_HELPED} AND {_APART} > 1 AND ({_APART} < {months} OR {_APART} = {months} AND {_SHORT_OF})")


def _without_labour(given: Parameters) -> str:
    skill = known("skill", _THEN)
    return ended(
        f"{_HELPED} AND {_PERSONS} > 0 AND NOT EXISTS (SELECT 1 FROM {_MEMBERS}"
        f" AND ({skill} IN {listed(ABLE)} OR {skill} IS NULL))"
    )


def _line(day: str) -> str:
    """The line in force, as ``data.figures.monitoring_line`` has it: the province's own where it has any, else the
    general one; before the first day the first."""
    province = "substr(h.village, 1, 2)"

    def of(owner: str) -> str:
        rows = f"SELECT n.amount_fen FROM monitoring_line n WHERE n.province = {owner}"
        return f"({rows} AND n.since <= {day} ORDER BY n.since DESC LIMIT 1), ({rows} ORDER BY n.since LIMIT 1)"

    return f"COALESCE({of(province)}, {of(repr(''))})"


RULES = (
    Rule(
        "R601", "消除时住房不安全", HARD, "episode", "removed",
        "消除风险当天，最近一次核实的住房未达标，或消除时未达标保障里写了住房。",
        _unsafe("housing", "住房"),
    ),
    Rule(
        "R602", "消除时饮水不安全", HARD, "episode", "removed",
        "消除风险当天，最近一次核实的饮水未达标，或消除时未达标保障里写了饮水。",
        _unsafe("water", "饮水"),
    ),
    Rule(
        "R603", "消除时有人没有参加医保", HARD, "episode", "removed",
        "消除风险当天，有在册成员没有参加医保（自然消除不列）。",
        lambda given: ended(
            f"{_HELPED} AND EXISTS (SELECT 1 FROM {_MEMBERS} AND {known('medical_insured', _THEN)} = '0')"
        ),
    ),
    Rule(
        "R604", "没有措施就消除", HARD, "episode", "removed",
        "从识别到消除没有执行过一项帮扶措施（自然消除不列）。",
        lambda given: ended(
            f"{_HELPED} AND NOT EXISTS (SELECT 1 FROM measure v WHERE v.household_id = h.id"
            f" AND v.started <= e.removed AND {lasts_to('v', 'e.identified')})"
        ),
    ),
    Rule(
        "R605", "识别不满规定月数就消除", HARD, "episode", "removed",
        "识别不满{removal_months}个月就消除（自然消除不列；当月、次月消除的另列）。",
        _early, named("removal_months"),
    ),
    Rule(
        "R606", "识别当月或次月就消除", DOUBT, "episode", "removed",
        "识别的当月或次月就消除风险，不论消除方式。",
        lambda given: ended(f"{_APART} <= 1"),
    ),
    Rule(
        "R607", "没有劳动力的户标为消除", HARD, "episode", "removal",
        "消除风险当天，在册成员全部是无劳动力或丧失劳动力（自然消除不列）；这样的户应保留兜底帮扶，不标消除。",
        _without_labour,
    ),
    Rule(
        "R608", "没有填消除方式", HINT, "episode", "removal",
        "有消除日期，但没有填是帮扶消除还是自然消除。",
        lambda given: ended("e.removal IS NULL"),
    ),
    Rule(
        "R609", "没有填消除时收入", HINT, "episode", "removal_per_head_fen",
        "帮扶消除的户没有填消除时人均纯收入。",
        lambda given: ended(f"e.removal = '{REMOVALS[0]}' AND e.removal_per_head_fen IS NULL"),
    ),
    Rule(
        "R610", "消除时收入低于监测线", HARD, "episode", "removal_per_head_fen",
        "消除时人均纯收入低于消除当天执行的监测线（自然消除不列）。",
        lambda given: ended(f"{_HELPED} AND e.removal_per_head_fen < {_line('e.removed')}"),
    ),
    Rule(
        "R611", "消除时各项收入合计不符", DOUBT, "episode", "removal_per_head_fen",
        "消除时的各项都填了，而四项收入之和减去生产经营性支出，与消除时人均纯收入乘以当天家庭人口相差每人{rule_sum_yuan}元以上。",
        lambda given: ended(
            f"{_PERSONS} > 0 AND ABS({_NET} - e.removal_per_head_fen * {_PERSONS})"
            f" > {given.number('rule_sum_yuan') * 100} * {_PERSONS}"
        ),
        named("rule_sum_yuan"),
    ),
)  # fmt: skip
