"""``/archive/{token}``: one paper or photo, for whoever was shown its link, for a few minutes.

The token names archive, viewer and session and is signed; to another session the link leads nowhere, and what the
viewer may see is asked of the store again when it is opened. What leaves tells nothing of its maker
(``data.archives.bare``).
"""

from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote

from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from components.server.cookie import signed_of
from data.access.sessions import Signed
from data.access.viewer import Viewer
from data.archives.files import EXTENSIONS, PDF
from data.audit import log as audit
from data.audit.taken import detail
from data.clock import Clock
from data.days import papers as day_papers
from data.errors import NotFound, OutOfScope, Refused
from data.households import archives
from data.matters import papers as matter_papers
from data.projects import archives as project_archives
from data.store.key import derived

VALID = 600  # seconds
STEP = 240  # links made within the same minutes are the same, so that a page drawn again is not sent again

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
# A sandbox keeps the browser's PDF viewer from starting; what a PDF could do, it was refused for when it came in.
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class _Stepping(TimestampSigner):
    def get_timestamp(self) -> int:
        return super().get_timestamp() // STEP * STEP


_OPENERS = {
    "household": (archives.opened, "archive"),
    "project": (project_archives.opened, "project_archive"),
    "matter": (matter_papers.opened, "archive"),
    "day": (day_papers.opened, "archive"),
}
"""Whose paper → how it is opened, and as what it stands in the log of looks."""


def archive_url(
    engine: Engine, viewer: Viewer, archive_id: int, of: str = "household", signed: Signed | None = None
) -> str:
    """The address of an archive for this viewer, good for six to ten minutes in his session; ``of``: a key
    of _OPENERS."""
    named = (archive_id, viewer.role, viewer.region, viewer.helper, signed.digest if signed else "", of)
    return f"/archive/{_tokens(engine, _Stepping).dumps(named)}"


def _tokens(engine: Engine, signer: type[TimestampSigner] = TimestampSigner) -> URLSafeTimedSerializer:
    key = derived(engine, "archive")
    return URLSafeTimedSerializer(key, salt="archive", signer=signer, signer_kwargs={"digest_method": sha256})


def archive_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""

    def archive(request: Request) -> Response:
        store = engine()
        try:
            id, *who, digest, of = _tokens(store).loads(request.path_params["token"], max_age=VALID)
            signed = signed_of(request)
            if digest != (signed.digest if signed else ""):
                raise NotFound(archives.NO_SUCH_ARCHIVE)
            viewer = signed.viewer if signed else Viewer(*who)
            opened, view = _OPENERS[of]
            found = opened(store, viewer, id)
        except SignatureExpired:
            return _said("这个链接已超过 10 分钟，请回到原来的页面刷新后重新打开。", 410)
        except (BadData, NotFound, OutOfScope):
            return _said(archives.NO_SUCH_ARCHIVE, 404)
        except Refused as error:
            return _said(str(error), 500)
        address = request.client.host if request.client else ""
        left = detail(found.kind, count=1, unit="份")
        who, whose = {"actor": viewer.actor, "address": address}, found.household
        try:
            audit.leaves(store, **who, view=view, household=whose, detail=left, now=clock())
        except Refused as error:
            return _said(str(error), 503)
        headers = {**_HEADERS, "Content-Disposition": _inline(found.filename, id, found.media_type)}
        if found.media_type == PDF:
            headers["Content-Security-Policy"] = _PDF_POLICY
        return Response(found.content, headers=headers, media_type=found.media_type)

    return [Route("/archive/{token}", archive)]


def _said(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers=_HEADERS)


def _inline(filename: str, id: int, media_type: str) -> str:
    """Shown in the browser, and named for saving (RFC 6266): in letters every browser knows, and as it is called."""
    return f"inline; filename=\"{id}.{EXTENSIONS[media_type]}\"; filename*=UTF-8''{quote(filename, safe='')}"
