"""The second factor: a code of six digits from an application on the telephone (TOTP, RFC 6238), or one of ten codes on
paper. Each is good once."""

import hashlib
import hmac
import json
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import Connection, Engine, select, update

from data.access.actors import PERSON
from data.access.sessions import Signed, sessions_of
from data.audit import log as audit
from data.clock import ZONE, written
from data.model import account
from data.store.engine import writing

ISSUER = "村级作战室"
CODES = 10
_STEP = 30  # seconds
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 50 bits in ten


@dataclass(frozen=True)
class Standing:
    """The account's version; ``left``: how many codes on paper are not used yet, None without a second factor."""

    version: int
    left: int | None


def new_secret() -> str:
    """A secret for an application on a telephone, base32."""
    return pyotp.random_base32()


def enrolment(secret: str, login: str) -> str:
    """The address that such an application reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def standing(connection: Connection, person: int) -> Standing:
    """How it stands with somebody's second factor."""
    columns = (account.c.version, account.c.totp, account.c.recovery)
    held = connection.execute(select(*columns).where(account.c.person_id == person)).one()
    return Standing(held.version, None if held.totp is None else len(json.loads(held.recovery or "[]")))


def set_up(
    engine: Engine, signed: Signed, secret: str, code: str, *, version: int, address: str, now: datetime
) -> list[str] | None:
    """Take the secret into use after its first right code; the ten codes for paper, told here once. None where the code
    is wrong, or the account is not of that version any more. His other sessions end, this one goes on."""
    step = _step_of(secret, code, now)
    if step is None:
        return None
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(CODES)]
    kept = {"totp": secret, "totp_step": step, "recovery": json.dumps([_hash(one) for one in codes])}
    with writing(engine) as connection:
        mine = (account.c.person_id == signed.viewer.person, account.c.version == version)
        raised = {"version": version + 1, "changed": written(now), **kept}
        if not connection.execute(update(account).where(*mine).values(raised)).rowcount:
            return None
        actor = signed.viewer.actor
        person = signed.viewer.person
        assert person is not None
        audit.wrote(connection, "account", [person], actor=actor, address=address, view="second", now=now)
        sessions_of(engine).renew(signed.digest, version + 1)
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def take(connection: Connection, person: int, code: str, *, address: str, now: datetime) -> bool:
    """Whether this is a code of his that was not used yet; it is used now, and one from paper stands in the log. For a
    writing transaction."""
    held = select(account.c.totp, account.c.totp_step, account.c.recovery).where(account.c.person_id == person)
    found = connection.execute(held.with_for_update()).first()
    if found is None or found.totp is None:
        return False
    mine = update(account).where(account.c.person_id == person)
    step = _step_of(found.totp, code, now)
    if step is not None and step > (found.totp_step or 0):
        connection.execute(mine.values(totp_step=step))
        return True
    codes = json.loads(found.recovery or "[]")
    if (used := _hash(_plain(code))) not in codes:
        return False
    left = [one for one in codes if one != used]
    connection.execute(mine.values(recovery=json.dumps(left)))
    actor, told = f"{PERSON}{person}", f"用去一个恢复码，还剩 {len(left)} 个"
    audit.wrote(connection, "account", [person], actor=actor, address=address, view="second", detail=told, now=now)
    return True


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The step of time whose code this is: the running one, the one before or the next; None for no code."""
    running = int(now.replace(tzinfo=ZONE).timestamp()) // _STEP
    made = pyotp.TOTP(secret)
    given = _plain(typed).encode()
    right = [
        step
        for step in (running - 1, running, running + 1)
        if hmac.compare_digest(made.generate_otp(step).encode(), given)
    ]
    return right[-1] if right else None


def _plain(typed: str) -> str:
    """A code as it is compared: full width made narrow, capital, letters and digits alone."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", typed[:60]).upper() if sign.isascii() and sign.isalnum()
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
