"""One import of boundaries: how far it is, what is asked, the map before it is taken, what may be done, what was."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.drawing.tables import pager_markup
from components.drawing.wording import moment
from components.imports.acts import Act, show_acts, take_step
from components.imports.asking import ask_questions, asked_of
from components.imports.at_work import failure_markup, show_work
from components.imports.boundary_address import BoundaryChoice, boundary_link
from components.imports.boundary_map import close_markup, legend_markup, map_markup
from components.imports.boundary_markup import (
    choices_markup,
    item_markup,
    items_markup,
    missing_markup,
    told_markup,
    undone_markup,
    written_markup,
)
from components.imports.given import show_given
from components.imports.markup import stages_markup, steps_markup
from components.imports.one import failed_work
from components.imports.outcome import numbers, state_words
from components.imports.past import files_words
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.said import show_said
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP
from data.boundaries.plan import STATES
from data.errors import NotFound
from data.imports import jobs
from data.imports.boundary_preview import PAGE, Preview, preview
from data.imports.jobs import Job
from data.imports.way import CHECK, DRAFT, UNDO, UNDONE, WITHDRAWN, WRITE, WRITTEN
from data.intake.questions import Question
from data.terms import LEVELS

_FAILED = {CHECK: "没有核对完", WRITE: "没有采用", UNDO: "没有撤回"}
_ADVICE = {
    CHECK: "数据没有改动。请照上面的话处理好文件重新递交；文件没有问题的，按“重新核对”再试一次。",
    WRITE: "数据没有改动。请按“重新核对”，看过后再采用。",
    UNDO: "数据没有改动，采用的边界都还在。",
}
_STAGES = ["递交", "核对", "看地图", "采用"]


def outcome_words(job: Job) -> str:
    """What came of it, in one line: of what was written, else of the check, else why that did not end well."""
    if job.why:
        return job.why if len(job.why) <= 80 else f"{job.why[:80]}……"
    if job.state == UNDONE:
        undone = numbers(job, "undone")
        return f"恢复 {undone.get('outlines', 0):,} 处边界"
    written = numbers(job, "written")
    if written:
        return f"改动 {written['changed']:,} 处" if written["changed"] else "与现有边界一致，没有改动"
    counts = numbers(job, "counts")
    return " · ".join(f"{words} {counts[state]:,}" for state, words in STATES.items() if counts.get(state))


def show_boundary_job(screen: Screen, choice: BoundaryChoice, id: int) -> None:
    """Draw it; raises NotFound where the viewer has no such."""
    job = ask_uncached(screen, jobs.job, id)
    if job.kind != jobs.BOUNDARY:
        raise NotFound("没有这次边界导入。")
    steps = ask_uncached(screen, jobs.history, id)
    allowed = frozenset(one.action for one in ask_uncached(screen, jobs.allowed, id))
    _show_head(screen, job)
    show_said("import", of=job.id)
    show_markup(stages_markup(_STAGES, _stage(job), wrong=bool(job.why) or job.state == WITHDRAWN))
    if job.work:
        show_work(screen, job)
    elif job.why:
        failed = failed_work(job, steps)
        show_markup(failure_markup(_FAILED[failed], job.why, _ADVICE[failed]))
    _show_written(screen, job)
    questions = [asked_of(one) for one in _listed(job.facts, "questions")]
    if job.state == DRAFT and not job.work and job.facts:
        _ask(screen, job, questions, may="answer" in allowed)
    if told := _sentences(job.facts, "told"):
        show_markup(told_markup(told))
    if "answer" in allowed and job.checked and not job.may_be_written:
        show_markup(f'<p class="import-blocked">{_why_not(job)}</p>')
    show_acts(screen, job, _offers(job, allowed))
    found = ask_uncached(screen, preview, job.id) if job.facts else None
    if found is not None:
        _show_found(screen, found, choice)
    elif job.facts:
        show_markup('<p class="calm">文件已按县里定的保存天数清理，地图不再保存。</p>')
    left, right = st.columns([50, 50], gap="medium")
    with left:
        show_markup(steps_markup(steps))
    with right:
        show_given(screen, job)


def _stage(job: Job) -> int:
    if job.work == CHECK or not job.facts:
        return 1
    if job.state in (DRAFT, WITHDRAWN):
        return 2
    return 3 if job.work == WRITE else len(_STAGES)


def _show_head(screen: Screen, job: Job) -> None:
    told = f"导入 {job.id} · {job.who} · {moment(job.made)} · {state_words(job)}"
    back = link("全部边界导入", boundary_link(screen, BoundaryChoice()), style="underlined")
    show_markup(heading(files_words(job), told, level=1, more=f'<span class="more">{back}</span>'))


def _show_written(screen: Screen, job: Job) -> None:
    """What was written, and where to look at it; or what taking it back did."""
    if job.state == UNDONE:
        undone = job.facts.get("undone")
        show_markup(undone_markup(numbers(job, "undone"), _sentences(undone, "regions"), _sentences(undone, "kept")))
    elif job.state == WRITTEN:
        way = link("看作战地图", screen.link(BATTLE_MAP, region=job.region), style="underlined")
        show_markup(written_markup(numbers(job, "written"), way))


def _ask(screen: Screen, job: Job, questions: Sequence[Question], *, may: bool) -> None:
    """What must be answered stands open; how the rest was read is folded."""
    given = {**job.answers}
    waits = [one for one in questions if not one.answer(given)]
    rest = [one for one in questions if one not in waits]
    answered = None
    if waits:
        answered = ask_questions(waits, given, key=f"{job.id}_{job.version}", may=may)
    if rest:
        with st.expander(f"列、坐标系等是这样认的（{len(rest)} 项），不对可以改"):
            changed = ask_questions(rest, given, key=f"rest_{job.id}_{job.version}", may=may)
            answered = answered or changed
    if answered is not None:
        take_step(screen, job, "answer", answers=answered)


def _why_not(job: Job) -> str:
    """Why nothing can be taken as it is."""
    if waits := _sentences(job.facts, "open"):
        return f"上面还有 {len(waits)} 处要您说明，说明后才能采用。"
    return "没有能采用的边界：没有一个图形对上区划，原因列在下面。"


def _offers(job: Job, allowed: frozenset[str]) -> list[Act]:
    """The steps that the viewer may take, what leads on first."""
    taken, created = _number(job.facts, "taken"), _number(job.facts, "created")
    counts = numbers(job, "counts")
    acts = []
    if "write" in allowed:
        left = counts.get("unmatched", 0) + counts.get("double", 0)
        says = [f"采用 {taken:,} 个区划的边界" + (f"，其中新建 {created:,} 个区划。" if created else "。")]
        says += [f"没有变化的 {counts['same']:,} 个保持原样。"] * bool(counts.get("same"))
        says += [f"未对上和一码多名的 {left:,} 个图形不采用。"] * bool(left)
        says.append("采用前的边界会留存，采用后可以撤回；谁、何时、采用了什么都有记录。")
        acts.append(Act("write", f"采用 {taken:,} 个区划的边界", says, serious=True))
    if "answer" in allowed:
        again = ("按现在的数据再核对一次，不改动任何数据。",)
        acts.append(Act("answer", "重新核对", again, key="again", answers={}))
    if "undo" in allowed:
        says = [
            "把这次采用的边界恢复成采用前的样子；此后又改过的不动。",
            "这次新建的区划，没有数据用到的去掉，有数据的保留并说明。",
        ]
        acts.append(Act("undo", "撤回", says, serious=True))
    if "withdraw" in allowed:
        acts.append(Act("withdraw", "作废", ("这批文件不再办理，没有改动任何数据；记录仍在。",)))
    return acts


def _show_found(screen: Screen, found: Preview, choice: BoundaryChoice) -> None:
    """The map with its legend, the list beside it, the chosen one with its reasons."""
    levels = sorted({item.level for item in found.items if item.level in LEVELS})
    level = choice.level if choice.level in levels else max(levels, default=0)

    def url(**changes: object) -> str:
        return boundary_link(screen, choice, **changes)

    here = [item for item in found.items if item.level == level or item.level not in LEVELS]
    counts = {state: sum(item.state == state for item in here) for state in STATES}
    order = list(STATES)
    wanted = [item for item in here if choice.state in ("", item.state)]
    wanted.sort(key=lambda item: (order.index(item.state), item.id))
    chosen = next((item for item in found.items if item.id == choice.item), None)
    above = [item.shape for item in found.items if 0 < item.level < level and item.shape is not None and item.taken]
    around = [*found.around.values(), *above]
    show_markup(
        choices_markup(
            counts,
            choice.state,
            {one: LEVELS[one] for one in levels} if len(levels) > 1 else {},
            level,
            dark=screen.dark,
            url=url,
        )
    )
    left, right = st.columns([62, 38], gap="medium")
    with left, st.container(key="outline_map"):
        alt = f"{len(here):,} 个图形的地图，内容同旁边的列表"
        drawn = wanted if choice.state else here
        show_markup(
            map_markup(
                drawn,
                around,
                dark=screen.dark,
                chosen=choice.item,
                url=lambda id: url(item=id, page=choice.page),
                alt=alt,
            )
            + legend_markup(counts, dark=screen.dark)
        )
    with right, st.container(key="outline_list"):
        if chosen is not None:
            close = close_markup(chosen, around, dark=screen.dark, alt="放大图") if chosen.shape is not None else ""
            show_markup(item_markup(chosen, close, url(item=None, page=choice.page), dark=screen.dark))
        at = paged(choice.page, len(wanted), PAGE)
        page = wanted[at.offset : at.offset + PAGE]
        show_markup(
            items_markup(page, choice.item, lambda id: url(item=id, page=at.page), dark=screen.dark)
            + pager_markup(at.page, at.pages, f"共 {len(wanted):,} 个", lambda to: url(page=to))
            + missing_markup(found.missing)
        )


def _listed(facts: Mapping[str, object], name: str) -> list[dict[str, object]]:
    held = facts.get(name)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _sentences(facts: object, name: str) -> list[str]:
    held = facts.get(name) if isinstance(facts, dict) else None
    return [str(one) for one in held] if isinstance(held, list) else []


def _number(facts: Mapping[str, object], name: str) -> int:
    held = facts.get(name)
    return held if isinstance(held, int) else 0
