"""收支填报: the grid in which a year's lines are entered, its running totals, what happens when two type at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.cards.markup import cents, totals_markup
from components.drawing.markup import escape, link
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.shell.asking import ask_uncached
from components.shell.errors import problem, reporting_failures
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from data.cards import card as income_card
from data.cards import entry as card_entry
from data.cards.entry import Clash, Draft
from data.cards.record import IncomeCard
from data.errors import WarRoomError
from data.households import edits as household_edits
from data.money import short
from data.months import spoken
from data.terms import SUBJECTS

WAYS = {"month": "按月填", "quarter": "按季填"}
_HINTS = {
    "month": "单位：元。Tab、方向键换格，可从 Excel 整块粘贴；留空是没有记录，填 0 是没有钱。保存之前不会写入。",
    "quarter": "单位：元。填一季的合计，平均分到各月，除不尽的分计入最后一月（未到的月份不分）；没改的季度不动。",
}
_CLASH = (
    TableColumn("subject", "科目"),
    TableColumn("month", "月份"),
    TableColumn("had", "原来", "figure"),
    TableColumn("typed", "您填的", "figure"),
    TableColumn("stands", "现在系统里的", "figure"),
)
_ROW = 28
_WIDTHS = {"month": 68, "quarter": 104}
_SHOWN = 5


@dataclass
class _Sheet:
    """The grid of one household and year in a session: ``begun`` is what the widget was drawn upon, ``now`` with what
    was typed since. Another ``serial`` makes the widget anew, without its own memory of what was typed."""

    begun: Draft
    now: Draft
    by: str
    serial: int = 0
    drawn: str = ""
    clashes: list[Clash] = field(default_factory=list)
    saved: int | None = None
    said: str = ""

    @property
    def key(self) -> str:
        return f"lines:{self.now.household}:{self.now.year.year}:{self.by}:{self.serial}"

    def again(self, draft: Draft) -> None:
        """Draw the widget anew upon this draft."""
        self.begun = self.now = draft
        self.serial += 1


@st.fragment
def show_grid(screen: Screen, household: int, year: int, by: str) -> None:
    """Draw the grid, ``by`` month or quarter; nothing is written before 保存."""
    with reporting_failures():
        with screen.engine.connect() as connection:
            named = income_card.income_year(connection, year)
            card = income_card.card(connection, screen.viewer, household, named)
        sheet = _sheet(screen, card, by)
        _take_in(sheet, card, by)
        with st.container(key="card_entry_top"):
            _controls(screen, sheet)
            show_markup(totals_markup(card_entry.counted(sheet.now, card), card))
        _notes(screen, sheet)
        _editor(sheet, card)


def _sheet(screen: Screen, card: IncomeCard, by: str) -> _Sheet:
    place = f"sheet:{screen.viewer.key}:{card.household}:{card.year.year}:{card.year.start}"
    if place not in st.session_state:
        draft = card_entry.begin(card, ask_uncached(screen, card_entry.open_months, screen.status))
        st.session_state[place] = _Sheet(draft, draft, by)
    sheet: _Sheet = st.session_state[place]
    return sheet


def _take_in(sheet: _Sheet, card: IncomeCard, by: str) -> None:
    """What was typed since the widget was drawn, and what others saved meanwhile."""
    known = st.session_state.get(sheet.key)
    if known is not None:
        sheet.now = _entered(sheet.begun, sheet.by, known.get("edited_rows", {}))
    if by != sheet.by or (known is None and sheet.drawn == sheet.key):  # another way, or back from another page
        sheet.by = by
        sheet.again(sheet.now)
    rebased, clashes = card_entry.rebase(sheet.now, card)
    if rebased.base != sheet.now.base:
        sheet.begun, sheet.now = card_entry.rebase(sheet.begun, card)[0], rebased
        sheet.clashes += clashes


def _entered(draft: Draft, by: str, rows: Mapping[str, Mapping[str, str]]) -> Draft:
    columns = {_heading(months): months for months in card_entry.groups(draft.year, by)}
    subjects = list(SUBJECTS)
    for row, cells in rows.items():
        for heading, text in cells.items():
            if heading in columns:
                draft = card_entry.enter(draft, subjects[int(row)], columns[heading], text)
    return draft


def _controls(screen: Screen, sheet: _Sheet) -> None:
    """The two ways, 保存 and 放弃."""
    draft = sheet.now
    with st.container(key="card_entry_bar", horizontal=True, vertical_alignment="center", gap="small"):
        _choose_way(sheet.by)
        faulty = card_entry.faults(draft)
        label = f"保存（{draft.changed} 处）" if draft.changed else "保存"
        stopped = not draft.changed or bool(faulty) or bool(sheet.clashes)
        if st.button(label, type="primary", disabled=stopped, key="card_entry_save"):
            _save(screen, sheet)
        if draft.changed and st.button("放弃改动", key="card_entry_drop"):
            sheet.clashes, sheet.said = [], ""
            sheet.again(card_entry.emptied(draft))
            st.rerun(scope="fragment")
        if sheet.saved is not None and st.button("撤销刚才的保存", key="card_entry_undo"):
            _undo(screen, sheet)
        if draft.changed:
            show_markup('<p class="unsaved" role="status">尚未保存</p>', width="content")


def _choose_way(by: str) -> None:
    """By month or by quarter; a widget and not a link, so that what is being typed arrives before it."""
    chosen = st.segmented_control(
        "填报方式",
        list(WAYS),
        default=by,
        format_func=WAYS.__getitem__,
        key=f"card_entry_way:{by}",
        label_visibility="collapsed",
        width="content",
    )
    if chosen and chosen != by:
        write_address(entry=chosen)
        st.rerun(scope="app")


def _save(screen: Screen, sheet: _Sheet) -> None:
    count = sheet.now.changed
    try:
        sheet.saved = card_entry.save(screen.engine, screen.viewer, sheet.now, now=screen.now)
    except household_edits.Conflict:
        st.rerun(scope="fragment")  # what the other saved is taken in there, and shown beside what was typed
    except WarRoomError as error:
        sheet.said = str(error)
        st.rerun(scope="fragment")
    sheet.said = f"已保存 {count} 处，户档案和各级汇总已同时更新。"
    st.rerun(scope="app")


def _undo(screen: Screen, sheet: _Sheet) -> None:
    if sheet.saved is None:
        return
    try:
        household_edits.undo(screen.engine, screen.viewer, sheet.saved, now=screen.now)
        sheet.said = "已撤销刚才的保存。"
        sheet.again(sheet.now)
    except WarRoomError as error:
        sheet.said = str(error)
    sheet.saved = None
    st.rerun(scope="app")


def _notes(screen: Screen, sheet: _Sheet) -> None:
    """How to fill it in, what was done, what cannot be read, what somebody else changed meanwhile."""
    single = screen.link(HOUSEHOLD, household=sheet.now.household, do="ledger")
    show_markup(
        f'<p class="hint">{escape(_HINTS[sheet.by])} 只记一笔：{link("记收支", single, style="underlined")}</p>'
    )
    if sheet.said:
        show_markup(f'<p class="said" role="status">{escape(sheet.said)}</p>')
    faulty = card_entry.faults(sheet.now)
    for fault in faulty[:_SHOWN]:
        problem(f"{fault}。请改正后保存。")
    if len(faulty) > _SHOWN:
        problem(f"还有 {len(faulty) - _SHOWN} 处金额无法识别。")
    if not sheet.clashes:
        return
    rows = pd.DataFrame(
        [
            (clash.subject, spoken(clash.month), short(clash.had), clash.typed or "清空", short(clash.stands))
            for clash in sheet.clashes
        ],
        columns=[column.id for column in _CLASH],
    )
    problem("您填写期间，别人已经改了下面这些格，请选择以哪一个为准；您填的都还在。")
    show_markup(table_markup(rows, _CLASH, caption="别人改过的格", look=TableLook(whole=True)))
    with st.container(horizontal=True, gap="small"):
        if st.button("仍用我填的", key="card_entry_mine"):
            sheet.clashes = []
            st.rerun(scope="fragment")
        if st.button("改用系统里的", key="card_entry_theirs"):
            cells = {(clash.subject, clash.month) for clash in sheet.clashes}
            sheet.clashes = []
            sheet.again(card_entry.without(sheet.now, cells))
            st.rerun(scope="fragment")


def _editor(sheet: _Sheet, card: IncomeCard) -> None:
    draft, groups = sheet.begun, card_entry.groups(sheet.now.year, sheet.by)
    rows = pd.DataFrame(index=pd.Index(SUBJECTS, name="科目"))
    columns: dict[str, ColumnConfig] = {}
    for months in groups:
        heading = _heading(months)
        rows[heading] = [card_entry.shown(draft, subject, months) for subject in SUBJECTS]
        columns[heading] = st.column_config.TextColumn(
            heading, width=_WIDTHS[sheet.by], alignment="right", disabled=not card_entry.writable(draft, months)
        )
    sums = {"合计": card_entry.counted(sheet.now, card).subjects}
    if card.running:
        sums["上年同期"] = card.before_same.subjects
    sums["上年全年"] = card.before.subjects
    for heading, subjects in sums.items():
        rows[heading] = [cents(subjects[subject]) if subjects[subject] else "" for subject in SUBJECTS]
        columns[heading] = st.column_config.TextColumn(heading, width=84, alignment="right", disabled=True)
    columns["_index"] = st.column_config.TextColumn("科目（元）", width=112, disabled=True)
    with st.container(key="card_entry_grid"):
        st.data_editor(
            rows,
            key=sheet.key,
            num_rows="fixed",
            column_config=columns,
            row_height=_ROW,
            height=_ROW * (len(rows) + 1) + 6,
            width="stretch",
        )
    sheet.drawn = sheet.key


def _heading(months: tuple[int, ...]) -> str:
    first, last = months[0] % 12 + 1, months[-1] % 12 + 1
    return f"{first}月" if len(months) == 1 else f"{first}—{last}月"
