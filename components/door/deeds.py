"""A deed at the door: what follows from what was filled in is seen first, then it is saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.door.form import ask_once, finish, key, while_open
from components.drawing.markup import escape
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from data.access.roles import PLANS, READ
from data.dividends.following import shares_after
from data.errors import WarRoomError
from data.households import lives
from data.households.consequences import Consequence, follows
from data.households.edits import Conflict
from data.households.entries import Saved
from data.money import exact

_SEEN = "deed_seen"


@dataclass(frozen=True)
class Asked:
    """What was filled in: the deed that it calls for, and what that goes by."""

    deed: Callable[..., lives.Deed]
    arguments: tuple[object, ...]
    options: Mapping[str, object]


def see_then_save(screen: Screen, household: int, act: str, asked: Asked) -> None:
    """The end of a form: first a button that shows what follows, and for as long as nothing of it is changed, that and
    the button that saves."""
    told = (act, asked)
    if st.button("看看会带来什么变化", key=key("see"), width="stretch"):
        while_open()[_SEEN] = told
    if while_open().get(_SEEN) != told:
        show_markup('<p class="calm">填好后先看变化，核对无误再保存；保存后还可以撤销。</p>')
        return
    try:
        deed = ask_once(screen, ("deed", str(told)), asked.deed, *asked.arguments, **asked.options, today=screen.today)
        followed = ask_once(screen, ("follows", str(told)), follows, deed)
        shares = _shares(screen, deed, str(told))
    except WarRoomError as error:
        say_refused(error)
        return
    show_markup(_followed_markup(deed, [*followed, *shares]))

    def save(conflict: Conflict | None) -> Saved:
        upon = deed
        if conflict is not None:
            upon = ask_uncached(screen, asked.deed, *asked.arguments, **asked.options, today=screen.today)
        return lives.carry_out(screen.engine, screen.viewer, upon, now=screen.now)

    with st.form(key("life_save"), enter_to_submit=False, border=False):
        finish(screen, household, save)


def _shares(screen: Screen, deed: lives.Deed, told: str) -> list[Consequence]:
    if not screen.viewer.may(READ, PLANS):
        return []
    away = {id for id, edits in deed.done.items() if any(edit.table == "household_move" for edit in edits)}
    found = ask_once(
        screen,
        ("shares", told),
        shares_after,
        deed.persons,
        labour=deed.labour,
        without=frozenset(away | deed.ends),
    )
    return [
        Consequence(f"{one.title}（{one.state}）分红", f"{exact(one.before)} 元", f"重算后 {exact(one.after)} 元")
        for one in found
    ]


def _followed_markup(deed: lives.Deed, followed: Sequence[Consequence]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.label)}</td><td>{escape(one.before)}</td><td><b>{escape(one.after)}</b></td></tr>"
        for one in followed
    )
    table = f"<table><thead><tr><th></th><th>现在</th><th>保存后</th></tr></thead><tbody>{rows}</tbody></table>"
    told = "".join(f"<p>{escape(one)}。</p>" for one in deed.told)
    said = f"<p><b>{escape(deed.what)}</b></p>{table if rows else ''}{told}"
    return f'<div class="conflict follows" role="status">{said}</div>'
