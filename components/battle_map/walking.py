"""排走访顺序: the households of a village as rows that are dragged into the order in which they are walked."""

import secrets
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit.components.v1.custom_component import CustomComponent

from components.drawing.markup import escape
from components.drawing.theme import FONT, palette, state_marks
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.households.edits import Conflict, undo_together
from data.households.walking import arrange, walked

_FOLDER = Path(__file__).resolve().parents[1] / "static" / "walking"
_DONE = "walking_done"  # what was done last: village, sentence, changes that can be taken back
_ROWS = "walking_rows"  # which opening, its rows
_ROW, _MOST = 49, 490  # pixels
_FIRST = "别人刚刚改过走访顺序，这次没有保存。请关闭后重新打开，在新的顺序上再排。"


def show_walking(screen: Screen) -> None:
    """The button that opens the list, for who may change every household of the village; what was saved last."""
    if not screen.viewer.may_write or screen.viewer.sees_own_only:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="walking"):
        if st.button("排走访顺序", key="walking_open"):
            st.session_state.pop(_DONE, None)
            _dialog(screen, secrets.token_hex(4))
        village, sentence, changes = st.session_state.get(_DONE, ("", "", []))
        if village == screen.region.code:
            show_markup(f'<p class="saved" role="status">{escape(sentence)}</p>')
            if changes:
                st.button("撤销", key="walking_undo", on_click=_undo, args=(screen, changes))


def _undo(screen: Screen, changes: list[int]) -> None:
    try:
        undo_together(screen.engine, screen.viewer, changes, now=screen.now)
        said = "已撤销，走访顺序恢复原样"
    except WarRoomError as error:
        said = f"没有撤销：{error}"
    st.session_state[_DONE] = (screen.region.code, said, [])


@st.dialog("排走访顺序", width="large")
def _dialog(screen: Screen, opening: str) -> None:
    """Rows by mouse, finger or keys; what stood when it was opened is kept until it closes."""
    rows = _opened(screen, opening)
    show_markup('<p class="calm">拖动左边的 ≡，或用 ▲▼，或选中一行按上下箭头键。大屏和挂图按这个顺序编号。</p>')
    told = _component()(
        rows=_drawn(screen, rows),
        turn=opening,
        height=min(len(rows) * _ROW, _MOST) + 28,
        colours={**palette(screen.dark).css(), "font": FONT},
        key=f"walking_{opening}",
        default=None,
    )
    order = told["order"] if told else list(rows["id"])
    with st.container(horizontal=True, gap="small"):
        if st.button("保存", type="primary", key=f"walking_save_{opening}"):
            _save(
                screen,
                rows,
                {int(id): number for number, id in enumerate(order, 1)},
                f"已保存 {len(order)} 户的走访顺序",
            )
        if rows["typed"].any() and st.button("改回就近排列", key=f"walking_clear_{opening}"):
            _save(screen, rows, dict.fromkeys(map(int, rows["id"])), "已改回就近排列（示意）")


def _opened(screen: Screen, opening: str) -> pd.DataFrame:
    """The walk as it stood when the list was opened."""
    kept: tuple[str, pd.DataFrame] | None = st.session_state.get(_ROWS)
    if kept is None or kept[0] != opening:
        rows = ask_uncached(screen, walked, screen.region.code, screen.status.last_month)
        list_shown(screen, "走访顺序", count=len(rows))
        kept = st.session_state[_ROWS] = (opening, rows)
    return kept[1]


def _save(screen: Screen, rows: pd.DataFrame, after: dict[int, int | None], sentence: str) -> None:
    before = {
        int(id): None if stored is None else int(stored) for id, stored in zip(rows["id"], rows["stored"], strict=True)
    }
    known = {id: number for id, number in after.items() if id in before}
    try:
        changes = arrange(screen.engine, screen.viewer, before, known, now=screen.now)
    except Conflict:
        problem(_FIRST)
    except WarRoomError as error:
        problem(str(error))
    else:
        st.session_state[_DONE] = (screen.region.code, sentence, changes)
        st.session_state.pop(_ROWS, None)
        st.rerun()


def _drawn(screen: Screen, rows: pd.DataFrame) -> list[dict[str, object]]:
    marks = state_marks(screen.dark)
    return [
        {
            "id": int(row.id),
            "name": row.head,
            "mark": marks[row.state][0],
            "colour": marks[row.state][1],
            "note": "" if row.typed else "示意位置" if row.sketch else "就近",
        }
        for row in rows.itertuples()
    ]


def _component() -> CustomComponent:
    """Declared once the runtime stands: before, it would be registered nowhere."""
    return declare_component("walking", path=_FOLDER)
