"""An answer that may be a guess waits its turn, on no thread, and is then compared: ``data.access.tries`` says how
long. Comparing takes a processor for a while, so there are two lanes, one for browsers that were right before: who
floods the other keeps nobody of these waiting. In a lane networks take turns: who floods it from one waits behind
himself, and his are the places that run out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from queue import PriorityQueue
from typing import TypeVar

from sqlalchemy import Engine

from data.access import tries
from data.access.tries import Try
from data.clock import Clock

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]
MOST_OF_ONE = 100  # held or waiting of one network, at some 50 ms each
MOST_IN_LANE = 2000


class _Lane:
    """One thread. Of those who wait the next is one of the network whose turn comes first."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._queue: PriorityQueue[tuple[int, int, Callable[[], None]]] = PriorityQueue()
        self._came = count()
        self._now = 0  # the turn of the one that was begun last
        self._last: dict[str, int] = {}  # the latest turn that each network has taken
        self._places: Counter[str] = Counter()

    @contextmanager
    def place(self, whose: str) -> Iterator[bool]:
        """Takes one while the block lasts; whether there was one left."""
        if self._places[whose] >= MOST_OF_ONE or self._places.total() >= MOST_IN_LANE:
            yield False
            return
        self._places[whose] += 1
        try:
            yield True
        finally:
            self._places[whose] -= 1
            if not self._places[whose]:
                del self._places[whose]
                self._last.pop(whose, None)

    async def run(self, whose: str, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises, called in the thread when the turn of ``whose`` has come."""
        done: Future[T] = Future()
        turn = max(self._now, self._last.get(whose, 0)) + 1

        def do() -> None:
            self._now = turn
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(work())
                except BaseException as error:
                    done.set_exception(error)

        self._last[whose] = turn
        self._queue.put((turn, next(self._came), do))
        self._thread.submit(lambda: self._queue.get()[-1]())
        return await asyncio.wrap_future(done)


_known_lane = _Lane("compared-known")
_lane = _Lane("compared")


async def in_turn(
    engine: Engine, one: Try, compare: Callable[[], T | None], *, clock: Clock, sleep: Sleep = asyncio.sleep
) -> tuple[T | None, int]:
    """What ``compare`` finds, called in a thread when the turn has come: None, False and the like count as in vain.

    The second value is 0; where too many wait already nothing is compared or counted, and it says after how many
    seconds to come again.
    """
    lane = _known_lane if one.device else _lane
    whose = one.device or one.network
    with lane.place(whose) as room:
        if not room:
            return None, tries.BUSY
        turn = await asyncio.to_thread(tries.take, engine, one, clock())
        if turn.id is None:
            return None, turn.hold
        if turn.hold:
            await sleep(turn.hold)
        answer = await lane.run(whose, compare)
    if answer:
        await asyncio.to_thread(tries.right, engine, one)
    return answer, 0


async def slowed(engine: Engine, one: Try, *, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Hold back what was found wrong already, where nobody can guess what would be right."""
    turn = await asyncio.to_thread(tries.take, engine, one, clock())
    await sleep(min(turn.hold, tries.NETWORK.longest))
