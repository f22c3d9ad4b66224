"""What 用户与设置 is set to: the tab of the address, of those that the viewer may open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from components.shell.reading import UNKNOWN_FILTER, Reading
from components.shell.screen import Screen
from components.shell.site import ADMIN
from data.access.roles import ADMINISTER, LOG, PEOPLE, READ, SETTINGS
from data.access.viewer import Viewer
from data.audit.log import VIEWS
from data.audit.search import Wanted
from data.people.accounts import LEVELS
from data.people.persons import LONGEST_WORDS, STATES
from data.text.signs import seen


@dataclass(frozen=True)
class Tab:
    """One tab: its words and the right without which it is not there."""

    words: str
    right: str
    thing: str


TABS = {
    "people": Tab("人员", READ, PEOPLE),
    "devices": Tab("设备", READ, PEOPLE),
    "sessions": Tab("会话", READ, SETTINGS),
    "settings": Tab("设置", READ, SETTINGS),
    "regions": Tab("区划", ADMINISTER, SETTINGS),
    "log": Tab("日志", READ, LOG),
    "oversight": Tab("异常查看", READ, LOG),
}


@dataclass(frozen=True)
class PeopleChoice:
    """Which people are listed: words of name or login, a role, a key of ``STATES``; ``page`` 0 is the first."""

    words: str = ""
    role: str = ""
    state: str = ""
    page: int = 0

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.role or self.state)

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        given = {"q": self.words, "who": self.role, "state": self.state, "page": str(self.page or "")}
        return {name: value for name, value in given.items() if value}


LOG_FIELDS = {
    "since": "从哪天",
    "until": "到哪天",
    "who": "谁",
    "view": "类别",
    "household": "户编号",
    "address": "地址",
}
"""What the log is looked up by: fields of ``Wanted`` and parameters of the address, in words."""


def read_people_choice(parameters: Mapping[str, str]) -> tuple[PeopleChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing."""
    reading = Reading(parameters)
    words = seen(reading.text("q"))[:LONGEST_WORDS]
    role = reading.one_of("who", LEVELS, UNKNOWN_FILTER) or ""
    state = reading.one_of("state", STATES, UNKNOWN_FILTER) or ""
    page = reading.page()
    return PeopleChoice(words, role, state, page if page > 1 else 0), reading.problems


@dataclass(frozen=True)
class LogChoice:
    """What is looked up in the log; ``page`` 0 is the first."""

    wanted: Wanted
    page: int = 0

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address."""
        given = {name: getattr(self.wanted, name) for name in LOG_FIELDS}
        return {name: value for name, value in {**given, "page": str(self.page or "")}.items() if value}


def read_log_choice(parameters: Mapping[str, str]) -> tuple[LogChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing."""
    reading = Reading(parameters)
    typed = {name: seen(reading.text(name))[:60] for name in ("who", "household", "address")}
    days = {name: _day(reading, name) for name in ("since", "until")}
    view = reading.one_of("view", VIEWS, UNKNOWN_FILTER) or ""
    page = reading.page()
    return LogChoice(Wanted(**typed, **days, view=view), page if page > 1 else 0), reading.problems


def _day(reading: Reading, name: str) -> str:
    text = reading.text(name).strip()
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        reading.mistaken(text, "“{asked}”不是日期，应写成 2026-11-05，已忽略。")
        return ""


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
