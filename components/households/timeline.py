"""The way from identification to exit as one picture: states, income against the line, measures, visits, documents.

Pure: a story in, SVG out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import pandas as pd

from components.drawing.svg import box, day_number, stroke, svg, wide, words
from components.drawing.theme import Palette
from components.drawing.wording import has_value
from components.households.income_chart import stepped
from data.households.story import BEFORE_ALL, Event, Story
from data.months import first_day, label, last_day
from data.terms import MEASURE_CATEGORIES

WIDTH, LEFT, RIGHT = 1320, 104, 20
_SHORT = {
    "identified": "精准识别", "monitored": "纳入监测", "lifted": "脱贫", "relapsed": "返贫", "risk_removed": "风险消除",
    "exited": "有序退出", "struck": "注销", "split": "分户", "merged": "并户", "moved": "迁移", "joined": "添人",
    "gone": "减人",
}  # fmt: skip
TURNS = tuple(_SHORT)
_CURVE, _ROW, _MOST_ROWS, _EARLY = 104, 18, 4, 0.24


class Scale:
    """Where a day stands. Years before the monthly records, however many, get at most a quarter of the width."""

    def __init__(self, story: Story) -> None:
        self.until = day_number(story.until)
        since = min(day_number(story.since), self.until - 365)
        self.since = since - (self.until - since) // 25  # what was before shows at the edge
        months = [first_day(month) for month in story.course.index[:1]]
        dense = min([*months, *story.visits[:1], *story.measures["started"][:1], story.until])
        at = (day_number(dense) - self.since) / (self.until - self.since)
        self.bend = day_number(dense) if _EARLY < at < 1 else self.since
        self.share = _EARLY if self.bend > self.since else 0.0

    def x(self, iso: str) -> float:
        """A day's place; days before the picture begins stand at its left edge."""
        day = min(max(day_number(iso), self.since), self.until)
        if day < self.bend:
            part = (day - self.since) / (self.bend - self.since) * self.share
        else:
            part = self.share + (day - self.bend) / (self.until - self.bend) * (1 - self.share)
        return LEFT + part * (WIDTH - LEFT - RIGHT)


def timeline(story: Story, *, colours: Palette, marks: Mapping[str, tuple[str, str]]) -> str:
    """SVG of the story; ``marks``: 户类型 → (mark, colour)."""
    scale = Scale(story)
    labels, y = _turns(story, scale, colours)
    lanes: list[tuple[float, Iterable[str]]] = [(y, _spans(story, scale, y, colours, marks))]
    y += 42
    if len(story.course):
        lanes.append((y, _income(story, scale, y, colours)))
        y += _CURVE + 14
    for category in _sectors(story.measures):
        drawn, rows = _measures(story, category, scale, y, colours)
        lanes.append((y, drawn))
        y += rows * _ROW + 4
    if story.visits:
        lanes.append((y, _visits(story, scale, y, colours)))
        y += 24
    if documents := [event for event in story.events if event.kind == "document"]:
        lanes.append((y, _documents(documents, scale, y, colours)))
        y += 24
    rules = [stroke([(0, at - 3), (WIDTH - RIGHT, at - 3)], colours.hairline) for at, _ in lanes]
    stems = [
        stroke([(scale.x(event.day), 14), (scale.x(event.day), y)], colours.second_ink, dash="2 3")
        for event in story.events
        if event.kind in TURNS
    ]
    drawn = [part for _, lane in lanes for part in lane]
    return svg(WIDTH, y + 24, [*_years(scale, y, colours), *rules, *stems, *drawn, *labels])


def _turns(story: Story, scale: Scale, colours: Palette) -> tuple[list[str], float]:
    """Names of the turning points in as many rows as they need, and where the next lane begins."""
    ends: list[float] = []
    drawn = [words(0, 14, "关键节点", colours.second_ink)]
    for event in story.events:
        if event.kind not in TURNS:
            continue
        said = f"{event.day} {_SHORT[event.kind]}"
        x, long = scale.x(event.day), wide(said, 13)
        left = x + 4 if x + 4 + long <= WIDTH else x - 4 - long
        row = next((place for place, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + long + 8]
        colour = colours.alarm if event.kind in ("relapsed", "monitored") else colours.ink
        drawn.append(words(left, 14 + row * _ROW, said, colour, size=13, bold=True))
    return drawn, 28 + max(len(ends) - 1, 0) * _ROW


def _spans(
    story: Story, scale: Scale, y: float, colours: Palette, marks: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    yield words(0, y + 12, "户类型", colours.second_ink)
    ends = [*(span.since for span in story.spans[1:]), story.until]
    for span, end in zip(story.spans, ends, strict=True):
        left = LEFT if span.since == BEFORE_ALL else scale.x(span.since)
        right = scale.x(end)
        mark, colour = marks.get(span.state, ("", None))  # of what became of it none
        if right - left < 1:
            continue
        if colour is not None:
            yield box(left, y + 2, right - left, 12, colour)
        name = f"{mark} {span.state}".strip()
        if wide(name) < right - left or end == story.until:
            inside = left if wide(name) < right - left else right - wide(name)
            yield words(inside + 2, y + 29, name, colours.ink)
        elif right - left > 12:
            yield words(left + 2, y + 29, mark, colours.ink)


def _income(story: Story, scale: Scale, y: float, colours: Palette) -> Iterator[str]:
    """人均纯收入 of twelve months, broken where a month is missing, against the line."""
    months, net, line = story.course.index.tolist(), story.course["per_head"].tolist(), story.course["line"].tolist()
    lines = [yuan for yuan in line if has_value(yuan)]
    heads = [yuan for yuan in net if has_value(yuan)]
    highest, lowest = max([1.0, *heads, *lines]), min([0.0, *heads])

    def x_at(month: int) -> float:
        return scale.x(last_day(month))

    def y_at(yuan: float) -> float:
        return y + 6 + (highest - yuan) / (highest - lowest) * (_CURVE - 6)

    for place, said in enumerate(("人均纯收入", "12个月，元")):
        yield words(0, y + 14 + place * 16, said, colours.second_ink)
    if lines:
        yield stroke(stepped(months, line, x_at, y_at), colours.second_ink, width=1.2, dash="5 4")
        said = f"监测线 {lines[0]:,.0f}"
        if x_at(months[0]) - 6 - wide(said) > LEFT:
            yield words(x_at(months[0]) - 6, y_at(lines[0]) + 4, said, colours.second_ink, anchor="end")
    for low, points in _runs(months, net, line, x_at, y_at):
        yield stroke(points, colours.alarm if low else colours.series, width=2.4)
    yield from _crossings(story, scale, y, colours)
    if heads:
        said = f"{label(months[-1])} {heads[-1]:,.0f} 元"
        x = x_at(months[-1]) + 8
        beside = x + wide(said) <= WIDTH - RIGHT
        at_x, at_y = (x, y_at(heads[-1]) + 4) if beside else (WIDTH - RIGHT, y + _CURVE)
        yield words(at_x, at_y, said, colours.ink, anchor="start" if beside else "end", bold=True)


def _runs(
    months: list[int],
    net: list[float],
    line: list[float],
    x_at: Callable[[int], float],
    y_at: Callable[[float], float],
) -> list[tuple[bool, list[tuple[float, float]]]]:
    """The curve in pieces that are below the line or not, broken where a month or its figure is missing."""
    runs: list[tuple[bool, list[tuple[float, float]]]] = []
    whole = [(month, yuan, bar) for month, yuan, bar in zip(months, net, line, strict=True) if has_value(yuan)]
    before = None
    for month, yuan, bar in whole:
        low, point = has_value(bar) and yuan < bar, (x_at(month), y_at(yuan))
        joined = before is not None and month == before + 1
        if joined and (runs[-1][0] == low or len(runs[-1][1]) == 1):
            runs[-1] = (low, [*runs[-1][1], point])
        else:
            runs.append((low, [runs[-1][1][-1], point] if joined else [point]))
        before = month
    return runs


def _crossings(story: Story, scale: Scale, y: float, colours: Palette) -> Iterator[str]:
    free = 0.0
    for event in story.events:
        if event.kind not in ("above", "below"):
            continue
        x = scale.x(event.day)
        said = f"{'▲ 升到线上' if event.kind == 'above' else '▼ 降到线下'} {event.day[:7]}"
        colour = colours.series if event.kind == "above" else colours.alarm
        yield stroke([(x, y + 4), (x, y + _CURVE)], colour, dash="2 2")
        left = min(x + 4, WIDTH - RIGHT - wide(said))
        if left >= free:
            yield words(left, y + _CURVE - 16, said, colour, bold=True)
            free = left + wide(said) + 6


def _sectors(measures: pd.DataFrame) -> list[str]:
    order = {category: place for place, category in enumerate(MEASURE_CATEGORIES)}
    return sorted(measures["category"].unique(), key=lambda category: order.get(category, len(order)))


def _measures(story: Story, category: str, scale: Scale, y: float, colours: Palette) -> tuple[list[str], int]:
    """Bars of one sector in as few rows as keep their names apart, and how many rows."""
    drawn = [words(0, y + 12, category, colours.second_ink)]
    ends: list[float] = []
    for row in story.measures[story.measures["category"] == category].itertuples():
        left, right = scale.x(row.started), scale.x(min(row.ended or story.until, story.until))
        name = row.name or ""
        begin = min(left + 4, WIDTH - RIGHT - wide(name))
        place = next((at for at, end in enumerate(ends) if end <= min(left, begin)), len(ends))
        crowded = place >= _MOST_ROWS
        place = min(place, _MOST_ROWS - 1)
        ends[place : place + 1] = [max(right, begin + wide(name)) + 6]
        drawn.append(box(left, y + place * _ROW + 1, max(right - left, 3), 14, colours.bar, round=2))
        if not crowded:
            drawn.append(words(begin, y + place * _ROW + 12, name, colours.ink))
    return drawn, len(ends)


def _visits(story: Story, scale: Scale, y: float, colours: Palette) -> Iterator[str]:
    yield words(0, y + 12, f"走访 {len(story.visits)} 次", colours.second_ink)
    for day in story.visits:
        yield stroke([(scale.x(day), y + 2), (scale.x(day), y + 14)], colours.series, width=1.6)


def _documents(documents: list[Event], scale: Scale, y: float, colours: Palette) -> Iterator[str]:
    yield words(0, y + 12, f"材料 {len(documents)} 份", colours.second_ink)
    free = 0.0
    for event in documents:
        x = scale.x(event.day)
        yield box(x - 4, y + 3, 8, 10, colours.comparison)
        kind = event.what.partition("：")[0]
        if x + 8 >= free and x + 8 + wide(kind) <= WIDTH:
            yield words(x + 8, y + 12, kind, colours.ink)
            free = x + 8 + wide(kind) + 14


def _years(scale: Scale, bottom: float, colours: Palette) -> Iterator[str]:
    free = 0.0
    for year in range(date.fromordinal(scale.since).year + 1, date.fromordinal(scale.until).year + 1):
        x = scale.x(f"{year}-01-01")
        yield stroke([(x, 20), (x, bottom)], colours.hairline)
        if x >= free and x + 40 <= WIDTH:
            yield words(x, bottom + 16, f"{year}年", colours.second_ink)
            free = x + 52
    said = "年份（早年压缩）" if scale.share else "年份"
    yield words(0, bottom + 16, said, colours.second_ink)
