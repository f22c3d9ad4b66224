"""Who is signed in: a token in a cookie, of which the store beside the store keeps the SHA-256 alone.

A session holds as long as it is not ended nor idle nor over, and the account stands as it stood when it began: all
that changes what somebody may see raises ``account.version`` in the transaction that changes it, and so ends, in every
process and at once, whatever he has open. It is asked anew at every request, message and transaction: two questions
of some 10 µs. The role, region and helper are those of the account now.
"""

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, RowMapping, bindparam, delete, func, insert, select, update

from data.access.viewer import Viewer
from data.clock import written
from data.model import account, device, person
from data.model.transient import session
from data.store.batches import batches
from data.store.engine import OTHERS_WRITES, Question, writing
from data.store.transient import transient_engine

MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=90)
"""How long a session that is over is remembered: when somebody signed in last, and from where."""
ADMINISTRATORS = ("admin",)
"""Roles that sign in with a second factor, or do nothing but set it up."""


@dataclass(frozen=True)
class Signed:
    """A session that holds: the viewer, the name for the header, how he signed in (password, device).

    ``due``: what must be done before anything else: ``password`` (one given by somebody else is changed), ``second``
    (an administrator's second factor is set up); '' nothing. ``device``: the display's number.
    """

    digest: str
    viewer: Viewer
    name: str
    how: str
    due: str = ""
    device: int | None = None


class Sessions:
    """The sessions of a store, for all threads of a process."""

    def __init__(self, engine: Engine) -> None:
        self._own = transient_engine(engine)
        one = session.c
        held = select(one.person, one.device, one.version, one.how, one.seen, one.idle, one.until, one.ended)
        self._session = Question(self._own, held.where(one.digest == bindparam("digest")))
        mine = select(
            account.c.role, account.c.region, account.c.version, account.c.must_change, account.c.totp,
            account.c.disabled, person.c.name, person.c.helper,
        ).join(person, person.c.id == account.c.person_id)  # fmt: skip
        self._account = Question(engine, mine.where(account.c.person_id == bindparam("person")))
        shown = select(device.c.region, device.c.purpose, device.c.withdrawn)
        self._device = Question(engine, shown.where(device.c.id == bindparam("device")))
        self._writes = [] if self.waiting else [Question(one, OTHERS_WRITES) for one in (engine, self._own)]

    @property
    def waiting(self) -> bool:
        """Whether an answer may take long (a server's), so that it is asked beside the event loop."""
        return self._session.waiting

    def written(self) -> object:
        """What is another after every write to the records or the sessions, of whatever process; None where the store
        does not tell that."""
        seen = [one.rows() for one in self._writes]
        return None if not seen or None in seen else seen

    def who(self, token: str | None, now: datetime) -> Signed | None:
        """Whose token this is; None for one that is none, that ended, or where the store does not answer."""
        return self.of(digest_of(token), now) if token else None

    def of(self, digest: str, now: datetime) -> Signed | None:
        """The same for who kept the digest."""
        found = self._session.rows(digest=digest)
        if not found:
            return None
        person_id, device_id, version, how, seen, idle, until, ended = found[0]
        moment = written(now)
        if ended is not None or until <= moment or (idle and seen <= written(now - idle * MINUTE)):
            return None
        if device_id is not None:
            return self._of_device(digest, device_id)
        return self._of_person(digest, person_id, version, how)

    def _of_person(self, digest: str, id: int, version: int, how: str) -> Signed | None:
        found = self._account.rows(person=id)
        if not found or found[0][2] != version or found[0][5] is not None:
            return None
        role, region, _, must_change, totp, _, name, helper = found[0]
        second = role in ADMINISTRATORS and totp is None
        viewer = Viewer(role, region, helper if role == "helper" else None, id)
        return Signed(digest, viewer, name, how, "password" if must_change else "second" if second else "")

    def _of_device(self, digest: str, id: int) -> Signed | None:
        found = self._device.rows(device=id)
        if not found or found[0][2] is not None:
            return None
        region, purpose, _ = found[0]
        return Signed(digest, Viewer("display", region), purpose, "device", device=id)

    def begin(
        self,
        *,
        person: int | None = None,
        device: int | None = None,
        version: int = 0,
        address: str,
        agent: str,
        now: datetime,
        idle: int,
        until: datetime,
    ) -> str:
        """A new session; its token, which stands nowhere but in the cookie. ``idle`` in minutes, 0 never."""
        token = secrets.token_urlsafe(32)
        row = {
            "digest": digest_of(token), "person": person, "device": device, "version": version,
            "how": "password" if device is None else "device", "address": address[:80], "agent": agent[:200],
            "made": written(now), "seen": written(now), "idle": idle, "until": written(until),
        }  # fmt: skip
        with writing(self._own) as connection:
            connection.execute(delete(session).where(session.c.until < written(now - KEPT)))
            connection.execute(insert(session).values(row))
        return token

    def touch(self, digest: str, now: datetime) -> None:
        """He is at work: the idle time begins anew. For threads: it writes, at most once a minute."""
        stale = (session.c.digest == digest, session.c.seen <= written(now - MINUTE))
        with writing(self._own) as connection:
            connection.execute(update(session).where(*stale).values(seen=written(now)))

    def renew(self, digest: str, version: int) -> None:
        """It goes on after its own person changed his account."""
        with writing(self._own) as connection:
            connection.execute(update(session).where(session.c.digest == digest).values(version=version))

    def end(self, digest: str, now: datetime) -> None:
        """End one."""
        self._end(now, session.c.digest == digest)

    def end_of(self, now: datetime, *, person: int | None = None, device: int | None = None, but: str = "") -> None:
        """End all of a person or a display, but for one."""
        whose = session.c.person == person if device is None else session.c.device == device
        self._end(now, whose, session.c.digest != but)

    def _end(self, now: datetime, *which) -> None:  # type: ignore[no-untyped-def]  # clauses
        with writing(self._own) as connection:
            connection.execute(update(session).where(session.c.ended.is_(None), *which).values(ended=written(now)))

    def before(self, person: int, digest: str) -> tuple[str, str] | None:
        """When and from which address somebody signed in last before this session, as far as the store knows."""
        earlier = select(session.c.made, session.c.address).where(session.c.person == person)
        latest = earlier.where(session.c.digest != digest).order_by(session.c.made.desc()).limit(1)
        with self._own.connect() as connection:
            found = connection.execute(latest).first()
        return None if found is None else (found.made, found.address)

    def open(self, now: datetime) -> Sequence[RowMapping]:
        """The rows of those that are not ended nor over, the latest first; whether an account still stands as it did
        is asked by ``of``."""
        going = (session.c.ended.is_(None), session.c.until > written(now))
        with self._own.connect() as connection:
            return connection.execute(select(session).where(*going).order_by(session.c.made.desc())).mappings().all()

    def last(self, ids: Sequence[int], *, of: Literal["person", "device"] = "person") -> dict[int, tuple[str, str]]:
        """When each of these persons or displays last signed in and was last seen, of whom the store knows one."""
        whose = session.c[of]
        asked = select(whose, func.max(session.c.made), func.max(session.c.seen)).group_by(whose)
        with self._own.connect() as connection:
            found = (row for some in batches(ids) for row in connection.execute(asked.where(whose.in_(some))))
            return {id: (made, seen) for id, made, seen in found}


def digest_of(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


_known: dict[Engine, Sessions] = {}
_making = threading.Lock()


def sessions_of(engine: Engine) -> Sessions:
    """The sessions of this store."""
    with _making:
        if engine not in _known:
            _known[engine] = Sessions(engine)
        return _known[engine]
