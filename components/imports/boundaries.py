"""导入边界."""

from components.shell.screen import Screen


def show_boundaries(screen: Screen) -> None:
    """Draw the section."""
