"""Clues as markup: the table, one with its clock, facts and steps; pure builders."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.drawing.wording import NO_VALUE, moment
from data.monitoring.clues import Clue
from data.monitoring.delays import Answered

_COLUMNS = (
    TableColumn("whose", "谁家"), TableColumn("words", "什么情况"), TableColumn("source", "来源"),
    TableColumn("told", "线索日期"), TableColumn("state", "办到哪里"), TableColumn("due", "应于"),
)  # fmt: skip


def finding(counts: Mapping[str, int]) -> str:
    """What the list says first."""
    if not counts["waiting"]:
        return "线索都已答复" if counts["all"] else "还没有线索"
    late = f"，{counts['late']:,} 条超期" if counts["late"] else "，没有超期"
    return f"{counts['waiting']:,} 条线索待答复{late}"


def list_markup(rows: Sequence[Clue], caption: str, url: Callable[[Clue], str]) -> str:
    """The table of a page."""
    frame = pd.DataFrame({"clue": list(rows), **{column.id: [""] * len(rows) for column in _COLUMNS}})
    return table_markup(
        frame,
        _COLUMNS,
        caption=caption,
        look=TableLook(
            row_url=lambda row: url(row.clue),
            opener="whose",
            whole=True,
            cards=True,
            drawn={
                "whose": lambda row: _whose_markup(row.clue),
                "words": lambda row: escape(row.clue.words) or NO_VALUE,
                "source": lambda row: _source_markup(row.clue),
                "told": lambda row: escape(row.clue.told),
                "state": lambda row: state_markup(row.clue),
                "due": lambda row: clock_markup(row.clue),
            },
        ),
    )


def _whose_markup(clue: Clue) -> str:
    return f'<span class="matter-title">{escape(clue.whose)}<small>{escape(clue.place)}</small></span>'


def _source_markup(clue: Clue) -> str:
    return escape(clue.source_word) + (f"<br><small>{escape(clue.risk)}</small>" if clue.risk else "")


def state_markup(clue: Clue) -> str:
    """Its state, and the case that it came to."""
    case = f" <small>{escape(clue.case_code)}</small>" if clue.case_code else ""
    style = "" if clue.due else " closed"
    return f'<span class="matter-state{style}">{escape(clue.state_word)}</span>{case}'


def clock_markup(clue: Clue) -> str:
    """By when it should be through, and how late it is."""
    if clue.due is None:
        return NO_VALUE
    late = f"<b>超期 {clue.late} 天</b>" if clue.late else ""
    note = f'<em title="{escape(clue.note)}">按周一至周五计</em>' if clue.note else ""
    return f'<span class="clock{_light(clue)}"><span>{escape(clue.due)}</span>{late}{note}</span>'


def _light(clue: Clue) -> str:
    return " red" if clue.late else ""


_TURNS = {"held": "等乡镇转村，应于 {due} 前", "open": "等村里核查答复，应于 {due} 前"}


def clock_box(clue: Clue) -> str:
    """Whose turn it is and by when; '' where it is answered."""
    if clue.due is None:
        return ""
    late = f"，已超期 {clue.late} 天" if clue.late else ""
    note = f"<p>{escape(clue.note)}。</p>" if clue.note else ""
    told = _TURNS[clue.state].format(due=clue.due)
    return f'<section class="matter-clock{_light(clue)}" role="status"><p>{escape(told)}{late}。</p>{note}</section>'


def facts_markup(clue: Clue, household: str | None, case: str | None) -> str:
    """What is known of one; ``household`` and ``case``: their addresses."""
    whose = escape(clue.whose)
    if clue.head and household:
        whose = link(escape(f"{clue.head} 户"), household, style="underlined")
        whose += f"<small> {escape(clue.subject)}</small>" if clue.subject else ""
    facts = [
        ("什么情况", escape(clue.words)),
        ("谁家", whose),
        ("地点", escape(clue.place)),
        ("来源", escape(clue.source_word)),
        ("可能的风险", escape(clue.risk)),
        ("线索日期", escape(clue.told)),
    ]
    if clue.case_code:
        facts.append(("监测编号", link(escape(clue.case_code), case, style="underlined") if case else clue.case_code))
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{told or NO_VALUE}</dd></div>" for name, told in facts)
    return f'<dl class="matter-facts">{cells}</dl>'


def steps_markup(steps: Sequence[Answered]) -> str:
    """Who did what when, the latest first; a step that was written down later than its own day says so."""
    lines = "".join(
        f"<li><time>{escape(moment(step.at))}</time><b>{escape(step.action)}</b><span>{escape(step.who)}</span>"
        f"{_late(step)}{_late_entry(step)}{f'<p>{escape(step.reason)}</p>' if step.reason else ''}</li>"
        for step in steps
    )
    return f'<section class="matter-steps"><h2>办理经过</h2><ol>{lines}</ol></section>'


def _late(step: Answered) -> str:
    return f'<em class="alarm">超期 {step.late} 天办理</em>' if step.late else ""


def _late_entry(step: Answered) -> str:
    return f"<span>{escape(step.day)} 的事，补录</span>" if step.day < step.at[:10] else ""
