"""县级设置: what a county decides for itself, each with what it does; saved all together or not at all."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.settings.books import show_books
from components.settings.changes import show_changes
from components.settings.kept import show_kept
from components.settings.workdays import show_workdays
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from data import settings
from data.access.roles import ADMINISTER
from data.access.roles import SETTINGS as COUNTYS
from data.errors import WarRoomError
from data.figures import cube
from data.settings import SETTINGS, STRANGER_FACTS, Setting, coefficients
from data.store.engine import writing
from data.terms import SUBJECTS

_BUSINESS = [name for name, (kind, _) in SUBJECTS.items() if kind == "business"]


def show_settings(screen: Screen) -> None:
    """The form, for who decides for the county; nobody else sees it."""
    if not screen.viewer.may(ADMINISTER, COUNTYS):
        return
    show_markup(heading("县级设置", "保存后立即对全县生效，记下最后由谁、何时修改"))
    show_said("settings")
    with screen.engine.connect() as connection:
        held = settings.values(connection)
    with st.form("county_settings", border=False):
        mine = {name: one for name, one in SETTINGS.items() if one.thing == COUNTYS}
        typed = {name: _FIELDS.get(name, _text)(one, held[name]) for name, one in mine.items()}
        saved = st.form_submit_button("保存设置", type="primary")
    if saved:
        _save(screen, typed, held)
        st.rerun()
    show_books(screen)
    show_workdays(screen)
    show_kept(screen)
    show_changes(screen)


def _save(screen: Screen, typed: dict[str, str], held: dict[str, str]) -> None:
    """Write it, and keep what came of it."""
    try:
        with writing(screen.engine) as connection:
            after = {
                name: settings.decide(connection, screen.viewer, name, value, now=screen.now)
                for name, value in typed.items()
            }
            if changed := [name for name in after if after[name] != held[name]]:
                cube.heed(connection, screen.now, changed)
    except WarRoomError as error:
        keep_said("settings", f"没有保存。{error}", wrong=True)
    else:
        keep_said(
            "settings", f"已保存：{'、'.join(SETTINGS[name].label for name in changed)}。" if changed else "没有改动。"
        )


def _text(one: Setting, held: str) -> str:
    _explain(one)
    return st.text_input(one.label, value=held, key=f"setting_{one.name}", label_visibility="collapsed", width=520)


def _explain(one: Setting) -> None:
    show_markup(f'<p class="setting"><b>{escape(one.label)}</b><span>{escape(one.explanation)}</span></p>')


def _facts(one: Setting, held: str) -> str:
    _explain(one)
    with st.container(horizontal=True, gap="medium", key="setting_facts"):
        chosen = [
            name
            for name, label in STRANGER_FACTS.items()
            if st.checkbox(label, value=name in held.split(","), key=f"setting_fact_{name}")
        ]
    return ",".join(chosen)


def _shares(one: Setting, held: str) -> str:
    _explain(one)
    known = coefficients(held)
    columns = st.columns(len(_BUSINESS), gap="small")
    typed = {}
    for column, subject in zip(columns, _BUSINESS, strict=True):
        with column:
            typed[subject] = st.number_input(
                subject,
                min_value=0.0,
                max_value=1.0,
                step=0.05,
                format="%.2f",
                value=known.get(subject),
                placeholder="不估算",
                key=f"setting_share_{subject}",
            )
    return ",".join(f"{subject}={round(share, 4):g}" for subject, share in typed.items() if share is not None)


def _whole(one: Setting, held: str, *, low: int, high: int) -> str:
    _explain(one)
    value = st.number_input(
        one.label,
        min_value=low,
        max_value=high,
        step=1,
        value=int(held),
        key=f"setting_{one.name}",
        label_visibility="collapsed",
        width=200,
    )
    return str(value)


def _begins(one: Setting, held: str) -> str:
    _explain(one)
    return str(
        st.selectbox(
            one.label,
            range(1, 13),
            index=int(held) - 1,
            format_func=lambda month: f"{month}月" + ("（自然年）" if month == 1 else ""),
            key=f"setting_{one.name}",
            label_visibility="collapsed",
            width=200,
        )
    )


_FIELDS: dict[str, Callable[[Setting, str], str]] = {
    "stranger_facts": _facts,
    "code_days": partial(_whole, low=0, high=3650),
    "idle_minutes": partial(_whole, low=5, high=720),
    "day_end_hour": partial(_whole, low=0, high=23),
    "borrowing": partial(_whole, low=0, high=1),
    "visit_days": partial(_whole, low=1, high=366),
    "income_year_start": _begins,
    "expense_coefficients": _shares,
}
"""Settings that are more than a line of text."""
