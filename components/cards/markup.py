"""The income card as markup: whom it is of, what it counts, and behind every figure its months and its formula."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from components.drawing.markup import escape
from components.drawing.tables import cell_text
from components.drawing.theme import MARKS, state_marks
from components.drawing.wording import NO_VALUE
from data.cards.figures import Figures, rounded
from data.cards.record import IncomeCard, Member
from data.figures.standing import OPEN
from data.households.rosters import ESTIMATED
from data.money import short
from data.months import spoken
from data.terms import EXPENSE, INCOME_KINDS, SUBJECTS

_FORMULAS = {
    "K": ("总收入", "工资性 + 生产经营性 + 财产性 + 转移性"),
    "R": (EXPENSE, "填报；没有填报而县里定了系数的，按收入估算"),
    "S": ("纯收入", "总收入 − 生产经营性支出"),
    "T": ("人均纯收入", "纯收入 ÷ 家庭人口，四舍五入到分"),
}
_ALARM = ' class="alarm"'
_ESTIMATED = '<em class="estimated">估算</em>'


def head_markup(card: IncomeCard, mark: str, *, dark: bool) -> str:
    """Whose card of which year, and the check code."""
    place = " ".join(filter(None, (card.county_name, card.township_name, card.village_name)))
    colour = state_marks(dark)[card.state][1]
    return (
        f'<div class="card-head"><div><h1>{escape(card.head)}<small>收入明白卡</small></h1>'
        f"<p>{escape(card.title)}</p></div>"
        f'<p class="card-whose"><span class="state"><b style="color: {colour}">{MARKS[card.state]}</b> '
        f"{escape(card.state)}</span><span>{escape(place)}</span><span>户编号 {escape(card.code)}</span></p>"
        f'<p class="mark-code" title="由本卡全部数字算出；数字有任何变动，校验码就不同">校验码<b>{escape(mark)}</b></p>'
        "</div>"
    )


def per_head_markup(card: IncomeCard) -> str:
    """人均纯收入 large, its distance to the line, and the year before."""
    now = card.now
    if now.per_head is None:
        then = "请点“填报收支”录入。" if card.persons else "请在户档案里登记家庭成员。"
        return f'<p class="calm">{escape(now.formulas["T"])}。{then}</p>'
    low = now.below(card.line) and not card.running
    lines = [_distance(card, now.per_head), _against(card, now.per_head)]
    return (
        f'<div class="per-head of-year"><span>人均纯收入</span><b{_ALARM if low else ""}>{short(now.per_head)}'
        f"<small>元</small></b>{''.join(line for line in lines if line)}</div>"
    )


def _distance(card: IncomeCard, per_head: int) -> str:
    if card.line is None:
        return "<em>没有设定监测线</em>"
    gap = abs(per_head - card.line)
    line = f"监测线 {short(card.line)} 元"
    if not card.now.below(card.line):
        return f"<em>高于监测线 {short(gap)} 元（{line}）</em>"
    if card.running:
        return f"<em>年度未结束，距监测线还差 {short(gap)} 元（{line}）</em>"
    return f"<em{_ALARM}>低于监测线 {short(gap)} 元（{line}）</em>"


def _against(card: IncomeCard, per_head: int) -> str:
    before = (card.before_same if card.running else card.before).per_head
    name = "上年同期" if card.running else "上年"
    if not before:
        return f"<em>{name}没有收入记录</em>"
    step = per_head - before
    rate = f"（{step / before:+.1%}）".replace("-", "−") if before > 0 else ""
    word = "多" if step >= 0 else "少"
    return f"<em>比{name} {short(before)} 元{word} {short(abs(step))} 元{rate}</em>"


def income_markup(card: IncomeCard) -> str:
    """Kinds, 科目 and sums, this year against the last; each row opens its months, each sum its formula."""
    sides = _sides(card)
    heads = "".join(f"<span>{escape(name)}</span>" for name, _ in sides)
    rows = "".join(_kind_rows(card, kind) for kind in INCOME_KINDS)
    rows += _sum_row(card, "K") + _expense_row(card) + _sum_row(card, "S") + _sum_row(card, "T")
    return (
        f'<section class="part card-income" style="--sides: {len(sides)}"><h2>全年收支'
        f"<small>元 · 点开每一行看逐月明细和算法</small></h2>"
        f'<div class="row heads"><span>科目</span>{heads}</div>{rows}</section>'
    )


def _sides(card: IncomeCard) -> list[tuple[str, Figures]]:
    sides = [(f"{card.year.year}年度", card.now)]
    if card.running:
        sides.append(("上年同期", card.before_same))
    return [*sides, (f"{card.year.year - 1}年度", card.before)]


def _kind_rows(card: IncomeCard, kind: str) -> str:
    names = [name for name, (of, _) in SUBJECTS.items() if of == kind]
    values = [figures.kinds[kind] for _, figures in _sides(card)]
    body = _months(card, names) if any(values) else '<p class="calm">没有记录。</p>'
    rows = [_row(INCOME_KINDS[kind], values, body, style="kind")]
    for name in names:
        values = [figures.subjects[name] for _, figures in _sides(card)]
        if any(values):
            rows.append(_row(name, values, _months(card, [name]), style="subject"))
    return "".join(rows)


def _expense_row(card: IncomeCard) -> str:
    values = [figures.expense for _, figures in _sides(card)]
    label, rule = _FORMULAS["R"]
    body = _formulas(card, "R", rule)
    if not card.now.estimated:
        body += _months(card, [EXPENSE])
    return _row(label, values, body, style="sum", note=_ESTIMATED if card.expense_estimated else "")


def _sum_row(card: IncomeCard, letter: str) -> str:
    label, rule = _FORMULAS[letter]
    values = [figures.letters[letter] for _, figures in _sides(card)]
    note = "上年也按现在的家庭人口算" if letter == "T" else ""
    return _row(label, values, _formulas(card, letter, rule, note), style="sum strong" if letter in "ST" else "sum")


def _formulas(card: IncomeCard, letter: str, rule: str, note: str = "") -> str:
    said = "".join(
        f"<li><span>{escape(name)}</span><div>{escape(figures.formulas[letter])}"
        f"{_ESTIMATED if letter == 'R' and figures.estimated else ''}</div></li>"
        for name, figures in _sides(card)
    )
    return f'<p class="rule">{escape("；".join(filter(None, (rule, note))))}</p><ul class="formulas">{said}</ul>'


def _row(label: str, values: Sequence[int | None], body: str, *, style: str, note: str = "") -> str:
    cells = "".join(f"<b>{escape(cents(value))}</b>" for value in values)
    return (
        f'<details class="{style}"><summary class="row"><span>{escape(label)}{note}</span>{cells}</summary>'
        f'<div class="behind">{body}</div></details>'
    )


def cents(fen: int | None) -> str:
    """Fen as short with two decimals, for columns of figures."""
    return cell_text("fen", None if fen is None else fen / 100)


def _whole(fen: int | None) -> str:
    """Fen as whole short."""
    return NO_VALUE if fen is None else f"{rounded(Decimal(fen) / 100):,}".replace("-", "−")


def _months(card: IncomeCard, names: Sequence[str]) -> str:
    """Twelve months of some 科目 together: this year's amount, and the year before's below it."""
    cells = []
    for place, month in enumerate(card.year.months):
        now, before = (_together(lines, names, place) for lines in (card.lines, card.lines_before))
        told = "未到" if month > card.through else short(now)
        cells.append(
            f"<li><span>{spoken(month)}</span><b>{escape(told)}</b><small>上年 {escape(short(before))}</small></li>"
        )
    return f'<ul class="months">{"".join(cells)}</ul>{_year_total(card, names)}'


def _year_total(card: IncomeCard, names: Sequence[str]) -> str:
    """What of some 科目 is booked for the whole year."""
    now, before = (
        sum(known) if (known := [totals[name] for name in names if name in totals]) else None
        for totals in (card.totals, card.totals_before)
    )
    if now is None and before is None:
        return ""
    return f'<p class="rule">按年记账：全年 {escape(short(now))} 元，上年 {escape(short(before))} 元</p>'


def _together(lines: dict[str, tuple[int | None, ...]], names: Iterable[str], place: int) -> int | None:
    known = [fen for name in names if (fen := lines[name][place]) is not None]
    return sum(known) if known else None


def missing_markup(card: IncomeCard) -> str:
    """Months without any line and 科目 that brought money the year before and none now."""
    notes = []
    if card.empty_months:
        notes.append(f"{len(card.empty_months)} 个月没有任何收支记录：{_spans(card.empty_months)}。")
    if card.dried_up:
        period = "上年同期" if card.running else "上年"
        notes.append(f"{period}有、今年没有填的科目：{'、'.join(card.dried_up)}。请核对是漏填还是确实没有。")
    if card.expense_estimated:
        notes.append("生产经营性支出没有填报，按县里设定的系数估算。")
    if not notes:
        return ""
    return f'<ul class="card-missing" role="note">{"".join(f"<li>{escape(note)}</li>" for note in notes)}</ul>'


def _spans(months: Sequence[int]) -> str:
    """Months (ordinals, ascending) in words, those that follow each other as a span."""
    firsts = [month for month in months if month - 1 not in months]
    lasts = [month for month in months if month + 1 not in months]
    return "、".join(
        spoken(first) if first == last else f"{spoken(first)}至{spoken(last)}"
        for first, last in zip(firsts, lasts, strict=True)
    )


def facts_markup(card: IncomeCard) -> str:
    """基本情况."""
    facts = (
        ("家庭人口", f"{card.persons} 人{f'（{ESTIMATED}）' if card.persons_estimated else ''}"),
        ("户属性", card.attribute),
        ("致贫原因", card.cause),
        ("联系电话", card.phone),
        ("住址", card.address),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value)
    return f'<section class="part"><h2>基本情况</h2><dl class="household-facts">{rows}</dl></section>'


def people_markup(card: IncomeCard) -> str:
    """家庭成员 and 帮扶责任人."""
    members = [
        _item(
            one.name,
            (
                one.relation,
                one.sex,
                None if one.age is None else f"{one.age} 岁",
                one.health,
                one.schooling,
                one.skill,
                _work(one),
            ),
            one.id_number,
        )
        for one in card.members
    ]
    helpers = [_item(one.name, (one.unit, one.team, one.post), one.phone) for one in card.helpers]
    return _listed("家庭成员", members, "没有登记家庭成员。") + _listed("帮扶责任人", helpers, "没有结对帮扶责任人。")


def _work(member: Member) -> str | None:
    months = f"{member.work_months} 个月" if member.work_months else None
    return " ".join(filter(None, ("务工", member.work_area, months))) if member.work_area or months else None


def help_markup(card: IncomeCard) -> str:
    """帮扶措施 of the year and 项目与分红."""
    measures = [
        _item(one.name, (one.category, f"{one.started} 至 {one.ended or '今'}", one.unit), _amount(one.amount))
        for one in card.measures
    ]
    projects = [_item(one.project, (one.kind, one.mode), _amount(one.amount)) for one in card.projects]
    note = f'<p class="calm">{escape(card.dividends_apart)}</p>' if card.dividends_apart else ""
    return (
        _listed("本年度帮扶措施", measures, "本年度没有帮扶措施。")
        + _listed(f"{card.year.year}年度项目与分红", projects, "本年度没有项目带动记录。")
        + note
    )


def _amount(fen: int | None) -> str | None:
    return None if fen is None else f"{short(fen)} 元"


def _item(name: str, parts: Iterable[str | None], right: str | None) -> str:
    told = " · ".join(escape(part) for part in parts if part)
    end = f"<em>{escape(right)}</em>" if right else ""
    return f"<li><b>{escape(name)}</b>{end}<span>{told}</span></li>"


def _listed(title: str, items: list[str], none: str) -> str:
    if not items:
        return f'<section class="part"><h2>{title}</h2><p class="calm">{none}</p></section>'
    return (
        f'<section class="part"><h2>{title}<small>{len(items)}</small></h2>'
        f'<ul class="card-list">{"".join(items)}</ul></section>'
    )


def totals_markup(now: Figures, card: IncomeCard) -> str:
    """The running totals of what is being entered, each above the year before's."""
    before = card.before_same if card.running else card.before
    low = _ALARM if now.below(card.line) and not card.running else ""
    period = "上年同期" if card.running else "上年"
    kinds = {INCOME_KINDS[kind]: (total, before.kinds[kind]) for kind, total in now.kinds.items()}
    sums = {label: (now.letters[letter], before.letters[letter]) for letter, (label, _) in _FORMULAS.items()}
    tiles = "".join(
        f"<li><span>{escape(label)}{_ESTIMATED if label == EXPENSE and now.estimated else ''}</span>"
        f"<b{low if label == _FORMULAS['T'][0] else ''}>{escape(short(value))}</b>"
        f"<small>{period} {escape(short(earlier))}</small></li>"
        for label, (value, earlier) in {**kinds, **sums}.items()
    )
    return f'<ul class="card-totals" aria-label="合计（元）">{tiles}</ul>'


def short_markup(cards: Sequence[IncomeCard]) -> str:
    """K, R, S and T of the newest card beside the same months of the year before and the year that is over."""
    title = '<section class="part"><h2>收入明白卡<small>元</small></h2>'
    if not any(figures.recorded for card in cards for figures in (card.now, card.before)):
        years = "、".join(f"{card.year.year}年度" for card in cards)
        return f'{title}<p class="calm">{years}和上年都没有收支记录。</p></section>'
    sides: dict[str, Figures] = {}
    for card in cards:
        name = f"{card.year.year}年度"
        sides[f"{name}至{card.through % 12 + 1}月（{OPEN}）" if card.running else name] = card.now
        sides.setdefault("上年同期" if card.running else f"{card.year.year - 1}年度", card.before_same)
    names = (escape(name).replace("年度至", "年度<wbr>至") for name in sides)
    heads = "".join(f"<th scope=col class=right>{name}</th>" for name in names)
    rows = "".join(
        f"<tr{' class=total' if letter == 'T' else ''}><td>{escape(label)}</td>"
        + "".join(
            f"<td class=right>{escape(_whole(figures.letters[letter] if figures.recorded else None))}"
            f"{_ESTIMATED if letter == 'R' and figures.estimated else ''}</td>"
            for figures in sides.values()
        )
        + "</tr>"
        for letter, (label, _) in _FORMULAS.items()
    )
    over = next((card for card in cards if not card.running), cards[0])
    per_head = over.now.per_head
    told = escape(over.now.formulas["T"]) if per_head is None else f"人均纯收入{_distance(over, per_head)}"
    return (
        f'{title}<div class="table whole short-card"><table>'
        f"<caption>收入明白卡</caption><thead><tr><th scope=col>项目</th>{heads}</tr></thead><tbody>{rows}</tbody>"
        f'</table></div><p class="card-distance">{over.year.year}年度{told}</p></section>'
    )
