"""One household of a month's round: what was said last time, and the form that says it this time."""

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.matters.dispatch_markup import before_markup, clash_markup, month_word, said, state_markup, who_markup
from components.shell.asking import ask_uncached
from components.shell.logged import looked_once
from components.shell.page import show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from components.shell.site import DISPATCH, HOUSEHOLD
from data.errors import WarRoomError
from data.matters.round_reports import LONGEST, Clash, Entry, Report, report, report_of
from data.terms import DISPATCH_STATES

DONE = "dispatch_done"
_BEGUN, _CLASH = "dispatch_begun", "dispatch_clash"


def show_report(screen: Screen, id: int) -> None:
    """Draw it; raises NotFound for one that the viewer does not see."""
    one = ask_uncached(screen, report_of, id)
    looked_once(screen, "list", id, "月调度：打开一户")
    again = one.before is not None and one.before.state == "stuck"
    mark = '<span class="more"><em class="again">上次存在困难</em></span>' if again else ""
    show_markup(
        heading(one.head, f"{one.place} · {one.why} · {month_word(one.month)}调度", level=1, more=mark)
        + f'<p class="dispatch-way">{link("返回名单", screen.link(DISPATCH), style="underlined")}'
        f"{link('户档案', screen.link(HOUSEHOLD, region=one.village, household=one.household), style='underlined')}"
        f"<span>责任人 {who_markup(one.person_name, one.phone)}</span></p>"
        + (f'<p class="problem">{escape(one.left)}，可以不报。</p>' if one.left else "")
    )
    with st.container(key="dispatch_one"):
        if one.mine and not one.closed:
            _form(screen, one)
        else:
            show_markup(_standing(one))
        show_markup(before_markup(one))


def _standing(one: Report) -> str:
    why = "本月调度已经结束。" if one.closed else "由责任人或村里报送。"
    if one.reported is None:
        return f'<p class="calm">还没有报。{why}</p>'
    target = f"<p><span>目标</span>{escape(one.entry.target)}</p>" if one.entry.target else ""
    return (
        f'<section class="dispatch-before"><h2>{escape(month_word(one.month))}调度</h2>'
        f"<p>{state_markup(one.entry.state)}</p>{target}<p><span>情况</span>{escape(one.entry.words or '—')}</p>"
        f'<p class="calm">{escape(one.reported[:16].replace("T", " "))} {escape(one.actor or "")}报送。{why}</p>'
        "</section>"
    )


def forget_begun() -> None:
    """Whoever is back at the list begins anew upon what stands then."""
    st.session_state.pop(_BEGUN, None)
    st.session_state.pop(_CLASH, None)


def _form(screen: Screen, one: Report) -> None:
    """The form goes by what stood when it was opened: a run that saves reads anew what others wrote meanwhile."""
    begun: Entry = st.session_state.setdefault(_BEGUN, {}).setdefault(one.id, one.entry)
    clash: Clash | None = st.session_state.get(_CLASH, {}).get(one.id)
    usual = one.entry.target or (one.before.target if one.before and one.reported is None else "")
    with st.form(f"dispatch_form_{one.id}", border=False):
        state = st.segmented_control(
            "本月进展",
            list(DISPATCH_STATES),
            default=one.entry.state,
            format_func=DISPATCH_STATES.__getitem__,
            key=f"dispatch_state_{one.id}",
            width="stretch",
        )
        words = st.text_area(
            "情况说明（进展缓慢、存在困难的必填）", one.entry.words, max_chars=LONGEST, key=f"dispatch_words_{one.id}"
        )
        target = st.text_input("本月目标", usual, max_chars=LONGEST, key=f"dispatch_target_{one.id}")
        version = begun.version
        if clash is None:
            pressed = st.form_submit_button("报送", type="primary", width="stretch")
        else:
            stands, who = clash.stands[one.id], clash.who[one.id]
            typed = Entry(target, state, words, stands.version)
            show_markup(clash_markup([(one.head, who, stands, typed)]))
            pressed, version = (
                st.form_submit_button("以我填的为准报送", type="primary", width="stretch"),
                stands.version,
            )
            if st.form_submit_button("放弃我填的", width="stretch"):
                _leave(one.id, "")
        if pressed:
            _send(screen, one, Entry(target, state, words, version))


def _send(screen: Screen, one: Report, entry: Entry) -> None:
    try:
        report(screen.engine, screen.viewer, one.id, entry, now=screen.now)
    except Clash as clash:
        st.session_state[_CLASH] = {one.id: clash}
        st.rerun()
    except WarRoomError as error:
        say_refused(error)
    else:
        _leave(one.id, f"已报送：{one.head} {said(entry)}")


def _leave(id: int, sentence: str) -> None:
    """Back to the list."""
    forget_begun()
    for name in ("state", "words", "target"):
        st.session_state.pop(f"dispatch_{name}_{id}", None)
    st.session_state[DONE] = sentence
    del st.query_params["report"]
    st.rerun()
