"""Files for the browser: packed once and held, and kept by the browser for a year where their name says their content.

Streamlit sends its bundles as they lie on the disk (2.6 MB before anything is drawn) and answers a missing one with its
front page. The door stands before this: who may not come in is given none of them.
"""

import gzip
import re
from importlib.util import find_spec
from os import PathLike, fspath, stat_result
from pathlib import Path, PurePath

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.drawing.maps import OfflineMap
from components.server.front import Front, streamlit_files
from components.server.packing import takes_gzip

NO_FILE = "没有这个文件。"
NO_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>没有这个页面 · 村级作战室</title><link rel="icon" href="data:,"><style>:root { color-scheme: light dark }
body { font: 18px/1.7 sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em } a { color: inherit }</style>
<h1>没有这个页面</h1><p>地址可能抄漏了，或者页面已经改名。</p><p><a href="/">打开首页</a></p></html>"""
FOREVER = "public, max-age=31536000, immutable"
AGAIN = "no-cache"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".png": "image/png",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
"""By us and not by the machine, whose list may know no fonts and call a script plain text."""
_PACKS = {".js", ".css", ".html", ".json", ".map", ".svg", ".txt", ".wasm"}
_HASHED = re.compile(r"[.-](?=[\w-]*[A-Z0-9])[\w-]{8,}\.\w+$")
"""``index.DormvYxC.js``, ``main.521860b0.js``: a name that changes with the content."""
_BUNDLES = "/static"
_MAP = "/component/streamlit_folium.st_folium"


class PackedFiles(StaticFiles):
    """The files of a folder. One with a hash in its name, or asked for with a version (``?v=``), is never asked again.

    Whoever takes gzip is given text packed; a part (``Range``) is always one of the file as it lies.
    """

    _held: dict[str, bytes]

    def __init__(self, folder: str | PathLike[str]) -> None:
        super().__init__(directory=folder, follow_symlink=True)
        self._held = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or part of it, that nothing changed, or that there is none."""
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as refused:
            return PlainTextResponse(NO_FILE, refused.status_code, {"Cache-Control": "no-store"})
        if isinstance(answer, FileResponse) and answer.headers.get("content-encoding"):
            body = await run_in_threadpool(self.packed, fspath(answer.path))
            return Response(body, headers={**answer.headers, "content-length": str(len(body))})
        return answer

    def packed(self, file: str) -> bytes:
        """The content of a file, packed at the first asking: a changed file needs a new process."""
        if file not in self._held:
            self._held[file] = gzip.compress(Path(file).read_bytes(), 9, mtime=0)
        return self._held[file]

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, not yet packed where its headers say that it is."""
        asked, name = Headers(scope=scope), PurePath(full_path).name
        kind, packs = TYPES.get(PurePath(name).suffix, "application/octet-stream"), PurePath(name).suffix in _PACKS
        fixed = _HASHED.search(name) or scope["query_string"].startswith(b"v=")
        answer = FileResponse(full_path, status_code, media_type=kind, stat_result=stat_result)
        answer.headers["Cache-Control"] = FOREVER if fixed else AGAIN
        if packs:
            answer.headers["Vary"] = "Accept-Encoding"
        if packs and "range" not in asked and takes_gzip(asked):
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["ETag"] = f'{answer.headers["etag"][:-1]}-gz"'
            del answer.headers["accept-ranges"]
        return NotModifiedResponse(answer.headers) if self.is_not_modified(answer.headers, asked) else answer


def map_files() -> Path:
    """The folder of the map's frame. Its package is not imported: before the runtime stands it would be registered
    nowhere."""
    found = find_spec("streamlit_folium")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0], "frontend", "build")


def map_urls() -> list[str]:
    """What the map's frame asks for, in its order: its own script, then what each map of ours names."""
    own = [f"{_MAP}/{file.relative_to(map_files()).as_posix()}" for file in map_files().glob("static/js/main.*.js")]
    return [*own, *(url for _, url in (*OfflineMap.default_js, *OfflineMap.default_css))]


class Packed:
    """Middleware behind the door: the bundles of Streamlit, the map's frame, and the page that loads them.

    ``front``: the paths of pages → the page that begins each. Everything else goes on to the application.
    """

    def __init__(self, app: ASGIApp, front: Front) -> None:
        self._app, self._front = app, front
        self._folders = {_BUNDLES: PackedFiles(streamlit_files() / "static"), _MAP: PackedFiles(map_files())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is a file, or pass on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self._app(scope, receive, send)
        path = scope["path"]
        if (page := self._front.at(path, Headers(scope=scope))) is not None:
            return await page(scope, receive, send)
        for begin, files in self._folders.items():
            if path.startswith(f"{begin}/"):
                return await files({**scope, "root_path": begin}, receive, send)
        await self._app(scope, receive, _without_fallback(scope, receive, send))


def _without_fallback(scope: Scope, receive: Receive, send: Send) -> Send:
    """Passes an answer on; for Streamlit's own page, which it gives for whatever it does not know (no answer of ours is
    a file of markup), that there is no such page."""
    replaced = False

    async def passed(message: Message) -> None:
        nonlocal replaced
        if replaced:
            return
        headers = Headers(raw=message.get("headers", []))
        if headers.get("content-type", "").startswith("text/html") and "last-modified" in headers:
            replaced = True
            await HTMLResponse(NO_PAGE, 404, {"Cache-Control": "no-store"})(scope, receive, send)
        else:
            await send(message)

    return passed
