"""Small forms of plain pages: where a request comes from, what it brings, whether a page of ours sent it."""

import hashlib
from urllib.parse import parse_qs, unquote, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Engine
from starlette.requests import ClientDisconnect, Request

from data.store.key import derived

MOST_FORM = 16 * 1024  # bytes
MOST_FIELDS = 16
TOKEN_LIFE = 24 * 3600  # seconds that a page may stand open before its form is sent
LONGEST_WAY = 2000


def address_of(request: Request) -> str:
    """Where a request comes from: the peer of the connection. What a header claims counts nothing, but for a proxy's on
    this machine, which the server itself puts in its place."""
    return request.client.host if request.client else ""


def from_own_page(request: Request) -> bool:
    """Whether a form was sent by a page of ours.

    ``Referrer-Policy: no-referrer`` makes browsers send ``Origin: null`` with our own forms, so the origin only counts
    where it names somebody; what tells for sure, Sec-Fetch-Site, is sent over https and to localhost. Where neither
    says anything, SameSite cookies, and that a form here gives nothing to who cannot read the answer, have to do.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "null")
    try:
        return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form; empty for what is none, or too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_FORM:
                return {}
        fields = parse_qs(body.decode(), max_num_fields=MOST_FIELDS)
    except (ClientDisconnect, ValueError):
        return {}
    return {name: values[0] for name, values in fields.items()}


def form_token(engine: Engine, bound: str) -> str:
    """What a form carries so that it is known as one that we gave: to the session, or to the browser, ``bound``."""
    return str(_signer(engine).dumps(_digest(bound)))


def token_fits(engine: Engine, bound: str, token: str) -> bool:
    """Whether a form carries what was given to this session or browser, within a day."""
    try:
        return bool(bound) and _signer(engine).loads(token, max_age=TOKEN_LIFE) == _digest(bound)
    except (BadData, ValueError):
        return False


def way_back(request: Request, asked: str | None) -> str:
    """Where to go on after signing in: the path asked for, else the page of ours that led here; ``/`` for anything that
    could lead off this server, and for the pages of signing in themselves."""
    if asked is None:
        try:
            led = urlsplit(request.headers.get("referer", ""))
            own = led.scheme in ("http", "https") and led.netloc == request.headers.get("host")
        except ValueError:
            own = False
        asked = f"{led.path}?{led.query}".rstrip("?") if own else "/"
    leads_off = not asked.startswith("/") or asked.startswith("//") or "\\" in asked or not asked.isprintable()
    path = unquote(asked.partition("?")[0].partition("#")[0])
    round_about = not {".", ".."}.isdisjoint(path.split("/"))  # browsers make /device/ of /./device/
    itself = path.startswith(("/login", "/logout", "/begin/", "/device/"))
    return "/" if leads_off or round_about or itself or len(asked) > LONGEST_WAY else asked


def _digest(bound: str) -> str:
    return hashlib.sha256(bound.encode("utf-8", "replace")).hexdigest()


def _signer(engine: Engine) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(engine, "forms"), salt="forms")
