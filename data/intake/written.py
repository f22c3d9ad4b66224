"""What was checked is written, in one transaction or not at all."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from data.duties.persons import settle_persons
from data.errors import Refused
from data.figures import cube
from data.intake.beforehand import Counted, counted_beforehand, is_large
from data.intake.checked import Checked, Progress, silent
from data.intake.conflicts import settle
from data.intake.decisions import BY_COMMAND, NOTHING_DECIDED, By, Decisions
from data.intake.demonstration import empty_demonstration
from data.intake.issues import Findings, ImportResult, Issue
from data.intake.recount import concerned_households, count_again, is_spread
from data.intake.runs import last_run, record_run
from data.intake.sums import warn_booked
from data.intake.told import warn_told
from data.intake.write import Pending, pend, refuse_order, still_new, write_pending
from data.matters.daily import settle_matters
from data.model import import_cell
from data.monitoring import steps_in
from data.monitoring.settling import settle as settle_cases
from data.regions.parents import mend_parents
from data.rules.recheck import recheck_many
from data.store.engine import staging, writing_on
from data.store.journal import JOURNALLED, journalling
from data.workbook.sheets import REGION

AfterWriting = Callable[[Connection, ImportResult], None]


class Overtaken(Refused):
    """Another import wrote something since the files were checked."""

    def __init__(self) -> None:
        super().__init__("校验期间有另一次导入写入了数据，本次未写入，请再导入一次。")


@dataclass(frozen=True)
class _Run:
    """What a writing came to: rows changed, its number where it changed any, and the conflicts."""

    changed: int
    number: int | None
    conflicts: list[Issue]


class _Withdrawn(Exception):
    """Beside the store something was found that refuses the whole."""


def write_checked(
    engine: Engine,
    checked: Checked,
    *,
    now: datetime,
    decisions: Decisions = NOTHING_DECIDED,
    by: By = BY_COMMAND,
    rebuild: bool = True,
    progress: Progress = silent,
    after: AfterWriting | None = None,
) -> ImportResult:
    """Write what was checked, as it was decided; nothing where anything is refused or still to be answered.

    An import that changes nothing leaves no trace. ``after`` is called inside the transaction with what came of it.
    Raises Overtaken where another import came in between.
    """
    if not checked.may_be_written:
        return _result(checked, _Run(0, None, []), decisions)
    with suppress(_Withdrawn), _uncollected(), ExitStack() as around:
        counted = None
        if rebuild and not checked.replaces and is_large(engine) and is_spread(engine, checked):
            beforehand = partial(_write_copy, checked=checked, decisions=decisions, now=now, report=progress)
            counted = around.enter_context(counted_beforehand(engine, beforehand, now, progress))
        connection = around.enter_context(staging(counted.engine if counted else engine))
        staged = [] if checked.replaces else checked.checks  # beside a demonstration, which goes first
        pending = [one for check in staged for one in pend(connection, check, progress)]
        connection.commit()
        with writing_on(connection):
            run = _write(connection, checked, pending, decisions, by, now, rebuild, progress, counted)
            result = _result(checked, run, decisions)
            if after is not None:
                after(connection, result)
        return result
    return _result(checked, _Run(0, None, []), decisions)


def _write(
    connection: Connection,
    checked: Checked,
    pending: list[Pending],
    decisions: Decisions,
    by: By,
    now: datetime,
    rebuild: bool,
    report: Progress,
    counted: Counted | None,
) -> _Run:
    checks, known, findings = checked.checks, checked.known, checked.findings
    cube.hold(connection)
    # what cadres write meanwhile makes no code unknown, but a table may be empty no more, a household's number taken
    if (before := last_run(connection)) != known.last_run or known.is_outdated(connection) or not still_new(pending):
        raise Overtaken
    if checked.replaces:
        report("清空演示数据", 0, 0)
        empty_demonstration(connection, now, actor=by.actor)
        pending = [one for check in checks for one in pend(connection, check, report)]
    refuse_order(pending, findings)
    if findings.refusal_count and not known.valid_rows:
        raise _Withdrawn
    settled = settle(connection, pending, decisions)
    run = before + 1
    with journalling(connection, JOURNALLED) as journal:
        changed = _write_rows(connection, checked, pending, run)
        steps_in.land(connection, now, actor=by.actor)
        warn_told(connection, checks, settled.conflicts, findings)
        if not changed:
            return _Run(0, None, settled.conflicts)
        settle_persons(connection, now, run=run)
        if settled.notes:
            connection.execute(import_cell.insert(), [{"run": run, **note} for note in settled.notes])
        warn_booked(connection, checks, findings)
        settle_matters(connection, now.date())
        settle_cases(connection, now=now)
        journal.keep(run)
    count_again(connection, run, now, rebuild=rebuild, progress=report, counted=counted)
    if rebuild:
        report("检查数据规则", 0, 0)
        recheck_many(connection, concerned_households(connection, run), now, actor=by.actor)
    number = record_run(
        connection, checked.files, "数据", _counts(checked, changed), now=now, actor=by.actor, address=by.address
    )
    return _Run(changed, number, settled.conflicts)


def _write_rows(
    connection: Connection, checked: Checked, pending: list[Pending], run: int, *, again: bool = False
) -> int:
    changed = write_pending(pending, run, again=again)
    if any(check.spec.name == REGION for check in checked.checks):
        changed += mend_parents(connection, checked.known.codes[REGION])
    return changed + checked.kept.write(connection)


def _write_copy(
    connection: Connection, *, checked: Checked, decisions: Decisions, now: datetime, report: Progress
) -> None:
    """The same rows into a copy of the store, where nobody is told of anything."""
    left = [check.left_out for check in checked.checks]
    pending = [one for check in checked.checks for one in pend(connection, check, report)]
    refuse_order(pending, Findings())
    settle(connection, pending, decisions)
    _write_rows(connection, checked, pending, last_run(connection) + 1, again=True)
    steps_in.land(connection, now, actor=BY_COMMAND.actor)
    settle_matters(connection, now.date())
    settle_cases(connection, now=now)
    for check, number in zip(checked.checks, left, strict=True):
        check.left_out = number


def _counts(checked: Checked, changed: int) -> dict[str, int]:
    return {
        "rows": sum(checked.rows.values()),
        "changed": changed,
        "warnings": checked.findings.warning_count,
        "refused": sum(check.refused_rows for check in checked.checks),
    }


def _result(checked: Checked, run: _Run, decisions: Decisions) -> ImportResult:
    findings = checked.findings
    return ImportResult(
        rows=checked.rows,
        changed=run.changed,
        refusals=findings.refusals,
        warnings=findings.warnings,
        ignored=findings.ignored,
        wrote=run.changed > 0,
        refused_rows=sum(check.refused_rows for check in checked.checks),
        refusal_count=findings.refusal_count,
        warning_count=findings.warning_count,
        conflicts=list(findings.as_seen(run.conflicts)),
        overwritten=decisions.overwrite,
        questions=findings.questions,
        waiting=findings.waiting,
        run=run.number,
    )


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
