"""走访 of a day at a desk: one helper, several households, words for all and a word for each, saved as one."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.desk.saved import remember, show_saved
from components.shell.asking import ask_uncached
from components.shell.empty import no_households, nothing
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.households.door import Helper
from data.households.rounds import Stop, record_round, stops
from data.terms import OCCASIONS

_TURN = "rounds_turn"
_EVERYBODY = "全村各户"
_ROW = 34
_NOBODY = "县里先用数据模板导入“帮扶责任人”和“结对帮扶”两张表，再来记走访。"


def show_rounds(screen: Screen) -> None:
    """Draw the form."""
    helpers, there = ask_uncached(screen, stops, screen.region.code)
    if not there:
        no_households(screen.region.name)
        return
    if not helpers:
        nothing("本村还没有帮扶责任人", "走访要记在责任人名下。", _NOBODY)
        return
    list_shown(screen, "批量记走访名单", count=len(there))
    show_saved(screen, "rounds")
    turn = st.session_state.setdefault(_TURN, 0)
    left, right = st.columns([36, 64], gap="medium")
    with left:
        helper = _helper(helpers)
        day = st.date_input(
            "日期 *", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"rounds_day_{turn}"
        )
        occasion = st.pills("事由 *", OCCASIONS, default=OCCASIONS[0], required=True, key=f"rounds_why_{turn}")
        done = st.text_area("做了什么（各户共同）*", key=f"rounds_done_{turn}", max_chars=1000, height=110)
        own = st.radio("列出哪些户", (_EVERYBODY, "只列这位责任人结对的户"), horizontal=True, key="rounds_whose")
    listed = [stop for stop in there if own == _EVERYBODY or helper.code in stop.helpers]
    with right:
        picked, words = _pick(listed, helpers, f"rounds_rows_{turn}_{helper.code}_{own}", whole=own != _EVERYBODY)
    with left:
        show_markup(f'<p class="calm">已勾选 {len(picked)} 户</p>')
        if st.button("保存走访", type="primary", disabled=not picked, width="stretch"):
            _save(screen, picked, words, str(day), occasion or "", done, helper)


def _helper(helpers: Sequence[Helper]) -> Helper:
    return st.selectbox("走访人 *", helpers, format_func=lambda one: f"{one.name}（{one.unit}）", key="rounds_helper")


def _pick(
    listed: Sequence[Stop], helpers: Sequence[Helper], key: str, *, whole: bool
) -> tuple[list[int], dict[int, str]]:
    """Which households are ticked, and what is said of each."""
    names = {one.code: one.name for one in helpers}
    frame = pd.DataFrame(
        [
            (whole, stop.number, stop.head, "、".join(sorted(names.get(code, "") for code in stop.helpers)),
             stop.last or "没有记录", "")
            for stop in listed
        ],
        columns=["picked", "number", "head", "helpers", "last", "words"],
    )  # fmt: skip
    typed = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        num_rows="fixed",
        row_height=_ROW,
        height=min(_ROW * (len(frame) + 1) + 6, 560),
        width="stretch",
        disabled=["number", "head", "helpers", "last"],
        column_config={
            "picked": st.column_config.CheckboxColumn("走访", width=52),
            "number": st.column_config.NumberColumn("序号", width=52),
            "head": st.column_config.TextColumn("户主", width=84),
            "helpers": st.column_config.TextColumn("责任人", width=110),
            "last": st.column_config.TextColumn("最近走访", width=100),
            "words": st.column_config.TextColumn("单独说明（可不填）", max_chars=500),
        },
    )
    picked = [stop.id for stop, on in zip(listed, typed["picked"], strict=True) if on]
    words = {stop.id: str(said) for stop, said in zip(listed, typed["words"], strict=True) if said}
    return picked, words


def _save(
    screen: Screen,
    picked: Sequence[int],
    words: dict[int, str],
    day: str,
    occasion: str,
    done: str,
    helper: Helper,
) -> None:
    try:
        made = record_round(
            screen.engine,
            screen.viewer,
            screen.region.code,
            picked,
            visited=day,
            occasion=occasion,
            done=done,
            words=words,
            helper=helper.code,
            now=screen.now,
        )
    except WarRoomError as error:
        problem(str(error))
        return
    left = "；".join(f"{head}：{why}" for head, why in made.skipped)
    said = f"已记 {len(made.changes)} 户的走访（{day}，{helper.name}）" + (f"；没有记的：{left}" if left else "")
    remember(screen, "rounds", said, made.changes)
    st.session_state[_TURN] += 1
    st.rerun()
