"""What was saved last at a desk, and the button that takes all of it back."""

from collections.abc import Callable, Sequence

import streamlit as st

from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.households.edits import undo_together

_DONE = "desk_done"


def remember(screen: Screen, what: str, sentence: str, changes: Sequence[int] = ()) -> None:
    """``what`` was saved here (a word of ours), in a sentence, and the changes that can be taken back."""
    st.session_state[_DONE] = (what, screen.region.code, sentence, list(changes))


def show_saved(screen: Screen, what: str, undone: Callable[[], None] = lambda: None) -> None:
    """The sentence with 整批撤销; ``undone`` is called after it was pressed."""
    kind, village, sentence, changes = st.session_state.get(_DONE, ("", "", "", []))
    if (kind, village) != (what, screen.region.code):
        return

    def undo() -> None:
        try:
            undo_together(screen.engine, screen.viewer, changes, now=screen.now)
            said = f"已整批撤销，{len(changes)} 户恢复原样"
        except WarRoomError as error:
            said = f"没有撤销：{error}"
        remember(screen, what, said)
        undone()

    with st.container(key="door_saved"):
        show_markup(f'<p class="saved" role="status">{escape(sentence)}</p>')
        if changes:
            st.button("整批撤销", key="desk_undo", on_click=undo)
