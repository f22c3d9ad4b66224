"""The region tree: roots, children, the way up, search; and what the store holds as a whole."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from data import model
from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer, built_in_viewers, within
from data.errors import NotFound
from data.regions.names import named_apart
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
    """Codes of the counties; those of demonstration where there are no others."""
    held = list(connection.execute(select(_region.c.code).where(func.length(_region.c.code) == 6)).scalars())
    return [code for code in held if not code.startswith(DEMONSTRATION_PREFIX)] or held


@needs(READ, FIGURES)
def home(connection: Connection, viewer: Viewer) -> str:
    """Where a viewer starts: his own region, or the only root where he may see the whole."""
    if viewer.region != WHOLE:
        return viewer.region
    top = roots(connection)
    return top[0].code if len(top) == 1 else WHOLE


@needs(READ, FIGURES)
def find(connection: Connection, viewer: Viewer, code: str) -> Region:
    """The region of that code; raises OutOfScope or NotFound."""
    viewer.narrowed(code)
    if code == WHOLE:
        return Region(WHOLE, "全部区划")
    found = _listed(connection, _region.c.code == code)
    if not found:
        raise NotFound(f"没有代码为“{code}”的区划，请从区划列表中选择。")
    return found[0]


def standing_on(day: str) -> ColumnElement[bool]:
    """Condition: the region had not come to its end (撤销) by a day."""
    return or_(_region.c.closed.is_(None), _region.c.closed > day)


@needs(READ, FIGURES)
def children(connection: Connection, viewer: Viewer, parent: str) -> list[Region]:
    """Direct children that there are today, by code, each with a name of its own; empty for a village."""
    today = connection.execute(select(model.data_version.c.built)).scalar() or ""
    listed = _listed(connection, and_(_region.c.parent == viewer.narrowed(parent), standing_on(today)))
    names = named_apart(connection, {region.code: region.name for region in listed})
    return [Region(code, name) for code, name in names.items()]


@needs(READ, FIGURES)
def ancestors(connection: Connection, viewer: Viewer, region: str) -> list[Region]:
    """The way from the viewer's topmost region down to ``region`` itself, for breadcrumbs."""
    prefixes = [region[:length] for length in (2, 4, 6, 9, 12) if length <= len(region)]
    found = _listed(connection, _region.c.code.in_(prefixes))
    way = [one for one in found if viewer.may_see(one.code)]
    whole = viewer.may_see(WHOLE) and len(roots(connection)) != 1
    return [find(connection, viewer, WHOLE), *way] if whole else way


@needs(READ, FIGURES)
def all_regions(connection: Connection, viewer: Viewer) -> list[Region]:
    """Every region in scope, by code (a prefecture has about a thousand): for the region picker."""
    return _with_whole(connection, viewer, within(_region.c.code, viewer.region))


@needs(READ, FIGURES)
def pickable(connection: Connection, viewer: Viewer, township: str) -> list[Region]:
    """The regions of a picker, by code: all in scope, or where these are more than MOST_PICKED those above the
    villages and the villages of one township (a code of up to nine digits)."""
    here = within(_region.c.code, viewer.region)
    number = connection.execute(select(func.count()).select_from(_region).where(here)).scalar_one()
    if number <= MOST_PICKED:
        return all_regions(connection, viewer)
    nearby = within(_region.c.code, township) if len(township) == 9 else false()
    return _with_whole(connection, viewer, and_(here, or_(func.length(_region.c.code) < 12, nearby)))


def _with_whole(connection: Connection, viewer: Viewer, clause: ColumnElement[bool]) -> list[Region]:
    listed = _listed(connection, clause)
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


def _listed(connection: Connection, clause: ColumnElement[bool]) -> list[Region]:
    rows = connection.execute(select(_region.c.code, _region.c.name).where(clause).order_by(_region.c.code))
    return [Region(code, name) for code, name in rows]
