"""报线索: what was seen or told at the door, with photos and a voice note; the village answers it."""

import streamlit as st

from components.door import fields as entry_widgets
from components.door.form import ask_once, finish, key
from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import PAPERS, WRITE
from data.archives.files import LARGEST
from data.households.edits import Conflict
from data.households.entries import Saved
from data.households.fields import LONG
from data.monitoring.clues import Filters, Subject, Told, clues, sources_of, tell
from data.terms import CLUE_SOURCES, RISKS

_AT_DOORS = ("door", "self")


def draw_clue(screen: Screen, household: int) -> None:
    """The form."""
    of_it = Filters("waiting", household=household)
    waiting = ask_once(screen, "clues", clues, screen.region.code, filters=of_it, today=screen.today)
    if waiting:
        told = "；".join(f"{one.told} {one.source_word}{f'（{one.risk}）' if one.risk else ''}" for one in waiting[:3])
        show_markup(f'<p class="stands">{escape(f"本户已有 {len(waiting)} 条线索待答复：{told}。有新情况再报。")}</p>')
    sources = {CLUE_SOURCES[one]: one for one in sources_of(screen.viewer) if one in _AT_DOORS}
    with st.form(key("clue"), enter_to_submit=False, border=False):
        source = entry_widgets.choice_field(
            "怎么知道的 *", list(sources), key=key("source"), start=CLUE_SOURCES["door"]
        )
        risk = entry_widgets.choice_field("可能的风险", RISKS, key=key("risk"), required=False)
        words = st.text_area(
            "什么情况 *", key=key("clue_words"), max_chars=LONG, height=96,
            placeholder="如：户主上月住院，自付三万多，家里没有别的收入",
        )  # fmt: skip
        day = entry_widgets.day_field(
            "哪天知道的 *", key=key("told"), today=screen.today, start=screen.today.isoformat()
        )
        photos, voice = [], None
        if screen.viewer.may(WRITE, PAPERS):
            photos = st.file_uploader(
                "照片（可拍照，可选几张）", type=["jpg", "jpeg", "png"], accept_multiple_files=True,
                key=key("clue_photos"), max_upload_size=LARGEST >> 20,
            )  # fmt: skip
            voice = st.audio_input("录音（可不录，最长 10 分钟）", key=key("voice"))

        def save(_: Conflict | None) -> Saved:
            told = Told(sources.get(source or "", ""), risk or "", words, day)
            tell(
                screen.engine, screen.viewer, Subject(household), told, photos=[one.getvalue() for one in photos],
                voices=[voice.getvalue()] if voice is not None else [], now=screen.now,
            )  # fmt: skip
            return Saved(None, "报线索，等村里核查答复")

        finish(screen, household, save)
