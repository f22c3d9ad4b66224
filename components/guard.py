"""Who may reach the server at all, and what every answer says to the browser about outside content.

Until there are accounts, a database that holds any region outside the demonstration prefix answers this machine only;
but for the pages behind households' codes, which are for everybody's phone.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.regions import holds_real_regions

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
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")


class Guard:
    """Middleware before everything else: refuses strangers, foreign origins and closed paths, adds the headers."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self.app = app
        self.engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if scope["path"].rstrip("/") in _CLOSED:
            return await _refuse(scope, receive, send, "没有这个页面。", 404)
        if scope["type"] == "websocket" and not _same_origin(headers):
            return await _refuse(scope, receive, send, "连接来源不符。", 403)
        open_to_all = scope["type"] == "http" and scope["path"].startswith(_BEHIND_CODES)
        if not open_to_all and not is_this_machine(scope, headers) and self._holds_real_regions():
            return await _refuse(scope, receive, send, REFUSAL, 403)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answer.setdefault(name, value)
                if scope["path"].startswith(_FILES):
                    answer["Cache-Control"] = "no-store"
            await send(message)

        return await self.app(scope, receive, send_with_headers)

    def _holds_real_regions(self) -> bool:
        try:
            with self.engine.connect() as connection:
                return holds_real_regions(connection)
        except SQLAlchemyError:
            return True  # what cannot be asked is taken for real


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
