"""People from a workbook: an empty one to fill in, and what one that was filled in would do, row by row.

It is read with the importer's own reading, checks and words: all of it is found fault with at once, each fault with
row, column, value and reason, and with one nothing is written.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import xlsxwriter
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, ROLES
from data.access.viewer import Viewer
from data.errors import NotFound, WarRoomError
from data.intake.check import SheetCheck
from data.intake.files import open_sheets
from data.intake.issues import ERROR, FileFault, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.people.accounts import LEVELS, LONGEST_NAME, LONGEST_UNIT, fits, helper_is_free, login_is_free
from data.people.passwords import login_form
from data.people.persons import Person, by_login
from data.people.words import phone_form, plain_words
from data.workbook.sheets import HELPER, REGION, ColumnSpec, SheetSpec
from data.workbook.template import add_sheet, write_instructions

SHEET = SheetSpec(
    "人员",
    "account",
    (
        ColumnSpec("姓名", "name", "text", required=True),
        ColumnSpec("登录名", "login", "code", required=True, key=True, note="3 至 40 个字母、数字，也可用手机号"),
        ColumnSpec("电话", "phone", "text"),
        ColumnSpec("单位", "unit", "text"),
        ColumnSpec("角色", "role", "choice", required=True, choices=tuple(ROLES[role] for role in LEVELS)),
        ColumnSpec("区划代码", "region", "region", required=True, reference=REGION, note="他管的县、乡镇或村"),
        ColumnSpec("帮扶责任人编号", "helper", "code", reference=HELPER, note="帮扶责任人必填"),
    ),
    example=("张三", "zhangsan", "13800000000", "示范镇人民政府", "乡镇干部", "990181101", ""),
)
MOST = 2000
"""People to a workbook: each new one costs the making of a password's hash."""
_RULES = (
    "每人一行，以登录名区分：登录名已有的，改成表里写的；没有的，新增账号并给一次性密码。",
    "空格子保持原值不变；要清空电话、单位，请填“清空”。名单里没有的人不受影响，停用请在页面上办理。",
    "有一处错误就全部不写入，并一次列出所有错误。",
    "区划代码、登录名、电话请保持文本格式，以免末几位数字丢失。",
)
_ROLE = {words: role for role, words in ROLES.items()}
_FACTS = ("name", "phone", "unit", "role", "region", "helper")


@dataclass(frozen=True)
class Row:
    """One row: its number, whom it is about (None: somebody new), what he is to be, and which columns change it."""

    number: int
    login: str
    person: int | None
    name: str
    phone: str | None
    unit: str | None
    role: str
    region: str
    helper: str | None
    changed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """new, changed or same."""
        return "new" if self.person is None else "changed" if self.changed else "same"


@dataclass(frozen=True)
class Preview:
    """What a workbook would do, and every fault in it; with one nothing is written."""

    rows: list[Row] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Row]:
        """The rows of one kind."""
        return [row for row in self.rows if row.kind == kind]


def write_people_template(path: Path) -> None:
    """Write the empty workbook."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        write_instructions(book, title="人员名单", rules=_RULES, specs=(SHEET,))
        add_sheet(book, SHEET)


@needs(ADMINISTER, PEOPLE)
def read_people(connection: Connection, viewer: Viewer, files: Sequence[Path], today: date) -> Preview:
    """Read workbooks (.xlsx, CSV); raises Refused for a path that is not there."""
    findings = Findings()
    check = SheetCheck(SHEET, KnownCodes(connection, valid_rows=False), today, findings)
    for sheet in open_sheets(files, findings, names=(SHEET.name,)):
        with suppress(FileFault):  # said among the findings
            check.take(sheet, lambda step, done, total: None)
    for piece in check.pieces:
        _as_signed_in(piece, findings)
    check.finish()
    rows = list(_rows(connection, viewer, check.pieces, findings)) if check.read <= MOST else []
    if check.read > MOST or not (rows or findings.refusals):
        many = f"一次最多 {MOST:,} 人，现有 {check.read:,} 行，请分成几份"
        findings.refuse_file(files[0].name, many if check.read else "表里没有人员", sheet=SHEET.name)
    return Preview(rows, sorted(findings.refusals, key=lambda one: (one.file, one.row or 0)), findings.ignored)


def _as_signed_in(piece: Piece, findings: Findings) -> None:
    """Logins as they are stored, so that two that are one are found to be one."""
    logins = piece.values.column("login").to_pylist()
    for place, login in enumerate(logins):
        if login is None:
            continue
        try:
            logins[place] = login_form(login)
        except WarRoomError as error:
            _refuse(piece, place, "login", login, error, findings)
    at = piece.values.column_names.index("login")
    piece.values = piece.values.set_column(at, "login", pa.array(logins, pa.string()))


def _rows(connection: Connection, viewer: Viewer, pieces: Sequence[Piece], findings: Findings) -> Iterator[Row]:
    helpers: dict[str, str] = {}
    for piece in pieces:
        for place, cells in enumerate(piece.values.to_pylist()):
            if piece.bad[place] or piece.repeated[place]:
                continue
            login = cells["login"]
            try:
                held: Person | None = by_login(connection, viewer, login)
            except NotFound:
                held = None
            row = _row(piece, place, cells, held)
            faults = list(_faults(connection, viewer, row, held, helpers))
            for column, error in faults:
                _refuse(piece, place, column, cells.get(column), error, findings)
            if not faults:
                yield row


def _row(piece: Piece, place: int, cells: dict[str, str | None], held: Person | None) -> Row:
    """What the person is to be: an empty cell leaves what stands."""
    given = dict(cells)
    if role := given.get("role"):
        given["role"] = _ROLE[role]
    was: dict[str, str | None] = {name: getattr(held, name) if held else None for name in _FACTS}
    cleared = {name for name, mask in piece.cleared.items() if mask[place]}
    will = {name: None if name in cleared else given.get(name) or was[name] for name in _FACTS}
    return Row(
        int(piece.rows[place]),
        cells["login"] or "",
        held.id if held else None,
        will["name"] or "",
        will["phone"],
        will["unit"],
        will["role"] or "",
        will["region"] or "",
        will["helper"],
        tuple(SHEET.column(name).heading for name in _FACTS if held and will[name] != was[name]),
    )


def _faults(
    connection: Connection, viewer: Viewer, row: Row, held: Person | None, helpers: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Columns at fault, with the reason."""
    asked: dict[str, Callable[[], object]] = {
        "name": lambda: plain_words(row.name, "姓名", LONGEST_NAME),
        "phone": lambda: row.phone and phone_form(row.phone),
        "unit": lambda: row.unit and plain_words(row.unit, "单位", LONGEST_UNIT),
        "login": lambda: None if held else login_is_free(connection, row.login),
        "region": lambda: fits(connection, viewer, row.role, row.region),
        "helper": lambda: helper_is_free(connection, row.role, row.helper, row.person),
    }
    for column, question in asked.items():
        try:
            question()
        except WarRoomError as error:
            yield column, str(error)
    if row.helper and (other := helpers.setdefault(row.helper, row.login)) != row.login:
        yield "helper", f"与登录名为 {other} 的一行相同，一个帮扶责任人只能有一个账号"
    if held and held.id == viewer.person and (row.role, row.region) != (held.role, held.region):
        yield "role", "不能更改自己的角色和区划，请由其他管理员办理"


def _refuse(piece: Piece, place: int, column: str, value: object, why: object, findings: Findings) -> None:
    piece.bad = np.where(np.arange(len(piece.bad)) == place, True, piece.bad)
    row, heading = int(piece.rows[place]), SHEET.column(column).heading
    reason = str(why).rstrip("。")
    findings.refuse([Issue(SHEET.name, row, heading, str(value or "")[:200], reason, ERROR, piece.file)], 1)
