"""The page 监测帮扶 as a whole."""

from components.drawing.panels import heading
from components.shell.page import show_markup
from components.shell.screen import Screen


def show_monitoring(screen: Screen) -> None:
    """Draw the page."""
    show_markup(heading("监测帮扶", ""))
