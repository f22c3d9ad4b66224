"""A problem or a task as pages show it: what and where, whose, by when, how late, at which level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, text

from data.access.masks import mask_name
from data.access.viewer import Viewer
from data.calendars.workdays import Calendar, calendar
from data.duties.leaders import VACANT, Leader, leading
from data.figures.states import head_on
from data.matters import clocks
from data.matters.states import OPEN, REGISTERS, WAITING
from data.settings import value_of
from data.store.rows import StoredRow

NOUNS = {"problem": "问题", "task": "任务"}
FIELDS = {
    "problem": "b.category AS title, b.description AS words, b.source, b.found AS begun, b.region, b.rectified AS done,"
    " b.closed AS ended, NULL AS progress_bp, b.project, b.fund, NULL AS parent, NULL AS problem",
    "task": "b.name AS title, b.target AS words, NULL AS source, b.started AS begun, b.village AS region,"
    " b.finished AS done, b.finished AS ended, b.progress_bp, NULL AS project, NULL AS fund, b.parent, b.problem",
}
"""Record → its own columns of the row ``b`` by the names that both have."""
LEVEL = "(SELECT MIN(l.level) FROM matter_level l WHERE l.record = '{0}' AND l.key = b.code)"
PLACE = {"problem": "b.region", "task": "b.village"}
_COLUMNS = """SELECT b.code, {fields}, b.household_id, b.deadline, b.owner, b.owner_id, b.state, b.version, b.since,
    b.clock_from, b.asked_until, {level} AS risen, p.name AS owner_name, p.phone AS owner_phone, p.unit AS owner_unit,
    r.name AS place, t.name AS above, {head} AS head
    FROM {record} b JOIN region r ON r.code = {place} LEFT JOIN region t ON t.code = substr({place}, 1, 9)
    AND t.code <> r.code LEFT JOIN person p ON p.id = b.owner_id LEFT JOIN household h ON h.id = b.household_id
    JOIN month m ON m.month = (SELECT MAX(month) FROM month)"""


@dataclass(frozen=True)
class Matter:
    """``record`` is problem or task. ``place``: its region's name, with the township's. ``head``: of its household, as
    the viewer reads it. ``begun``, ``deadline``, ``done`` (整改 or 完成), ``ended``: ISO days. ``left``: days to the
    deadline, below zero those it is overdue, None where no clock of its owner runs. ``light``: of ``clocks``.
    ``base`` and ``level``: where it began and where it has gone up to. ``owner``: the words it came with, of a person
    his name; ``owner_id`` None: nobody is known by them. ``answering``: who answers for it now, as said by
    ``answered_by``. ``checked_by``: the day by which it should be checked. ``note``: what is to be said of its dates.
    """

    record: str
    code: str
    title: str
    words: str
    source: str | None
    region: str
    place: str
    household_id: int | None
    head: str | None
    begun: str
    deadline: str
    done: str | None
    ended: str | None
    progress: float | None
    owner: str
    owner_id: int | None
    owner_phone: str | None
    owner_unit: str | None
    state: str
    version: int
    since: str | None
    asked_until: str | None
    legacy: str | None
    project: str | None
    fund: str | None
    parent: str | None
    problem: str | None
    left: int | None
    light: str
    base: int
    level: int
    check: str | None
    check_level: int | None
    note: str
    answering: "Answering"

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return REGISTERS[self.record].way.states[self.state]

    @property
    def open(self) -> bool:
        """Whether its owner has to act."""
        return self.state in OPEN

    @property
    def waiting(self) -> bool:
        """Whether it waits for its check."""
        return self.state == WAITING[self.record]

    @property
    def risen(self) -> bool:
        """Whether it has gone up above where it began."""
        return self.level < self.base

    @property
    def call(self) -> str:
        """``任务 危房改造``."""
        return f"{NOUNS[self.record]} {self.title}"


@dataclass(frozen=True)
class Answering:
    """Who answers for a matter now: the region at whose level it is, a person's id, name, post and telephone of work;
    without a name nobody is named there."""

    region: str
    person: int | None
    name: str | None
    post: str | None = None
    phone: str | None = None

    @property
    def told(self) -> str:
        """``包村领导 张三``; 未明确责任人."""
        return " ".join(filter(None, (self.post, self.name))) if self.name else VACANT


def select_of(record: str) -> str:
    """SQL of the rows that :func:`matters` reads, without its condition."""
    return _COLUMNS.format(
        record=record, fields=FIELDS[record], level=LEVEL.format(record), place=PLACE[record], head=head_on()
    )


def matters(
    connection: Connection, viewer: Viewer, record: str, rows: Sequence[StoredRow], today: date
) -> list[Matter]:
    """What pages show of rows that were picked by ``select_of``, within what the viewer sees."""
    days = calendar(connection)
    check = int(value_of(connection, "check_days"))
    risen = [clocks.place_at(row.region, row.risen) for row in rows if row.risen]
    heads = leading(connection, risen, today.isoformat())
    return [_matter(record, row, days, check, heads, viewer, today) for row in rows]


def _matter(
    record: str,
    row: StoredRow,
    days: Calendar,
    check: int,
    heads: Mapping[str, Sequence[Leader]],
    viewer: Viewer,
    today: date,
) -> Matter:
    deadline, base = date.fromisoformat(row.deadline), clocks.base_level(row.region)
    runs, waits = row.state in OPEN, row.state == WAITING[record]
    since = date.fromisoformat(row.since) if waits and row.since else None
    level = row.risen or base
    head = row.head if row.head is None or viewer.sees_identity else mask_name(row.head)
    return Matter(
        record=record, code=row.code, title=row.title, words=row.words, source=row.source, region=row.region,
        place=f"{row.above} {row.place}" if row.above else row.place, household_id=row.household_id, head=head,
        begun=row.begun, deadline=row.deadline, done=row.done, ended=row.ended if row.state in ("closed", "accepted")
        else None, progress=None if row.progress_bp is None else row.progress_bp / 10_000,
        owner=row.owner_name or row.owner, owner_id=row.owner_id,
        owner_phone=row.owner_phone if viewer.sees_identity else None, owner_unit=row.owner_unit, state=row.state,
        version=row.version, since=row.since, asked_until=row.asked_until, legacy=row.clock_from, project=row.project,
        fund=row.fund, parent=row.parent, problem=row.problem, left=(deadline - today).days if runs else None,
        light=clocks.light(deadline, today, days) if runs else clocks.CALM, base=base, level=level,
        check=clocks.check_due(since, check, days).isoformat() if since else None,
        check_level=clocks.check_level(base, since, check, days, today) if since else None,
        note=days.note(deadline) if runs else "",
        answering=_answering(row, level, base, heads, viewer),
    )  # fmt: skip


def _answering(
    row: StoredRow, level: int, base: int, heads: Mapping[str, Sequence[Leader]], viewer: Viewer
) -> Answering:
    place = clocks.place_at(row.region, level)
    if level == base:
        named = row.owner_name or (None if row.owner == VACANT else row.owner)
        return Answering(place, row.owner_id, named, None, row.owner_phone if viewer.sees_identity else None)
    first = next(iter(heads.get(place, ())), None)
    if first is None:
        return Answering(place, None, None)
    return Answering(place, first.person, first.name, first.post, first.phone if viewer.sees_identity else None)


def by_codes(
    connection: Connection, viewer: Viewer, record: str, codes: Sequence[str], today: date
) -> dict[str, Matter]:
    """Matters by their codes, for who has asked already whether the viewer may see them."""
    asked = text(f"{select_of(record)} WHERE b.code IN :codes").bindparams(bindparam("codes", expanding=True))
    rows = connection.execute(asked, {"codes": list(codes)}).all() if codes else []
    return {one.code: one for one in matters(connection, viewer, record, rows, today)}
