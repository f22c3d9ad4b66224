"""The pages behind a code as HTML: templates and their one style sheet."""

from pathlib import Path

from starlette.responses import HTMLResponse

from components.drawing.markup import callable_number
from components.drawing.wording import NO_VALUE
from components.server.plain import PlainPages
from data.money import short

TEMPLATES = Path(__file__).resolve().parent / "templates"


def spoken_day(day: str | None) -> str:
    """``2026年11月3日``; — without one."""
    return f"{int(day[:4])}年{int(day[5:7])}月{int(day[8:10])}日" if day else NO_VALUE


_pages = PlainPages(TEMPLATES, "phone.css", filters={"short": short, "day": spoken_day, "tel": callable_number})
page, HEADERS = _pages.page, _pages.headers


def failure(status: int, heading: str, sentence: str) -> HTMLResponse:
    """A page that says what could not be done, where nothing else is known."""
    return page("gone.html", status, heading=heading, sentence=sentence, demonstration=False, hotline="")
