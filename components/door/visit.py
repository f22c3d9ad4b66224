"""记走访: who was there, when, why, what was done and found, with photos."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.door import fields as entry_widgets
from components.door.form import ask_once, finish, key
from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.archives.files import LARGEST
from data.errors import WarRoomError
from data.households import archives
from data.households.door import door
from data.households.edits import Conflict
from data.households.entries import Saved, record_visit
from data.terms import OCCASIONS

_NOBODY = (
    "本村还没有登记帮扶责任人，走访要记在责任人名下。请县里先用数据模板导入“帮扶责任人”和“结对帮扶”两张表，再来记走访。"
)


def draw_visit(screen: Screen, household: int) -> None:
    """The form."""
    there = ask_once(screen, "door", door, household)
    if not there.helpers:
        show_markup(f'<p class="calm">{escape(_NOBODY)}</p>')
        return
    with st.form(key("visit"), enter_to_submit=False, border=False):
        visited = entry_widgets.day_field(
            "日期 *", key=key("visited"), today=screen.today, start=screen.today.isoformat()
        )
        occasion = entry_widgets.choice_field("事由 *", OCCASIONS, key=key("occasion"), start=OCCASIONS[0])
        people = {one.code: f"{one.name}（{one.unit}）{'' if one.own else ' · 本村'}" for one in there.helpers}
        helper = st.selectbox(
            "走访人 *", people, format_func=people.__getitem__, placeholder="请选择", key=key("helper")
        )
        done = entry_widgets.text_field("做了什么 *", "content", key=key("done"), hint="如：送去米面，帮着申报慢病补助")
        found = entry_widgets.text_field("发现什么", "content", key=key("found"), hint="没有可不填")
        photos = st.file_uploader(
            "照片（可拍照，可选几张）",
            type=["jpg", "jpeg", "png"],
            accept_multiple_files=True,
            key=key("photos"),
            max_upload_size=LARGEST >> 20,
        )

        def save(_: Conflict | None) -> Saved:
            return record_visit(
                screen.engine,
                screen.viewer,
                household,
                visited=visited.isoformat() if visited else "",
                occasion=occasion or "",
                done=done,
                found=found,
                helper=helper,
                now=screen.now,
            )

        finish(screen, household, save, after=lambda saved: _keep(screen, household, saved, photos, visited))


def _keep(
    screen: Screen, household: int, saved: Saved, photos: Sequence[UploadedFile], visited: date | None
) -> list[str]:
    """Take the photos into the household's archives; returns what was refused and why."""
    refused: list[str] = []
    if visited is None:
        return refused  # a visit without its day is not saved
    for number, photo in enumerate(photos, start=1):
        title = f"走访照片 {visited.isoformat()}" + (f" 之{number}" if len(photos) > 1 else "")
        try:
            archives.add(
                screen.engine,
                screen.viewer,
                household,
                photo.getvalue(),
                kind="走访照片",
                title=title,
                dated=visited.isoformat(),
                visit=saved.code,
                now=screen.now,
            )
        except WarRoomError as error:
            refused.append(f"走访已保存，照片“{photo.name[:40]}”没有存入：{error}")
    return refused
