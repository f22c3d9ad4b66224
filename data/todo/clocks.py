"""The protocol of what waits: a clock is a ``Source``, which says what waits for whom, in words, and where to do it.

A source asks by SQL and never counts rows itself: lists, counts, what waits in which region and the day's digest are
made of the same question (``data.todo.waiting``). It is named in ``data.todo.sources`` and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import BigInteger, Connection, RowMapping, Text, bindparam, cast, column, select, text
from sqlalchemy.sql.selectable import Subquery

from data.access.viewer import Viewer
from data.model import person

_COLUMNS: Mapping[str, type[Text] | type[BigInteger]] = {
    **dict.fromkeys(("key", "region", "due", "since"), Text), "person": BigInteger, "number": BigInteger,
}  # fmt: skip
SOON = 3
"""Days before a deadline from which something is due soon."""


@dataclass(frozen=True)
class Desk:
    """Whose work is looked at: of the viewer, in a region of his, on a day (ISO); ``mine``: what waits for himself,
    else what waits there for anybody."""

    connection: Connection
    viewer: Viewer
    region: str
    today: str
    mine: bool = True

    @cached_property
    def helper(self) -> str | None:
        """The code under which he helps households, be it beside another office."""
        if self.viewer.helper or self.viewer.person is None:
            return self.viewer.helper
        own = select(person.c.helper).where(person.c.id == self.viewer.person)
        return self.connection.execute(own).scalar()


@dataclass(frozen=True)
class Waits:
    """SQL of what waits, a row each: key (of the source's own), region, due (ISO day, NULL: no clock), since (ISO day
    or moment from which it waits here), person (whose it is, NULL: an office's), number (how many things it stands
    for); and what is bound in it."""

    sql: str
    bound: Mapping[str, object]

    def table(self) -> Subquery:
        """The same for a larger question; its bound names meet no others."""
        asked = text(self.sql).bindparams(*(bindparam(name, value, unique=True) for name, value in self.bound.items()))
        held = asked.columns(*(column(name, kind) for name, kind in _COLUMNS.items())).subquery()
        # what is NULL in every row of one question has no type that a UNION could go by
        return select(*(cast(held.c[name], kind).label(name) for name, kind in _COLUMNS.items())).subquery()


@dataclass(frozen=True)
class Told:
    """One thing in words: ``what`` is to be done, on which page (its path) with which parameters, whose turn it is as
    an office ('' where a person's). No name of a person or household stands in an address."""

    what: str
    page: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    office: str = ""


@dataclass(frozen=True)
class Source:
    """A clock: ``noun`` and ``unit`` as officials call and count it, ``thing`` of the table of rights that must be
    readable. ``waits``: the question, None where nothing can wait at this desk. ``tell``: key → words, for rows of the
    question. ``done``: how many of them were done since a day (ISO)."""

    id: str
    noun: str
    unit: str
    thing: str
    waits: Callable[[Desk], Waits | None]
    tell: Callable[[Desk, Sequence[RowMapping]], Mapping[str, Told]]
    done: Callable[[Desk, str], int] | None = None
