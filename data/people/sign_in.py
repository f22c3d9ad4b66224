"""Signing in and the own password: who somebody is by what he knows, and the session that begins with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from data import settings
from data.access.roles import LEAST
from data.access.sessions import Signed, digest_of, sessions_of
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import Refused
from data.model import account
from data.people import accounts, passwords
from data.store.engine import writing

DISPLAY_LIFE = timedelta(days=365)


@dataclass(frozen=True)
class Known:
    """Who has shown his password: his number, his account's version, what he signs in with; ``second``: whether a code
    is asked for too."""

    person: int
    version: int
    login: str
    second: bool


def known_by_password(connection: Connection, typed_login: str, password: str) -> Known | None:
    """Who signs in so; None for a wrong password, for nobody's login and for a disabled account, each after one
    comparison."""
    found = connection.execute(select(account).where(account.c.login == _login(typed_login))).first()
    right = passwords.matches(found.hash if found else None, password)
    if found is None or not right or found.disabled is not None:
        return None
    return Known(found.person_id, found.version, found.login, found.totp is not None)


def target(typed_login: str) -> str:
    """What tries in vain at a login are counted by, also at one that nobody has."""
    return f"login:{_login(typed_login) or typed_login[:100]}"


def in_vain(engine: Engine, typed_login: str, what: str, *, address: str, now: datetime) -> None:
    """Enter in the log that somebody tried to sign in; at whose account, never as whom he called himself."""
    with engine.connect() as connection:
        asked = select(account.c.person_id).where(account.c.login == _login(typed_login))
        person = connection.execute(asked).scalar()
    told = f"{what} · {'没有这个账号' if person is None else f'人员 {person}'}"
    audit.record(engine, actor=LEAST, address=address, view="sign_in_wrong", detail=told, now=now)


def still_known(connection: Connection, known: Known) -> bool:
    """Whether the account stands as it did when the password was shown."""
    held = select(account.c.person_id).where(account.c.person_id == known.person, account.c.version == known.version)
    return connection.execute(held.where(account.c.disabled.is_(None))).first() is not None


def begin(engine: Engine, known: Known, *, address: str, agent: str, now: datetime) -> str:
    """A session of his; its token. It stands in the log."""
    with engine.connect() as connection:
        decided = settings.values(connection)
    token = sessions_of(engine).begin(
        person=known.person,
        version=known.version,
        address=address,
        agent=agent,
        now=now,
        idle=int(decided["idle_minutes"]),
        until=end_of_day(now, int(decided["day_end_hour"])),
    )
    audit.record(engine, actor=f"person:{known.person}", address=address, view="signed_in", now=now)
    return token


def begin_display(engine: Engine, id: int, region: str, *, address: str, agent: str, now: datetime) -> str:
    """A session of a display; its token. It lasts a year without a touch and ends those that the display had before."""
    sessions = sessions_of(engine)
    until = now + DISPLAY_LIFE
    token = sessions.begin(device=id, address=address, agent=agent, now=now, idle=0, until=until)
    sessions.end_of(now, device=id, but=digest_of(token))
    actor = Viewer("display", region).actor
    audit.record(engine, actor=actor, address=address, view="signed_in", detail=f"设备 {id}", now=now)
    return token


def end(engine: Engine, signed: Signed, *, address: str, now: datetime) -> None:
    """He signs out."""
    sessions_of(engine).end(signed.digest, now)
    audit.record(engine, actor=signed.viewer.actor, address=address, view="signed_out", now=now)


def end_of_day(now: datetime, hour: int) -> datetime:
    """When everybody signs in again: the next time it is that hour."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def change_password(engine: Engine, signed: Signed, old: str, new: str, *, address: str, now: datetime) -> bool:
    """One's own password; False where the old one is wrong. His other sessions end, this one goes on.

    Raises Refused for a new one that cannot be one, or is the old one.
    """
    mine = account.c.person_id == signed.viewer.person
    with engine.connect() as connection:
        held = connection.execute(select(account.c.person_id, account.c.hash, account.c.version).where(mine)).one()
    if not passwords.matches(held.hash, old):
        return False
    with engine.connect() as connection:
        password = accounts.new_password(connection, held.person_id, new)
    if password == passwords.normal(old):
        raise Refused("新密码和原来的一样，请换一个。")
    kept = {"hash": passwords.hashed(password), "must_change": 0}
    with writing(engine) as connection:
        raised = {"version": held.version + 1, "changed": written(now), **kept}
        done = connection.execute(update(account).where(mine, account.c.version == held.version).values(raised))
        if not done.rowcount:
            raise Refused("账号刚刚有变化，密码没有修改，请重新登录后再试。")
        actor = signed.viewer.actor
        audit.wrote(connection, "account", [held.person_id], actor=actor, address=address, view="password", now=now)
        sessions_of(engine).renew(signed.digest, held.version + 1)
    return True


def _login(typed: str) -> str:
    """What was typed in the form of logins; '' where nobody can be called so."""
    try:
        return passwords.login_form(typed)
    except Refused:
        return ""
