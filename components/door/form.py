"""One form at the door, from opening to saving: what it goes by, what was refused, who was first."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

from components.drawing.markup import escape
from components.shell.asking import P, Query, T, ask_uncached
from components.shell.page import show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from data.access.actors import actor_name
from data.errors import WarRoomError
from data.households import words as record_words
from data.households.edits import Conflict
from data.households.entries import Saved
from data.store.key import derived

ASKED = "do"  # in the address: which form is open
WHOSE = "whose"  # in the address: of which member or other record, by a sign
FIRST = "field"  # in the address: the field that it was opened for
_OPEN, _SAVED, _SAVED_FORM = "door_open", "door_saved", "door_saved_form"


@dataclass(frozen=True)
class Outcome:
    """What was done last: the sentence, the change that can be taken back (None: none), what was not done and why."""

    household: int
    sentence: str
    change: int | None = None
    refused: tuple[str, ...] = ()


def open_form(name: str) -> None:
    """Open a form; the address says so, so that a refresh keeps it open."""
    close_form()
    st.query_params[ASKED] = name


def close_form() -> None:
    """Close the open form without saving."""
    _forget()
    for name in (ASKED, WHOSE, FIRST):
        st.query_params.pop(name, None)


def record_sign(screen: Screen, code: str) -> str:
    """What a member or another record is told by in an address, which its code is not to stand in."""
    return hmac.new(derived(screen.engine, "members"), code.encode(), hashlib.sha256).hexdigest()[:16]


def asked_record(screen: Screen, codes: Iterable[str]) -> str:
    """Whom of these the address asks for, '' where it asks for none of them."""
    sign = st.query_params.get(WHOSE)
    return next((code for code in codes if code and record_sign(screen, code) == sign), "")


def standing(conflict: Conflict | None, table: str) -> dict[str, object]:
    """What stands now of a record that somebody else changed first: columns of the table."""
    edits = (conflict.rebased if conflict is not None else None) or ()
    return {name: value for edit in edits if edit.table == table for name, value in (edit.before or {}).items()}


def _forget() -> None:
    st.session_state[_OPEN] = {"turn": st.session_state.get(_OPEN, {}).get("turn", 0) + 1}


def ask_once(screen: Screen, name: object, query: Query[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
    """What the open form goes by: asked when it is first needed and kept, under this name, until the form closes."""
    kept: dict[object, T] = st.session_state.setdefault(_OPEN, {"turn": 0})
    if name not in kept:
        kept[name] = ask_uncached(screen, query, *arguments, **options)
    return kept[name]


def while_open() -> dict[object, object]:
    """What is kept while the form is open: of any kind, by its name."""
    held: dict[object, object] = st.session_state.setdefault(_OPEN, {"turn": 0})
    return held


def key(name: str) -> str:
    """A widget's key, another one each time a form is opened."""
    return f"door_{name}_{st.session_state.setdefault(_OPEN, {'turn': 0})['turn']}"


def saved_form() -> str | None:
    """Which form was saved by the run before, once."""
    name: str | None = st.session_state.pop(_SAVED_FORM, None)
    return name


def outcome(household: int) -> Outcome | None:
    """What was done last for this household."""
    last = st.session_state.get(_SAVED)
    return last if last is not None and last.household == household else None


def keep_outcome(last: Outcome) -> None:
    """Remember what was done last."""
    st.session_state[_SAVED] = last


def finish(
    screen: Screen,
    household: int,
    act: Callable[[Conflict | None], Saved],
    *,
    after: Callable[[Saved], list[str]] = lambda saved: [],
) -> None:
    """The end of a form: the button, what was refused, and the choice where somebody else was first.

    ``act`` saves; after a conflict that the user decided to save over it gets the conflict. ``after`` does what
    follows a save and returns what of it was refused.
    """
    kept = st.session_state[_OPEN]
    conflict = kept.get("conflict")
    said = st.container()
    if conflict is not None:
        _tell_conflict(screen, conflict)
        over = conflict.rebased is not None and st.form_submit_button("仍然保存", type="primary", width="stretch")
        if st.form_submit_button("放弃我填的", width="stretch"):
            close_form()
            st.rerun()
        pressed = over
    else:
        pressed = st.form_submit_button("保存", type="primary", width="stretch")
    if not pressed:
        return
    try:
        with st.spinner("正在保存…"):
            if "saved" not in kept:  # a press more while it was being saved saves nothing more
                kept["saved"] = act(conflict)
            saved = kept["saved"]
            refused = tuple(after(saved))
    except Conflict as told:
        kept["conflict"] = told
        st.rerun(scope="fragment")
    except WarRoomError as error:
        with said:
            say_refused(error)
    else:
        sentence = "；".join((f"已保存：{saved.what}", *saved.doubts))
        keep_outcome(Outcome(household, sentence, saved.change, refused))
        st.session_state[_SAVED_FORM] = st.query_params.get(ASKED)
        close_form()
        st.rerun()


def _tell_conflict(screen: Screen, conflict: Conflict) -> None:
    with screen.engine.connect() as connection:
        who = actor_name(connection, conflict.who) if conflict.who else "导入或其他途径"
    mine = {
        difference.label: difference.after
        for edit in conflict.rebased or ()
        for difference in record_words.differences(edit.table, edit.key, edit.before, edit.after)
    }
    rows = "".join(
        f"<tr><td>{escape(one.label)}</td><td>{escape(one.before or record_words.EMPTY)}</td>"
        f"<td><b>{escape(one.after or '已被移除')}</b></td><td>{escape(mine.get(one.label) or '同左')}</td></tr>"
        for one in conflict.differences
    )
    when = f"{conflict.at[:16].replace('T', ' ')} " if conflict.at else ""
    show_markup(
        f'<div class="conflict" role="alert"><p><b>{escape(when)}{escape(who)}</b> 已经改过，您填的还没有保存：</p>'
        "<table><thead><tr><th>项目</th><th>您打开时</th><th>现在</th><th>您填的</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
