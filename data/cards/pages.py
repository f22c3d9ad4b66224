"""An income card as paper shows it: every value a finished text, in the order of ``typst/card.typ``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from data.access.masks import mask_name
from data.cards.figures import LETTERS, Figures
from data.cards.record import IncomeCard, Measure, Member
from data.households.rosters import ESTIMATED
from data.money import exact, short
from data.months import spoken
from data.paper.typeset import clean
from data.terms import DEMONSTRATION_PREFIX, EXPENSE, INCOME_KINDS, SUBJECTS

TEMPLATE = "card"
CHUNK = 50
"""Cards to a process, which takes 200 to 400 MB for as many."""
TITLE = "明白卡"
_ROOMY = 9  # rows that fit a side in the largest type, where no text is longer than _SHORT
_SHORT = 20  # Chinese characters; a Latin letter takes half
MOST_ROWS = 60  # measures and project shares each; what is beyond stands in the household's file
_Page = dict[str, Any]  # texts, tables and flags as the template takes them
_SUMS = {"K": "总收入 K", "R": f"{EXPENSE} R", "S": "纯收入 S", "T": "人均纯收入 T"}


def shared(card: IncomeCard, *, hotline: str, printed: date, by: str = "", sample: bool = False) -> dict[str, object]:
    """What all cards of one year have in common; ``by``: who printed them, and when, at their foot; ``sample``: a
    preview, which says so."""
    name, _, span = card.title.partition("（")
    return {
        "title": TITLE,
        "year": name,
        "span": span.removesuffix("）"),
        "printed": f"{printed.year}年{printed.month}月{printed.day}日",
        "hotline": clean(hotline),
        "by": clean(by, 120, run=0),
        "sample": sample,
    }


def page(card: IncomeCard, *, mark: str, qr: str, lights: Sequence[tuple[str, str, bool]], masked: bool) -> _Page:
    """One card as the template takes it.

    ``qr`` is an SVG, ``lights`` are name, state and whether it is secure, of each of the six. ``masked``: to be posted
    where others read it: family names only, no illness, cause, phone or address.
    """
    card = _masked(card) if masked else card
    made: _Page = {
        "demonstration": card.village.startswith(DEMONSTRATION_PREFIX),
        "code": clean(card.code, 24, run=0),
        "head": clean(card.head, 30),
        "state": card.state,
        "village": clean(" ".join(filter(None, (card.county_name, card.township_name, card.village_name)))),
        "qr": qr,
        "facts": _facts(card, masked),
        "assurances": [list(light) for light in lights],
        "members": [_member(member) for member in card.members],
        "members_count": f"{card.persons} 人",
        "helpers": [
            [clean(one.name, 30), clean(one.unit), clean(one.post or one.team, 30), clean(one.phone, 20, run=0)]
            for one in card.helpers
        ],
        "measures": [_measure(one) for one in card.measures[:MOST_ROWS]],
        "measures_more": _more(len(card.measures)),
        "shares": [
            [clean(one.project), clean(one.kind, 20), clean(one.mode, 20), exact(one.amount)]
            for one in card.projects[:MOST_ROWS]
        ],
        "shares_more": _more(len(card.projects)),
        "shares_note": card.dividends_apart or None,
        "mark": mark,
        **_money(card),
    }
    return {**made, "front_fits": _fits("members", "helpers", "measures", of=made), "back_fits": _back_fits(made)}


def _fits(*names: str, of: _Page) -> bool:
    """Whether these tables surely fit a side in the largest type: typst need not measure, which costs as much again as
    setting it. Were it wrong, the side would go on to another page."""
    rows = [row for name in names for row in of[name]]
    return len(rows) <= _ROOMY and all(_wide(text) <= _SHORT for row in rows for text in row)


def _wide(text: str) -> float:
    return sum(1 if character > "\u2e7f" else 0.5 for character in text)


def _back_fits(made: _Page) -> bool:
    lines = sum(row["level"] == "line" for row in made["income"])
    shares = len(made["shares"]) + (2 if made["shares_note"] else 0)  # a note of two lines
    return lines + shares <= _ROOMY and len(made["notes"]) == 1 and len(made["against"]) <= 2


def _masked(card: IncomeCard) -> IncomeCard:
    members = tuple(replace(one, name=mask_name(one.name), health=None) for one in card.members)
    return replace(card, head=mask_name(card.head), cause=None, phone=None, address=None, members=members)


def _facts(card: IncomeCard, masked: bool) -> list[list[str]]:
    """Label and value, three pairs to a line."""
    listed = [("户编号", clean(card.code, 24, run=0)), ("户属性", clean(card.attribute, 20))]
    listed.append(("家庭人口", f"{card.persons} 人"))
    if not masked:
        listed += [("联系电话", clean(card.phone, 20, run=0)), ("主要致贫原因", clean(card.cause, 40))]
        listed.append(("住址", clean(card.address)))
    return [list(pair) for pair in listed]


def _member(member: Member) -> list[str]:
    months = f"{member.work_months} 个月" if member.work_months else None
    work = " ".join(filter(None, (member.skill, member.work_area, months)))
    age = "—" if member.age is None else str(member.age)
    school = member.schooling or member.education
    texts = (member.name, member.relation, member.sex, age, member.health, school, work)
    return [clean(text, 40, run=8) for text in texts]


def _measure(measure: Measure) -> list[str]:
    span = f"{measure.started} 至 {measure.ended}" if measure.ended else f"{measure.started} 起"
    return [clean(measure.category, 20), clean(measure.name), clean(measure.unit), span, exact(measure.amount)]


def _more(count: int) -> str | None:
    return f"另有 {count - MOST_ROWS} 项，见户档案。" if count > MOST_ROWS else None


def _money(card: IncomeCard) -> _Page:
    """The back: income by kind and 科目 against the year before, the formulas, the result and what to know of it."""
    now, before = card.now, card.before_same if card.running else card.before
    return {
        "columns": ["本年度（元）", "上年同期（元）" if card.running else "上年度（元）"],
        "income": _income(now, before),
        "formulas": _formulas(now),
        "per_head": exact(now.per_head),
        "against": _against(card, now, before),
        "notes": _notes(card),
    }


def _income(now: Figures, before: Figures) -> list[dict[str, str]]:
    rows = []
    for kind, name in INCOME_KINDS.items():
        rows.append(_row("kind", f"{name} {LETTERS[kind]}", now.kinds[kind], before.kinds[kind]))
        for subject, (of, _) in SUBJECTS.items():
            if of == kind and (now.subjects[subject] or before.subjects[subject]):
                rows.append(_row("line", subject, now.subjects[subject], before.subjects[subject]))
    for letter, label in _SUMS.items():
        name = f"{label}（估算）" if letter == "R" and now.estimated else label
        rows.append(_row("sum", name, now.letters[letter], before.letters[letter]))
    return rows


def _row(level: str, label: str, now: int | None, before: int | None) -> dict[str, str]:
    step = None if now is None or before is None else now - before
    sign = "+" if step and step > 0 else ""
    return {"level": level, "label": label, "now": exact(now), "before": exact(before), "step": sign + exact(step)}


def _formulas(now: Figures) -> list[list[str]]:
    """Name, formula with its numbers, result."""
    found = []
    for letter, label in _SUMS.items():
        text = now.formulas[letter]
        how, equal, _ = text.rpartition(" = ")
        name = f"{label}（估算）" if letter == "R" and now.estimated else label
        found.append([name, how if equal else text, exact(now.letters[letter])])
    return found


def _against(card: IncomeCard, now: Figures, before: Figures) -> list[str]:
    said = []
    if card.line is not None and now.per_head is not None:
        distance = now.per_head - card.line
        side = "低于监测线" if now.below(card.line) else "高于监测线" if distance else "等于监测线"
        said.append(f"{card.year.year}年监测线每人 {short(card.line)} 元，{side} {short(abs(distance))} 元")
    elif card.line is None:
        said.append(f"没有设定{card.year.year}年监测线")
    if card.running:
        said.append(f"年度未完，只计至{spoken(card.through)}，共 {card.counted} 个月，与全年的监测线比较仅供参考")
    if now.per_head is not None and before.per_head is not None:
        word = "上年同期" if card.running else "上年度"
        said.append(f"{word}人均纯收入 {short(before.per_head)} 元，{_moved(now.per_head - before.per_head)}")
    return said


def _moved(step: int) -> str:
    return "持平" if step == 0 else f"{'增加' if step > 0 else '减少'} {short(abs(step))} 元"


def _whose_heads(card: IncomeCard) -> str:
    same = card.persons_same if card.running else card.persons_before
    before = f"，{'上年同期' if card.running else '上年'}为 {same} 人" if same != card.persons else "，上年人数相同"
    guessed = f"（{ESTIMATED}）" if card.persons_estimated else ""
    return f"家庭人口按 {card.as_of} 的家庭成员计算{guessed}{before}。"


def _notes(card: IncomeCard) -> list[str]:
    notes = [_whose_heads(card)]
    if card.expense_estimated:
        notes.append("本年度没有填报生产经营性支出，支出按本县设定的系数估算。")
    if card.empty_months:
        months = "、".join(spoken(month) for month in card.empty_months)
        notes.append(f"没有填报收支的月份：{months}。")
    return notes
