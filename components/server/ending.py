"""What stands open, sockets and streams: nothing is passed on once the right to it has ended, and a watch looks twice a
second for those that nobody speaks on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import Message, Receive, Send

from components.server.admission import Admission
from components.server.doors import Doors

LOOK = 0.5  # seconds between two looks
ENDED = 4401


class Kept:
    """A stream that stands open until it is ``over``."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


class Socket(Kept):
    """A socket between a tab and the application; ``heard`` and ``told`` are called with what passes."""

    def __init__(
        self,
        admission: Admission,
        doors: Doors,
        receive: Receive,
        send: Send,
        *,
        heard: Callable[[bytes], None],
        told: Callable[[bytes], None],
    ) -> None:
        super().__init__(admission)
        self.open = False
        self._doors, self._receive, self._send = doors, receive, send
        self._heard, self._told = heard, told
        self._next: asyncio.Future[Message] | None = None

    def leave(self) -> None:
        if self._next:
            self._next.cancel()

    async def receive(self) -> Message:
        self._next = self._next or asyncio.ensure_future(self._receive())
        either: set[asyncio.Future[Any]] = {self._next, self.over}  # a message, or nothing
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self.over.done():
            message, self._next = self._next.result(), None
            if message["type"] == "websocket.disconnect":
                self.open = False
            if message["type"] != "websocket.receive":
                return message
            if await self._doors.holds(self.admission):
                self._heard(message.get("bytes") or b"")
                return message
            self.end()
        return {"type": "websocket.disconnect", "code": ENDED}

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            if self.over.done() or not await self._doors.holds(self.admission):
                return self.end()
            self._told(message.get("bytes") or b"")
        self.open = message["type"] != "websocket.close"
        await self._send(message)


class Watch:
    """Ends what stands open and may not go on."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._kept: set[Kept] = set()
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, kept: Kept) -> Iterator[None]:
        """While the block lasts."""
        self._kept.add(kept)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._kept.discard(kept)

    async def _look(self) -> None:
        while self._kept:
            await asyncio.sleep(LOOK)
            ended = await self._doors.ended(kept.admission for kept in self._kept)
            for kept in self._kept:
                if kept.admission in ended:
                    kept.end()
