"""A case read and taken on: each step one transaction, with its line of history, its papers, what it does to 监测.

A step is asked three things: may this person take it now (``ways``), does its own day fit, does the law allow it
(``law``). Only then anything is written.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select

from data.access.actors import actor_name
from data.access.households import require, row_of
from data.access.masks import mask_name
from data.access.rights import needs, require_right
from data.access.roles import APPROVE, MONITORING, READ, WRITE
from data.access.viewer import Viewer
from data.calendars.workdays import Calendar, calendar
from data.errors import NotFound, Refused
from data.figures import cube
from data.households import watching
from data.households.cases import line_in
from data.households.edits import Edit, commit_within
from data.model import (
    archive,
    case_paper,
    case_step,
    clue,
    episode,
    household,
    import_run,
    measure,
    monitoring_case,
    region,
)
from data.monitoring.clocks import Due, due, entered_late, own_day, whole
from data.monitoring.facts import GUARANTEED, Ground, Recorded, facts_of_household, ground, recorded
from data.monitoring.law import FIGURES, HELPED, NATURAL, NEVER_COMPARED, PAPERS, Facts, Law, Obstacle, Unlawful
from data.monitoring.law import obstacles as obstacles_of
from data.monitoring.votes import Votes
from data.monitoring.ways import BEFORE, CASE_WAY, CASES, WATCHED
from data.store.engine import writing
from data.store.rows import Record
from data.terms import ASSURANCES, CASE_PAPERS, NATURAL_REASONS, RISKS
from data.text.signs import seen
from data.workflow import Transition

_BESIDE = ("visit", "compare", "removal_visit")
"""Actions that may be taken in any order: their own day may lie before another's."""
_PROPOSED = ("propose", "propose_natural")
_PUBLISHED = ("publish", "removal_publish")
_DEEP = ("propose", "removal_county", "remove")
"""Actions before which the law looks into books and file."""
_KINDED = ("visit", "green", "discuss", "township", "county", "include")
"""Actions that may say 户类型 and risks: the last of them for who came with a workbook, which says neither."""
_NO_MORE = ("reject", "refuse", "void")
_NO_FIGURES = dict.fromkeys((*(f"removal_{name}_fen" for name in FIGURES), "removal_lacking"))
LONGEST_HANDLER = 60


@dataclass(frozen=True)
class Given:
    """What is given with a step: its own day (None: today), who handled it (where not who writes it down), words;
    votes; 户类型, risks and their note; a removal's figures (``law.FIGURES`` → fen) where the books do not say them;
    why it is natural; papers: archive of the household → of ``terms.CASE_PAPERS``."""

    day: date | None = None
    handler: str = ""
    reason: str = ""
    votes: Votes | None = None
    kind: str | None = None
    risks: tuple[str, ...] = ()
    risk_note: str = ""
    natural_reason: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    papers: Mapping[int, str] = field(default_factory=dict)


NOTHING = Given()


@dataclass(frozen=True)
class Taken:
    """One step that was taken: ``action`` and states by their keys, ``word`` and ``after_word`` in words, its own day,
    when and by whom it was written down (``at``, ``who``), by how many days later (``late``; 0 of what a file brought,
    which tells of the past by its nature), papers that are kept with it."""

    id: int
    at: str
    day: date
    who: str
    handler: str | None
    action: str
    word: str
    before: str | None
    after: str
    after_word: str
    reason: str | None
    votes: Votes | None
    late: int
    papers: tuple[str, ...] = ()


class Wanting(NamedTuple):
    """A paper that belongs to a step that was taken and is not kept with it: the step in words, the kind, the step."""

    word: str
    kind: str
    step: int


@dataclass(frozen=True)
class Next:
    """What the viewer may do next: the arrow, what it is called, and what of the record stands against it today."""

    arrow: Transition
    word: str
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True)
class Case:
    """One time that a household is looked at. ``household_code``, ``risks``: None and empty for who may not know of
    illness; ``head`` as the viewer reads it; ``place``: its township and village. ``figures``: of the removal
    (``law.FIGURES`` → fen), ``lacking`` then. ``identified``, ``removed``: of its episode. ``due``: what is due in its
    state; ``whole``: by when it is to be watched; both None where no clock runs. ``papers_due``: of the green way.
    ``steps``: the first first. ``wanting``: papers that are not kept. ``next``: what the viewer may do."""

    id: int
    code: str
    household: int
    household_code: str | None
    head: str
    village: str
    place: str
    began: date
    kind: str | None
    risks: tuple[str, ...]
    risk_note: str | None
    green: date | None
    papers_due: date | None
    public_until: date | None
    removal: str | None
    natural_reason: str | None
    figures: Mapping[str, int]
    lacking: str | None
    state: str
    since: date | None
    version: int
    identified: date | None
    removed: date | None
    due: Due | None
    whole: Due | None
    steps: tuple[Taken, ...]
    wanting: tuple[Wanting, ...]
    next: tuple[Next, ...]

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return CASE_WAY.states[self.state]

    @property
    def watched(self) -> bool:
        """Whether its household is watched by it."""
        return self.identified is not None and self.removed is None


@needs(READ, MONITORING)
def case(connection: Connection, viewer: Viewer, id: int, today: date) -> Case:
    """One case. Raises NotFound where it is not there or not the viewer's."""
    held = _held(connection, viewer, id)
    county, days = ground(connection), calendar(connection)
    taken = _taken(connection, viewer, id)
    asked = select(household.c.code, household.c.head, household.c.attribute).where(
        household.c.id == held["household_id"]
    )
    home = connection.execute(asked).one()
    own = connection.execute(select(episode).where(episode.c.code == held["code"])).mappings().first()
    identified, removed = _episode_days(held, own)
    return Case(
        id=id, code=held["code"], household=held["household_id"],
        household_code=home.code if viewer.sees_health else None,
        head=home.head if viewer.sees_identity else mask_name(home.head), village=held["village"],
        place=_place(connection, held["village"]), began=date.fromisoformat(held["began"]), kind=held["kind"],
        risks=_split(held["risks"]) if viewer.sees_health else (),
        risk_note=held["risk_note"] if viewer.sees_identity else None, green=_day(held["green"]),
        papers_due=_day(held["papers_due"]) if held["state"] in BEFORE else None,
        public_until=_day(held["public_until"]), removal=held["removal"], natural_reason=held["natural_reason"],
        figures=_figures(held, own), lacking=_lacking(held, own),
        state=held["state"], since=_day(held["since"]), version=held["version"], identified=identified,
        removed=removed, due=_due(held, taken, home.attribute, county, days),
        whole=whole(date.fromisoformat(held["began"]), county.spans, days) if held["state"] in BEFORE else None,
        steps=taken, wanting=_wanting(taken),
        next=tuple(_next(connection, viewer, held, taken, county, days, today)),
    )  # fmt: skip


@needs(READ, MONITORING)
def allowed(
    connection: Connection, viewer: Viewer, id: int, today: date
) -> list[tuple[Transition, tuple[Obstacle, ...]]]:
    """What the viewer may do to a case by the way, each with what of the record stands against it on the day; what a
    form brings (votes, kind, risks, reasons) is not asked yet. Raises as ``case``."""
    held = _held(connection, viewer, id)
    taken = _taken(connection, viewer, id)
    following = _next(connection, viewer, held, taken, ground(connection), calendar(connection), today)
    return [(one.arrow, one.obstacles) for one in following]


@needs(WRITE, MONITORING)
def begin(
    where: Engine | Connection,
    viewer: Viewer,
    household_id: int,
    *,
    clue: int | None = None,
    given: Given = NOTHING,
    now: datetime,
) -> int:
    """Open a case of a household, from the day of a clue or the step's own; returns its id. On a connection it is in
    the caller's transaction. Raises NotFound for a household that is not the viewer's, Refused where role or day do not
    fit, Unlawful where the law does not allow it (a case that is open, a household that is watched or is no more).

    The clue itself is its own register's: ``data.monitoring.clues`` calls this and writes that it came to the case.
    """
    if isinstance(where, Engine):
        with writing(where) as connection:
            return begin(connection, viewer, household_id, clue=clue, given=given, now=now)
    cube.hold(where)
    home = row_of(where, viewer, household_id, lock=True)
    day = own_day(given.day, None, now.date())
    began = _told_on(where, clue, household_id) if clue is not None else day
    if began > day:
        raise Refused(f"立案日期早于线索日期（{began}），请核对。")
    CASE_WAY.transition(viewer, home["village"], None, "begin")
    facts = facts_of_household(where, viewer, household_id, day)
    _require("begin", facts)
    values: dict[str, object] = {
        "code": _next_code(where, home["code"]), "household_id": household_id, "village": home["village"],
        "began": began.isoformat(), **_watching_as(given),
    }  # fmt: skip
    id = CASES.add(
        where, viewer, "begin", values, at=now, day=day, reason=given.reason, also={"handler": _handler(given)}
    )
    _keep_papers(where, id, household_id, given)
    cube.refresh(where, home["village"], now, households=False, of="cases")
    return id


@needs(WRITE, MONITORING)
def step(
    engine: Engine, viewer: Viewer, id: int, action: str, *, version: int, given: Given = NOTHING, now: datetime
) -> str:
    """Take one step of a case; returns its new state. Raises NotFound for what the viewer does not see, Changed where
    somebody else was first, Refused where role, person, state, day or words do not allow it, Unlawful where the law
    does not allow it yet."""
    with writing(engine) as connection:
        return step_within(connection, viewer, id, action, version=version, given=given, now=now)


@needs(WRITE, MONITORING)
def step_within(
    connection: Connection,
    viewer: Viewer,
    id: int,
    action: str,
    *,
    version: int,
    given: Given = NOTHING,
    now: datetime,
) -> str:
    """The same in a transaction of the caller's."""
    if CASE_WAY.approves(action):
        require_right(viewer, APPROVE, MONITORING)
    cube.hold(connection)
    _held(connection, viewer, id)
    held = CASES.locked(connection, viewer, id, version)
    row_of(connection, viewer, held["household_id"], lock=True)
    arrow = CASES.transition(connection, viewer, held, action)
    taken = _taken(connection, viewer, id)
    day = own_day(given.day, _not_before(held, taken, action), now.date())
    county, days = ground(connection), calendar(connection)
    books = _books(connection, viewer, held, action, day, county.law)
    values = _values(held, action, given, day, county, days, books)
    facts = _with_books(_facts(connection, viewer, held, taken, day, county, days), books)
    _require(action, _upon(facts, held, values, given))
    if not taken:  # what came otherwise: a line that says how it stood
        line_in(connection, id, None, held["state"], held["since"] or held["began"], now)
    also: dict[str, object] = {"handler": _handler(given), **(asdict(given.votes) if given.votes else {})}
    CASES.take(connection, viewer, held, arrow, at=now, day=day, reason=given.reason, values=values, also=also)
    _keep_papers(connection, id, held["household_id"], given)
    if edits := _edits(connection, {**held, **values}, action, day, books):
        what = f"监测：{CASE_WAY.actions[action]}（{day}，{held['code']}）"
        commit_within(connection, viewer, {held["household_id"]: edits}, what=what, now=now)
    cube.refresh(connection, held["village"], now, households=False, of="cases")
    return arrow.after


def _held(connection: Connection, viewer: Viewer, id: int) -> RowMapping:
    held = CASES.row(connection, viewer, id)
    try:
        require(connection, viewer, [held["household_id"]])
    except NotFound:
        raise NotFound(f"没有这个{CASE_WAY.name}，或它不在您的查看范围内。") from None
    return held


def _require(action: str, facts: Facts) -> None:
    if against := obstacles_of(action, facts):
        raise Unlawful(CASE_WAY.actions[action], against)


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _split(stored: str | None) -> tuple[str, ...]:
    return tuple(stored.split("、")) if stored else ()


def _told(held: Record) -> dict[str, int | str | None]:
    return json.loads(held["figures"]) if held["figures"] else {}


def _figures(held: Record, own: Record | None) -> dict[str, int]:
    """Those of a removal that is proposed; once it is decided, those that stand in 监测."""
    stood = {**_told(held), **({name: own[name] for name in own if own[name] is not None} if own else {})}
    return {name: fen for name in FIGURES if isinstance(fen := stood.get(f"removal_{name}_fen"), int)}


def _lacking(held: Record, own: Record | None) -> str | None:
    said = (own and own["removal_lacking"]) or _told(held).get("removal_lacking")
    return str(said) if said else None


def _episode_days(held: Record, own: Record | None) -> tuple[date | None, date | None]:
    """Since when and until when its household is watched by it; of one that the columns alone tell of by its own."""
    if own is not None:
        return _day(own["identified"]), _day(own["removed"])
    if held["state"] in WATCHED:
        return _day(held["began"]), None
    return (_day(held["began"]), _day(held["since"])) if held["state"] == "removed" else (None, None)


def _place(connection: Connection, village: str) -> str:
    rows = connection.execute(
        select(region.c.name).where(region.c.code.in_([village[:9], village])).order_by(region.c.code)
    )
    return " ".join(rows.scalars())


def _next_code(connection: Connection, code: str) -> str:
    """The household's code with the number of the time."""
    stem = f"{code}-JC"
    held = [
        tail
        for table in (monitoring_case, episode)
        for known in connection.execute(select(table.c.code).where(table.c.code.like(f"{stem}%"))).scalars()
        if (tail := known.removeprefix(stem)).isascii() and tail.isdigit()
    ]
    return f"{stem}{max(map(int, held), default=0) + 1}"


def _told_on(connection: Connection, id: int, household_id: int) -> date:
    row = connection.execute(select(clue.c.told, clue.c.household_id).where(clue.c.id == id)).first()
    if row is None or row.household_id not in (None, household_id):
        raise NotFound("没有这条线索，或它说的不是这一户。")
    return date.fromisoformat(row.told)


def _not_before(held: Record, taken: Sequence[Taken], action: str) -> date | None:
    if action in _BESIDE:
        return _day(held["began"] if held["state"] == "checking" else held["since"])
    return max([*(one.day for one in taken), *(day for day in [_day(held["since"] or held["began"])] if day)])


def _handler(given: Given) -> str | None:
    handler = seen(given.handler)
    if len(handler) > LONGEST_HANDLER:
        raise Refused(f"办理人最多 {LONGEST_HANDLER} 个字。")
    return handler or None


def _watching_as(given: Given) -> dict[str, object]:
    """户类型 and risks where the step says them."""
    values: dict[str, object] = {"kind": given.kind} if given.kind else {}
    if given.risks:
        order = dict.fromkeys(given.risks)
        if unknown := [risk for risk in order if risk not in RISKS]:
            raise Refused(f"没有“{unknown[0][:20]}”这类风险，可选：{'、'.join(RISKS)}。")
        values |= {"risks": "、".join(order), "risk_note": seen(given.risk_note) or None}
    return values


def _values(
    held: Record, action: str, given: Given, day: date, county: Ground, days: Calendar, books: Recorded | None
) -> dict[str, object]:
    """What else of the row a step writes."""
    values = _watching_as(given) if action in _KINDED else {}
    if action == "green":
        values |= {"green": day.isoformat(), "papers_due": county.spans["green_papers"].after(day, days).isoformat()}
    if action in _PUBLISHED:
        values["public_until"] = county.spans["case_public"].after(day, days).isoformat()
    if action in ("discuss", "removal_discuss", "object"):
        values["public_until"] = None
    if action in _PROPOSED:
        values |= {"removal": HELPED if action == "propose" else NATURAL, "public_until": None, "natural_reason": None}
        values["figures"] = _filled({}, given, books)
        if action == "propose_natural":
            values["natural_reason"] = given.natural_reason if given.natural_reason in NATURAL_REASONS else None
    elif action in ("removal_visit", "removal_discuss") and given.figures:
        values["figures"] = _filled(_told(held), given, None)
    elif action == "removal_county" and books is not None:  # a workbook proposes without figures
        values["figures"] = json.dumps({**json.loads(_filled({}, given, books)), **_told(held)})
    if action == "keep":
        values |= dict.fromkeys(("removal", "natural_reason", "figures", "public_until"))
    return values


def _filled(stood: Mapping[str, object], given: Given, books: Recorded | None) -> str:
    """The figures of a removal: what is given before what the books say, and what stood."""
    if unknown := [name for name in given.figures if name not in FIGURES]:
        raise ValueError(f"no figure of a removal: {unknown[0]}")
    if negative := [name for name in given.figures if given.figures[name] < 0 and name not in ("business", "per_head")]:
        raise Refused(f"{FIGURES[negative[0]]}不能为负数。")
    figures = {**(books.figures if books is not None else {}), **given.figures}
    read = {"removal_lacking": books.lacking} if books is not None else {}
    return json.dumps({**stood, **read, **{f"removal_{name}_fen": fen for name, fen in figures.items()}})


def _books(connection: Connection, viewer: Viewer, held: Record, action: str, day: date, law: Law) -> Recorded | None:
    """What books and file of the household say, before steps that go by them. Who is natural is asked for none."""
    entering = action == "green" or (action == "include" and held["green"] is None)
    natural = action == "propose_natural" or (action in ("removal_county", "remove") and held["removal"] == NATURAL)
    if not entering and (action not in _DEEP or natural):
        return None
    return recorded(connection, viewer, held["household_id"], day, law.removal_months)


def _facts(
    connection: Connection,
    viewer: Viewer,
    held: Record,
    taken: Sequence[Taken],
    day: date,
    county: Ground,
    days: Calendar,
) -> Facts:
    """All of the record that the law goes by, but what books and file say."""
    facts = facts_of_household(connection, viewer, held["household_id"], day, but=held["code"])
    asked = select(case_paper.c.kind).join(archive, archive.c.id == case_paper.c.archive)
    kept = asked.where(case_paper.c.case_id == held["id"], archive.c.hidden.is_(None))
    measured = select(measure.c.started, measure.c.ended).where(measure.c.household_id == held["household_id"])
    done = _done(held, taken, facts.attribute)
    public_until = _day(held["public_until"])
    if public_until is None and held["state"] in ("public", "removal_public"):  # it came so
        public_until = county.spans["case_public"].after(date.fromisoformat(held["since"]), days)
    return replace(
        facts,
        identified=facts.identified or (_day(held["began"]) if held["state"] in WATCHED else None),
        green=_day(held["green"]), kind=held["kind"], risks=_split(held["risks"]), risk_note=held["risk_note"],
        visited=done.get("visit"), compared=done.get("compare"), removal_visited=done.get("removal_visit"),
        public_until=public_until, removal=held["removal"], natural_reason=held["natural_reason"],
        proofs=frozenset(connection.execute(kept).scalars()), figures=_figures(held, None), law=county.law,
        measures=tuple((date.fromisoformat(row.started), _day(row.ended)) for row in connection.execute(measured)),
    )  # fmt: skip


def _with_books(facts: Facts, books: Recorded | None) -> Facts:
    if books is None:
        return facts
    unsafe = tuple((ASSURANCES[item], state) for item, state in books.unsafe.items() if item in GUARANTEED)
    figures = {**books.figures, **facts.figures}
    return replace(facts, incomes=books.incomes, line=books.line, unsafe=unsafe, figures=figures)


def _upon(facts: Facts, held: Record, values: Mapping[str, object], given: Given) -> Facts:
    """The facts once the step has written its values, with what its form brings."""
    row = {**held, **values}
    return replace(
        facts,
        kind=row["kind"], risks=_split(row["risks"]), risk_note=row["risk_note"], removal=row["removal"],
        natural_reason=row["natural_reason"], figures=_figures(row, None), votes=given.votes,
        proofs=facts.proofs | set(given.papers.values()), typed=True,
    )  # fmt: skip


def _done(held: Record, taken: Sequence[Taken], attribute: str | None) -> dict[str, date]:
    """Action → its last day, of what is looked into before a case goes on; of a removal since it was proposed."""
    proposed = max((place for place, one in enumerate(taken) if one.action in _PROPOSED), default=0)
    found = {one.action: one.day for one in taken if one.action in ("visit", "compare")}
    found |= {one.action: one.day for one in taken[proposed:] if one.action == "removal_visit"}
    if attribute in NEVER_COMPARED:
        found.setdefault("compare", date.fromisoformat(held["since"] or held["began"]))
    return found


def _due(held: Record, taken: Sequence[Taken], attribute: str | None, county: Ground, days: Calendar) -> Due | None:
    since = date.fromisoformat(held["since"] or held["began"])
    done = _done(held, taken, attribute)
    return due(held["state"], since, county.spans, days, done=done, public_until=_day(held["public_until"]))


def _next(
    connection: Connection,
    viewer: Viewer,
    held: RowMapping,
    taken: Sequence[Taken],
    county: Ground,
    days: Calendar,
    today: date,
) -> list[Next]:
    arrows = CASES.allowed(connection, viewer, held)
    if not arrows:
        return []
    facts = _facts(connection, viewer, held, taken, today, county, days)
    for action in (one.action for one in arrows if one.action in _DEEP):
        facts = _with_books(facts, _books(connection, viewer, held, action, today, county.law))
    return [Next(one, CASE_WAY.actions[one.action], obstacles_of(one.action, facts)) for one in arrows]


def _edits(connection: Connection, row: Record, action: str, day: date, books: Recorded | None) -> list[Edit]:
    """What a step does to 监测 and to the columns of the household."""
    id, code = row["household_id"], row["code"]
    proposed = {name: row[name] for name in ("kind", "risks", "risk_note")}
    if action == "green" or (action == "include" and not row["green"]):
        said = books.figures.get("per_head") if books else None
        then = {"identified": day.isoformat(), "per_head_fen": said, "lacking": books.lacking if books else None}
        return watching.identified(connection, id, code, {**proposed, **then})
    if action == "include":
        return _changing(watching.corrected(connection, id, code, proposed))
    if action == "remove":
        ended = {"removed": day.isoformat(), "removal": row["removal"], "natural_reason": row["natural_reason"]}
        return watching.corrected(connection, id, code, {**_NO_FIGURES, **_told(row), **ended})
    if action in _NO_MORE and row["green"]:
        return watching.withdrawn(connection, id, code)
    return []


def _changing(edits: list[Edit]) -> list[Edit]:
    return [edit for edit in edits if edit.before != edit.after]


def _keep_papers(connection: Connection, id: int, household_id: int, given: Given) -> None:
    """Say of papers of the household's archive that they belong to the last step. Raises Refused for others."""
    if not given.papers:
        return
    last = connection.execute(select(func.max(case_step.c.id)).where(case_step.c.case_id == id)).scalar_one()
    mine = select(archive.c.id).where(archive.c.household_id == household_id, archive.c.hidden.is_(None))
    there = set(connection.execute(mine.where(archive.c.id.in_(list(given.papers)))).scalars())
    for paper, kind in given.papers.items():
        if paper not in there or kind not in CASE_PAPERS:
            raise Refused("材料不在本户档案里，或已移除，请重新选择。")
        connection.execute(insert(case_paper).values(case_id=id, step=last, kind=kind, archive=paper))


def _taken(connection: Connection, viewer: Viewer, id: int) -> tuple[Taken, ...]:
    """The steps of a case by their own days, the first first; words for who reads names alone, since they may name
    somebody."""
    papers = select(case_paper.c.step, case_paper.c.kind).join(archive, archive.c.id == case_paper.c.archive)
    kept: dict[int, list[str]] = {}
    for row in connection.execute(papers.where(case_paper.c.case_id == id, archive.c.hidden.is_(None))):
        kept.setdefault(row.step, []).append(row.kind)
    asked = select(case_step).where(case_step.c.case_id == id).order_by(case_step.c.day, case_step.c.id)
    rows = connection.execute(asked).mappings().all()
    names = {key: actor_name(connection, key) for key in {row["actor"] for row in rows}}
    runs = select(import_run.c.at).where(import_run.c.at.in_({row["at"] for row in rows}))
    brought = set(connection.execute(runs).scalars())
    return tuple(
        Taken(
            id=row["id"], at=row["at"], day=date.fromisoformat(row["day"]), who=names[row["actor"]],
            handler=row["handler"], action=row["action"], word=CASE_WAY.actions[row["action"]], before=row["before"],
            after=row["after"], after_word=CASE_WAY.states[row["after"]],
            reason=row["reason"] if viewer.sees_identity else None, votes=_votes(row),
            late=0 if row["at"] in brought else max(entered_late(date.fromisoformat(row["day"]), row["at"]), 0),
            papers=tuple(kept.get(row["id"], ())),
        )
        for row in rows
    )  # fmt: skip


def _votes(row: Record) -> Votes | None:
    if row["entitled"] is None:
        return None
    return Votes(row["entitled"], row["present"] or 0, row["agreed"] or 0, row["against"] or 0)


def _wanting(taken: Sequence[Taken]) -> tuple[Wanting, ...]:
    """Papers that belong to the last step of each action."""
    last = {one.action: one for one in taken}
    return tuple(
        Wanting(one.word, kind, one.id)
        for one in last.values()
        for kind in PAPERS.get(one.action, ())
        if kind not in one.papers
    )


@needs(READ, MONITORING)
def wanting_of(connection: Connection, viewer: Viewer, id: int) -> tuple[Wanting, ...]:
    """What is wanting of a case that the viewer sees."""
    return _wanting(_taken(connection, viewer, id))
