"""What the page of funds is set to: read from the address, where every value is looked up, and written into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, UNKNOWN_SORT, Reading
from components.shell.screen import Change, Screen
from components.shell.site import FUNDS
from data.access.roles import PROJECTS, READ
from data.audit.taken import BY_NAME
from data.funds.region import NO_FILTERS, SORTS, FundFilters
from data.terms import FUND_SOURCES
from data.text.signs import seen

DEFAULT_SORT = "late"
_PROJECTS = {"with": True, "without": False}
_LONGEST = 40


@dataclass(frozen=True)
class FundChoice:
    """``year`` of the funds, ``usual`` the one that an address without any means; ``filters`` and ``sort`` (a key of
    SORTS) and ``page`` (from 1) are the list's."""

    year: int
    usual: int
    filters: FundFilters = NO_FILTERS
    sort: str = DEFAULT_SORT
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        project = next((word for word, value in _PROJECTS.items() if value is filters.with_project), None)
        given = {
            "year": str(self.year) if self.year != self.usual else None,
            "source": filters.source,
            "late": "1" if filters.late else None,
            "project": project,
            "words": filters.words,
            "sort": self.sort if self.sort != DEFAULT_SORT else None,
            "page": str(self.page) if self.page > 1 else None,
        }
        return {name: value for name, value in given.items() if value}


def read_choice(parameters: Mapping[str, str], *, years: Sequence[int], own_year: int) -> tuple[FundChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default; ``years``
    are those with funds, ``own_year`` that of the month.

    Without a year it is the month's own, or, as long as nothing is arranged for that, the last one with funds.
    """
    reading = Reading(parameters)
    known = {str(year): year for year in (*years, own_year)}
    usual = own_year if own_year in years else max(years, default=own_year)
    year = reading.one_of("year", known, f"没有“{{asked}}”年度的资金，已显示{usual}年度。")
    choice = FundChoice(
        year=known.get(year or "", usual),
        usual=usual,
        filters=FundFilters(
            source=reading.one_of("source", FUND_SOURCES, UNKNOWN_FILTER) or "",
            late=reading.one_of("late", ("1",), UNKNOWN_FILTER) is not None,
            with_project=_PROJECTS.get(reading.one_of("project", _PROJECTS, UNKNOWN_FILTER) or ""),
            words=seen(reading.text("words"))[:_LONGEST],
        ),
        sort=reading.one_of("sort", SORTS, UNKNOWN_SORT) or DEFAULT_SORT,
        page=reading.page(),
    )
    return choice, reading.problems


def filter_words(filters: FundFilters) -> str:
    """What picks the funds out, for who reads a list or the log; words searched for may be the name of a person."""
    flags = {
        f"{filters.source}级资金": filters.source,
        "只看滞后": filters.late,
        "有项目": filters.with_project is True,
        "没有项目": filters.with_project is False,
        BY_NAME: filters.words,
    }
    return "、".join(word for word, on in flags.items() if on)


def fund_url(screen: Screen, code: str, region: str | None = None) -> str | None:
    """The page of one fund; one of a ``region`` above the viewer's own is named, and not to be opened by him."""
    seen = region is None or (screen.viewer.may(READ, PROJECTS) and screen.viewer.may_see(region))
    return screen.link(FUNDS, fund=code) if seen else None


def funds_link(screen: Screen, choice: FundChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the page with ``changes`` of the choice; another order or filter starts at page 1."""
    changed = replace(choice, **{"page": 1, **changes})
    place = {} if region is None else {"region": region}
    return screen.link(FUNDS, **place, **changed.parameters())
