"""The quiet line at the foot of every page: which application this is, and on which data."""

from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import SHORT_NAME
from data.commands.version import VERSION
from data.regions.tree import Status


def foot(status: Status | None) -> None:
    """``村级作战室 0.5.0 · 数据版本 7``; without a status the store is empty."""
    data = f" · 数据版本 {status.version}" if status else ""
    show_markup(f'<p class="foot" role="contentinfo">{escape(f"{SHORT_NAME} {VERSION}{data}")}</p>')


def sheet_foot(screen: Screen, title: str) -> None:
    """What stands below a page on paper alone: which page of where and when, on which data, who prints it;
    static/sheet.js adds when, and what found no room."""
    told = (screen.region.name, screen.dates_text, screen.source, screen.shown_to())
    said = "".join(f" · {escape(one)}" for one in told)
    show_markup(f'<p class="sheet-foot"><b>{escape(title)}</b>{said}</p>')
