"""A day's records as markup: who wrote what, for what, with its photos small; pure but for the links handed in."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby
from operator import attrgetter

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.tables import Row
from components.drawing.wording import day as day_words
from data.terms import DAY_KINDS

_WEEKDAYS = "一二三四五六日"
OF_THE_VILLAGE = "村里的工作"


def spoken_day(iso: str) -> str:
    """``2026年11月29日 星期日``."""
    return f"{day_words(iso)} 星期{_WEEKDAYS[date.fromisoformat(iso).weekday()]}"


def records_markup(
    records: pd.DataFrame, *, file_url: Callable[[int], str] | None, photo: Callable[[int, str], str]
) -> str:
    """Records as of ``data.days.region.records``, day by day; ``file_url`` of a household's page, None where it is the
    page; ``photo`` draws one of its photos (id, digest)."""
    return "".join(
        f"<h3>{spoken_day(day)}</h3><ul>{''.join(_record(row, file_url, photo) for row in rows)}</ul>"
        for day, rows in groupby(records.itertuples(), attrgetter("day"))
    )


def _record(row: Row, file_url: Callable[[int], str] | None, photo: Callable[[int, str], str]) -> str:
    photos = "".join(photo(id, digest) for id, digest in row.photos)
    shown = f'<span class="day-photos">{photos}</span>' if photos else ""
    about = " · ".join(_about(row, file_url))
    return (
        f'<li><p><b class="day-kind {escape(row.kind)}">{DAY_KINDS[row.kind]}</b> {about}</p>'
        f'<p class="day-words">{escape(row.words)}</p>{shown}'
        f'<p class="calm">{escape(row.who)} · {row.at[5:16].replace("T", " ")}报来</p></li>'
    )


def _about(row: Row, file_url: Callable[[int], str] | None) -> Iterable[str]:
    if row.task:
        yield f"任务：{escape(row.task)}"
    if row.household_id is not None:
        name = f"{escape(row.head)}户"
        yield link(name, file_url(row.household_id), style="underlined") if file_url else name
    elif not row.task:
        yield OF_THE_VILLAGE


def count_cell(day: str) -> Callable[[Row], str]:
    """Draws the cell of a day in the matrix: the number, or that there is none."""

    def drawn(row: Row) -> str:
        number = row.counts[day]
        return f"<b>{number}</b>" if number else '<span class="day-none">·</span>'

    return drawn


def total_cell(row: Row) -> str:
    """That a village wrote nothing at all stands out."""
    return str(row.total) if row.total else '<b class="day-nothing">0</b>'
