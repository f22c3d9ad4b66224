"""The official workbook comes in: read, checked as a whole, written in one transaction or not at all."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from data.errors import Refused
from data.figures import cube
from data.intake.check import SheetCheck
from data.intake.files import open_sheets
from data.intake.issues import FileFault, Findings, ImportResult, Issue
from data.intake.known import KnownCodes
from data.intake.ledger import LedgerCheck
from data.intake.read import Sheet
from data.intake.runs import last_run, record_run
from data.intake.stages import warn_stages
from data.intake.sums import warn_booked, warn_sums
from data.intake.write import write_sheet
from data.intake.years import refuse_twice_booked
from data.store.engine import writing
from data.workbook.sheets import LEDGER, SHEETS

__all__ = ["ImportResult", "Issue", "import_files"]

Progress = Callable[[str, int, int], None]


def import_files(
    engine: Engine,
    files: Sequence[Path],
    *,
    valid_rows: bool = False,
    progress: Progress | None = None,
    now: datetime,
    rebuild: bool = True,
) -> ImportResult:
    """Import workbooks (.xlsx), folders or zips of CSV files: several are one import, and one transaction.

    Nothing is written where anything is refused, unless ``valid_rows``: then the good rows are, and rows that depend
    on a refused one go with it. An import that changes nothing leaves no trace. ``progress`` is called with a label,
    what is done and the total. Raises Refused for a missing file, and where another import came in between.
    """
    files = [Path(file) for file in files]
    report = progress or (lambda label, done, total: None)
    findings = Findings()
    with engine.connect() as connection:
        known = KnownCodes(connection, valid_rows=valid_rows)
    sheets = open_sheets(files, findings)
    checks = _check(sheets, known, now.date(), findings, report)
    with engine.connect() as connection:
        warn_sums(connection, checks, findings)
        warn_stages(connection, checks, findings)
        for check in checks:
            if isinstance(check, LedgerCheck):
                refuse_twice_booked(connection, check)
    refused = sum(check.refused_rows for check in checks)
    changed = 0
    if checks and (valid_rows or not findings.refusal_count):
        changed = _write(engine, checks, known, findings, files, refused, now, rebuild, report)
    return ImportResult(
        rows={check.spec.name: check.read for check in checks},
        changed=changed,
        refusals=findings.refusals,
        warnings=findings.warnings,
        ignored=findings.ignored,
        wrote=changed > 0,
        refused_rows=refused,
        refusal_count=findings.refusal_count,
        warning_count=findings.warning_count,
    )


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


def _write(
    engine: Engine,
    checks: Sequence[SheetCheck],
    known: KnownCodes,
    findings: Findings,
    files: Sequence[Path],
    refused: int,
    now: datetime,
    rebuild: bool,
    report: Progress,
) -> int:
    with _uncollected(), writing(engine) as connection:
        cube.hold(connection)
        if last_run(connection) != known.last_run:  # what cadres write meanwhile makes no code unknown
            raise Refused("校验期间有另一次导入写入了数据，本次未写入，请再导入一次。")
        changed = sum(write_sheet(connection, check, report) for check in checks)
        if changed:
            warn_booked(connection, checks, findings)
            rows = sum(check.read for check in checks)
            warnings = findings.warning_count
            counts = {"rows": rows, "changed": changed, "warnings": warnings, "refused": refused}
            record_run(connection, files, "数据", **counts, now=now)
            cube.stamp(connection, now)
            if rebuild:
                cube.rebuild(connection, today=now.date(), progress=report)
    return changed


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
