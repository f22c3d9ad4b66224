"""The page that every page of ours begins with: Streamlit's own, which asks at once for what ours will need.

Streamlit's page names the modules it begins with; what it draws with it learns from the first answer of the run, and
asks for then, one after the other. Here the browser hears of them before anything runs. What no page of ours shows
(Streamlit's Latin font, its icons where there are none) is not asked for.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from streamlit import file_util

from components.drawing.markup import escape
from components.server.chinese import script
from components.server.packing import holds, packed_answer

_EVERYWHERE = ("Html", "Selectbox")
"""Elements of Streamlit that each page of ours draws."""
_MAP = ("ComponentInstance",)
_FONT = re.compile(r'\s*<link\s+rel="preload"[^>]*as="font"[^>]*>')
_MODULE = '<link rel="modulepreload" crossorigin href="./{}">'
_LATER = '<link rel="prefetch" href="{}">'
_ASKED = '<link rel="preload" as="fetch" crossorigin href="./_stcore/{}">'
# Streamlit asks for its icons (370 KB) whether there are any or not; where there are, the style sheet asks for them.
_ICONS = """<script>{
  const fonts = document.fonts, load = fonts.load.bind(fonts);
  fonts.load = (font, ...rest) => font.includes("Material Symbols") ? Promise.resolve([]) : load(font, ...rest);
}</script>"""
# Its Latin font (170 KB) is named until the theme has come, and never shown: here it is one that every machine has.
_LATIN = """<style>
@font-face { font-family: "Source Sans"; font-weight: 100 900;
  src: local("Noto Sans CJK SC"), local("Microsoft YaHei"), local("PingFang SC"), local("Arial"); }
</style>"""


def streamlit_files() -> Path:
    """Where Streamlit keeps what it gives the browser."""
    return Path(file_util.get_static_dir())


class Front:
    """The beginnings of pages. ``title``: what a tab is called until its page has a title. ``pages``: path → whether it
    shows a map; ``map_urls``: what the map's frame will ask for."""

    def __init__(self, title: str, pages: Mapping[str, bool], map_urls: Sequence[str]) -> None:
        plain = _Made(_written(title, _EVERYWHERE, ()))
        with_map = _Made(_written(title, (*_EVERYWHERE, *_MAP), map_urls))
        self._pages = {path: with_map if shows_map else plain for path, shows_map in pages.items()}

    def at(self, path: str, asked: Headers) -> Response | None:
        """The page of this path, None where it is none of ours."""
        return made.answer(asked) if (made := self._pages.get(path)) else None


class _Made:
    """A page, packed."""

    def __init__(self, page: str) -> None:
        self._packed = gzip.compress(page.encode(), 9, mtime=0)
        self._tag = f'W/"{hashlib.sha256(page.encode()).hexdigest()[:16]}"'  # weak: the same packed or not

    def answer(self, asked: Headers) -> Response:
        headers = {"Cache-Control": "no-cache", "ETag": self._tag}
        if holds(asked, self._tag):
            return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
        return packed_answer(asked, self._packed, headers)


def _written(title: str, elements: Iterable[str], later: Iterable[str]) -> str:
    """Streamlit's page with our title and language, what is not used taken out, what will be needed told."""
    page = (streamlit_files() / "index.html").read_text(encoding="utf-8")
    begun, head, rest = page.partition("<title>Streamlit</title>")
    if not head:
        raise RuntimeError("the page of this Streamlit is not the one that is known")
    modules = [_MODULE.format(file) for file in _modules(elements) if file not in page]
    told = [
        f"<title>{escape(title)}</title>",
        script(),
        _ICONS,
        *(_ASKED.format(name) for name in ("health", "host-config")),
    ]
    begun = _FONT.sub("", begun).replace('<html lang="en">', '<html lang="zh-CN">')
    begins, end, body = rest.partition("</head>")
    prefetched = (_LATER.format(escape(url)) for url in later)
    return "\n".join([begun, *told, begins, *modules, *prefetched, _LATIN, end + body])


def _modules(elements: Iterable[str]) -> list[str]:
    """The modules of elements with all that they import, by Streamlit's own list."""
    known = json.loads((streamlit_files() / "manifest.json").read_text(encoding="utf-8"))
    by_name = {entry.get("name"): key for key, entry in known.items() if entry.get("isDynamicEntry")}
    found: dict[str, None] = {}
    asked = [by_name[name] for name in elements]
    while asked:
        entry = known[asked.pop()]
        if entry["file"] not in found and not entry.get("isEntry"):
            found[entry["file"]] = None
            asked += entry.get("imports", ())
    return list(found)
