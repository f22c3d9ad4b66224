"""What a checked import would do, row by row: kept in a file of its own beside what was handed in, paged and filtered
from there, with what people decide about it.

A row is one of a file; of very many that are all new or all the same (``MOST`` of a sheet) there is one for each
household, with how many it stands for. 收支 counts rows of a household and month. Nothing in the store waits for it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Engine,
    RowMapping,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from data.access.rights import needs
from data.access.roles import IMPORT, RECORDS
from data.access.viewer import Viewer, within
from data.errors import Refused
from data.households.words import label, value
from data.imports import jobs
from data.imports.jobs import Job
from data.imports.preview_tables import CHANGED, IN_CONFLICT, ISSUES, NEW, REFUSED, ROWS, SAME, opened, place
from data.imports.way import STATES as STATES_OF_JOBS
from data.imports.way import WAY
from data.intake.decisions import Cell, Decisions
from data.intake.issues import CONFLICT, ERROR
from data.store.batches import batches
from data.store.engine import writing
from data.text.signs import seen

STATES = {NEW: "新增", CHANGED: "变化", SAME: "不变", IN_CONFLICT: "冲突", REFUSED: "不能写入"}
WARNED = "warned"
"""Asked for as a state: rows of whatever state that bear a warning."""
PAGE = 50


@dataclass(frozen=True)
class PreviewCell:
    """A cell in words; ``before`` None of a new row."""

    heading: str
    before: str | None
    after: str


@dataclass(frozen=True)
class PreviewIssue:
    """A refusal, a warning or a conflict; ``taken``: of a conflict, that the file's value is to be taken. ``line`` None
    and ``row`` None: of a sheet or file as a whole."""

    id: int
    sheet: str
    file: str
    line: int | None
    heading: str
    value: str
    reason: str
    severity: str
    taken: bool


@dataclass(frozen=True)
class PreviewRow:
    """A row of the files, or with ``stands_for`` > 1 so many of one household. ``taken`` False: it is not written."""

    id: int
    sheet: str
    file: str
    line: int
    key: str
    name: str
    place: str
    state: str
    stands_for: int
    taken: bool
    cells: tuple[PreviewCell, ...]
    issues: tuple[PreviewIssue, ...]


@dataclass(frozen=True)
class Filter:
    """Which rows; '' is all. ``state``: one of STATES or WARNED; ``region``: a code; ``text``: part of key or name."""

    sheet: str = ""
    state: str = ""
    region: str = ""
    text: str = ""


def _seen(engine: Engine, viewer: Viewer, id: int) -> Job:
    with engine.connect() as connection:
        return jobs.job(connection, viewer, id)


def _to_decide(engine: Engine, viewer: Viewer, id: int) -> None:
    """Raises Refused where nothing is to be decided any more."""
    one = _seen(engine, viewer, id)
    may = WAY.allowed(viewer, one.region, one.state)
    if one.work or not {"write", "submit"} & {arrow.action for arrow in may}:
        raise Refused(f"这批文件现在是“{STATES_OF_JOBS[one.state]}”，不能再改选择。")


@needs(IMPORT, RECORDS)
def counts(engine: Engine, viewer: Viewer, job: int, by: str, wanted: Filter = Filter()) -> dict[str, dict[str, int]]:
    """Group → state → rows; WARNED among the states. ``by``: 'sheet', or the length of a region's code as '6', '9',
    '12' (rows of no region under '')."""
    _seen(engine, viewer, job)
    group = ROWS.c.sheet if by == "sheet" else func.substr(ROWS.c.place, 1, int(by))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with opened(place(engine, job)) as own, own.connect() as kept:
        clause = _clause(wanted)
        asked = select(group, ROWS.c.state, func.sum(ROWS.c.stands_for)).where(clause).group_by(group, ROWS.c.state)
        for name, state, count in kept.execute(asked):
            found[name][state] = int(count)
        warned = select(group, func.count()).where(clause, _warned()).group_by(group)
        for name, count in kept.execute(warned):
            found[name][WARNED] = int(count)
    return dict(found)


@needs(IMPORT, RECORDS)
def rows(
    engine: Engine, viewer: Viewer, job: int, wanted: Filter = Filter(), page: int = 1
) -> tuple[list[PreviewRow], int]:
    """A page of rows in the order of sheets and lines, and how many there are."""
    _seen(engine, viewer, job)
    with opened(place(engine, job)) as own, own.connect() as kept:
        clause = _clause(wanted)
        total = kept.execute(select(func.count()).select_from(ROWS).where(clause)).scalar_one()
        asked = select(ROWS).where(clause).order_by(ROWS.c.id).limit(PAGE).offset((page - 1) * PAGE)
        found = kept.execute(asked).mappings().all()
        issues = defaultdict(list)
        told = select(ISSUES).where(ISSUES.c.row.in_([row["id"] for row in found])).order_by(ISSUES.c.id)
        for one in kept.execute(told).mappings():
            issues[one["row"]].append(_told(one))
        return [
            PreviewRow(
                **{name: row[name] for name in ("id", "sheet", "file", "line", "key", "name", "place", "state")},
                stands_for=row["stands_for"],
                taken=bool(row["taken"]),
                cells=tuple(_cells(row["record"], row["before"], row["after"])),
                issues=tuple(issues[row["id"]]),
            )
            for row in found
        ], total


@needs(IMPORT, RECORDS)
def of_files(engine: Engine, viewer: Viewer, job: int) -> list[PreviewIssue]:
    """Issues of sheets and files as a whole."""
    _seen(engine, viewer, job)
    with opened(place(engine, job)) as own, own.connect() as kept:
        asked = select(ISSUES).where(ISSUES.c.row.is_(None)).order_by(ISSUES.c.id)
        return [_told(one) for one in kept.execute(asked).mappings()]


def _told(one: RowMapping) -> PreviewIssue:
    names = ("id", "sheet", "file", "line", "heading", "value", "reason", "severity")
    return PreviewIssue(**{name: one[name] for name in names}, taken=bool(one["taken"]))


def _cells(record: str, before: str | None, after: str | None) -> Iterator[PreviewCell]:
    old, new = json.loads(before or "{}"), json.loads(after or "{}")
    for name, held in new.items():
        stood = value(record, name, old.get(name)) if before else None
        yield PreviewCell(label(record, name), stood, value(record, name, held))


def _clause(wanted: Filter) -> ColumnElement[bool]:
    column = ROWS.c
    parts: list[ColumnElement[bool]] = [column.id > 0]
    if wanted.sheet:
        parts.append(column.sheet == wanted.sheet)
    if wanted.state == WARNED:
        parts.append(_warned())
    elif wanted.state:
        parts.append(column.state == wanted.state)
    if wanted.region:
        parts.append(within(column.place, wanted.region))
    if text := seen(wanted.text).strip():
        parts.append(or_(column.key.contains(text, autoescape=True), column.name.contains(text, autoescape=True)))
    return and_(*parts)


def _warned() -> ColumnElement[bool]:
    return exists().where(ISSUES.c.row == ROWS.c.id, ISSUES.c.severity.not_in((ERROR, CONFLICT)))


# deciding


@needs(IMPORT, RECORDS)
def decide(
    engine: Engine, viewer: Viewer, job: int, *, rows: Mapping[int, bool], conflicts: Mapping[int, bool]
) -> None:
    """Rows that are (not) to be written, and conflicts in which the file's value is (not) to be taken, by their ids."""
    _to_decide(engine, viewer, job)
    with opened(place(engine, job)) as own, writing(own) as kept:
        for of, chosen in ((ROWS, rows), (ISSUES, conflicts)):
            for taken in (True, False):
                ids = [id for id, one in chosen.items() if one is taken]
                for some in batches(ids):
                    kept.execute(update(of).where(of.c.id.in_(some)).values(taken=int(taken)))


@needs(IMPORT, RECORDS)
def decide_all(engine: Engine, viewer: Viewer, job: int, wanted: Filter, *, conflicts: bool, taken: bool) -> int:
    """The same for all rows that a filter finds, or with ``conflicts`` for all conflicts of those; how many."""
    _to_decide(engine, viewer, job)
    mine = select(ROWS.c.id).where(_clause(wanted))
    with opened(place(engine, job)) as own, writing(own) as kept:
        change = update(ROWS).where(ROWS.c.id.in_(mine))
        if conflicts:
            change = update(ISSUES).where(ISSUES.c.severity == CONFLICT, ISSUES.c.row.in_(mine))
        return kept.execute(change.values(taken=int(taken))).rowcount


@needs(IMPORT, RECORDS)
def decided(engine: Engine, viewer: Viewer, job: int) -> dict[str, int]:
    """How many rows are left out, and how many conflicts are taken."""
    _seen(engine, viewer, job)
    with opened(place(engine, job)) as own, own.connect() as kept:
        left = func.coalesce(func.sum(case((ROWS.c.taken == 0, ROWS.c.stands_for), else_=0)), 0)
        taken = select(func.count()).select_from(ISSUES).where(ISSUES.c.severity == CONFLICT, ISSUES.c.taken == 1)
        return {
            "left": int(kept.execute(select(left)).scalar_one()),
            "taken": int(kept.execute(taken).scalar_one()),
        }


def decisions(engine: Engine, job: int) -> Decisions:
    """What people decided, for who writes it."""
    with opened(place(engine, job)) as own, own.connect() as kept:
        cells = kept.execute(select(ISSUES.c.cell).where(ISSUES.c.cell.is_not(None), ISSUES.c.taken == 1)).scalars()
        left: dict[tuple[str, str], set[int]] = defaultdict(set)
        whole: dict[str, set[str]] = defaultdict(set)
        columns = (ROWS.c.sheet, ROWS.c.file, ROWS.c.line, ROWS.c.key)
        for sheet, file, line, key in kept.execute(select(*columns).where(ROWS.c.taken == 0)):
            if line:
                left[file, sheet].add(line)
            else:
                whole[sheet].add(key)
        return Decisions(
            taken=frozenset(_cell(one) for one in cells),
            left={place: frozenset(lines) for place, lines in left.items()},
            without={sheet: frozenset(codes) for sheet, codes in whole.items()},
        )


def _cell(told: str) -> Cell:
    record, key, name, at = json.loads(told)
    return record, tuple(key), name, at
