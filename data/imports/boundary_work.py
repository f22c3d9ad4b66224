"""Boundary files as jobs: planned, taken, taken back by a process of its own."""

from dataclasses import asdict
from pathlib import Path

from data.audit import log as audit
from data.boundaries.layers import Layer
from data.boundaries.plan import Plan, plan
from data.boundaries.take import BoundaryResult, read_all, take
from data.clock import written
from data.errors import Refused
from data.imports import boundary_preview, choices, files
from data.imports.boundary_undo import take_back
from data.imports.jobs import BROWSER
from data.imports.running import Work
from data.store.engine import writing

_PLANNING = "比对边界"


def check_boundaries(work: Work) -> None:
    """Read the files and plan what taking them would do; the facts are those of ``_facts``, the rest is kept beside the
    files (``boundary_preview``). What was answered about a layout is remembered for its sender."""
    _, made = _planned(work, files.still_given(work.engine, work.job.id))
    boundary_preview.keep(work.engine, work.job.id, made)
    now, mine = work.clock(), work.viewer.actor
    with writing(work.engine) as connection:
        choices.remember(connection, work.job.region, made.questions, work.job.answers, actor=mine, now=now)
        work.finish(connection, {"checked": written(now), **_facts(made)}, None)


def write_boundaries(work: Work) -> None:
    """Plan once more and write it in one transaction; the facts take on what was written."""
    layers, made = _planned(work, given := files.still_given(work.engine, work.job.id))
    now = work.clock()
    with writing(work.engine) as connection:
        done = take(
            connection,
            made,
            layers,
            given,
            now=now,
            progress=work.report,
            scope=work.viewer.region,
            actor=work.viewer.actor,
            address=BROWSER,
        )
        facts = {**work.job.facts, **_facts(done.plan), "written": _written(done, now=written(now))}
        work.finish(connection, facts, done.run)


def undo_boundaries(work: Work) -> None:
    """Take what was written back; the facts take on what that did. Raises Refused where nothing of it stands any
    more as it was written."""
    job, now = work.job, work.clock()
    if job.run is None:
        raise Refused("这次没有改动边界，没有可撤回的。")
    with writing(work.engine) as connection:
        back = take_back(connection, job.run, now=now, progress=work.report, actor=work.viewer.actor)
        if not back.changed:
            raise Refused(f"没有可撤回的：{'；'.join(back.kept[:5])}。")
        told = {
            "at": written(now),
            "outlines": back.outlines,
            "regions": [f"{name} {code}" for code, name in back.regions.items()],
            "kept": back.kept,
        }
        names = "、".join(one.name for one in job.files)
        detail = f"撤回边界 · 恢复 {back.outlines:,} 处 · 去掉区划 {len(back.regions):,} 个 · {names}"
        mine = {"actor": work.viewer.actor, "address": BROWSER}
        audit.enter(connection, **mine, view="import", households=[None], detail=detail, now=now)
        work.finish(connection, {**job.facts, "undone": told}, job.run)


def _planned(work: Work, given: list[Path]) -> tuple[list[Layer], Plan]:
    """The layers, read by what was answered to this job and by what its sender said before of such layouts, and what
    taking them would do."""
    answers = choices.answers_of(work.engine, work.job)
    layers = read_all(work.engine, given, answers=answers, progress=work.report)
    work.report(_PLANNING, 0, 0)
    with work.engine.connect() as connection:
        return layers, plan(connection, layers, answers=answers, scope=work.viewer.region)


def _facts(made: Plan) -> dict[str, object]:
    """``features`` read, ``taken`` regions, ``created``, ``missing``, ``repaired`` (all numbers), ``counts`` (state →
    number), ``told`` (sentences), ``questions``, ``open`` (ids of those that must be answered); ``may``: whether there
    is something to take, and nothing is open."""
    taken = sum(item.taken for item in made.items)
    return {
        "may": bool(taken) and not made.open,
        "features": made.features,
        "taken": taken,
        "created": len(made.created),
        "missing": len(made.missing),
        "repaired": len(made.repaired),
        "counts": made.counts(),
        "told": list(made.told),
        "questions": [asdict(question) for question in made.questions],
        "open": [question.id for question in made.open],
    }


def _written(done: BoundaryResult, *, now: str) -> dict[str, object]:
    return {
        "at": now,
        "changed": done.changed,
        "taken": len(done.joined),
        "created": len(done.created),
        "left": len(done.unjoined),
    }
