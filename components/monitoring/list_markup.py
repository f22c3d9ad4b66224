"""Cases, planned measures and exits as tables; pure builders."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.wording import NO_VALUE
from data.monitoring.listing import CaseRow, Clock, ExitRow, ItemRow
from data.monitoring.ways import CASE_WAY

T = TypeVar("T", CaseRow, ItemRow, ExitRow)
_CASES = (
    TableColumn("head", "谁家"), TableColumn("kind", "类型和风险"), TableColumn("state", "办到哪里"),
    TableColumn("turn", "等谁办"), TableColumn("due", "下一步应于"), TableColumn("began", "线索日期"),
)  # fmt: skip
_ITEMS = (
    TableColumn("head", "谁家"), TableColumn("what", "措施"), TableColumn("risk", "针对风险"),
    TableColumn("who", "由谁落实"), TableColumn("until", "期限"), TableColumn("state", "状态"),
)  # fmt: skip
_EXITS = (
    TableColumn("head", "谁家"), TableColumn("verdict", "结论"), TableColumn("evidence", "依据"),
    TableColumn("state", "办到哪里"), TableColumn("since", "自"),
)  # fmt: skip


def cases_markup(
    rows: Sequence[CaseRow],
    url: Callable[[CaseRow], str],
    sort_url: Callable[[str], str | None],
    *,
    caption: str,
    sorted_by: str,
) -> str:
    """The table of a page of cases."""
    return _table(
        rows,
        _CASES,
        TableLook(
            row_url=lambda row: url(row.one),
            opener="head",
            sort_url=sort_url,
            sorted_by=sorted_by,
            whole=True,
            cards=True,
            drawn={
                "head": lambda row: whose_markup(row.one.head, row.one.place),
                "kind": lambda row: _kind(row.one),
                "state": lambda row: state_markup(row.one.state, row.one.state_word, green=bool(row.one.green)),
                "due": lambda row: clock_markup(row.one.clock, row.one.late),
                "turn": lambda row: escape(row.one.turn) or NO_VALUE,
                "began": lambda row: escape(row.one.began),
            },
        ),
        caption,
    )


def _table(rows: Sequence[T], columns: Sequence[TableColumn], look: TableLook, caption: str) -> str:
    frame = pd.DataFrame({"one": list(rows), **{column.id: [""] * len(rows) for column in columns}})
    return table_markup(frame, columns, caption=caption, look=look)


def whose_markup(head: str, place: str) -> str:
    """Whose household, and where."""
    return f'<span class="matter-title">{escape(head)} 户<small>{escape(place)}</small></span>'


def _kind(one: CaseRow) -> str:
    risks = f"<small>{escape(one.risks)}</small>" if one.risks else ""
    return f'<span class="matter-title">{escape(one.kind or "未定类型")}{risks}</span>'


def state_markup(state: str, word: str, *, green: bool = False) -> str:
    """A state; with that of 绿色通道."""
    way = ' <span class="green-way">绿色通道</span>' if green else ""
    return f'<span class="matter-state case-{escape(state)}">{escape(word)}</span>{way}'


def clock_markup(clock: Clock | None, late: int) -> str:
    """What is due by when, and how late it is; with what else has run out."""
    if clock is None:
        return NO_VALUE
    told = f"<b>{clock.of_what}超期 {late} 天</b>" if late else ""
    word = CASE_WAY.actions[clock.due.action]
    note = f'<em title="{escape(clock.due.note)}">按周一至周五计</em>' if clock.due.note else ""
    return f'<span class="clock{" red" if late else ""}"><span>{clock.due.day} {escape(word)}</span>{told}{note}</span>'


def clock_words(clock: Clock | None, late: int) -> str:
    """The same for a workbook."""
    if clock is None:
        return ""
    return f"{clock.due.day} {CASE_WAY.actions[clock.due.action]}" + (
        f"，{clock.of_what}超期 {late} 天" if late else ""
    )


def items_markup(rows: Sequence[ItemRow], url: Callable[[ItemRow], str], *, caption: str, today: date) -> str:
    """The table of a page of planned measures."""
    return _table(
        rows,
        _ITEMS,
        TableLook(
            row_url=lambda row: url(row.one),
            opener="head",
            whole=True,
            cards=True,
            drawn={
                "head": lambda row: whose_markup(row.one.head, row.one.place),
                "what": lambda row: (
                    f'<span class="matter-title">{escape(row.one.what)}<small>{escape(row.one.kind)}</small></span>'
                ),
                "risk": lambda row: escape(row.one.risk) or NO_VALUE,
                "who": lambda row: escape(row.one.who),
                "until": lambda row: until_markup(row.one.until, today, late=row.one.late),
                "state": lambda row: state_markup(row.one.state, row.one.state_word),
            },
        ),
        caption,
    )


def until_markup(until: str, today: date, *, late: bool) -> str:
    """The last day of a planned measure, and by how many days it has passed."""
    days = f"<b>超期 {(today - date.fromisoformat(until)).days} 天</b>" if late else ""
    return f'<span class="clock{" red" if late else ""}"><span>{escape(until)}</span>{days}</span>'


def exits_markup(rows: Sequence[ExitRow], url: Callable[[ExitRow], str], *, caption: str) -> str:
    """The table of a page of exit reviews."""

    def verdict(row: Row) -> str:
        return f'<span class="exit-{"out" if row.one.verdict == "退出" else "keep"}">{escape(row.one.verdict)}</span>'

    return _table(
        rows,
        _EXITS,
        TableLook(
            row_url=lambda row: url(row.one),
            opener="head",
            whole=True,
            cards=True,
            drawn={
                "head": lambda row: whose_markup(row.one.head, row.one.place),
                "verdict": verdict,
                "evidence": lambda row: f'<span class="matter-title">{escape(row.one.evidence)}</span>',
                "state": lambda row: state_markup(row.one.state, row.one.state_word),
                "since": lambda row: escape(row.one.since),
            },
        ),
        caption,
    )


def household_link(words: str, url: str | None) -> str:
    """A household's name, with the way to its page where the reader has one."""
    return link(escape(words), url, style="underlined above") if url else escape(words)
