"""One fund: what was planned and paid, its project, and the households behind that project."""

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.theme import state_marks
from components.funds.markup import percent, progress_markup
from components.funds.screen import draw_course
from components.shell.asking import ask, ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import FUNDS, HOUSEHOLD, PROJECT
from data.errors import NotFound
from data.funds import sums as funds
from data.funds.file import LATE, NO_SUCH_FUND, PAGE, PAID_UP, FundFile, behind, count_behind, fund_file

_LONGEST = 64


def show_fund(screen: Screen, code: str) -> None:
    """Draw the page; raises NotFound for a fund that is not there or not in the viewer's region."""
    if len(code) > _LONGEST:
        raise NotFound(NO_SUCH_FUND)
    file = ask(screen, fund_file, code, screen.month)
    show_markup(head_markup(screen, file))
    left, right = st.columns([46, 54], gap="medium")
    with left:
        course = ask(screen, funds.course, file.facts["region"], screen.month, file.facts["year"], fund=code)
        where = f"{file.facts['name']} · 截至{wording.day(file.facts['as_of'])}"
        draw_course(screen, course, key="fund_course", where=where, height=280, leads=False)
    with right:
        show_markup(plan_markup(file) + payments_markup(file))
    _show_households(screen, file)


def head_markup(screen: Screen, file: FundFile) -> str:
    """The way back, the name, the figures, the project."""
    facts = file.facts
    back = link(f"‹ 回到{facts['year']}年资金", _back(screen, file), style="underlined")
    place = " ".join(filter(None, (facts["township"], facts["place"])))
    elapsed = funds.elapsed(facts["as_of"], facts["year"])
    recovered = facts["recovered_fen"] / 100
    progress = file.paid / (file.arranged - recovered) if file.arranged > recovered else float("nan")
    short = f'<b class="alarm">{wording.money(file.short)}</b>' if file.short else "没有"
    project = "没有对应项目"
    if facts["project"]:
        project = link(
            escape(facts["project_name"]), screen.link(PROJECT, project=facts["project"]), style="underlined"
        )
    told = {
        "年度": f"{facts['year']}年",
        "来源": escape(facts["source"]),
        "区划": escape(place),
        "资金编号": escape(facts["code"]),
        "项目": project,
        "安排": f"{wording.cents(file.arranged)} 元",
        "已拨付": f"{wording.cents(file.paid)} 元",
        **({"收回": f"{wording.cents(recovered)} 元"} if recovered else {}),
        "未拨付": f"{wording.cents(file.unpaid)} 元",
        **({"结清": wording.day(facts["settled"])} if facts["settled"] else {}),
        "拨付进度": progress_markup(progress, elapsed if elapsed < 1 else None),
        "时间进度": percent(elapsed) if elapsed < 1 else "年度已过完",
        "滞后金额": short,
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in told.items())
    return (
        f'<nav class="way-back">{back}<span>{escape(screen.month_text)}的情况</span></nav>'
        f'<div class="heading"><h1>{escape(facts["name"])}</h1></div><dl class="fund-facts">{rows}</dl>'
    )


def _back(screen: Screen, file: FundFile) -> str:
    year = {} if file.facts["year"] == screen.month // 12 else {"year": file.facts["year"]}
    return screen.link(FUNDS, **year)


def plan_markup(file: FundFile) -> str:
    """What was to be paid by which day, and what became of it."""
    plan = file.plan
    if plan.empty:
        return heading("拨付计划") + '<p class="calm">没有填报拨付计划，在数据模板的“拨付计划”表中填报后导入。</p>'
    late = plan[plan["state"] == LATE]
    title = f"{len(late)} 个批次滞后，少拨 {wording.money(file.short)}" if len(late) else "已到期的批次都已足额拨付"
    columns = [
        TableColumn("number", "批次", "integer"),
        TableColumn("planned", "计划日期"),
        TableColumn("amount", "计划（元）", "fen"),
        TableColumn("cumulative", "累计计划（元）", "fen"),
        TableColumn("state", "情况"),
        TableColumn("missing", "少拨（元）", "fen"),
    ]
    return heading(title, "按累计计划与累计拨付比较 · 元") + table_markup(
        plan,
        columns,
        caption="拨付计划",
        look=TableLook(
            whole=True,
            cards=True,
            drawn={"state": _state, "missing": lambda row: wording.cents(row.missing) if row.state == LATE else "—"},
        ),
    )


def _state(row: Row) -> str:
    if row.state == LATE:
        return f'<b class="alarm">滞后 {row.days} 天</b>'
    if row.state == PAID_UP:
        after = f"，晚 {row.days} 天" if row.days else ""
        return escape(f"{row.settled} 足额{after}")
    return escape(row.state)


def payments_markup(file: FundFile) -> str:
    """What was paid."""
    if file.payments.empty:
        return heading("拨付记录") + '<p class="calm">截至所选月份还没有拨付。</p>'
    rows = file.payments.assign(
        share=file.payments["cumulative"] / file.arranged if file.arranged else float("nan"),
        number=file.payments.index + 1,
    )
    columns = [
        TableColumn("number", "次", "integer"),
        TableColumn("paid", "拨付日期"),
        TableColumn("amount", "拨付（元）", "fen"),
        TableColumn("cumulative", "累计（元）", "fen"),
        TableColumn("share", "占安排"),
    ]
    return heading(f"拨付 {len(rows)} 次，共 {wording.money(file.paid)}", "元") + table_markup(
        rows,
        columns,
        caption="拨付记录",
        look=TableLook(whole=True, cards=True, drawn={"share": lambda row: progress_markup(row.share)}),
    )


def _show_households(screen: Screen, file: FundFile) -> None:
    project = file.facts["project"]
    if not project:
        show_markup(
            heading("带动的户")
            + '<p class="calm">这笔资金没有对应的项目，无法列出带动的户；在数据模板“资金”表的“项目编号”中填报。</p>'
        )
        return
    households, times = ask(screen, count_behind, project, screen.month)
    notes = [f"{file.facts['project_name']}截至{screen.month // 12}年带动", "金额最多的在前", *_scope_notes(screen)]
    show_markup(heading(f"带动 {households:,} 户，{times:,} 户次", " · ".join(notes)))
    if not households:
        show_markup('<p class="calm">您的查看范围内没有这个项目带动的户。</p>')
        return
    at = paged(st.query_params.get("page"), households, PAGE)
    rows = ask_uncached(screen, behind, project, screen.month, offset=at.offset)
    list_shown(screen, f"资金 {file.facts['code']} 带动户名单", count=households)
    show_markup(
        households_markup(screen, rows)
        + pager_markup(
            at.page,
            at.pages,
            f"共 {households:,} 户",
            lambda number: screen.link(FUNDS, fund=file.facts["code"], page=number),
        )
    )


def _scope_notes(screen: Screen) -> list[str]:
    notes = []
    if screen.viewer.sees_own_only:
        notes.append("只列出本人结对的户")
    elif screen.viewer.region:
        notes.append("只列出您查看范围内的户")
    return notes if screen.viewer.sees_identity else [*notes, "姓名已隐去"]


def households_markup(screen: Screen, rows: pd.DataFrame) -> str:
    """The households behind the project; ``rows`` as of ``fund_file.behind``."""
    marks = state_marks(screen.dark)
    columns = [
        TableColumn("head", "户主"),
        TableColumn("township", "乡镇"),
        TableColumn("village_name", "村"),
        TableColumn("code", "户编号"),
        TableColumn("state", "户类型"),
        TableColumn("modes", "带动方式"),
        TableColumn("times", "户次", "integer"),
        TableColumn("latest", "最近年度"),
        TableColumn("amount", "累计金额（元）", "fen"),
    ]
    return table_markup(
        rows,
        columns,
        caption="带动的户",
        look=TableLook(
            whole=True,
            cards=True,
            opener="head",
            row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=row.id),
            drawn={"state": lambda row: _marked(row.state, *marks[row.state])},
        ),
    )


def _marked(state: str, mark: str, colour: str) -> str:
    return f'<b style="color: {colour}">{mark}</b> {escape(state)}'
