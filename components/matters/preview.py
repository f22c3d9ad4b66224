"""What is about to be handed out, a line for each place: whose it will be and by when, to be changed before it goes."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from components.drawing.markup import escape
from components.matters.people import candidates_of
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.duties.leaders import VACANT
from data.matters.raising import Place, Proposal

_LINE, _MOST_LINES = 35, 20  # px of a line; lines that stand at once, the others are scrolled to
Wanted = list[tuple[Place, int | None, str | None]]
"""Place, whose it is (a person's id; None: nobody is named yet), deadline (ISO)."""
_NOTHING: Mapping[str, Sequence[object]] = {}


def show_preview(
    screen: Screen,
    proposals: Sequence[Proposal],
    deadline: date,
    *,
    key: str,
    beside: Mapping[str, Sequence[object]] = _NOTHING,
    unticked: Sequence[bool] = (),
) -> Wanted:
    """Draw the lines and give those that are ticked, as they stand. ``beside``: heading → what else is said of each
    place; ``unticked``: which of them are not ticked from the start."""
    known: dict[str, int | None] = {VACANT: None}
    for region in dict.fromkeys(one.place.region for one in proposals):
        for offered in candidates_of(screen, region):
            _add(known, offered.call, offered.person)
    for one in proposals:
        if one.owner is not None and one.called and one.owner not in known.values():
            _add(known, f"{one.called}（{one.why}）", one.owner)
    called = {person: call for call, person in known.items()}
    frame = pd.DataFrame(
        {
            "派发": [not left for left in unticked] or True,
            "地点": [one.name for one in proposals],
            **beside,
            "责任人": [called[one.owner] for one in proposals],
            "期限": deadline,
        }
    )
    vacant = sum(one.owner is None for one in proposals)
    if vacant:
        words = f"{vacant} 处{VACANT}：请在下表点“责任人”选定；不选也能派发，会列入未明确责任人的清单。"
        show_markup(f'<p class="problem" role="status">{escape(words)}</p>')
    edited = st.data_editor(
        frame,
        key=f"{key}_{deadline}_{abs(hash(tuple(one.place for one in proposals)))}",
        hide_index=True,
        width="stretch",
        height=_LINE * (min(len(frame), _MOST_LINES) + 1) + 3,
        num_rows="fixed",
        disabled=["地点", *beside],
        column_config={
            "派发": st.column_config.CheckboxColumn("派发", width="small"),
            "地点": st.column_config.TextColumn("地点"),
            "责任人": st.column_config.SelectboxColumn("责任人", options=list(known), required=True, width="large"),
            "期限": st.column_config.DateColumn("期限", min_value=screen.today, format="YYYY-MM-DD", required=True),
        },
    )
    return [
        (one.place, known[row.责任人], pd.Timestamp(row.期限).date().isoformat())
        for one, row in zip(proposals, edited.itertuples(index=False), strict=True)
        if row.派发
    ]


def _add(known: dict[str, int | None], call: str, person: int) -> None:
    """Two that are called alike are told apart."""
    if person not in known.values():
        known[f"{call} {person}" if call in known else call] = person
