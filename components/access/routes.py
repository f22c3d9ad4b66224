"""The plain pages of signing in, for the list of routes that ``st.App`` takes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.access.entering import begin, device, login, logout
from components.access.own import password, second_factor
from components.access.visit import Visit, message, visited
from components.server.turns import Sleep
from data.clock import Clock
from data.errors import WarRoomError

_log = logging.getLogger("warroom")
_PAGES: dict[str, tuple[Callable[[Visit, Sleep], Awaitable[Response]], list[str]]] = {
    "/login": (login, ["GET", "POST"]),
    "/logout": (logout, ["GET", "POST"]),
    "/password": (password, ["GET", "POST"]),
    "/second": (second_factor, ["GET", "POST"]),
    "/begin/{secret}": (begin, ["GET", "POST"]),
    "/device/{token}": (device, ["GET"]),
}


def access_routes(engine: Callable[[], Engine], clock: Clock, sleep: Sleep = asyncio.sleep) -> list[Route]:
    """The routes; ``engine`` and ``clock`` are asked at each request, ``sleep`` holds an answer back."""

    def route(path: str, answer: Callable[[Visit, Sleep], Awaitable[Response]], methods: list[str]) -> Route:
        async def answered(request: Request) -> Response:
            try:
                return await answer(await visited(engine(), request, clock), sleep)
            except WarRoomError as error:
                return message(503, "现在不能办理", str(error))
            except SQLAlchemyError as error:  # told without what it was about
                _log.error("a page of signing in failed: %s", type(error).__name__)
                return message(503, "系统正忙", "请过几分钟再试。", link="重试")

        return Route(path, answered, methods=methods)

    return [route(path, *page) for path, page in _PAGES.items()]
