"""What may be done to one problem or task now: a button for each, a form with what is given, the step itself."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.drawing.markup import escape
from components.matters.forms import given_fields
from components.matters.people import candidates_of
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.access.roles import MATTERS, PAPERS, WRITE
from data.archives.files import LARGEST
from data.duties.leaders import VACANT
from data.errors import WarRoomError
from data.matters.file import MatterFile
from data.matters.papers import KINDS, add
from data.matters.raising import split_task
from data.matters.states import REGISTERS, WAITING
from data.matters.steps import step
from data.workflow import Changed

_FIRST = ("rectify", "finish", "progress", "close", "accept", "grant")
_WITH_PHOTOS = ("rectify", "finish", "log")
_UPLOAD = 100  # MB that the browser sends at all, so that what is too large is refused in words that say what to do
_PARTS = 2


def show_acts(screen: Screen, file: MatterFile) -> None:
    """The buttons, what the viewer may do first; nothing for who may do nothing."""
    show_said("matter", of=file.matter.code)
    if not file.allowed:
        return
    actions = sorted(file.allowed, key=lambda action: action not in _FIRST)
    with st.container(key="matter_do", horizontal=True, gap="small"):
        for action in actions:
            kind: Literal["primary", "secondary"] = "primary" if action in _FIRST else "secondary"
            if st.button(file.allowed[action], key=f"matter_do_{action}", type=kind):
                _open(screen, file, action)
        if _may_add(screen, file) and st.button("加照片", key="matter_do_photo"):
            _open_photos(screen, file)


def _may_add(screen: Screen, file: MatterFile) -> bool:
    waits = file.matter.state == WAITING[file.matter.record]
    return screen.viewer.may(WRITE, PAPERS) and screen.viewer.may(WRITE, MATTERS) and (file.matter.open or waits)


def _open(screen: Screen, file: MatterFile, action: str) -> None:
    matter = file.matter
    word = file.allowed[action]

    def body() -> None:
        show_markup(f'<p class="whose">{escape(matter.title)} · {escape(matter.place)}</p>')
        with st.form(f"matter_form_{action}", border=False, enter_to_submit=False):
            if action == "split":
                parts = _part_fields(screen, file)
            else:
                given = given_fields(
                    screen, matter.record, action, region=matter.region, key=f"matter_{action}",
                    deadline=matter.deadline, progress=matter.progress, owner=matter.owner_id,
                )  # fmt: skip
            photos = _photo_field(action) if action in _WITH_PHOTOS and screen.viewer.may(WRITE, PAPERS) else []
            said = st.container()
            pressed = st.form_submit_button(f"确定{word}", type="primary", width="stretch")
        if not pressed:
            return
        try:
            with st.spinner("正在办理…"):
                if action == "split":
                    split_task(screen.engine, screen.viewer, matter.code, parts, version=matter.version, now=screen.now)
                    after = matter.state
                else:
                    after = step(
                        screen.engine, screen.viewer, matter.record, matter.code, action, version=matter.version,
                        given=given, now=screen.now,
                    )  # fmt: skip
        except Changed as changed:
            keep_said("matter", str(changed), of=matter.code, wrong=True)
            st.rerun()
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        state = REGISTERS[matter.record].way.states[after]
        more = _refused_markup(_take_in(screen, file, photos))
        keep_said("matter", f"已{word}，现在是“{state}”。", of=matter.code, more=more)
        st.rerun()

    st.dialog(word)(body)()


def _part_fields(screen: Screen, file: MatterFile) -> list[tuple[str, int | None, str | None]]:
    """Two parts or more, one a line of the form."""
    offered = {one.person: one.call for one in candidates_of(screen, file.matter.region)}
    parts = []
    for place in range(1, _PARTS + 3):
        must = "" if place <= _PARTS else "（可不填）"
        target = st.text_input(f"第 {place} 项要达到什么{must}", max_chars=200, key=f"matter_part_{place}")
        left, right = st.columns(2)
        owner = left.selectbox(
            "责任人", [None, *offered], format_func=lambda id: VACANT if id is None else offered[id],
            key=f"matter_part_owner_{place}",
        )  # fmt: skip
        due = right.date_input("期限（不填同原任务）", None, format="YYYY-MM-DD", key=f"matter_part_due_{place}")
        if target.strip() or place <= _PARTS:
            parts.append((target, owner, due.isoformat() if due else None))
    return parts


def _photo_field(action: str) -> Sequence[UploadedFile]:
    words = "照片（可不加；每张不超过 {} MB）" if action == "log" else "照片或材料（每份不超过 {} MB）"
    return st.file_uploader(
        words.format(LARGEST >> 20), accept_multiple_files=True, max_upload_size=_UPLOAD, key=f"matter_photos_{action}"
    )


def _open_photos(screen: Screen, file: MatterFile) -> None:
    def body() -> None:
        with st.form("matter_form_photo", border=False):
            kind = st.selectbox("类别", KINDS, key="matter_photo_kind")
            photos = _photo_field("photo")
            if not st.form_submit_button("存入", type="primary", width="stretch"):
                return
        if not photos:
            say_refused("请先拍照或选择文件。")
            return
        failed = _take_in(screen, file, photos, kind)
        said = f"已存入 {len(photos) - len(failed)} 份。"
        keep_said("matter", said, of=file.matter.code, more=_refused_markup(failed))
        st.rerun()

    st.dialog("加照片")(body)()


def _take_in(screen: Screen, file: MatterFile, photos: Sequence[UploadedFile], kind: str = KINDS[0]) -> list[str]:
    """Keep them; what was refused, with why."""
    failed = []
    for photo in photos:
        try:
            add(screen.engine, screen.viewer, file.matter.record, file.matter.code, photo.getvalue(), kind=kind,
                title="", now=screen.now)  # fmt: skip
        except WarRoomError as error:
            failed.append(f"{photo.name}：{error}")
    return failed


def _refused_markup(failed: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(one)}</li>" for one in failed)
    return f'<div class="problem" role="alert">没有存入 {len(failed)} 份：<ul>{lines}</ul></div>' if lines else ""
