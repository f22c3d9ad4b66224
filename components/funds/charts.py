"""The course of what is paid, against the plan and against the year: a pure builder and what it says in words."""

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.charts import dot_alone, name_ends
from components.drawing.theme import FONT, TEMPLATES, Palette, palette
from data.months import spoken

NAMES = {"paid": "累计拨付", "planned": "拨付计划", "even": "按时间均匀拨付"}


def disbursement_chart(course: pd.DataFrame, *, dark: bool, height: int = 300, text: int = 13) -> go.Figure:
    """``course`` as of ``data.funds.sums.course``. Traces: even (0), planned (1, empty without a plan), paid (2)."""
    colours = palette(dark)
    size = _scale(course)
    year = course.index[0] // 12
    days = [f"{year}-01-01", *course["day"]]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "font": {"size": text, "family": FONT}})
    lines = {
        "even": (colours.second_ink, 1, "dot"),
        "planned": (colours.comparison, 1.5, "dash"),
        "paid": (colours.series, 2.5, "solid"),
    }
    ends = []
    for name, (colour, width, dash) in lines.items():
        values = [0.0, *course[name]]
        known = not course[name].isna().all()
        words = [f"{NAMES[name]} {wording.money(value)}" if wording.has_value(value) else "" for value in values]
        figure.add_scatter(
            x=days if known else [],
            y=[_shown(value, size) for value in values] if known else [],
            mode="lines",
            line={"color": colour, "width": width, "dash": dash},
            name=NAMES[name],
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
        )
        if known:
            last = course[name].last_valid_index()
            ends.append((course.at[last, name] / size, NAMES[name], colour))
    dot_alone(figure)
    _name_ends(figure, ends, course, size)
    _mark(figure, course, size, colours)
    figure.update_xaxes(
        type="date",
        hoverformat="%Y年%-m月%-d日",
        tickvals=[f"{year}-{month:02d}-01" for month in range(2, 13, 2)],
        ticktext=[f"{month}月" for month in range(2, 13, 2)],
        range=[days[0], days[-1]],
    )
    figure.update_yaxes(tickformat=",~g", nticks=5, rangemode="tozero")
    figure.update_layout(margin={"l": 8, "r": 120, "t": 8, "b": 8})
    return figure


def unit_of(course: pd.DataFrame) -> str:
    """The unit of the chart's axis, by the largest sum."""
    largest = course[["paid", "planned", "even"]].max().max()
    return wording.money(0 if pd.isna(largest) else largest).unit


def _scale(course: pd.DataFrame) -> float:
    return {"亿元": 1e8, "万元": 1e4}.get(unit_of(course), 1)


def _shown(value: float, size: float) -> float | None:
    return value / size if wording.has_value(value) else None


def _name_ends(figure: go.Figure, ends: list[tuple[float, str, str]], course: pd.DataFrame, size: float) -> None:
    """Names at the right edge, pushed apart where they would touch."""
    gap = (course[["paid", "planned", "even"]].max().max() / size or 1) * 0.11
    name_ends(figure, ends, 1, gap=gap, xref="paper")


def _mark(figure: go.Figure, course: pd.DataFrame, size: float, colours: Palette) -> None:
    last = course["paid"].last_valid_index()
    if last is None or last == course.index[-1]:
        return  # the year is over
    day = course.at[last, "day"]
    figure.add_vline(x=day, line={"color": colours.accent, "width": 1})
    figure.add_scatter(
        x=[day],
        y=[course.at[last, "paid"] / size],
        mode="markers",
        hoverinfo="skip",
        marker={"color": colours.accent, "size": 9, "line": {"color": colours.ground, "width": 2}},
    )


def course_finding(course: pd.DataFrame) -> str:
    """What the chart says: against the plan where there is one, else against the year."""
    last = course["paid"].last_valid_index()
    if last is None:
        return "累计拨付进度"
    against, name = ("planned", "计划") if wording.has_value(course.at[last, "planned"]) else ("even", "时间进度")
    step = course.at[last, "paid"] - course.at[last, against]
    if round(step) == 0:
        return f"累计拨付与{name}持平"
    return f"累计拨付比{name}{'多' if step > 0 else '少'} {wording.money(abs(step))}"


def course_table(course: pd.DataFrame) -> pd.DataFrame:
    """The same as a table, one row a month: month_text, day, paid, planned, even (yuan)."""
    return course.assign(month_text=[spoken(month) for month in course.index], month=course.index).reset_index(
        drop=True
    )
