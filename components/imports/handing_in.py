"""导入数据."""

from components.shell.screen import Screen


def show_handing_in(screen: Screen) -> None:
    """Draw the section."""
