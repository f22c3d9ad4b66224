"""An answer that may be a guess waits its turn, on no thread, and is then compared: ``data.access.tries`` says how
long. Comparing takes a processor for a while, so there are two lanes, one for browsers that were right before: who
floods the other keeps nobody of these waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine

from data.access import tries
from data.access.tries import Try
from data.clock import Clock

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]
MOST_IN_LANE = 100  # at some 50 ms each


@dataclass
class _Lane:
    thread: ThreadPoolExecutor
    waiting: int = 0


_known_lane = _Lane(ThreadPoolExecutor(1, "compared-known"))
_lane = _Lane(ThreadPoolExecutor(1, "compared"))


async def in_turn(
    engine: Engine, one: Try, compare: Callable[[], T | None], *, clock: Clock, sleep: Sleep = asyncio.sleep
) -> tuple[T | None, int]:
    """What ``compare`` finds, called in a thread when the turn has come: None, False and the like count as in vain.

    The second value is 0; where too many wait already nothing is compared or counted, and it says after how many
    seconds to come again.
    """
    lane = _known_lane if one.device else _lane
    if lane.waiting >= MOST_IN_LANE:
        return None, tries.BUSY
    turn = await asyncio.to_thread(tries.take, engine, one, clock())
    if turn.id is None:
        return None, turn.hold
    if turn.hold:
        await sleep(turn.hold)
    lane.waiting += 1
    try:
        answer = await asyncio.get_running_loop().run_in_executor(lane.thread, compare)
    finally:
        lane.waiting -= 1
    if answer:
        await asyncio.to_thread(tries.right, engine, one)
    return answer, 0


async def slowed(engine: Engine, one: Try, *, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Hold back what was found wrong already, where nobody can guess what would be right."""
    turn = await asyncio.to_thread(tries.take, engine, one, clock())
    await sleep(min(turn.hold, tries.NETWORK.longest))
