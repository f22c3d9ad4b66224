"""Files are read and checked as a whole; nothing is written, and nothing in the store waits for it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from data.intake.booked import compare_lines
from data.intake.check import SheetCheck
from data.intake.current import current_of
from data.intake.demonstration import asked_to_replace, standing
from data.intake.files import open_sheets
from data.intake.issues import FileFault, Findings
from data.intake.kept import KeptCheck
from data.intake.known import KnownCodes
from data.intake.ledger import LedgerCheck
from data.intake.lives import Lives
from data.intake.questions import UNANSWERED, Answers
from data.intake.read import Sheet
from data.intake.scope import refuse_outside
from data.intake.stages import warn_stages
from data.intake.steps import check_steps
from data.intake.sums import warn_sums
from data.workbook.kept import KEPT
from data.workbook.sheets import LEDGER, MEMBER, SHEETS, STEPS

Progress = Callable[[str, int, int], None]
_OF_MEMBERS = {spec.name: {one.heading for one in spec.columns if one.reference == MEMBER} for spec in SHEETS}
"""Sheet → headings of its columns that name members."""


def silent(_label: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Checked:
    """What files hold and what is to be said of it: the checks of their sheets, with the good rows, what an export
    carries besides, and what they refer to."""

    files: tuple[Path, ...]
    checks: list[SheetCheck]
    kept: KeptCheck
    known: KnownCodes
    findings: Findings
    replaces: bool = False
    """Whether the demonstration goes for them: then they are checked against what stays."""

    @property
    def may_be_written(self) -> bool:
        """Whether there is anything, nothing of it refused (or its good rows wanted), and nothing left to answer."""
        sound = self.known.valid_rows or not self.findings.refusal_count
        return bool(self.checks or self.kept.read) and sound and not self.findings.waiting

    @property
    def rows(self) -> dict[str, int]:
        """Rows read, by sheet."""
        kept = {KEPT: self.kept.read} if self.kept.read else {}
        return {check.spec.name: check.read for check in self.checks} | kept


def check_files(
    engine: Engine,
    files: Sequence[Path],
    *,
    valid_rows: bool = False,
    progress: Progress = silent,
    now: datetime,
    as_of: str = "",
    answers: Answers = UNANSWERED,
    area: str = "",
) -> Checked:
    """Read and check workbooks (.xlsx), folders or zips of CSV files: several are one import.

    ``valid_rows``: the good rows are wanted although others are refused; then rows fall with those they refer to.
    ``as_of`` (ISO, local) says until when foreign files are current; ``area``: the region of who hands them in, outside
    of which nothing is theirs. Real regions come into a store of the demonstration once it is answered that this goes.
    Raises Refused for a missing file, and for real regions beside made-up ones.
    """
    files = [Path(file) for file in files]
    findings = Findings()
    sheets = open_sheets(files, findings, current_of(now, as_of), answers=answers, today=now.date())
    with engine.connect() as connection:
        replaces = asked_to_replace(connection, sheets, findings, answers)
    with standing(engine, replaces) as connection:
        members, cases = any(map(_names_members, sheets)), any(sheet.name == STEPS for sheet in sheets)
        known = KnownCodes(connection, valid_rows=valid_rows, members=members, cases=cases)
        kept = _read_kept(sheets, known, findings)
        checks = _check(sheets, known, now.date(), findings, progress)
        kept.find()
        kept.refuse_other_plans(connection)
        warn_sums(connection, checks, findings)
        warn_stages(connection, checks, findings)
        refuse_outside(connection, checks, area, findings, kept)
        Lives(connection, checks, known, findings).refuse()
        check_steps(connection, checks, known, findings)
        for check in checks:
            if isinstance(check, LedgerCheck):
                compare_lines(connection, check)
    return Checked(tuple(files), checks, kept, known, findings, replaces)


def _names_members(sheet: Sheet) -> bool:
    """Whether any of its columns names members; what cannot be read says so when it is checked."""
    with suppress(FileFault):
        return bool(_OF_MEMBERS.get(sheet.name) and _OF_MEMBERS[sheet.name].intersection(sheet.headings()))
    return False


def _check(
    sheets: Sequence[Sheet], known: KnownCodes, today: date, findings: Findings, report: Progress
) -> list[SheetCheck]:
    checks = []
    for spec in SHEETS:
        check = (LedgerCheck if spec.name == LEDGER else SheetCheck)(spec, known, today, findings)
        for sheet in (sheet for sheet in sheets if sheet.name == spec.name):
            try:
                check.take(sheet, report)
            except FileFault as fault:
                known.unreadable.add(spec.name)
                if str(fault):
                    findings.refuse_file(sheet.file, str(fault), sheet=spec.name)
        check.finish()
        if check.read:
            checks.append(check)
    return checks


def _read_kept(sheets: Sequence[Sheet], known: KnownCodes, findings: Findings) -> KeptCheck:
    check = KeptCheck(known, findings)
    for sheet in (sheet for sheet in sheets if sheet.name == KEPT):
        try:
            check.take(sheet)
        except FileFault as fault:
            findings.refuse_file(sheet.file, str(fault), sheet=KEPT)
    return check
