"""One field of a form, as typed, by the rules of the workbook's column it fills; what is refused names its field."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from data.errors import Refused
from data.money import typed
from data.workbook.sheets import FREE, SHEETS, ColumnSpec, SheetSpec
from data.workbook.values import Fault, clean, identity_doubt, named, parser
from data.workbook.values import shown as as_cell

SHORT, LONG = 100, 2_000  # characters of a name or a phone, of a description
SHEET_OF: dict[str, SheetSpec] = {sheet.table_name: sheet for sheet in SHEETS}


class Unfit(Refused):
    """A field that cannot be taken as it was typed; ``field`` is its name as the form shows it, ``reason`` why not."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason.rstrip("。")
        super().__init__(f"{field}：{self.reason}。")


def longest(name: str) -> int:
    """How many characters a text column takes from a form."""
    return LONG if name in FREE else SHORT


def read_text(
    field: str, typed: str | None, *, most: int = SHORT, required: bool = False, free: bool = True
) -> str | None:
    """What was typed, ``free`` sentences or a name; raises Unfit."""
    try:
        found = (clean if free else named)(typed or "")
    except Fault as fault:
        raise Unfit(field, str(fault)) from fault
    if found is not None and len(found) > most:
        raise Unfit(field, f"现有 {len(found)} 个字，最多 {most} 个字，请精简")
    if required and found is None:
        raise Unfit(field, "必填，请填写")
    return found


def read_field(table: str, name: str, typed: str | None, *, today: date) -> object:
    """The stored value of one column; None where nothing was typed. Raises Unfit."""
    column = SHEET_OF[table].column(name)
    required = column.required
    text = read_text(
        column.heading, typed, most=longest(name), required=required and column.kind != "choice", free=column.free
    )
    if text is None or column.kind == "text":
        if text is None and required:
            raise Unfit(column.heading, "必填，请选择")
        return text
    if column.kind == "period":  # a form is about a month
        column = replace(column, kind="month")
    try:
        return parser(column, today=today)(text)
    except Fault as fault:
        raise Unfit(column.heading, str(fault)) from fault


def read_fields(table: str, typed: Mapping[str, str | None], *, today: date) -> dict[str, object]:
    """Several columns of one record, and their order where the workbook has one (an end is not before its start)."""
    found = {name: read_field(table, name, text, today=today) for name, text in typed.items()}
    check_order(table, found)
    return found


def check_order(table: str, values: Mapping[str, object]) -> None:
    """Raises Unfit where an end lies before its start."""
    sheet = SHEET_OF[table]
    for start, end in sheet.order:
        begun, ended = values.get(start), values.get(end)
        if begun is not None and ended is not None and str(ended) < str(begun):
            raise Unfit(sheet.column(end).heading, f"早于{sheet.column(start).heading}（{begun}）")


def shown(column: ColumnSpec, stored: object) -> str:
    """A stored value as a form's field shows it, so that reading it gives the same value."""
    if stored is None:
        return ""
    if column.kind == "money":
        return typed(int(str(stored)))
    return as_cell(column, stored)


def doubts(table: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """What is kept though it looks wrong: an ID number whose check digit does not fit."""
    number = values.get("id_number") if table == "member" else None
    doubt = identity_doubt(str(number)) if number is not None else None
    return (doubt,) if doubt else ()
