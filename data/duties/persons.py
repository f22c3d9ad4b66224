"""Who acts is a person: every helper and every leader is one, and so is who is named as an owner where it is clear.

Persons are made in sets, so that an import of ten thousand helpers waits for none of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, bindparam, func, insert, select, text, update

from data import model
from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.viewer import Viewer, within
from data.audit import log as audit
from data.clock import written
from data.duties.leaders import VACANT
from data.model.surnames import reads_as_name
from data.store.batches import batches
from data.store.engine import follow_keys, writing

SYSTEM = "system"
_TOWNSHIP = 9
_person, _leader = model.person, model.leader
_APART = re.compile(r"[\s·：:（）()，,]+")  # between a unit and a name
_OWNED = {"problem": model.problem.c.region, "task": model.task.c.village}
"""Table of what has an owner → the column of its region."""


@dataclass(frozen=True)
class Doubtful:
    """An owner in words of whom nobody knows which person it is; ``matters``: problems and tasks of the region."""

    owner: str
    region: str
    place: str
    matters: int


def settle_persons(connection: Connection, now: datetime, *, run: int | None = None) -> None:
    """Every helper and leader becomes a person, and every owner of whom it is clear who he is: after an import, and
    whom its ``run`` called otherwise anew."""
    if run is not None:
        for name in _OWNED:
            connection.execute(text(_OTHERWISE.format(table=name)), {"run": run})
    _persons_of_helpers(connection, now)
    persons_of_leaders(connection, now)
    link_owners(connection, now)


def settle_store(engine: Engine, now: datetime) -> None:
    """The same for a store whose helpers came before they were persons; asked at start and with each day."""
    with engine.connect() as connection:
        if connection.execute(text(_MISSING)).first() is None:
            return
    with writing(engine) as connection:
        settle_persons(connection, now)


def person_of_helper(connection: Connection, helper: str) -> int | None:
    """The person who is the helper of this code; None where nobody is."""
    return connection.execute(select(_person.c.id).where(_person.c.helper == helper)).scalar()


def becomes(connection: Connection, one: int, other: int) -> None:
    """Whatever one person leads and owns is another's from now on, for they are the same man. The caller tells the log
    what became of them."""
    for table, column in (
        (_leader, "person_id"),
        (model.problem, "owner_id"),
        (model.task, "owner_id"),
        (model.dispatch_report, "person_id"),
    ):
        connection.execute(update(table).where(table.c[column] == one).values({column: other}))


def _persons_of_helpers(connection: Connection, now: datetime) -> None:
    last = _last(connection)
    connection.execute(text(_MAKE_HELPERS), {"made": written(now), "actor": SYSTEM})
    _told(connection, last, "帮扶责任人", now)


def persons_of_leaders(connection: Connection, now: datetime) -> None:
    """Who is a helper by his code; others by telephone, by unit within a township, else by the region itself; who is
    none of these is somebody new."""
    connection.execute(text(_OF_HELPERS))
    known = _Known(connection, select(_leader.c.name).where(_leader.c.person_id.is_(None)).distinct())
    asked = select(_leader).where(_leader.c.person_id.is_(None)).order_by(_leader.c.region, _leader.c.started)
    rows = connection.execute(asked).mappings().all()
    found: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    for row in rows:
        id = known.leader(row["name"], row["phone"], row["unit"], row["region"])
        if id is None:
            id = known.next()
            facts = {name: row[name] for name in ("name", "phone", "unit", "region")}
            new.append({"id": id, **facts, "made": written(now), "actor": SYSTEM})
            known.add(row["name"], id, row["phone"], row["unit"], row["region"])
        found.append({**{f"its_{name}": row[name] for name in _KEY}, "id": id})
    _make(connection, new, "区划负责人", now)
    if found:
        connection.execute(text(_SET_LEADER), found)


def link_owners(connection: Connection, now: datetime) -> int:
    """Owners of problems and tasks that are words alone become persons where it is clear who is meant; how many did.

    One candidate of that name (and unit, where the words tell one): a helper paired in that village, a leader of the
    region or one above it, who has an account there, or who was made for it here. Nobody, and the words read as a name:
    a person is made with that name and region. Several, or no name (村党支部和村委会): left as they are.
    """
    rows = _owners(connection)
    if not rows:
        return 0
    names = {owner: _told_apart(owner) for owner, _ in rows}
    wanted = {name for name, _ in names.values() if name}
    known = _Candidates(connection, wanted)
    new: list[dict[str, object]] = []
    linked: list[dict[str, object]] = []
    made: dict[tuple[str, str, str | None], int] = {}
    for owner, region in rows:
        name, unit = names[owner]
        if not name:
            continue
        who = known.of(name, unit, region)
        if not who and reads_as_name(name):
            if (name, region, unit) not in made:
                made[name, region, unit] = known.next()
                facts = {"id": made[name, region, unit], "name": name, "phone": None, "unit": unit, "region": region}
                new.append({**facts, "made": written(now), "actor": SYSTEM})
            who = {made[name, region, unit]}
        if len(who) == 1:
            linked.append({"of_owner": owner, "of_region": region, "id": next(iter(who))})
    _make(connection, new, "责任人", now)
    return _linked(connection, linked)


@needs(READ, DUTIES)
def doubtful_owners(connection: Connection, viewer: Viewer, region: str) -> list[Doubtful]:
    """Owners in words alone of what is still to be done, those of the most problems and tasks first; raises
    OutOfScope."""
    here = viewer.narrowed(region)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for name, place in _OWNED.items():
        table = model.metadata.tables[name]
        asked = select(table.c.owner, place, func.count()).where(table.c.owner_id.is_(None), within(place, here))
        asked = asked.where(table.c.state.in_(("open", "returned")), table.c.owner != VACANT)
        for owner, code, count in connection.execute(asked.group_by(table.c.owner, place)):
            counted[owner, code] += count
    codes = sorted({code for _, code in counted})
    called: dict[str, str] = {}
    for some in batches(codes):
        named = select(model.region.c.code, model.region.c.name).where(model.region.c.code.in_(some))
        called |= dict(connection.execute(named).tuples().all())
    listed = [Doubtful(owner, code, called.get(code, ""), count) for (owner, code), count in counted.items()]
    return sorted(listed, key=lambda one: (-one.matters, one.region, one.owner))


_KEY = tuple(column.name for column in _leader.primary_key)
_MISSING = """
    SELECT 1 FROM helper a WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.helper = a.code)
    UNION ALL SELECT 1 FROM leader WHERE person_id IS NULL LIMIT 1"""
_MAKE_HELPERS = """
    INSERT INTO person (name, phone, unit, region, helper, made, actor)
    SELECT a.name, a.phone, a.unit,
        (SELECT MIN(h.village) FROM pairing x JOIN household h ON h.id = x.household_id WHERE x.helper = a.code),
        a.code, :made, :actor
    FROM helper a WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.helper = a.code) ORDER BY a.code"""
_OF_HELPERS = """
    UPDATE leader SET person_id = (SELECT p.id FROM person p WHERE p.helper = leader.helper)
    WHERE helper IS NOT NULL
        AND person_id IS DISTINCT FROM (SELECT p.id FROM person p WHERE p.helper = leader.helper)"""
_OTHERWISE = """
    UPDATE {table} SET owner_id = NULL WHERE owner_id IS NOT NULL
        AND code IN (SELECT key FROM import_cell WHERE run = :run AND record = '{table}' AND name = 'owner')"""
_SET_LEADER = "UPDATE leader SET person_id = :id WHERE " + " AND ".join(f"{name} = :its_{name}" for name in _KEY)

_CANDIDATES = (
    (
        """SELECT DISTINCT a.name, p.id, a.unit, h.village FROM helper a JOIN person p ON p.helper = a.code
            JOIN pairing x ON x.helper = a.code JOIN household h ON h.id = x.household_id WHERE a.name IN :names""",
        False,
    ),
    ("SELECT DISTINCT name, person_id, unit, region FROM leader WHERE person_id IS NOT NULL AND name IN :names", True),
    (
        """SELECT p.name, p.id, p.unit, c.region FROM person p JOIN account c ON c.person_id = p.id
            WHERE p.name IN :names""",
        False,
    ),
    ("SELECT name, id, unit, region FROM person WHERE helper IS NULL AND region IS NOT NULL AND name IN :names", False),
)
"""Who may be meant by a name (name, person, unit, region), and whether he answers for what lies below as well."""


def _last(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(_person.c.id), 0))).scalar_one())


def _make(connection: Connection, rows: Sequence[Mapping[str, object]], what: str, now: datetime) -> None:
    """Write persons under ids that are free; the store's own numbers go on behind them."""
    if not rows:
        return
    last = _last(connection)
    connection.execute(insert(_person), list(rows))
    follow_keys(connection, _person)
    _told(connection, last, what, now)


def _told(connection: Connection, last: int, what: str, now: datetime) -> None:
    """A line of the log for each person behind ``last``: it vouches for them."""
    ids = list(connection.execute(select(_person.c.id).where(_person.c.id > last).order_by(_person.c.id)).scalars())
    if ids:
        audit.wrote(connection, "person", ids, actor=SYSTEM, view="account", detail=f"按{what}登记人员", now=now)


def _owners(connection: Connection) -> list[tuple[str, str]]:
    """Owner in words and region, of problems and tasks that have no person."""
    parts = []
    for name, place in _OWNED.items():
        table = model.metadata.tables[name]
        parts.append(select(table.c.owner, place.label("place")).where(table.c.owner_id.is_(None)))
    asked = parts[0].union(parts[1])
    return [(owner, place) for owner, place in connection.execute(asked.order_by("place", "owner"))]


def _told_apart(owner: str) -> tuple[str, str | None]:
    """The name in an owner's words and the unit beside it: 镇政府 张三 → 张三, 镇政府; of other words themselves."""
    parts = [part for part in _APART.split(owner.strip()) if part]
    names = [part for part in parts if reads_as_name(part)]
    if len(parts) == 2 and len(names) == 1:
        (unit,) = (part for part in parts if part != names[0])
        return names[0], unit
    return ("" if len(parts) > 1 or "、" in owner else owner.strip()), None


def _linked(connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    count = 0
    for name, place in _OWNED.items() if rows else ():
        here = f"owner_id IS NULL AND owner = :of_owner AND {place.name} = :of_region"
        count += connection.execute(text(f"UPDATE {name} SET owner_id = :id WHERE {here}"), list(rows)).rowcount
    return count


class _Known:
    """Persons of some names, by what tells them apart."""

    def __init__(self, connection: Connection, names: Select[tuple[str]]) -> None:
        self._next = _last(connection)
        self._phone: dict[tuple[str, str], int] = {}
        self._unit: dict[tuple[str, str, str], int] = {}
        self._place: dict[tuple[str, str], int] = {}
        account = model.account
        place = func.coalesce(_person.c.region, account.c.region)
        asked = select(_person.c.name, _person.c.id, _person.c.phone, _person.c.unit, place)
        asked = asked.outerjoin(account, account.c.person_id == _person.c.id).where(_person.c.name.in_(names))
        for row in connection.execute(asked.order_by(_person.c.id.desc())):
            self.add(*row)

    def next(self) -> int:
        """The next id that is free."""
        self._next += 1
        return self._next

    def add(self, name: str, id: int, phone: str | None, unit: str | None, region: str | None) -> None:
        if phone:
            self._phone[name, phone] = id
        if unit and region is not None:
            self._unit[name, unit, region[:_TOWNSHIP]] = id
        if region is not None:
            self._place[name, region] = id

    def leader(self, name: str, phone: str | None, unit: str | None, region: str) -> int | None:
        """Who leads there: the oldest that fits best."""
        found = self._phone.get((name, phone or ""))
        if found is None and unit:
            found = self._unit.get((name, unit, region[:_TOWNSHIP]))
        return self._place.get((name, region)) if found is None and not unit and not phone else found


class _Candidates:
    """Who may be meant by a name in a region: person → the regions that he answers in, and his unit."""

    def __init__(self, connection: Connection, names: Iterable[str]) -> None:
        self._next = _last(connection)
        self._held: dict[str, set[tuple[int, str, str, bool]]] = defaultdict(set)
        for some in batches(sorted(names)):
            for sql, above in _CANDIDATES:
                for name, id, unit, place in connection.execute(
                    text(sql).bindparams(bindparam("names", expanding=True)), {"names": some}
                ):
                    self._held[name].add((id, unit or "", place, above))

    def next(self) -> int:
        """The next id that is free."""
        self._next += 1
        return self._next

    def of(self, name: str, unit: str | None, region: str) -> set[int]:
        here = {
            (id, held)
            for id, held, place, above in self._held.get(name, ())
            if place == region or (above and region.startswith(place))
        }
        if unit:
            of_unit = {id for id, held in here if held == unit}
            return of_unit or {id for id, held in here if not held}
        return {id for id, _ in here}
