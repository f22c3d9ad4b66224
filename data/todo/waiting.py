"""What waits for whom: counted by kind, listed page by page, by sub-region; all by SQL over the sources' questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Label, Row, RowMapping, case, func, literal, select, union_all
from sqlalchemy.sql.selectable import Subquery

from data import model
from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.terms import LEVELS, OWN
from data.todo.clocks import SOON, Desk, Told
from data.todo.sources import KINDS

PAGE = 30
LATE, NEAR, OPEN = "late", "soon", "open"
STATES = {LATE: "已超期", NEAR: "快到期", OPEN: "待办"}


@dataclass(frozen=True)
class Count:
    """Of one kind, or of all: how many rows wait, how many of them are late, since when the oldest is (the day it was
    due, ISO), how many are new since the last look; and how many things all rows, and the late ones, stand for."""

    rows: int = 0
    late: int = 0
    due: str | None = None
    new: int = 0
    things: int = 0
    late_things: int = 0

    def days_late(self, today: str) -> int:
        """How long the oldest is late."""
        return (date.fromisoformat(today) - date.fromisoformat(self.due)).days if self.late and self.due else 0


@dataclass(frozen=True)
class Item:
    """One thing that waits: ``kind`` a key of KINDS, ``place`` its region's name, ``due`` and ``since`` ISO, ``who``
    the person or office whose turn it is ('' the viewer's own office's), ``page`` and ``parameters`` the way there,
    ``state`` of STATES, ``days`` left (negative: late; None: no clock), ``new`` since the last look, ``number`` how
    many things it stands for."""

    kind: str
    key: str
    what: str
    region: str
    place: str
    due: str | None
    since: str | None
    who: str
    page: str
    parameters: Mapping[str, str | int]
    state: str
    new: bool
    days: int | None
    number: int


@dataclass(frozen=True)
class Below:
    """What waits in a sub-region, or in the region itself (``name`` 本级): in all and by kind."""

    code: str
    name: str
    total: Count
    kinds: Mapping[str, Count]


@needs(READ, MATTERS)
def counts(
    connection: Connection,
    viewer: Viewer,
    region: str,
    today: str,
    *,
    person: int | None,
    look: str = "",
    mine: bool = True,
) -> dict[str, Count]:
    """Kind → how much of it waits in the region, of the kinds that wait at all.

    ``today`` is the day of the figures (ISO), ``person`` the viewer's own, by which one is told from another in what is
    kept, ``look`` the moment of the last look, since when something is new ('': nothing is). ``mine``: what waits for
    the viewer; else for anybody.
    """
    waits = _waiting(_desk(connection, viewer, region, today, mine))
    if waits is None:
        return {}
    asked = select(waits.c.kind, *_sums(waits, today, look)).group_by(waits.c.kind)
    found = {row.kind: _count(row) for row in connection.execute(asked)}
    return {kind: found[kind] for kind in KINDS if kind in found}


def total(counted: Mapping[str, Count]) -> Count:
    """All kinds together."""
    listed = counted.values()
    sums = {
        name: sum(getattr(one, name) for one in listed) for name in ("rows", "late", "new", "things", "late_things")
    }
    return Count(due=min((one.due for one in listed if one.due), default=None), **sums)


@needs(READ, MATTERS)
def waiting(
    connection: Connection,
    viewer: Viewer,
    region: str,
    today: str,
    *,
    look: str = "",
    mine: bool = True,
    kind: str | None = None,
    late: bool = False,
    offset: int = 0,
    limit: int = PAGE,
) -> list[Item]:
    """A page of what waits in a region: the longest overdue first, then by due day, then what has waited longest."""
    desk = _desk(connection, viewer, region, today, mine)
    waits = _waiting(desk, kind)
    if waits is None:
        return []
    asked = select(waits)
    if late:
        asked = asked.where(waits.c.due < today)
    order = (waits.c.due.is_(None), waits.c.due, waits.c.since, waits.c.kind, waits.c.key)
    rows = connection.execute(asked.order_by(*order).limit(limit).offset(offset)).mappings().all()
    told = {
        id: KINDS[id].tell(desk, [row for row in rows if row["kind"] == id]) for id in {row["kind"] for row in rows}
    }
    places = _places(connection, viewer, {row["region"] for row in rows})
    names = _persons(connection, {row["person"] for row in rows if row["person"]})
    return [
        _item(desk, row, told[row["kind"]][row["key"]], places, names, look)
        for row in rows
        if row["key"] in told[row["kind"]]
    ]


@needs(READ, MATTERS)
def below(connection: Connection, viewer: Viewer, region: str, today: str, *, kind: str | None = None) -> list[Below]:
    """What waits with anybody in each sub-region of a region, and in the region itself; the most late first. Those
    where nothing waits are left out."""
    viewer.narrowed(region)
    children = {one.code: one.name for one in regions.children(connection, viewer, region)}
    waits = _waiting(_desk(connection, viewer, region, today, False), kind)
    if waits is None or not children:
        return []
    length = len(next(iter(children)))
    code = case((func.length(waits.c.region) >= length, func.substr(waits.c.region, 1, length)), else_="")
    asked = select(code.label("code"), waits.c.kind, *_sums(waits, today, "")).group_by(code, waits.c.kind)
    found: dict[str, dict[str, Count]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.code, {})[row.kind] = _count(row)
    rows = [
        Below(code or region, children.get(code, OWN), total(kinds), {id: kinds[id] for id in KINDS if id in kinds})
        for code, kinds in found.items()
    ]
    return sorted(rows, key=lambda one: (-one.total.late_things, -one.total.things, one.code))


def _desk(connection: Connection, viewer: Viewer, region: str, today: str, mine: bool) -> Desk:
    """Who sees single households alone looks at his own."""
    return Desk(connection, viewer, viewer.narrowed(region), today, mine or viewer.sees_own_only)


def _waiting(desk: Desk, kind: str | None = None) -> Subquery | None:
    """The questions of all kinds, or of one, as one table with the column kind; None where none has anything to ask."""
    parts = [
        select(literal(source.id).label("kind"), asked.table())
        for source in KINDS.values()
        if kind in (None, source.id) and desk.viewer.may(READ, source.thing) and (asked := source.waits(desk))
    ]
    return union_all(*parts).subquery() if parts else None


def _sums(waits: Subquery, today: str, look: str) -> Sequence[Label[int] | Label[str]]:
    things, overdue = waits.c.number, waits.c.due < today
    new = case((waits.c.since >= look, 1), else_=0) if look else literal(0)
    return [
        func.count().label("rows"),
        func.sum(case((overdue, 1), else_=0)).label("late"),
        func.min(case((overdue, waits.c.due))).label("due"),
        func.sum(new).label("new"),
        func.sum(things).label("things"),
        func.sum(case((overdue, things), else_=0)).label("late_things"),
    ]


def _count(row: Row[tuple[object, ...]]) -> Count:
    return Count(int(row.rows), int(row.late), row.due, int(row.new), int(row.things), int(row.late_things))


def _places(connection: Connection, viewer: Viewer, codes: set[str]) -> dict[str, str]:
    """Code → the name of the region, of a village behind its township's, where that is not all the viewer sees."""
    r = model.region.c
    asked = select(r.code, r.name, r.parent).where(r.code.in_(sorted(codes)))
    rows = connection.execute(asked).all()
    above = [row.parent for row in rows if len(row.code) == max(LEVELS) and len(viewer.region) < len(row.parent)]
    named = dict(connection.execute(select(r.code, r.name).where(r.code.in_(sorted(set(above))))).all())
    return {row.code: f"{named[row.parent]} {row.name}" if row.parent in named else row.name for row in rows}


def _persons(connection: Connection, ids: set[int]) -> dict[int, str]:
    one = model.person.c
    return dict(connection.execute(select(one.id, one.name).where(one.id.in_(sorted(ids)))).all())


def _item(
    desk: Desk, row: RowMapping, told: Told, places: Mapping[str, str], names: Mapping[int, str], look: str
) -> Item:
    today, due = date.fromisoformat(desk.today), row["due"]
    left = None if due is None else (date.fromisoformat(due) - today).days
    state = OPEN if left is None or left > SOON else LATE if left < 0 else NEAR
    return Item(
        kind=row["kind"],
        key=row["key"],
        what=told.what,
        region=row["region"],
        place=places.get(row["region"], ""),
        due=due,
        since=row["since"],
        who=names.get(row["person"], "" if desk.mine else told.office),
        page=told.page,
        parameters=told.parameters,
        state=state,
        new=bool(look and row["since"] and row["since"] >= look),
        days=left,
        number=row["number"],
    )
