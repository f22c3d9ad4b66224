"""How a household shows that the card is its own: the last six of the head's ID number, or a PIN from the village.

What is right is never refused for another's guesses: each answer is compared, after being held the longer the more were
in vain (``data.access.tries``). The last six are the weaker way: who knows a birthday has but some five hundred left to
guess, so after sixty in vain within thirty days, from wherever, they open no more, until the village hands out a new
PIN or a PIN was right. The PIN always does. What is counted lies in the store beside the store.
"""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Engine, delete, func, insert, select

from data.access import tries
from data.access.households import require
from data.access.rights import needs
from data.access.roles import CODES, WRITE
from data.access.tries import Try
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import Refused
from data.model import household_pin, member
from data.model.search_columns import id_tail
from data.model.transient import attempt
from data.store.engine import is_sqlite, writing
from data.store.transient import transient_engine
from data.terms import HEADS

DIGITS = 6
TAIL = "tail"  # the kind of what is counted against the weaker way
MOST_TAILS, WITHIN = 60, timedelta(days=30)
_LOCK = 60_313  # of the weaker way, among PostgreSQL's advisory locks
_SECRET = re.compile(r"[0-9]{5}[0-9X]")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # RFC 9106, OWASP's smallest: 19 MiB


@dataclass(frozen=True)
class Ways:
    """What a household can answer with: the head's ID number, a PIN (and since when). ``closed``: the ID number, of
    which too many were guessed in vain."""

    tail: bool
    pin: str | None
    closed: bool = False

    def __bool__(self) -> bool:
        return self.tail or self.pin is not None


@needs(WRITE, CODES)
def hand_out(connection: Connection, viewer: Viewer, household: int, *, now: datetime, address: str = "") -> str:
    """A new PIN in the place of the old one; it is told here once and stored as a hash.

    ``connection`` is that of a writing transaction. Raises OutOfScope and NotFound as ``qr_codes.issue`` does.
    """
    require(connection, viewer, [household])
    pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    connection.execute(delete(household_pin).where(household_pin.c.household_id == household))
    kept = {"household_id": household, "hash": _hasher.hash(pin), "set_at": written(now)}
    connection.execute(insert(household_pin).values(kept))
    _log(connection, viewer, household, "pin_given", now, address)
    return pin


@needs(WRITE, CODES)
def take_back(connection: Connection, viewer: Viewer, household: int, *, now: datetime, address: str = "") -> None:
    """Withdraw the PIN; raises as ``hand_out``, and Refused where there is none."""
    require(connection, viewer, [household])
    done = connection.execute(delete(household_pin).where(household_pin.c.household_id == household))
    if not done.rowcount:
        raise Refused("这一户没有口令可以收回。")
    _log(connection, viewer, household, "pin_taken", now, address)


def _log(connection: Connection, viewer: Viewer, household: int, view: str, now: datetime, address: str) -> None:
    audit.wrote(
        connection,
        "household_pin",
        [household],
        actor=viewer.actor,
        view=view,
        household=household,
        address=address,
        now=now,
    )


def ways(connection: Connection, engine: Engine, household: int) -> Ways:
    """What the household whose code somebody holds can be asked for."""
    held = connection.execute(_HELD.where(household_pin.c.household_id == household)).first()
    tails = _tails(connection, household)
    with transient_engine(engine).connect() as beside:
        closed = bool(tails) and in_vain(beside, _target(engine, household, held and held.hash)) >= MOST_TAILS
    return Ways(bool(tails) and not closed, held and held.set_at, closed)


def may_be(typed: str) -> bool:
    """Whether it can be an answer at all: what cannot costs nothing."""
    return _SECRET.fullmatch(normal(typed)) is not None


def a_try(engine: Engine, household: int, *, address: str, mark: str | None) -> Try:
    """Whose tries are counted together: a new PIN begins anew, for it is another target."""
    with engine.connect() as connection:
        name = _name(household, _hash(connection, household))
    return tries.tried(engine, tries.PIN, name, address=address, mark=mark)


def answer(engine: Engine, household: int, typed: str, *, address: str, now: datetime) -> bool:
    """Compare what was typed, when its turn has come (``a_try``); it stands in the log."""
    given = normal(typed)
    with engine.connect() as connection:
        held, tails = _hash(connection, household), _tails(connection, household)
    pin, target = _is_pin(held, given), _target(engine, household, held)
    number = None if pin or not tails else _count(engine, target, now)
    tail = number is not None and any([hmac.compare_digest(one, given) for one in tails if one.isascii()])
    if pin or tail:
        with writing(transient_engine(engine)) as beside:
            mine = (attempt.c.kind == TAIL, attempt.c.target == target)
            beside.execute(delete(attempt).where(*mine, *(() if pin else (attempt.c.id == number,))))
    actor, view = ("household", "right") if pin or tail else ("stranger", "wrong")
    audit.record(engine, actor=actor, address=address, view=view, household=household, now=now)
    return pin or tail


def _is_pin(held: str | None, given: str) -> bool:
    try:
        return held is not None and _hasher.verify(held, given)
    except (Argon2Error, InvalidHashError):
        return False


def _count(engine: Engine, target: str, now: datetime) -> int | None:
    """One more against the weaker way, before it is compared, so that many at once are no more than one after the
    other; its number, None where that way is closed."""
    mine = (attempt.c.kind == TAIL, attempt.c.target == target)
    with writing(transient_engine(engine)) as connection:
        if not is_sqlite(connection):
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK, int(target[:7], 16))))
        if in_vain(connection, target) >= MOST_TAILS:
            return None
        connection.execute(delete(attempt).where(*mine, attempt.c.at < written(now - WITHIN)))
        row = {"kind": TAIL, "target": target, "network": "", "device": "", "at": written(now), "due": written(now)}
        return int(connection.execute(insert(attempt).values(row).returning(attempt.c.id)).scalar_one())


def in_vain(connection: Connection, target: str) -> int:
    counted = select(func.count()).select_from(attempt).where(attempt.c.kind == TAIL, attempt.c.target == target)
    return connection.execute(counted).scalar_one()


def _target(engine: Engine, household: int, held: str | None) -> str:
    return tries.tried(engine, tries.PIN, _name(household, held), address="").target


def _name(household: int, held: str | None) -> str:
    return f"household:{household}:{_epoch(held)}"


def normal(typed: str) -> str:
    """What was typed as it is compared: full width made narrow, blanks out, x large."""
    return "".join(unicodedata.normalize("NFKC", typed[:40]).split()).upper()


_HELD = select(household_pin.c.hash, household_pin.c.set_at)


def epoch(connection: Connection, household: int) -> str:
    """Which PIN holds now, told without telling anything of it: another one, another answer; '' without a PIN."""
    return _epoch(_hash(connection, household))


def _epoch(held: str | None) -> str:
    return (held or "")[-16:]


def _hash(connection: Connection, household: int) -> str | None:
    held = connection.execute(_HELD.where(household_pin.c.household_id == household)).first()
    return None if held is None else str(held.hash)


def _tails(connection: Connection, household: int) -> list[str]:
    here = member.c.household_id == household, member.c.gone.is_(None)
    heads = select(member.c.id_number).where(*here, member.c.relation.in_(HEADS))
    return list(filter(None, map(id_tail, connection.execute(heads).scalars())))
