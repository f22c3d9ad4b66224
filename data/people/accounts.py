"""Accounts: made, reset, moved, disabled by who administers people, within his region; the first one by itself.

What changes an account raises its version, which ends what its person has open, and stands in the log in the same
transaction. ``actor`` is told where it is not the viewer who acts, as on the command line.
"""

import re
from contextlib import suppress
from datetime import datetime
from typing import NotRequired, Required, TypedDict, Unpack

from pypinyin import lazy_pinyin
from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, ROLES
from data.access.sessions import ADMINISTRATORS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.duties.persons import becomes, person_of_helper
from data.errors import NotFound, OutOfScope, Refused
from data.model import account, person
from data.model import helper as helpers
from data.people import passwords
from data.people.words import phone_form, plain_words
from data.regions import tree as regions
from data.store.engine import is_sqlite
from data.store.rows import written_id

LONGEST_NAME = LONGEST_UNIT = 40
_COUNTY, _TOWNSHIP, _VILLAGE = (0, 2, 4, 6), (9,), (12,)
LEVELS = {
    "admin": _COUNTY,
    "county": _COUNTY,
    "township": _TOWNSHIP,
    "village": _VILLAGE,
    "helper": (*_COUNTY, *_TOWNSHIP, *_VILLAGE),
}
"""Roles that have accounts, and the lengths of the codes of their regions; a helper sees his households in his."""
_LEVEL_WORDS = {_COUNTY: "县", _TOWNSHIP: "乡镇（9 位代码）", _VILLAGE: "村（12 位代码）"}
_LOCK = 60_315  # of the accounts, among PostgreSQL's advisory locks


class Done(TypedDict):
    """When and from where an account is changed, and by whom where it is not the viewer."""

    now: Required[datetime]
    address: Required[str]
    actor: NotRequired[str]


def any_account(connection: Connection) -> bool:
    """Whether anybody can sign in."""
    return bool(connection.execute(select(exists().select_from(account))).scalar())


def first_administrator(
    connection: Connection, *, name: str, login: str, hash: str, region: str = regions.WHOLE, **done: Unpack[Done]
) -> int:
    """The first account, an administrator's, for who holds the launch link; his number.

    ``connection`` is that of a writing transaction: of two that do it at once one is refused. Raises Refused.
    """
    _alone(connection)
    if any_account(connection):
        raise Refused("管理员已经设立，请登录。")
    id = _person(connection, name, None, done.get("actor", "system"), done)
    actor = done.get("actor", f"person:{id}")
    _account(connection, id, login, "admin", region, hash, must_change=False, now=done["now"])
    log_change(connection, actor, "account", id, "设立第一个管理员", done)
    return id


@needs(ADMINISTER, PEOPLE)
def add_account(
    connection: Connection,
    viewer: Viewer,
    *,
    login: str,
    hash: str,
    role: str,
    region: str,
    name: str = "",
    helper: str | None = None,
    phone: str | None = None,
    unit: str | None = None,
    person: int | None = None,
    **done: Unpack[Done],
) -> int:
    """An account for somebody new, or for a ``person`` who has none; his number.

    ``hash`` is ``passwords.hashed`` of one that he must change when he first signs in. Raises Refused for what does not
    fit (role and region, a login or a helper that is somebody's), OutOfScope and NotFound.
    """
    _standing(connection, viewer)
    fits(connection, viewer, role, region)
    helper_is_free(connection, role, helper, person)
    actor = done.get("actor") or viewer.actor
    if person is None:
        person = _person(connection, name, helper, actor, done, phone=phone, unit=unit)
    elif helper is not None:
        _set_helper(connection, actor, person, helper, done)
    _account(connection, person, login, role, region, hash, must_change=True, now=done["now"])
    log_change(connection, actor, "account", person, f"新增账号 · {ROLES[role]} {region}", done)
    return person


@needs(ADMINISTER, PEOPLE)
def move_account(
    connection: Connection,
    viewer: Viewer,
    person: int,
    *,
    role: str,
    region: str,
    helper: str | None = None,
    **done: Unpack[Done],
) -> None:
    """Another role, region or helper's code; None leaves the code as it is. Raises as ``add_account``; for oneself and
    for the last administrator of a region Refused."""
    held = _other(connection, viewer, person, "自己的角色和区划")
    fits(connection, viewer, role, region)
    helper_is_free(connection, role, helper, person)
    if role not in ADMINISTRATORS or not held["region"].startswith(region):
        _not_the_last(connection, held)
    if helper is not None:
        _set_helper(connection, done.get("actor") or viewer.actor, person, helper, done)
    told = f"改为 {ROLES[role]} {region}"
    _change(connection, viewer, person, told, done, role=role, region=region)


@needs(ADMINISTER, PEOPLE)
def reset_password(connection: Connection, viewer: Viewer, person: int, **done: Unpack[Done]) -> str:
    """A new password, told here once, that he must change when he signs in with it; raises Refused for oneself."""
    _other(connection, viewer, person, "自己的密码（请在“修改密码”里改）")
    password = passwords.drawn()
    _change(connection, viewer, person, "重置密码", done, hash=passwords.hashed(password), must_change=1)
    return password


@needs(ADMINISTER, PEOPLE)
def disable_account(connection: Connection, viewer: Viewer, person: int, **done: Unpack[Done]) -> None:
    """He signs in no more and what he has open ends; raises Refused for oneself and for the last administrator."""
    held = _other(connection, viewer, person, "自己的账号")
    _not_the_last(connection, held)
    _change(connection, viewer, person, "停用账号", done, disabled=held["disabled"] or written(done["now"]))


@needs(ADMINISTER, PEOPLE)
def enable_account(connection: Connection, viewer: Viewer, person: int, **done: Unpack[Done]) -> None:
    """He may sign in again."""
    _other(connection, viewer, person, "自己的账号")
    _change(connection, viewer, person, "启用账号", done, disabled=None)


@needs(ADMINISTER, PEOPLE)
def remove_second(connection: Connection, viewer: Viewer, person: int, **done: Unpack[Done]) -> None:
    """Take away the second factor of somebody who lost his telephone; an administrator sets up a new one when he next
    signs in."""
    _other(connection, viewer, person, "自己的动态码")
    _change(connection, viewer, person, "解除动态码", done, totp=None, totp_step=None, recovery=None)


def new_password(connection: Connection, person: int, typed: str) -> str:
    """What a person typed as his new password, where it may be one; raises Refused."""
    return passwords.checked(typed, known_words(connection, *who_is(connection, person)))


def known_words(connection: Connection, login: str, name: str, region: str = regions.WHOLE) -> list[str]:
    """What everybody knows of somebody: no password consists of it."""
    whole = Viewer("admin", regions.WHOLE)
    places = [*regions.roots(connection), *regions.ancestors(connection, whole, region)]
    return [login, name, *{place.name for place in places}]


def who_is(connection: Connection, id: int) -> tuple[str, str, str]:
    """Login, name and region of somebody with an account."""
    asked = select(account.c.login, person.c.name, account.c.region).join(person, person.c.id == account.c.person_id)
    login, name, region = connection.execute(asked.where(person.c.id == id)).one()
    return login, name, region


def _alone(connection: Connection) -> None:
    """Accounts change one after the other, so that what is asked of the others holds until the end."""
    if not is_sqlite(connection):
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _standing(connection: Connection, viewer: Viewer) -> None:
    """The same, and raises OutOfScope where the viewer's own account has changed since he was seen at the door."""
    _alone(connection)
    if viewer.person is not None:
        mine = (account.c.person_id == viewer.person, account.c.disabled.is_(None))
        held = select(account.c.person_id).where(*mine, account.c.role == viewer.role)
        if connection.execute(held.where(account.c.region == viewer.region)).first() is None:
            raise OutOfScope("人员和账号")


def _other(connection: Connection, viewer: Viewer, id: int, what: str) -> RowMapping:
    """The account of somebody else; raises Refused for the viewer's own, NotFound where it is not his to administer."""
    _standing(connection, viewer)
    if id == viewer.person:
        raise Refused(f"不能在这里更改{what}，请由其他管理员办理。")
    found = connection.execute(select(account).where(account.c.person_id == id)).mappings().first()
    if found is None or not viewer.may_see(found["region"]):
        raise NotFound("没有这个账号，或不在您的管理范围内。请从人员名单中选择。")
    return found


def _not_the_last(connection: Connection, held: RowMapping) -> None:
    """Raises Refused where nobody else is left who could administer all that this one could."""
    if held["role"] not in ADMINISTRATORS or held["disabled"]:
        return
    others = select(account.c.region).where(
        account.c.role.in_(ADMINISTRATORS), account.c.disabled.is_(None), account.c.person_id != held["person_id"]
    )
    if not any(held["region"].startswith(region) for region in connection.execute(others).scalars()):
        raise Refused("这是最后一个管理员，停用或改派以后就没有人能管理账号。请先设立另一个管理员。")


@needs(ADMINISTER, PEOPLE)
def fits(connection: Connection, viewer: Viewer, role: str, region: str) -> None:
    """Raises where there is no such role or region, where they do not fit, or where it is more than the viewer has."""
    if role not in LEVELS:
        raise Refused(f"没有“{role[:20]}”这个角色，可选：{'、'.join(LEVELS)}。")
    regions.find(connection, viewer, region)
    if len(region) not in LEVELS[role]:
        raise Refused(f"{ROLES[role]}的区划应选到{_LEVEL_WORDS.get(LEVELS[role], '县、乡镇或村')}。")


def helper_is_free(connection: Connection, role: str, code: str | None, mine: int | None) -> None:
    """Raises Refused where a helper's code is missing, unknown or somebody else's."""
    if code is None:
        held = select(person.c.helper).where(person.c.id == mine)
        if role == "helper" and connection.execute(held).scalar() is None:
            raise Refused("帮扶责任人的账号要写明帮扶责任人编码。")
        return
    if connection.execute(select(helpers.c.code).where(helpers.c.code == code)).first() is None:
        raise Refused(f"没有编码为“{code[:30]}”的帮扶责任人，请先导入帮扶责任人。")
    signs_in = select(person.c.id).join(account, account.c.person_id == person.c.id).where(person.c.helper == code)
    if connection.execute(signs_in).scalar() not in (None, mine):
        raise Refused(f"编码为“{code}”的帮扶责任人已经是另一个人。")


def suggested_login(connection: Connection, name: str) -> str:
    """What somebody of this name may sign in with, of those still free: zhangsan, zhangsan2; raises Refused."""
    sounded = "".join(re.findall("[a-z0-9]+", "".join(lazy_pinyin(name)).lower()))[:36]
    for number in range(1, 1000):
        login = passwords.login_form(f"{sounded}{number if number > 1 else ''}".ljust(3, "0"))
        with suppress(Refused):
            login_is_free(connection, login)
            return login
    raise Refused("这个姓名的登录名都有人用了，请自己写一个。")


def login_is_free(connection: Connection, login: str) -> None:
    """Raises Refused where somebody signs in with it."""
    if connection.execute(select(account.c.login).where(account.c.login == login)).first() is not None:
        raise Refused(f"登录名“{login}”已经有人用，请换一个。")


def _set_helper(connection: Connection, actor: str, id: int, code: str, done: Done) -> None:
    if (whose := person_of_helper(connection, code)) not in (None, id):  # made of the workbook; he is this one
        assert whose is not None
        becomes(connection, whose, id)
        connection.execute(update(person).where(person.c.id == whose).values(helper=None))
        log_change(connection, actor, "person", whose, f"即人员 {id}", done)
    changed = update(person).where(person.c.id == id, person.c.helper.is_distinct_from(code))
    if connection.execute(changed.values(helper=code)).rowcount:
        log_change(connection, actor, "person", id, f"帮扶责任人编号改为 {code}", done)


def facts_of(name: str, phone: str | None, unit: str | None) -> dict[str, str | None]:
    """Name, telephone and unit of a person as they are stored; raises Refused for what cannot be one."""
    return {
        "name": plain_words(name, "姓名", LONGEST_NAME),
        "phone": phone_form(phone) if phone and phone.strip() else None,
        "unit": plain_words(unit, "单位", LONGEST_UNIT) if unit and unit.strip() else None,
    }


def _person(
    connection: Connection,
    name: str,
    helper: str | None,
    actor: str,
    done: Done,
    *,
    phone: str | None = None,
    unit: str | None = None,
) -> int:
    """Somebody new, or who is that helper already."""
    facts = facts_of(name, phone, unit)
    known = None if helper is None else person_of_helper(connection, helper)
    if known is not None:
        given = {what: fact for what, fact in facts.items() if fact is not None}
        connection.execute(update(person).where(person.c.id == known).values(given))
        log_change(connection, actor, "person", known, "核对人员", done)
        return known
    row = {**facts, "helper": helper, "made": written(done["now"]), "actor": actor}
    made = written_id(connection.execute(insert(person).values(row)))
    log_change(connection, actor, "person", made, "新增人员", done)
    return made


def _account(
    connection: Connection, id: int, login: str, role: str, region: str, hash: str, *, must_change: bool, now: datetime
) -> None:
    """Raises Refused for a login that is somebody's, or a person who has an account or is not there."""
    login = passwords.login_form(login)
    if connection.execute(select(person.c.id).where(person.c.id == id)).first() is None:
        raise NotFound("没有这个人员，请从人员名单中选择。")
    if connection.execute(select(account.c.login).where(account.c.person_id == id)).first() is not None:
        raise Refused("这个人员已经有账号。")
    login_is_free(connection, login)
    what = {"login": login, "role": role, "region": region, "hash": hash, "must_change": int(must_change)}
    connection.execute(insert(account).values(person_id=id, version=1, changed=written(now), **what))


def _change(connection: Connection, viewer: Viewer, id: int, what: str, done: Done, **values: object) -> None:
    raised = {"version": account.c.version + 1, "changed": written(done["now"]), **values}
    connection.execute(update(account).where(account.c.person_id == id).values(raised))
    log_change(connection, done.get("actor") or viewer.actor, "account", id, what, done)


def log_change(connection: Connection, actor: str, table: str, id: int, what: str, done: Done) -> None:
    """A line of what was done to a person's row of ``person`` or ``account``, in the transaction that does it."""
    told, where, when = f"人员 {id} · {what}", done["address"], done["now"]
    audit.wrote(connection, table, [id], actor=actor, address=where, view="account", detail=told, now=when)
