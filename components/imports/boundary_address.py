"""What 导入边界 is set to: read from the address, where every value is looked up, and written into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, Reading, whole
from components.shell.screen import Change, Screen
from components.shell.site import DATA
from data.boundaries.plan import STATES
from data.terms import LEVELS


@dataclass(frozen=True)
class BoundaryChoice:
    """``job``: the number of an import, None for the list of them; of what it brings one ``state`` ('' all), one
    ``level`` (length of a code, 0 the deepest), the chosen ``item``; ``page`` from 1."""

    job: int | None = None
    state: str = ""
    level: int = 0
    item: int | None = None
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        given = {
            "job": str(self.job or ""),
            "state": self.state,
            "level": str(self.level or ""),
            "item": str(self.item or ""),
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def read_boundary_choice(parameters: Mapping[str, str]) -> tuple[BoundaryChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is left out."""
    reading = Reading(parameters)
    level = reading.one_of("level", [str(length) for length in LEVELS if length], UNKNOWN_FILTER)
    choice = BoundaryChoice(
        job=whole(parameters.get("job")),
        state=reading.one_of("state", STATES, UNKNOWN_FILTER) or "",
        level=int(level or 0),
        item=whole(parameters.get("item")),
        page=reading.page(),
    )
    return choice, reading.problems


def boundary_link(screen: Screen, choice: BoundaryChoice, **changes: Change) -> str:
    """The address of the section with ``changes`` of the choice; another filter starts at page 1."""
    return screen.link(DATA, view="boundaries", **replace(choice, **{"page": 1, **changes}).parameters())
