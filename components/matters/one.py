"""One problem or task: what it is, its clocks, whose it is at which level, what may be done, the steps, the proof."""

from base64 import b64encode
from functools import partial

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.matters.acts import show_acts
from components.matters.address import MatterChoice, matter_link, matters_link
from components.matters.markup import (
    clock_box,
    clock_markup,
    facts_markup,
    owner_markup,
    person_markup,
    place_markup,
    state_markup,
    steps_markup,
)
from components.matters.people import household_url, person_url
from components.server.archive_routes import archive_url
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import FUNDS, PROBLEMS, PROJECT
from data.access.roles import MATTERS, PAPERS, READ, WRITE
from data.archives.files import thumbnail
from data.matters.file import MatterFile, matter_file
from data.matters.matter import NOUNS, Matter
from data.matters.papers import Paper, papers_of
from data.terms import LEVELS


def show_matter(screen: Screen, record: str, code: str) -> None:
    """Draw it; raises NotFound where the viewer sees no such."""
    file = ask_uncached(screen, matter_file, record, code, screen.today)
    matter = file.matter
    others = link(f"全部{NOUNS[record]}", matters_link(screen, MatterChoice(record)), style="underlined")
    show_markup(
        heading(
            matter.title,
            f"{NOUNS[record]} {matter.code} · {matter.place} · {matter.state_word}",
            level=1,
            more=f'<span class="more">{others}</span>',
        )
        + clock_box(file, screen.today)
    )
    show_acts(screen, file)
    left, right = st.columns([58, 42], gap="medium")
    with left:
        show_markup(facts_markup(_facts(screen, file)))
        _papers(screen, matter)
        _parts(screen, file)
    with right:
        show_markup(steps_markup(file.steps, matter.begun))


def _facts(screen: Screen, file: MatterFile) -> list[tuple[str, str]]:
    matter, url = file.matter, partial(person_url, screen)
    facts = [
        ("内容", escape(matter.words or "")),
        ("地点", place_markup(matter, household_url(screen, matter))),
        (
            "责任人",
            owner_markup(matter, url) + (f" <small>{escape(matter.owner_unit)}</small>" if matter.owner_unit else ""),
        ),
        ("期限", clock_markup(matter, screen.today)),
        ("状态", state_markup(matter)),
    ]
    if matter.risen:
        by = matter.answering
        told = person_markup(by.person, by.told if by.name else None, by.phone, url)
        facts.insert(3, (f"已升到{LEVELS[matter.level]}，由谁负责", told))
    facts += [("发现日期" if matter.record == "problem" else "开始日期", escape(matter.begun))]
    if matter.source:
        facts.append(("来源", escape(matter.source)))
    if matter.project:
        facts.append(
            ("项目", link(escape(matter.project), screen.link(PROJECT, project=matter.project), style="underlined"))
        )
    if matter.fund:
        facts.append(("资金", link(escape(matter.fund), screen.link(FUNDS, fund=matter.fund), style="underlined")))
    for record, code, word in (("problem", matter.problem, "为问题派发"), ("task", matter.parent, "由任务分解")):
        if code:
            facts.append((word, link(escape(code), matter_link(screen, record, code), style="underlined")))
    return facts


def _papers(screen: Screen, matter: Matter) -> None:
    if not screen.viewer.may(READ, PAPERS):
        return
    kept = ask_uncached(screen, papers_of, matter.record, matter.code)
    if kept:
        cards = "".join(f"<li>{_card(screen, one)}</li>" for one in kept)
        title = f"<h2>照片和材料<small>{len(kept)}</small></h2>"
        show_markup(f'<section class="part">{title}<ul class="papers">{cards}</ul></section>')


def _card(screen: Screen, paper: Paper) -> str:
    small = thumbnail(screen.engine, paper.digest)
    picture = f'<img alt="" src="data:image/jpeg;base64,{b64encode(small).decode()}">' if small else ""
    inner = (
        f'<span class="frame">{picture}</span><b>{escape(paper.title)}</b>'
        f"<span>{escape(paper.kind)}</span><span>{escape(paper.added[:10])}</span>"
    )
    url = archive_url(screen.engine, screen.viewer, paper.id, "matter", screen.signed)
    return link(inner, url, style="paper", data_tab="1", title=f"打开{paper.kind}：{paper.title}")


def _parts(screen: Screen, file: MatterFile) -> None:
    """Tasks made for it or split from it, and the way to make one for a problem."""
    lines = "".join(
        f"<li>{link(escape(one.title), matter_link(screen, 'task', one.code), style='underlined')}"
        f" {state_markup(one)} {clock_markup(one, screen.today)}"
        f"<small>{escape(one.words or '')} · {escape(one.owner)}</small></li>"
        for one in file.parts
    )
    way = ""
    if file.matter.record == "problem" and file.matter.open and _may_raise(screen):
        url = screen.link(
            PROBLEMS, region=file.matter.region, kind="task", problem=file.matter.code, **{"raise": "task"}
        )
        way = f"<p>{link('为这个问题派发任务', url, style='underlined')}</p>"
    if lines or way:
        count = f"<small>{len(file.parts)}</small>" if lines else ""
        show_markup(f'<section class="part matter-parts"><h2>任务{count}</h2><ul>{lines}</ul>{way}</section>')


def _may_raise(screen: Screen) -> bool:
    return screen.viewer.may(WRITE, MATTERS) and not screen.viewer.sees_own_only
