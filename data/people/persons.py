"""Who has an account, as who administers people reads it: within his region, filtered, paged; one with everything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Unpack

from sqlalchemy import ColumnElement, Connection, Select, func, not_, or_, select, update

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, READ
from data.access.sessions import ADMINISTRATORS, Sessions
from data.access.viewer import Viewer, within
from data.errors import NotFound
from data.model import account, helper, person, region
from data.people.accounts import Done, facts_of, log_change

PAGE = 50
LONGEST_WORDS = 30
_FACTS = {"name": "姓名", "phone": "电话", "unit": "单位"}
_SECOND_DUE = account.c.role.in_(ADMINISTRATORS) & account.c.totp.is_(None)
STATES: dict[str, tuple[str, ColumnElement[bool]]] = {
    "open": ("可登录", account.c.disabled.is_(None)),
    "first": ("初始密码未改", account.c.disabled.is_(None) & (account.c.must_change == 1)),
    "second": ("动态码未设", account.c.disabled.is_(None) & _SECOND_DUE),
    "disabled": ("已停用", not_(account.c.disabled.is_(None))),
}
"""States an account may be in: in words, and as a clause."""


@dataclass(frozen=True)
class Filters:
    """What picks people out: words of name or login, a role, a region ('' all in scope), a key of STATES."""

    words: str = ""
    role: str = ""
    region: str = ""
    state: str = ""


@dataclass(frozen=True)
class Person:
    """One person with an account. ``region`` is a code ('' the whole), ``helper`` the code of who he is as a helper;
    ``disabled`` since when; ``must_change``: the password is one that somebody else gave; ``second``: whether he has a
    second factor; ``signed_in`` and ``seen``: the last time, '' where nothing is known of one."""

    id: int
    name: str
    phone: str | None
    unit: str | None
    login: str
    role: str
    region: str
    region_name: str | None
    helper: str | None
    helper_name: str | None
    disabled: str | None
    must_change: bool
    second: bool
    signed_in: str = ""
    seen: str = ""

    @property
    def place(self) -> str:
        """``示范村 990181101201``; 全部区划."""
        return f"{self.region_name or ''} {self.region}".strip() or "全部区划"

    @property
    def standing(self) -> str:
        """His account in words."""
        if self.disabled:
            return f"{STATES['disabled'][0]}（{self.disabled[:10]}）"
        due = [STATES["first"][0]] * self.must_change
        due += [STATES["second"][0]] * (self.role in ADMINISTRATORS and not self.second)
        return "、".join(due) or STATES["open"][0]


@needs(READ, PEOPLE)
def people(
    connection: Connection, viewer: Viewer, sessions: Sessions, filters: Filters, *, offset: int = 0, limit: int = PAGE
) -> list[Person]:
    """People by region, role and name; raises OutOfScope for a region that is not the viewer's."""
    ordered = _picked(viewer, filters).order_by(account.c.region, account.c.role, person.c.name, person.c.id)
    return _last_seen(_read(connection, ordered.offset(offset).limit(limit)), sessions)


@needs(READ, PEOPLE)
def count_people(connection: Connection, viewer: Viewer, filters: Filters) -> int:
    """How many those are."""
    return connection.execute(select(func.count()).select_from(_picked(viewer, filters).subquery())).scalar_one()


@needs(READ, PEOPLE)
def one_person(connection: Connection, viewer: Viewer, id: int) -> Person:
    """One person; raises NotFound where there is none, or he is not of the viewer's region."""
    return _one(connection, viewer, person.c.id == id)


@needs(ADMINISTER, PEOPLE)
def edit_person(
    connection: Connection,
    viewer: Viewer,
    id: int,
    *,
    name: str,
    phone: str | None,
    unit: str | None,
    **done: Unpack[Done],
) -> bool:
    """Write down name, telephone and unit; whether anything changed. Raises NotFound as ``one_person``, Refused."""
    held = one_person(connection, viewer, id)
    after = facts_of(name, phone, unit)
    changed = [what for what in after if after[what] != getattr(held, what)]
    if changed:
        connection.execute(update(person).where(person.c.id == id).values(after))
        told = f"更改{'、'.join(_FACTS[what] for what in changed)}"
        log_change(connection, done.get("actor") or viewer.actor, "person", id, told, done)
    return bool(changed)


@needs(READ, PEOPLE)
def by_login(connection: Connection, viewer: Viewer, login: str) -> Person:
    """The same by what he signs in with."""
    return _one(connection, viewer, account.c.login == login)


def _one(connection: Connection, viewer: Viewer, clause: ColumnElement[bool]) -> Person:
    found = _read(connection, _within(viewer).where(clause))
    if not found:
        raise NotFound("没有这个人员，或不在您的管理范围内。请从人员名单中选择。")
    return found[0]


def _within(viewer: Viewer) -> Select[tuple[object, ...]]:
    totp = account.c.totp.is_not(None).label("second")
    asked = select(
        person.c.id, person.c.name, person.c.phone, person.c.unit, account.c.login, account.c.role, account.c.region,
        region.c.name.label("region_name"), person.c.helper, helper.c.name.label("helper_name"), account.c.disabled,
        account.c.must_change, totp,
    )  # fmt: skip
    joined = asked.join(account, account.c.person_id == person.c.id)
    named = joined.outerjoin(region, region.c.code == account.c.region)
    helping = named.outerjoin(helper, helper.c.code == person.c.helper)
    return helping.where(within(account.c.region, viewer.region))


def _picked(viewer: Viewer, filters: Filters) -> Select[tuple[object, ...]]:
    asked = _within(viewer).where(within(account.c.region, viewer.narrowed(filters.region or viewer.region)))
    if filters.words:
        named = person.c.name.contains(filters.words, autoescape=True)
        asked = asked.where(or_(named, account.c.login.contains(filters.words.lower(), autoescape=True)))
    if filters.role:
        asked = asked.where(account.c.role == filters.role)
    return asked.where(STATES[filters.state][1]) if filters.state else asked


def _read(connection: Connection, asked: Select[tuple[object, ...]]) -> list[Person]:
    found = connection.execute(asked).mappings()
    return [Person(**{**row, "must_change": bool(row["must_change"]), "second": bool(row["second"])}) for row in found]


def _last_seen(found: Sequence[Person], sessions: Sessions) -> list[Person]:
    last = sessions.last([one.id for one in found])
    times = {one.id: last.get(one.id, ("", "")) for one in found}
    return [replace(one, signed_in=times[one.id][0], seen=times[one.id][1]) for one in found]
