"""资金: what was arranged for a year, what is paid, by source, region and project, what is late; parts of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.ranking import extremes, rank, ranking_markup
from components.drawing.theme import palette
from components.drawing.tiles import tiles_markup
from components.funds import markup as panels
from components.funds.address import FundChoice, funds_link, read_choice
from components.funds.charts import course_finding, course_table, disbursement_chart, unit_of
from components.shell.asking import ask
from components.shell.chart_panel import show_chart
from components.shell.empty import nothing
from components.shell.indicator_tiles import indicator_tiles
from components.shell.page import show_markup
from components.shell.screen import Change, Screen
from components.shell.site import FIGURE, FUNDS, PROJECT
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.funds import sums as funds
from data.paper.spreadsheet import ListColumn
from data.terms import LEVELS, OWN
from data.text.official import fund_word

TILES = ("fund_arranged", "fund_disbursed", "fund_progress", "fund_plan_progress", "fund_unpaid", "late_funds")
_BATCHES = 8
_CHART = (
    ListColumn("month_text", "月份"), ListColumn("day", "截至", "day"), ListColumn("paid", "累计拨付（元）", "yuan"),
    ListColumn("planned", "拨付计划（元）", "yuan"), ListColumn("even", "按时间均匀拨付（元）", "yuan"),
)  # fmt: skip


@dataclass(frozen=True)
class FundsShown:
    """What the page is about: the choice, the funds by source and by year, and how far the year is gone by ``day``."""

    choice: FundChoice
    sources: pd.DataFrame
    years: pd.DataFrame
    day: str
    elapsed: float

    @property
    def running(self) -> float | None:
        """How far the year is gone, None where it is over: nothing is compared with the time then."""
        return self.elapsed if self.elapsed < 1 else None


def read(screen: Screen, parameters: Mapping[str, str]) -> tuple[FundsShown, list[str]]:
    """Look up the address and ask for what every part needs; and sentences about what in it means nothing."""
    years = ask(screen, funds.by_year, screen.region.code, screen.month)
    arranged = list(years.loc[years["funds"] > 0, "year"])
    choice, problems = read_choice(parameters, years=arranged, own_year=screen.month // 12)
    day = ask(screen, funds.as_of, screen.month)
    sources = ask(screen, funds.by_source, screen.region.code, screen.month, choice.year)
    return FundsShown(choice, sources, years, day, funds.elapsed(day, choice.year)), problems


def subtitle(screen: Screen, shown: FundsShown) -> str:
    """Region, day, how far the year is gone."""
    gone = f"时间进度 {panels.percent(shown.elapsed)}" if shown.elapsed < 1 else f"{shown.choice.year}年已过完"
    return f"{_here(screen)} · 截至{wording.day(shown.day)} · {gone}"


def _here(screen: Screen) -> str:
    return screen.region.name if screen.region.is_village else f"{screen.region.name}及以下各级"


def show_heading(screen: Screen, shown: FundsShown) -> None:
    """The finding of the page, and the years."""
    years = sorted({*shown.years["year"], screen.month // 12}, reverse=True)[:6]
    chips = "".join(
        link(
            f"{year}年",
            funds_link(screen, shown.choice, year=int(year)),
            style="chip",
            **({"aria_current": "true"} if year == shown.choice.year else {}),
        )
        for year in years
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funds_heading"):
        title = panels.page_finding(shown.sources, shown.choice.year)
        show_markup(heading(title, subtitle(screen, shown), level=1))
        show_markup(f'<nav class="chips" aria-label="资金年度">{chips}</nav>', width="content")


def show_tiles(screen: Screen, shown: FundsShown) -> None:
    """The headline figures: of the month's own year from the cube, of an earlier one as it stands now."""
    if shown.choice.year == screen.month // 12:
        colours = palette(screen.dark)
        drawn = tiles_markup(indicator_tiles(screen, TILES), line=colours.series, end=colours.accent)
    else:
        drawn = panels.still_tiles_markup(_earlier_tiles(screen, shown))
    with st.container(key="funds_tiles"):
        show_markup(drawn)


def _earlier_tiles(screen: Screen, shown: FundsShown) -> list[tuple[str, str, str]]:
    """Those of a year as they stand now, with the year in their names, and those of all years; the address opens the
    figure at the end of that year, or now."""
    year = shown.choice.year
    total = shown.sources[["arranged", "paid", "planned"]].sum()
    values = {
        "fund_arranged": total["arranged"],
        "fund_disbursed": total["paid"],
        "fund_progress": total["paid"] / total["arranged"] if total["arranged"] else None,
    }
    month = min(max(year * 12 + 11, screen.status.first_month), screen.month)
    tiles = [
        (
            INDICATORS[id].label.replace("本年度", f"{year}年度"),
            str(wording.amount(INDICATORS[id], value)),
            screen.link(FIGURE, indicator=id, month=month),
        )
        for id, value in values.items()
    ]
    alive = ("fund_unpaid", "late_funds")
    found = ask(screen, figures.figures, screen.region.code, screen.asked, alive)
    return tiles + [
        (INDICATORS[id].label, str(wording.amount(INDICATORS[id], found[id].value)), screen.link(FIGURE, indicator=id))
        for id in alive
    ]


def show_nothing(screen: Screen, shown: FundsShown) -> None:
    """No funds in this year: why, how to fill it, and the years that have some."""
    name, year = _here(screen), shown.choice.year
    nothing(
        f"{screen.region.name}没有{year}年度的资金",
        f"{name}没有登记{year}年度的{fund_word(year)}等资金；上级统一安排的资金登记在上级，不计入这里。",
        "换一个年度、月份，或从上方打开上级区划",
        "在数据模板的“资金”“资金拨付”“拨付计划”表中填报后导入：`python -m data import 文件`",
    )
    if len(shown.years):
        _show_years(screen, shown)


def show_sums(screen: Screen, shown: FundsShown) -> None:
    """By source and year, month by month, and, where there are any, by sub-region."""
    children = ask(screen, funds.by_region, screen.region.code, screen.month, shown.choice.year)
    beside = bool((children["code"] != screen.region.code).any())  # a village has its own row alone
    with st.container(key="funds"):
        columns = st.columns([43, 32, 25] if beside else [55, 45], gap="medium")
    with columns[0]:
        _show_sources(screen, shown)
        _show_years(screen, shown)
    with columns[1]:
        _show_course(screen, shown)
    if beside:
        with columns[2]:
            _show_regions(screen, shown, children)


def show_arrears(screen: Screen, shown: FundsShown) -> None:
    """What is late, and what is unpaid by project."""
    with st.container(key="funds_below"):
        left, right = st.columns([50, 50], gap="medium")
    with left:
        _show_late(screen, shown)
    with right:
        _show_projects(screen, shown)


def _show_sources(screen: Screen, shown: FundsShown) -> None:
    choice = shown.choice
    title = panels.sources_finding(shown.sources, shown.elapsed, choice.year)
    show_markup(
        heading(title, f"按资金来源 · {choice.year}年{fund_word(choice.year)}等各项资金 · 万元")
        + panels.sources_markup(
            shown.sources,
            elapsed=shown.running,
            chosen=choice.filters.source,
            caption=title,
            url=lambda source: _listed(screen, choice, source=source),
        )
    )


def _show_years(screen: Screen, shown: FundsShown) -> None:
    choice = shown.choice
    show_markup(
        heading("历年资金", f"按资金年度，当年拨付按拨付日期 · 截至{wording.day(shown.day)} · 万元")
        + panels.years_markup(
            shown.years,
            url=lambda year: funds_link(screen, choice, year=int(year)),
            chosen=choice.year,
            caption="历年资金",
        )
    )


def _listed(screen: Screen, choice: FundChoice, **changes: Change) -> str:
    return f"{funds_link(screen, choice, filters=type(choice.filters)(**changes))}#list"


def _show_course(screen: Screen, shown: FundsShown, *, height: int = 400) -> None:
    course = ask(screen, funds.course, screen.region.code, screen.month, shown.choice.year)
    where = f"{screen.region.name} · {shown.choice.year}年资金 · 截至{wording.day(shown.day)}"
    draw_course(screen, course, key="funds_course", where=where, height=height)


def draw_course(screen: Screen, course: pd.DataFrame, *, key: str, where: str, height: int, leads: bool = True) -> None:
    """The chart of a course as of ``funds.course``; ``leads``: a point opens its month."""
    told = course_table(course) if len(course) else course
    unit = f" · {unit_of(course)}" if len(course) else ""
    months = [None, *(_month_url(screen, int(month)) for month in course.index)]
    show_chart(
        screen,
        disbursement_chart(course, dark=screen.dark, height=height) if len(course) else None,
        key=key,
        what="累计拨付进度",
        title=course_finding(course) if len(course) else "累计拨付进度",
        subtitle=where + unit,
        table=told,
        columns=_CHART,
        links={2: months} if leads and len(course) else None,
        row_url=(lambda row: _month_url(screen, row.month)) if leads else None,
        opener="month_text",
        empty="没有安排资金，画不出进度。",
    )


def _month_url(screen: Screen, month: int) -> str | None:
    known = screen.status.first_month <= month <= screen.status.last_month
    return screen.link(FUNDS, month=month) if known else None


def _show_regions(screen: Screen, shown: FundsShown, children: pd.DataFrame) -> None:
    """By progress, compared with all sub-regions together: what the region holds itself has a row of its own and is no
    measure for them. Those without funds are counted only."""
    indicator = INDICATORS["fund_progress"]
    below = children[children["code"] != screen.region.code]
    known = below[below["value"].notna()]
    noun = LEVELS[len(below["code"].iloc[0])]
    if known.empty:
        show_markup(
            heading(f"各{noun}拨付进度", f"{shown.choice.year}年度资金")
            + f'<p class="calm">没有落到{noun}一级及以下的资金；资金都登记在{escape(screen.region.name)}{OWN}。</p>'
        )
        return
    together = known["numerator"].sum() / known["denominator"].sum()
    listed = children[children["value"].notna()]
    ranking = replace(rank(indicator, listed, together, screen.region.level), mean_name=f"各{noun}合计")
    without = len(below) - len(known)
    note = f'<p class="calm">另有 {without} 个{noun}没有本级及以下的资金。</p>' if without else ""
    if len(listed) > len(known):
        note += f'<p class="calm">{OWN}为登记在{escape(screen.region.name)}的资金，与各{noun}相加等于全部。</p>'
    show_markup(
        heading(
            panels.regions_finding(known, together, noun, ranking.mean_name),
            f"{extremes(ranking)} · {shown.choice.year}年度资金",
        )
        + ranking_markup(ranking, lambda code: funds_link(screen, shown.choice, region=code))
        + note
    )


def _show_late(screen: Screen, shown: FundsShown) -> None:
    """Of all years: what is late lives on until it is paid, settled or recovered."""
    total, batches = ask(screen, funds.late_batches, screen.region.code, screen.month, limit=_BATCHES)
    planned = bool(shown.years["planned"].sum())
    title = panels.late_finding(total, shown.years["short"].sum(), planned=planned)
    told = "各年度资金 · 计划日期已过、累计拨付少于累计计划；逐笔比较，不与提前拨付的相抵"
    more = ""
    if total:
        more = link("滞后资金名单", _listed(screen, shown.choice, late=True), style="underlined more")
    rest = f'<p class="calm">另有 {total - len(batches)} 个批次，见名单。</p>' if total > len(batches) else ""
    show_markup(
        heading(title, told, more=more)
        + panels.late_markup(batches, url=lambda fund: screen.link(FUNDS, fund=fund), planned=planned)
        + rest
    )


def _show_projects(screen: Screen, shown: FundsShown) -> None:
    projects = ask(screen, funds.by_project, screen.region.code, screen.month, shown.choice.year)
    total = shown.sources["arranged"].sum()
    placed = projects["arranged"].sum()
    share = f"所列项目占安排资金的 {panels.percent(placed / total)}" if total and placed else "按项目"
    more = link("没有对应项目的资金", _listed(screen, shown.choice, with_project=False), style="underlined more")
    show_markup(
        heading("未拨付最多的项目", f"{shown.choice.year}年资金 · {share} · 万元", more=more)
        + panels.projects_markup(
            projects,
            elapsed=shown.running,
            caption="未拨付最多的项目",
            url=lambda project: screen.link(PROJECT, project=project),
        )
    )
