"""A household's income over all months on record: kinds stacked, expense below zero, net against the line. Pure."""

from collections.abc import Iterator, Sequence

import pandas as pd

from components.drawing import area, box, pushed_apart, stroke, svg, wide, words
from components.theme import Palette
from data.household_income import KINDS
from data.terms import INCOME_KINDS

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 260, 52, 84, 12, 24


def income_chart(course: pd.DataFrame, *, persons: int, colours: Palette, width: int) -> str:
    """SVG of ``Income.course`` (at least two months), a head and in yuan; each month stands for the twelve it ends."""
    heads = course[list(KINDS)] / persons
    tops = heads[list(KINDS[:4])].cumsum(axis=1)
    highest = max(float(tops.max().max()), float(course[["per_head", "line"]].max().max()), 1.0)
    lowest = min(-float(heads["expense"].max()), float(course["per_head"].min()), 0.0)
    first, last = course.index[0], course.index[-1]

    def at(month: int, yuan: float) -> tuple[float, float]:
        x = LEFT + (month - first) / (last - first) * (width - LEFT - RIGHT)
        return x, TOP + (highest - yuan) / (highest - lowest) * (HEIGHT - TOP - BOTTOM)

    parts = [*_scale(highest, lowest, width, at, first, colours), *_years(course.index, width, at, colours)]
    parts += _bands(tops, heads["expense"], at, colours)
    net = [at(month, yuan) for month, yuan in course["per_head"].items()]
    parts.append(stroke(net, colours.ink, width=2.2))
    line = course["line"].dropna()
    for month in line.index[1:]:
        x0, y0 = at(month - 1, line.get(month - 1, line[month]))
        x1, y1 = at(month, line[month])
        parts.append(stroke([(x0, y0), (x1, y0), (x1, y1)], colours.alarm, width=1.5, dash="5 4"))
    return svg(width, HEIGHT, [*parts, *_names(course, tops, heads, at, width, colours)])


def _bands(tops: pd.DataFrame, expense: pd.Series, at, colours: Palette) -> Iterator[str]:
    under = pd.Series(0.0, index=tops.index)
    for kind, colour in zip(tops.columns, colours.sequential[1:], strict=True):
        if (tops[kind] - under).max() > 0:
            there = [at(month, yuan) for month, yuan in tops[kind].items()]
            yield area([*there, *reversed([at(month, yuan) for month, yuan in under.items()])], colour)
        under = tops[kind]
    if expense.max() > 0:
        ground = [at(month, 0) for month in expense.index]
        yield area([*ground, *reversed([at(month, -yuan) for month, yuan in expense.items()])], colours.missing)


def _scale(highest: float, lowest: float, width: int, at, month: int, colours: Palette) -> Iterator[str]:
    step = next(
        unit * power for power in (10, 100, 1000, 10_000, 100_000, 10**6, 10**9) for unit in (1, 2, 5)
        if (highest - lowest) / (unit * power) <= 5 or power == 10**9
    )  # fmt: skip
    for yuan in range(int(lowest // step) * step, int(highest) + 1, step):
        y = at(month, yuan)[1]
        if TOP - 1 <= y <= HEIGHT - BOTTOM + 1:
            yield stroke([(LEFT, y), (width - RIGHT, y)], colours.second_ink if yuan == 0 else colours.hairline)
            yield words(LEFT - 6, y + 4, f"{yuan:,}".replace("-", "−"), colours.second_ink, anchor="end")


def _years(months: Sequence[int], width: int, at, colours: Palette) -> Iterator[str]:
    free = 0.0
    for month in months:
        x = at(month, 0)[0]
        name = f"{month // 12}年"
        if month % 12 == 0 and x >= free and x + wide(name) <= width:
            yield words(x, HEIGHT - 6, name, colours.second_ink)
            yield stroke([(x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 5)], colours.second_ink)
            free = x + wide(name) + 12


def _names(course: pd.DataFrame, tops: pd.DataFrame, heads: pd.DataFrame, at, width: int, colours: Palette):
    """What is what, beside the last month; the coloured mark in front is the band's."""
    last = course.index[-1]
    told: list[tuple[str, float, str]] = []
    under = 0.0
    for (kind, name), colour in zip(INCOME_KINDS.items(), colours.sequential[1:], strict=True):
        if heads[kind].max() > 0:
            told.append((name, (under + tops.at[last, kind]) / 2, colour))
        under = tops.at[last, kind]
    if heads["expense"].max() > 0:
        told.append(("支出", -heads.at[last, "expense"] / 2, colours.missing))
    told.append(("纯收入", course.at[last, "per_head"], colours.ink))
    if course["line"].notna().any():
        told.append(("监测线", course["line"].dropna().iloc[-1], colours.alarm))
    heights = pushed_apart([at(last, yuan)[1] for _, yuan, _ in told], 15, HEIGHT - BOTTOM)
    for (name, _, colour), y in zip(told, heights, strict=True):
        yield box(width - RIGHT + 6, y - 4, 8, 8, colour)
        yield words(width - RIGHT + 18, y + 4, name, colours.ink)
