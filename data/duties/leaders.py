"""Who leads a region (区划负责人), and who answers for it first; a vacant post is said so.

They come with the workbook, or are named, ended and corrected by hand: ``data.villages.leaders``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.viewer import Viewer, within
from data.errors import OutOfScope
from data.model import leader
from data.model import region as regions_table
from data.model.running import running
from data.regions.tree import standing_on
from data.settings import posts_of, value_of
from data.store.batches import batches
from data.terms import LEADER_POSTS, POST_LEVELS

VACANT = "未明确责任人"
_COUNTY, _VILLAGE = 6, 12
_ORDER = {post: place for place, post in enumerate(LEADER_POSTS)}


@dataclass(frozen=True)
class Leader:
    """Who holds a post (of ``terms.LEADER_POSTS``) of a region from ``started`` to ``ended`` (ISO; None: still).
    ``person`` is None until persons are settled; ``phone`` (of work) where there is one and the reader may read it."""

    person: int | None
    name: str
    post: str
    unit: str | None
    phone: str | None
    region: str
    started: str
    ended: str | None

    @property
    def told(self) -> str:
        """``村党支部书记 张三``."""
        return f"{self.post} {self.name}"


@dataclass(frozen=True)
class Vacancy:
    """A post of a region that must be filled and is not: ``place`` names the region, with the township of a village;
    ``since``: the day after the last who held it (ISO), None where nobody is on record."""

    region: str
    place: str
    post: str
    since: str | None

    @property
    def told(self) -> str:
        """``村党支部书记未明确责任人``."""
        return f"{self.post}{VACANT}"

    def days(self, day: str) -> int | None:
        """For how long by a day (ISO)."""
        return None if self.since is None else (date.fromisoformat(day) - date.fromisoformat(self.since)).days + 1


@needs(READ, DUTIES)
def leaders(connection: Connection, viewer: Viewer, region: str, day: str) -> tuple[Leader, ...]:
    """Who leads a region itself on a day (ISO), the first to answer first. Raises OutOfScope for one that neither is
    the viewer's nor lies above his: who leads his county everybody may know."""
    return read_of(connection, viewer, [region], day).get(region, ())


@needs(READ, DUTIES)
def answering(connection: Connection, viewer: Viewer, regions: Sequence[str], day: str) -> dict[str, Leader | None]:
    """Who answers first for each of the regions on a day; None: VACANT. Raises as :func:`leaders`."""
    held = read_of(connection, viewer, regions, day)
    return {code: next(iter(held.get(code, ())), None) for code in regions}


@needs(READ, DUTIES)
def read_of(connection: Connection, viewer: Viewer, regions: Sequence[str], day: str) -> dict[str, tuple[Leader, ...]]:
    """Region → all who lead it on a day, of those that anybody does. Raises as :func:`leaders`."""
    for code in regions:
        if not viewer.may_see(code) and not viewer.region.startswith(code):
            raise OutOfScope("该区划的负责人")
    held = leading(connection, regions, day)
    return held if viewer.sees_identity else without_phones(held)


@needs(READ, DUTIES)
def vacancies(connection: Connection, viewer: Viewer, region: str, day: str) -> list[Vacancy]:
    """The posts of a region and of all within it that must be filled (the setting ``must_posts``) and are vacant on a
    day: those the longest vacant first, then those nobody ever held. Raises OutOfScope."""
    return vacant_posts(connection, viewer.narrowed(region), day)


def vacant_posts(connection: Connection, region: str, day: str) -> list[Vacancy]:
    """The same for whoever has asked already what may be read where. None where the county has no leader on record
    at all: it has not begun to name them."""
    posts = posts_of(value_of(connection, "must_posts"))
    l = leader.c  # noqa: E741
    last = func.max(func.coalesce(l.ended, "9999"))
    asked = select(l.region, l.post, last).where(within(l.region, region), l.started <= day).group_by(l.region, l.post)
    held = {(code, post): ended for code, post, ended in connection.execute(asked)}
    if not held and not names_leaders(connection, region):
        return []
    r = regions_table.c
    listed = select(r.code, r.name).where(within(r.code, region), standing_on(day)).order_by(r.code)
    names = dict(connection.execute(listed).tuples().all())
    found = [
        Vacancy(code, _place(code, names), post, None if ended is None else _after(ended))
        for code in names
        for post in posts
        if len(code) == POST_LEVELS[post] and ((ended := held.get((code, post))) is None or ended < day)
    ]
    return sorted(found, key=lambda one: (one.since or "9999", one.region, _ORDER[one.post]))


def names_leaders(connection: Connection, region: str) -> bool:
    """Whether the county of a region (or any, of what lies above) has begun to name its leaders."""
    asked = select(leader.c.region).where(within(leader.c.region, region[:_COUNTY])).limit(1)
    return connection.execute(asked).first() is not None


def _place(code: str, names: Mapping[str, str]) -> str:
    above = names.get(code[:9]) if len(code) == _VILLAGE else None
    return f"{above} {names[code]}" if above else names[code]


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def leading(connection: Connection, regions: Iterable[str], day: str) -> dict[str, tuple[Leader, ...]]:
    """The same for whoever has asked already what may be read where."""
    found: dict[str, list[Leader]] = {}
    for some in batches(dict.fromkeys(regions)):
        asked = select(leader).where(leader.c.region.in_(some), running(leader, day))
        for row in connection.execute(asked):
            one = Leader(row.person_id, row.name, row.post, row.unit, row.phone, row.region, row.started, row.ended)
            found.setdefault(row.region, []).append(one)
    return {code: tuple(sorted(held, key=_first)) for code, held in found.items()}


def without_phones(held: Mapping[str, Sequence[Leader]]) -> dict[str, tuple[Leader, ...]]:
    """The same for who reads names and posts alone."""
    return {code: tuple(replace(one, phone=None) for one in those) for code, those in held.items()}


def _first(one: Leader) -> tuple[int, str, str]:
    return _ORDER.get(one.post, len(_ORDER)), one.started, one.name
