"""What 帮扶责任 is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, UNKNOWN_SORT, Reading, numbered
from components.shell.screen import Change, Screen
from components.shell.site import DUTY
from data.duties.musts import STATES
from data.duties.teams import BY, NO_FILTERS, SORTS, TeamFilters
from data.terms import MUST_VISITS, TEAMS
from data.text.signs import seen

VIEWS = {"leaders": "区划负责人", "teams": "帮扶队伍", "visits": "走访与必访"}
PERSON = "person"
"""In the address: whose page it is (a number)."""
_LONGEST = 40


@dataclass(frozen=True)
class DutyChoice:
    """``view`` is a key of VIEWS. Of the teams: ``by`` (of ``teams.BY``), filters, ``sort`` (of SORTS, with "-" before
    it the most first). Of what calls for a visit: ``state`` (of ``musts.STATES``, '' all that waits), ``kind`` (of
    ``terms.MUST_VISITS``). ``page`` is of the list."""

    view: str = "leaders"
    by: str = "helper"
    filters: TeamFilters = NO_FILTERS
    sort: str = ""
    state: str = ""
    kind: str = ""
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        given = {
            "view": self.view if self.view != "leaders" else "",
            "by": self.by if self.by != "helper" else "",
            "team": str(TEAMS.index(filters.team) + 1) if filters.team else "",
            "unit": filters.unit,
            "unvisited": "1" if filters.unvisited else "",
            "sort": self.sort,
            "state": self.state,
            "kind": self.kind,
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def read_duty_choice(parameters: Mapping[str, str]) -> tuple[DutyChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    teams = numbered(TEAMS)
    team = reading.one_of("team", teams, UNKNOWN_FILTER)
    filters = TeamFilters(teams[team] if team else "", seen(reading.text("unit"))[:_LONGEST], reading.flag("unvisited"))
    sorts = (*SORTS, *(f"-{one}" for one in SORTS))
    choice = DutyChoice(
        view=reading.one_of("view", VIEWS, "没有“{asked}”这个页面，已显示区划负责人。") or "leaders",
        by=reading.one_of("by", BY, "没有“{asked}”这种排列，已按责任人列出。") or "helper",
        filters=filters,
        sort=reading.one_of("sort", sorts, UNKNOWN_SORT) or "",
        state=reading.one_of("state", STATES, UNKNOWN_FILTER) or "",
        kind=reading.one_of("kind", MUST_VISITS, UNKNOWN_FILTER) or "",
        page=reading.page(),
    )
    return choice, reading.problems


def duty_link(screen: Screen, choice: DutyChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of 帮扶责任 with ``changes`` of the choice; another order, filter or view starts at page 1."""
    place = {} if region is None else {"region": region}
    return screen.link(DUTY, **place, **replace(choice, **{"page": 1, **changes}).parameters())


def person_link(screen: Screen, person: int) -> str:
    """The page of one who answers for something."""
    return screen.link(DUTY, person=person)
