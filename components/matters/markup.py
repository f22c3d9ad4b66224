"""Problems and tasks as markup: clock, level, who answers, state, the steps; pure builders."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from components.drawing import groups
from components.drawing.markup import escape, link, phone_link
from components.drawing.wording import NO_VALUE, moment
from data.duties.leaders import VACANT
from data.matters.file import MatterFile
from data.matters.matter import Matter
from data.matters.region import GROUPS
from data.terms import LEVELS
from data.workflow import Step

GRAVE = ("overdue", "vacant", "risen")
"""Groups that ask for action when they are not empty."""
PersonUrl = Callable[[int], str | None]
"""The address of a person's page by his number; None where the reader has none."""


def groups_markup(counts: Mapping[str, int], chosen: str, url: Callable[[str], str]) -> str:
    """The groups of a list with how many are in each, each a link."""
    return groups.groups_markup(GROUPS, counts, chosen, url, grave=GRAVE)


def days_words(matter: Matter) -> str:
    """``还有 3 天``, ``超期 12 天``; '' where its owner's clock does not run."""
    if matter.left is None:
        return ""
    if matter.left < 0:
        return f"超期 {-matter.left} 天"
    return f"还有 {matter.left} 天" if matter.left else "今天到期"


def clock_markup(matter: Matter, today: date) -> str:
    """Deadline with its light, and days; of one that waits for its check by when that is due."""
    if matter.waiting and matter.check:
        late = matter.check < today.isoformat()
        words = f"应于 {matter.check} 前核查" + ("，已超" if late else "")
        return f'<span class="clock{" red" if late else ""}">{escape(words)}</span>'
    told = days_words(matter)
    asked = f"<em>申请延到 {escape(matter.asked_until)}</em>" if matter.asked_until and matter.open else ""
    note = f'<em title="{escape(matter.note)}">按周一至周五计</em>' if matter.note else ""
    return (
        f'<span class="clock {matter.light}"><span>{escape(matter.deadline)}</span>'
        f"{f'<b>{escape(told)}</b>' if told else ''}{asked}{note}</span>"
    )


def person_markup(id: int | None, name: str | None, phone: str | None, url: PersonUrl) -> str:
    """A person with the way to his page and a number that calls; VACANT where nobody is named."""
    if not name or name == VACANT:
        return f'<b class="alarm">{VACANT}</b>'
    page = url(id) if id is not None else None
    told = link(escape(name), page, style="underlined above") if page else escape(name)
    return f"{told} {phone_link(phone)}" if phone else told


def owner_markup(matter: Matter, url: PersonUrl) -> str:
    """Whose it is."""
    return person_markup(matter.owner_id, matter.owner, matter.owner_phone, url)


def level_markup(matter: Matter, url: PersonUrl) -> str:
    """The level it is at, and who answers there once it has gone up."""
    word = escape(LEVELS.get(matter.level, ""))
    if not matter.risen:
        return word
    by = matter.answering
    told = person_markup(by.person, by.told if by.name else None, by.phone, url)
    return f'<span class="risen">↑ {word}</span> {told}'


def state_markup(matter: Matter) -> str:
    """Its state; of a task how far it is."""
    progress = f" {matter.progress:.0%}" if matter.progress is not None and matter.open else ""
    return f'<span class="matter-state {escape(matter.state)}">{escape(matter.state_word)}{progress}</span>'


def clock_sentences(file: MatterFile, today: date) -> list[str]:
    """The clocks of one in words: deadline, days, when it goes up and where it went, its check, what came before."""
    matter = file.matter
    said = []
    if matter.open:
        said.append(f"期限 {matter.deadline}，{days_words(matter)}。{matter.note}")
        if file.rises_on:
            above = LEVELS[next(level for level in (9, 6) if level < matter.level)]
            said.append(f"不办结的话，{file.rises_on} 升到{above}。")
    elif matter.waiting and matter.check and matter.check_level:
        late = "，已超过，由再上一级催办" if matter.check < today.isoformat() else ""
        said.append(f"{matter.since} 上报，{LEVELS[matter.check_level]}应于 {matter.check} 前核查{late}。")
    said += [f"{day} 升到{LEVELS[level]}，升级后不再下降。" for level, day in file.levels]
    if matter.asked_until and matter.open:
        said.append(f"已申请延期到 {matter.asked_until}，等上一级答复。")
    if file.reopened:
        said.append(f"重新打开过 {file.reopened} 次。")
    if matter.legacy:
        said.append(f"历史遗留：从 {matter.legacy} 起计时。")
    return said


def clock_box(file: MatterFile, today: date) -> str:
    """The same as a box with its light; '' for what no clock concerns."""
    said = clock_sentences(file, today)
    lines = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    light = file.matter.light or ("red" if file.matter.check and file.matter.check < today.isoformat() else "")
    return f'<section class="matter-clock {light}" role="status">{lines}</section>' if said else ""


def facts_markup(facts: Sequence[tuple[str, str]]) -> str:
    """What is known of one: (heading, markup)."""
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{told or NO_VALUE}</dd></div>" for name, told in facts)
    return f'<dl class="matter-facts">{cells}</dl>'


def steps_markup(steps: Sequence[Step], begun: str) -> str:
    """Who did what when, the latest first."""
    lines = "".join(
        f"<li><time>{escape(moment(step.at))}</time><b>{escape(step.action)}</b><span>{escape(step.who)}</span>"
        f"{f'<p>{escape(step.reason)}</p>' if step.reason else ''}</li>"
        for step in steps
    )
    body = f"<ol>{lines}</ol>" if lines else f'<p class="calm">{escape(begun)} 登记，还没有办理记录。</p>'
    return f'<section class="matter-steps"><h2>办理经过</h2>{body}</section>'


def skipped_markup(skipped: Mapping[str, str], calls: Mapping[str, str]) -> str:
    """What a batch left out, by name, and why."""
    lines = "".join(f"<li>{escape(calls.get(code, code))}：{escape(why)}</li>" for code, why in skipped.items())
    return f'<div class="problem" role="alert">有 {len(skipped)} 项没有办：<ul>{lines}</ul></div>' if lines else ""


def place_markup(matter: Matter, household: str | None) -> str:
    """Where it is, and of which household (its address) as the reader may name it."""
    home = f" · {link(escape(matter.head), household, style='underlined above')}" if household and matter.head else ""
    return escape(matter.place) + home


def label_words(matter: Matter) -> str:
    """One line that tells it from others: title, place, whose, how late."""
    return " · ".join(filter(None, (matter.title, matter.place, matter.head, matter.owner, days_words(matter))))
