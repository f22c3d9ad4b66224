"""What 用户与设置 is set to: the tab of the address, of those that the viewer may open."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.shell.reading import Reading
from components.shell.screen import Screen
from components.shell.site import ADMIN
from data.access.roles import LOG, PEOPLE, READ, SETTINGS
from data.access.viewer import Viewer


@dataclass(frozen=True)
class Tab:
    """One tab: its words and the right without which it is not there."""

    words: str
    right: str
    thing: str


TABS = {
    "devices": Tab("设备", READ, PEOPLE),
    "sessions": Tab("会话", READ, SETTINGS),
    "settings": Tab("设置", READ, SETTINGS),
    "oversight": Tab("异常查看", READ, LOG),
}


def read_tab(parameters: Mapping[str, str], viewer: Viewer) -> tuple[str, list[str]]:
    """The tab asked for, and what the address asked in vain; a tab that is not the viewer's is none."""
    reading = Reading(parameters)
    known = open_tabs(viewer)
    asked = reading.one_of("tab", known, f"没有“{{asked}}”这一项，已显示“{TABS[known[0]].words}”。")
    return asked or known[0], reading.problems


def open_tabs(viewer: Viewer) -> list[str]:
    """The tabs that the viewer may open."""
    return [name for name, tab in TABS.items() if viewer.may(tab.right, tab.thing)]


def admin_link(screen: Screen, tab: str, **parameters: str | int) -> str:
    """The address of a tab."""
    return screen.link(ADMIN, tab=tab, **parameters)
