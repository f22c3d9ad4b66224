"""打印发放 of wall charts: of this region, of those below it too, on which paper; and the job that prints them."""

from collections.abc import Sequence

import streamlit as st

from components.drawing.markup import escape
from components.prints.address import BELOW, ChartChoice, read_chart_choice, show_chart_controls
from components.prints.ordering import base_address, base_line, show_making, warn_of
from components.shell.asking import ask
from components.shell.errors import problem, show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.wallcharts.making import ChartOrder, sample
from data.access.jobs import Job
from data.months import label
from data.regions import tree
from data.regions.tree import Region

MOST = 300
"""Charts to a job: some counties with their villages."""
VILLAGE = 12
_ORDER = {
    False: "县、乡镇：概况、按类着色的地图、下级排名、走势、超期事项、项目和收益、组织架构、帮扶单位、制度",
    True: "村：概况、户编号地图、组织架构、制度、责任清单、户情和帮扶、倒排工期、问题销号表",
}


def show_charts(screen: Screen, job: Job | None, offered: Sequence[str]) -> None:
    """Draw the page for charts."""
    choice, problems = read_chart_choice(st.query_params)
    show_problems(problems)
    below = ask(screen, tree.children, screen.region.code)
    if not screen.region.code and not below:
        problem("还没有区划，没有可印的挂图。")
        return
    deeper = screen.region.level < 9
    show_chart_controls(choice, offered, list(BELOW) if deeper else ["own", "next"] if below else ["own"])
    picked = _picked(screen, choice, below)
    _show_order(screen, choice, picked, job)


def _picked(screen: Screen, choice: ChartChoice, below: Sequence[Region]) -> tuple[str, ...]:
    """The codes of the regions to print, the region itself first, then as they lie in each other."""
    own = screen.region.code
    codes = [own] if own else []
    if choice.below == "next":
        codes += [one.code for one in below]
    elif choice.below == "all":
        codes = [one.code for one in ask(screen, tree.all_regions) if one.code and one.code.startswith(own)]
    return tuple(codes)


def _show_order(screen: Screen, choice: ChartChoice, picked: tuple[str, ...], job: Job | None) -> None:
    """What will be printed, what stands on it in which order, and the button."""
    base = base_address(screen)
    sheets = "；".join(_ORDER[village] for village in sorted({len(code) == VILLAGE for code in picked}))
    show_markup(
        f'<div class="print-order"><p><b>{len(picked):,}</b> 份 · 挂图 {escape(choice.size)}'
        f" · {escape(screen.month_text)}</p>"
        f'<p class="calm">一张写不下的，按这个次序接到下一张：{escape(sheets)}。字号按观看距离定，不缩小。</p>'
        f"{base_line(base)}</div>"
    )
    warn_of(base, "正式上墙前")
    if len(picked) > MOST:
        problem(f"一次最多打印 {MOST} 份挂图，请逐县打印。")
        return
    if not picked:
        problem("请先选择一个县、乡镇或村。")
        return
    order = ChartOrder(
        picked,
        choice.size,
        screen.asked,
        base,
        st.context.ip_address or "127.0.0.1",
        zipped=choice.zipped and len(picked) > 1,
        figure=choice.figure,
    )
    kind = "zip" if order.zipped else "pdf"
    show_making(
        screen,
        order,
        f"挂图_{screen.region.name}_{order.size}_{label(screen.month)}.{kind}",
        job,
        make=f"生成挂图（{len(picked):,} 份）",
        look="预览第一张",
        alt="挂图样张",
        sample=lambda: sample(screen.engine, screen.viewer, order, screen.now),
        style="print-sample wide",
    )
