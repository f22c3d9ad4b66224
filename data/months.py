"""Months as ordinals: ``year * 12 + month - 1``, so that twelve months before is a subtraction."""

import calendar
import re
from datetime import date

from data.errors import NotFound

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


def month_of(text: str | date) -> int:
    """Ordinal of a ``YYYY-MM`` text, an ISO date text or a date; raises NotFound for anything else."""
    if isinstance(text, date):
        return text.year * 12 + text.month - 1
    found = _MONTH.match(text.strip())
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2199:
        raise NotFound(f"月份“{text[:20]}”无法识别，请写成 2026-11 这样的形式。")
    return int(found[1]) * 12 + int(found[2]) - 1


def label(month: int) -> str:
    """``YYYY-MM`` of an ordinal."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def spoken(month: int) -> str:
    """``YYYY年M月`` of an ordinal, as officials write it."""
    return f"{month // 12}年{month % 12 + 1}月"


def short_day(iso: str) -> str:
    """``M月D日`` of an ISO date."""
    return f"{int(iso[5:7])}月{int(iso[8:10])}日"


def first_day(month: int) -> str:
    """ISO date of the first day."""
    return f"{label(month)}-01"


def last_day(month: int) -> str:
    """ISO date of the last day."""
    return f"{label(month)}-{calendar.monthrange(month // 12, month % 12 + 1)[1]:02d}"
