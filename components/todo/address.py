"""What 我的待办 is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, Reading
from components.shell.screen import Change, Screen
from components.shell.site import TODO
from data.access.viewer import Viewer
from data.todo.sources import KINDS

MINE, ALL, REGIONS, DIGEST = "mine", "all", "regions", "digest"
VIEWS = {MINE: "等我办", ALL: "本地全部", REGIONS: "按区划", DIGEST: "今日摘要"}


@dataclass(frozen=True)
class TodoChoice:
    """``view`` a key of VIEWS, ``kind`` of KINDS (None: all), ``late``: overdue ones alone, ``page`` from 1."""

    view: str = MINE
    kind: str | None = None
    late: bool = False
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        given = {
            "view": self.view if self.view != MINE else "",
            "kind": self.kind or "",
            "late": "1" if self.late else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def views_of(viewer: Viewer, *, below: bool) -> dict[str, str]:
    """The views there are: who sees single households has no region's; ``below``: there are sub-regions here."""
    left_out = {ALL, REGIONS} if viewer.sees_own_only else set() if below else {REGIONS}
    return {view: words for view, words in VIEWS.items() if view not in left_out}


def read_todo_choice(parameters: Mapping[str, str], views: Mapping[str, str]) -> tuple[TodoChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    view = reading.one_of("view", views, f"这里没有“{{asked}}”这个页面，已显示“{VIEWS[MINE]}”。") or MINE
    kind = reading.one_of("kind", KINDS, UNKNOWN_FILTER)
    return TodoChoice(view, kind, reading.flag("late"), reading.page()), reading.problems


def todo_link(screen: Screen, choice: TodoChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of 我的待办 with ``changes`` of the choice; another view or filter starts at page 1."""
    place = {} if region is None else {"region": region}
    return screen.link(TODO, **place, **replace(choice, **{"page": 1, **changes}).parameters())
