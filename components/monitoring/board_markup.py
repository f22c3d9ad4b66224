"""The board of 监测帮扶 as markup: steps, months, sources with their yield, risk points, what help lacks. Pure."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.wording import NO_VALUE, percent
from data.monitoring.board import POINT_WORDS, Gaps, Reference, Step
from data.terms import CASE_OPENING, CASE_REMOVING, CLUE_SOURCES
from data.text.official import official

Url = Callable[..., str]
"""The address of a list by its filters."""
_STAGES = (
    (("核查审批", CASE_OPENING),), (("帮扶", ("watched",)), ("未纳入", ("refused", "void"))),
    (("风险消除", (*CASE_REMOVING, "removed")),),
)  # fmt: skip
_SOURCES = (
    TableColumn("source", "线索来源"), TableColumn("clues", "线索", "integer"),
    TableColumn("waiting", "待答复", "integer"), TableColumn("cases", "立案", "integer"),
    TableColumn("joined", "并入在办", "integer"), TableColumn("none", "不立案", "integer"),
    TableColumn("included", "纳入监测", "integer"), TableColumn("yield_", "纳入率", "share"),
)  # fmt: skip
_REGIONS = (
    TableColumn("name", "区划"), TableColumn("clues", "待答复线索", "integer"),
    TableColumn("opening", "核查审批中", "integer"), TableColumn("watched", "监测帮扶中", "integer"),
    TableColumn("removing", "消除程序中", "integer"), TableColumn("late", "超期", "integer"),
    TableColumn("where", "超期在哪里"), TableColumn("came", "12个月纳入", "integer"),
    TableColumn("went", "12个月消除", "integer"),
)  # fmt: skip
_OFFICES = {"village": "村", "township": "乡镇", "county": "县"}
_MONTH_LINES = {"clues": "线索", "cases": "立案", "came": "纳入", "went": "消除"}


def steps_markup(steps: Sequence[Step], url: Callable[[str], str]) -> str:
    """Every step with how many cases are at it, how many late and with whom, in the stages of the way."""
    held = {one.state: one for one in steps}
    most = max((one.count for one in steps if one.turn), default=0) or 1
    columns = "".join(
        f"<div>{''.join(_stage(name, [held[state] for state in states], most, url) for name, states in some)}</div>"
        for some in _STAGES
    )
    return f'<div class="case-steps">{columns}</div>'


def _stage(name: str, steps: Sequence[Step], most: int, url: Callable[[str], str]) -> str:
    lines = "".join(_step(one, most, url(one.state)) for one in steps)
    total = sum(one.count for one in steps if one.state != "removed")
    return f"<section><h3>{name}<small>{total:,} 户</small></h3><ol>{lines}</ol></section>"


def _step(one: Step, most: int, url: str) -> str:
    late = f'<b class="alarm">超期 {one.late}，最久 {one.worst} 天</b>' if one.late else ""
    turn = f"<small>等{escape(one.turn)}办</small>" if one.turn else ""
    bar = f'<i style="width: {one.count / most:.1%}"></i>' if one.turn else ""  # where a case rests nothing waits
    inner = (
        f'<span class="name">{escape(one.word)}{turn}</span><span class="bar">{bar}</span>'
        f'<span class="value">{one.count:,}</span><span class="late">{late}</span>'
    )
    return f'<li class="{"" if one.count else "none"}">{link(inner, url)}</li>'


def regions_markup(rows: pd.DataFrame, url: Callable[[str], str], *, noun: str, own: str) -> str:
    """``rows`` as of ``board.by_region``; ``url`` takes a region's code."""
    return table_markup(
        rows.assign(where=""),
        _REGIONS,
        caption=f"各{noun}监测帮扶",
        look=TableLook(
            row_url=lambda row: url(row.code),
            opener="name",
            whole=True,
            chosen=lambda row: row.code == own,
            drawn={"late": _late, "where": _where},
        ),
    )


def _late(row: Row) -> str:
    return f'<b class="alarm">{row.late:,}</b>' if row.late else "0"


def _where(row: Row) -> str:
    told = "、".join(
        f"{word} {count}" for office, word in _OFFICES.items() if (count := getattr(row, f"late_{office}"))
    )
    return escape(told) or NO_VALUE


def sources_markup(rows: pd.DataFrame, url: Callable[[str], str]) -> str:
    """``rows`` as of ``board.yield_by_source``, and their sum; ``url`` takes a source."""
    named = rows.assign(name=rows["source"].map(CLUE_SOURCES))
    total = rows.drop(columns="source").sum().to_dict() | {"source": "", "name": "合计"}
    frame = pd.concat([named, pd.DataFrame([total])], ignore_index=True)
    share = frame["included"] / frame["clues"].where(frame["clues"] > 0)
    frame, most = frame.assign(yield_=share), share.max()
    return table_markup(
        frame,
        _SOURCES,
        caption="线索来源和成效",
        look=TableLook(
            row_url=lambda row: url(row.source) if row.source else None,
            opener="source",
            whole=True,
            strong_last=True,
            drawn={"source": lambda row: escape(row.name), "yield_": lambda row: _share(row.yield_, most)},
        ),
    )


def _share(value: float, most: float) -> str:
    if pd.isna(value):
        return NO_VALUE
    part = value / most if most else 0
    return f'<span class="in-cell"><i style="width: {part:.1%}"></i><span>{percent(value)}</span></span>'


def months_markup(rows: pd.DataFrame) -> str:
    """``rows`` as of ``board.by_month``: what was identified and removed as bars, all of it as numbers below."""
    most = max(int(rows[["came", "went"]].to_numpy().max()), 1)
    bars = "".join(
        f'<td><div><i style="height: {row.came / most:.1%}"></i>'
        f'<i class="went" style="height: {row.went / most:.1%}"></i></div></td>'
        for row in rows.itertuples()
    )
    lines = "".join(
        f'<tr><th scope="row">{word}</th>{"".join(f"<td>{value:,}</td>" for value in rows[name])}</tr>'
        for name, word in _MONTH_LINES.items()
    )
    heads = "".join(f'<th scope="col">{_month(row.month, place)}</th>' for place, row in enumerate(rows.itertuples()))
    key = '<th scope="row" class="key"><span>纳入</span><span class="went">消除</span></th>'
    return (
        '<div class="table whole case-months"><table><caption>各月线索、立案、纳入、消除</caption>'
        f'<thead><tr><th scope="col">月份</th>{heads}</tr></thead>'
        f'<tbody><tr class="bars" aria-hidden="true">{key}{bars}</tr>{lines}</tbody></table></div>'
    )


def _month(month: str, place: int) -> str:
    year = f"{month[2:4]}年" if place == 0 or month.endswith("-01") else ""
    return f"{year}{int(month[5:])}月"


def points_markup(points: Mapping[str, int], watched: int) -> str:
    """Of how many watched households each risk point speaks."""
    cells = "".join(
        f'<li title="{escape(POINT_WORDS[name])}"><span>{escape(name)}</span><b>{count:,}</b>'
        f'<i><i style="width: {count / watched if watched else 0:.1%}"></i></i></li>'
        for name, count in points.items()
    )
    told = "；".join(f"{name}：{words}" for name, words in POINT_WORDS.items())
    return f'<ul class="risk-points">{cells}</ul><p class="calm">一户可计入几个。{escape(told)}。</p>'


def gaps_markup(gaps: Gaps, urls: Mapping[str, str]) -> str:
    """What help lacks, as a strip; each leads to its list where there is one (``urls`` by field)."""
    told = {
        "unhelped": ("首次帮扶超期", "户"), "undeveloped": ("有劳力未落实开发式", "户"), "items": ("措施超期", "项"),
        "papers": ("绿色通道手续超期", "户"),
    }  # fmt: skip
    cells = ""
    for name, (word, unit) in told.items():
        count = getattr(gaps, name)
        inner = f"<span>{word}</span><b{' class=alarm' if count else ''}>{count:,}<small>{unit}</small></b>"
        cells += f"<li>{link(inner, urls[name]) if name in urls else inner}</li>"
    return f'<ul class="help-gaps">{cells}</ul>'


def reference_markup(reference: Reference) -> str:
    """监测参考收入 beside net income in a sentence."""
    more = reference.below_reference - reference.below_net
    apart = f"多 {more:,} 户" if more > 0 else f"少 {-more:,} 户" if more else "一样多"
    return (
        f'<p class="reference"><b>监测参考收入</b>（纯收入－合规自付＋理赔，{reference.year} 年度）：有收支参考的'
        f" {reference.households:,} 户{official('监测对象')}中，按纯收入低于监测线 {reference.below_net:,} 户，"
        f"按参考收入低于监测线 <b>{reference.below_reference:,}</b> 户，{apart}。</p>"
    )


def finding(counts: Mapping[str, int]) -> str:
    """What the page says first."""
    parts = [
        f"{counts['opening']:,} 户在核查审批" if counts["opening"] else "没有在核查审批的户",
        f"{counts['watched'] + counts['removing']:,} 户监测帮扶中",
        f"{counts['late']:,} 户超期" if counts["late"] else "没有超期",
        f"{counts['turn']:,} 户待我办理" if counts["turn"] else "",
    ]
    return "，".join(filter(None, parts))


def late_where(rows: pd.DataFrame, noun: str) -> str:
    """What the table of regions says."""
    late = rows[rows["late"] > 0]
    if late.empty:
        return f"各{noun}都没有超期"
    worst = late.iloc[0]
    return f"{len(late)} 个{noun}有超期，{worst['name']}最多（{worst['late']} 户）"
