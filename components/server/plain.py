"""Plain pages: templates with one style sheet, and what every answer says to the browser."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse


class PlainPages:
    """The templates of a folder and the style sheet there that they share.

    ``referrer``: what the pages tell where their links and forms lead; ``scripted``: whether they run scripts of ours,
    which ask this server. Values are escaped by Jinja.
    """

    def __init__(
        self,
        templates: Path,
        style: str,
        *,
        referrer: str = "no-referrer",
        scripted: bool = False,
        filters: Mapping[str, Callable[..., str]] | None = None,
    ) -> None:
        self.style = (templates / style).read_text(encoding="utf-8")
        self._templates = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
        self._templates.filters |= filters or {}
        asking = "script-src 'self'; connect-src 'self'; worker-src 'self'; " if scripted else ""
        digest = b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        self.headers = {
            "Cache-Control": "no-store",
            "Referrer-Policy": referrer,
            "X-Robots-Tag": "noindex, nofollow",
            "X-Frame-Options": "DENY",
            "Content-Security-Policy": f"default-src 'none'; {asking}style-src 'sha256-{digest}'; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        }

    def page(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> HTMLResponse:
        """A template with its values."""
        made = self._templates.get_template(template).render(style=self.style, **values)
        return HTMLResponse(made, status, {**self.headers, **(headers or {})})


def waiting_words(seconds: int) -> str:
    """``30 秒``, ``4 分钟``, ``3 小时``, rounded up."""
    if seconds > 2 * 3600:
        return f" {-(-seconds // 3600)} 小时"
    return f" {seconds} 秒" if seconds <= 60 else f" {-(-seconds // 60)} 分钟"
