"""Markup of imports: how far one is, what its rows come to, the rows themselves, what was done to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from components.drawing.markup import escape, link
from components.drawing.wording import moment
from components.imports.address import GROUPS
from data.workflow import Step

MARKS = {"new": "＋", "changed": "→", "same": "＝", "conflict": "≠", "refused": "×", "warned": "!"}
"""Group → its sign, for who does not tell the colours apart."""
_KB = 1024
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Cell:
    """One cell of a row: what stands in the store and what the file has, as they are read; '' for none. ``reason``:
    why it is not taken, or what to look at; ``by``: who wrote what stands, and when."""

    heading: str
    before: str
    after: str
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class RowLook:
    """A row of a file as it is shown: its ``group`` of GROUPS, where it stands in the file, what it is about, the cells
    that matter. ``left``: somebody does not want it written."""

    group: str
    where: str
    key: str
    name: str
    place: str
    cells: tuple[Cell, ...]
    left: bool = False


@dataclass(frozen=True)
class CountRow:
    """A line of the table of counts: its words, the address that narrows to it, and group → number of rows."""

    words: str
    counts: Mapping[str, int]
    url: str = ""


def size_words(size: int) -> str:
    """Bytes as they are read: ``830 KB``, ``4.2 MB``; none is 0 KB but an empty file."""
    return f"{size / _KB / _KB:,.1f} MB" if size >= _KB * _KB else f"{-(-size // _KB):,} KB"


def stages_markup(stages: Sequence[str], at: int, *, wrong: bool = False) -> str:
    """The way of a file as a row of stages, of which the one ``at`` is the present; one behind the last: all done."""
    parts = []
    for place, words in enumerate(stages):
        style = "done" if place < at else "wrong" if place == at and wrong else "now" if place == at else ""
        current = ' aria-current="step"' if place == at else ""
        parts.append(f'<li class="{style}"{current}>{escape(words)}</li>')
    return f'<ol class="import-way" aria-label="导入的步骤">{"".join(parts)}</ol>'


def groups_markup(counts: Mapping[str, int], chosen: str, url: Callable[[str], str], *, total: int) -> str:
    """All rows and the six groups, each a link that lists it; ``url`` takes a group, '' all."""
    cells = [_group("", "全部", total, chosen, url)]
    cells += [_group(group, words, counts.get(group, 0), chosen, url) for group, words in GROUPS.items()]
    return f'<nav class="import-groups" aria-label="校验结果">{"".join(cells)}</nav>'


def _group(group: str, words: str, number: int, chosen: str, url: Callable[[str], str]) -> str:
    mark = f"<i>{MARKS[group]}</i> " if group else ""
    style = f"is-{group or 'all'}{'' if number else ' is-none'}"
    current = {"aria_current": "true"} if group == chosen else {}
    inner = f"<span>{mark}{escape(words)}</span><b>{number:,}</b>"
    return link(inner, url(group), style=style, data_stay="1", **current)


def counts_markup(
    rows: Sequence[CountRow], *, head: str, caption: str, url: Callable[[CountRow, str], str], chosen: str = ""
) -> str:
    """A table of the groups by sheet or by place: each number a link; ``url`` takes the line and a group and gives ''
    for a number that leads nowhere."""
    heads = "".join(f'<th scope="col" class="right">{escape(words)}</th>' for words in GROUPS.values())
    lines = "".join(
        f"<tr{' class=chosen aria-current=true' if row.url and row.words == chosen else ''}>"
        f'<th scope="row">{link(escape(row.words), row.url, data_stay="1") if row.url else escape(row.words)}</th>'
        + "".join(_count(row, group, url) for group in GROUPS)
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table import-counts"><table><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{escape(head)}</th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _count(row: CountRow, group: str, url: Callable[[CountRow, str], str]) -> str:
    number = row.counts.get(group, 0)
    told = f"{number:,}" if number else "<i>·</i>"
    if number and (way := url(row, group)):
        told = link(told, way, style=f"is-{group}", data_stay="1")
    return f'<td class="right" data-label="{escape(GROUPS[group])}">{told}</td>'


def rows_markup(rows: Sequence[RowLook]) -> str:
    """Rows below one another."""
    return f'<ol class="import-rows">{"".join(f"<li>{row_markup(row)}</li>" for row in rows)}</ol>'


def row_markup(row: RowLook) -> str:
    """One row: its group, what it is about, its cells as old → new."""
    cells = "".join(cell_markup(cell, row.group) for cell in row.cells)
    about = f"<b>{escape(row.name)}</b> " if row.name else ""
    left = "<em>不写入</em>" if row.left else ""
    return (
        f'<div class="import-row is-{escape(row.group)}{" is-left" if row.left else ""}">'
        f'<span class="group"><i>{MARKS[row.group]}</i> {escape(GROUPS[row.group])}{left}</span>'
        f'<span class="about">{about}<span class="key">{escape(row.key)}</span>'
        f"<small>{escape(' · '.join(filter(None, (row.place, row.where))))}</small></span>"
        f'<ul class="cells">{cells}</ul></div>'
    )


def cell_markup(cell: Cell, group: str) -> str:
    """One cell; of a new row what the file has alone, of a refused or warned one the reason below."""
    head = f'<span class="head">{escape(cell.heading)}</span> ' if cell.heading else ""
    if cell.reason and group != "conflict":
        value = f"<b>“{escape(_short(cell.after))}”</b> " if cell.after else ""
        return f'<li class="why">{head}{value}<em>{escape(cell.reason)}</em></li>'
    after = f"<ins>{escape(_short(cell.after)) or '清空'}</ins>"
    if group == "new":
        return f"<li>{head}{after}</li>"
    by = f"<small>{escape(cell.by)}</small>" if cell.by else ""
    before = f"<del>{escape(_short(cell.before)) or '空'}</del>"
    return f"<li>{head}{before} <i>→</i> {after}{by}</li>"


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}……（共 {len(value)} 字）"


def facts_markup(facts: Sequence[tuple[str, str]]) -> str:
    """What a file is, as pairs of words and markup."""
    pairs = "".join(f"<div><dt>{escape(words)}</dt><dd>{told}</dd></div>" for words, told in facts if told)
    return f'<dl class="import-facts">{pairs}</dl>'


def steps_markup(steps: Sequence[Step]) -> str:
    """What was done to an import, the latest first."""
    lines = "".join(
        f"<li><time>{escape(moment(one.at))}</time><span>{escape(one.who)}</span><b>{escape(one.action)}</b>"
        f"{f'<p>{escape(one.reason)}</p>' if one.reason else ''}</li>"
        for one in steps
    )
    return f'<section class="part import-steps"><h2>办理经过</h2><ol>{lines}</ol></section>'
