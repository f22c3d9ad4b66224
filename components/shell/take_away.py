"""What is taken away: a list as a workbook, which says where it comes from and stands in the log before it leaves."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from components.shell.logged import caller, leaves
from components.shell.screen import Screen
from data.access.roles import EXPORT, FIGURES
from data.audit.taken import detail
from data.figures.standing import Standing
from data.months import label
from data.paper.spreadsheet import EXCEL, ListColumn, file_name, list_workbook


def take_away(
    screen: Screen,
    rows: pd.DataFrame | Callable[[], pd.DataFrame],
    columns: Sequence[ListColumn],
    *,
    what: str,
    title: str,
    key: str,
    about: str = "",
    filters: str = "",
    place: str | None = None,
    standing: Standing | None = None,
    unit: str = "行",
    sheet: str = "名单",
    words: str = "导出名单（Excel）",
) -> None:
    """A button that gives these rows, or those asked for when it is pressed, as a workbook; none for who takes nothing
    away.

    ``title`` heads the sheet and with the month (of ``standing``, else the screen's) names the file; below it stands
    what it is ``about`` (the month, where that is not said), and what ``filters`` picked the rows out. ``what`` and
    ``filters`` go into the log: words of ours, which name no person; ``place`` is the code of the region where that is
    not the one of the screen.
    """
    if not screen.viewer.may(EXPORT, FIGURES):
        return
    at = caller()
    where = f"{screen.region.name} {screen.region.code}".strip() if place is None else place

    def workbook() -> bytes:
        frame = rows() if callable(rows) else rows
        when = standing.words if standing else screen.month_text
        by = screen.taken_by()
        told = (about or when, f"共 {len(frame):,} {unit}", filters and f"筛选：{filters}", screen.source, by)
        below = " · ".join(filter(None, told))
        content = list_workbook(frame, title=title, subtitle=below, mark=by, columns=columns, sheet=sheet)
        left = detail(what, place=where, filters=filters, count=len(frame), unit=unit)
        leaves(screen, "export", at=at, left=left)
        return content

    st.download_button(
        words,
        data=workbook,
        file_name=f"{file_name(title)}_{label(standing.month if standing else screen.month)}.xlsx",
        mime=EXCEL,
        on_click="ignore",
        key=key,
    )


def take_paper(
    words: str,
    made: Callable[[], bytes],
    *,
    name: str,
    key: str,
    primary: bool = False,
    mime: str = "application/pdf",
) -> None:
    """A button that gives a PDF, or what ``mime`` says; whoever makes it enters it in the log."""
    st.download_button(
        words,
        data=made,
        file_name=name,
        mime=mime,
        on_click="ignore",
        key=key,
        type="primary" if primary else "secondary",
    )
