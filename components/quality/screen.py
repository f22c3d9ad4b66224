"""The page 数据治理 as a whole."""

from components.drawing.panels import heading
from components.shell.page import show_markup
from components.shell.screen import Screen


def show_quality(screen: Screen) -> None:
    """Draw the page."""
    show_markup(heading("数据治理", ""))
