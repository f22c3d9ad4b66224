"""``/geo/{code}/{level}.json``: outlines for the map's script, of what lies in the viewer's region alone. Geometry and
names, never a record."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Engine
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.server.packing import holds
from components.server.viewing import viewer_of
from data.errors import NotFound
from data.regions.outlines import served

WHOLE = "all"
"""How a URL spells the code '' of the whole."""


def geo_url(code: str, level: str, day: str | None = None) -> str:
    """The address of a region's outlines: ``level`` and ``day`` as in ``data.regions.outlines.served``."""
    return f"/geo/{code or WHOLE}/{level}.json{f'?day={day}' if day else ''}"


def _day_of(request: Request) -> str | None:
    """The day that the address names; raises NotFound for one that is none."""
    asked = request.query_params.get("day")
    try:
        return None if asked is None else date.fromisoformat(asked).isoformat()
    except ValueError:
        raise NotFound("地址中的日期不对。") from None


def geo_routes(engine: Callable[[], Engine]) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` is asked at each request."""

    def outlines(request: Request) -> Response:
        asked = request.path_params["code"]
        code, store = "" if asked == WHOLE else asked, engine()
        try:
            with store.connect() as connection:
                if (viewer := viewer_of(request, connection)) and not viewer.may_see(code):
                    raise NotFound(f"没有代码为 {code} 的区划。")
            content, digest = served(store, code, request.path_params["level"], _day_of(request))
        except NotFound as error:
            return JSONResponse({"error": str(error)}, 404, {"Cache-Control": "no-cache"})
        tag = f'W/"{digest}"'  # weak: the same whether it travels packed or not
        headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if holds(request.headers, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="application/geo+json")

    packed = [Middleware(GZipMiddleware, compresslevel=6)]
    return [Route("/geo/{code}/{level}.json", outlines, middleware=packed)]
