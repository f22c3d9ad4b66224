"""The cookie of who is signed in: how it is called, set and taken back; and whom the guard found behind it.

Under https its name begins with ``__Host-``, so that no neighbouring name and no http page can set it; over http, where
browsers refuse such a name without a word, it goes without.
"""

from typing import Literal, TypedDict

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from data.access.sessions import Signed

SECURE, PLAIN = "__Host-wr", "wr"
FORM, BROWSER, MARK = "-form", "-browser", "-mark"
"""Beside it: what forms are bound to before anybody is signed in; who was right before in this browser; by which a
script knows, also without network, that nobody else signed in since."""
LASTING = 400 * 24 * 3600  # seconds: the longest that browsers keep one


def token_of(connection: HTTPConnection) -> str | None:
    """What the browser carries; None where nothing. Over https the name of http counts nothing."""
    return connection.cookies.get(_name(connection))


def give(request: Request, response: Response, token: str, *, lasting: bool = False) -> None:
    """Set it until the browser is closed; ``lasting``, for a display, beyond."""
    response.set_cookie(_name(request), token, max_age=LASTING if lasting else None, **_kept(request))


def take(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_name(request), **_kept(request))


def carried(connection: HTTPConnection, kind: str) -> str | None:
    """What the browser carries beside it."""
    return connection.cookies.get(_name(connection) + kind)


def lay(request: Request, response: Response, kind: str, value: str, *, seconds: int | None = None) -> None:
    """Have it carry that, until it is closed or for so long; nothing after 0 seconds. Scripts read the MARK alone."""
    kept = _kept(request)
    kept["httponly"] = kind != MARK
    response.set_cookie(_name(request) + kind, value, max_age=seconds, **kept)


def signed_of(connection: HTTPConnection) -> Signed | None:
    """Who is signed in, as the guard found him at the door; None where nobody."""
    found: Signed | None = connection.scope.get("state", {}).get("signed")
    return found


def _encrypted(connection: HTTPConnection) -> bool:
    return connection.url.scheme in ("https", "wss")


def _name(connection: HTTPConnection) -> str:
    return SECURE if _encrypted(connection) else PLAIN


class _Kept(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def _kept(request: Request) -> _Kept:
    return {"path": "/", "secure": _encrypted(request), "httponly": True, "samesite": "lax"}
