"""The pages behind a code as HTML: templates, their one style sheet, and what every answer says to the browser."""

import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from components.drawing.wording import NO_VALUE
from data.money import short

TEMPLATES = Path(__file__).resolve().parent / "templates"
STYLE = (TEMPLATES / "phone.css").read_text(encoding="utf-8")
_hash = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_hash}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}


def page(template: str, status: int = 200, *, headers: dict[str, str] | None = None, **values: object) -> HTMLResponse:
    """A template of ``components/templates`` with its values, which Jinja escapes."""
    made = _templates.get_template(template).render(style=STYLE, **values)
    return HTMLResponse(made, status, {**HEADERS, **(headers or {})})


def spoken_day(day: str | None) -> str:
    """``2026年11月3日``; — without one."""
    return f"{int(day[:4])}年{int(day[5:7])}月{int(day[8:10])}日" if day else NO_VALUE


def callable_number(phone: str | None) -> str:
    """What ``tel:`` takes of a number as it is written: digits and a leading +."""
    return "".join(sign for sign in phone or "" if sign in "+0123456789")


_templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
_templates.filters |= {"short": short, "day": spoken_day, "tel": callable_number}


def failure(status: int, heading: str, sentence: str) -> HTMLResponse:
    """A page that says what could not be done, where nothing else is known."""
    return page("gone.html", status, heading=heading, sentence=sentence, demonstration=False, hotline="")


def waiting_words(seconds: int) -> str:
    """``30 秒``, ``4 分钟``, ``3 小时``, rounded up."""
    if seconds > 2 * 3600:
        return f" {-(-seconds // 3600)} 小时"
    return f" {seconds} 秒" if seconds <= 60 else f" {-(-seconds // 60)} 分钟"
