"""收入趋势 · 走势: the sub-regions beside each other, as small charts or the chosen ones as lines."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.drawing.ranking import MEANS
from components.drawing.wording import yuan
from components.income.address import MOST_LINES, TrendChoice, trends_link
from components.income.compared_charts import lines_chart, multiples_chart
from components.income.course_charts import percent
from components.shell.asking import ask
from components.shell.chart_panel import show_chart
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.figures import read as figures
from data.figures.standing import OPEN
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.regions.tree import Region
from data.terms import LEVELS

MOST_MULTIPLES = 24


def show_compared(screen: Screen, choice: TrendChoice, children: Sequence[Region], course: pd.DataFrame) -> None:
    """``children`` of the screen's region beside its own ``course`` (``income_course.income_course``)."""
    names = {child.code: child.name for child in children}
    noun = LEVELS[len(children[0].code)]
    _comparison_picker(choice, names, noun)
    courses = ask(screen, figures.courses, screen.region.code, "net_income_per_capita", until=screen.books.month)
    mean, mean_name = course["net"], MEANS[screen.region.level]
    if courses.empty:
        show_markup(f'<p class="calm">各{noun}没有收入数据，无从对比。</p>')
        return
    last = courses.ffill().iloc[-1]
    order = [code for code in last.sort_values().index if code in names]
    shown = [code for code in choice.compared if code in courses] or order[:MOST_MULTIPLES]
    picked = courses[shown]
    pick = {code: names[code] for code in shown}
    urls = {code: trends_link(screen, choice, region=code) for code in shown}
    behind = int((last[order] < mean.iloc[-1]).sum())
    subtitle = f"{screen.region.name}各{noun} · {screen.books.words} · 12个月人均纯收入 · 元"
    table, columns = _compared_table(picked, pick)
    if choice.compared and any(code in courses for code in choice.compared):
        show_chart(
            screen,
            lines_chart(picked, names=pick, mean=mean, mean_name=mean_name, dark=screen.dark),
            key="lines",
            what="下级对比",
            title=_gap_said(picked, pick) if screen.books.closed else f"{'、'.join(pick.values())}的人均纯收入，{OPEN}",
            subtitle=subtitle,
            table=table,
            columns=columns,
            links={place: [urls[code]] * len(picked) for place, code in enumerate(shown)},
            row_url=lambda row: urls[row.code],
            opener="name",
        )
        return
    said = f"{len(order)} 个{noun}中 {behind} 个低于{mean_name}"
    if not screen.books.closed:
        said = f"{len(order)} 个{noun}的人均纯收入，{OPEN}，暂不比较"
    rest = f"，图中为最低的 {MOST_MULTIPLES} 个" if len(order) > MOST_MULTIPLES else ""
    show_chart(
        screen,
        multiples_chart(picked, names=pick, mean=mean, mean_name=mean_name, dark=screen.dark),
        key="multiples",
        what="下级各图",
        title=f"{said}{rest}",
        subtitle=f"{subtitle} · 同一刻度",
        table=table,
        columns=columns,
        links={0: [url for code in shown for url in [*[urls[code]] * len(picked), None]]},
        row_url=lambda row: urls[row.code],
        opener="name",
        note=f"由低到高排列；细线为{mean_name}。点一个{noun}，看它自己的走势。",
    )


def _comparison_picker(choice: TrendChoice, names: dict[str, str], noun: str) -> None:
    st.session_state["compared_regions"] = list(choice.compared)
    st.multiselect(
        f"选 1 至 {MOST_LINES} 个{noun}画在一张图上对比",
        list(names),
        format_func=names.__getitem__,
        key="compared_regions",
        max_selections=MOST_LINES,
        placeholder="不选时每个一张小图",
        on_change=lambda: write_address(**{"with": "-".join(st.session_state["compared_regions"]) or None}),
    )


def _compared_table(courses: pd.DataFrame, names: dict[str, str]) -> tuple[pd.DataFrame, list[ListColumn]]:
    filled = courses.ffill()
    now = filled.iloc[-1]
    before = courses.reindex([courses.index[-1] - 12]).iloc[0]
    growth = (now / before - 1).where(before > 0)
    first = courses.bfill().iloc[0]
    table = pd.DataFrame(
        {
            "code": list(names),
            "name": list(names.values()),
            "first": first.tolist(),
            "before": before.tolist(),
            "net": now.tolist(),
            "growth": growth.tolist(),
        }
    )
    columns = [
        ListColumn("name", "区划"),
        ListColumn("first", f"{spoken(courses.index[0])}（元）", "integer"),
        ListColumn("before", "上年同月（元）", "integer"),
        ListColumn("net", "本月（元）", "integer"),
        ListColumn("growth", "比上年增长", "percent"),
    ]
    return table, columns


def _gap_said(courses: pd.DataFrame, names: dict[str, str]) -> str:
    last = courses.ffill().iloc[-1].dropna()
    if len(last) < 2:
        return f"{'、'.join(names.values())}的人均纯收入"
    gap = round(last.max()) - round(last.min())  # as both are read
    return f"{names[last.idxmax()]}比{names[last.idxmin()]}高 {yuan(gap)}（{percent(last.max() / last.min() - 1)}）"
