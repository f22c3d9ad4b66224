"""``/q/<token>``: the page behind a household's code, rendered here, without a script, for any phone.

Who looks decides what it says: a stranger; the household, after its ID number or PIN; a cadre in whose scope it lies.
Until there are accounts a cadre is who chose a role on demonstration data, or who sits at this machine.
"""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from components.phone.answers import DOING, Guess, Held, answered
from components.phone.pages import failure
from components.server.forms import form_of, from_own_page
from components.server.sealed import DAY, EVERY_CODE, ROLE, give
from components.server.turns import Sleep, in_turn
from data.access.roles import ROLES
from data.clock import Clock
from data.errors import WarRoomError
from data.regions import tree as regions

_log = logging.getLogger("warroom")


def phone_routes(engine: Callable[[], Engine], clock: Clock, sleep: Sleep = asyncio.sleep) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""

    async def code(request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            if not from_own_page(request):
                return failure(403, "请在本页操作", "这次提交不是从本页发出的，请重新扫码后再试。")
            form = await form_of(request)
            if form.get("do") not in DOING:
                return failure(400, "没有收到内容", "请重新扫码后再试。")
        try:
            return await answer(request, form)
        except WarRoomError as error:
            return failure(503, "现在不能查看", str(error))
        except SQLAlchemyError as error:  # told without what it was about
            _log.error("the page of a code failed: %s", type(error).__name__)
            return failure(503, "系统正忙", "请过几分钟再扫一次。")

    async def answer(request: Request, form: dict[str, str]) -> Response:
        found = await run_in_threadpool(answered, engine(), request, form, clock)
        if isinstance(found, Held):
            await sleep(found.seconds)  # holds no thread
            found = await run_in_threadpool(found.then)
        if isinstance(found, Guess):
            right, busy = await in_turn(engine(), found.one, found.compare, clock=clock, sleep=sleep)
            found = await run_in_threadpool(found.then, bool(right), busy)
        return found

    def role(request: Request) -> Response:
        """The role switch of the pages tells which role this browser goes by; known on demonstration data only."""
        chosen = request.path_params["role"]
        with engine().connect() as connection:
            known = chosen in ROLES and not regions.holds_real_regions(connection)
        if not known or not from_own_page(request):
            return PlainTextResponse("没有这个页面。", 404)
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        for path in (EVERY_CODE, DAY):
            give(engine(), request, response, ROLE, chosen, path)
        return response

    return [
        Route(f"{EVERY_CODE}/{{token:path}}", code, methods=["GET", "POST"]),
        Route("/as/{role}", role, methods=["POST"]),
    ]
