"""Panels of an overview: headings that say a finding, what is overdue, what changed."""

from collections.abc import Callable

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.tables import Row
from data.figures.read import indicator


def heading(title: str, subtitle: str = "", *, level: int = 2, more: str = "") -> str:
    """A finding, and below it region, month and unit; ``more`` is markup at the right."""
    return (
        f'<div class="heading"><h{level}>{escape(title)}</h{level}>'
        f"{f'<p>{escape(subtitle)}</p>' if subtitle else ''}{more}</div>"
    )


def overdue_markup(rows: pd.DataFrame, url: Callable[[Row], str]) -> str:
    """``rows`` as of ``overdue.most_overdue``; ``url`` takes one of them."""
    if rows.empty:
        return '<p class="calm">没有超期的问题和任务。</p>'
    lines = []
    for row in rows.itertuples():
        inner = (
            f'<span class="days">超 {row.days} 天</span><span class="what">{escape(row.what)}</span>'
            f'<span class="where">{escape(row.place)} · {escape(row.owner)}</span>'
        )
        lines.append(f"<li>{link(inner, url(row), title=f'{row.noun}：{row.what}')}</li>")
    return f'<ul class="overdue">{"".join(lines)}</ul>'


def changes_markup(rows: pd.DataFrame, compared: int, url: Callable[[str, str], str]) -> str:
    """``rows`` and ``compared`` as of ``movements.Moves``; ``url`` takes a region's code and an indicator's id."""
    if rows.empty:
        why = "所列指标与上月相比都没有变化。" if compared else "上月没有可比的数据。"
        return f'<p class="calm">{why}</p>'
    lines = []
    for row in rows.itertuples():
        chosen = indicator(row.indicator)
        step = wording.difference(chosen, chosen.told(row.value) - chosen.told(row.before))
        told = f"{wording.amount(chosen, row.before)} → {wording.amount(chosen, row.value)}"
        inner = (
            f'<span class="where">{escape(row.name)}</span><span class="what">{escape(chosen.label)}</span>'
            f'<span class="step">{step.arrow} {escape(step.amount)}</span>'
            f'<span class="now">{escape(told)}</span>'
        )
        lines.append(f"<li>{link(inner, url(row.code, row.indicator), title=f'{chosen.label}：{told}')}</li>")
    return f'<ul class="moved">{"".join(lines)}</ul>'


def states_markup(counts: list[tuple[str, str, str, str, float | None]]) -> str:
    """Households by state, for a village: (name, mark, colour, address, number)."""
    most = max([number or 0 for *_, number in counts] or [0]) or 1
    lines = "".join(
        "<li>"
        + link(
            f'<span class="name"><b style="color: {colour}">{mark}</b> {escape(name)}</span>'
            f'<span class="bar"><i style="left: 0; width: {(number or 0) / most * 100:.1f}%"></i></span>'
            f'<span class="value">{wording.NO_VALUE if number is None else f"{number:,.0f}"}</span><span></span>',
            url,
        )
        + "</li>"
        for name, mark, colour, url, number in counts
    )
    return f'<ol class="ranking states">{lines}</ol>'
