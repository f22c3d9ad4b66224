"""A village's whole round as one sheet at a desk: typed, pasted, saved all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.matters.dispatch_markup import clash_markup, month_word, said
from components.matters.dispatch_report import DONE
from components.shell.asking import ask_uncached
from components.shell.empty import nothing
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from components.shell.site import DISPATCH
from data.errors import WarRoomError
from data.matters.round_reports import LONGEST, Clash, Entry, Report, report_sheet, whole_village
from data.terms import DISPATCH_STATES

_KEY = "dispatch_sheet"
_COLUMNS = {"target": "本月目标", "state": "本月进展", "words": "情况说明"}
_MISSING = "未报"
_STATES = {_MISSING: None, **{word: state for state, word in DISPATCH_STATES.items()}}
_ROW = 34


@dataclass
class Sheet:
    """A sheet in a session: the rows it was drawn with, which stay until it is saved; another ``serial`` makes the
    grid anew. ``clash``: what others reported meanwhile."""

    about: tuple[str, int]
    rows: list[Report]
    serial: int = 0
    refused: str = ""
    clash: Clash | None = None
    typed: dict[int, Entry] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{_KEY}_{self.serial}"


def show_sheet(screen: Screen, month: int) -> None:
    """Draw the grid of the screen's village."""
    sheet = _sheet_of(screen, month)
    list_shown(screen, "月调度整村填报", count=len(sheet.rows))
    show_markup(
        heading(
            f"{screen.region.name}{month_word(month)}调度整村填报（{len(sheet.rows)} 户）",
            "Tab、方向键换格，可从 Excel 整块粘贴；改完一次保存，有一格不对就都不写入",
            level=1,
        )
        + f'<p class="dispatch-way">{link("返回名单", screen.link(DISPATCH), style="underlined")}</p>'
    )
    if not sheet.rows:
        nothing("没有由您报送的户", "本村名单为空，或各户已由明确的责任人报送。", "返回名单查看各户情况")
        return
    bar = st.container(key="dispatch_bar", horizontal=True, vertical_alignment="center", gap="small")
    _grid(sheet)
    sheet.typed = _typed(sheet)
    with bar:
        _bar(screen, sheet)


def _sheet_of(screen: Screen, month: int) -> Sheet:
    about = (f"{screen.viewer.actor} {screen.region.code}", month)
    held: Sheet | None = st.session_state.get(_KEY)
    if held is None or held.about != about:
        rows = ask_uncached(screen, whole_village, screen.region.code, month)
        held = Sheet(about, rows, 0 if held is None else held.serial + 1)
        st.session_state[_KEY] = held
    return held


def _grid(sheet: Sheet) -> None:
    rows = pd.DataFrame(
        [
            (one.head, one.why, said(one.before) or "—", one.entry.target, _word(one.entry), one.entry.words)
            for one in sheet.rows
        ],
        columns=["head", "why", "before", *_COLUMNS],
    )
    st.data_editor(
        rows,
        key=sheet.key,
        hide_index=True,
        num_rows="fixed",
        row_height=_ROW,
        height=min(_ROW * (len(rows) + 1) + 6, 640),
        width="stretch",
        disabled=["head", "why", "before"],
        column_config={
            "head": st.column_config.TextColumn("户主", width=90, pinned=True),
            "why": st.column_config.TextColumn("纳入原因", width=150),
            "before": st.column_config.TextColumn("上次", width=280),
            "target": st.column_config.TextColumn(_COLUMNS["target"], max_chars=LONGEST, width=260),
            "state": st.column_config.SelectboxColumn(_COLUMNS["state"], options=list(_STATES), width=110),
            "words": st.column_config.TextColumn(_COLUMNS["words"], max_chars=LONGEST, width=380),
        },
    )


def _word(entry: Entry) -> str:
    return DISPATCH_STATES[entry.state] if entry.state else _MISSING


def _typed(sheet: Sheet) -> dict[int, Entry]:
    """What was changed, by report."""
    found = {}
    for place, cells in st.session_state.get(sheet.key, {}).get("edited_rows", {}).items():
        one = sheet.rows[int(place)]
        target, state, words = (
            cells.get(name, told)
            for name, told in (
                ("target", one.entry.target),
                ("state", _word(one.entry)),
                ("words", one.entry.words),
            )
        )
        found[one.id] = Entry(target or "", _STATES[state or _MISSING], words or "", one.entry.version)
    return found


def _bar(screen: Screen, sheet: Sheet) -> None:
    changed = len(sheet.typed)
    if sheet.clash is not None:
        heads = {one.id: one.head for one in sheet.rows}
        clash = sheet.clash
        both = [(heads[id], clash.who[id], stands, sheet.typed.get(id, stands)) for id, stands in clash.stands.items()]
        show_markup(clash_markup(both))
        if st.button("以我填的为准保存", type="primary", key="dispatch_over"):
            over = {
                id: Entry(
                    one.target, one.state, one.words, clash.stands[id].version if id in clash.stands else one.version
                )
                for id, one in sheet.typed.items()
            }
            _save(screen, sheet, over)
        if st.button("放弃我填的", key="dispatch_give_up"):
            _again()
        return
    if st.button(f"保存全部（改了 {changed} 户）", type="primary", disabled=not changed, key="dispatch_save"):
        _save(screen, sheet, sheet.typed)
    if changed and st.button("放弃改动", key="dispatch_drop"):
        _again()
    if sheet.refused:
        say_refused(sheet.refused)


def _save(screen: Screen, sheet: Sheet, typed: dict[int, Entry]) -> None:
    sheet.refused, sheet.clash = "", None
    try:
        with st.spinner("正在保存…"):
            number = report_sheet(screen.engine, screen.viewer, typed, now=screen.now)
    except Clash as clash:
        sheet.clash = clash
        st.rerun()
    except WarRoomError as error:
        sheet.refused = str(error)
        st.rerun()
    st.session_state.pop(_KEY, None)
    st.session_state[DONE] = f"已报送 {number} 户。"
    del st.query_params["sheet"]
    st.rerun()


def _again() -> None:
    """Begin anew upon what stands now."""
    held: Sheet = st.session_state[_KEY]
    st.session_state[_KEY] = Sheet(("", 0), [], held.serial)
    st.rerun()


def may_fill(rows: Sequence[Report]) -> bool:
    """Whether somebody at a desk has anything to fill in."""
    return any(one.mine and not one.closed for one in rows)
