"""收入趋势 · 脱贫历程: how many were left at the end of each year, and their share of the rural people."""

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.theme import FONT, TEMPLATES, palette
from components.shell.asking import ask
from components.shell.chart_panel import show_chart
from components.shell.empty import nothing
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.income.way import way
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.terms import STATE_NAMES, UNLIFTED


def way_chart(course: pd.DataFrame, *, dark: bool, height: int = 360) -> go.Figure:
    """Households left at the end of each year as bars with their number and the incidence; ``course`` as of
    ``data.income.way.way``."""
    colours = palette(dark)
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "bargap": 0.45, "hovermode": "closest"})
    years = [f"{year}年" for year in course.index]
    figure.add_bar(
        x=years,
        y=course["unlifted_households"].tolist(),
        marker_color=colours.states[STATE_NAMES[UNLIFTED]],
        text=[
            f"{row.unlifted_households:,.0f} 户<br>{wording.percent(row.incidence, 2)}" for row in course.itertuples()
        ],
        textposition="outside",
        textfont={"family": FONT, "size": 12, "color": colours.ink},
        cliponaxis=False,
        customdata=[
            f"{row.Index}年末 未脱贫 {row.unlifted_households:,.0f} 户 {row.unlifted_persons:,.0f} 人，"
            f"贫困发生率 {wording.percent(row.incidence, 2)}"
            for row in course.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.update_layout(
        showlegend=False,
        yaxis={"rangemode": "tozero", "tickformat": ",d"},
        margin={"t": 40},
        uniformtext={"minsize": 10, "mode": "hide"},  # on a phone the table says it
    )
    return figure


def show_way(screen: Screen) -> None:
    """The whole view."""
    course = ask(screen, way, screen.region.code, screen.month)
    if course.empty or not course["unlifted_households"].any():
        nothing(
            f"{screen.region.name}没有脱贫历程",
            "各年都没有未脱贫户，或识别、脱贫日期还没有填报。",
            "换一个区划",
            "在数据模板的“户”或“户变动”表中填报识别、脱贫日期后再次导入：`python -m data import 文件`",
        )
        return
    most = course["unlifted_households"].idxmax()
    left = course["unlifted_households"].iloc[-1]
    first = f"{most}年末最多，{course['unlifted_households'].loc[most]:,.0f} 户未脱贫"
    now = f"{spoken(int(course['month'].iloc[-1]))}{f'还有 {left:,.0f} 户' if left else '全部脱贫'}"
    table = course.reset_index(names="year").assign(name=[f"{year}年" for year in course.index])
    show_chart(
        screen,
        way_chart(course, dark=screen.dark),
        key="way",
        what="脱贫历程",
        title=f"{first}，{now}",
        subtitle=f"{screen.region.name} · 各年年末，本年截至{spoken(screen.month)} · 未脱贫户和贫困发生率",
        table=table,
        columns=[
            ListColumn("name", "年末"),
            ListColumn("unlifted_households", "未脱贫户", "integer"),
            ListColumn("unlifted_persons", "未脱贫人口", "integer"),
            ListColumn("lifted_households", "脱贫户", "integer"),
            ListColumn("incidence", "贫困发生率", "percent2"),
        ],
        links={0: [screen.link(FIGURE, indicator="unlifted_households", month=month) for month in course["month"]]},
        row_url=lambda row: screen.link(FIGURE, indicator="unlifted_households", month=row.month),
        opener="name",
        note="未脱贫户含返贫后尚未再次脱贫的户。人口按当时的家庭成员；没有加入、离开日期的，按现有成员推算。",
    )
