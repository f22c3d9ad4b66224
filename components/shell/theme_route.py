"""``/theme/light?to=/battle_map``: sets the theme of this browser and goes back to the page it came from.

Streamlit keeps the chosen theme in the browser, by path; a page of our own sets it for all pages at once.
"""

import json
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from components.shell.site import PAGES

THEMES = {"light": "Light", "dark": "Dark"}
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>切换主题</title><script>
const {paths, theme, to} = %s;
try { for (const path of paths) localStorage.setItem(`stActiveTheme-${path}-v2`, JSON.stringify(theme)); } catch {}
location.replace(to);
</script><noscript>切换主题需要启用 JavaScript。</noscript></html>"""


def theme_url(theme: str, to: str) -> str:
    """The address that switches to ``light`` or ``dark`` and returns to ``to``, a path of this server."""
    return f"/theme/{theme}?to={quote(to, safe='')}"


def own_path(to: str) -> str:
    """``to`` where it is a path on this server, else the start page: nobody is sent elsewhere by a link to here."""
    own = to.startswith("/") and not to.startswith("//") and to.isprintable() and "\\" not in to
    return to if own else "/"


def theme_route() -> Route:
    """The route, for the list that ``st.App`` takes."""

    def switch(request: Request) -> HTMLResponse:
        theme = THEMES.get(request.path_params["theme"], "System")
        paths = ["/", *(f"/{page.path}" for page in PAGES)]
        chosen = json.dumps({"paths": paths, "theme": theme, "to": own_path(request.query_params.get("to", "/"))})
        return HTMLResponse(_PAGE % chosen.replace("<", "\\u003c"), headers={"Cache-Control": "no-store"})

    return Route("/theme/{theme}", switch)
