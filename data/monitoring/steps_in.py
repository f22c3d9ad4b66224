"""Steps of cases that come with a workbook: which step of the way each is, and what their cases are by them.

Officials write 民主评议 both times, of the way in and of the way out, and 乡镇审核 with 退回 as its result: what is
meant follows from what came before. A step that the way does not know at its place is taken as it is told: what was
decided before there was a screen is not decided again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, text, update

from data import settings
from data.audit import log as audit
from data.calendars.workdays import Calendar, calendar
from data.clock import written
from data.model import case_step, episode, household, monitoring_case
from data.monitoring.clocks import Span, spans_of
from data.monitoring.ways import CASE_WAY, ENDED, IN, OUT, WATCHED
from data.store.batches import batches
from data.store.engine import follow_keys
from data.terms import REMOVALS
from data.workbook.steps import STEP_ACTIONS

FRESH = ""
"""What stands for who wrote a step, and when, until its case is landed."""
OUTWARD = {
    "visit": "removal_visit", "discuss": "removal_discuss", "publish": "removal_publish", "report": "removal_report",
    "township": "removal_township", "county": "removal_county", "return": "removal_return", "refuse": "keep",
    "reject": "keep", "include": "remove",
}  # fmt: skip
"""A step of the way in → the one of the way out that is called the same."""
RETURNED = ("退回", "退回补正", "退回修改")
REFUSED = ("未通过", "不通过", "不同意", "不予纳入", "不纳入")
NEEDS_EPISODE = ("include", "green", "propose", "propose_natural", "remove", "keep", *OUTWARD.values())
"""Steps of who is watched: there is a row of 监测."""
_REFUSALS = {"discuss": "reject", "township": "refuse", "county": "refuse"}
_ORDER = {action: place for place, action in enumerate(STEP_ACTIONS)}
_AGAIN = ("discuss", "publish", "report", "township", "county")
"""Of who is watched they are steps of the way out, whether or not somebody wrote down who proposed it."""


@dataclass
class Told:
    """A step as a row tells it; ``id`` of one that stands."""

    action: str
    day: str
    reason: str | None = None
    id: int | None = None
    after: str = ""


def in_order(steps: Iterable[Told]) -> list[Told]:
    """By their days; of one day those that stand first, as they were taken, then as they come in the way."""
    return sorted(
        steps, key=lambda one: (one.day, not one.after, (one.id or 0) if one.after else _ORDER.get(one.action, 0))
    )


def meant(steps: Sequence[Told]) -> list[str]:
    """The action that each of a case's steps (``in_order``) is; those that stand are what they are."""
    found, state = [], None
    for one in steps:
        action = one.action if one.after else _meant(one, state)
        found.append(action)
        state = one.after or led_to(action, state)
    return found


def _meant(one: Told, state: str | None) -> str:
    action, said = one.action, (one.reason or "").strip()
    if said in RETURNED and action in ("township", "county"):
        action = "return"
    elif said in REFUSED:
        action = _REFUSALS.get(action, action)
    outward = state in WATCHED and (state != WATCHED[0] or action in _AGAIN)
    return OUTWARD.get(action, action) if outward else action


def led_to(action: str, state: str | None) -> str:
    """The state that a step leads to from a state; where the way knows no such arrow, the one it leads to at all."""
    if action == "begin" and state:  # told after what it led to
        return state
    arrows = [one for one in CASE_WAY.transitions if one.action == action]
    mine = next((one.after for one in arrows if one.before == state), None)
    if mine is not None:
        return mine
    if all(one.before == one.after for one in arrows):
        return OUT[0] if action == "removal_visit" and state not in WATCHED[1:] else state or IN[0]
    return next(one.after for one in arrows if one.before != one.after)


def begin(connection: Connection, staged: str, named: Mapping[int, tuple[str, int]]) -> int:
    """Make the cases that rows of a temporary table are the first to name; ``named``: number → 监测编号, household."""
    asked = f"SELECT case_id, MIN(day) FROM {staged} WHERE case_id NOT IN (SELECT id FROM monitoring_case)"
    new = {row[0]: row[1] for row in connection.execute(text(f"{asked} GROUP BY case_id"))}
    if not new:
        return 0
    villages: dict[int, str] = {}
    homes = {named[case][1] for case in new}
    for some in batches(sorted(homes)):
        asked_of = select(household.c.id, household.c.village).where(household.c.id.in_(some))
        villages |= {id: village for id, village in connection.execute(asked_of)}
    rows = [
        {"id": case, "code": code, "household_id": home, "village": villages[home], "began": began,
         "state": IN[0], "since": began, "version": 1}
        for case, began in sorted(new.items()) for code, home in [named[case]]
    ]  # fmt: skip
    for some_rows in batches(rows):
        connection.execute(insert(monitoring_case), some_rows)
    follow_keys(connection, monitoring_case)
    return len(rows)


def land(connection: Connection, now: datetime, *, actor: str) -> int:
    """Let cases be where the steps that an import wrote say, and enter who wrote these; how many cases that is.

    In the import's own transaction, once 监测 is written too.
    """
    fresh = select(case_step.c.case_id).where(case_step.c.actor == FRESH).distinct()
    cases = list(connection.execute(fresh.order_by(case_step.c.case_id)).scalars())
    if not cases:
        return 0
    clocks = spans_of(settings.values(connection)), calendar(connection)
    new: list[int] = []
    for some in batches(cases):
        of = case_step.c
        steps: dict[int, list[Told]] = {case: [] for case in some}
        rows = connection.execute(
            select(of.case_id, of.action, of.day, of.reason, of.id, of.after, of.actor).where(of.case_id.in_(some))
        )
        for row in rows:
            steps[row.case_id].append(Told(row.action, row.day, row.reason, row.id, row.after))
            new += [row.id] * (row.actor == FRESH)
        chained = [line for case in some for line in _chained(in_order(steps[case]))]
        mark = {"at": written(now), "actor": actor}
        if chained:
            connection.execute(
                text("UPDATE case_step SET before = :before, after = :after, at = :at, actor = :actor WHERE id = :id"),
                [{**line, **mark} for line in chained],
            )
        _place(connection, {case: in_order(steps[case]) for case in some}, *clocks)
    for some_new in batches(sorted(new)):
        audit.wrote(connection, case_step.name, some_new, actor=actor, view="import", detail="导入监测步骤", now=now)
    return len(cases)


def _chained(steps: Sequence[Told]) -> list[dict[str, object]]:
    """From where to where the new ones of a case's steps led; each is told what it came to."""
    state: str | None = None
    lines: list[dict[str, object]] = []
    for one in steps:
        before, new = state, not one.after
        if new:
            one.after = led_to(one.action, state)
            lines.append({"id": one.id, "before": before, "after": one.after})
        state = one.after
    return lines


def _place(
    connection: Connection, steps: Mapping[int, Sequence[Told]], spans: Mapping[str, Span], days: Calendar
) -> None:
    case, one = monitoring_case.c, episode.c
    asked = (
        select(monitoring_case, one.identified, one.removed, one.kind.label("told_kind"), one.risks.label("told_risks"),
               one.risk_note.label("told_note"), one.removal.label("told_removal"),
               one.natural_reason.label("told_reason"))
        .outerjoin(episode, one.code == case.code)
        .where(case.id.in_(steps))
    )  # fmt: skip
    for held in connection.execute(asked).mappings().all():
        values = _values(steps[held["id"]], spans, days)
        values["began"] = min(held["began"], str(values["began"]))
        if held["identified"]:
            told = {"kind": "told_kind", "risks": "told_risks", "risk_note": "told_note"}
            values |= {name: held[source] for name, source in told.items()}
            values |= _as_watched(values, held["identified"], held["removed"])
        if held["removed"]:
            values |= {"removal": held["told_removal"], "natural_reason": held["told_reason"]}
        changed = {name: value for name, value in values.items() if held[name] != value}
        if changed:
            mine = update(monitoring_case).where(case.id == held["id"])
            connection.execute(mine.values(**changed, version=held["version"] + 1))


def _as_watched(values: Mapping[str, object], identified: str, removed: str | None) -> dict[str, object]:
    """The state where 监测 says that the household is watched, or is no more: that is what the figures count."""
    state = values["state"]
    if removed:
        return {} if state == "removed" else {"state": "removed", "since": removed}
    if state in WATCHED or (values["green"] and state not in ENDED):
        return {}
    return {"state": WATCHED[0], "since": identified}


def _values(steps: Sequence[Told], spans: Mapping[str, Span], days: Calendar) -> dict[str, object]:
    """What a case is by its steps."""
    last = steps[-1]
    state, since = last.after, steps[0].day
    for before, one in zip((None, *steps), steps, strict=False):
        since = one.day if before is None or before.after != one.after else since
    said = {one.action: one for one in steps}  # the last of each
    values: dict[str, object] = {"state": state, "since": since, "began": min(one.day for one in steps)}
    green = said.get("green")
    values["green"] = green.day if green else None
    values["papers_due"] = _until(green, spans["green_papers"], days) if green else None
    hangs = {"public": "publish", "removal_public": "removal_publish"}.get(state)
    values["public_until"] = _until(said[hangs], spans["case_public"], days) if hangs and hangs in said else None
    natural = said.get("propose_natural")
    if state in (*WATCHED[1:], "removed"):
        late = natural is not None and ("propose" not in said or natural.day >= said["propose"].day)
        values["removal"] = REMOVALS[late]
        values["natural_reason"] = natural.reason if natural and late else None
    return values


def _until(one: Told, span: Span, days: Calendar) -> str:
    return span.after(date.fromisoformat(one.day), days).isoformat()
