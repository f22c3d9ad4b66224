"""Who changed what, and taking it back."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from components.door.buttons import take_back
from components.drawing.markup import escape
from components.shell.asking import ask_uncached
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.households.file import HouseholdFile
from data.households.history import Change, history
from data.households.words import Difference

SHOWN = 12  # fields of one change at once: a year of income has more
_PAGE, _REFUSED = "history_page", "history_refused"


def show_history(screen: Screen, file: HouseholdFile) -> None:
    """Draw the section; nothing for who may not write."""
    if not screen.viewer.may_write:
        return
    with st.container(key="history_of_changes"):
        _section(screen, file.id)


@st.fragment
def _section(screen: Screen, household: int) -> None:
    asked = st.session_state.get(_PAGE, (household, 1))
    found = ask_uncached(screen, history, household, asked[1] if asked[0] == household else 1)
    count = f"<small>{found.total}</small>" if found.total else ""
    show_markup(f'<section class="part"><h2>修改记录{count}</h2></section>')
    if not found.total:
        show_markup(
            '<p class="calm">还没有改过；谁或哪次导入在什么时候改了什么，都会记在这里。在系统里改的可以撤销。</p>'
        )
        return
    show_problems(st.session_state.pop(_REFUSED, ()))
    for one in found.changes:
        with st.container(key=f"change_{one.id}", horizontal=True, vertical_alignment="top"):
            show_markup(_markup(one))
            word = "恢复" if one.what.startswith("撤销：") else "撤销"
            if not (one.undone or one.fixed) and st.button(word, key=f"undo_{one.id}"):
                st.session_state[_REFUSED] = take_back(screen, household, one.id).refused
                st.rerun()
    if found.pages > 1:
        _pager(household, found.page, found.pages)


def _pager(household: int, page: int, pages: int) -> None:
    with st.container(key="history_pager", horizontal=True, vertical_alignment="center"):
        for label, to in (("‹ 较新", page - 1), ("较早 ›", page + 1)):
            if 1 <= to <= pages and st.button(label, key=f"history_to_{to}"):
                st.session_state[_PAGE] = (household, to)
                st.rerun(scope="fragment")
        show_markup(f'<p class="calm">第 {page} 页，共 {pages} 页</p>')


def _markup(one: Change) -> str:
    state = " <em>已撤销</em>" if one.undone else ""
    first, rest = one.differences[:SHOWN], one.differences[SHOWN:]
    more = f"<details><summary>还有 {len(rest)} 项</summary>{_listed(rest)}</details>" if rest else ""
    return (
        f'<div class="change{" undone" if one.undone else ""}"><p><b>{escape(one.what)}</b>{state}'
        f"<span>{escape(one.at[:16].replace('T', ' '))} · {escape(one.who)}</span></p>{_listed(first)}{more}</div>"
    )


def _listed(differences: Sequence[Difference]) -> str:
    parts = "".join(
        f"<li><span>{escape(record)}</span>{''.join(map(_difference, together))}</li>"
        for record, together in groupby(differences, lambda difference: difference.record)
    )
    return f"<ul>{parts}</ul>"


def _difference(one: Difference) -> str:
    was = "" if one.before is None else f"<del>{escape(one.before)}</del>"
    now = "" if one.after is None else f"<ins>{escape(one.after)}</ins>"
    return f"<div><i>{escape(one.label)}</i> {' → '.join(filter(None, (was, now)))}</div>"
