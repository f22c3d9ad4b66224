"""The quiet line at the foot of every page: which application this is, and on which data."""

from components.drawing.markup import escape
from components.shell.page import show_markup
from components.shell.site import SHORT_NAME
from data.commands.version import VERSION
from data.regions.tree import Status


def foot(status: Status | None) -> None:
    """``村级作战室 0.5.0 · 数据版本 7``; without a status the store is empty."""
    data = f" · 数据版本 {status.version}" if status else ""
    show_markup(f'<p class="foot" role="contentinfo">{escape(f"{SHORT_NAME} {VERSION}{data}")}</p>')
