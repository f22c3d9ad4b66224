"""Tasks as bars over the days (倒排工期), each bar a link: from start to deadline, how far it is, where today is.

Markup and no picture, since Streamlit takes links out of drawings; places are percentages of the width of the days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from components.drawing.markup import escape, link

_LEAST_WIDE = 1.2  # per cent of the days: a bar that can be hit
_MOST_TICKS = 13


@dataclass(frozen=True)
class Bar:
    """One task: ``label`` and ``beside`` name it (what, whose), ``told`` says how it stands, ``light`` is red, yellow
    or ''; ``progress`` a fraction; ``waits``: it is done and waits for its check."""

    label: str
    beside: str
    url: str
    start: date
    deadline: date
    progress: float
    told: str
    light: str = ""
    waits: bool = False


@dataclass(frozen=True)
class BarGroup:
    """The bars of a place."""

    name: str
    url: str | None
    bars: Sequence[Bar]


def days_of(bars: Sequence[Bar], today: date) -> tuple[date, date]:
    """The days that are drawn: whole months from the first start, at most half a year back, to the last deadline."""
    first = max(min([bar.start for bar in bars] + [today]), today - timedelta(days=183)).replace(day=1)
    last = min(max([bar.deadline for bar in bars] + [today]), today + timedelta(days=366))
    return first, _next_month(last) - timedelta(days=1)


def gantt_markup(groups: Sequence[BarGroup], today: date, *, caption: str) -> str:
    """The whole drawing."""
    bars = [bar for group in groups for bar in group.bars]
    first, last = days_of(bars, today)
    span = (last - first).days + 1

    def at(day: date) -> float:
        return max(0.0, min(100.0, (day - first).days / span * 100))

    now = f'<i class="today" style="left: {at(today):.2f}%"></i>'
    ticks = "".join(
        f'<span style="left: {at(month):.2f}%">{month.month}月{_year(place, month)}</span>'
        for place, month in enumerate(_months(first, last))
    )
    lines = "".join(f'<i style="left: {at(month):.2f}%"></i>' for month in _months(first, last))
    body = ""
    for group in groups:
        title = link(escape(group.name), group.url, style="underlined") if group.url else escape(group.name)
        body += f"<h3>{title}<small>{len(group.bars)} 项</small></h3><ul>"
        body += "".join(_line(bar, at, lines + now) for bar in group.bars) + "</ul>"
    return (
        f'<section class="gantt" aria-label="{escape(caption)}"><div class="gantt-head"><span></span>'
        f'<div class="track">{ticks}<em style="left: {at(today):.2f}%">今天</em></div><span></span></div>'
        f"{body}</section>"
    )


def _line(bar: Bar, at: Callable[[date], float], under: str) -> str:
    left = at(bar.start)
    right = at(bar.deadline + timedelta(days=1))
    wide = max(right - left, _LEAST_WIDE)
    left = min(left, 100 - wide)
    style = " ".join(filter(None, ["bar", bar.light, "waits" if bar.waits else ""]))
    title = f"{bar.label}：{bar.start} 至 {bar.deadline}，{bar.told}"
    inner = (
        f'<span class="what">{escape(bar.label)}<small>{escape(bar.beside)}</small></span>'
        f'<span class="track">{under}<span class="{style}" style="left: {left:.2f}%; width: {wide:.2f}%">'
        f'<i style="width: {min(max(bar.progress, 0), 1) * 100:.0f}%"></i></span></span>'
        f'<span class="told {bar.light}">{escape(bar.told)}</span>'
    )
    return f"<li>{link(inner, bar.url, title=title)}</li>"


def _year(place: int, month: date) -> str:
    return f"<small>{month.year}</small>" if place == 0 or month.month == 1 else ""


def _months(first: date, last: date) -> list[date]:
    """The first days of months, so many as can be read."""
    found = [first]
    while (after := _next_month(found[-1])) <= last:
        found.append(after)
    every = -(-len(found) // _MOST_TICKS)
    return found[::every]


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
