"""What waits as markup: rows that are tapped, chips of kinds, a line of the day's digest."""

from collections.abc import Callable, Mapping, Sequence

from components.drawing.markup import escape, link
from components.drawing.tables import TableColumn
from data.months import short_day
from data.todo.digest import Line
from data.todo.sources import KINDS
from data.todo.waiting import LATE, NEAR, Count, Item

DIGEST_COLUMNS = (
    TableColumn("noun", "事项"),
    TableColumn("waits", "待办", "figure"),
    TableColumn("late", "已超期", "figure"),
    TableColumn("new", "昨天以来新到", "figure"),
    TableColumn("done", "昨天以来办结", "figure"),
    TableColumn("where", "在哪里办"),
)


def items_markup(items: Sequence[Item], url: Callable[[Item], str]) -> str:
    """One row each, in its order; all of it is the way there."""
    rows = "".join(f"<li>{link(_item(one), url(one), style=one.state)}</li>" for one in items)
    return f'<ol class="waits">{rows}</ol>'


def _item(one: Item) -> str:
    mark = '<em class="new">新</em>' if one.new else ""
    told = " · ".join(filter(None, (KINDS[one.kind].noun, one.place, one.who)))
    return (
        f'<span class="clock">{clock_words(one)}</span><span class="what">{escape(one.what)}{mark}</span>'
        f'<span class="where">{escape(told)}</span>'
    )


def clock_words(one: Item) -> str:
    """How long it is late, or how long there is: ``超 12 天``, ``今天到期``, ``还剩 3 天``, ``12月20日前``."""
    if one.days is None or one.due is None:
        return "待办"
    if one.state == LATE:
        return f"超 {-one.days:,} 天"
    if one.state == NEAR:
        return f"还剩 {one.days} 天" if one.days else "今天到期"
    return f"{short_day(one.due)}前"


def kinds_markup(
    counts: Mapping[str, Count],
    all_of_them: Count,
    kind: str | None,
    late: bool,
    url: Callable[[str | None, bool], str],
) -> str:
    """Chips: all kinds, each kind that waits, overdue ones alone."""

    def chip(words: str, number: int, address: str, chosen: bool) -> str:
        current = {"aria_current": "true"} if chosen else {}
        return link(f"{escape(words)} <b>{number:,}</b>", address, style="chip", data_stay="1", **current)

    kinds = [("全部", None, all_of_them), *((KINDS[id].noun, id, one) for id, one in counts.items())]
    chips = [chip(words, one.rows, url(id, late), id == kind) for words, id, one in kinds]
    chosen = all_of_them if kind is None else counts.get(kind, Count())
    chips.append('<i class="gap"></i>' + chip("只看超期", chosen.late, url(kind, not late), late))
    return f'<nav class="chips" aria-label="按事项筛选">{"".join(chips)}</nav>'


def told_in_short(lines: Sequence[Line]) -> str:
    """``昨天以来新到 3 件，办结 2 件；现有 12 件，其中 5 件已超期``."""
    new, done = sum(one.waits.new for one in lines), sum(one.done or 0 for one in lines)
    held, late = sum(one.waits.rows for one in lines), sum(one.waits.late for one in lines)
    over = f"，其中 {late:,} 件已超期" if late else ""
    return f"昨天以来新到 {new:,} 件，办结 {done:,} 件；现有 {held:,} 件{over}"
