"""Charts of sub-regions beside each other: up to four as lines, or each in a small chart of its own. Pure."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from components.drawing.charts import dot_alone, name_ends
from components.drawing.theme import FONT, TEMPLATES, Palette, palette
from components.drawing.wording import yuan
from components.income.course_charts import dress_months
from data.months import first_day, spoken

CELL_GAP, TOP_ROOM = 0.12, 0.42
"""Between the small charts: part of a cell's width, and part of its height that its name takes."""


def lines_chart(
    courses: pd.DataFrame, *, names: dict[str, str], mean: pd.Series, mean_name: str, dark: bool, height: int = 320
) -> go.Figure:
    """Up to four regions as lines (the first traces), the region they belong to as a thin one; named at their ends."""
    colours = palette(dark)
    days = [first_day(month) for month in courses.index]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height})
    strokes = zip(courses, colours.strokes, strict=False)
    drawn = [(code, names[code], courses[code], colour, 2.5) for code, colour in strokes]
    drawn.append(("", mean_name, mean.reindex(courses.index), colours.second_ink, 1.5))
    ends = []
    for _, name, values, colour, width in drawn:
        figure.add_scatter(
            x=days,
            y=values.tolist(),
            mode="lines",
            name=name,
            line={"color": colour, "width": width},
            customdata=[f"{name} {yuan(value)}" for value in values],
            hovertemplate="%{customdata}<extra></extra>",
        )
        if values.notna().any():
            ends.append((float(values.dropna().iloc[-1]), name, colour))
    dot_alone(figure)
    heights = [value for _, _, values, *_ in drawn for value in values.dropna()]
    gap = (max(heights, default=1) - min(heights, default=0) or 1) * 0.08
    name_ends(figure, ends, days[-1], gap=gap)
    dress_months(figure, courses.index, right=16 + 14 * max((len(name) for _, name, _ in ends), default=0))
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

    def bent(values: pd.Series, number: int) -> tuple[list[float | None], list[float | None]]:
        left, bottom = place(number)
        step = (1 - CELL_GAP) / max(len(months) - 1, 1)
        heights = [bottom + (value - low) / span * (1 - TOP_ROOM) for value in values]
        return [left + step * at for at in range(len(months))] + [None], [*heights, None]

    for colour, width, of in ((colours.series, 2.0, None), (colours.second_ink, 1.0, mean.reindex(months))):
        x: list[float | None] = []
        y: list[float | None] = []
        said: list[str] = []
        for number, code in enumerate(courses):
            values = courses[code] if of is None else of
            across, up = bent(values, number)
            name = names[code] if of is None else mean_name
            x, y = x + across, y + up
            said += [f"{name} {spoken(month)} {yuan(v)}" for month, v in zip(months, values, strict=True)] + [""]
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": colour, "width": width},
            customdata=said,
            connectgaps=False,
            hovertemplate="%{customdata}<extra></extra>",
            name="各下级" if of is None else mean_name,
        )
    dot_alone(figure)
    _name_cells(figure, courses, names, place, colours)
    figure.update_xaxes(visible=False, range=[-0.02, columns - CELL_GAP / 2])
    figure.update_yaxes(visible=False, range=[-0.06, rows])
    figure.update_layout(hovermode="closest", margin={"l": 0, "r": 0, "t": 4, "b": 4}, font={"family": FONT})
    return figure


def _name_cells(
    figure: go.Figure,
    courses: pd.DataFrame,
    names: dict[str, str],
    place: Callable[[int], tuple[float, float]],
    colours: Palette,
) -> None:
    """Name and last value above each small chart."""
    for number, code in enumerate(courses):
        left, bottom = place(number)
        known = courses[code].dropna()
        now = f" <b>{known.iloc[-1]:,.0f}</b>" if len(known) else " 无数据"
        figure.add_annotation(
            x=left,
            y=bottom + 1 - TOP_ROOM,
            text=f"{names[code]}{now}",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 13, "color": colours.ink},
            yshift=2,
        )
