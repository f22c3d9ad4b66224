"""What hangs on a household as tables, on a phone as cards: members, helpers, visits, measures, projects, problems."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

import pandas as pd

from components.drawing import wording
from components.drawing.markup import Markup, escape, link, phone_link
from components.drawing.svg import wide
from components.drawing.tables import Row
from data.households.file import HouseholdFile
from data.households.lights import age
from data.terms import MEASURE_CATEGORIES

_LONG = 8.5  # Chinese characters; what is longer may take two lines
_YES = {1: "是", 0: "否"}


class _Group(str):
    """In place of a row: a heading over the rows that follow."""


def members_markup(file: HouseholdFile) -> str:
    """家庭成员."""
    headings = (
        "姓名",
        "与户主关系",
        "性别",
        "年龄",
        "证件号码",
        "健康状况",
        "文化程度",
        "在校状况",
        "劳动技能",
        "务工",
        "医保",
        "养老保险",
    )
    untold = "未知" if file.past else None
    rows = [
        (
            row.name,
            row.relation,
            row.sex,
            _years(row.born, row.as_of),
            row.id_number,
            _ill(row.health),
            row.education or untold,
            row.schooling or untold,
            row.skill,
            _work(row),
            _insured(row.medical_insured) or untold,
            _YES.get(row.pension_insured, untold),
        )
        for row in file.members.itertuples()
    ]
    return part_table("家庭成员", headings, rows, "没有登记家庭成员。", part="members")


def helpers_markup(file: HouseholdFile) -> str:
    """帮扶责任人: 谁来扶, when he was there last and when he is to come next."""
    headings = ("姓名", "单位", "队伍", "职务", "电话", "结对对象", "结对自", "最近走访", "下次走访", "本月")
    rows = [
        (
            row.name,
            row.unit,
            row.team,
            row.post,
            phone_link(row.phone),
            row.whom or "全户",
            row.started,
            row.last_visit or "没有记录",
            Markup(f"<span>{row.due} 前 {_cell(_due(row.due, file.facts['as_of']))}</span>"),
            "已走访" if row.visited else _alarm("未走访"),
        )
        for row in file.helpers.itertuples()
    ]
    return part_table("帮扶责任人", headings, rows, "没有结对帮扶责任人。", part="helpers")


def visits_markup(file: HouseholdFile) -> str:
    """走访: one page of them."""
    rows = [
        (
            row.visited,
            row.helper,
            row.unit,
            row.occasion,
            row.content,
            Markup(link(f"{row.photos} 份", "#archives", style="underlined")) if row.photos else None,
        )
        for row in file.visits.itertuples()
    ]
    headings = ("日期", "走访人", "单位", "事由", "内容", "照片")
    said = f"共 {file.visits_total} 次"
    return part_table("最近走访", headings, rows, "没有走访记录。", part="visits", said=said)


_Cells = Sequence[object]


def measures_markup(file: HouseholdFile) -> str:
    """帮扶措施 by 类别, each with its sum."""
    headings = ("名称", "开始", "结束", "金额（元）", "责任单位")
    order = {category: place for place, category in enumerate(MEASURE_CATEGORIES)}
    listed = sorted(file.measures.itertuples(), key=lambda row: order.get(row.category, len(order)))
    rows: list[_Cells | _Group] = []
    for category, group in groupby(listed, key=lambda row: row.category):
        held = list(group)
        rows.append(_Group(f"{category} {_sums(held, f'{len(held)} 项')}"))
        rows += [
            (row.name or category, row.started, row.ended or "实施中", _yuan(row.amount), row.unit) for row in held
        ]
    said = _sums(listed, f"{len(listed)} 项，实施中 {sum(row.running for row in listed)} 项")
    return part_table("帮扶措施", headings, rows, "没有帮扶措施。", right=(3,), part="measures", said=said)


def projects_markup(file: HouseholdFile, url: Callable[[str, str], str | None] = lambda code, region: None) -> str:
    """项目与分红; ``url`` takes a project's code and region and gives the address of its page, None where that is not
    the viewer's."""
    headings = ("年度", "项目", "类型", "阶段", "带动方式", "金额（元）")
    listed = list(file.projects.itertuples())

    def name(row: Row) -> str:
        page = url(row.code, row.region)
        return Markup(link(escape(row.name), page, style="underlined")) if page else row.name

    rows = [(row.year, name(row), row.kind, row.stage, row.mode, _yuan(row.amount)) for row in listed]
    said = _sums(listed, f"{file.projects['code'].nunique()} 个项目，{len(listed)} 次带动")
    return part_table("项目与分红", headings, rows, "没有项目带动记录。", right=(5,), part="projects", said=said)


def funds_markup(file: HouseholdFile, url: Callable[[str, str], str | None]) -> str:
    """帮扶资金: the funds of the projects that it takes part in; ``url`` takes a fund's code and region, None where
    the fund is not to be opened."""
    headings = ("年度", "资金", "来源", "项目", "安排（元）", "已拨付（元）", "进度")
    rows = [
        (
            row.year,
            _opened(row.name, url(row.code, row.region)),
            row.source,
            row.project,
            _yuan(row.arranged),
            _yuan(row.paid),
            wording.percent(row.paid / row.arranged) if row.arranged else None,
        )
        for row in file.funds.itertuples(index=False)
    ]
    none = "没有与这一户的项目对应的资金。"
    return part_table("帮扶资金", headings, rows, none, right=(4, 5, 6), part="funds", said=f"{len(rows)} 笔")


def _opened(words: str, url: str | None) -> str:
    return words if url is None else Markup(link(escape(words), url, style="underlined"))


def problems_markup(file: HouseholdFile) -> str:
    """问题."""
    headings = ("类别", "描述", "来源", "责任人", "发现", "整改期限", "状态")
    rows = [
        (row.category, row.description, row.source, row.owner, row.found, row.deadline, _problem_state(row))
        for row in file.problems.itertuples()
    ]
    return part_table("问题", headings, rows, "没有发现问题。", part="problems")


def _problem_state(row: Row) -> str:
    if row.closed:
        return f"{row.closed} 销号"
    return f"{row.rectified} 整改，待销号" if row.rectified else _due(row.deadline, row.as_of)


def tasks_markup(file: HouseholdFile) -> str:
    """作战任务."""
    headings = ("任务", "目标", "责任人", "开始", "期限", "进度", "状态")
    rows = [
        (
            row.name,
            row.target,
            row.owner,
            row.started,
            row.deadline,
            f"{row.progress:.0%}",
            f"{row.finished} 完成" if row.finished else _due(row.deadline, row.as_of),
        )
        for row in file.tasks.itertuples()
    ]
    return part_table("作战任务", headings, rows, "没有作战任务。", right=(5,), part="tasks")


def days_over(deadline: str, as_of: str) -> int:
    """Days from a deadline to a day, both ISO; negative while there is time left."""
    return (date.fromisoformat(as_of) - date.fromisoformat(deadline)).days


def part_table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[_Cells | _Group],
    none: str,
    *,
    part: str,
    right: tuple[int, ...] = (),
    said: str = "",
) -> str:
    """A part of the page: ``rows`` are cells in the order of ``headings``, ``none`` is said where there are none.
    Columns without anything in any row are left out; on a phone each row is a card."""
    if not rows:
        return f'<section class="part" id="{part}"><h2>{title}</h2><p class="calm">{none}</p></section>'
    plain = [row for row in rows if not isinstance(row, _Group)]
    shown = [place for place in range(len(headings)) if any(_told(row[place]) for row in plain)]
    styles = {place: " class=right" if place in right else "" for place in shown}
    head = "".join(f'<th scope="col"{styles[place]}>{headings[place]}</th>' for place in shown)
    body = "".join(
        f'<tr class="group"><th scope="rowgroup" colspan="{len(shown)}">{escape(row)}</th></tr>'
        if isinstance(row, _Group)
        else f"<tr>{''.join(_labelled(headings[place], row[place], styles[place]) for place in shown)}</tr>"
        for row in rows
    )
    return (
        f'<section class="part" id="{part}"><h2>{title}<small>{said or len(plain)}</small></h2>'
        f'<div class="table whole cards"><table><caption>{title}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _labelled(heading: str, value: object, style: str) -> str:
    """A cell with its heading, which stands before it where the rows are cards."""
    kind = "" if _told(value) else " data-empty"
    kind += " data-long" if isinstance(value, str) and wide(value, 1) > _LONG and not isinstance(value, Markup) else ""
    return f'<td{style} data-label="{heading}"{kind}>{_cell(value)}</td>'


def _told(value: object) -> bool:
    return not (value is None or value is pd.NA or value == "")


def _cell(value: object) -> str:
    return escape(value if _told(value) else wording.NO_VALUE)


def _alarm(words: str) -> Markup:
    return Markup(f'<b class="alarm">{escape(words)}</b>')


def _due(deadline: str, as_of: str) -> str:
    days = days_over(deadline, as_of)
    return _alarm(f"超 {days} 天") if days > 0 else f"还有 {-days} 天" if days else "今天到期"


def _years(born: str | None, as_of: str) -> str | None:
    years = age(born, as_of)
    return None if years is None else f"{years} 岁"


def _ill(health: str | None) -> str | None:
    return health if health in (None, "健康") else Markup(f"<b>{escape(health)}</b>")


def _work(row: Row) -> str | None:
    parts = [row.work_area, f"{row.work_months} 个月" if row.work_months else None]
    return " ".join(part for part in parts if part) or None


def _insured(value: int | None) -> str | None:
    return _alarm("未参保") if value == 0 else None if value is None else _YES.get(value)


def _yuan(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:,.2f}"


def _sums(rows: Sequence[Row], counted: str) -> str:
    """How many, and what those with an amount come to."""
    amounts = [row.amount for row in rows if row.amount is not None]
    return f"{counted}，{sum(amounts):,.2f} 元" if amounts else counted
