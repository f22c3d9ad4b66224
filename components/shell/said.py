"""What came of a press: done, or refused and why; said once, where it was pressed, when the page is drawn anew."""

import streamlit as st

from components.drawing.markup import escape
from components.shell.page import show_markup


def say_refused(sentence: object) -> None:
    """Say why nothing was written, beside the fields that stay as they were typed."""
    show_markup(f'<p class="problem" role="alert">{escape(sentence)}</p>')


def keep_said(kind: str, sentence: str, *, of: object = None, wrong: bool = False, more: str = "") -> None:
    """Keep a sentence for the run that follows: of which kind of thing, of which one, and markup that stands below."""
    st.session_state[f"said_{kind}"] = (of, sentence, wrong, more)


def show_said(kind: str, *, of: object = None) -> None:
    """Show what is kept, once; what was kept of another one is forgotten."""
    kept = st.session_state.pop(f"said_{kind}", None)
    if kept is None or kept[0] != of:
        return
    _, sentence, wrong, more = kept
    style, role = ("problem", "alert") if wrong else ("saved", "status")
    show_markup(f'<p class="{style}" role="{role}">{escape(sentence)}</p>{more}')
