"""One request for a page of signing in: who is there already, what the form brings, and how it is answered."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from components.server import cookie
from components.server.forms import address_of, form_of, form_token, from_own_page, token_fits, way_back
from components.server.plain import PlainPages, waiting_words
from components.shell.site import TODO
from data.access.sessions import Signed, sessions_of
from data.clock import Clock
from data.store.key import derived

EXPIRED = "页面放得太久，或不是从本页提交的。请重新填写一次。"
_TEMPLATES = Path(__file__).resolve().parent / "templates"


def spoken_moment(moment: str) -> str:
    """``11月3日 9:05``."""
    at = datetime.fromisoformat(moment)
    return f"{at.month}月{at.day}日 {at.hour}:{at.minute:02d}"


_pages = PlainPages(_TEMPLATES, "access.css", referrer="same-origin", filters={"moment": spoken_moment})


@dataclass(frozen=True)
class Visit:
    """One request. ``signed``: who is signed in; ``form``: what was sent, empty for a page that is looked at."""

    engine: Engine
    request: Request
    clock: Clock
    signed: Signed | None
    form: Mapping[str, str]

    @property
    def address(self) -> str:
        return address_of(self.request)

    @property
    def sent(self) -> bool:
        """Whether a form was sent, be it one that nobody could read."""
        return self.request.method == "POST"

    @property
    def agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    @property
    def mark(self) -> str | None:
        """That this browser was right before."""
        return cookie.carried(self.request, cookie.BROWSER)

    @property
    def way(self) -> str:
        """Where to go on afterwards; ``/`` for who did not say."""
        return way_back(self.request, self.form.get("next", self.request.query_params.get("next")))

    def way_of(self, signed: Signed | None) -> str:
        """The same for who is signed in: who acts and did not say lands on what waits for him."""
        acts = signed is not None and TODO.open_to(signed.viewer)
        return f"/{TODO.path}" if acts and self.way == "/" else self.way

    @cached_property
    def browser(self) -> str:
        """What forms are bound to before anybody is signed in."""
        return cookie.carried(self.request, cookie.FORM) or secrets.token_urlsafe(16)

    def is_own(self, bound: str) -> bool:
        """Whether the form was sent by the page that was given to this session or browser."""
        return from_own_page(self.request) and token_fits(self.engine, bound, self.form.get("token", ""))

    def open_page(self, template: str, status: int = 200, **values: object) -> Response:
        """A page for who is not signed in; its form is bound to the browser."""
        response = self._page(template, status, self.browser, **values)
        cookie.lay(self.request, response, cookie.FORM, self.browser)
        return response

    def own_page(self, template: str, signed: Signed, status: int = 200, **values: object) -> Response:
        """A page for who is signed in; its form is bound to the session."""
        return self._page(template, status, signed.digest, name=signed.name, **values)

    def _page(self, template: str, status: int, bound: str, **values: object) -> Response:
        told = {"problem": "", "next": self.way, **values}
        return _pages.page(template, status, None, token=form_token(self.engine, bound), **told)

    def go(self, path: str) -> Response:
        return RedirectResponse(path, 303, _pages.headers)

    def go_on(self, path: str) -> Response:
        """On to a page of signing in, which leads on to where somebody wanted to go."""
        return self.go(path if self.way == "/" else f"{path}?{urlencode({'next': self.way})}")

    def seal(self, kind: str, value: object) -> str:
        """A value that a form carries and nobody can change."""
        return str(_sealer(self.engine, kind).dumps(value))

    def sealed(self, kind: str, seconds: int) -> object:
        """What the form carries so; None where it is none of ours, or older."""
        try:
            return _sealer(self.engine, kind).loads(self.form.get(kind, ""), max_age=seconds)
        except (BadData, ValueError):
            return None


async def visited(engine: Engine, request: Request, clock: Clock) -> Visit:
    """The request with its form and who is signed in."""
    form = await form_of(request) if request.method == "POST" else {}
    signed = await run_in_threadpool(sessions_of(engine).who, cookie.token_of(request), clock())
    return Visit(engine, request, clock, signed, form)


def message(status: int, heading: str, sentence: str, *, to: str = "/", link: str = "返回首页") -> Response:
    """A page that says one thing, and where to go on."""
    return _pages.page("message.html", status, heading=heading, sentence=sentence, to=to, link=link)


def busy(seconds: int) -> str:
    """What is said to one more where too many wait already."""
    return (
        f"正在核对的太多，这一次没有核对，也不算输错，请{waiting_words(seconds)}后再试。"
        "一直这样，可能有人在猜这个账号，请换一个网络（如手机流量）再试，并告诉管理员。"
    )


def _sealer(engine: Engine, kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(engine, f"form {kind}"), salt=kind)
