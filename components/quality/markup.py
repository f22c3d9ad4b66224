"""What 数据治理 is drawn with: pure builders, every value escaped."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.wording import NO_VALUE
from data.quality.board import FLAGS
from data.quality.listing import Hit
from data.quality.waivers import WAY
from data.regions.tree import Region
from data.rules.counting import AGREED
from data.rules.registry import RULES
from data.rules.rule import HARD, KINDS
from data.workflow import Step

_MOST_SHARE = 40  # per cent of the colour in the fullest cell


def strip_markup(parts: Sequence[tuple[str, int, str, bool]], *, name: str) -> str:
    """A row of counts to choose from: (words, number, address, chosen)."""
    cells = "".join(
        link(
            f"<span>{escape(words)}</span><b>{number:,}</b>",
            url,
            data_stay="1",
            **({"aria_current": "true"} if chosen else {}),
        )
        for words, number, url, chosen in parts
    )
    return f'<nav class="quality-strip" aria-label="{escape(name)}">{cells}</nav>'


def kind_markup(kind: str) -> str:
    """The class of a rule as a mark."""
    return f'<span class="quality-kind {escape(kind)}">{escape(KINDS[kind])}</span>'


def rule_markup(rule: str, definition: str, flag: str | None) -> str:
    """A rule in a table: its label, below it what it says, and what speaks against it."""
    one = RULES[rule]
    odd = f'<em class="quality-flag">{escape(FLAGS[flag])}</em>' if flag else ""
    return (
        f'<span class="quality-rule"><span>{escape(one.label)}{odd}</span>'
        f"<small>{escape(rule)} · {escape(definition)}</small></span>"
    )


def bar_markup(number: int, most: int, kind: str) -> str:
    """A number with a bar of its share of the largest."""
    width = 100 * number / most if most else 0
    style = "alarm" if kind == HARD else ""
    return (
        f'<span class="quality-bar {style}"><i style="width: {width:.0f}%"></i></span>'
        f'<b class="quality-count">{number:,}</b>'
    )


def days_markup(oldest: str | None, days: int | None) -> str:
    """Since when the longest stands."""
    if oldest is None or days is None:
        return NO_VALUE
    return f'<span title="{escape(oldest)} 起">{days:,} 天</span>'


def grid_markup(
    cells: pd.DataFrame,
    rules: Sequence[str],
    places: Sequence[Region],
    url: Callable[[str, str], str],
    place_url: Callable[[str], str],
    *,
    caption: str,
) -> str:
    """Rules down, regions across, hits in the cells, the fuller the stronger; ``url`` takes a rule and a region's code,
    ``place_url`` a region's code. ``cells`` as of ``board.by_rule_and_region``."""
    held = {(row.rule, row.code): int(row.hits) for row in cells.itertuples()}
    heads = "".join(f'<th scope="col">{link(escape(place.name), place_url(place.code))}</th>' for place in places)
    lines = "".join(_grid_row(rule, places, held, url) for rule in rules)
    sums = [sum(held.get((rule, place.code), 0) for rule in rules) for place in places]
    total = "".join(f"<td>{number:,}</td>" for number in (sum(sums), *sums))
    return (
        f'<div class="table whole quality-grid"><table><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">规则</th><th scope="col">合计</th>{heads}</tr></thead>'
        f'<tbody>{lines}<tr class="total"><th scope="row">合计</th>{total}</tr></tbody></table></div>'
    )


def _grid_row(
    rule: str, places: Sequence[Region], held: Mapping[tuple[str, str], int], url: Callable[[str, str], str]
) -> str:
    numbers = [held.get((rule, place.code), 0) for place in places]
    most = max(numbers, default=0)
    cells = "".join(
        f'<td style="--share: {_MOST_SHARE * number / most:.0f}%">{link(f"{number:,}", url(rule, place.code))}</td>'
        if number
        else "<td></td>"
        for number, place in zip(numbers, places, strict=True)
    )
    name = f'<th scope="row">{escape(RULES[rule].label)}<small>{escape(rule)}</small></th>'
    return f"<tr>{name}<td><b>{sum(numbers):,}</b></td>{cells}</tr>"


def field_markup(hit: Hit) -> str:
    """The field that is marked, and what stands in it."""
    label = hit.label or hit.rule.label
    value = f'<mark class="quality-mark">{escape(hit.value)}</mark>' if hit.value is not None else ""
    return f'<span class="quality-field"><span>{escape(label)}</span>{value}</span>'


def waiver_markup(waiver: tuple[str, str] | None) -> str:
    """Whether it is waived, and until when."""
    if waiver is None:
        return NO_VALUE
    state, until = waiver
    words = f"{WAY.states[state]}，到 {until}" if state == AGREED else WAY.states[state]
    return f'<span class="quality-waiver {escape(state)}">{escape(words)}</span>'


def steps_markup(steps: Sequence[Step]) -> str:
    """Who did what to a waiver when, the latest first."""
    lines = "".join(
        f"<li><time>{escape(step.at[:16].replace('T', ' '))}</time><b>{escape(step.action)}</b>"
        f"<span>{escape(step.who)}</span>{f'<p>{escape(step.reason)}</p>' if step.reason else ''}</li>"
        for step in steps
    )
    return f'<section class="matter-steps"><h2>办理经过</h2><ol>{lines}</ol></section>'
