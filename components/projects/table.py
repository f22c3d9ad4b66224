"""The same projects as a table with its sums, page by page, and as a workbook; above it the headline figures."""

from functools import partial

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.projects.address import ProjectChoice, filter_words, projects_link
from components.shell.asking import ask, ask_uncached
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import FIGURE, PROJECT
from components.shell.take_away import take_away
from data.figures.indicators import INDICATORS
from data.figures.read import figures
from data.paper.spreadsheet import ListColumn
from data.projects import region as projects
from data.projects.region import NO_FILTERS, PAGE, Totals

TILES = ("projects", "project_investment", "return_due", "return_received", "return_rate", "cumulative_return_rate")
CLASSES = ("investment_earning", "investment_building", "investment_public", "investment_to_households")
MOST_ROWS = 50_000
EVER = INDICATORS["cumulative_return_rate"]
COLUMNS = (
    TableColumn("name", "项目"), TableColumn("place", "区划"), TableColumn("kind", "类型"),
    TableColumn("stage", "阶段"),
    TableColumn("days", "在本阶段（天）", "integer"), TableColumn("investment", "投资（元）", "fen"),
    TableColumn("due", "12个月应收（元）", "fen"), TableColumn("received", "12个月实收（元）", "fen"),
    TableColumn("arrears", "欠收（元）", "fen"), TableColumn("rate", "年收益率", "share"),
    TableColumn("rate_ever", "累计收益率", "share", EVER.decimals),
    TableColumn("households", "带动户（户）", "integer"),
    TableColumn("household_years", "带动户次（户次）", "integer"), TableColumn("operator", "经营主体"),
    TableColumn("risk", "风险"),
)  # fmt: skip
EXPORTED = (
    ListColumn("code", "项目编号"), ListColumn("name", "项目"), ListColumn("place", "区划"),
    ListColumn("kind", "类型"),
    ListColumn("stage", "阶段"), ListColumn("entered", "进入本阶段", "day"),
    ListColumn("days", "在本阶段（天）", "integer"), ListColumn("asset_class", "资产类别"),
    ListColumn("operator", "经营主体"), ListColumn("investment", "投资（元）", "yuan"),
    ListColumn("agreed_rate", "约定年收益率", "percent"), ListColumn("due", "12个月应收（元）", "yuan"),
    ListColumn("received", "12个月实收（元）", "yuan"), ListColumn("arrears", "欠收（元）", "yuan"),
    ListColumn("rate", "年收益率", "percent"), ListColumn("received_ever", "累计实收（元）", "yuan"),
    ListColumn("rate_ever", "累计收益率", "percent2"), ListColumn("households", "带动户（户）", "integer"),
    ListColumn("household_years", "带动户次（户次）", "integer"), ListColumn("risk", "风险"),
)  # fmt: skip
_SORT_OF = {"days": "entered"}


def show_tiles(screen: Screen) -> None:
    """The region's figures as the overview has them; each opens its explanation."""
    found = ask(screen, figures, screen.region.code, screen.asked, TILES)
    totals = ask(screen, projects.totals, screen.region.code, screen.month)
    parts = []
    for id in TILES:
        shown, unfinished = wording.amount(INDICATORS[id], found[id].value), found[id].standing.open_words
        parts.append(_tile(INDICATORS[id].label, shown, screen.link(FIGURE, indicator=id), unfinished))
    owed, unfinished = wording.money(totals.arrears), screen.calendar.open_words
    parts.append(_tile("12个月欠收", owed, screen.link(FIGURE, indicator="return_due"), unfinished))
    behind = wording.Amount(f"{totals.households:,}", "户")
    years = f"{totals.household_years:,} 户次"
    parts.append(_tile("带动户", behind, screen.link(FIGURE, indicator="projects"), years))
    show_markup(f'<div class="strip">{"".join(parts)}</div>{_classes(screen)}')


def _classes(screen: Screen) -> str:
    """What the rates are worked out of, and what they leave out."""
    earning, *others = CLASSES
    found = ask(screen, figures, screen.region.code, screen.asked, CLASSES)

    def told(id: str) -> str:
        words = f"{INDICATORS[id].label} {wording.amount(INDICATORS[id], found[id].value)}"
        return link(escape(words), screen.link(FIGURE, indicator=id), style="underlined")

    return f'<p class="calm">收益率只算{told(earning)}；另有{"、".join(map(told, others))}不计入。</p>'


def _tile(name: str, shown: wording.Amount, url: str, beside: str = "") -> str:
    more = f"<em>{escape(beside)}</em>" if beside else ""
    inner = f"<span>{escape(name)}</span><b>{escape(shown.number)}<small>{escape(shown.unit)}</small></b>{more}"
    return link(inner, url, style="fact")


def show_worst(screen: Screen, choice: ProjectChoice, *, limit: int = 12) -> None:
    """Beside the map: who owes most."""
    rows = ask(screen, projects.page, screen.region.code, screen.month, filters=choice.filters, limit=limit)
    rows = rows[rows["arrears"] > 0]
    lines = "".join(
        f"<li>{link(_owing(row), screen.link(PROJECT, region=row.region, project=row.code), title=row.name)}</li>"
        for row in rows.itertuples()
    )
    title = "欠收最多" if len(rows) else "没有欠收"
    listed = f'<ul class="owing">{lines}</ul>' if len(rows) else '<p class="calm">12个月应收都已收足。</p>'
    show_markup(heading(title, f"{screen.region.name} · {screen.calendar.words} · 12个月应收－实收") + listed)


def _owing(row: Row) -> str:
    owed = wording.money(row.arrears)
    beside = "，".join(part for part in (row.operator or "没有登记经营主体", row.risk) if part)
    return (
        f"<b>{escape(row.name)}</b><span>{escape(owed.number)} {escape(owed.unit)}</span>"
        f"<em>{escape(beside)}</em><em>{f'收到应收的 {row.received / row.due:.0%}' if row.due else ''}</em>"
    )


def show_project_table(screen: Screen, choice: ProjectChoice) -> None:
    """Fifty to a page, the largest arrears on top; the last line sums up all pages."""
    arguments = (screen.region.code, screen.month)
    totals = ask(screen, projects.totals, *arguments, filters=choice.filters)
    key, descending = choice.sort.removeprefix("-"), choice.sort.startswith("-")
    key = key if key in projects.SORTS else ""
    total = totals.projects
    at = paged(choice.page, total, PAGE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(heading(f"项目名单：{total} 个", f"{screen.region.name} · {screen.calendar.words} · 点项目打开"))
        if total:
            _export(screen, choice)
    if not total:
        why = (
            "没有符合筛选条件的项目。"
            if choice.filters != NO_FILTERS
            else ("所选区划和月份没有项目：请在数据模板的“项目”“项目收益”表中填报后导入，或换一个区划、月份。")
        )
        show_markup(f'<p class="calm">{why}</p>')
        return
    rows = ask(
        screen,
        projects.page,
        *arguments,
        filters=choice.filters,
        sort=key,
        descending=descending,
        limit=PAGE,
        offset=at.offset,
    )

    def sort_url(id: str) -> str | None:
        column = _SORT_OF.get(id, id)
        turned = f"-{column}" if column == key and not descending else column
        return projects_link(screen, choice, sort=turned) if column in projects.SORTS else None

    with st.container(key="project_table"):
        show_markup(
            table_markup(
                pd.concat(
                    [
                        rows[[column.id for column in COLUMNS] + ["code", "region", "about"]],
                        pd.DataFrame([_sums(totals)]),
                    ],
                    ignore_index=True,
                ),
                COLUMNS,
                caption=f"{screen.region.name}项目名单",
                look=TableLook(
                    row_url=lambda row: screen.link(PROJECT, region=row.region, project=row.code) if row.code else None,
                    opener="name",
                    sort_url=sort_url,
                    sorted_by={"entered": "days"}.get(key, key),
                    descending=descending,
                    strong_last=True,
                    drawn={"days": _days, "risk": _risk},
                    cards=True,
                ),
            )
            + pager_markup(at.page, at.pages, f"共 {total} 个", lambda to: projects_link(screen, choice, page=to))
            + '<p class="calm">户按不同的户计一次，户次按户和年度计；收益率只算经营性在运营项目，与总览同一口径。'
            "“约”表示没有登记进入本阶段的日期，按开工或竣工日期推算。</p>"
        )


def _days(row: Row) -> str:
    if pd.isna(row.days):
        return "" if not row.code else "未登记"
    return f"{'约 ' if row.about else ''}{int(row.days):,}"


def _risk(row: Row) -> str:
    return f'<b class="alarm">{escape(row.risk)}</b>' if row.risk else ""


def _sums(totals: Totals) -> dict[str, object]:
    return {
        "name": f"合计 {totals.projects} 个",
        "place": "",
        "kind": "",
        "stage": "",
        "days": pd.NA,
        "investment": totals.investment,
        "due": totals.due,
        "received": totals.received,
        "arrears": totals.arrears,
        "rate": totals.rate,
        "rate_ever": totals.rate_ever,
        "households": totals.households,
        "household_years": totals.household_years,
        "operator": "",
        "risk": "",
        "code": "",
        "region": "",
        "about": False,
    }


def _export(screen: Screen, choice: ProjectChoice) -> None:
    key = choice.sort.removeprefix("-")
    rows = partial(
        ask_uncached,
        screen,
        projects.page,
        screen.region.code,
        screen.month,
        filters=choice.filters,
        limit=MOST_ROWS,
        sort=key if key in projects.SORTS else "",
        descending=choice.sort.startswith("-"),
    )
    take_away(
        screen,
        rows,
        EXPORTED,
        what="项目名单",
        title=f"{screen.region.name}项目名单",
        filters=filter_words(choice.filters),
        unit="个",
        sheet="项目",
        standing=screen.calendar,
        key="export_projects",
    )
