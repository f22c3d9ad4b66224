"""Workbooks as people have them, for the tests of what the importer makes of them: rows of cells, sheet by sheet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from data.intake.files import open_sheets
from data.intake.issues import Findings
from data.intake.questions import UNANSWERED, Answers
from tests.moment import NOW

Rows = Sequence[Sequence[object]]
HOUSES = ["户编号", "村代码", "户主姓名", "户类型"]


def write_rows(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[tuple[int, ...]]] = {}) -> Path:
    """A workbook of these rows; ``merged``: sheet → (first row, first column, last row, last column), from 0."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in sheets.items():
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            for top, left, bottom, right in merged.get(title, ()):
                page.merge_range(top, left, bottom, right, rows[top][left])
    return path


class Reading:
    """What is read of files with these answers, and what is asked and told."""

    def __init__(self, *files: Path, answers: Answers = UNANSWERED) -> None:
        self.findings = Findings()
        self.sheets = open_sheets(files, self.findings, answers=answers, today=NOW.date())

    def rows(self, name: str) -> list[tuple[int, dict[str, str]]]:
        """All rows of the sheets of this name that have something in them."""
        found = []
        for sheet in (sheet for sheet in self.sheets if sheet.name == name):
            headings = [heading for heading in sheet.headings() if heading]
            for batch in sheet.batches(headings):
                columns = {heading: cells.to_pylist() for heading, cells in batch.cells.items()}
                for place, row in enumerate(batch.rows.tolist()):
                    found.append((row, {heading: cells[place] for heading, cells in columns.items()}))
        return found

    def column(self, name: str, heading: str) -> list[str]:
        """One column of them."""
        return [cells[heading] for _, cells in self.rows(name)]

    @property
    def asked(self) -> dict[str, list[str]]:
        """The ids of the questions, each with its options."""
        return {one.id: list(one.options) for one in self.findings.questions}

    @property
    def waiting(self) -> list[str]:
        """Those without which nothing is written."""
        return [one.id for one in self.findings.waiting]

    @property
    def told(self) -> list[str]:
        """What is told of how it was read."""
        return [f"{one.row} {one.column} {one.reason}" for one in self.findings.warnings]
