"""One clue: what was told, its photos and voice notes, what was done about it, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.monitoring.clue_address import ClueChoice, clues_link
from components.monitoring.clue_markup import clock_box, facts_markup, steps_markup
from components.server.archive_routes import archive_url
from components.shell.asking import ask_uncached
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.photos import picture_of
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, MONITORING
from data.access.roles import HOUSEHOLDS, READ
from data.archives.files import WAV
from data.audit.taken import detail
from data.errors import WarRoomError
from data.households.archives import opened
from data.matters.subjects import subjects
from data.monitoring import clues
from data.monitoring.cases import Given
from data.monitoring.clues import Clue, Paper, Whole
from data.monitoring.ways import CLUE_WAY
from data.workflow import LONGEST_REASON, Changed

_SAYS = {
    "pass": "转给村里核查，村里的时限从转村日期起计。",
    "found": "立案后按程序办理：入户核查、信息比对、民主评议、公示、审核、审定。本户其他待答复的线索一并答复。",
    "join": "这一户已有程序在办，线索并入，不另立案。",
    "dismiss": "核查后认为不需要立案的，写明核查了什么、为什么。",
    "reopen": "退回村里重新核查，写明新情况。",
}
_DAYS = {"pass": "转村日期", "found": "立案日期", "join": "答复日期", "dismiss": "答复日期"}
"""What has a day of its own, and what the day is called."""
_HINTS = {"dismiss": "如：已入户，住院费用报销后自付两千元，收入稳定", "reopen": "如：邻居又来反映，房屋漏雨没有修"}


def show_clue(screen: Screen, id: int) -> None:
    """Draw it; raises NotFound where the viewer sees no such."""
    whole = ask_uncached(screen, clues.whole, id, today=screen.today)
    clue = whole.clue
    back = link("线索清单", clues_link(screen, ClueChoice()), style="underlined")
    more = f'<span class="more">{back}</span>'
    told = f"监测线索 {clue.id} · {clue.place} · {clue.state_word}"
    show_markup(heading(f"{clue.source_word}：{clue.whose}", told, level=1, more=more) + clock_box(clue))
    show_said("clue", of=id)
    _show_acts(screen, whole)
    left, right = st.columns([58, 42], gap="medium")
    with left:
        show_markup(facts_markup(clue, _household_url(screen, clue), _case_url(screen, clue)))
        _papers(screen, whole.papers)
    with right:
        show_markup(steps_markup(whole.steps))


def _show_acts(screen: Screen, whole: Whole) -> None:
    """A button for each answer that the viewer may give now."""
    actions = [one.action for one in whole.allowed if _fits(whole, one.action)]
    if not actions:
        return
    with st.container(key="clue_do", horizontal=True, gap="small"):
        for action in dict.fromkeys(actions):
            kind: Literal["primary", "secondary"] = "primary" if action in ("pass", "found") else "secondary"
            if st.button(CLUE_WAY.actions[action], key=f"clue_do_{action}", type=kind):
                _open(screen, whole, action)


def _fits(whole: Whole, action: str) -> bool:
    """One case at a time: where one runs the clue joins it."""
    if whole.clue.household is None:
        return True
    return action != ("found" if whole.running else "join")


def _open(screen: Screen, whole: Whole, action: str) -> None:
    clue, word = whole.clue, CLUE_WAY.actions[action]

    def body() -> None:
        show_markup(f'<p class="whose">{escape(clue.whose)} · {escape(clue.place)}</p>')
        show_markup(f'<p class="calm">{escape(_SAYS[action])}</p>')
        with st.form(f"clue_form_{action}", border=False, enter_to_submit=False):
            given = _fields(screen, clue, action)
            said = st.container()
            pressed = st.form_submit_button(f"确定{word}", type="primary", width="stretch")
        if not pressed:
            return
        try:
            with st.spinner("正在办理…"):
                _DONE[action](screen, clue, given)
        except Changed as changed:
            keep_said("clue", str(changed), of=clue.id, wrong=True)
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        else:
            keep_said("clue", f"已{word}。", of=clue.id)
        st.rerun()

    st.dialog(word)(body)()


@dataclass(frozen=True)
class _Given:
    """What a form was filled in with: words, and the household where the clue named none of the store."""

    reason: str = ""
    home: int | None = None
    day: date | None = None


def _fields(screen: Screen, clue: Clue, action: str) -> _Given:
    home, reason, day = None, "", None
    if action in ("found", "join") and clue.household is None:
        known = ask_uncached(screen, subjects, clue.village, "household")
        chosen = st.selectbox(
            "是哪一户", known, index=None, format_func=lambda one: known[one][0], placeholder="输入户主或户编号查找",
            key=f"clue_home_{action}",
        )  # fmt: skip
        home = int(chosen) if chosen is not None else None
    if action in _DAYS:
        day = st.date_input(
            _DAYS[action], screen.today, min_value=date.fromisoformat(clue.since), max_value=screen.today,
            format="YYYY-MM-DD", key=f"clue_day_{action}",
        )  # fmt: skip
    if action in ("dismiss", "reopen"):
        reason = st.text_area("原因（必填）", max_chars=LONGEST_REASON, height=96, placeholder=_HINTS[action],
                              key=f"clue_reason_{action}")  # fmt: skip
    return _Given(reason, home, day)


def _pass(screen: Screen, clue: Clue, given: _Given) -> None:
    clues.pass_on(screen.engine, screen.viewer, clue.id, version=clue.version, day=given.day, now=screen.now)


def _found(screen: Screen, clue: Clue, given: _Given) -> None:
    risks = (clue.risk,) if clue.risk else ()
    clues.found(
        screen.engine, screen.viewer, clue.id, version=clue.version, given=Given(given.day, risks=risks),
        home=given.home, now=screen.now,
    )  # fmt: skip


def _join(screen: Screen, clue: Clue, given: _Given) -> None:
    clues.join(
        screen.engine, screen.viewer, clue.id, version=clue.version, home=given.home, day=given.day, now=screen.now
    )  # fmt: skip


def _dismiss(screen: Screen, clue: Clue, given: _Given) -> None:
    clues.dismiss(
        screen.engine, screen.viewer, clue.id, version=clue.version, reason=given.reason, day=given.day,
        now=screen.now,
    )  # fmt: skip


def _reopen(screen: Screen, clue: Clue, given: _Given) -> None:
    clues.reopen(screen.engine, screen.viewer, clue.id, version=clue.version, reason=given.reason, now=screen.now)


_DONE: Mapping[str, Callable[[Screen, Clue, _Given], None]] = {
    "pass": _pass, "found": _found, "join": _join, "dismiss": _dismiss, "reopen": _reopen,
}  # fmt: skip


def _household_url(screen: Screen, clue: Clue) -> str | None:
    if clue.household is None or not screen.viewer.may(READ, HOUSEHOLDS):
        return None
    return screen.link(HOUSEHOLD, region=clue.village, household=clue.household)


def _case_url(screen: Screen, clue: Clue) -> str | None:
    return None if clue.case is None else screen.link(MONITORING, region=clue.village, case=clue.case)


def _papers(screen: Screen, papers: tuple[Paper, ...]) -> None:
    if not papers:
        return
    pictures = "".join(f"<li>{_card(screen, one)}</li>" for one in papers if one.media_type != WAV)
    listed = f'<ul class="papers">{pictures}</ul>' if pictures else ""
    show_markup(f'<section class="part"><h2>照片和录音<small>{len(papers)}</small></h2>{listed}</section>')
    for voice in (one for one in papers if one.media_type == WAV):
        if st.button(f"听录音（{max(voice.size // 32_000, 1)} 秒左右）", key=f"clue_voice_{voice.id}"):
            found = opened(screen.engine, screen.viewer, voice.id)
            looked(screen, "archive", found.household, detail=detail(found.kind, count=1, unit="份"))
            st.audio(found.content, format=WAV)


def _card(screen: Screen, paper: Paper) -> str:
    inner = (
        f'<span class="frame">{picture_of(screen, paper.digest)}</span><b>{escape(paper.title)}</b>'
        f"<span>{escape(paper.kind)}</span>"
    )
    url = archive_url(screen.engine, screen.viewer, paper.id, "household", screen.signed)
    return link(inner, url, style="paper", data_tab="1", title=f"打开{paper.kind}：{paper.title}")
