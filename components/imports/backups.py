"""备份."""

from components.shell.screen import Screen


def show_backups(screen: Screen) -> None:
    """Draw the section."""
