"""The region tree: roots, children, the way up, search; and what the store holds as a whole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, literal, or_, select, union_all

from data import model
from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer, built_in_viewers, within
from data.errors import NotFound
from data.regions.names import named_apart
from data.store.batches import batches
from data.terms import DEMONSTRATION_PREFIX

_region = model.region
WHOLE = ""
MOST_PICKED = 3000  # regions that a picker offers; a province has twelve thousand
REAL_REGION = (  # finds a row where a region lies outside the demonstration prefix 99
    select(_region.c.code)
    .where(
        or_(
            _region.c.code < DEMONSTRATION_PREFIX,
            _region.c.code >= DEMONSTRATION_PREFIX[:-1] + chr(ord(DEMONSTRATION_PREFIX[-1]) + 1),
        )
    )
    .limit(1)
)


@dataclass(frozen=True)
class Region:
    """One region: its code ('' the whole), name and level (length of a code)."""

    code: str
    name: str

    @property
    def level(self) -> int:
        return len(self.code)

    @property
    def is_village(self) -> bool:
        return self.level == 12


@dataclass(frozen=True)
class Gone:
    """What became of a region that is no more: in words, and where to look instead."""

    words: str
    region: Region


@dataclass(frozen=True)
class Status:
    """What the store holds: data version, time of its last change, day of the cube, first and last month,
    and whether every region is demonstration data."""

    version: int
    updated: str
    built: str
    first_month: int
    last_month: int
    demonstration: bool


def status(connection: Connection) -> Status | None:
    """None for a store without any region."""
    held = connection.execute(select(model.data_version)).mappings().first()
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if held is None or first is None or connection.execute(select(_region.c.code).limit(1)).first() is None:
        return None
    return Status(held["version"], held["updated"], held["built"], first, last, not holds_real_regions(connection))


def holds_real_regions(connection: Connection) -> bool:
    """Whether any region lies outside the demonstration prefix 99."""
    return connection.execute(REAL_REGION).first() is not None


def roots(connection: Connection) -> list[Region]:
    """The topmost regions, by code."""
    return _listed(connection, _region.c.parent == "")


def counties(connection: Connection) -> list[str]:
    """Codes of the counties, and of the cities that have townships straight under them (4419); those of demonstration
    where there are no others."""
    code, parent = _region.c.code, _region.c.parent
    own = select(code).where(func.length(code) == 6)
    without = select(parent).where(func.length(code) == 9, func.length(parent) == 4)
    held = sorted(connection.scalars(own.union(without)))
    return [code for code in held if not code.startswith(DEMONSTRATION_PREFIX)] or held


@needs(READ, FIGURES)
def home(connection: Connection, viewer: Viewer) -> str:
    """Where a viewer starts: his own region, or the only root where he may see the whole."""
    if viewer.region != WHOLE:
        return viewer.region
    top = roots(connection)
    return top[0].code if len(top) == 1 else WHOLE


@needs(READ, FIGURES)
def find(connection: Connection, viewer: Viewer, code: str, day: str | None = None) -> Region:
    """The region of that code, of one that is no more too, as it was called on a day (ISO; None: today); raises
    OutOfScope or NotFound."""
    viewer.narrowed(code)
    if code == WHOLE:
        return Region(WHOLE, "全部区划")
    found = _listed(connection, _region.c.code == code, day)
    if not found:
        raise NotFound(f"没有代码为“{code}”的区划，请从区划列表中选择。")
    return found[0]


@needs(READ, FIGURES)
def gone(connection: Connection, viewer: Viewer, code: str, day: str | None = None) -> Gone | None:
    """What became of a region up to a day; None where it still is. Who may not see where it went is led home."""
    told, at = [], code
    while at and (row := connection.execute(_ENDED.where(_region.c.code == at, ~standing_on(day))).first()):
        told.append(f"{row.name}已于 {row.closed} {f'并入{row.into}' if row.into else '撤销'}")
        at = row.merged_into or row.parent
    if not told:
        return None
    return Gone("，".join(told), find(connection, viewer, at if viewer.may_see(at) else home(connection, viewer), day))


_INTO = _region.alias("i")
_ENDED = select(
    _region.c.name, _region.c.closed, _region.c.merged_into, _region.c.parent, _INTO.c.name.label("into")
).select_from(_region.outerjoin(_INTO, _INTO.c.code == _region.c.merged_into))


@needs(READ, FIGURES)
def land_since(connection: Connection, viewer: Viewer, place: str, day: str | None = None) -> str | None:
    """The last day (ISO) up to ``day`` on which a region of a place ended or was called otherwise, the calendar's first
    before any; None where none ever did: days between which its map is the same are one."""
    days = union_all(
        *(
            select(one.label("day")).where(within(_region.c.code, viewer.narrowed(place)), one.is_not(None))
            for one in (_region.c.closed, _region.c.renamed)
        )
    ).subquery()
    asked = select(func.count(), func.max(case((days.c.day <= _day(day), days.c.day))))
    count, last = connection.execute(asked).one()
    return (last or date.min.isoformat()) if count else None


@needs(READ, FIGURES)
def told_of(connection: Connection, viewer: Viewer, place: str, day: str | None = None) -> str:
    """What was otherwise about a region before a day, or became so after it: another name, what it took in; '' where
    nothing was."""
    row = connection.execute(select(_region).where(_region.c.code == viewer.narrowed(place))).mappings().first()
    if row is None:
        return ""
    parts = []
    if row["renamed"] is not None and row["former_name"] is not None:
        before = connection.execute(select(_region.c.renamed > _day(day)).where(_region.c.code == place)).scalar()
        parts.append(
            f"{row['renamed']} 起更名为{row['name']}"
            if before
            else f"曾用名{row['former_name']}（{row['renamed']} 更名）"
        )
    if row["closed"] is not None:
        parts.append(
            "".join(
                f"{one.closed} {f'并入{one.into}' if one.into else '撤销'}"
                for one in connection.execute(_ENDED.where(_region.c.code == place))
            )
        )
    took_in = select(_region.c.name, _region.c.closed).where(_region.c.merged_into == place, ~standing_on(day))
    parts += [f"含 {closed} 并入的{name}" for name, closed in connection.execute(took_in.order_by(_region.c.closed))]
    return "，".join(parts)


@needs(READ, FIGURES)
def children(connection: Connection, viewer: Viewer, parent: str, day: str | None = None) -> list[Region]:
    """Direct children that there are on a day, by code, each with a name of its own; empty for a village."""
    below = and_(_region.c.parent == viewer.narrowed(parent), standing_on(day))
    listed = _listed(connection, below, day)
    names = named_apart(connection, {region.code: region.name for region in listed})
    return [Region(code, name) for code, name in names.items()]


@needs(READ, FIGURES)
def ancestors(connection: Connection, viewer: Viewer, region: str, day: str | None = None) -> list[Region]:
    """The way from the viewer's topmost region down to ``region`` itself, for breadcrumbs; called as on a day."""
    prefixes = [region[:length] for length in (2, 4, 6, 9, 12) if length <= len(region)]
    found = _listed(connection, _region.c.code.in_(prefixes), day)
    way = [one for one in found if viewer.may_see(one.code)]
    whole = viewer.may_see(WHOLE) and len(roots(connection)) != 1
    return [find(connection, viewer, WHOLE), *way] if whole else way


@needs(READ, FIGURES)
def all_regions(connection: Connection, viewer: Viewer, day: str | None = None) -> list[Region]:
    """Every region in scope that there is on a day, by code (a prefecture has about a thousand): for the picker."""
    return _with_whole(connection, viewer, within(_region.c.code, viewer.region), day)


@needs(READ, FIGURES)
def names_of(connection: Connection, viewer: Viewer, codes: Collection[str]) -> dict[str, str]:
    """Code → name of those in scope that there are, with the region above where a name repeats."""
    mine = within(_region.c.code, viewer.region)
    names: dict[str, str] = {}
    for some in batches(sorted(codes)):
        names |= {one.code: one.name for one in _listed(connection, and_(mine, _region.c.code.in_(some)))}
    return named_apart(connection, names)


@needs(READ, FIGURES)
def pickable(connection: Connection, viewer: Viewer, township: str, day: str | None = None) -> list[Region]:
    """The regions of a picker that there are on a day, by code: all in scope, or where these are more than MOST_PICKED
    those above the villages and the villages of one township (a code of up to nine digits)."""
    here = within(_region.c.code, viewer.region)
    number = connection.execute(select(func.count()).select_from(_region).where(here)).scalar_one()
    if number <= MOST_PICKED:
        return all_regions(connection, viewer, day)
    nearby = within(_region.c.code, township) if len(township) == 9 else false()
    return _with_whole(connection, viewer, and_(here, or_(func.length(_region.c.code) < 12, nearby)), day)


def _with_whole(
    connection: Connection, viewer: Viewer, clause: ColumnElement[bool], day: str | None = None
) -> list[Region]:
    listed = _listed(connection, and_(clause, standing_on(day)), day)
    whole = viewer.may_see(WHOLE) and len(roots(connection)) != 1
    return [find(connection, viewer, WHOLE), *listed] if whole else listed


def viewers(connection: Connection) -> list[Viewer]:
    """The built-in viewers, one for each role, that stand in until there are accounts."""
    village = (
        connection.execute(select(model.household.c.village).order_by(model.household.c.village).limit(1)).scalar()
        or connection.execute(
            select(_region.c.code).where(func.length(_region.c.code) == 12).order_by(_region.c.code)
        ).scalar()
    )
    township = village[:9] if village else None
    helper = (
        village
        and connection.execute(
            select(model.pairing.c.helper)
            .join(model.household, and_(model.household.c.id == model.pairing.c.household_id))
            .where(model.household.c.village == village)
            .group_by(model.pairing.c.helper)
            .order_by(func.count().desc(), model.pairing.c.helper)
            .limit(1)
        ).scalar()
    )
    return built_in_viewers([region.code for region in roots(connection)], township, village, helper)


def standing_on(day: str | None) -> ColumnElement[bool]:
    """Clause: a region is still there on the day (ISO; None: the day that the figures are made for)."""
    return or_(_region.c.closed.is_(None), func.coalesce(_region.c.closed > _day(day), false()))


def called_on(day: str | None) -> ColumnElement[str]:
    """What a region was called on the day."""
    before = and_(_region.c.renamed > _day(day), _region.c.former_name.is_not(None))
    return case((before, _region.c.former_name), else_=_region.c.name).label("name")


def _day(day: str | None) -> ColumnElement[str]:
    return select(model.data_version.c.built).scalar_subquery() if day is None else literal(day)


def _listed(connection: Connection, clause: ColumnElement[bool], day: str | None = None) -> list[Region]:
    rows = connection.execute(select(_region.c.code, called_on(day)).where(clause).order_by(_region.c.code))
    return [Region(code, name) for code, name in rows]
