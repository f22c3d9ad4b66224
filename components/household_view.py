"""The head of a household's page as markup: who it is, how it stands, what needs action, what it lives on."""

from components import wording
from components.household_tables import days_over
from components.income_rows import income_markup, per_head_markup
from components.markup import escape
from components.theme import MARKS, palette, state_marks
from data.household_file import HouseholdFile

_UNSAFE = ' class="alarm"'
_ONLY_WHEN_KNOWN = ("返贫日期", "风险消除", "备注")


def head_markup(file: HouseholdFile, *, dark: bool) -> str:
    """Name, state as a word with its mark, and what needs action."""
    facts = file.facts
    place = " ".join(filter(None, (facts["township_name"], facts["village_name"])))
    warnings = "".join(f"<li>{escape(warning)}</li>" for warning in _warnings(file))
    colour = state_marks(dark)[file.state][1]
    return (
        f'<div class="household-head"><h1>{escape(file.head)}</h1>'
        f'<span class="state"><b style="color: {colour}">{MARKS[file.state]}</b> {escape(file.state)}</span>'
        f"<span>{escape(place)}</span><span>户编号 {escape(facts['code'])}</span>"
        + (f'<ul class="warnings" aria-label="需要处置">{warnings}</ul></div>' if warnings else "</div>")
    )


def _warnings(file: HouseholdFile) -> list[str]:
    facts, income = file.facts, file.income
    found = []
    if income.per_head is not None and income.line is not None and income.per_head < income.line:
        found.append("低于监测线")
    if facts["visits"] == 0:
        found.append("本月未走访")
    unclosed = int(file.problems["closed"].isna().sum())
    if unclosed:
        found.append(f"{unclosed} 个未销号问题")
    overdue = sum(
        not task.finished and days_over(task.deadline, facts["as_of"]) > 0 for task in file.tasks.itertuples()
    )
    return [*found, f"{overdue} 项任务超期"] if overdue else found


def facts_markup(file: HouseholdFile) -> str:
    """基本情况."""
    facts = file.facts
    listed = (
        ("户属性", facts["attribute"]), ("家庭人口", f"{len(file.members)} 人"),
        ("致贫原因", "、".join(filter(None, (facts["cause"], facts["other_causes"])))),
        ("识别日期", facts["identified"]), ("脱贫日期", facts["lifted"]), ("返贫日期", facts["relapsed"]),
        ("风险消除", facts["risk_removed"]), ("住房安全", _safe(facts["housing_safe"])),
        ("饮水安全", _safe(facts["water_safe"])), ("联系电话", facts["phone"]), ("住址", facts["address"]),
        ("备注", facts["remark"]),
    )  # fmt: skip
    rows = "".join(
        f"<div><dt>{name}</dt><dd{_UNSAFE if value == '不安全' else ''}>{escape(value or wording.NO_VALUE)}</dd></div>"
        for name, value in listed
        if value or name not in _ONLY_WHEN_KNOWN
    )
    return f'<section class="part"><h2>基本情况</h2><dl class="household-facts">{rows}</dl></section>'


def _safe(value: int | None) -> str:
    return {1: "安全", 0: "不安全"}.get(value, "未填报")


def income_section(file: HouseholdFile, *, dark: bool) -> str:
    """12个月收支."""
    colours = palette(dark)
    table = income_markup(file.income, colour=colours.series, muted=colours.second_ink)
    return f'<section class="part"><h2>12个月收支</h2>{per_head_markup(file.income)}{table}</section>'
