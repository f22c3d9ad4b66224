"""One case as markup: its clocks, what is known of it, the way from the first clue to today, what is not allowed yet.
Pure builders.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from components.drawing.markup import escape, link
from components.drawing.wording import NO_VALUE, cents
from components.monitoring.list_markup import state_markup
from data.access.roles import ROLES
from data.monitoring.cases import Case, Taken, Wanting
from data.monitoring.clocks import Due
from data.monitoring.law import FIGURES, Obstacle
from data.monitoring.listing import CaseRow, Clue
from data.monitoring.plans import Item
from data.monitoring.ways import CASE_WAY, turn_of
from data.terms import CLUE_SOURCES
from data.text.official import official
from data.workflow import Step


@dataclass(frozen=True)
class Event:
    """One line of the way: its own day, what, who, how late it was written down and taken (days), words (markup)."""

    day: str
    what: str
    who: str
    entered: int
    late: int
    told: str
    kind: str = ""


def clock_sentences(case: Case, today: date) -> list[str]:
    """The clocks of a case in words: what is next and by when, the whole way, the notice, the green way."""
    said = []
    if case.due is not None:
        word = CASE_WAY.actions[case.due.action]
        said.append(
            f"下一步“{word}”，等{_turn(case)}办，应于 {case.due.day} 前，{_left(case.due, today)}。{_note(case.due)}"
        )
    if case.whole is not None:
        said.append(f"从线索到纳入应于 {case.whole.day} 前，{_left(case.whole, today)}。{_note(case.whole)}")
    if case.public_until is not None and case.state in ("public", "removal_public"):
        over = "公示期已满" if case.public_until < today else "期满才能上报"
        said.append(f"公示到 {case.public_until}，{over}。")
    if case.green is not None:
        due = ""
        if case.papers_due is not None:
            late = (today - case.papers_due).days
            due = f"，手续应于 {case.papers_due} 前补齐" + (f"，已超期 {late} 天" if late > 0 else "")
        said.append(f"{case.green} 启用绿色通道，先行帮扶{due}。")
    return said


def _turn(case: Case) -> str:
    return ROLES.get(turn_of(case.state, case.due.action if case.due else None), "")


def _left(due: Due, today: date) -> str:
    if late := due.late(today):
        return f"已超期 {late} 天"
    days = (due.day - today).days
    return f"还有 {days} 天" if days else "今天到期"


def _note(due: Due) -> str:
    return f"（{due.note}）" if due.note else ""


def is_late(case: Case, today: date) -> bool:
    """Whether any clock of a case has run out."""
    due = [one.day for one in (case.due, case.whole) if one is not None]
    return any(day < today for day in [*due, *([case.papers_due] if case.papers_due else [])])


def clock_box(case: Case, today: date) -> str:
    """The clocks as a box; '' where none runs."""
    said = clock_sentences(case, today)
    lines = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    style = " red" if is_late(case, today) else ""
    return f'<section class="matter-clock{style}" role="status">{lines}</section>' if said else ""


def facts_markup(case: Case, household: str | None) -> str:
    """What is known of it; ``household``: the address of its household."""
    whose = escape(f"{case.head} 户")
    if household:
        whose = link(whose, household, style="underlined")
    facts = [
        ("谁家", f"{whose} <small>{escape(case.household_code or '')}</small>"),
        ("地点", escape(case.place)),
        ("监测类型", escape(case.kind or "")),
        (
            "风险",
            escape("、".join(case.risks)) + (f"<small> {escape(case.risk_note)}</small>" if case.risk_note else ""),
        ),
        ("线索日期", escape(case.began)),
        ("识别日期", escape(case.identified or "")),
    ]
    if case.removal:
        reason = f"（{case.natural_reason}）" if case.natural_reason else ""
        facts.append(("消除方式", escape(f"{case.removal}{reason}")))
    if case.removed:
        facts.append(("消除日期", escape(case.removed)))
    facts += [(f"消除时{FIGURES[name]}", f"{cents(fen / 100)} 元") for name, fen in case.figures.items()]
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{told or NO_VALUE}</dd></div>" for name, told in facts)
    return f'<dl class="matter-facts">{cells}</dl>'


def refused_markup(following: Sequence[tuple[str, Sequence[Obstacle]]]) -> str:
    """What could be done next and the law does not allow yet (word, what stands against it): the rule, what is missing,
    from when on; '' where nothing is."""
    lines = "".join(
        f"<li><b>{escape(word)}</b><ul>"
        + "".join(
            f"<li>{escape(official(one.words))}<small>{escape(official(one.rule))}</small></li>" for one in against
        )
        + "</ul></li>"
        for word, against in following
        if against
    )
    return f'<section class="not-yet"><h2>还不能办</h2><ul>{lines}</ul></section>' if lines else ""


def log_markup(steps: Sequence[Step]) -> str:
    """Who did what, the latest first; a step that was written down later than its own day says so."""
    lines = "".join(
        f"<li><time>{escape(step.day)}</time><b>{escape(step.action)}</b><span>{escape(step.who)}</span>"
        f"{_entered(_between(step.day, step.at))}{f'<p>{escape(step.reason)}</p>' if step.reason else ''}</li>"
        for step in steps
    )
    return f'<section class="matter-steps"><h2>办理经过</h2><ol>{lines}</ol></section>'


def _entered(days: int) -> str:
    return f"<em>晚 {days} 天补录</em>" if days else ""


def wanting_markup(wanting: Sequence[Wanting]) -> str:
    """Papers that belong to what was done and are not kept."""
    kinds: dict[str, list[str]] = {}
    for word, kind, _ in wanting:
        kinds.setdefault(word, []).append(kind)
    told = "；".join(f"{word}：{'、'.join(some)}" for word, some in kinds.items())
    return f'<p class="calm">还没有存档的材料 — {escape(told)}。</p>'


def events_of(
    case: Case,
    clues: Sequence[Clue],
    items: Sequence[Item],
    delays: Mapping[int, int],
    over: int,
    clue_url: Callable[[int], str],
) -> list[Event]:
    """The way from the first clue to today, the first first."""
    found = [event for clue in clues for event in _of_clue(clue, clue_url(clue.id))]
    found += [_step(one, delays.get(one.id, 0), over) for one in case.steps]
    for item in items:
        for step in reversed(item.steps):
            behind = _between(item.until, step.day) if step.after == "done" else 0
            found.append(
                Event(
                    step.day, f"帮扶措施{step.action}", step.who, _between(step.day, step.at),
                    behind, escape(f"{item.what}" + (f"：{step.reason}" if step.reason else "")), "plan",
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.day)


def _of_clue(clue: Clue, url: str) -> Iterator[Event]:
    """Who told it, who passed it on and answered it, each as late as he was."""
    steps = clue.steps[::-1]
    words = link(escape(clue.words or "查看线索"), url, style="underlined")
    who, entered = (steps[0].who, _between(steps[0].day, steps[0].at)) if steps else ("", 0)
    yield Event(clue.told, f"线索：{CLUE_SOURCES[clue.source]}", who, entered, 0, words, "clue")
    for one in steps[1:]:
        told = escape(one.reason or "")
        yield Event(one.day, f"线索{one.action}", one.who, _between(one.day, one.at), one.late, told, "clue")


def _between(day: str, at: str) -> int:
    return max((date.fromisoformat(at[:10]) - date.fromisoformat(day)).days, 0)


def _step(one: Taken, late: int, over: int) -> Event:
    parts = []
    if one.votes is not None:
        parts.append(f"<span>{escape(one.votes.words)}</span>")
    if one.reason:
        parts.append(f"<span>{escape(one.reason)}</span>")
    if one.papers:
        parts.append(f"<span>存档：{escape('、'.join(one.papers))}</span>")
    if one.action == "include" and over:
        parts.append(f'<span class="alarm">从线索到纳入超过时限 {over} 天</span>')
    who = f"{one.handler}（{one.who} 录入）" if one.handler else one.who
    after = f" → {one.after_word}" if one.after != one.before and one.after_word != one.word else ""
    return Event(one.day.isoformat(), f"{one.word}{after}", who, one.late, late, "".join(parts))


def way_markup(events: Sequence[Event], case: Case, today: date) -> str:
    """The timeline: every line with its own day, who, by how much later it was written down or taken; then today."""
    lines = "".join(
        f'<li class="{one.kind}{" late" if one.late else ""}"><time>{escape(one.day)}</time><b>{escape(one.what)}</b>'
        f'<span class="who">{escape(one.who)}</span>{_marks(one)}'
        f"{f'<div>{one.told}</div>' if one.told else ''}</li>"
        for one in events
    )
    turn = _turn(case)
    waits = f"，等{turn}办" if turn else ""
    late = " late" if is_late(case, today) else ""
    lines += f'<li class="now{late}"><time>{today}</time><b>今天：{escape(case.state_word)}{waits}</b></li>'
    told = "" if case.steps else '<p class="calm">这一户来自登记表，没有逐步的办理记录。</p>'
    return f'<section class="case-way"><h2>全过程</h2>{told}<ol>{lines}</ol></section>'


def _marks(one: Event) -> str:
    late = f'<em class="alarm">超期 {one.late} 天办理</em>' if one.late else ""
    return late + _entered(one.entered)


def others_markup(rows: Sequence[CaseRow], url: Callable[[CaseRow], str]) -> str:
    """The other times that the household was looked at."""
    lines = "".join(
        f"<li>{link(escape(one.code), url(one), style='underlined')} {escape(one.began)} 起"
        f" {state_markup(one.state, one.state_word)} {escape(one.kind or '')}</li>"
        for one in rows
    )
    return f'<section class="part"><h2>本户其他监测程序<small>{len(rows)}</small></h2><ul>{lines}</ul></section>'


def item_steps(item: Item) -> str:
    """What was done about a planned measure, the latest first, in short."""
    return "".join(
        f"<li><time>{escape(step.day)}</time> {escape(step.action)} {escape(step.who)}"
        f"{f'：{escape(step.reason)}' if step.reason else ''}</li>"
        for step in item.steps
    )
