"""Charts of how income is spread: the histogram against the lines, and the months' households under and near. Pure."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.charts import dot_alone, dress_years, name_ends
from components.drawing.theme import FONT, TEMPLATES, palette
from data.months import first_day


def bin_name(low: float, high: float) -> str:
    """``8,000–9,000 元``, open at the ends."""
    if low == float("-inf"):
        return f"{high:,.0f} 元以下"
    return f"{low:,.0f} 元以上" if high == float("inf") else f"{low:,.0f}–{high:,.0f} 元"


def spread_chart(
    bars: pd.DataFrame,
    *,
    marks: Sequence[tuple[str, float]],
    line: float | None,
    tried: float | None,
    dark: bool,
    height: int = 330,
) -> go.Figure:
    """Households by income a head (``income_distribution.histogram``), as the first trace.

    ``marks``: names and places (yuan) of what is drawn as thin lines: means, quantiles. ``line`` the monitoring line,
    ``tried`` the one tried out. Bars under the line in force are in the colour of what needs action.
    """
    colours = palette(dark)
    width = bars["high"].iloc[0] - max(bars["low"].iloc[0], 0.0)
    centres = [(max(row.low, 0.0) if row.low > float("-inf") else 0.0) + width / 2 for row in bars.itertuples()]
    edge = line if line is not None else float("-inf")
    fills = [colours.alarm if centre + width / 2 <= edge else colours.bar for centre in centres]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "bargap": 0.06, "hovermode": "closest"})
    figure.add_bar(
        x=centres,
        y=bars["households"].tolist(),
        width=[width * 0.94] * len(bars),
        marker={"color": fills},
        name="户数",
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[f"人均 {bin_name(row.low, row.high)}：{row.households:,} 户" for row in bars.itertuples()],
    )
    top = float(bars["households"].max()) or 1.0
    drawn = [(name, at, colours.second_ink, "dot", 1.0) for name, at in marks]
    if line is not None:
        drawn.append((f"监测线 {line:,.0f}", line, colours.alarm, "dash", 1.5))
    if tried is not None and tried != line:
        drawn.append((f"试算线 {tried:,.0f}", tried, colours.accent, "solid", 2.0))
    for number, (name, at, colour, dash, stroke) in enumerate(sorted(drawn, key=lambda one: one[1])):
        level = top * (1.06 + 0.09 * (number % 4))
        figure.add_scatter(
            x=[at, at],
            y=[0, level],
            mode="lines",
            line={"color": colour, "dash": dash, "width": stroke},
            hoverinfo="skip",
            name=name,
        )
        figure.add_annotation(
            x=at, y=level, text=name, showarrow=False, yanchor="bottom", font={"color": colour, "size": 13}
        )
    figure.update_yaxes(range=[0, top * 1.5], tickformat=",d", nticks=6)
    low = min([centres[0] - width / 2, *(at for _, at, *_ in drawn)])
    figure.update_xaxes(tickformat=",~g", ticksuffix=" 元", nticks=8, range=[low - width / 2, centres[-1] + width])
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"family": FONT})
    return figure


def counts_chart(
    course: pd.DataFrame, *, names: dict[str, str], month: int, dark: bool, height: int = 330
) -> go.Figure:
    """Numbers of households over the months: a line for each column of ``course``, named at its end."""
    colours = palette(dark)
    strokes = (colours.alarm, colours.series)
    days = [first_day(one) for one in course.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height})
    ends = []
    for column, colour in zip(course, strokes, strict=False):
        values = course[column]
        figure.add_scatter(
            x=days,
            y=values.tolist(),
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=names[column],
            customdata=[
                f"{names[column]} {value:,.0f} 户" if wording.has_value(value) else f"{names[column]} —"
                for value in values
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        if values.notna().any():
            ends.append((float(values.dropna().iloc[-1]), names[column], colour))
    dot_alone(figure)
    if month in course.index:
        figure.add_vline(x=first_day(month), line={"color": colours.accent, "width": 1})
    name_ends(figure, ends, days[-1], gap=(float(course.max().max()) or 1.0) * 0.08)
    dress_years(figure, course.index, right=16 + 14 * max((len(name) for name in names.values()), default=0))
    figure.update_yaxes(rangemode="tozero", tickformat=",d", nticks=6)
    return figure


def counts_table(course: pd.DataFrame, *, names: Sequence[str]) -> pd.DataFrame:
    """The same, newest first, with ``month`` and its name of ``names``, one for each row of ``course``."""
    return course.assign(month=course.index, name=names).iloc[::-1]
