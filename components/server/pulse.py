"""``/pulse`` and ``/pulse/stream``: by what an open display knows that it must draw anew, or may not go on.

A beat tells the version of the region, the boot of this process (another one may serve other files), day and time. A
thousand displays listen all night, so one clock goes for all streams, and what a beat says is asked and written once
for each region. A stream lives some minutes and is opened again by the browser itself; it ends at once when its right
or the server does.
"""

import asyncio
import json
import logging
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from typing import TypeAlias

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from components.server.cookie import signed_of
from components.server.geo_routes import WHOLE
from components.server.guard import STREAM
from components.server.sockets import stopping
from components.server.viewing import viewer_of
from data.clock import Clock
from data.regions.tree import home
from data.regions.versions import LAST_WRITE, version_of, versions
from data.store.engine import Question

BOOT = secrets.token_hex(8)
BEAT = 3.0  # seconds
TURNS = 6  # in which the streams beat, so that a thousand do not at the same moment
LIFE = 600.0  # seconds of one stream, at least
RETRY = 300  # milliseconds after which a browser opens it again
_KEPT = 1.0  # seconds that a version is kept
_MOST_KNOWN = 20_000  # regions of which it is: more than a province has, fewer than anybody can make up
_UNSEEN = {"Cache-Control": "no-store"}
_ENDED = b"event: ended\ndata: {}\n\n"
OVER = b""
"""What a stream is woken with that ends."""
Beat: TypeAlias = dict[str, object]
"""``version``, ``boot``, ``day``, ``time``."""
_log = logging.getLogger("warroom")


class Versions:
    """The versions of a store's regions, at most a second old: asked anew where anything was written."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._number = Question(engine, LAST_WRITE)
        self._held: list[object] | None = None
        self._asked = -_KEPT
        self._known: dict[str, int] = {}

    async def of(self, region: str) -> int:
        """The number of the last write that concerned the region."""
        if time.monotonic() - self._asked >= _KEPT:
            await self._look()
        known = self._known  # another one once anything is written: what was asked before goes with the old
        if (version := known.get(region)) is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            version = known[region] = await asyncio.to_thread(self._version, region)
        return version

    async def _look(self) -> None:
        self._asked = time.monotonic()
        held = await asyncio.to_thread(self._number.rows) if self._number.waiting else self._number.rows()
        if held is None or held != self._held:
            self._held, self._known = held, {}

    def _version(self, region: str) -> int:
        with self.engine.connect() as connection:
            return version_of(versions(connection, region), region)[0]


class Store:
    """The versions of the store that is asked for: of another engine, others."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._versions: Versions | None = None

    @property
    def versions(self) -> Versions:
        engine = self._engine()
        if self._versions is None or self._versions.engine is not engine:
            self._versions = Versions(engine)
        return self._versions


async def beat_of(store: Store, clock: Clock, region: str) -> Beat:
    """What an open display of a region is told."""
    version, now = await store.versions.of(region), clock()
    return {"version": version, "boot": BOOT, "day": now.date().isoformat(), "time": f"{now:%H:%M}"}


def pulse_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""
    store = Store(engine)

    ticker = _Ticker(beat := partial(beat_of, store, clock))

    def region_of(request: Request) -> str | None:
        """The region asked for, else the viewer's own; None where it is not his."""
        asked = request.query_params.get("region")
        code = "" if asked == WHOLE else asked
        if code is not None and (signed := signed_of(request)) and not signed.due:
            return code if signed.viewer.may_see(code) else None
        with engine().connect() as connection:
            viewer = viewer_of(request, connection)
            if code is None:
                return home(connection, viewer) if viewer else ""
        return code if viewer is None or viewer.may_see(code) else None

    async def once(request: Request) -> Response:
        region = await asyncio.to_thread(region_of, request)
        return _not_his() if region is None else JSONResponse(await beat(region), headers=_UNSEEN)

    async def stream(request: Request) -> Response:
        region = await asyncio.to_thread(region_of, request)
        if region is None:
            return _not_his()
        return _Stream(ticker, region, request.scope["state"]["over"])

    return [Route("/pulse", once), Route(STREAM, stream)]


def _not_his() -> Response:
    return JSONResponse({"error": "没有这个区划。"}, 404, _UNSEEN)


class _Ticker:
    """One clock for all streams; it goes while one stands."""

    def __init__(self, beat: Callable[[str], Awaitable[Beat]]) -> None:
        self._beat = beat
        self._turns: list[set[_Stream]] = [set() for _ in range(TURNS)]
        self._going: asyncio.Task[None] | None = None

    async def told(self, region: str) -> bytes:
        """The beat of a region as it is sent."""
        return f"data: {json.dumps(await self._beat(region))}\n\n".encode()

    @contextmanager
    def waking(self, stream: "_Stream") -> Iterator[None]:
        """While the block lasts, hand the stream its beats."""
        turn = min(self._turns, key=len)
        turn.add(stream)
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        try:
            yield
        finally:
            turn.discard(stream)

    async def _go(self) -> None:
        for turn in cycle(self._turns):
            await asyncio.sleep(BEAT / TURNS)
            if stopping():
                for stream in set[_Stream]().union(*self._turns):
                    stream.wake(OVER)
            try:
                told = {region: await self.told(region) for region in {stream.region for stream in turn}}
            except SQLAlchemyError as error:  # the displays say so themselves, where no beat comes
                _log.warning("no beat: %s", type(error).__name__)
                continue
            for stream in turn:
                if beat := told.get(stream.region):
                    stream.wake(beat)
            if not any(self._turns):
                return


class _Stream(Response):
    """The beats of a region, one after the other, without a wrapper around each."""

    def __init__(self, ticker: _Ticker, region: str, over: asyncio.Future[None]) -> None:
        super().__init__(media_type="text/event-stream", headers={**_UNSEEN, "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.region = region
        self._ticker, self._ended = ticker, over
        self._next: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def wake(self, told: bytes) -> None:
        """Send this, or where it is OVER no more."""
        if not self._next.done():
            self._next.set_result(told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def part(told: bytes, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": told, "more_body": more})

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self.wake(OVER)

        def ended(_: object) -> None:
            self.wake(OVER)

        left = asyncio.create_task(gone())
        self._ended.add_done_callback(ended)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await part(f"retry: {RETRY}\n\n".encode() + await self._ticker.told(self.region))
            with self._ticker.waking(self):
                until = time.monotonic() + LIFE * (1 + random.random())
                while time.monotonic() < until and (told := await self._next):
                    self._next = asyncio.get_running_loop().create_future()
                    if self._ended.done():
                        break
                    await part(told)
            if self._ended.done():
                await part(_ENDED)
            await part(b"", more=False)
        finally:
            left.cancel()
            self._ended.remove_done_callback(ended)
