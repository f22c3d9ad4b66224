"""比较: kinds, operators and townships beside each other, and every project as a point."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row
from components.projects.address import ProjectChoice, projects_link
from components.projects.charts import scatter_chart
from components.shell.asking import ask
from components.shell.chart_panel import show_chart
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import PROJECT
from data.paper.spreadsheet import ListColumn
from data.projects.compare import GROUPINGS, compared, scattered
from data.projects.region import Filters

MOST_SHOWN = 19
_STEADY = ((0.95, "几乎期期收足"), (0.8, "多数收足"), (0.5, "时有拖欠"), (0.0, "经常拖欠"))
_SCATTERED = (
    ListColumn("name", "项目"), ListColumn("place", "区划"), ListColumn("kind", "类型"),
    ListColumn("operator", "经营主体"), ListColumn("investment", "投资（元）", "yuan"),
    ListColumn("due", "12个月应收（元）", "yuan"), ListColumn("received", "12个月实收（元）", "yuan"),
    ListColumn("agreed_rate", "约定年收益率", "percent"), ListColumn("judged", "表现"),
)  # fmt: skip


def steadiness(share: float | None, paid: int, periods: int) -> str:
    """How steadily what was due came in, in words; ``share`` is paid ÷ periods."""
    if not periods or not wording.has_value(share):
        return "12个月没有应收"
    words = next(words for least, words in _STEADY if share >= least)
    return f"{words}，{periods} 期收足 {paid} 期"


def standings_markup(rows: pd.DataFrame, url: Callable[[Row], str]) -> str:
    """``rows`` as of ``project_compare.compared``: what 100 yuan bring, by a bar from zero, and beside it what each
    household has of it and how steady it is; ``url`` takes a row and gives what it opens."""
    largest = rows["rate"].max()
    lines = []
    for row in rows.itertuples():
        has = wording.has_value(row.rate)
        width = row.rate / largest * 100 if has and largest else 0
        brought = f"{row.rate * 100:.2f}<small>元</small>" if has else "<small>不计收益率</small>"
        each = f"户均 {row.per_household:,.0f} 元 · {row.households:,} 户" if row.households else "没有登记带动户"
        inner = (
            f'<span class="name">{escape(row.name)}'
            f"<small>{row.projects} 个项目 · {wording.money(row.investment)}</small></span>"
            f'<span class="bar"><i style="width: {width:.1f}%"></i></span><b>{brought}</b>'
            f'<span class="beside">{escape(each)}</span>'
            f'<span class="beside">{escape(steadiness(row.steadiness, row.paid, row.periods))}</span>'
        )
        lines.append(f"<li>{link(inner, url(row))}</li>")
    return f'<ol class="standings">{"".join(lines)}</ol>'


def show_comparison(screen: Screen, choice: ProjectChoice) -> None:
    """The ranking, and below it the scatter."""
    rows = ask(screen, compared, screen.region.code, screen.month, choice.by)
    chips = "".join(
        link(
            one.label,
            projects_link(screen, choice, by=by),
            style="chip",
            data_stay="1",
            **({"aria_current": "true"} if by == choice.by else {}),
        )
        for by, one in GROUPINGS.items()
    )
    told = (
        f"{screen.region.name} · {screen.calendar.words} · 12个月每投 100 元实收多少元，只算经营性在运营项目，少的在上"
    )
    show_markup(heading(_finding(rows), told) + f'<nav class="chips" aria-label="比较方式">{chips}</nav>')
    if rows.empty:
        show_markup('<p class="calm">所选区划和月份没有项目，无从比较。请换一个区划或月份。</p>')
        return
    first, rest = rows.head(MOST_SHOWN), rows.iloc[MOST_SHOWN:]
    url = _group_url(screen, choice)
    show_markup(standings_markup(first, url))
    if len(rest):
        show_markup(f"<details><summary>其余 {len(rest)} 个</summary>{standings_markup(rest, url)}</details>")
    _show_scatter(screen)


def _finding(rows: pd.DataFrame) -> str:
    known = rows[(rows["due"] > 0) & rows["rate"].notna()]
    if len(known) < 2:
        return "投入与回报"
    low, high = known.iloc[0], known.iloc[-1]
    return f"每投 100 元，{high['name']}收回 {high['rate'] * 100:.2f} 元，{low['name']}只有 {low['rate'] * 100:.2f} 元"


def _group_url(screen: Screen, choice: ProjectChoice) -> Callable[[Row], str]:
    """What a group opens: the list of its projects."""
    plain = replace(choice, view="list", sort="")

    def url(row: Row) -> str:
        if choice.by == "township":
            return projects_link(screen, plain, region=row.key, filters=Filters())
        if choice.by == "operator":
            return projects_link(screen, plain, filters=Filters(operators=(row.key,)))
        return projects_link(screen, plain, filters=Filters(kinds=(row.key,)))

    return url


def _show_scatter(screen: Screen) -> None:
    rows, agreed = ask(screen, scattered, screen.region.code, screen.month)
    rows = pd.concat([rows[~rows["poor"]], rows[rows["poor"]]], ignore_index=True)
    rows["judged"] = ["收得差" if poor else "" for poor in rows["poor"]]
    urls = [screen.link(PROJECT, project=code) for code in rows["code"]]
    fine = int((~rows["poor"]).sum())
    poor = len(rows) - fine
    title = f"{poor} 个项目收得差" if poor else "没有收得差的项目"
    show_chart(
        screen,
        scatter_chart(rows, agreed=agreed, dark=screen.dark),
        key="project_scatter",
        what="投资与12个月实收",
        title=f"投资与12个月实收：{title}" if len(rows) else "投资与12个月实收",
        subtitle=f"{screen.region.name} · {screen.calendar.words} · 横轴投资、纵轴12个月实收，万元 · 点标记打开项目",
        table=rows,
        columns=_SCATTERED,
        links={0: urls[:fine], 1: urls[fine:]},
        row_url=lambda row: screen.link(PROJECT, project=row.code),
        opener="name",
        empty="12个月内没有项目有应收，画不出图。",
        note="▲ 收得差：连续几期没有收足，或12个月实收不到应收的一定比例（两项标准见“扫码查询 → 设置”）。"
        "虚线为按投资加权的平均约定收益率。",
    )
