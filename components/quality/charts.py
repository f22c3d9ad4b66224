"""The course of a year as a drawing: SVG text, no Streamlit."""

from collections.abc import Sequence

from components.drawing.svg import box, round_steps, stroke, svg, words
from components.drawing.theme import Palette
from data.quality.board import Point

_TEXT, _LEFT, _TOP, _BOTTOM = 13, 52, 22, 26


def course_svg(points: Sequence[Point], *, colours: Palette, width: float, height: float) -> str:
    """Hits at each month's end as bars from zero, the month that runs stronger, the last ones with their numbers;
    what is not known (nothing was checked yet) is left empty."""
    known = [point.hits for point in points if point.hits is not None]
    if not known:
        return ""
    ticks = [tick for tick in round_steps(0, max(*known, 1), 4) if tick == int(tick)]
    right, floor = width - 8, height - _BOTTOM
    step = (right - _LEFT) / len(points)

    def y(value: float) -> float:
        return floor - value / ticks[-1] * (floor - _TOP)

    parts = []
    for tick in ticks:
        parts.append(stroke([(_LEFT, y(tick)), (right, y(tick))], colours.hairline))
        parts.append(words(_LEFT - 8, y(tick) + 4, f"{tick:,.0f}", colours.second_ink, size=_TEXT, anchor="end"))
    for place, point in enumerate(points):
        middle, last = _LEFT + (place + 0.5) * step, place == len(points) - 1
        ink = colours.ink if last else colours.second_ink
        if step >= 3 * _TEXT or (len(points) - 1 - place) % 2 == 0:
            name = f"{point.month % 12 + 1}月"
            parts.append(words(middle, height - 7, name, ink, size=_TEXT, anchor="middle", bold=last))
        if point.hits is None:
            continue
        bar = min(step * 0.6, 44)
        top = y(point.hits)
        parts.append(box(middle - bar / 2, top, bar, floor - top, colours.series if last else colours.bar))
        if place >= len(points) - (3 if step >= 3 * _TEXT else 1):
            parts.append(words(middle, top - 5, f"{point.hits:,}", ink, size=_TEXT, anchor="middle", bold=last))
    return svg(width, height, parts)


def course_words(points: Sequence[Point]) -> str:
    """The same in a sentence, for who does not see it."""
    told = [f"{point.month % 12 + 1}月 {point.hits:,} 条" for point in points if point.hits is not None]
    return f"各月末问题数：{'，'.join(told)}"
