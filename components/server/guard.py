"""Who may reach the server at all, and what every answer says to the browser about outside content.

What is open to whom is told in ``components/server/doors.py``. It is asked at every request, at each part of a long
answer, of a socket at every message in either direction and twice a second besides: a page, a fragment, a download that
stands open ends within a second of whatever ends the right to it. What a run is doing at that moment,
``components/shell/store.py`` stops at the store.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from sqlalchemy import Engine
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.server import limits
from components.server.admission import HEADER, Admission, admission_of, admitted, bound
from components.server.cookie import token_of
from components.server.doors import Came, Doors
from components.server.ending import ENDED, Kept, Socket, Watch
from components.server.files import MEDIA, Uploads, note_made, withheld
from data.clock import Clock
from data.people.launch import PATH as BEGIN

REFUSAL = "本系统含有真实区划的数据，还没有任何账号，现在不对外开放。\n请用服务器启动时打印的启用链接建立第一个管理员。"
SIGN_IN = "登录已经结束或还没有登录，请先登录。"
DUE = {"password": "请先修改初始密码。", "second": "请先设置动态码。"}
NOT_FOUND = "没有这个页面。"
LAUNCHED = "启用链接没有抄全，或者已经用过：管理员设立以后它就失效。有账号的，请打开本系统首页登录。"
TOO_MANY = "打开的页面太多，请关闭一些后再试。"
TOO_MUCH = "上传后还没有处理的文件太多，请先提交或移除一些，过几分钟再试。"
LOGIN = "/login"
STREAM = "/pulse/stream"
"""A stream that hears of its end (``state["over"]``) and tells it itself."""
_POLICY = (  # a picture taken with the camera, or a sound recorded, is an address of the page's own, fetched to be sent
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "media-src 'self' blob:; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(self)",
}
_OPEN = (LOGIN, "/logout", "/healthz")
_CODES, _DEVICE = "/q/", "/device/"  # pages that tell each who looks no more than is his; a display's own link
_DUE = (LOGIN, "/logout", "/password", "/second")
_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent", "/auth", "/oauth2callback")
_PART = 64 * 1024  # bytes of an answer between two looks


class Guard:
    """Middleware before everything else: lets in who may come in, ends what may not go on, adds the headers."""

    def __init__(self, app: ASGIApp, engine: Engine, clock: Clock) -> None:
        self.app = app
        self._doors = Doors(engine, clock)
        self._watch = Watch(self._doors)
        self._sockets = limits.Sockets()
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        if refused := limits.too_much(scope, Headers(scope=scope)):
            return await _refuse(scope, receive, send, *refused)
        if any(scope["path"] == closed or scope["path"].startswith(f"{closed}/") for closed in _CLOSED):
            return await _refuse(scope, receive, send, NOT_FOUND, 404)
        came = await self._doors.came(token_of(HTTPConnection(scope)))
        scope.setdefault("state", {})["signed"] = came.signed
        admission = admission_of(came.signed)
        admitted.set(admission)
        if scope["type"] == "http":
            return await self._request(scope, receive, send, came, admission)
        await self._websocket(scope, receive, send, came, admission)

    async def _request(self, scope: Scope, receive: Receive, send: Send, came: Came, admission: Admission) -> None:
        if refusal := await self._refusal(scope, came):
            return await refusal(scope, receive, send)
        if admission.digest and _is_acting(scope) and self._doors.at_work(admission.digest):
            self._doors.touch(admission.digest)
        path = scope["path"]
        if path == STREAM:
            return await self._stream(scope, receive, send, admission)
        itself = _is_open(path) or path in _DUE or path.startswith(BEGIN)
        answer = _Answer(scope, receive, send, None if itself else self._asked_again(scope, admission))
        if not path.startswith(limits.UPLOADS) or scope["method"] not in ("PUT", "POST"):
            return await self.app(scope, limits.measured(scope, receive), answer.send)
        with self._uploads.one_more(admission, limits.length_of(Headers(scope=scope), path)) as room:
            if not room:
                return await _refuse(scope, receive, send, TOO_MUCH, 413)
            await self.app(scope, limits.measured(scope, receive), answer.send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send, admission: Admission) -> None:
        kept = Kept(admission)
        scope["state"]["over"] = kept.over
        with self._sockets.one_more(admission.whose, _address(scope)) as room, self._watch.over(kept):
            if not room:
                return await _refuse(scope, receive, send, TOO_MANY, 429)
            await self.app(scope, receive, _Answer(scope, receive, send).send)

    async def _refusal(self, scope: Scope, came: Came) -> Response | None:
        """What a request is answered instead; None where it may pass."""
        path = scope["path"]
        if path.startswith(BEGIN) and await self._doors.launches(path.removeprefix(BEGIN)):
            return None
        if came.launching:
            return _said(scope, REFUSAL, 403)
        if path.startswith(BEGIN):
            return _said(scope, LAUNCHED, 404)
        if _is_open(path):
            return None
        if came.signed and came.signed.due:
            to, why = f"/{came.signed.due}", DUE[came.signed.due]
            return None if path in _DUE else _sent(scope, to) or _said(scope, why, 403)
        if came.real and not came.signed:
            return _sent(scope, LOGIN) or _said(scope, SIGN_IN, 401)
        if withheld(path, admission_of(came.signed).digest):
            return _said(scope, "没有这个文件。", 404)
        return None

    def _asked_again(self, scope: Scope, admission: Admission) -> Callable[[], Awaitable[Response | None]]:
        """What asks, while an answer is made and sent, why it may not go on."""

        async def asked() -> Response | None:
            if await self._doors.holds(admission) or (admission.digest and scope["path"] in _DUE):
                return None
            came = await self._doors.came(token_of(HTTPConnection(scope)))
            return await self._refusal(scope, came) or _said(scope, SIGN_IN, 401)

        return asked

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, came: Came, admission: Admission) -> None:
        headers = Headers(scope=scope)
        if limits.split(headers.get("origin", "")).netloc != headers.get("host"):
            return await _refuse(scope, receive, send, "连接来源不符。", 403)
        with self._sockets.one_more(admission.whose, _address(scope)) as room:
            if not room:
                return await _refuse(scope, receive, send, TOO_MANY, 403)
            if away := _away(came):
                return await _turn_away(scope, receive, send, away)
            await self._through(scope, receive, send, admission)

    async def _through(self, scope: Scope, receive: Receive, send: Send, admission: Admission) -> None:
        """Serve a socket until it ends by itself or the right to it does.

        The application hears then that its peer has gone, which stops the run and ends the session; after that the
        tab is sent to a page that says why.
        """

        def heard(message: bytes) -> None:
            if admission.digest and self._doors.at_work(admission.digest) and _is_act(message):
                self._doors.touch(admission.digest)

        def told(message: bytes) -> None:
            note_made(admission.digest, message)

        socket = Socket(admission, self._doors, receive, send, heard=heard, told=told)
        try:
            with self._watch.over(socket):
                await self.app(_introduced(scope, admission), socket.receive, socket.send)
        finally:
            socket.leave()
        if socket.over.done() and socket.open:
            came = await self._doors.came(token_of(HTTPConnection(scope)))
            await _send_away(send, _away(came) or LOGIN)


class _Answer:
    """An answer on its way out. What may not go on is refused where it has not begun, else cut off."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        asked: Callable[[], Awaitable[Response | None]] | None = None,
    ) -> None:
        self._scope, self._receive, self._send, self._asked = scope, receive, send, asked
        self._over = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            return await self._pass(self._dressed(message))
        if message["type"] != "http.response.body":
            return await self._pass(message)
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._asked is None or len(body) <= _PART:
            return await self._pass(message)
        for begin in range(0, len(body), _PART):
            last = begin + _PART >= len(body)
            part = {"body": body[begin : begin + _PART], "more_body": more or not last}
            await self._pass({**message, **part})

    async def _pass(self, message: Message) -> None:
        if not self._over and self._asked and (refusal := await self._asked()):
            self._over = True
            if message["type"] == "http.response.start":
                await refusal(self._scope, self._receive, self._send)
        if not self._over:
            await self._send(message)

    def _dressed(self, message: Message) -> Message:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._scope["path"].startswith(MEDIA):
            headers["Cache-Control"] = "no-store"  # lists and papers: no browser keeps a copy
        return message


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _is_open(path: str) -> bool:
    """Whether it is for everybody, once there are accounts."""
    below = (path.startswith(_CODES) and path != _CODES) or path.rpartition("/")[0] + "/" == _DEVICE != path
    return path in _OPEN or below


def _away(came: Came) -> str | None:
    """Where a tab is led that may have no socket; None for who may."""
    if came.launching:
        return "/"  # which says why
    if came.signed and came.signed.due:
        return f"/{came.signed.due}"
    return LOGIN if came.real and not came.signed else None


def _is_acting(scope: Scope) -> bool:
    """Whether a request is a person's doing: a page opened, a form sent."""
    return scope["method"] not in ("GET", "HEAD") or _wants_page(scope)


def _is_act(message: bytes) -> bool:
    """Whether what a tab says is a person's doing, not a fragment's that runs by itself."""
    try:
        said = BackMsg.FromString(message)
    except Exception:  # what cannot be read, the application refuses
        return False
    kind = said.WhichOneof("type")
    return kind != "app_heartbeat" and not (kind == "rerun_script" and said.rerun_script.is_auto_rerun)


def _introduced(scope: Scope, admission: Admission) -> Scope:
    """The scope of a websocket as the application may read it: whose it is, and no older session of somebody else's.

    The third entry of the protocols names the session that Streamlit would resume.
    """
    headers = [(name, value) for name, value in scope["headers"] if name != HEADER.encode()]
    headers = [
        (name, _own(value, admission) if name == b"sec-websocket-protocol" else value) for name, value in headers
    ]
    return {**scope, "headers": [*headers, (HEADER.encode(), admission.digest.encode())]}


def _own(protocols: bytes, admission: Admission) -> bytes:
    entries = protocols.split(b",")
    resumed = bound(entries[2].strip().decode("latin-1")) if len(entries) > 2 else None
    return b",".join(entries[:3] if resumed and resumed.digest == admission.digest else entries[:2])


def _wants_page(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")


def _sent(scope: Scope, to: str) -> Response | None:
    """To a page that must come first, with the way back; None for what is no page."""
    if not _wants_page(scope):
        return None
    query = scope["query_string"].decode("latin-1")
    back = quote(scope["path"]) + (f"?{query}" if query else "")
    return RedirectResponse(f"{to}?next={quote(back, safe='')}", 303, {**_HEADERS, "Cache-Control": "no-store"})


def _said(scope: Scope, sentence: str, status: int) -> Response:
    """A sentence. Whatever is being sent up is not waited for."""
    closes = {} if scope["method"] in ("GET", "HEAD") else limits.CLOSE
    return PlainTextResponse(sentence, status, {**_HEADERS, "Cache-Control": "no-store", **closes})


async def _turn_away(scope: Scope, receive: Receive, send: Send, to: str) -> None:
    """Tell a tab that comes back where to go; a socket that is refused leaves what it shows standing without a word."""
    await receive()
    chosen = scope.get("subprotocols")
    await send({"type": "websocket.accept", "subprotocol": chosen[0] if chosen else None})
    await _send_away(send, to)


async def _send_away(send: Send, to: str) -> None:
    away = ForwardMsg(hash="x")
    away.auth_redirect.url = to
    await send({"type": "websocket.send", "bytes": away.SerializeToString()})
    await send({"type": "websocket.close", "code": ENDED, "reason": "登录已结束"})


async def _refuse(scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403, "reason": sentence.split("。")[0]})
        return
    await _said(scope, sentence, status)(scope, receive, send)
