"""Markup of an import of boundaries: what it comes to, each region and feature with its reasons, what was done."""

from collections.abc import Callable, Mapping, Sequence

from components.drawing.markup import escape, link
from components.drawing.theme import outline_marks
from data.boundaries.joins import CODE, NAME, NEW
from data.boundaries.plan import STATES
from data.imports.boundary_preview import Shown

HOW = {CODE: "按代码对上", NAME: "按乡镇和名称对上", NEW: "新建", "": "没有对上"}
_MOST_MISSING = 200


def choices_markup(
    counts: Mapping[str, int],
    chosen: str,
    levels: Mapping[int, str],
    level: int,
    *,
    dark: bool,
    url: Callable[..., str],
) -> str:
    """All and each state as links that narrow to it; before them the levels, where there are several. ``url`` takes
    ``state``, ``level`` and ``item``."""
    marks = outline_marks(dark)
    cells = [_cell("全部", sum(counts.values()), url(state="", item=None), chosen == "")]
    cells += [
        _cell(
            f'<i style="color: {marks[state][1]}">{escape(marks[state][0])}</i> {escape(words)}',
            counts[state],
            url(state=state, item=None),
            chosen == state,
        )
        for state, words in STATES.items()
        if counts.get(state) or chosen == state
    ]
    steps = "".join(
        link(
            escape(words),
            url(level=one, state="", item=None),
            style="chip",
            data_stay="1",
            **({"aria_current": "true"} if one == level else {}),
        )
        for one, words in levels.items()
    )
    ways = f'<nav class="chips outline-levels" aria-label="级别">{steps}</nav>' if steps else ""
    return f'{ways}<nav class="outline-states" aria-label="核对结果">{"".join(cells)}</nav>'


def _cell(words: str, number: int, url: str, chosen: bool) -> str:
    current = {"aria_current": "true"} if chosen else {}
    return link(f"<span>{words}</span><b>{number:,}</b>", url, data_stay="1", **current)


def items_markup(items: Sequence[Shown], chosen: int | None, url: Callable[[int], str], *, dark: bool) -> str:
    """The list: mark, what it is, the first reason; each leads to itself."""
    if not items:
        return '<p class="calm">没有这一类。</p>'
    marks = outline_marks(dark)
    lines = []
    for item in items:
        mark, colour = marks[item.state]
        inner = (
            f'<i style="color: {colour}">{escape(mark)}</i><b>{escape(item.words)}</b>'
            f"<span>{escape(item.region or item.code)}</span>"
            f"<small>{escape(STATES[item.state])}{f'：{escape(item.notes[0])}' if item.notes else ''}</small>"
        )
        current = {"aria_current": "true"} if item.id == chosen else {}
        lines.append(f"<li>{link(inner, url(item.id), data_stay='1', **current)}</li>")
    return f'<ol class="outline-items">{"".join(lines)}</ol>'


def item_markup(item: Shown, close: str, back: str, *, dark: bool) -> str:
    """One of them: where it stands in its file, what it was joined to and how, all that is said of it; ``close``: its
    picture, ``back``: the address without it."""
    mark, colour = outline_marks(dark)[item.state]
    numbers = "、".join(str(number) for number in item.numbers[:10]) + ("等" if len(item.numbers) > 10 else "")
    whole = not item.numbers[0]
    said = "".join(f"<li>{escape(note)}</li>" for note in item.notes)
    facts = (
        ("文件", f"{item.file}{'' if whole else f' 第 {numbers} 个'}"),
        ("文件里的代码、名称", f"{item.code or '（空）'} {item.name or '（空）'}"),
        ("对上的区划", f"{item.called} {item.region}（{HOW[item.how]}）" if item.region else HOW[""]),
        ("采用", "会采用" if item.taken else "不采用"),
    )
    told = "".join(f"<div><dt>{escape(words)}</dt><dd>{escape(value)}</dd></div>" for words, value in facts)
    return (
        f'<section class="outline-item" aria-label="选中的图形"><h2><i style="color: {colour}">{escape(mark)}</i>'
        f" {escape(item.words)} <small>{escape(STATES[item.state])}</small>"
        f"{link('关闭', back, style='underlined', data_stay='1')}</h2>{close}<ul>{said}</ul><dl>{told}</dl></section>"
    )


def missing_markup(missing: Sequence[tuple[str, str]]) -> str:
    """Regions that stay without an outline."""
    if not missing:
        return ""
    lines = "".join(f"<li>{escape(name)} <span>{escape(code)}</span></li>" for code, name in missing[:_MOST_MISSING])
    more = f"<li>……另有 {len(missing) - _MOST_MISSING:,} 个</li>" if len(missing) > _MOST_MISSING else ""
    return (
        f'<details class="outline-missing"><summary>还有 {len(missing):,} 个区划没有边界</summary>'
        f"<ul>{lines}{more}</ul></details>"
    )


def told_markup(told: Sequence[str]) -> str:
    """What is said of whole layers."""
    return f'<ul class="outline-told">{"".join(f"<li>{escape(one)}</li>" for one in told)}</ul>'


def written_markup(written: Mapping[str, int], way: str) -> str:
    """What was taken; ``way``: markup of the way to the map."""
    if not written.get("changed"):
        return '<p class="saved" role="status">与现有边界一致，没有改动。</p>'
    parts = [f"采用 {written.get('taken', 0):,} 个区划的边界", f"改动 {written['changed']:,} 处"]
    parts += [f"新建 {written['created']:,} 个区划"] * bool(written.get("created"))
    parts += [f"{written['left']:,} 个没有采用"] * bool(written.get("left"))
    return f'<p class="saved" role="status">已采用：{escape("，".join(parts))}。　{way}</p>'


def undone_markup(undone: Mapping[str, int], regions: Sequence[str], kept: Sequence[str]) -> str:
    """What taking it back did, and what it left."""
    gone = f"，去掉新建的 {len(regions):,} 个区划" if regions else ""
    left = f'<ul class="outline-told">{"".join(f"<li>{escape(one)}</li>" for one in kept)}</ul>' if kept else ""
    return (
        f'<p class="saved" role="status">已撤回：恢复 {undone.get("outlines", 0):,} 处边界{escape(gone)}'
        f"{f'；{len(kept):,} 处保留' if kept else ''}。</p>{left}"
    )
