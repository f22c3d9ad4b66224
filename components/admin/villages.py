"""区划: a village's end, merging, new name: chosen, seen with all that moves, written; what was done, taken back."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from components.admin.address import admin_link
from components.admin.dialogs import asked, close, open_dialog, show_outcome, unknown, whom
from components.door.form import key
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.wording import moment
from components.shell.asking import ask_shared, ask_uncached
from components.shell.header import region_labels, searchable
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.said import keep_said, say_refused
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.regions.tree import all_regions
from data.villages.edits import (
    LONGEST_NAME,
    TOWNSHIP,
    VILLAGE,
    Deed,
    Done,
    carry_out,
    deeds,
    ends,
    merges,
    renames,
    take_back,
)
from data.villages.moving import Line

TAB = "regions"
_TAKE_BACK = "back"
MERGE, RENAME, END = "撤并", "更名", "撤销"
_ABOUT = {
    MERGE: "一个村并入本县另一个村：户、成员、项目、任务随之转入，以前各月的数字和名单仍在原村。",
    RENAME: "村或乡镇改名：从那天起用新名称，看以前的月份仍是旧名称。",
    END: "没有户、没有项目和未了事项的村，从那天起不再使用。",
}
_MOVING = (
    TableColumn("what", "随之转入"), TableColumn("number", "数量", "figure"), TableColumn("told", "其中"),
)  # fmt: skip
_DONE = (
    TableColumn("at", "时间"), TableColumn("who", "谁"), TableColumn("what", "办理"), TableColumn("state", "状态"),
)  # fmt: skip
_KEPT = (
    "户编号不变，已印发的户码、明白卡、门牌继续有效。",
    "以前各月的数字、名单和地图仍按原村；从这天起全在接收的村，全县合计不变。",
)


def show_villages(screen: Screen) -> None:
    """Draw the tab."""
    show_markup(heading("村的撤并和更名", "先看清单，再确认；可以撤销，后办的先撤"))
    show_outcome(screen, TAB)
    labels = region_labels(ask_shared(screen, all_regions))
    what = st.pills("办理", list(_ABOUT), default=MERGE, required=True, key="village_what") or MERGE
    show_markup(f'<p class="calm">{escape(_ABOUT[what])}</p>')
    with st.container(key="village_form"):
        deed = _chosen(screen, what, labels)
    if deed is not None:
        _shown(screen, deed)
    _done(screen, ask_uncached(screen, deeds))


def _chosen(screen: Screen, what: str, labels: Mapping[str, str]) -> Deed | None:
    """What is chosen, checked against what stands; None, with the reason, where that cannot be."""
    lengths = (VILLAGE, TOWNSHIP) if what == RENAME else (VILLAGE,)
    codes = [code for code in labels if len(code) in lengths]
    pick = partial(
        st.selectbox,
        index=None,
        format_func=lambda code: searchable(labels.get(code, code)),
        filter_mode="contains",
        placeholder="请选择",
    )
    left, middle, right = st.columns([2, 2, 1], gap="small")
    with left:
        code = pick(
            "村或乡镇（可输入名称、拼音或代码）" if what == RENAME else "哪个村（可输入名称、拼音或代码）",
            codes,
            key=f"village_of_{what}",
        )
    into = name = ""
    with middle:
        if what == MERGE:
            near = [one for one in codes if code and one[:6] == code[:6] and one != code]
            into = pick("并入哪个村（可输入名称、拼音或代码）", near or codes, key="village_into") or ""
        elif what == RENAME:
            name = st.text_input("新名称", max_chars=LONGEST_NAME, key="village_name")
    with right:
        day = st.date_input(
            "从哪天起", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"village_day_{what}"
        )
    if not code or (what == MERGE and not into) or (what == RENAME and not name.strip()):
        return None
    since, today = day.isoformat() if day else "", screen.today
    try:
        if what == MERGE:
            return ask_uncached(screen, merges, code, into, day=since, today=today)
        if what == RENAME:
            return ask_uncached(screen, renames, code, name, day=since, today=today)
        return ask_uncached(screen, ends, code, day=since, today=today)
    except WarRoomError as error:
        say_refused(error)
        return None


def _shown(screen: Screen, deed: Deed) -> None:
    """What moves, and the button."""
    show_markup(f'<h2 class="deed">{escape(deed.what)}</h2>')
    if deed.into is not None and deed.moving is not None:
        show_markup(moving_markup(deed.moving.lines, deed.moving.bound, deed.moving.outline))
    elif deed.moving is not None and (bound := [one for one in deed.moving.bound if one.number]):
        told = "、".join(f"{one.number} {one.unit}{one.what}" for one in bound)
        show_markup(f'<p class="problem">还有 {told}只看这个村，请在“人员”“设备”里改到别处或停用。</p>')
    if st.button(f"确认{deed.what.partition('：')[0]}", type="primary", key="village_go"):
        _act(screen, deed)


def moving_markup(lines: tuple[Line, ...], bound: tuple[Line, ...], outline: bool) -> str:
    """The list of what moves, and what stays as it is."""
    rows = [(one.what, f"{one.number:,} {one.unit}", one.told) for one in lines if one.number]
    rows += [
        (one.what, f"{one.number:,} {one.unit}", one.told or ("改看接收的村" if one.number else "")) for one in bound
    ]
    rows.append(("边界", "1 块" if outline else "没有", "划入接收的村" if outline else "村界示意图按接收的村画"))
    frame = pd.DataFrame(rows, columns=[column.id for column in _MOVING])
    kept = "".join(f"<li>{escape(one)}</li>" for one in _KEPT)
    table = table_markup(frame, _MOVING, caption="随之转入的清单", look=TableLook(whole=True))
    return f'{table}<ul class="calm">{kept}</ul>'


def _act(screen: Screen, deed: Deed) -> None:
    try:
        carry_out(screen.engine, screen.viewer, deed, today=screen.today, address=caller(), now=screen.now)
    except WarRoomError as error:
        show_markup(f'<p class="problem" role="alert">没有办理。{escape(error)}</p>')
        return
    keep_said("admin", f"已办理{deed.what}。")
    st.rerun()


def _done(screen: Screen, found: list[Done]) -> None:
    if not found:
        return
    rows = [(moment(one.at), one.who, one.what, "", one.id, one.undone) for one in found]
    frame = pd.DataFrame(rows, columns=[*(column.id for column in _DONE), "id", "undone"])

    def state(row: Row) -> str:
        url = admin_link(screen, TAB, do=_TAKE_BACK, of=row.id)
        return (
            "" if row.what.startswith("撤销：") else "已撤销" if row.undone else link("撤销", url, style="underlined")
        )

    look = TableLook(whole=True, cards=True, drawn={"state": state})
    show_markup(heading("办理记录", "最近的在前") + table_markup(frame, _DONE, caption="村的撤并和更名", look=look))
    if asked() == _TAKE_BACK:
        number = whole(whom())
        one = next((one for one in found if one.id == number and not one.undone), None)
        if one is not None:
            open_dialog("撤销办理", lambda: _confirm(screen, one))
    elif asked() is not None:
        unknown(str(asked()))


def _confirm(screen: Screen, one: Done) -> None:
    show_markup(
        f'<p class="whose">{escape(one.what)} · {escape(moment(one.at))} · {escape(one.who)}</p>'
        "<p>户、项目、任务、账号和设备都回到原来的村，之后又有变动的不能撤销，会说明是哪一户、哪一项。</p>"
    )
    if st.button("确定撤销", key=key("village_back"), type="primary", width="stretch"):
        try:
            take_back(screen.engine, screen.viewer, one.id, address=caller(), now=screen.now)
        except WarRoomError as error:
            say_refused(error)
            return
        keep_said("admin", f"已撤销“{one.what}”。")
        close()
        st.rerun()
