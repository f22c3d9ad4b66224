"""``/day``: the daily record as a plain page, which writes also where the network comes and goes.

The page names nobody. ``/day/own`` tells its script who is signed in, what he may write of, and the key under which
what he has not sent waits in his browser; records and photos are posted one by one, each known by its number.
"""

import hashlib
import hmac
import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from components.days.pages import HEADERS, page, worker
from components.server.cookie import signed_of
from components.server.forms import address_of, form_of, form_token, from_own_page, token_fits
from components.server.sealed import DAY, ROLE, give
from components.server.viewing import viewer_of
from components.shell.reading import whole
from data.access.actors import actor_name
from data.access.roles import DAYS, ROLES, WRITE
from data.access.viewer import Viewer
from data.clock import Clock
from data.days import choices, papers
from data.days.entries import Told, withdraw, write
from data.days.region import own_today
from data.errors import NoRight, NotFound, OutOfScope, Refused, WarRoomError
from data.matters.raising import kinds
from data.regions import tree as regions
from data.store.key import derived
from data.terms import DAY_KINDS

UNSIGNED = "还没有登录，请先登录。"
EXPIRED = "页面放得太久，请再发一次。"
BUSY = "系统正忙，请过几分钟再发。"
_UNSEEN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_log = logging.getLogger("warroom")


def day_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""

    def who(request: Request) -> Viewer:
        """Who is signed in, or plays a role. Raises Unsigned where nobody does, NoRight for who writes no records."""
        with engine().connect() as connection:
            viewer = viewer_of(request, connection)
        if viewer is None:
            raise Unsigned
        if not viewer.may(WRITE, DAYS):
            raise NoRight("填报", "每日记录")
        return viewer

    def document(request: Request) -> Response:
        try:
            who(request)
        except Unsigned:  # on demonstration data: the page asks for a role
            return page()
        except NoRight as error:
            return page(str(error), 403)
        return page()

    def own(request: Request) -> Response:
        viewer, store = who(request), engine()
        now = clock()
        with store.connect() as connection:
            places = choices.villages(connection, viewer)
            village = request.query_params.get("village", places[0].key if places else "")
            if village and village not in {one.key for one in places}:
                raise OutOfScope("这个村")
            listed = {
                "villages": [[one.key, one.name] for one in places],
                "village": village,
                "households": _told(choices.households(connection, viewer, village)) if village else [],
                "tasks": _told(choices.tasks(connection, viewer, village)) if village else [],
                "sent": [_sent(row) for row in own_today(connection, viewer, now.date()).to_dict("records")],
                "name": actor_name(connection, viewer.actor),
                "kinds": list(kinds(connection)),
            }
        key = hmac.new(derived(store, "day records"), viewer.actor.encode(), hashlib.sha256).digest()
        known = {"person": hashlib.sha256(key).hexdigest()[:16], "key": b64encode(key).decode()}
        return _json({**listed, **known, "token": form_token(store, _bound(request, viewer))})

    async def post(request: Request) -> Response:
        if not from_own_page(request):
            return _error("这次提交不是从本页发出的。", 403)
        form = await form_of(request)
        return await run_in_threadpool(done, request, form)

    def done(request: Request, form: Mapping[str, str]) -> Response:
        if form.get("do") == "role":
            return played(request, form.get("role", ""))
        viewer, address = who(request), address_of(request)
        if not token_fits(engine(), _bound(request, viewer), form.get("token", "")):
            return _error(EXPIRED, 403, again=True)
        if form.get("do") == "withdraw":
            withdraw(engine(), viewer, whole(form.get("id")) or 0, now=clock(), address=address)
            return _json({})
        told = Told(
            number=form.get("number", ""),
            kind=form.get("kind", ""),
            village=form.get("village", ""),
            household=whole(form["household"]) or 0 if form.get("household") else None,
            task=form.get("task") or None,
            words=form.get("words", ""),
            clock=form.get("clock", ""),
            waited=whole(form.get("waited"), least=0) or 0,
            finish=form.get("finish") == "1",
            category=form.get("category", ""),
        )
        return _json(write(engine(), viewer, told, now=clock(), address=address)._asdict())

    def played(request: Request, role: str) -> Response:
        with engine().connect() as connection:
            known = role in ROLES and not regions.holds_real_regions(connection)
        response = RedirectResponse(DAY, 303, HEADERS)
        if known:
            give(engine(), request, response, ROLE, role, DAY)
        return response

    async def photo(request: Request) -> Response:
        if not from_own_page(request):
            return _error("这次提交不是从本页发出的。", 403)
        try:
            content = await request.body()
        except ClientDisconnect:
            return _error("照片没有传完。", 400)
        return await run_in_threadpool(kept, request, content)

    def kept(request: Request, content: bytes) -> Response:
        viewer = who(request)
        if not token_fits(engine(), _bound(request, viewer), request.headers.get("x-token", "")):
            return _error(EXPIRED, 403, again=True)
        number = request.headers.get("x-number", "")
        return _json({"id": papers.add(engine(), viewer, number, content, now=clock())})

    def service_worker(request: Request) -> Response:
        headers = {**_UNSEEN, "Cache-Control": "no-cache", "Service-Worker-Allowed": DAY}
        return Response(worker(), headers=headers, media_type="text/javascript")

    return [
        Route(DAY, _telling(_beside(document)), methods=["GET"]),
        Route(DAY, _telling(post), methods=["POST"]),
        Route(f"{DAY}/own", _telling(_beside(own))),
        Route(f"{DAY}/photo", _telling(photo), methods=["POST"]),
        Route(f"{DAY}/worker.js", service_worker),
    ]


class Unsigned(WarRoomError):
    """Nobody is signed in, and no role is played."""


def _beside(answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return answered


def _telling(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The answer, or why there is none: what the page's script goes by is the status."""

    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except Unsigned:
            return _error(UNSIGNED, 401, roles=True)
        except NotFound as error:
            return _error(str(error), 404)
        except OutOfScope as error:
            return _error(str(error), 403)
        except Refused as error:
            return _error(str(error), 400)
        except SQLAlchemyError as error:  # told without what it was about
            _log.error("a day's record failed: %s", type(error).__name__)
            return _error(BUSY, 503)

    return told


def _bound(request: Request, viewer: Viewer) -> str:
    signed = signed_of(request)
    return signed.digest if signed else viewer.actor


def _told(listed: list[choices.Choice]) -> list[list[str | int]]:
    return [[one.key, one.name, int(one.own)] for one in listed]


def _sent(row: Mapping[Hashable, Any]) -> dict[str, object]:  # Any: what a frame's cells hold
    about = row["task"] or row["head"] or "村里的工作"
    words, photos = row["words"], len(row["photos"])
    return {"id": row["id"], "kind": DAY_KINDS[row["kind"]], "about": about, "words": words, "photos": photos}


def _json(told: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(told, status, {**_UNSEEN, **(headers or {})})


def _error(sentence: str, status: int, *, again: bool = False, roles: bool = False) -> Response:
    """``again``: with a new token it would be taken; ``roles``: a role may be played here."""
    return _json({"error": sentence, "roles": roles}, status, {"X-Again": "1"} if again else {})
