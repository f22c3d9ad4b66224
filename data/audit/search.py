"""Looking something up in the log: who, when, what, which household, from where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, exists, func, literal, or_, select

from data.access.actors import PERSON, actor_name
from data.access.rights import needs
from data.access.roles import EXPORT, LOG, READ
from data.access.viewer import Viewer, within
from data.audit.log import VIEWS
from data.model import access_log, household, person

PAGE = 50
_BATCH = 5_000


@dataclass(frozen=True)
class Wanted:
    """What is looked for, empty what does not matter: from a day or moment (ISO) on, before one (a day is meant with
    its end), who (a name of a person, or a ``Viewer.actor`` or its beginning), a key of ``log.VIEWS``, the code of a
    household, an address."""

    since: str = ""
    until: str = ""
    who: str = ""
    view: str = ""
    household: str = ""
    address: str = ""


@dataclass(frozen=True)
class Found:
    """One line in words: number, when, who, from where, what it was, the household's code, what left."""

    n: int
    at: str
    who: str
    address: str
    what: str
    household: str
    detail: str


@needs(READ, LOG)
def search(
    connection: Connection, viewer: Viewer, wanted: Wanted, *, offset: int = 0, limit: int = PAGE
) -> list[Found]:
    """Lines in the viewer's region, the newest first; those that concern no single household everywhere."""
    asked = _asked(viewer, wanted).order_by(access_log.c.id.desc()).offset(offset).limit(limit)
    return list(_told(connection, asked))


@needs(READ, LOG)
def count(connection: Connection, viewer: Viewer, wanted: Wanted) -> int:
    """How many those are."""
    return connection.execute(select(func.count()).select_from(_asked(viewer, wanted).subquery())).scalar_one()


@needs(EXPORT, LOG)
def every(connection: Connection, viewer: Viewer, wanted: Wanted) -> Iterator[Found]:
    """All of them, the oldest first."""
    yield from _told(connection, _asked(viewer, wanted).order_by(access_log.c.id))


# Any: what the columns of the log hold
def _asked(viewer: Viewer, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    log = access_log.c
    joined = access_log.outerjoin(household, household.c.id == log.household_id)
    columns = (log.id, log.at, log.actor, log.address, log.view, household.c.code, log.detail)
    here = or_(log.household_id.is_(None), within(household.c.village, viewer.region))
    return select(*columns).select_from(joined).where(here, *_clauses(wanted))


def _clauses(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    log = access_log.c
    if wanted.since:
        yield log.at >= wanted.since
    if wanted.until:
        yield log.at <= (f"{wanted.until}T23:59:59" if len(wanted.until) == 10 else wanted.until)
    if wanted.who:
        named = and_(person.c.name == wanted.who, log.actor == literal(PERSON).concat(cast(person.c.id, Text)))
        yield or_(
            log.actor == wanted.who, log.actor.startswith(f"{wanted.who}:", autoescape=True), exists().where(named)
        )
    if wanted.view:
        yield log.view == wanted.view
    if wanted.household:
        yield household.c.code == wanted.household
    if wanted.address:
        yield log.address == wanted.address


# Any: as above
def _told(connection: Connection, asked: Select[*tuple[Any, ...]]) -> Iterator[Found]:
    names: dict[str, str] = {}
    for id, at, actor, address, view, code, detail in connection.execute(asked).yield_per(_BATCH):
        if actor not in names:
            names[actor] = actor_name(connection, actor)
        what = VIEWS.get(view, view)
        yield Found(id, at.replace("T", " "), names[actor], address, what, code or "", detail or "")
