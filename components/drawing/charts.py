"""Charts as Plotly figures: the frame first, keyword-only options, nothing but data in and a figure out."""

from collections.abc import Iterable, Sequence

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.lines import pieces
from components.drawing.theme import FONT, TEMPLATES, Palette, palette
from data.figures.indicators import Indicator
from data.figures.standing import OPEN
from data.months import first_day, spoken

_FEW = 4  # steps of an axis: where it spans fewer, it would be marked in parts of one


def trend_chart(
    course: pd.DataFrame,
    *,
    indicator: Indicator,
    chosen: int,
    dark: bool,
    comparison_name: str = "",
    line_name: str = "监测线",
    height: int = 220,
    text: int = 13,
) -> go.Figure:
    """An indicator over the months, the chosen month marked.

    ``course``: index month ordinals, column ``value``, and where there are any ``comparison`` (drawn as a second line
    called ``comparison_name``) and ``line`` (a dashed one). Values as of ``data.figures.read``. Months that ``open``
    says are not closed stand beside the line as rings, since a part of a month would be a plunge.
    """
    colours = palette(dark)
    unfinished = course["open"] if "open" in course else pd.Series(False, index=course.index)
    partial = course["value"].where(unfinished)
    course = course.drop(columns="open", errors="ignore").assign(value=course["value"].where(~unfinished))
    scale, unit = axis(indicator, course)
    days = [first_day(month) for month in course.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "font": {"size": text}})
    ends: list[tuple[float, str, str]] = []
    drawn: list[tuple[str, str, str, dict[str, object]]] = [
        ("line", line_name, colours.second_ink, {"width": 1.5, "dash": "dash", "shape": "hv"}),
        ("comparison", comparison_name, colours.comparison, {"width": 1.5}),
        ("value", indicator.label, colours.series, {"width": 2.5}),
    ]
    for column, name, colour, line in drawn:
        if column not in course or course[column].notna().sum() == 0:
            continue
        words = [f"{name} {wording.amount(indicator, value)}" for value in course[column]]
        figure.add_scatter(
            x=days,
            y=(course[column] * scale).tolist(),
            mode="lines",
            line={"color": colour, **line},
            name=name,
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
        )
        last = course[column].dropna()
        ends.append((float(last.iloc[-1]) * scale, name, colour))
    dot_alone(figure)
    if partial.notna().any():
        figure.add_scatter(
            x=days,
            y=(partial * scale).tolist(),
            mode="markers",
            marker={"color": colours.ground, "size": 9, "line": {"color": colours.series, "width": 2}},
            name=OPEN,
            customdata=[f"{indicator.label} {wording.amount(indicator, value)}，{OPEN}" for value in partial],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _mark(figure, course, chosen, scale, colours)
    if len(ends) > 1:
        heights = [y for trace in figure.data for y in trace.y if y is not None and y == y]
        name_ends(figure, ends, days[-1], gap=(max(heights) - min(heights) or 1) * 0.13)
    _dress_axes(figure, course, unit)
    _give_room(figure, whole=indicator.format == "count")
    return figure


def axis(indicator: Indicator, course: pd.DataFrame) -> tuple[float, str]:
    """What the axis multiplies by, and the unit it says."""
    if indicator.format in ("percent", "growth"):
        return 100, "%"
    if indicator.format == "money":
        largest = course.abs().max().max()
        unit = wording.money(0 if pd.isna(largest) else largest).unit
        return {"亿元": 1e-8, "万元": 1e-4}.get(unit, 1), unit
    return 1, indicator.unit


def _mark(figure: go.Figure, course: pd.DataFrame, chosen: int, scale: float, colours: Palette) -> None:
    if chosen not in course.index or pd.isna(course.at[chosen, "value"]):
        return
    day = first_day(chosen)
    figure.add_vline(x=day, line={"color": colours.accent, "width": 1})
    figure.add_scatter(
        x=[day],
        y=[course.at[chosen, "value"] * scale],
        mode="markers",
        hoverinfo="skip",
        marker={"color": colours.accent, "size": 9, "line": {"color": colours.ground, "width": 2}},
    )


def dot_alone(figure: go.Figure) -> None:
    """Draw a dot where a value of a line has no neighbour, since a line alone would draw nothing there.

    The other points get marks too, which are not seen; a chart without such a value stays as it is.
    """
    for trace in figure.data:
        if trace.type != "scatter" or trace.mode != "lines" or trace.y is None:
            continue
        alone = {run[0] for run in pieces(trace.y) if len(run) == 1}
        if alone:
            seen = [float(place in alone) for place in range(len(trace.y))]
            size = 5 + (trace.line.width or 2)
            trace.update(mode="lines+markers", marker={"size": size, "color": trace.line.color, "opacity": seen})


def name_ends(
    figure: go.Figure,
    ends: Iterable[tuple[float, str, str]],
    x: str | float,
    *,
    gap: float,
    shift: int = 8,
    **options: object,
) -> None:
    """Names beside what ends at ``x``: (height, name, colour) of each, pushed up where they would come closer than
    ``gap``. ``options`` as Plotly's annotations take them."""
    floor = float("-inf")
    for height, name, colour in sorted(ends):
        floor = max(height, floor + gap)
        figure.add_annotation(
            x=x,
            y=floor,
            text=name,
            xanchor="left",
            xshift=shift,
            showarrow=False,
            font={"color": colour, "size": 13},
            **options,
        )


def dress_years(figure: go.Figure, months: Sequence[int], *, right: int) -> None:
    """Years below the months of a course, ``right`` px of room for names."""
    januaries = [month for month in months if month % 12 == 0]
    step = 1 if len(januaries) <= 6 else 2
    figure.update_xaxes(
        tickvals=[first_day(month) for month in januaries[::step]],
        ticktext=[f"{month // 12}年" for month in januaries[::step]],
        hoverformat="%Y年%-m月",
        type="date",
    )
    figure.update_layout(margin={"l": 8, "r": right, "t": 8, "b": 8}, font={"family": FONT})


def _dress_axes(figure: go.Figure, course: pd.DataFrame, unit: str) -> None:
    names = max((len(annotation.text) for annotation in figure.layout.annotations), default=0)
    dress_years(figure, course.index, right=14 * names + 16)
    figure.update_yaxes(ticksuffix="%" if unit == "%" else "", tickformat=",~g", nticks=5)


def _give_room(figure: go.Figure, *, whole: bool) -> None:
    """A line that stays where it is runs half-way up over its zero; where ``whole`` ones count no part is marked."""
    heights = [y for trace in figure.data for y in trace.y if y is not None and y == y]
    if not heights:
        return
    low, high = min(heights), max(heights)
    if low == high:
        low, high = min(2 * low, 0), max(2 * high, 0) if high else 1
        room = (high - low) / 20
        figure.update_yaxes(range=[low - room, high + room])
    if whole and high - low < _FEW:
        figure.update_yaxes(dtick=1)


def month_words(month: int, *, open: bool) -> str:
    """``2026年11月（未满）``, without the brackets where it is closed."""
    return f"{spoken(month)}（{OPEN}）" if open else spoken(month)


def course_table(
    course: pd.DataFrame, *, indicator: Indicator, comparison_name: str = "", line_name: str = "监测线"
) -> pd.DataFrame:
    """The same as a table, newest first: 月份 (and that it is not closed, where ``open`` says so), 数值 as words, and
    what ``trend_chart`` draws beside it under its name."""
    newest = course.iloc[::-1]
    unfinished = newest["open"] if "open" in newest else [False] * len(newest)
    months = [month_words(month, open=open) for month, open in zip(newest.index, unfinished, strict=True)]
    beside = {"value": "数值", "comparison": comparison_name, "line": line_name}
    told = {
        name: [str(wording.amount(indicator, value)) for value in newest[column]]
        for column, name in beside.items()
        if name and column in newest
    }
    return pd.DataFrame({"月份": months, **told})
