"""What the door asks the store, at every request and message; what the store does not answer is taken as closed.

Real regions without any account: only who holds the launch link. With accounts: who is signed in. Demonstration data
alone: everybody, and who is signed in for as long as he is.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from components.server.admission import Admission
from data.access.sessions import Signed, sessions_of
from data.clock import Clock
from data.model import account
from data.people.launch import opens
from data.regions.tree import REAL_REGION
from data.store.engine import Question

T = TypeVar("T")
TOUCH = 60  # seconds between two notes that somebody is at work
_MOST_TOUCHED = 10_000
_log = logging.getLogger("warroom")


@dataclass(frozen=True)
class Came:
    """Who comes, and to what: whether real regions stand in the store, whether there are accounts."""

    real: bool
    accounts: bool
    signed: Signed | None

    @property
    def launching(self) -> bool:
        """Whether nobody can sign in yet and nobody else may look."""
        return self.real and not self.accounts


class Doors:
    """The questions of a store's doors."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._sessions = sessions_of(engine)
        self._region = Question(engine, REAL_REGION)
        self._account = Question(engine, select(account.c.person_id).limit(1))
        self._displays: set[Admission] = set()  # that held when the stores stood as at ...
        self._at: object = None
        self._looked = 0.0
        self._touched: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(4, "door")  # of its own: downloads keep the common ones for seconds

    async def came(self, token: str | None) -> Came:
        """Who comes with this token."""
        return await self._asked(lambda: Came(self._real(), self._accounts(), self._sessions.who(token, self._clock())))

    async def holds(self, admission: Admission) -> bool:
        """Whether what was opened by this may go on."""
        return await self._asked(lambda: self._stands(admission))

    async def ended(self, admissions: Iterable[Admission]) -> set[Admission]:
        """Those that hold no more; asked beside the event loop, for they may be many."""
        asked = set(admissions)
        return await self._beside(lambda: self._ended(asked))

    def _ended(self, asked: set[Admission]) -> set[Admission]:
        """A display's right ends by a write alone: where nothing was written it is not asked again, for a minute."""
        written, now = self._written(), time.monotonic()
        if written is None or written != self._at or now - self._looked > TOUCH:
            self._displays, self._at, self._looked = set(), written, now
        ended = {one for one in asked - self._displays if not self._stands(one)}
        self._displays |= {one for one in asked - ended if one.viewer and one.viewer.person is None}
        return ended

    async def launches(self, secret: str) -> bool:
        """Whether this is the secret of the launch link."""
        return await self._asked(lambda: opens(self._engine, secret))

    def at_work(self, digest: str) -> bool:
        """Whether it is time to note again that he is at work."""
        return time.monotonic() - self._touched.get(digest, -TOUCH) >= TOUCH

    def touch(self, digest: str) -> None:
        """Note it, in a thread: it writes."""
        if len(self._touched) >= _MOST_TOUCHED:
            self._touched.clear()
        self._touched[digest] = time.monotonic()
        asyncio.get_running_loop().run_in_executor(self._threads, self._touch, digest)

    def _touch(self, digest: str) -> None:
        try:
            self._sessions.touch(digest, self._clock())
        except SQLAlchemyError as error:
            _log.warning("that somebody is at work was not noted: %s", type(error).__name__)

    def _written(self) -> object:
        """What changes with every write to a store or to the one beside it; None where nothing tells."""
        return self._sessions.written()

    def _real(self) -> bool:
        return self._region.ask() is not False

    def _accounts(self) -> bool:
        return self._account.ask() is not False

    def _stands(self, admission: Admission) -> bool:
        if not admission.digest:
            return not self._real()
        return admission.stands(self._sessions.of(admission.digest, self._clock()))

    async def _asked(self, question: Callable[[], T]) -> T:
        return await self._beside(question) if self._region.waiting else question()

    async def _beside(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)
