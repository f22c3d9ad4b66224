"""Workbooks as jobs: checking them against the store, and writing what people decided."""

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Connection

from data.clock import written
from data.errors import Refused
from data.imports import choices, comparing, files, preview
from data.imports.jobs import BROWSER
from data.imports.preview_tables import place
from data.imports.running import Work
from data.intake import By, Checked, ImportResult, check_files, write_checked
from data.intake.decisions import Decisions
from data.intake.demonstration import standing
from data.intake.issues import ImportResult as Result
from data.intake.leaving import leave_out
from data.intake.report import write_marked_copy
from data.intake.written import Overtaken
from data.regions.versions import LAST_WRITE
from data.store.engine import writing
from data.store.private import own_file
from data.workbook.stamp import stamp_of

VALID_ROWS, AS_OF = "valid_rows", "as_of"
"""Answers that are no questions: '1' for the good rows alone; until when foreign files are current (ISO)."""
_UNSIGNED = (
    "文件里是真实区划，要由登录的管理员导入：请先用服务器启动时显示的启用链接建立第一个管理员，登录后再递交。"
    "现在库里是演示数据，没有改动。"
)
_CHECKED = "checked.pickle"
_ATTEMPTS = 3
Facts = Mapping[str, object]


def check_workbooks(work: Work) -> None:
    """Read and check the files, compare them with the store, keep all of it beside them; the facts are told by
    ``_facts``."""
    now, given = work.clock(), files.still_given(work.engine, work.job.id)
    version = _version(work)
    checked = _checked(work, given)
    _keep(work, checked, version)
    with standing(work.engine, checked.replaces) as connection, connection.begin() as rehearsal:
        counts = comparing.build(connection, checked, place(work.engine, work.job.id), work.report)
        rehearsal.rollback()
    facts = {"checked": written(now), "counts": counts, **_facts(checked, given)}
    marked = files.folder(work.engine, work.job.id) / "marked.xlsx"
    marked.unlink(missing_ok=True)
    if checked.findings.refusal_count:
        work.report("写标注副本", 0, 0)
        write_marked_copy(_result(checked), given, marked, work.job.answers)
    with writing(work.engine) as connection:
        asked, said = checked.findings.questions, work.job.answers
        choices.remember(connection, work.job.region, asked, said, actor=work.viewer.actor, now=now)
        work.finish(connection, facts | {"marked": marked.is_file()}, None)


def write_workbooks(work: Work) -> None:
    """Write what people decided, all in one transaction; where anything was written since the check, check once more.

    What somebody entered since the preview was made is a conflict that nobody has decided about: it stays.
    """
    decisions = preview.decisions(work.engine, work.job.id)
    checked = _kept(work) or _checked(work, files.still_given(work.engine, work.job.id))
    for left in range(_ATTEMPTS, 0, -1):
        try:
            result = _write(work, checked, decisions)
            break
        except Overtaken:  # another import was quicker: once more beside what it wrote
            if left == 1:
                raise
            checked = _checked(work, files.still_given(work.engine, work.job.id))
    if not result.changed and result.refusal_count and not checked.known.valid_rows:
        raise Refused(f"校验之后数据又有变化，有 {result.refusal_count} 处不能写入，本次没有写入。请重新校验。")


def _write(work: Work, checked: Checked, decisions: Decisions) -> ImportResult:
    with standing(work.engine, checked.replaces) as connection:
        left = leave_out(connection, checked, decisions)

    def after(connection: Connection, result: ImportResult) -> None:
        told = {
            "at": written(work.clock()),
            "changed": result.changed,
            "refused": result.refused_rows - left,
            "left": left,
            "kept": sum(not decisions.takes(one.cell) for one in result.conflicts if one.cell),
            "taken": sum(decisions.takes(one.cell) for one in result.conflicts if one.cell),
        }
        work.finish(connection, {**work.job.facts, "written": told}, result.run)

    return write_checked(
        work.engine,
        checked,
        now=work.clock(),
        decisions=decisions,
        by=By(work.viewer.actor, BROWSER),
        progress=work.report,
        after=after,
    )


def _version(work: Work) -> tuple[int, str]:
    """Of which data, on which day, a check speaks."""
    with work.engine.connect() as connection:
        return connection.execute(LAST_WRITE).scalar() or 0, work.clock().date().isoformat()


def _keep(work: Work, checked: Checked, version: tuple[int, str]) -> None:
    """Keep what was checked, so that nothing is read twice while nothing else is written."""
    kept = files.folder(work.engine, work.job.id) / _CHECKED
    own_file(kept)
    with kept.open("wb") as written_to:
        pickle.dump((version, work.job.answers, checked), written_to, pickle.HIGHEST_PROTOCOL)


def _kept(work: Work) -> Checked | None:
    """What was checked, where it still holds. Our own file in a folder that is ours alone."""
    try:
        with (files.folder(work.engine, work.job.id) / _CHECKED).open("rb") as kept:
            version, answers, checked = pickle.load(kept)
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
        return None
    same = version == _version(work) and answers == work.job.answers
    return checked if same and isinstance(checked, Checked) else None


def _checked(work: Work, given: list[Path]) -> Checked:
    answers = choices.answers_of(work.engine, work.job)
    checked = check_files(
        work.engine,
        given,
        valid_rows=answers.get(VALID_ROWS) == "1",
        progress=work.report,
        now=work.clock(),
        as_of=answers.get(AS_OF, ""),
        answers=answers,
        area=work.job.region,
    )
    if checked.replaces and work.viewer.person is None:
        raise Refused(_UNSIGNED)
    return checked


def _facts(checked: Checked, given: list[Path]) -> Facts:
    """``sheets``: rows read of each; ``files``: of each its name and until when it is current, '' where nobody knows;
    ``ignored``: what was passed over; ``refusals``, ``refused_rows``, ``warnings``: how many; ``questions``; ``may``:
    whether it may be written as it is."""
    findings = checked.findings
    stamps = {file.name: stamp_of(file) for file in given}
    return {
        "sheets": checked.rows,
        "files": [{"name": name, "current": one.at if one else ""} for name, one in stamps.items()],
        "ignored": findings.ignored[:200],
        "refusals": findings.refusal_count,
        "refused_rows": sum(check.refused_rows for check in checked.checks),
        "warnings": findings.warning_count,
        "questions": [json.loads(json.dumps(asdict(one))) for one in findings.questions],
        "may": checked.may_be_written,
    }


def _result(checked: Checked) -> Result:
    findings = checked.findings
    return Result(
        rows=checked.rows,
        changed=0,
        refusals=findings.refusals,
        warnings=findings.warnings,
        ignored=findings.ignored,
        wrote=False,
        refused_rows=0,
        refusal_count=findings.refusal_count,
        warning_count=findings.warning_count,
        conflicts=[],
        overwritten=False,
    )
