"""How a household shows that the card is its own: the last six of the head's ID number, or a PIN from the village.

Tries are counted from the log of looks, for the household and not for an address: over all addresses, also after a
restart. The count starts anew after a right answer, and when the village hands out a new PIN.
"""

import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Engine, delete, func, insert, select

from data.access.households import require
from data.access.rights import needs
from data.access.roles import CODES, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import SKEW, Clock, written
from data.errors import Refused
from data.model import access_log, household_pin, member
from data.model.search_columns import id_tail
from data.store.engine import is_sqlite

DIGITS = 6
FREE_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 30, 24 * 3600  # seconds; doubled with every try in vain
# who knows a neighbour's birthday has but some five hundred ID numbers left to guess: weeks at one an hour
BUSY = 5  # seconds that one try waits for the others' end
MOST_WAITING = 4  # tries at once; each keeps a thread of the server
HEADS = ("户主", "本人")
RESETS = ("right", "pin_given")
_LOCK = 60_313  # of the tries, among PostgreSQL's advisory locks
_SECRET = re.compile(r"[0-9]{5}[0-9X]")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # RFC 9106, OWASP's smallest: 19 MiB
_one_at_a_time = threading.Lock()
_places = threading.BoundedSemaphore(MOST_WAITING)


@dataclass(frozen=True)
class Ways:
    """What a household can answer with: the head's ID number, a PIN (and since when)."""

    tail: bool
    pin: str | None

    def __bool__(self) -> bool:
        return self.tail or self.pin is not None


@dataclass(frozen=True)
class Answer:
    """Whether it was right; else the seconds until the next try may be made and how many are free before a pause.
    ``counted`` is False where nothing was compared: not of six characters, or in a pause."""

    right: bool
    pause: int = 0
    left: int = 0
    counted: bool = True


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
    audit.enter(connection, actor=viewer.actor, address=address, view="pin_given", households=[household], now=now)
    return pin


@needs(WRITE, CODES)
def take_back(connection: Connection, viewer: Viewer, household: int, *, now: datetime, address: str = "") -> None:
    """Withdraw the PIN; raises as ``hand_out``, and Refused where there is none."""
    require(connection, viewer, [household])
    done = connection.execute(delete(household_pin).where(household_pin.c.household_id == household))
    if not done.rowcount:
        raise Refused("这一户没有口令可以收回。")
    audit.enter(connection, actor=viewer.actor, address=address, view="pin_taken", households=[household], now=now)


def ways(connection: Connection, household: int) -> Ways:
    """What the household whose code somebody holds can be asked for."""
    since = connection.execute(select(household_pin.c.set_at).where(household_pin.c.household_id == household)).scalar()
    return Ways(bool(_tails(connection, household)), since)


def attempt(engine: Engine, household: int, typed: str, *, address: str, clock: Clock) -> Answer:
    """Compare what was typed, unless the household is in a pause; every try is entered in the log.

    Tries are taken one after the other, a few may wait, so that many at once are no more than one; the clock is asked
    when the turn has come.
    """
    if not _places.acquire(blocking=False):
        return Answer(False, pause=BUSY, counted=False)
    try:
        if not _one_at_a_time.acquire(timeout=BUSY):
            return Answer(False, pause=BUSY, counted=False)
        try:
            with _alone(engine, household):
                return _compared(engine, household, normal(typed), address, clock())
        finally:
            _one_at_a_time.release()
    finally:
        _places.release()


@contextmanager
def _alone(engine: Engine, household: int) -> Iterator[None]:
    """Against the tries that another server on the same PostgreSQL takes for this household at the same time."""
    if is_sqlite(engine):
        yield
        return
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK, household % 2**31)))
        yield


def _compared(engine: Engine, household: int, given: str, address: str, now: datetime) -> Answer:
    wait, wrong = pause(engine, household, now)
    if wait or not _SECRET.fullmatch(given):
        return Answer(False, wait, max(FREE_TRIES - wrong, 0), counted=False)
    with engine.connect() as connection:
        right = _matches(connection, household, given)
    actor, view = ("household", "right") if right else ("stranger", "wrong")
    audit.record(engine, actor=actor, address=address, view=view, household=household, now=now)
    audit.flush(engine, 1)  # where an importer holds the store it is counted among the waiting
    return Answer(right) if right else Answer(False, pause_after(wrong + 1), max(FREE_TRIES - wrong - 1, 0))


def pause(engine: Engine, household: int, now: datetime) -> tuple[int, int]:
    """Seconds until the next try may be made, and how many were in vain since the last right one."""
    waiting = audit.waiting(engine)
    if len(waiting) >= audit.MOST_WAITING:
        return BUSY, 0  # what cannot be counted is not tried
    late = [look for look in waiting if look.household == household]
    with engine.connect() as connection:
        count, last = _wrong(connection, household)
    for look in late:
        count = 0 if look.view in RESETS else count + (look.view == "wrong")
        last = look.at if look.view == "wrong" else last
    if last is None or not pause_after(count):
        return 0, count
    passed = now - datetime.fromisoformat(last)
    if passed < -SKEW:  # the clock was set back since: this try goes free, and the next counts from it
        return 0, count
    return max(pause_after(count) - max(int(passed.total_seconds()), 0), 0), count


def pause_after(wrong: int) -> int:
    """Seconds of pause after so many tries in vain: none before the fifth, then 30, 60, 120 … up to a day."""
    return min(FIRST_PAUSE * 2 ** min(wrong - FREE_TRIES, 20), LONGEST_PAUSE) if wrong >= FREE_TRIES else 0


def normal(typed: str) -> str:
    """What was typed as it is compared: full width made narrow, blanks out, x large."""
    return "".join(unicodedata.normalize("NFKC", typed[:40]).split()).upper()


def _wrong(connection: Connection, household: int) -> tuple[int, str | None]:
    mine = access_log.c.household_id == household
    since = select(func.max(access_log.c.id)).where(mine, access_log.c.view.in_(RESETS)).scalar_subquery()
    wrong = (mine, access_log.c.view == "wrong", access_log.c.id > func.coalesce(since, 0))
    last = (
        select(access_log.c.at)
        .where(*wrong)
        .order_by(access_log.c.id.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    return tuple(connection.execute(select(func.count(), last).where(*wrong)).one())


def _tails(connection: Connection, household: int) -> list[str]:
    heads = select(member.c.id_number).where(member.c.household_id == household, member.c.relation.in_(HEADS))
    return list(filter(None, map(id_tail, connection.execute(heads).scalars())))


def _matches(connection: Connection, household: int, given: str) -> bool:
    """Both are always compared, so that the time does not tell which one it was."""
    tail = [hmac.compare_digest(tail, given) for tail in _tails(connection, household) if tail.isascii()]
    held = connection.execute(select(household_pin.c.hash).where(household_pin.c.household_id == household)).scalar()
    try:
        pin = held is not None and _hasher.verify(held, given)
    except (Argon2Error, InvalidHashError):
        pin = False
    return any(tail) or pin
