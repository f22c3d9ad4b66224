"""Twelve months of a household's income as rows: each kind with its sum, its share and its course in small bars."""

from components.drawing import wording
from components.drawing.markup import escape, picture
from components.drawing.sums import adding_up
from data.households.income import KINDS, Income
from data.months import label, spoken
from data.terms import INCOME_KINDS, RECORDS, SUBJECTS

_BAR, _GAP, _HEIGHT = 9, 3, 28
_NAMES = {**INCOME_KINDS, "expense": "生产经营性支出"}


def bars(values: list[float | None], *, largest: float, colour: str) -> str:
    """SVG of bars from zero, one for each month, on a scale that reaches ``largest``; a gap where nothing is known."""
    width = len(values) * (_BAR + _GAP) - _GAP
    drawn = []
    for place, value in enumerate(values):
        if wording.has_value(value) and value > 0 and largest > 0:
            height = max(value / largest * _HEIGHT, 1)
            drawn.append(
                f'<rect x="{place * (_BAR + _GAP)}" y="{_HEIGHT - height:.1f}" width="{_BAR}" height="{height:.1f}"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}">'
        f'<g fill="{colour}">{"".join(drawn)}</g></svg>'
    )


def income_markup(income: Income, *, colour: str, muted: str) -> str:
    """The table of the income card: kinds, gross, expense, net and per head against the line."""
    largest = float(income.months.max().max()) if income.months.notna().any().any() else 0.0
    *kinds, expense = adding_up([*(income.totals[kind] for kind in KINDS[:4]), -income.totals["expense"]])
    shares = adding_up([income.totals[kind] / income.gross if income.gross else None for kind in KINDS[:4]], 2)
    rows = [
        _kind_row(income, kind, total, wording.percent(share, 0), largest, colour)
        for kind, total, share in zip(KINDS[:4], kinds, shares, strict=True)
    ]
    rows.append(_sum_row("总收入", sum(kinds)))
    rows.append(_kind_row(income, "expense", 0.0 - expense, "", largest, muted))
    rows.append(_sum_row("纯收入", sum(kinds) + expense, "总收入 − 生产经营性支出"))
    months = list(income.months.index)
    head = (
        f"<tr><th scope=col>科目</th><th scope=col class=right>12个月（元）</th><th scope=col class=right>占总收入</th>"
        f"<th scope=col>{spoken(months[0])} 至 {spoken(months[-1])}</th></tr>"
    )
    return (
        f'<div class="table whole"><table class="income"><caption>截至{spoken(months[-1])}的12个月收支</caption>'
        f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _kind_row(income: Income, kind: str, total: float, share: str, largest: float, colour: str) -> str:
    values = [None if value != value else float(value) for value in income.months[kind]]
    parts = [
        f"{escape(name)} {amount:,.0f}"
        for name, amount in income.subjects.items()
        if SUBJECTS[name][0] == kind and name != _NAMES[kind]
    ]
    course = "；".join(
        f"{label(month)} {value:,.0f}元" for month, value in zip(income.months.index, values, strict=True) if value
    )
    drawing = picture(bars(values, largest=largest, colour=colour), f"逐月：{course or '没有记录'}", style="months")
    detail = f"<small>{' · '.join(parts)}</small>" if parts else ""
    return (
        f"<tr><td>{_NAMES[kind]}{detail}</td><td class=right>{total:,.0f}</td><td class=right>{share}</td>"
        f'<td title="{escape(course)}">{drawing}</td></tr>'
    )


def _sum_row(name: str, amount: float, how: str = "") -> str:
    said = f"<small>{how}</small>" if how else ""
    return f'<tr class="sum"><td>{name}{said}</td><td class=right>{amount:,.0f}</td><td></td><td></td></tr>'


def per_head_markup(income: Income) -> str:
    """人均纯收入 large, against the line and the year before."""
    if income.per_head is None:
        why = RECORDS.get(income.record, "没有登记家庭成员")
        return f'<p class="calm">{escape(why)}，人均纯收入算不出。</p>'
    said = [f"纯收入 {income.net:,.0f} 元 ÷ 家庭人口 {income.persons} 人"]
    if income.before:
        said.append(f"较上年同月 {income.per_head / income.before - 1:+.1%}".replace("-", "−"))
    low = income.line is not None and income.per_head < income.line
    against = ""
    if income.line is not None:
        step = abs(income.per_head - income.line)
        against = (
            f'<em class="alarm">低于监测线 {step:,.0f} 元（{income.line:,.0f} 元）</em>'
            if low
            else f"<em>高于监测线 {step:,.0f} 元（{income.line:,.0f} 元）</em>"
        )
    return (
        f'<p class="per-head"><span>人均纯收入</span><b{" class=alarm" if low else ""}>{income.per_head:,.0f}'
        f"<small>元</small></b>{against}<span>{escape(' · '.join(said))}</span></p>"
    )


def years_markup(income: Income) -> str:
    """The same twelve months of each year on record, newest first, the whole household's and a head."""
    course = income.course
    ends = list(range(course.index[-1], course.index[0] - 1, -12))
    headings = ("12个月至", "工资性", "经营性", "财产性", "转移性", "支出", "纯收入", "人均", "监测线")
    rows = []
    for end in (month for month in ends if month in course.index):
        at = course.loc[end]
        low = at["per_head"] < at["line"]
        kinds = adding_up([*(at[kind] for kind in KINDS[:4]), -at["expense"]])
        amounts = [*kinds[:4], 0.0 - kinds[4], sum(kinds), at["per_head"], at["line"]]
        cells = "".join(
            f'<td class="right" data-label="{heading}">{_amount(amount, alarm=low and heading == "人均")}</td>'
            for heading, amount in zip(headings[1:], amounts, strict=True)
        )
        rows.append(f'<tr><td data-label="{headings[0]}">{spoken(end)}</td>{cells}</tr>')
    head = "".join(f'<th scope="col"{" class=right" if at else ""}>{name}</th>' for at, name in enumerate(headings))
    return (
        f'<div class="table whole cards"><table><caption>历年12个月收支（元）</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _amount(yuan: float, *, alarm: bool) -> str:
    said = f"{yuan:,.0f}".replace("-", "−") if wording.has_value(yuan) else wording.NO_VALUE
    return f'<b class="alarm">▼ {said}</b>' if alarm else said
