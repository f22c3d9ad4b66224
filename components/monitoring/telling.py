"""登记线索: an office takes down what came by the hotline, by letter, from a department or to its own counter."""

import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.monitoring.clue_address import ClueChoice, clue_link, clues_link
from components.shell.asking import ask_uncached
from components.shell.page import go_to, show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from data.access.roles import APPROVE, MONITORING, PAPERS, WRITE
from data.access.viewer import Viewer
from data.archives.files import LARGEST
from data.errors import WarRoomError
from data.households.fields import LONG, SHORT
from data.matters.subjects import subjects
from data.monitoring.clues import Subject, Told, sources_of, tell
from data.regions import tree as regions
from data.terms import CLUE_SOURCES, RISKS

_TURN = "clue_tell_turn"
_UPLOAD = 100  # MB that the browser sends at all, so that what is too large is refused in words that say what to do
_LISTED, _MEANT = "在册的户", "不在册的户"


def may_tell(viewer: Viewer) -> bool:
    """Whether the viewer takes clues down here; at the door everybody who writes does."""
    return viewer.may(WRITE, MONITORING) and not viewer.sees_own_only


def show_telling(screen: Screen) -> None:
    """Draw the form."""
    back = link("返回线索清单", clues_link(screen, ClueChoice()), style="underlined")
    told = f"{screen.region.name} · 登记后由村里核查，每条都要答复"
    show_markup(heading("登记线索", told, level=1, more=f'<span class="more">{back}</span>'))
    if (village := _village(screen)) is None:
        return
    subject = _subject(screen, village)
    offices = screen.viewer.may(APPROVE, MONITORING)
    turn = st.session_state.setdefault(_TURN, 0)
    sources = sources_of(screen.viewer)
    with st.form(f"clue_tell_{turn}", border=False, enter_to_submit=False):
        who = "" if subject else st.text_input(
            "是谁", max_chars=SHORT, placeholder="如：三组村口姓郑的一家，户主四十来岁", key=f"ct_who_{turn}"
        )  # fmt: skip
        left, middle, right = st.columns(3)
        source = left.selectbox(
            "线索来源", sources, format_func=CLUE_SOURCES.__getitem__, index=0, key=f"ct_source_{turn}"
        )
        risk = middle.selectbox(
            "可能的风险", ["", *RISKS], format_func=lambda one: one or "说不准", key=f"ct_risk_{turn}"
        )
        day = right.date_input(
            "线索日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"ct_day_{turn}",
            help="来电、来信、部门转来的那一天；从这一天起计时。",
        )  # fmt: skip
        words = st.text_area(
            "什么情况",
            max_chars=LONG,
            height=110,
            placeholder="如：来电人说本村一户房子漏雨，老人住院",
            key=f"ct_words_{turn}",
        )
        photos = (
            st.file_uploader(
                f"来信、照片（可不加；每张不超过 {LARGEST >> 20} MB）", accept_multiple_files=True,
                max_upload_size=_UPLOAD, key=f"ct_photos_{turn}",
            )
            if subject and screen.viewer.may(WRITE, PAPERS) else []
        )  # fmt: skip
        onward = offices and st.checkbox("登记后马上转村核查", value=True, key=f"ct_onward_{turn}")
        said = st.container()
        if not st.form_submit_button("登记线索", type="primary"):
            return
    what = Told(source or "", risk or "", words, day)
    try:
        with st.spinner("正在登记…"):
            id = tell(
                screen.engine, screen.viewer, subject or Subject(village=village, words=who), what,
                photos=[photo.getvalue() for photo in photos], onward=onward, now=screen.now,
            )  # fmt: skip
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    st.session_state[_TURN] = turn + 1
    go_to(clue_link(screen, id, village))


def _village(screen: Screen) -> str | None:
    """The village that it is about: the screen's, or one chosen below it."""
    if screen.region.is_village:
        return screen.region.code
    known = {
        one.code: one for one in ask_uncached(screen, regions.all_regions) if one.code.startswith(screen.region.code)
    }
    villages = [code for code in known if len(code) == 12]

    def called(code: str) -> str:
        above = known.get(code[:9])
        return f"{above.name} {known[code].name}" if above and above.code != screen.region.code else known[code].name

    village = st.selectbox(
        "哪个村", villages, index=None, format_func=called, placeholder="输入名称查找", key="clue_village"
    )
    if village is None:
        show_markup('<p class="calm">先选定是哪个村，再填写线索。</p>')
    return village


def _subject(screen: Screen, village: str) -> Subject | None:
    """The household that is meant; None: who is meant is told in words."""
    way = st.pills(
        "谁家", (_LISTED, _MEANT), default=_LISTED, required=True, label_visibility="collapsed", key="clue_whose"
    )
    if way != _LISTED:
        return None
    known = ask_uncached(screen, subjects, village, "household")
    id = st.selectbox(
        "选择户", known, index=None, format_func=lambda one: known[one][0], placeholder="输入户主或户编号查找",
        key=f"clue_household_{village}",
    )  # fmt: skip
    return Subject(int(id)) if id is not None else None
