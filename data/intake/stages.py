"""Warnings that only the stages of a project together show: one that was come into before the one it follows."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from data.intake.check import SheetCheck
from data.intake.issues import WARNING, Findings, Issue
from data.intake.sums import Filed, filed_rows
from data.model import project_stage
from data.terms import PROJECT_STAGES

SHEET = "项目进度"


def warn_stages(connection: Connection, checks: Sequence[SheetCheck], findings: Findings) -> None:
    """Look through the days of 项目进度 in the order of the stages, with what the store holds already."""
    stages = next((check for check in checks if check.spec.name == SHEET), None)
    if stages is None:
        return
    filed = filed_rows(stages, ("project", "stage"), ("entered",))
    columns = (project_stage.c.project, project_stage.c.stage, project_stage.c.entered)
    days: dict[str, dict[str, str]] = defaultdict(dict)
    for project, stage, entered in connection.execute(select(*columns)):
        days[project][stage] = entered
    for (project, stage), ((entered,), _, _) in filed.items():
        days[project][stage] = entered
    for project in dict.fromkeys(project for project, _ in filed):
        latest, before = "", ""
        for stage in (one for one in PROJECT_STAGES if one in days[project]):
            entered = days[project][stage]
            if entered < latest:
                _warn(findings, filed, project, (stage, entered), (before, latest))
            else:
                latest, before = entered, stage


def _warn(findings: Findings, filed: Filed, project: str, later: tuple[str, str], earlier: tuple[str, str]) -> None:
    """On the row of the later stage, or where that is not in the files on that of the earlier one."""
    if (project, later[0]) in filed:
        (entered,), row, file = filed[project, later[0]]
        reason = f"进入日期早于前面的阶段“{earlier[0]}”（{earlier[1]}）"
    elif (project, earlier[0]) in filed:
        (entered,), row, file = filed[project, earlier[0]]
        reason = f"进入日期晚于后面的阶段“{later[0]}”（{later[1]}）"
    else:
        return
    findings.warn([Issue(SHEET, row, "进入日期", entered, reason, WARNING, file)], 1)
