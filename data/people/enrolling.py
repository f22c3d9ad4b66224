"""Many people at once: all of a workbook in one transaction, and the passwords that they are given, told once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Unpack

import pandas as pd
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, ROLES
from data.access.viewer import Viewer
from data.errors import Refused, WarRoomError
from data.paper.spreadsheet import ListColumn
from data.paper.typeset import clean, pdf
from data.people import passwords
from data.people.accounts import Done, add_account, move_account
from data.people.persons import edit_person, one_person
from data.people.workbook import Preview, Row
from data.regions import tree as regions

TEMPLATE = "slip"
WHAT = "一次性密码"
COLUMNS = (
    ListColumn("name", "姓名"), ListColumn("login", "登录名"), ListColumn("password", WHAT), ListColumn("role", "角色"),
    ListColumn("place", "区划"), ListColumn("unit", "单位"),
)  # fmt: skip
Drawn = Mapping[str, tuple[str, str]]
"""Login → a new password and its hash."""


@dataclass(frozen=True)
class Slip:
    """What somebody is handed to sign in for the first time."""

    name: str
    login: str
    password: str
    role: str
    place: str
    unit: str


def draw(rows: Sequence[Row], progress: Callable[[int, int], None] = lambda done, total: None) -> Drawn:
    """A password for each; takes a tenth of a second for one, and is done before the store is held."""
    made = {}
    for number, row in enumerate(rows, 1):
        password = passwords.drawn()
        made[row.login] = (password, passwords.hashed(password))
        progress(number, len(rows))
    return made


@needs(ADMINISTER, PEOPLE)
def enrol(connection: Connection, viewer: Viewer, preview: Preview, drawn: Drawn, **done: Unpack[Done]) -> list[Slip]:
    """Write all that a workbook says within one transaction; what its new people are handed.

    Raises Refused where it has faults, or where the store has changed so that a row does not fit any more: its number
    is told.
    """
    if preview.issues:
        raise Refused("名单里有错误，全部没有写入。请改正后重新上传。")
    slips = []
    for row in preview.rows:
        try:
            if row.person is not None:
                _change(connection, viewer, row, row.person, done)
                continue
            password, hash = drawn[row.login]
            add_account(
                connection,
                viewer,
                login=row.login,
                hash=hash,
                role=row.role,
                region=row.region,
                name=row.name,
                helper=row.helper,
                phone=row.phone,
                unit=row.unit,
                **done,
            )
            slips.append(_slip(connection, viewer, row, password))
        except WarRoomError as error:
            raise Refused(f"第 {row.number} 行（{row.login}）：{error}全部没有写入。") from error
    return slips


def _change(connection: Connection, viewer: Viewer, row: Row, person: int, done: Done) -> None:
    held = one_person(connection, viewer, person)
    edit_person(connection, viewer, person, name=row.name, phone=row.phone, unit=row.unit, **done)
    if (row.role, row.region, row.helper) != (held.role, held.region, held.helper):
        move_account(connection, viewer, person, role=row.role, region=row.region, helper=row.helper, **done)


def _slip(connection: Connection, viewer: Viewer, row: Row, password: str) -> Slip:
    """What the person of a row is handed."""
    place = regions.find(connection, viewer, row.region)
    return Slip(row.name, row.login, password, ROLES[row.role], f"{place.name} {place.code}".strip(), row.unit or "")


def slip_frame(slips: Sequence[Slip]) -> pd.DataFrame:
    """The slips as the rows of a workbook, in the order of COLUMNS."""
    return pd.DataFrame([asdict(one) for one in slips], columns=[column.name for column in COLUMNS])


def slip_paper(slips: Sequence[Slip], address: str, by: str) -> bytes:
    """The slips as a PDF to be cut: ten to a sheet of A4. ``address``: where one signs in; ``by``: who printed them
    and when, at the foot of each sheet. Raises Refused."""
    documents = [
        {
            "name": clean(one.name, 40),
            "login": clean(one.login, 40, run=0),
            "password": clean(one.password, 40, run=0),
            "about": clean(f"{one.role} · {one.place}", 60),
            "unit": clean(one.unit, 40) if one.unit else "",
        }
        for one in slips
    ]
    shared = {"title": "登录账号", "address": clean(address, 80, run=0), "by": clean(by, 120, run=0)}
    return pdf(TEMPLATE, documents, shared)
