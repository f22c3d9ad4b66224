"""One project's page put together."""

from functools import partial

import streamlit as st

from components.archives import section as archive_section
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.funds.address import fund_url
from components.projects import file_markup as view
from components.projects.address import ProjectChoice, projects_link
from components.projects.charts import recent, returns_chart
from components.shell.asking import ask, ask_uncached
from components.shell.chart_panel import show_chart
from components.shell.empty import nothing
from components.shell.errors import reporting_failures
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import whole
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, PROJECT, PROJECTS
from components.shell.take_away import take_away
from data.access import roles
from data.errors import NO_SUCH_PROJECT, NotFound
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.projects import file as project_file
from data.projects.file import PAGE, ProjectFile

_RETURNS = (
    ListColumn("when", "月份"), ListColumn("due", "应收（元）", "yuan"), ListColumn("received", "实收（元）", "yuan"),
    ListColumn("short", "欠收（元）", "yuan"),
)  # fmt: skip
_TAKERS = (
    TableColumn("year", "年度", "figure"), TableColumn("head", "户主"), TableColumn("village", "村"),
    TableColumn("household", "户编号"), TableColumn("mode", "带动方式"), TableColumn("amount", "金额（元）", "fen"),
)  # fmt: skip
_TAKERS_OUT = (
    ListColumn("year", "年度"), ListColumn("township", "乡镇"), ListColumn("village", "村"),
    ListColumn("household", "户编号"), ListColumn("head", "户主"), ListColumn("mode", "带动方式"),
    ListColumn("amount", "金额（元）", "yuan"),
)  # fmt: skip


def show_project(screen: Screen) -> None:
    """The project of the address; that there is none is said, with the way back."""
    code = st.query_params.get("project", "")
    try:
        file = ask(screen, project_file.project, code, screen.month)
    except NotFound:
        nothing("无法显示", NO_SUCH_PROJECT, home=screen.link(PROJECTS))
        return
    _way(screen, file)
    show_markup(view.head_markup(file))
    show_markup(
        heading(view.stages_finding(file.stages), "从储备到运营，十个阶段：何时进入、计划何时完成")
        + view.stages_markup(file.stages)
    )
    left, right = st.columns([58, 42], gap="medium")
    with left:
        _returns(screen, file)
        show_markup(
            heading("投入资金", "安排和拨付到这个项目的资金")
            + view.funds_markup(file, lambda *fund: fund_url(screen, *fund))
        )
    with right:
        show_markup(heading(_asset_title(file), "四权、合同、保险、管护、标识牌") + view.asset_markup(file))
    _takers(screen, file)
    with reporting_failures():
        archive_section.show_project(screen, file)


def _way(screen: Screen, file: ProjectFile) -> None:
    back = link("‹ 回到项目收益", screen.link(PROJECTS), style="underlined")
    shock = projects_link(screen, ProjectChoice(view="risk"), project=file.code)
    words = "看对户的影响" if not screen.viewer.may(roles.APPROVE, roles.PROJECTS) else "看对户的影响，标记风险"
    more = link(words, shock, style="underlined")
    show_markup(f'<nav class="way-back">{back}<span>{escape(screen.calendar.words)}的情况</span>{more}</nav>')


def _asset_title(file: ProjectFile) -> str:
    return f"资产缺 {len(file.gaps)} 项" if file.gaps else "资产"


def _returns(screen: Screen, file: ProjectFile) -> None:
    rows = recent(file.returns).iloc[::-1].reset_index(drop=True)
    rows = rows.assign(
        when=[spoken(month) for month in rows["month"]],
        short=[max(row.due - row.received, 0) for row in rows.itertuples()],
    )
    owed = int((rows["short"] > 0).sum())
    title = f"{len(rows)} 期中 {owed} 期没有收足" if owed else f"{len(rows)} 期都已收足"
    show_chart(
        screen,
        returns_chart(file.returns, dark=screen.dark),
        key="project_returns",
        what=f"项目 {file.code} 收益",
        title=f"收益：{title}" if len(rows) else "收益",
        subtitle=f"{file.facts['name']} · 截至{screen.calendar.words} · 元 · 柱为实收，横线为应收",
        table=rows,
        columns=_RETURNS,
        empty="没有登记收益：项目还没有到付收益的时候，或“项目收益”表没有填报。",
    )


def _takers(screen: Screen, file: ProjectFile) -> None:
    years = sorted({int(year) for year in file.modes["year"]}, reverse=True)
    year = whole(st.query_params.get("year"))
    year = year if year in years else None
    total = ask(screen, project_file.takers_count, file.code, screen.month, year)
    notes = [f"{file.facts['households']:,} 户、{file.facts['household_years']:,} 户次", "点户主打开户档案"]
    if screen.viewer.sees_own_only:
        notes.append("名单只列出本人结对的户")
    if not screen.viewer.sees_identity:
        notes.append("姓名已隐去")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(heading("带动的户", " · ".join(notes)))
        if total:
            _export(screen, file, year)
    if file.modes.empty:
        show_markup('<p class="calm">没有登记带动的户：请在数据模板的“项目带户”表中填报后导入。</p>')
        return

    def address(**more: int) -> str:
        return screen.link(PROJECT, project=file.code, **more)

    chips = "".join(
        link(
            "全部年度" if one is None else f"{one}年",
            address(**({"year": one} if one else {})),
            style="chip",
            data_stay="1",
            **({"aria_current": "true"} if one == year else {}),
        )
        for one in (None, *years)
    )
    at = paged(st.query_params.get("page"), total, PAGE)
    rows = ask_uncached(screen, project_file.takers, file.code, screen.month, year, offset=at.offset)
    list_shown(screen, f"项目 {file.code} 带动户名单", count=total)
    kept = {"year": year} if year else {}
    left, right = st.columns([64, 36], gap="medium")
    with left:
        show_markup(
            f'<nav class="chips" aria-label="年度">{chips}</nav>'
            + table_markup(
                rows,
                _TAKERS,
                caption="带动的户",
                look=TableLook(
                    opener="head",
                    cards=True,
                    row_url=lambda row: screen.link(HOUSEHOLD, region=row.region, household=row.id),
                ),
            )
            + pager_markup(at.page, at.pages, f"共 {total:,} 条", lambda to: address(page=to, **kept))
        )
    with right:
        show_markup(heading("历年带动", "按年度和方式") + view.modes_markup(file))


def _export(screen: Screen, file: ProjectFile, year: int | None) -> None:
    take_away(
        screen,
        partial(ask_uncached, screen, project_file.takers, file.code, screen.month, year, limit=None),
        _TAKERS_OUT,
        what=f"项目 {file.code} 带动户名单",
        title=f"{file.facts['name']}带动户",
        filters=f"{year}年" if year else "",
        unit="条",
        sheet="带动户",
        key="export_takers",
    )
