"""模板与导出."""

from components.shell.screen import Screen


def show_out(screen: Screen) -> None:
    """Draw the section."""
