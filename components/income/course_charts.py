"""Charts of the course of income: by kind over the months or income years, its growth, its structure. Pure."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.charts import dot_alone, dress_years, name_ends
from components.drawing.tables import Row
from components.drawing.theme import FONT, TEMPLATES, Palette, palette
from components.drawing.wording import yuan
from data.income.course import KINDS, PARTS
from data.months import first_day, spoken
from data.terms import INCOME_KINDS

NAMES = {**INCOME_KINDS, "expense": "经营支出", "net": "纯收入"}
_ROOMY = ("wage", "business", "transfer")  # wide enough for their names


def kind_colours(colours: Palette) -> dict[str, str]:
    """A colour of one hue for each kind, grey for the expense."""
    return {**dict(zip(KINDS, colours.sequential[1:], strict=True)), "expense": colours.missing}


def percent(value: float | None) -> str:
    """A growth: ``+5.8 %``."""
    return f"{value * 100:+.1f} %".replace("-", "−") if wording.has_value(value) else wording.NO_VALUE


def kinds_chart(
    course: pd.DataFrame, *, month: int, line: Sequence[float | None], dark: bool, height: int = 330
) -> go.Figure:
    """Kinds stacked, the expense under zero, the net income as a line (the last trace) over the months.

    ``course`` as of ``income_course.income_course``, ``line`` the monitoring line of each of its months.
    """
    colours = palette(dark)
    fills = kind_colours(colours)
    days = [first_day(one) for one in course.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height})
    for part in PARTS:
        sign = -1 if part == "expense" else 1
        figure.add_scatter(
            x=days,
            y=(course[part] * sign).tolist(),
            name=NAMES[part],
            mode="lines",
            line={"width": 0.5, "color": fills[part]},
            fillcolor=fills[part],
            stackgroup="expense" if part == "expense" else "income",
            customdata=[f"{NAMES[part]} {yuan(value)}" for value in course[part]],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if any(map(wording.has_value, line)):
        figure.add_scatter(
            x=days,
            y=list(line),
            name="监测线",
            mode="lines",
            connectgaps=False,
            line={"color": colours.alarm, "width": 1.5, "dash": "dash", "shape": "hv"},
            customdata=[f"监测线 {yuan(value)}" for value in line],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(  # so that the line can be told from the dark band that it crosses
        x=days,
        y=course["net"].tolist(),
        mode="lines",
        line={"color": colours.ground, "width": 6},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=days,
        y=course["net"].tolist(),
        name="人均纯收入",
        mode="lines",
        line={"color": colours.ink, "width": 2.5},
        customdata=[
            f"<b>人均纯收入 {yuan(net)}</b>，同比 {percent(growth)}"
            for net, growth in zip(course["net"], course["growth"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    dot_alone(figure)
    if month in course.index:
        figure.add_vline(x=first_day(month), line={"color": colours.accent, "width": 1})
    _name_bands(figure, course, line, days[-1], colours, dark)
    dress_months(figure, course.index, right=92)
    return figure


def _name_bands(
    figure: go.Figure, course: pd.DataFrame, line: Sequence[float | None], day: str, colours: Palette, dark: bool
) -> None:
    """Names beside the last month, pushed apart."""
    last = course.iloc[-1]
    base, told = 0.0, []
    for kind in KINDS:
        if last[kind] > 0:
            told.append((base + last[kind] / 2, NAMES[kind], colours.second_ink))
        base += last[kind]
    if last["expense"] > 0:
        told.append((-last["expense"] / 2, NAMES["expense"], colours.second_ink))
    told.append((last["net"], "<b>纯收入</b>", colours.ink))
    if wording.has_value(line[-1]):
        told.append((line[-1], "监测线", colours.alarm))
    gap = (
        max(course["gross"].max(), *(one for one in line if wording.has_value(one)), 1.0) + course["expense"].max()
    ) / 17
    name_ends(figure, told, day, gap=gap)


def dress_months(figure: go.Figure, months: Sequence[int], *, right: int) -> None:
    """Years below, yuan at the left, room for names at the right."""
    dress_years(figure, months, right=right)
    figure.update_yaxes(tickformat=",~g", nticks=6)


def years_chart(years: pd.DataFrame, *, dark: bool, height: int = 330) -> go.Figure:
    """The same by income year as bars; the net income stands in figures above (the last trace).

    ``years`` as of ``income_course.income_years``; the year that has not ended is hatched.
    """
    colours = palette(dark)
    fills = kind_colours(colours)
    names = [year_name(row) for row in years.itertuples()]
    shapes = ["" if complete else "/" for complete in years["complete"]]
    hatching = {"shape": shapes, "size": 6, "fillmode": "overlay"}
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "barmode": "relative", "bargap": 0.45})
    for part in PARTS:
        values = years[part] * (-1 if part == "expense" else 1)
        figure.add_bar(
            x=names,
            y=values.tolist(),
            name=NAMES[part],
            marker={"color": fills[part], "pattern": {**hatching, "fgcolor": colours.ground}},
            customdata=[f"{NAMES[part]} {yuan(value)}" for value in years[part]],
            hovertemplate="%{customdata}<extra></extra>",
            text=[NAMES[part] if part in _ROOMY else ""] * len(years),
            textposition="inside",
            insidetextanchor="middle",
            constraintext="inside",
            textfont={"color": _on(part, colours)},
        )
    figure.add_scatter(
        x=names,
        y=years["gross"].tolist(),
        mode="markers+text",
        name="人均纯收入",
        marker={"color": colours.ink, "size": 7, "symbol": "line-ew-open"},
        text=[
            f"<b>{net:,.0f}</b>{f'<br>{percent(growth)}' if wording.has_value(growth) else ''}"
            for net, growth in zip(years["net"], years["growth"], strict=True)
        ],
        textposition="top center",
        textfont={"color": colours.ink},
        customdata=[
            f"<b>人均纯收入 {yuan(net)}</b>，比上年 {percent(growth)}"
            for net, growth in zip(years["net"], years["growth"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_yaxes(tickformat=",~g", nticks=6, range=[-years["expense"].max() * 1.15, years["gross"].max() * 1.22])
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"family": FONT})
    return figure


def growth_chart(parts: pd.DataFrame, *, dark: bool, height: int = 330) -> go.Figure:
    """Growth against a year before as a line (the last trace), what each part adds to it as stacked bars.

    ``parts`` as of ``income_course.growth_parts``.
    """
    colours = palette(dark)
    fills = kind_colours(colours)
    days = [first_day(one) for one in parts.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "barmode": "relative", "bargap": 0.2})
    for part in PARTS:
        points = (parts[part] * 100).tolist()
        figure.add_bar(
            x=days,
            y=points,
            name=NAMES[part],
            marker={"color": fills[part]},
            customdata=[f"{NAMES[part]} {point:+.1f} 个百分点".replace("-", "−") for point in points],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(
        x=days,
        y=(parts["growth"] * 100).tolist(),
        mode="lines+markers",
        name="人均纯收入同比",
        line={"color": colours.ink, "width": 2.5},
        marker={"size": 8, "color": colours.ink, "line": {"color": colours.ground, "width": 2}},
        customdata=[f"<b>人均纯收入同比 {percent(growth)}</b>" for growth in parts["growth"]],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_hline(y=0, line={"color": colours.second_ink, "width": 1})
    _name_growth(figure, parts.iloc[-1], days[-1], colours)
    dress_months(figure, parts.index, right=92)
    figure.update_yaxes(ticksuffix="%")
    return figure


def _name_growth(figure: go.Figure, last: pd.Series, day: str, colours: Palette) -> None:
    told, above, under = [(last["growth"] * 100, "<b>合计</b>", colours.ink)], 0.0, 0.0
    for part in PARTS:
        size = last[part] * 100
        told.append(((above if size > 0 else under) + size / 2, NAMES[part], colours.second_ink))
        above, under = above + max(size, 0), under + min(size, 0)
    gap = (above - under or 1) / 12
    name_ends(figure, told, day, gap=gap, shift=14)


def year_name(row: Row) -> str:
    """``2026年度``, or up to which month a year that has not ended is known."""
    return f"{row.Index}年度" if row.complete else f"{row.Index}年度未完<br>12个月至{spoken(row.month)}"


def _on(part: str, colours: Palette) -> str:
    """The colour of words on a part's colour."""
    return colours.ground if part in ("property", "transfer") else colours.ink


def structure_chart(rows: pd.DataFrame, *, dark: bool, height: int = 200) -> go.Figure:
    """Shares of the gross income by kind, one bar for each row of ``income_course.structures``, the newest on top."""
    colours = palette(dark)
    fills = kind_colours(colours)
    names = [back_name(back) for back in rows["back"]]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "barmode": "stack", "bargap": 0.35})
    for kind in KINDS:
        shares = (rows[f"{kind}_share"] * 100).tolist()
        figure.add_bar(
            y=names,
            x=shares,
            orientation="h",
            name=NAMES[kind],
            marker={"color": fills[kind]},
            text=[f"{NAMES[kind]} {share:.1f}%" if share >= 12 else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": _on(kind, colours), "size": 13},
            customdata=[
                f"{name}：{NAMES[kind]} {yuan(value)}，占 {share:.1f} %"
                for name, value, share in zip(names, rows[kind], shares, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_xaxes(range=[0, 100], ticksuffix="%", nticks=5)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(hovermode="closest", margin={"l": 8, "r": 16, "t": 4, "b": 8}, font={"family": FONT})
    return figure


def back_name(back: int) -> str:
    """``本月``, ``1年前``."""
    return "本月" if not back else f"{back // 12}年前"
