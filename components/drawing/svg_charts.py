"""Charts as SVG, of the frames that ``charts`` takes: for walls, prints and pages that can do without Plotly.

Sizes of text are handed in, in pixels, and none is smaller; what finds no room is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from components.drawing import wording
from components.drawing.charts import axis, month_words
from components.drawing.lines import pieces
from components.drawing.markup import escape
from components.drawing.svg import printable, pushed_apart, round_steps, shortened, stroke, svg, wide, words
from components.drawing.theme import Palette
from data.figures.indicators import Indicator


@dataclass(frozen=True)
class _Plot:
    """Months across, numbers upwards, in a frame of pixels; ``ticks`` are the numbers that are written."""

    months: Sequence[int]
    ticks: list[float]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def step(self) -> float:
        """Pixels from month to month."""
        return (self.right - self.left) / max(len(self.months), 1)

    def x(self, month: int) -> float:
        """The middle of a month."""
        return self.left + (month - self.months[0] + 0.5) * (self.right - self.left) / self._span

    @property
    def _span(self) -> int:
        return self.months[-1] - self.months[0] + 1

    def y(self, value: float) -> float:
        return self.bottom - (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0]) * (self.bottom - self.top)


def trend_svg(
    course: pd.DataFrame,
    *,
    indicator: Indicator,
    chosen: int,
    colours: Palette,
    width: float,
    height: float,
    text: float,
    comparison_name: str = "",
    line_name: str = "监测线",
    line: float = 1,
    hover: bool = False,
) -> str:
    """An indicator over the months, as ``charts.trend_chart`` takes it: a line, a second one, a dashed one, rings for
    months that are not closed, the chosen month marked.

    ``line``: how much stronger lines are than on a screen. With ``hover`` each month has an area that says it whole:
    ``rect[data-month]`` with a ``title``.
    """
    if course.empty:
        return svg(width, height, [])
    unfinished = course["open"].astype(bool) if "open" in course else pd.Series(False, index=course.index)
    closed = course["value"].where(~unfinished)
    scale, unit = axis(indicator, course.drop(columns="open", errors="ignore"))
    kinds = [
        ("line", line_name, colours.second_ink, 1.5, course.get("line")),
        ("comparison", comparison_name, colours.comparison, 1.8, course.get("comparison")),
        ("value", indicator.label, colours.series, 2.8, closed),
    ]
    drawn = [(key, name, ink, bold, row * scale) for key, name, ink, bold, row in kinds if row is not None]
    drawn = [kind for kind in drawn if kind[4].notna().any()]
    names = [kind[1] for kind in drawn] if len(drawn) > 1 else []
    known = pd.concat([course["value"] * scale, *(kind[4] for kind in drawn)]).dropna()
    plot = _plot(course.index, known, names, width, height, text, unit)
    parts = [*_levels(plot, unit, text, colours, line), *_months(plot, text, colours)]
    if chosen in course.index and wording.has_value(closed[chosen]):
        parts.append(stroke([(plot.x(chosen), plot.top), (plot.x(chosen), plot.bottom)], colours.accent, width=line))
    ends = []
    for key, name, ink, bold, row in drawn:
        dash = f"{6 * line:g} {4 * line:g}" if key == "line" else ""
        parts += _line(plot, row, ink, bold * line, dash, stepped=key == "line")
        last = row.dropna()
        ends.append((plot.y(float(last.iloc[-1])), name, ink))
    for month, value in (course["value"].where(unfinished) * scale).dropna().items():
        parts.append(_dot(plot.x(month), plot.y(value), 4.5 * line, colours.ground, colours.series, 2 * line))
    if chosen in course.index and wording.has_value(closed[chosen]):
        spot = plot.x(chosen), plot.y(closed[chosen] * scale)
        parts.append(_dot(*spot, 5 * line, colours.accent, colours.ground, 2 * line))
    if names:
        parts += _named(plot, ends, width, text)
    if hover:
        parts += _areas(plot, course, unfinished, indicator, comparison_name, line_name)
    return svg(width, height, parts)


def _plot(
    months: Sequence[int], known: pd.Series, names: Sequence[str], width: float, height: float, text: float, unit: str
) -> _Plot:
    """The frame that is left beside the words."""
    top, bottom = text * 0.8, height - text * 1.7
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if low == high:
        low, high = (low, low + 1) if low == 0 else (low - abs(low) * 0.1, high + abs(high) * 0.1)
    ticks = round_steps(low, high, max(2, min(5, int((bottom - top) / (2.2 * text)) + 1)))
    left = max(wide(_tick(tick, unit), text) for tick in ticks) + text * 0.5
    right = width - min(max((wide(name, text) for name in names), default=0.0) + text * 0.9, width * 0.35)
    return _Plot(list(months), ticks, left, top, right, bottom)


def _tick(value: float, unit: str) -> str:
    return f"{value:,.10g}".replace("-", "−") + ("%" if unit == "%" else "")


def _levels(plot: _Plot, unit: str, text: float, colours: Palette, line: float) -> Iterator[str]:
    """Faint lines at round numbers, with as many of these as there is room for."""
    free = float("inf")
    for tick in plot.ticks:
        y = plot.y(tick)
        yield stroke([(plot.left, y), (plot.right, y)], colours.hairline, width=line)
        if y + text * 0.6 <= free:
            said = _tick(tick, unit)
            yield words(plot.left - text * 0.4, y + text * 0.36, said, colours.second_ink, size=text, anchor="end")
            free = y - text * 0.6


def _months(plot: _Plot, text: float, colours: Palette) -> Iterator[str]:
    """Years below their Januaries; months where there are fewer than two of these; as many as there is room for."""
    januaries = [month for month in plot.months if month % 12 == 0]
    if len(januaries) > 1:
        told = [(month, f"{month // 12}年") for month in januaries]
    else:
        told = [(month, f"{month % 12 + 1}月" if month % 12 else f"{month // 12}年") for month in plot.months]
        first = plot.months[0]
        told[0] = (first, f"{first // 12}年{first % 12 + 1}月")
    broad = max(wide(name, text) for _, name in told) + text * 0.6
    apart = (plot.x(told[1][0]) - plot.x(told[0][0])) if len(told) > 1 else broad
    for month, name in told[:: max(1, -int(-broad // apart))]:
        half = wide(name, text) / 2
        x = min(max(plot.x(month), half), plot.right - half) if len(told) > 1 else (plot.left + plot.right) / 2
        yield words(x, plot.bottom + text * 1.3, name, colours.second_ink, size=text, anchor="middle")


def _line(plot: _Plot, row: pd.Series, ink: str, bold: float, dash: str, *, stepped: bool) -> Iterator[str]:
    """A line over the months with gaps where there is no value; ``stepped``: level till the next month."""
    values = row.tolist()
    for run in pieces(values):
        points = [(plot.x(plot.months[place]), plot.y(values[place])) for place in run]
        if stepped and len(points) > 1:
            flat = [(points[place + 1][0], y) for place, (_, y) in enumerate(points[:-1])]
            points = [point for pair in zip(points, flat, strict=False) for point in pair] + points[-1:]
        yield stroke(points, ink, width=bold, dash=dash)


def _dot(x: float, y: float, radius: float, fill: str, edge: str, bold: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="{edge}" stroke-width="{bold:g}"/>'


def _named(plot: _Plot, ends: Sequence[tuple[float, str, str]], width: float, text: float) -> Iterator[str]:
    """Names beside the last month, pushed apart."""
    room = int((plot.bottom - plot.top) / (1.2 * text)) + 1
    ends = ends[-room:]  # the figure itself is the last to go
    heights = pushed_apart([y for y, _, _ in ends], 1.2 * text, plot.bottom)
    for (_, name, ink), y in zip(ends, heights, strict=True):
        x = plot.right + text * 0.5
        yield words(x, y + text * 0.36, shortened(name, width - x, text), ink, size=text)


def _areas(
    plot: _Plot, course: pd.DataFrame, open: pd.Series, indicator: Indicator, comparison: str, line: str
) -> Iterator[str]:
    """An area over each month that says it whole."""
    names = {"value": indicator.label, "comparison": comparison, "line": line}
    for month in course.index:
        told = [
            f"{name} {wording.amount(indicator, course.at[month, key])}"
            for key, name in names.items()
            if key in course and wording.has_value(course.at[month, key])
        ]
        said = "\n".join(map(printable, [month_words(month, open=bool(open[month])), *told]))
        yield (
            f'<rect data-month="{month // 12}-{month % 12 + 1:02d}" x="{plot.x(month) - plot.step / 2:.1f}"'
            f' y="{plot.top:.1f}" width="{plot.step:.1f}" height="{plot.bottom - plot.top:.1f}" fill="none"'
            f' pointer-events="all"><title>{escape(said)}</title></rect>'
        )
