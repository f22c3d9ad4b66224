"""What may be written at all, whatever form it came from: types, required columns, references, known months."""

import math
from collections.abc import Sequence

from sqlalchemy import Connection, Float, Text, and_, func, select

from data import model
from data.access.rights import needs
from data.access.roles import APPROVE, DUTIES, HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.errors import NotFound, Refused
from data.households import words as record_words
from data.households.words import Values
from data.model.search_columns import id_tail, initials
from data.months import month_of, spoken
from data.terms import STATE_NAMES, SUBJECTS, UNCOUNTED
from data.text.signs import hidden

"""Roles that decide on what a household is; the others correct everything else about it."""
STATE_FIELDS = ("type", "identified", "lifted", "relapsed", "risk_removed")
SPLIT = "分户自"
_PLAIN = STATE_NAMES[UNCOUNTED]
LONGEST = 10_000  # characters of one text
_MONTHS = {"visit": ("visited", "走访日期"), "problem": ("found", "发现日期")}
_MAY_BE_NEGATIVE = {f"{column}_fen" for kind, column in SUBJECTS.values() if kind == "business"}
_REFERS = {"visit": ("helper", model.helper), "archive": ("visit", model.visit), "problem": ("region", model.region)}


@needs(WRITE, HOUSEHOLDS)
def check_approval(viewer: Viewer, table: str, key: Values, before: Values | None, after: Values | None) -> None:
    """Raises Refused where somebody changes, or takes back, what is decided above him."""
    if table == "pairing" and not viewer.may(APPROVE, DUTIES):
        raise Refused("结对由乡镇以上办理，请报乡镇。")
    if viewer.may(APPROVE, HOUSEHOLDS):
        return
    if table == "household":
        touched = {name for name in STATE_FIELDS if name in {**(before or {}), **(after or {})}}
        plain = before is None and all((after or {}).get(name) in (None, _PLAIN) for name in touched)
        if touched and not plain:
            raise Refused("户类型和识别、脱贫、返贫、风险消除日期要经乡镇以上审批，请报乡镇办理。")
    elif table == "episode":
        raise Refused("纳入监测和消除风险要经乡镇以上审批，请按监测程序办理。")
    elif table == "household_move":
        raise Refused("整户迁村要经乡镇以上审批，请报乡镇办理。")
    elif table == "household_event" and key["kind"] != SPLIT:
        raise Refused(f"{key['kind']}要经乡镇以上审批，请报乡镇办理。")


def check_values(connection: Connection, table: str, key: dict[str, object], after: dict[str, object]) -> None:
    """Raises Refused with the field and the reason."""
    columns = model.metadata.tables[table].c
    for name, value in {**after, **key}.items():
        if value is None and not columns[name].nullable:
            raise Refused(f"{record_words.label(table, name)}：必填，不能为空。")
        if value is not None:
            _check_type(record_words.label(table, name) if name in after else name, columns[name].type, value)
    if table in ("ledger", "ledger_year"):
        for name, value in after.items():
            if isinstance(value, int) and value < 0 and name not in _MAY_BE_NEGATIVE:
                raise Refused(f"{record_words.label(table, name)}：不能为负数（只有生产经营性科目可以）。")
        _check_books(connection, table, key, after)
    elif table in _MONTHS and _MONTHS[table][0] in after:
        name, heading = _MONTHS[table]
        try:
            _check_month(connection, month_of(str(after[name])), heading)
        except NotFound as error:
            raise Refused(f"{heading}：{error}") from error


def _check_type(label: str, kind: object, value: object) -> None:
    if isinstance(kind, Text):
        if not isinstance(value, str):
            raise TypeError(f"{label}: text expected")
        if sign := hidden(value):
            raise Refused(f"{label}：含有看不见的字符（{sign}），请删去后重新填写。")
        if len(value) > LONGEST:
            raise Refused(f"{label}：文字超过 {LONGEST} 个字符，请精简。")
    elif isinstance(kind, Float):
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"{label}：不是数字。")
    elif not isinstance(value, int) or abs(value) >= 2**63:
        raise TypeError(f"{label}: whole number expected")


def _check_month(connection: Connection, month: int, heading: str) -> None:
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if first is None:
        raise Refused("系统还没有统计月份，请先导入户数据。")
    if month < first:
        raise Refused(f"{heading}：早于系统最早的月份 {spoken(first)}，更早的请用导入补录。")
    if month > last:
        raise Refused(f"{heading}：在本月（{spoken(last)}）之后，请核对。")


def year_span(key: Values) -> tuple[int, int]:
    """The first and the last month of the income year that a row of ``ledger_year`` is of."""
    last = int(str(key["last_month"]))
    return last - 11, last


def _check_books(connection: Connection, table: str, key: Values, after: Values) -> None:
    """An item whose total of the income year is booked has no months beside it, nor the other way round."""
    if table == "ledger":
        month = int(str(key["month"]))
        _check_month(connection, month, "月份")
    else:
        first, last = year_span(key)
        running = connection.execute(select(func.max(model.month.c.month))).scalar()
        if running is not None and first > running:
            raise Refused(f"{last // 12}年度还没有开始（{spoken(first)}起），请核对。")
        _check_month(connection, min(last, running or last), "年度")
    held = booked_otherwise(connection, [key.get("household_id")], table, key)
    for name, value in after.items():
        at = held.get((key.get("household_id"), name))
        if value is None or at is None:
            continue
        item, year = record_words.label(table, name), (at if table == "ledger" else year_span(key)[1]) // 12
        if table == "ledger":
            raise Refused(
                f"{item}：{year}年度已按全年合计记账，不能再按月记。确需按月记的，请用导入把全年合计清空后改记。"
            )
        raise Refused(f"{item}：{year}年度里已按月记账（如{spoken(at)}），不能再记全年合计。")


def booked_otherwise(
    connection: Connection, households: Sequence[object], table: str, key: Values
) -> dict[tuple[object, str], int]:
    """(household, column) → the last month in which the item is booked the other way: of what is booked by the month
    of ``key`` in ``ledger`` the year's total, of what is booked by its year in ``ledger_year`` a month of it."""
    other = model.ledger_year if table == "ledger" else model.ledger
    if table == "ledger":
        month = key["month"]
        when, within = other.c.last_month, and_(other.c.first_month <= month, other.c.last_month >= month)
    else:
        when, within = other.c.month, other.c.month.between(*year_span(key))
    asked = select(other, when.label("at")).where(other.c.household_id.in_(households), within)
    rows = connection.execute(asked.order_by(when))
    return {
        (row["household_id"], name): row["at"]
        for row in rows.mappings()
        for name in row
        if name.endswith("_fen") and row[name] is not None
    }


def check_references(connection: Connection, table: str, after: dict[str, object], household: int) -> None:
    """Raises Refused where the record names what is not there, or what is another household's."""
    if table not in _REFERS:
        return
    name, other = _REFERS[table]
    named = after.get(name)
    if named is None:
        return
    row = connection.execute(select(other).where(other.c.code == named)).mappings().first()
    if row is None or row.get("household_id", household) != household:
        raise Refused(f"{record_words.label(table, name)}：没有这一项，请重新选择。")


def stored_form(table: str, values: dict[str, object]) -> dict[str, object]:
    """The values with the search columns that follow from them."""
    derived: dict[str, object] = {}
    name = {"household": "head", "member": "name"}.get(table)
    if name and name in values:
        derived["initials"] = initials(str(values[name]))
    if table == "member" and "id_number" in values:
        number = values["id_number"]
        derived["id_tail"] = id_tail(None if number is None else str(number))
    return {**values, **derived}
