"""The official workbook comes in: read, checked as a whole, written in one transaction or not at all."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from data.duties.persons import settle_persons
from data.errors import Refused
from data.figures import cube
from data.intake.booked import compare_lines
from data.intake.check import SheetCheck
from data.intake.conflicts import settle
from data.intake.current import current_of
from data.intake.files import open_sheets
from data.intake.issues import FileFault, Findings, ImportResult, Issue
from data.intake.kept import KeptCheck
from data.intake.known import KnownCodes
from data.intake.ledger import LedgerCheck
from data.intake.lives import Lives
from data.intake.questions import UNANSWERED, Answers
from data.intake.read import Sheet
from data.intake.runs import last_run, record_run
from data.intake.stages import warn_stages
from data.intake.sums import warn_booked, warn_sums
from data.intake.told import warn_told
from data.intake.write import mend_parents, pend, refuse_order, write_pending
from data.matters.daily import settle_matters
from data.model import import_cell
from data.store.engine import writing
from data.workbook.kept import KEPT
from data.workbook.sheets import LEDGER, MEMBER, REGION, SHEETS

__all__ = ["ImportResult", "Issue", "import_files"]

Progress = Callable[[str, int, int], None]
_OF_MEMBERS = {spec.name: {one.heading for one in spec.columns if one.reference == MEMBER} for spec in SHEETS}
"""Sheet → headings of its columns that name members."""


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
    files = [Path(file) for file in files]
    report = progress or (lambda label, done, total: None)
    findings = Findings()
    sheets = open_sheets(files, findings, current_of(now, as_of), answers=answers, today=now.date())
    with engine.connect() as connection:
        known = KnownCodes(connection, valid_rows=valid_rows, members=any(map(_names_members, sheets)))
        kept = _read_kept(sheets, known, findings)
        checks = _check(sheets, known, now.date(), findings, report)
        kept.find()
        kept.refuse_other_plans(connection)
        warn_sums(connection, checks, findings)
        warn_stages(connection, checks, findings)
        Lives(connection, checks, known, findings).refuse()
        for check in checks:
            if isinstance(check, LedgerCheck):
                compare_lines(connection, check)
    run = _Run(changed=0, conflicts=[])
    if (checks or kept.read) and not findings.waiting and (valid_rows or not findings.refusal_count):
        run = _write(engine, checks, kept, known, findings, files, now, rebuild, overwrite, report)
    return ImportResult(
        rows={check.spec.name: check.read for check in checks} | ({KEPT: kept.read} if kept.read else {}),
        changed=run.changed,
        refusals=findings.refusals,
        warnings=findings.warnings,
        ignored=findings.ignored,
        wrote=run.changed > 0,
        refused_rows=sum(check.refused_rows for check in checks),
        refusal_count=findings.refusal_count,
        warning_count=findings.warning_count,
        conflicts=run.conflicts,
        overwritten=overwrite,
        questions=findings.questions,
        waiting=findings.waiting,
    )


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


@dataclass(frozen=True)
class _Run:
    """What a writing came to: rows changed, and the conflicts."""

    changed: int
    conflicts: list[Issue]


class _Withdrawn(Exception):
    """Beside the store something was found that refuses the whole."""


def _write(
    engine: Engine,
    checks: Sequence[SheetCheck],
    kept: KeptCheck,
    known: KnownCodes,
    findings: Findings,
    files: Sequence[Path],
    now: datetime,
    rebuild: bool,
    overwrite: bool,
    report: Progress,
) -> _Run:
    with suppress(_Withdrawn), _uncollected(), writing(engine) as connection:
        cube.hold(connection)
        if (before := last_run(connection)) != known.last_run:  # what cadres write meanwhile makes no code unknown
            raise Refused("校验期间有另一次导入写入了数据，本次未写入，请再导入一次。")
        pending = [one for check in checks for one in pend(connection, check, report)]
        refuse_order(pending, findings)
        if findings.refusal_count and not known.valid_rows:
            raise _Withdrawn
        settled = settle(connection, pending, overwrite=overwrite)
        changed = write_pending(pending, before + 1)
        if any(check.spec.name == REGION for check in checks):
            changed += mend_parents(connection, known)
        changed += kept.write(connection)
        warn_told(connection, checks, settled.conflicts, findings)
        if changed:
            settle_persons(connection, now, run=before + 1)
            if settled.notes:
                rows = [{"run": before + 1, **note} for note in settled.notes]
                connection.execute(import_cell.insert(), rows)
            warn_booked(connection, checks, findings)
            counts = {
                "rows": sum(check.read for check in checks) + kept.read,
                "changed": changed,
                "warnings": findings.warning_count,
                "refused": sum(check.refused_rows for check in checks),
            }
            settle_matters(connection, now.date())
            cube.stamp(connection, now)
            if rebuild:
                cube.rebuild(connection, today=now.date(), progress=report)
            record_run(connection, files, "数据", counts, now=now)
        return _Run(changed, settled.conflicts)
    return _Run(0, [])


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic collector, which a third of the writing time goes to: millions of rows, none in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
