"""Form fields made from the workbook's columns: what a column takes decides what is tapped or typed."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from data.households.fields import SHEET_OF, longest, shown
from data.workbook.sheets import FREE, ColumnSpec

FEW = 8  # so many choices are laid out to be tapped; more come as a list
YES_NO = ("是", "否")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def field(table: str, name: str, *, key: str, today: date, stored: object = None, hint: str = "") -> str | None:
    """Draw one column's field, with a stored value; returns what is in it, as ``data.households.fields`` reads it."""
    column = SHEET_OF[table].column(name)
    label = column.heading + (" *" if column.required else "")
    start = shown(column, stored)
    if column.kind == "day":
        chosen = day_field(label, key=key, today=today, start=start, may_be_future=column.may_be_future)
        return chosen.isoformat() if chosen else None
    if column.kind in ("choice", "yes_no"):
        return choice_field(label, column.choices or YES_NO, key=key, start=start, required=column.required)
    if column.kind == "choices":
        return "、".join(
            st.multiselect(label, column.choices, default=_known(column, start), key=key, placeholder="可多选")
        )
    return text_field(label, name, key=key, start=start, hint=hint or ("元" if column.kind == "money" else ""))


def text_field(label: str, name: str, *, key: str, start: str = "", hint: str = "") -> str:
    """Free text, of several lines where the column takes them."""
    most = max(longest(name), len(start))
    if name in FREE:
        return st.text_area(label, start, key=key, max_chars=most, height=96, placeholder=hint)
    return st.text_input(label, start, key=key, max_chars=most, placeholder=hint)


def day_field(label: str, *, key: str, today: date, start: str = "", may_be_future: bool = False) -> date | None:
    """A day from a calendar; empty where none is held."""
    held = date.fromisoformat(start) if start else None
    last = _LAST_DAY if may_be_future else max(today, held or _FIRST_DAY)
    return st.date_input(label, held, min_value=_FIRST_DAY, max_value=last, format="YYYY-MM-DD", key=key)


def choice_field(label: str, choices: Sequence[str], *, key: str, start: str = "", required: bool = True) -> str | None:
    """One of a closed list; of a short one by a tap, and by a second tap none where none is allowed."""
    if len(choices) <= FEW:
        start_at = start if start in choices else None
        return st.pills(label, choices, default=start_at, required=required and start_at is not None, key=key)
    options = list(choices) if required else ["", *choices]
    index = options.index(start) if start in options else None if required else 0
    return st.selectbox(
        label, options, index=index, format_func=lambda one: one or "未填", placeholder="请选择", key=key
    )


def _known(column: ColumnSpec, start: str) -> list[str]:
    return [part for part in start.split("、") if part in column.choices]
