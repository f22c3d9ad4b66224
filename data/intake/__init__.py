"""The official workbook comes in: read, checked as a whole, written in one transaction or not at all."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data.intake.checked import Checked, Progress, check_files, silent
from data.intake.decisions import By, Decisions
from data.intake.issues import ImportResult, Issue
from data.intake.questions import UNANSWERED, Answers
from data.intake.written import write_checked

__all__ = ["By", "Checked", "Decisions", "ImportResult", "Issue", "check_files", "import_files", "write_checked"]


def import_files(
    engine: Engine,
    files: Sequence[Path],
    *,
    valid_rows: bool = False,
    progress: Progress | None = None,
    now: datetime,
    rebuild: bool = True,
    as_of: str = "",
    overwrite: bool = False,
    answers: Answers = UNANSWERED,
) -> ImportResult:
    """Import workbooks (.xlsx), folders or zips of CSV files: several are one import, and one transaction.

    Nothing is written where a question waits for its answer among ``answers``, or anything is refused, unless
    ``valid_rows``: then the good rows are, and rows that depend on a refused one go with it. An import that changes
    nothing leaves no trace. ``progress`` is called with a label, what is done and the total. A cell that differs from
    what somebody entered after its file was current is a conflict and kept out, or with ``overwrite`` taken; ``as_of``
    (ISO, local) says until when foreign files are current. Raises Refused for a missing file, and where another import
    came in between.
    """
    report = progress or silent
    checked = check_files(engine, files, valid_rows=valid_rows, progress=report, now=now, as_of=as_of, answers=answers)
    decisions = Decisions(overwrite=overwrite)
    return write_checked(engine, checked, now=now, decisions=decisions, rebuild=rebuild, progress=report)
