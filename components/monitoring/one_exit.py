"""One exit review: the verdict with its evidence, what may be done, who did what; and proposing one."""

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.monitoring.address import view_link
from components.monitoring.case_markup import log_markup, refused_markup
from components.monitoring.list_markup import state_markup
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from data.access.roles import HOUSEHOLDS, READ
from data.errors import WarRoomError
from data.matters.subjects import subjects
from data.monitoring import exits
from data.monitoring.exits import Review
from data.monitoring.ways import EXIT_WAY
from data.terms import EXIT_VERDICTS
from data.workflow import LONGEST_REASON, Changed

_FIRST = ("township", "county", "amend")


def show_exit(screen: Screen, id: int) -> None:
    """Draw it; raises NotFound where the viewer sees no such."""
    one = ask_uncached(screen, exits.review, id, screen.today)
    everything = link("退出评估清单", view_link(screen, "exits"), style="underlined")
    told = f"有序退出评估 · {one.state_word} · 自 {one.since or ''}"
    more = f'<span class="more">{everything}</span>'
    show_markup(heading(f"{one.head} 户：{one.verdict}", told, level=1, more=more))
    show_said("exit", of=id)
    able = [arrow for arrow, against in one.next if not against]
    if able:
        with st.container(key="exit_do", horizontal=True, gap="small"):
            for arrow in sorted(able, key=lambda arrow: arrow.action not in _FIRST):
                word = EXIT_WAY.actions[arrow.action]
                first = arrow.action in _FIRST
                if st.button(word, key=f"exit_do_{arrow.action}", type="primary" if first else "secondary"):
                    _open(screen, one, arrow.action, must=arrow.reason)
    if told := refused_markup([(EXIT_WAY.actions[arrow.action], against) for arrow, against in one.next]):
        show_markup(told)
    left, right = st.columns([52, 48], gap="medium")
    with left:
        show_markup(_facts(screen, one))
    with right:
        show_markup(log_markup(one.steps))


def _facts(screen: Screen, one: Review) -> str:
    whose = escape(f"{one.head} 户")
    if screen.viewer.may(READ, HOUSEHOLDS):
        url = screen.link(HOUSEHOLD, region=one.village, household=one.household)
        whose = link(whose, url, style="underlined")
    facts = [("依据", escape(one.evidence or "")), ("谁家", whose), ("结论", escape(one.verdict)),
             ("办到哪里", state_markup(one.state, one.state_word))]  # fmt: skip
    cells = "".join(f"<div><dt>{name}</dt><dd>{told}</dd></div>" for name, told in facts)
    return f'<dl class="matter-facts">{cells}</dl>'


def _open(screen: Screen, one: Review, action: str, *, must: bool) -> None:
    word = EXIT_WAY.actions[action]

    def body() -> None:
        show_markup(f'<p class="whose">{escape(one.head)} 户 · {escape(one.verdict)}</p>')
        verdict = evidence = None
        with st.form(f"exit_form_{action}", border=False, enter_to_submit=False):
            if action == "amend":
                at = EXIT_VERDICTS.index(one.verdict)
                verdict = st.segmented_control("结论", EXIT_VERDICTS, default=EXIT_VERDICTS[at], key="exit_verdict")
                evidence = st.text_area("依据", one.evidence or "", max_chars=exits.LONGEST, key="exit_evidence")
            day = st.date_input(
                "办理日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"exit_{action}_day"
            )
            reason = st.text_area(
                "说明（必填）" if must else "说明", max_chars=LONGEST_REASON, height=84, key=f"exit_{action}_reason"
            )
            said = st.container()
            pressed = st.form_submit_button(f"确定{word}", type="primary", width="stretch")
        if not pressed:
            return
        try:
            after = exits.step(
                screen.engine, screen.viewer, one.id, action, version=one.version, day=day, reason=reason.strip(),
                verdict=verdict, evidence=evidence, now=screen.now,
            )  # fmt: skip
        except Changed as changed:
            keep_said("exit", str(changed), of=one.id, wrong=True)
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        else:
            keep_said("exit", f"已{word}，现在是“{EXIT_WAY.states[after]}”。", of=one.id)
        st.rerun()

    st.dialog(word)(body)()


def show_proposing(screen: Screen) -> None:
    """The way to propose a review, for who may."""
    if not screen.region.is_village or not EXIT_WAY.allowed(screen.viewer, screen.region.code, None):
        return
    if st.button("提出评估", key="exit_propose", type="primary"):
        _open_new(screen)


def _open_new(screen: Screen) -> None:
    def body() -> None:
        known = ask_uncached(screen, subjects, screen.region.code, "household")
        with st.form("exit_form_new", border=False, enter_to_submit=False):
            home = st.selectbox(
                "哪一户", known, index=None, format_func=lambda one: known[one][0], placeholder="输入户主或户编号查找",
                key="exit_new_home",
            )  # fmt: skip
            verdict = st.segmented_control("结论", EXIT_VERDICTS, default=EXIT_VERDICTS[0], key="exit_new_verdict")
            evidence = st.text_area(
                "依据（必填）",
                max_chars=exits.LONGEST,
                placeholder="收入、就业、“三保障”各是什么情况",
                key="exit_new_words",
            )
            day = st.date_input(
                "评估日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key="exit_new_day"
            )
            said = st.container()
            pressed = st.form_submit_button("提出评估", type="primary", width="stretch")
        if not pressed:
            return
        if home is None:
            with said:
                say_refused("请选择是哪一户。")
            return
        try:
            id = exits.propose(
                screen.engine, screen.viewer, int(home), verdict=verdict or "", evidence=evidence, day=day,
                now=screen.now,
            )  # fmt: skip
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        keep_said("exit", "已提出，等乡镇审核。", of=id)
        st.query_params["exit"] = str(id)
        st.rerun()

    st.dialog("提出退出评估")(body)()
