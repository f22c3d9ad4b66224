"""What the part of clues is set to: read from the address, where every value is looked up, and written into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, Reading
from components.shell.screen import Change, Screen
from components.shell.site import MONITORING
from data.monitoring.clues import GROUPS, Filters
from data.terms import CLUE_SOURCES, RISKS

LIST, TELL = "clues", "tell"
"""Values of ``view`` that the part of clues draws."""
_OPEN = Filters()


@dataclass(frozen=True)
class ClueChoice:
    """``filters`` and ``page`` (from 1) of the list."""

    filters: Filters = _OPEN
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        given = {
            "group": filters.group if filters.group != "waiting" else "",
            "source": filters.source,
            "risk": filters.risk,
            "household": str(filters.household or ""),
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def read_choice(parameters: Mapping[str, str]) -> tuple[ClueChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    filters = Filters(
        reading.one_of("group", GROUPS, UNKNOWN_FILTER) or "waiting",
        reading.one_of("source", CLUE_SOURCES, UNKNOWN_FILTER) or "",
        reading.one_of("risk", RISKS, UNKNOWN_FILTER) or "",
        reading.number("household", UNKNOWN_FILTER),
    )
    return ClueChoice(filters, reading.page()), reading.problems


def clues_link(screen: Screen, choice: ClueChoice, **changes: Change) -> str:
    """The address of the list with ``changes`` of the choice or of its filters; another filter starts at page 1."""
    own = {name: value for name, value in changes.items() if name in Filters.__dataclass_fields__}
    rest = {name: value for name, value in changes.items() if name not in own}
    changed = replace(choice, **{"page": 1, "filters": replace(choice.filters, **own), **rest})
    return screen.link(MONITORING, view=LIST, **changed.parameters())


def clue_link(screen: Screen, id: int, region: str | None = None) -> str:
    """The address of one clue."""
    return screen.link(MONITORING, **({} if region is None else {"region": region}), clue=id)


def tell_link(screen: Screen) -> str:
    """The address of the form by which an office takes a clue down."""
    return screen.link(MONITORING, view=TELL)
