"""What hangs on a household as tables: members, helpers, visits, measures, projects, problems, tasks."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from components import wording
from components.markup import escape
from data.household_file import HouseholdFile

_YES = {1: "是", 0: "否"}


class _Markup(str):
    """A cell that is markup already."""


def members_markup(file: HouseholdFile) -> str:
    """家庭成员."""
    headings = (
        "姓名", "与户主关系", "性别", "年龄", "证件号码", "健康状况", "文化程度", "在校状况", "劳动技能", "务工",
        "医保", "养老保险",
    )  # fmt: skip
    rows = [
        (row.name, row.relation, row.sex, _age(row.born, row.as_of), row.id_number, _ill(row.health), row.education,
         row.schooling, row.skill, _work(row), _insured(row.medical_insured), _YES.get(row.pension_insured))
        for row in file.members.itertuples()
    ]  # fmt: skip
    return _table("家庭成员", headings, rows, "没有登记家庭成员。")


def helpers_markup(file: HouseholdFile) -> str:
    """帮扶责任人."""
    headings = ("姓名", "单位", "队伍", "职务", "电话", "结对自", "最近走访", "本月")
    rows = [
        (row.name, row.unit, row.team, row.post, row.phone, row.started, row.last_visit or "没有记录",
         "已走访" if row.visited else _alarm("未走访"))
        for row in file.helpers.itertuples()
    ]  # fmt: skip
    return _table("帮扶责任人", headings, rows, "没有结对帮扶责任人。")


def visits_markup(file: HouseholdFile) -> str:
    """走访."""
    rows = [(row.visited, row.helper, row.unit, row.occasion, row.content) for row in file.visits.itertuples()]
    return _table("最近走访", ("日期", "走访人", "单位", "事由", "内容"), rows, "没有走访记录。")


def measures_markup(file: HouseholdFile) -> str:
    """帮扶措施."""
    headings = ("类别", "名称", "开始", "结束", "金额（元）", "责任单位")
    rows = [
        (row.category, row.name, row.started, row.ended or "实施中", _yuan(row.amount), row.unit)
        for row in file.measures.itertuples()
    ]
    return _table("帮扶措施", headings, rows, "没有帮扶措施。", right=(4,))


def projects_markup(file: HouseholdFile) -> str:
    """项目与分红."""
    headings = ("年度", "项目", "类型", "阶段", "带动方式", "金额（元）")
    rows = [
        (row.year, row.name, row.kind, row.stage, row.mode, _yuan(row.amount)) for row in file.projects.itertuples()
    ]
    return _table("项目与分红", headings, rows, "没有项目带动记录。", right=(5,))


def problems_markup(file: HouseholdFile) -> str:
    """问题."""
    headings = ("类别", "描述", "来源", "责任人", "发现", "整改期限", "状态")
    rows = [
        (row.category, row.description, row.source, row.owner, row.found, row.deadline, _problem_state(row))
        for row in file.problems.itertuples()
    ]
    return _table("问题", headings, rows, "没有发现问题。")


def _problem_state(row) -> str:
    if row.closed:
        return f"{row.closed} 销号"
    return f"{row.rectified} 整改，待销号" if row.rectified else _due(row.deadline, row.as_of)


def tasks_markup(file: HouseholdFile) -> str:
    """作战任务."""
    headings = ("任务", "目标", "责任人", "开始", "期限", "进度", "状态")
    rows = [
        (row.name, row.target, row.owner, row.started, row.deadline, f"{row.progress:.0%}",
         f"{row.finished} 完成" if row.finished else _due(row.deadline, row.as_of))
        for row in file.tasks.itertuples()
    ]  # fmt: skip
    return _table("作战任务", headings, rows, "没有作战任务。", right=(5,))


def days_over(deadline: str, as_of: str) -> int:
    """Days from a deadline to a day, both ISO; negative while there is time left."""
    return (date.fromisoformat(as_of) - date.fromisoformat(deadline)).days


def _table(
    title: str, headings: Sequence[str], rows: Sequence[Sequence], none: str, *, right: tuple[int, ...] = ()
) -> str:
    if not rows:
        return f'<section class="part"><h2>{title}</h2><p class="calm">{none}</p></section>'
    styles = [' class="right"' if place in right else "" for place in range(len(headings))]
    head = "".join(f'<th scope="col"{style}>{text}</th>' for text, style in zip(headings, styles, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{style}>{_cell(cell)}</td>' for cell, style in zip(row, styles, strict=True))}</tr>"
        for row in rows
    )
    return (
        f'<section class="part"><h2>{title}<small>{len(rows)}</small></h2><div class="table"><table>'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _cell(value: object) -> str:
    if isinstance(value, _Markup):
        return value
    return escape(wording.NO_VALUE if value is None or value is pd.NA or value == "" else value)


def _alarm(words: str) -> _Markup:
    return _Markup(f'<b class="alarm">{escape(words)}</b>')


def _due(deadline: str, as_of: str) -> str:
    days = days_over(deadline, as_of)
    return _alarm(f"超 {days} 天") if days > 0 else f"还有 {-days} 天"


def _age(born: str | None, as_of: str) -> str | None:
    if born is None or born > as_of:  # not born yet in the month looked at
        return None
    return f"{int(as_of[:4]) - int(born[:4]) - (as_of[5:] < born[5:])} 岁"


def _ill(health: str | None) -> str | None:
    return health if health in (None, "健康") else _Markup(f"<b>{escape(health)}</b>")


def _work(row) -> str | None:
    parts = [row.work_area, f"{row.work_months} 个月" if row.work_months else None]
    return " ".join(part for part in parts if part) or None


def _insured(value: int | None) -> str | None:
    return _alarm("未参保") if value == 0 else _YES.get(value)


def _yuan(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:,.2f}"
