"""Cookies that say something by themselves, sealed: that a card was opened, and, on demonstration data, a role."""

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from data.store.key import derived

CARD, ROLE = "card", "role"
CARD_SECONDS, ROLE_SECONDS = 15 * 60, 12 * 3600
EVERY_CODE = "/q"
DAY = "/day"
_LIVES = {CARD: CARD_SECONDS, ROLE: ROLE_SECONDS}


def give(engine: Engine, request: Request, response: Response, kind: str, value: object, path: str) -> None:
    """Set a signed cookie of a kind for a path. It cannot be read by scripts."""
    response.set_cookie(
        kind,
        _signer(engine, kind).dumps(value),
        max_age=_LIVES[kind],
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        # a role is also wanted by who comes from a link in a message; a household's card never is
        samesite="strict" if kind == CARD else "lax",
    )


def take(response: Response, kind: str, path: str) -> None:
    """Have the phone forget it."""
    response.delete_cookie(kind, path=path, httponly=True)


def carried(engine: Engine, request: Request, kind: str) -> object:
    """What a cookie says; None without one, for one that is not ours, and for one that has run out."""
    held = request.cookies.get(kind)
    if not held:
        return None
    try:
        return _signer(engine, kind).loads(held, max_age=_LIVES[kind])
    except BadData:
        return None


def _signer(engine: Engine, kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(engine, f"cookie {kind}"), salt=kind)
