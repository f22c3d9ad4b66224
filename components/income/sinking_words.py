"""Why a household is said to sink, in words: each listed one has at least one sentence. Pure."""

from collections.abc import Iterable

from components.drawing.wording import yuan
from data.income.evidence import Evidence, JobEnded, ProjectLost, ProjectOwes, SubjectFall
from data.income.forecast import Term
from data.income.sinking import CAUSES, PARTS, Sinking
from data.months import spoken
from data.terms import INCOME_KINDS


def _said(fen: float) -> str:
    return yuan(fen / 100)


def basis_words(sinking: Sinking, place: int, term: Term) -> list[str]:
    """What put the household on the list."""
    told = []
    if sinking.fell[place]:
        lost = int(sinking.before[place] - sinking.net[place])
        told.append(f"12个月纯收入比上年同月少 {lost / sinking.before[place] * 100:.1f} %（少 {_said(lost)}）")
    if sinking.under[place]:
        when = "本收入年度末" if term.remaining else "收入年度末（本月）"
        amount = f"{sinking.forecast[place]:,.0f} 元" if sinking.forecast[place] > 0 else "不到 0 元（近期下滑太快）"
        told.append(f"预测{when}人均 {amount}，低于监测线 {sinking.line[place]:,.0f} 元")
    return told


def cause_words(sinking: Sinking, place: int) -> str:
    """Which kind of income fell by how much, the most first; or why none did."""
    cause = list(CAUSES)[sinking.cause[place]]
    if cause == "new":
        level = "现有收入已低于监测线" if sinking.below[place] else "预测按现有收入推算"
        return f"上年同月没有收支记录，无从比较；{level}"
    if cause == "low":
        if sinking.below[place]:
            return "各类收入都没有比上年减少，但水平低，现在就在线下"
        return "各类收入都没有比上年同月减少，但比上年度末少，照此下去会到线下"
    lost = {part: int(sinking.lost[number, place]) for number, part in enumerate(PARTS)}
    fallen = sorted((part for part in PARTS if lost[part] > 0), key=lambda part: -lost[part])
    return "，".join(
        f"经营支出多 {_said(lost[part])}" if part == "expense" else f"{INCOME_KINDS[part]}少 {_said(lost[part])}"
        for part in fallen
    )


def evidence_words(known: Iterable[Evidence]) -> list[str]:
    """What stands behind it, a sentence each."""
    told = []
    for one in known:
        match one:
            case SubjectFall(subject, before, 0) if before > 0:
                told.append(f"{subject}没有了（上年 {_said(before)}）")
            case SubjectFall(subject, before, now):
                told.append(f"{subject} {_said(before)} → {_said(now)}")
            case JobEnded(name, ended):
                told.append(f"就业措施“{name}”{ended} 到期，没有接续")
            case ProjectLost(name, True):
                told.append(f"今年不再由项目“{name}”带动")
            case ProjectLost(name, False):
                told.append(f"上年带动的项目“{name}”今年没有带户记录")
            case ProjectOwes(name, owed):
                told.append(f"项目“{name}”12个月欠收 {_said(owed)}")
    return told


def formula_words(term: Term) -> str:
    """The forecast in words, with the months of this term put in."""
    start = spoken(term.last - 12)
    if not term.remaining:
        return f"{term.year.name}到本月结束，年度末的数就是本月的12个月收入，不需要预测。"
    return (
        f"公式：预测＝现在12个月收入＋（现在12个月收入－{start}的12个月收入）×剩余 {term.remaining} 个月÷12。"
        f"即把本年度已过的 {12 - term.remaining} 个月比上年同期多收或少收的，打折推到{spoken(term.last)}；"
        "上年度末没有记录的户按现有收入不变。不考虑政策、天气、物价的变化。"
    )
