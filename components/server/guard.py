"""Who may reach the server at all, and what every answer says to the browser about outside content.

Until there are accounts, a database that holds any region outside the demonstration prefix answers this machine only;
but for the pages behind households' codes, which are for everybody's phone. That is asked at every request, and of a
socket at every message in either direction: of tabs that stand open when real regions arrive none reads on, and an
idle one is ended by a watch. What a run is doing at that moment, ``components/shell/store.py`` stops at the store.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Engine
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.server.cookie import token_of
from data.access.sessions import sessions_of
from data.clock import Clock, county_clock
from data.regions.tree import REAL_REGION
from data.store.engine import Question

REFUSAL = (
    "本系统含有真实区划的数据，在账号功能启用之前只对本机开放。\n"
    "请在运行本系统的计算机上，用浏览器打开 http://localhost 加端口号。"
)
_POLICY = (  # a picture taken with the camera is a data: address to the page, which fetches it to send it
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data:; worker-src 'self' blob:; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=()",
}
_BEHIND_CODES = "/q/"  # pages that tell each who looks no more than is his; cadres' views stay on this machine
_FILES = "/media/"  # cards, labels and lists that Streamlit holds for a session: no browser keeps a copy
_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check")
_LOOK = 0.5  # seconds between two looks whether idle tabs must be ended
_ENDED = 4401
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")


class Guard:
    """Middleware before everything else: refuses strangers, foreign origins and closed paths, adds the headers."""

    def __init__(self, app: ASGIApp, engine: Engine, clock: Clock = county_clock) -> None:
        self.app = app
        self._sessions, self._clock = sessions_of(engine), clock
        self._real_region = Question(engine, REAL_REGION)
        self._sockets: set[_Socket] = set()  # those of other machines
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        signed = self._sessions.who(token_of(HTTPConnection(scope)), self._clock())
        scope.setdefault("state", {})["signed"] = signed
        if scope["path"].rstrip("/") in _CLOSED:
            return await _refuse(scope, receive, send, "没有这个页面。", 404)
        if scope["type"] == "websocket":
            if not _same_origin(headers):
                return await _refuse(scope, receive, send, "连接来源不符。", 403)
            here = is_this_machine(scope, headers)
            return await (self.app(scope, receive, send) if here else self._through(scope, receive, send))
        here = scope["path"].startswith(_BEHIND_CODES) or is_this_machine(scope, headers)
        if not here and await self._closed():
            return await _refuse(scope, receive, send, REFUSAL, 403)
        withheld = False

        async def send_with_headers(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start":
                if not here and await self._closed():  # since the request was let in
                    withheld = True
                    return await _refuse(scope, receive, send, REFUSAL, 403)
                answer = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answer.setdefault(name, value)
                if scope["path"].startswith(_FILES):
                    answer["Cache-Control"] = "no-store"
            if not withheld:
                await send(message)

        return await self.app(scope, receive, send_with_headers)

    async def _closed(self) -> bool:
        """Whether real regions stand in the store now; what cannot be asked is taken for real."""
        question = self._real_region
        return (await asyncio.to_thread(question.ask) if question.waiting else question.ask()) is not False

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket of another machine until the door closes.

        The application hears then that its peer has gone, which stops the run and ends the session; after that the
        tab is sent to a page that says why. A tab that comes back is told so too, and its session is not resumed.
        """
        if await self._closed():
            await receive()
            chosen = scope.get("subprotocols")
            await send({"type": "websocket.accept", "subprotocol": chosen[0] if chosen else None})
            return await _send_away(send)
        socket = _Socket(receive, send, self._closed)
        self._sockets.add(socket)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._end_idle())
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            self._sockets.discard(socket)
            socket.leave()
        if socket.over.done() and socket.open:
            await _send_away(send)

    async def _end_idle(self) -> None:
        while self._sockets:
            await asyncio.sleep(_LOOK)
            if await self._closed():
                for socket in self._sockets:
                    socket.end()


class _Socket:
    """An open socket of another machine. Once it is ``over`` nothing is passed on, neither way."""

    def __init__(self, receive: Receive, send: Send, closed: Callable[[], Awaitable[bool]]) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self.open = False
        self._receive, self._send, self._closed = receive, send, closed
        self._next: asyncio.Future[Message] | None = None

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def leave(self) -> None:
        if self._next:
            self._next.cancel()

    async def receive(self) -> Message:
        self._next = self._next or asyncio.ensure_future(self._receive())
        await asyncio.wait({self._next, self.over}, return_when=asyncio.FIRST_COMPLETED)
        if not self.over.done():
            message, self._next = self._next.result(), None
            if message["type"] == "websocket.disconnect":
                self.open = False
            if message["type"] != "websocket.receive" or not await self._closed():
                return message
            self.end()
        return {"type": "websocket.disconnect", "code": _ENDED}

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.send" and (self.over.done() or await self._closed()):
            return self.end()
        self.open = message["type"] != "websocket.close"
        await self._send(message)


async def _send_away(send: Send) -> None:
    """Lead the tab to the start page, which is refused in Chinese; without this Streamlit shows an English box."""
    away = ForwardMsg(hash="x")
    away.auth_redirect.url = "/"
    await send({"type": "websocket.send", "bytes": away.SerializeToString()})
    await send({"type": "websocket.close", "code": _ENDED, "reason": REFUSAL.split("。")[0]})


def is_this_machine(scope: Scope, headers: Headers) -> bool:
    """A loopback peer that no proxy stands before and that asked for this machine by its own name."""
    forwarded = any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers)
    if forwarded or not scope.get("client"):
        return False
    host = _parts(f"//{headers.get('host', '')}").hostname or ""
    return _is_loopback(scope["client"][0]) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def _same_origin(headers: Headers) -> bool:
    return _parts(headers.get("origin", "")).netloc == headers.get("host")


def _parts(url: str) -> SplitResult:
    """What a header names; nothing where it cannot be read."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


async def _refuse(scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403, "reason": sentence.split("。")[0]})
        return
    await PlainTextResponse(sentence, status, headers=_HEADERS)(scope, receive, send)
