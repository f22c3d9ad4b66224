"""One import: where it is on its way, what a process does to it, what was found, what may be done, what was done."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.wording import moment
from components.imports.acts import show_acts, take_step
from components.imports.address import ImportChoice, import_link
from components.imports.asking import ask_questions, asked_of
from components.imports.at_work import FAILED, failure_markup, show_work
from components.imports.counting import show_groups, show_tables, summed
from components.imports.given import show_given, show_marked
from components.imports.markup import facts_markup, size_words, stages_markup, steps_markup
from components.imports.offers import Findings, offers, why_not
from components.imports.outcome import numbers, state_words, written_words
from components.imports.past import files_words
from components.imports.rows import DECIDES, show_rows
from components.imports.taking_back import mapped, plan_markup, show_taking_back
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import show_said
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, OVERVIEW
from data.errors import Refused
from data.imports import jobs, preview
from data.imports.jobs import Job
from data.imports.way import CHECK, DRAFT, SUBMITTED, UNDO, UNDONE, WAY, WITHDRAWN, WRITE, WRITTEN
from data.regions import tree as regions
from data.workflow import Step

_ADVICE = {
    CHECK: "数据没有改动。请照上面的话改好文件重新递交；文件没有问题的，按“重新校验”再试一次。",
    WRITE: "数据没有改动，一条也没有写入。请按“重新校验”，核对后再写入。",
    UNDO: "数据没有改动，已写入的都还在。",
}


def show_job(screen: Screen, choice: ImportChoice, id: int) -> None:
    """Draw it; raises NotFound where the viewer has no such."""
    job = ask_uncached(screen, jobs.job, id)
    steps = ask_uncached(screen, jobs.history, id)
    allowed = frozenset(one.action for one in ask_uncached(screen, jobs.allowed, id))
    _show_head(screen, job)
    show_said("import", of=job.id)
    show_markup(stages_markup(*stages(job), wrong=bool(job.why) or job.state == WITHDRAWN))
    if reason := returned_why(job, steps):
        show_markup(f'<p class="problem" role="alert">乡镇退回修改：{escape(reason)}</p>')
    if job.work:
        show_work(screen, job)
    elif job.why:
        failed = failed_work(job, steps)
        show_markup(failure_markup(FAILED[failed], job.why, _ADVICE[failed]))
    if job.facts and job.work != CHECK:
        _show_found(screen, job, choice, allowed)
    elif not job.work:
        show_acts(screen, job, offers(job, allowed, Findings()))
    left, right = st.columns([50, 50], gap="medium")
    with left:
        show_markup(steps_markup(steps))
    with right:
        show_given(screen, job)


def _show_head(screen: Screen, job: Job) -> None:
    place = ask_uncached(screen, regions.names_of, (job.region,)).get(job.region, "")
    place = "" if place in job.who else place
    told = filter(None, (f"导入 {job.id}", place, job.who, moment(job.made), state_words(job)))
    back = link("全部导入", import_link(screen, ImportChoice()), style="underlined")
    show_markup(heading(files_words(job), " · ".join(told), level=1, more=f'<span class="more">{back}</span>'))


def stages(job: Job) -> tuple[list[str], int]:
    """The stages of its way, and at which it is; behind the last where all is done."""
    reviewed = ["乡镇审核"] if len(job.region) == 12 else []
    words = ["递交", "校验", "核对结果", *reviewed, "写入"]
    if job.work == CHECK or (job.state == DRAFT and not job.facts):
        return words, 1
    if job.state in (DRAFT, WITHDRAWN):
        return words, 2
    if job.state == SUBMITTED:
        return words, 3
    return words, len(words) - (job.work == WRITE)


def returned_why(job: Job, steps: Sequence[Step]) -> str:
    """Why the township gave it back, until something was done about it."""
    if job.state == DRAFT and steps and steps[0].action == WAY.actions["return"]:
        return steps[0].reason or ""
    return ""


def failed_work(job: Job, steps: Sequence[Step]) -> str:
    """Which work it was that did not end well."""
    if job.state == WRITTEN:
        return UNDO
    return WRITE if steps and steps[0].action == WAY.actions["stopped"] else CHECK


def _show_found(screen: Screen, job: Job, choice: ImportChoice, allowed: frozenset[str]) -> None:
    """What the check found, what is asked, what was written, the rows."""
    questions = [asked_of(one) for one in _listed(job.facts, "questions")]
    if written := numbers(job, "written"):
        _show_written(screen, job, written, may_undo="undo" in allowed)
    if questions and job.state == DRAFT and not job.work:
        answered = ask_questions(questions, job.answers, key=f"{job.id}_{job.version}", may="answer" in allowed)
        if answered is not None:
            take_step(screen, job, "answer", answers=answered)
    _show_file(job)
    try:
        found = _findings(screen, job)
    except Refused as gone:
        show_markup(f'<p class="calm">{escape(gone)}</p>')
        show_acts(screen, job, offers(job, allowed, Findings()))
        return
    show_groups(screen, job, choice)
    why = why_not(job, found) if allowed & DECIDES else ""
    if why:
        show_markup(f'<p class="import-blocked">{escape(why)}</p>')
    show_acts(screen, job, offers(job, allowed, found), lambda: show_marked(screen, job, primary=bool(why)))
    _show_whole(screen, job)
    show_tables(screen, job, choice)
    show_rows(screen, job, choice, may=bool(allowed & DECIDES))


def _findings(screen: Screen, job: Job) -> Findings:
    decided = preview.decided(screen.engine, screen.viewer, job.id)
    villages = preview.counts(screen.engine, screen.viewer, job.id, "12")
    touched = [code for code, one in villages.items() if len(code) == 12 and (one.get("new") or one.get("changed"))]
    return Findings(summed(villages), decided["left"], decided["taken"], len(touched))


def _listed(facts: Mapping[str, object], name: str) -> list[dict[str, object]]:
    held = facts.get(name)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _show_file(job: Job) -> None:
    sheets = "、".join(f"{name} {count:,} 行" for name, count in numbers(job, "sheets").items())
    current = sorted({str(one.get("current") or "") for one in _listed(job.facts, "files")})
    stands = "、".join(moment(one) for one in current if one)
    if "" in current:
        stands += f"{'；' if stands else ''}{'其余' if stands else ''}不是从本系统导出的，按文件的保存时间算"
    ignored = job.facts.get("ignored")
    passed = "、".join(map(str, ignored)) if isinstance(ignored, list) else ""
    size = size_words(sum(one.size for one in job.files))
    show_markup(
        facts_markup(
            (
                ("文件", escape(f"{len(job.files)} 个，{size}")),
                ("读到", escape(sheets or "没有读到数据行")),
                ("截至", escape(stands)),
                ("校验时间", escape(moment(str(job.facts.get("checked", ""))))),
                ("没有用到的列和表", escape(passed[:300])),
            )
        )
    )


def _show_whole(screen: Screen, job: Job) -> None:
    """What is said of sheets and files as a whole."""
    told = preview.of_files(screen.engine, screen.viewer, job.id)
    if told:
        lines = "".join(
            f"<li><b>{escape(' · '.join(filter(None, (one.file, one.sheet, one.heading))))}</b>"
            f"{f'“{escape(one.value)}”' if one.value else ''} {escape(one.reason)}</li>"
            for one in told[:50]
        )
        more = f"<li>……另有 {len(told) - 50:,} 条</li>" if len(told) > 50 else ""
        show_markup(f'<section class="import-whole"><h2>整个文件或整张表的问题</h2><ul>{lines}{more}</ul></section>')


def _show_written(screen: Screen, job: Job, written: Mapping[str, int], *, may_undo: bool) -> None:
    """What was written and where to look at it, or what taking it back did."""
    if job.state == UNDONE:
        show_markup(
            '<p class="saved" role="status">已撤回</p>' + plan_markup(mapped(job.facts.get("undone")), done=True)
        )
        return
    if job.state != WRITTEN:
        return
    run = f"（导入批次 {job.run}）" if job.run else ""
    ways = "　".join(
        link(words, screen.link(page, region=job.region), style="underlined")
        for words, page in (("看总览", OVERVIEW), ("看地图", BATTLE_MAP))
    )
    show_markup(f'<p class="saved" role="status">已写入{run}：{escape(written_words(written))}。　{ways}</p>')
    if may_undo:
        show_taking_back(screen, job)
