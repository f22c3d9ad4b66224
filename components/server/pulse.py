"""``/pulse`` and ``/pulse/stream``: by what an open display knows that it must draw anew, or may not go on.

A beat tells the version of the region, the boot of this process (another one may serve other files), day and time. All
streams beat together, each three seconds; a stream lives a quarter of a minute, so that a server that stops waits for
none, and is opened again by the browser itself.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from components.server.geo_routes import WHOLE
from components.server.guard import STREAM
from components.server.viewing import viewer_of
from data.clock import Clock
from data.regions.tree import home
from data.regions.versions import version_of, versions

BOOT = secrets.token_hex(8)
BEAT = 3.0  # seconds
BEATS = 5  # of one stream
RETRY = 300  # milliseconds after which a browser opens it again
_KEPT = 1.0  # seconds that a version is kept
_UNSEEN = {"Cache-Control": "no-store"}


def pulse_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""
    ticker = _Ticker()

    def beat(region: str) -> dict[str, object]:
        version = _version(engine(), region, int(time.monotonic() / _KEPT))
        now = clock()
        return {"version": version, "boot": BOOT, "day": now.date().isoformat(), "time": f"{now:%H:%M}"}

    def region_of(request: Request) -> str | None:
        """The region asked for, else the viewer's own; None where it is not his."""
        asked = request.query_params.get("region")
        with engine().connect() as connection:
            viewer = viewer_of(request, connection)
            if asked is None:
                return home(connection, viewer) if viewer else ""
        code = "" if asked == WHOLE else asked
        return code if viewer is None or viewer.may_see(code) else None

    def once(request: Request) -> Response:
        region = region_of(request)
        return _not_his() if region is None else JSONResponse(beat(region), headers=_UNSEEN)

    async def stream(request: Request) -> Response:
        region = await asyncio.to_thread(region_of, request)
        if region is None:
            return _not_his()
        over = request.scope["state"]["over"]

        async def told() -> AsyncIterator[str]:
            yield f"retry: {RETRY}\n\n"
            for _ in range(BEATS):
                yield f"data: {json.dumps(await asyncio.to_thread(beat, region))}\n\n"
                await asyncio.wait({over, ticker.next()}, return_when=asyncio.FIRST_COMPLETED)
                if over.done():
                    yield "event: ended\ndata: {}\n\n"
                    return

        return StreamingResponse(told(), media_type="text/event-stream", headers=_UNSEEN)

    return [Route("/pulse", once), Route(STREAM, stream)]


def _not_his() -> Response:
    return JSONResponse({"error": "没有这个区划。"}, 404, _UNSEEN)


@lru_cache(maxsize=1000)
def _version(engine: Engine, region: str, _moment: int) -> int:
    with engine.connect() as connection:
        return version_of(versions(connection, region), region)[0]


class _Ticker:
    """One clock for all streams; it goes while somebody waits for it."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None

    def next(self) -> asyncio.Future[None]:
        """Done at the next beat."""
        if self._next is None or self._next.done():
            loop = asyncio.get_running_loop()
            self._next = loop.create_future()
            loop.call_later(BEAT, self._beat, self._next)
        return self._next

    @staticmethod
    def _beat(due: asyncio.Future[None]) -> None:
        if not due.done():
            due.set_result(None)
