"""A household's income over all months on record: kinds stacked, expense below zero, net against the line. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pandas as pd

from components.drawing import wording
from components.drawing.svg import area, box, pushed_apart, stroke, svg, wide, words
from components.drawing.theme import Palette
from data.households.income import KINDS
from data.terms import INCOME_KINDS

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 260, 52, 84, 12, 24
_STEPS = [unit * 10**power for power in range(1, 10) for unit in (1, 2, 5)]


@dataclass(frozen=True)
class _Course:
    """What is drawn, in yuan a head: the upper edge of each kind's band, the expense as a negative, net and line."""

    months: list[int]
    edges: dict[str, list[float]]
    expense: list[float]
    net: list[float]
    line: list[float]
    width: int

    @cached_property
    def highest(self) -> float:
        return max(1.0, *self.edges["transfer"], *self.net, *(yuan for yuan in self.line if wording.has_value(yuan)))

    @cached_property
    def lowest(self) -> float:
        return min(0.0, *self.expense, *self.net)

    def x(self, month: int) -> float:
        span = self.months[-1] - self.months[0]
        return LEFT + ((month - self.months[0]) / span if span else 1) * (self.width - LEFT - RIGHT)

    def y(self, yuan: float) -> float:
        return TOP + (self.highest - yuan) / (self.highest - self.lowest) * (HEIGHT - TOP - BOTTOM)

    def points(self, values: list[float]) -> list[tuple[float, float]]:
        return [(self.x(month), self.y(yuan)) for month, yuan in zip(self.months, values, strict=True)]

    @property
    def bands(self) -> Iterator[tuple[str, list[float], list[float]]]:
        """Kind, lower and upper edge, of the kinds that occur."""
        under = [0.0] * len(self.months)
        for kind, edge in self.edges.items():
            if any(upper > lower for lower, upper in zip(under, edge, strict=True)):
                yield kind, under, edge
            under = edge


def income_chart(course: pd.DataFrame, *, colours: Palette, width: int) -> str:
    """SVG of ``Income.course`` (at least one month), a head and in yuan; each month stands for the twelve it ends."""
    values = {name: course[name].tolist() for name in course}
    heads = values["persons"]
    edges, edge = {}, [0.0] * len(course)
    for kind in KINDS[:4]:
        edge = [below + yuan / of for below, yuan, of in zip(edge, values[kind], heads, strict=True)]
        edges[kind] = edge
    expense = [-yuan / of for yuan, of in zip(values["expense"], heads, strict=True)]
    drawn = _Course(course.index.tolist(), edges, expense, values["per_head"], values["line"], width)
    fills = dict(zip(edges, colours.sequential[1:], strict=True))
    parts = [*_scale(drawn, colours), *_years(drawn, colours)]
    for kind, lower, upper in drawn.bands:
        parts.append(area([*drawn.points(upper), *reversed(drawn.points(lower))], fills[kind]))
    if any(expense):
        ground = [0.0] * len(drawn.months)
        parts.append(area([*drawn.points(ground), *reversed(drawn.points(expense))], colours.missing))
    parts.append(stroke(drawn.points(drawn.net), colours.ink, width=2.2))
    if steps := stepped(drawn.months, drawn.line, drawn.x, drawn.y):
        parts.append(stroke(steps, colours.alarm, width=1.5, dash="5 4"))
    return svg(width, HEIGHT, [*parts, *_names(drawn, fills, colours)])


def stepped(
    months: list[int], yuan: list[float], x: Callable[[int], float], y: Callable[[float], float]
) -> list[tuple[float, float]]:
    """Points of the monitoring line: level until a month has another one."""
    known = [(month, value) for month, value in zip(months, yuan, strict=True) if wording.has_value(value)]
    points = [(x(month), y(value)) for month, value in known[:1]]
    for (_, before), (month, now) in pairwise(known):
        if now != before:
            points += [(x(month), y(before)), (x(month), y(now))]
    return points if len(known) == 1 else [*points, *((x(month), y(value)) for month, value in known[-1:])]


def _scale(drawn: _Course, colours: Palette) -> Iterator[str]:
    span = drawn.highest - drawn.lowest
    step = next((step for step in _STEPS if span / step <= 5), _STEPS[-1])
    for yuan in range(int(drawn.lowest // step) * step, int(drawn.highest) + 1, step):
        if yuan >= drawn.lowest:
            y, colour = drawn.y(yuan), colours.second_ink if yuan == 0 else colours.hairline
            yield stroke([(LEFT, y), (drawn.width - RIGHT, y)], colour)
            yield words(LEFT - 6, y + 4, f"{yuan:,}".replace("-", "−"), colours.second_ink, anchor="end")


def _years(drawn: _Course, colours: Palette) -> Iterator[str]:
    free = 0.0
    for month in drawn.months:
        x, name = drawn.x(month), f"{month // 12}年"
        if month % 12 == 0 and x >= free and x + wide(name) <= drawn.width:
            yield words(x, HEIGHT - 6, name, colours.second_ink)
            yield stroke([(x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 5)], colours.second_ink)
            free = x + wide(name) + 12


def _names(drawn: _Course, fills: dict[str, str], colours: Palette) -> Iterator[str]:
    """What is what, beside the last month, with a mark of its colour."""
    told = [(INCOME_KINDS[kind], (lower[-1] + upper[-1]) / 2, fills[kind]) for kind, lower, upper in drawn.bands]
    if any(drawn.expense):
        told.append(("支出", drawn.expense[-1] / 2, colours.missing))
    told.append(("纯收入", drawn.net[-1], colours.ink))
    if lines := [yuan for yuan in drawn.line if wording.has_value(yuan)]:
        told.append(("监测线", lines[-1], colours.alarm))
    heights = pushed_apart([drawn.y(yuan) for _, yuan, _ in told], 15, HEIGHT - BOTTOM)
    for (name, _, colour), y in zip(told, heights, strict=True):
        yield box(drawn.width - RIGHT + 6, y - 4, 8, 8, colour)
        yield words(drawn.width - RIGHT + 18, y + 4, name, colours.ink)
