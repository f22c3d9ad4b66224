"""从名单导入: an empty list to take away, what one that was filled in would do, and writing it all at once."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.admin.dialogs import act, open_dialog
from components.admin.person import hand_over_slips
from components.door.form import key
from components.drawing.markup import escape
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.drawing.wording import NO_VALUE
from components.shell.asking import ask_uncached
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_paper
from data.access.roles import ROLES
from data.intake.issues import Issue
from data.paper.spreadsheet import EXCEL
from data.people.enrolling import Slip, draw, enrol
from data.people.workbook import Preview, Row, read_people, write_people_template

_MOST = 50  # faults and changes that are listed
_FAULTS = (
    TableColumn("row", "行"), TableColumn("column", "列"), TableColumn("value", "值"), TableColumn("reason", "原因"),
)  # fmt: skip
_ROWS = (
    TableColumn("row", "行"), TableColumn("name", "姓名"), TableColumn("login", "登录名"), TableColumn("role", "角色"),
    TableColumn("what", "做什么"),
)  # fmt: skip


def show_enrolling(screen: Screen) -> None:
    """Draw the dialog."""
    open_dialog("从名单导入", lambda: _draw(screen), width="large")


def _draw(screen: Screen) -> None:
    show_markup("<p>先下载空名单，按说明填好后上传。有一处错误就全部不写入；没有错误时先看清要做什么，再写入。</p>")
    take_paper("下载空名单（Excel）", _template, name="人员名单.xlsx", key="people_template", mime=EXCEL)
    with st.container(key="people_upload"):
        file = st.file_uploader("填好的名单（.xlsx）", type=["xlsx", "csv"], key=key("people_file"))
    if file is None:
        return
    preview = _read(screen, file)
    show_markup(_told(preview))
    if preview.issues or not (preview.of("new") or preview.of("changed")):
        return
    if st.button("全部写入", key=key("people_write"), type="primary", width="stretch"):
        _write(screen, preview)


def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        write_people_template(path)
        return path.read_bytes()


def _read(screen: Screen, file: UploadedFile) -> Preview:
    """What it would do. It lies in a file of our own name while it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("人员.csv" if file.name.lower().endswith(".csv") else "人员名单.xlsx")
        path.write_bytes(file.getvalue())
        return ask_uncached(screen, read_people, [path], screen.today)


def _write(screen: Screen, preview: Preview) -> None:
    at = caller()
    bar = st.progress(0.0, "正在生成一次性密码…")

    def progress(done: int, total: int) -> None:
        bar.progress(done / total, f"正在生成一次性密码 {done}/{total}")

    drawn = draw(preview.of("new"), progress)

    def said(slips: list[Slip]) -> str:
        if slips:
            hand_over_slips(screen, slips)
        changed = len(preview.of("changed"))
        return "，".join(filter(None, (f"已新增 {len(slips)} 人", f"修改 {changed} 人" if changed else ""))) + "。"

    act(
        screen,
        lambda connection: enrol(connection, screen.viewer, preview, drawn, address=at, now=screen.now),
        said,
    )


def _told(preview: Preview) -> str:
    """What was found, as markup: faults, or what would be done."""
    ignored = f"未识别、已忽略：{'、'.join(preview.ignored[:10])}。" if preview.ignored else ""
    if preview.issues:
        return (
            f'<p class="problem" role="alert">有 {len(preview.issues):,} 处错误，全部没有写入。请改正后重新上传。'
            f"{escape(ignored)}</p>{_faults(preview.issues)}"
        )
    counts = {words: len(preview.of(kind)) for kind, words in (("new", "新增"), ("changed", "修改"), ("same", "不变"))}
    told = "，".join(f"{words} {count:,} 人" for words, count in counts.items())
    return f'<p class="calm" role="status">{escape(told)}。{escape(ignored)}</p>{_rows(preview.rows)}'


def _faults(issues: list[Issue]) -> str:
    shown = [(one.row or NO_VALUE, one.column or NO_VALUE, one.value, one.reason) for one in issues[:_MOST]]
    return _table(shown, _FAULTS, "名单里的错误", len(issues))


def _rows(rows: list[Row]) -> str:
    acting = [row for row in rows if row.kind != "same"]
    shown = [
        (
            row.number,
            row.name,
            row.login,
            ROLES[row.role],
            _does(row),
        )
        for row in acting[:_MOST]
    ]
    return _table(shown, _ROWS, "名单要做什么", len(acting)) if shown else ""


def _does(row: Row) -> str:
    return f"改{'、'.join(row.changed)}" if row.changed else "新增"


def _table(shown: Sequence[tuple[object, ...]], columns: tuple[TableColumn, ...], caption: str, total: int) -> str:
    frame = pd.DataFrame(shown, columns=[column.id for column in columns])
    more = f'<p class="calm">另有 {total - len(shown):,} 处未列出。</p>' if total > len(shown) else ""
    return table_markup(frame, columns, caption=caption, look=TableLook(cards=True)) + more
