"""What a cadre enters at the door: large buttons, each with its form, and what was saved last."""

import streamlit as st

from components.door import clue as door_clue
from components.door import events as door_events
from components.door import facts as door_facts
from components.door import lives as door_lives
from components.door import money as door_money
from components.door import pairing as door_pairing
from components.door import visit as door_visit
from components.door import work as door_work
from components.door.form import (
    ASKED,
    Outcome,
    close_form,
    keep_outcome,
    open_form,
    outcome,
    saved_form,
)
from components.drawing.markup import escape
from components.shell.drafts import offer_draft, sweep_drafts
from components.shell.errors import problem, reporting_failures, show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import APPROVE, DUTIES, MONITORING, WRITE
from data.errors import WarRoomError
from data.households.edits import undo
from data.households.file import HouseholdFile

FORMS = {
    "visit": ("记走访", door_visit.draw_visit),
    "ledger": ("记收支", door_money.draw_ledger),
    "measure": ("帮扶措施", door_work.draw_measure),
    "problem": ("报问题", door_work.draw_problem),
    "clue": ("报线索", door_clue.draw_clue),
    "facts": ("改信息", door_facts.draw_facts),
    "assurance": ("核实保障", door_facts.draw_assurance),
    "lives": ("家庭变动", door_lives.draw_lives),
    "event": ("记必访", door_events.draw_event),
    "pairing": ("结对", door_pairing.draw_pairing),
}
"""What ``do`` in the address asks for → its title and what draws it, given screen and household."""
RIGHTS = {"clue": (WRITE, MONITORING), "pairing": (APPROVE, DUTIES)}
"""What a form needs beside the right to write."""


def show_entry_buttons(screen: Screen, file: HouseholdFile) -> None:
    """Draw the section; nothing for who may not write."""
    if not screen.viewer.may_write:
        return
    _saved_line(screen, file.id)
    forms = {name: form for name, form in FORMS.items() if name not in RIGHTS or screen.viewer.may(*RIGHTS[name])}
    with st.container(key="door"):
        for name, (title, _) in forms.items():
            st.button(title, key=f"open_{name}", on_click=open_form, args=(name,), width="stretch")
        show_markup('<button type="button" class="door-more">更多</button>')
    if screen.month != screen.status.last_month:
        show_markup('<p class="calm">正在看过去的月份；填报一律按所填日期记入，保存后切到最新月份查看。</p>')
    sweep_drafts(screen, file.id, saved_form())
    asked = st.query_params.get(ASKED)
    if asked in forms:
        _dialog(asked, screen, file)
    elif asked is not None:
        problem(f"没有“{asked[:20]}”这种填报，请用上面的按钮。")


def _dialog(name: str, screen: Screen, file: HouseholdFile) -> None:
    title, draw = FORMS[name]

    def body() -> None:
        show_markup(f'<p class="whose">{escape(file.head)}</p>')
        offer_draft(screen, file.id, name)
        with reporting_failures():
            draw(screen, file.id)

    st.dialog(title, on_dismiss=close_form)(body)()


def _saved_line(screen: Screen, household: int) -> None:
    last = outcome(household)
    if last is None:
        return
    with st.container(key="door_saved"):
        show_markup(f'<p class="saved" role="status">{escape(last.sentence)}</p>')
        if last.change is not None:
            st.button("撤销", key="door_undo", on_click=_undo, args=(screen, household, last.change))
    show_problems(last.refused)


def _undo(screen: Screen, household: int, change: int) -> None:
    take_back(screen, household, change)


def take_back(screen: Screen, household: int, change: int) -> Outcome:
    """Undo a change and say so, or why not, in the line above the buttons."""
    try:
        undo(screen.engine, screen.viewer, change, now=screen.now)
        done = Outcome(household, "已撤销，记录恢复原样")
    except WarRoomError as error:
        done = Outcome(household, "没有撤销", refused=(str(error),))
    keep_outcome(done)
    return done
