"""What the rows of a checked import come to: six groups in one line, by sheet, by township and village."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from components.imports.address import GROUPS, ImportChoice, import_link
from components.imports.markup import CountRow, counts_markup, groups_markup
from components.imports.rows import filter_of
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.imports import preview
from data.imports.jobs import Job
from data.regions import tree as regions

Counts = Mapping[str, Mapping[str, int]]
NO_PLACE = "（不属于一个村镇）"


def summed(counts: Counts) -> dict[str, int]:
    """Group → rows, over all lines."""
    return {group: sum(one.get(group, 0) for one in counts.values()) for group in GROUPS}


def show_groups(screen: Screen, job: Job, choice: ImportChoice) -> None:
    """The six groups, each to be listed, of the sheet and place that are looked at."""
    counts = summed(preview.counts(screen.engine, screen.viewer, job.id, "sheet", replace(filter_of(choice), state="")))
    total = sum(number for group, number in counts.items() if group != "warned")
    show_markup(
        groups_markup(counts, choice.group, lambda group: import_link(screen, choice, group=group), total=total)
    )


def show_tables(screen: Screen, job: Job, choice: ImportChoice) -> None:
    """By sheet and by place beside each other, each number a link to its rows."""
    sheets = preview.counts(screen.engine, screen.viewer, job.id, "sheet", preview.Filter(region=choice.place))
    places = _by_place(screen, job, choice)
    columns = st.columns(2, gap="medium") if len(places) > 1 else [st.container()]
    with columns[0]:
        rows = [
            CountRow(sheet, counts, import_link(screen, choice, sheet="" if sheet == choice.sheet else sheet))
            for sheet, counts in sheets.items()
        ]
        show_markup(
            counts_markup(
                rows, head="工作表", caption="按工作表", chosen=choice.sheet,
                url=lambda row, group: import_link(screen, choice, sheet=row.words, group=group),
            )
        )  # fmt: skip
    if len(places) > 1:
        with columns[1]:
            _show_places(screen, choice, places)


def _by_place(screen: Screen, job: Job, choice: ImportChoice) -> Counts:
    """By township, or where all lies in one by village."""
    wanted = preview.Filter(sheet=choice.sheet, region=choice.place[:9])
    townships = preview.counts(screen.engine, screen.viewer, job.id, "9", wanted)
    if len([code for code in townships if code]) > 1:
        return townships
    return preview.counts(screen.engine, screen.viewer, job.id, "12", wanted)


def _show_places(screen: Screen, choice: ImportChoice, places: Counts) -> None:
    names = ask_uncached(screen, regions.names_of, tuple(sorted(places)))
    rows = {names.get(code, code) or NO_PLACE: (code, counts) for code, counts in sorted(places.items())}

    def url(row: CountRow, group: str) -> str:
        code = rows[row.words][0]
        return import_link(screen, choice, place=code, group=group) if code else ""

    lines = [
        CountRow(words, counts, import_link(screen, choice, place="" if code == choice.place else code) if code else "")
        for words, (code, counts) in rows.items()
    ]
    show_markup(
        counts_markup(
            lines, head="乡镇、村", caption="按乡镇和村", url=url, chosen=names.get(choice.place, ""),
        )
    )  # fmt: skip
