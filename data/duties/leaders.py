"""Who leads a region (区划负责人), and who answers for it first; a vacant post is said so.

They come with the workbook, or are named, ended and corrected by hand: ``data.villages.leaders``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.model import leader
from data.model.running import running
from data.store.batches import batches
from data.terms import LEADER_POSTS

VACANT = "未明确责任人"
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
