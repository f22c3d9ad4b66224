"""记必访: what calls for a visit and stands in no register of members."""

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import finish, key
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.households.edits import Conflict
from data.households.entries import Saved
from data.households.life_events import ENTERED, record_event
from data.terms import MUST_VISITS


def draw_event(screen: Screen, household: int) -> None:
    """The form."""
    kinds = {MUST_VISITS[kind]: kind for kind in ENTERED}
    with st.form(key("event"), enter_to_submit=False, border=False):
        word = entry_widgets.choice_field("发生了什么 *", list(kinds), key=key("event_kind"))
        day = entry_widgets.day_field(
            "日期 *", key=key("event_day"), today=screen.today, start=screen.today.isoformat()
        )
        words = entry_widgets.text_field("说明", "content", key=key("event_words"), hint="如：孩子考上大学，没有可不填")
        show_markup('<p class="calm">出生、去世、婚嫁请在“家庭变动”里登记，自动列入必访。</p>')

        def save(_: Conflict | None) -> Saved:
            return record_event(
                screen.engine, screen.viewer, household,
                kind=kinds.get(word or "", ""), day=day.isoformat() if day else "", words=words, now=screen.now,
            )  # fmt: skip

        finish(screen, household, save)
