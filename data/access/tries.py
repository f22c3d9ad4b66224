"""Who guesses in vain is slowed; what is right is never refused for another's guesses.

Every answer is compared. What grows with the tries in vain is the time by which the next is held before it is: for one
target from one network 1, 2, 4 … 30 seconds after the first free ones; mildly for one target from wherever, and for
one network whatever its targets. A try counts from when it is made, so that many at once are not free; what was right
is struck out. A browser that was right before carries a mark for its target and goes by itself: others' guesses do not
slow it. Tries stand in the store beside the store, for all processes; targets as keyed hashes.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select

from data.clock import SKEW, written
from data.model.transient import attempt
from data.store.engine import is_sqlite, writing
from data.store.key import derived
from data.store.transient import transient_engine

PASSWORD, SECOND, PIN, LINK, SCAN = "password", "second", "pin", "link", "scan"
KINDS = (PASSWORD, SECOND, PIN, LINK, SCAN)
REMEMBERED = timedelta(hours=24)
MOST_WAITING = 4  # held at once for one target from one network
BUSY = 5  # seconds after which one more may come again
MARK_LIFE = 400 * 24 * 3600  # seconds: as long as a browser keeps a cookie
_MOST_MARKS = 8  # people who share a browser
_LOCK = 60_314  # of the tries of a target, among PostgreSQL's advisory locks
_tries = attempt.c


@dataclass(frozen=True)
class Slope:
    """``free`` in vain cost nothing, the next 1 second, 2, 4 … up to ``longest``."""

    free: int
    longest: int

    def after(self, wrong: int) -> int:
        """Seconds by which a try is held after so many in vain."""
        over = wrong - self.free
        return 0 if over < 0 else min(1 << min(over, 10), self.longest)


OWN = Slope(free=4, longest=30)
TARGET = Slope(free=8, longest=5)
NETWORK = Slope(free=30, longest=5)


@dataclass(frozen=True)
class Try:
    """One answer to be compared: what kind, for which target, from which network, by which marked browser ('')."""

    kind: str
    target: str
    network: str
    device: str


@dataclass(frozen=True)
class Turn:
    """``hold``: seconds to wait before the answer is compared. ``id`` None: too many wait already, this one is neither
    compared nor counted and may come again after ``hold``."""

    id: int | None
    hold: int


def tried(engine: Engine, kind: str, name: str, *, address: str, mark: str | None = None) -> Try:
    """A try for the target of that name (``login:…``, ``household:…``); ``mark`` is what the browser carries."""
    if kind not in KINDS:
        raise ValueError(f"no such kind: {kind}")
    key = derived(engine, "tries")
    target = hmac.new(key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
    device = _marks(engine, mark).get(target, "")
    return Try(kind, target, network_of(address), device)


def take(engine: Engine, one: Try, now: datetime) -> Turn:
    """Count the try and say how long it is held. It writes, to the store beside the store: for threads."""
    with writing(transient_engine(engine)) as connection:
        if not is_sqlite(connection):
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK, int(one.target[:7], 16))))
        gone = or_(_tries.at < written(now - REMEMBERED), _tries.at > written(now + SKEW))
        connection.execute(delete(attempt).where(_tries.kind.in_(KINDS), gone))
        own = _own(one)
        if _number(connection, own, _tries.due > written(now)) >= MOST_WAITING:
            return Turn(None, BUSY)
        hold = OWN.after(_number(connection, own))
        if not one.device:
            anybody = (_tries.kind == one.kind, _tries.device == "")
            hold = max(
                hold,
                TARGET.after(_number(connection, *anybody, _tries.target == one.target)),
                NETWORK.after(_number(connection, *anybody, _tries.network == one.network)),
            )
        row = {**vars(one), "at": written(now), "due": written(now + timedelta(seconds=hold))}
        return Turn(connection.execute(insert(attempt).values(row).returning(_tries.id)).scalar_one(), hold)


def right(engine: Engine, one: Try) -> None:
    """The answer was right: those in vain before it, for this target from this network or browser, are forgotten."""
    with writing(transient_engine(engine)) as connection:
        connection.execute(delete(attempt).where(_own(one)))


def marked(engine: Engine, one: Try, mark: str | None) -> str:
    """What the browser carries from now on: the old mark, and that it was right for this target."""
    held = _marks(engine, mark)
    device = held.pop(one.target, "") or secrets.token_urlsafe(12)
    latest = list(held.items())[-(_MOST_MARKS - 1) :]
    return str(_signer(engine).dumps([*latest, (one.target, device)]))


def network_of(address: str) -> str:
    """What is counted as one: an IPv4 address, the 64 bits in front of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return "?"
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def _own(one: Try) -> ColumnElement[bool]:
    """Those that are counted with this one: of its browser where that is marked, else of its network."""
    mine = _tries.device == one.device if one.device else (_tries.network == one.network) & (_tries.device == "")
    return (_tries.kind == one.kind) & (_tries.target == one.target) & mine


def _number(connection: Connection, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(attempt).where(*which)).scalar_one()


def _marks(engine: Engine, mark: str | None) -> dict[str, str]:
    """Target → device of a mark; nothing for one that is none of ours."""
    if not mark:
        return {}
    try:
        return dict(_signer(engine).loads(mark, max_age=MARK_LIFE))
    except (BadData, ValueError):  # a lone surrogate cannot even be read
        return {}


def _signer(engine: Engine) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(engine, "browsers"), salt="browsers")
