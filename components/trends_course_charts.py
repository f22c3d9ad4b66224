"""Charts of the course of income: by kind over the months or income years, structure, sub-regions compared. Pure."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components import wording
from components.theme import FONT, TEMPLATES, Palette, palette
from data.income_course import KINDS, PARTS
from data.months import first_day, spoken
from data.terms import INCOME_KINDS

NAMES = {**INCOME_KINDS, "expense": "经营支出", "net": "纯收入"}
_ROOMY = ("wage", "business", "transfer")  # wide enough for their names
CELL_GAP, TOP_ROOM = 0.12, 0.42
"""Between the small charts: part of a cell's width, and part of its height that its name takes."""


def kind_colours(colours: Palette) -> dict[str, str]:
    """A colour of one hue for each kind, grey for the expense."""
    return {**dict(zip(KINDS, colours.sequential[1:], strict=True)), "expense": colours.missing}


def yuan(value: float | None) -> str:
    """``12,345 元``, — where there is none."""
    return f"{value:,.0f} 元".replace("-", "−") if wording.known(value) else wording.NO_VALUE


def percent(value: float | None) -> str:
    """A growth: ``+5.8 %``."""
    return f"{value * 100:+.1f} %".replace("-", "−") if wording.known(value) else wording.NO_VALUE


def kinds_chart(
    course: pd.DataFrame, *, month: int, line: Sequence[float | None], dark: bool, height: int = 330
) -> go.Figure:
    """Kinds stacked, the expense under zero, the net income as a line (the last trace but the mark) over the months.

    ``course`` as of ``income_course.with_growth``, ``line`` the monitoring line of each of its months.
    """
    colours = palette(dark)
    fills = kind_colours(colours)
    days = [first_day(one) for one in course.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height})
    for part in PARTS:
        sign = -1 if part == "expense" else 1
        figure.add_scatter(
            x=days, y=(course[part] * sign).tolist(), name=NAMES[part], mode="lines",
            line={"width": 0.5, "color": fills[part]}, fillcolor=fills[part],
            stackgroup="expense" if part == "expense" else "income",
            customdata=[f"{NAMES[part]} {yuan(value)}" for value in course[part]],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=days, y=list(line), name="监测线", mode="lines", connectgaps=False,
        line={"color": colours.alarm, "width": 1.5, "dash": "dash", "shape": "hv"},
        customdata=[f"监测线 {yuan(value)}" for value in line], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(  # so that the line can be told from the dark band that it crosses
        x=days, y=course["net"].tolist(), mode="lines", line={"color": colours.ground, "width": 6}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=course["net"].tolist(), name="人均纯收入", mode="lines", line={"color": colours.ink, "width": 2.5},
        customdata=[
            f"<b>人均纯收入 {yuan(net)}</b>，同比 {percent(growth)}"
            for net, growth in zip(course["net"], course["growth"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    if month in course.index:
        figure.add_vline(x=first_day(month), line={"color": colours.accent, "width": 1})
    _name_bands(figure, course, line, days[-1], colours, dark)
    _dress(figure, course.index, right=92)
    return figure


def _name_bands(figure: go.Figure, course: pd.DataFrame, line, day: str, colours: Palette, dark: bool) -> None:
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
    if wording.known(line[-1]):
        told.append((line[-1], "监测线", colours.alarm))
    gap = (max(course["gross"].max(), *(one for one in line if wording.known(one)), 1.0) + course["expense"].max()) / 17
    floor = float("-inf")
    for height, name, colour in sorted(told):
        floor = max(height, floor + gap)
        figure.add_annotation(
            x=day, y=floor, text=name, xanchor="left", xshift=8, showarrow=False, font={"color": colour, "size": 13}
        )


def _dress(figure: go.Figure, months: Sequence[int], *, right: int) -> None:
    januaries = [month for month in months if month % 12 == 0]
    figure.update_xaxes(
        tickvals=[first_day(month) for month in januaries], ticktext=[f"{month // 12}年" for month in januaries],
        hoverformat="%Y年%-m月", type="date",
    )  # fmt: skip
    figure.update_yaxes(tickformat=",~g", nticks=6)
    figure.update_layout(margin={"l": 8, "r": right, "t": 8, "b": 8}, font={"family": FONT})


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
            x=names, y=values.tolist(), name=NAMES[part],
            marker={"color": fills[part], "pattern": {**hatching, "fgcolor": colours.ground}},
            customdata=[f"{NAMES[part]} {yuan(value)}" for value in years[part]],
            hovertemplate="%{customdata}<extra></extra>", text=[NAMES[part] if part in _ROOMY else ""] * len(years),
            textposition="inside", insidetextanchor="middle", constraintext="inside",
            textfont={"color": _on(part, colours)},
        )  # fmt: skip
    figure.add_scatter(
        x=names, y=years["gross"].tolist(), mode="markers+text", name="人均纯收入",
        marker={"color": colours.ink, "size": 7, "symbol": "line-ew-open"},
        text=[
            f"<b>{net:,.0f}</b>{f'<br>{percent(growth)}' if wording.known(growth) else ''}"
            for net, growth in zip(years["net"], years["growth"], strict=True)
        ],
        textposition="top center", textfont={"color": colours.ink},
        customdata=[
            f"<b>人均纯收入 {yuan(net)}</b>，比上年 {percent(growth)}"
            for net, growth in zip(years["net"], years["growth"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
    )  # fmt: skip
    figure.update_yaxes(tickformat=",~g", nticks=6, range=[-years["expense"].max() * 1.15, years["gross"].max() * 1.22])
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"family": FONT})
    return figure


def year_name(row) -> str:
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
            y=names, x=shares, orientation="h", name=NAMES[kind], marker={"color": fills[kind]},
            text=[f"{NAMES[kind]} {share:.1f}%" if share >= 12 else "" for share in shares], textposition="inside",
            insidetextanchor="middle", textangle=0, textfont={"color": _on(kind, colours), "size": 13},
            customdata=[
                f"{name}：{NAMES[kind]} {yuan(value)}，占 {share:.1f} %"
                for name, value, share in zip(names, rows[kind], shares, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[0, 100], ticksuffix="%", nticks=5)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(hovermode="closest", margin={"l": 8, "r": 16, "t": 4, "b": 8}, font={"family": FONT})
    return figure


def back_name(back: int) -> str:
    """``本月``, ``1年前``."""
    return "本月" if not back else f"{back // 12}年前"


def lines_chart(
    courses: pd.DataFrame, *, names: dict[str, str], mean: pd.Series, mean_name: str, dark: bool, height: int = 320
) -> go.Figure:
    """Up to four regions as lines (the first traces), the region they belong to as a thin one; named at their ends."""
    colours = palette(dark)
    strokes = (colours.series, colours.comparison, colours.states[1], colours.states[4])
    days = [first_day(month) for month in courses.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height})
    drawn = [(code, names[code], courses[code], colour, 2.5) for code, colour in zip(courses, strokes, strict=False)]
    drawn.append(("", mean_name, mean.reindex(courses.index), colours.second_ink, 1.5))
    ends = []
    for _, name, values, colour, width in drawn:
        figure.add_scatter(
            x=days, y=values.tolist(), mode="lines", name=name, line={"color": colour, "width": width},
            customdata=[f"{name} {yuan(value)}" for value in values], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
        if values.notna().any():
            ends.append((float(values.dropna().iloc[-1]), name, colour))
    heights = [value for _, _, values, *_ in drawn for value in values.dropna()]
    gap = (max(heights, default=1) - min(heights, default=0) or 1) * 0.08
    floor = float("-inf")
    for height_of, name, colour in sorted(ends):
        floor = max(height_of, floor + gap)
        figure.add_annotation(
            x=days[-1],
            y=floor,
            text=name,
            xanchor="left",
            xshift=8,
            showarrow=False,
            font={"color": colour, "size": 13},
        )
    _dress(figure, courses.index, right=16 + 14 * max((len(name) for _, name, _ in ends), default=0))
    return figure


def multiples_chart(
    courses: pd.DataFrame, *, names: dict[str, str], mean: pd.Series, mean_name: str, dark: bool, columns: int = 6
) -> go.Figure:
    """A small chart for each region (columns of ``courses``, in their order), all on one scale, in one pair of axes.

    The first trace holds all courses one behind the other with a gap between them, month by month of ``courses``, the
    second the region they belong to, the same in each: two traces cost what two lines cost.
    """
    colours = palette(dark)
    months, count = list(courses.index), len(courses.columns)
    columns = min(columns, count)
    everything = pd.concat([courses.stack(), mean.reindex(months).dropna()])
    low, span = everything.min(), (everything.max() - everything.min()) or 1.0
    rows = -(-count // columns)
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": 32 + rows * 104})

    def place(number: int) -> tuple[float, float]:
        return number % columns, rows - 1 - number // columns

    def bent(values: pd.Series, number: int) -> tuple[list, list]:
        left, bottom = place(number)
        step = (1 - CELL_GAP) / max(len(months) - 1, 1)
        heights = [bottom + (value - low) / span * (1 - TOP_ROOM) for value in values]
        return [left + step * at for at in range(len(months))] + [None], [*heights, None]

    for colour, width, of in ((colours.series, 2.0, None), (colours.second_ink, 1.0, mean.reindex(months))):
        x, y, said = [], [], []
        for number, code in enumerate(courses):
            values = courses[code] if of is None else of
            across, up = bent(values, number)
            name = names[code] if of is None else mean_name
            x, y = x + across, y + up
            said += [f"{name} {spoken(month)} {yuan(v)}" for month, v in zip(months, values, strict=True)] + [""]
        figure.add_scatter(
            x=x, y=y, mode="lines", line={"color": colour, "width": width}, customdata=said, connectgaps=False,
            hovertemplate="%{customdata}<extra></extra>", name="各下级" if of is None else mean_name,
        )  # fmt: skip
    for number, code in enumerate(courses):
        left, bottom = place(number)
        known = courses[code].dropna()
        now = f" <b>{known.iloc[-1]:,.0f}</b>" if len(known) else " 无数据"
        figure.add_annotation(
            x=left, y=bottom + 1 - TOP_ROOM, text=f"{names[code]}{now}", xanchor="left", yanchor="bottom",
            showarrow=False, font={"size": 13, "color": colours.ink}, yshift=2,
        )  # fmt: skip
    figure.update_xaxes(visible=False, range=[-0.02, columns - CELL_GAP / 2])
    figure.update_yaxes(visible=False, range=[-0.06, rows])
    figure.update_layout(hovermode="closest", margin={"l": 0, "r": 0, "t": 4, "b": 4}, font={"family": FONT})
    return figure
