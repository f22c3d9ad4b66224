"""``/made/{token}``: the file that a job made, for the session that ordered it, while the job is kept.

The token names job, viewer and session and is signed; to another session the link leads nowhere. The file goes out bit
by bit, past the guard, which cuts it off where the session ends.
"""

from collections.abc import Callable
from hashlib import sha256

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.server.cookie import signed_of
from data.access import jobs
from data.access.sessions import Signed
from data.access.viewer import Viewer
from data.clock import Clock
from data.errors import Refused
from data.store.key import derived

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_GONE = "这份文件不存在或已清除，请回到原来的页面重新生成。"


def made_url(engine: Engine, viewer: Viewer, job: str, signed: Signed | None = None) -> str:
    """The address of what a job of this viewer's made, good in his session as long as the job is kept."""
    named = (job, viewer.role, viewer.region, viewer.helper, signed.digest if signed else "")
    return f"/made/{_tokens(engine).dumps(named)}"


def _tokens(engine: Engine) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(engine, "made"), salt="made", signer_kwargs={"digest_method": sha256})


def made_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The route, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""

    def made(request: Request) -> Response:
        store = engine()
        try:
            job, *who, digest = _tokens(store).loads(
                request.path_params["token"], max_age=int(jobs.KEPT.total_seconds())
            )
            signed = signed_of(request)
            if digest != (signed.digest if signed else ""):
                raise Refused(_GONE)
            path = jobs.file(store, signed.viewer if signed else Viewer(*who), job, clock())
        except (BadData, Refused):
            return PlainTextResponse(_GONE, 404, headers=_HEADERS)
        return FileResponse(path, filename=path.name, headers=_HEADERS)

    return [Route("/made/{token}", made)]
