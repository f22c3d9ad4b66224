"""What the page of funds is set to: read from the address, where every value is looked up, and written into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.screen import Screen
from components.shell.site import FUNDS
from data.funds.region import NO_FILTERS, SORTS, FundFilters
from data.terms import FUND_SOURCES

DEFAULT_SORT = "late"
_PROJECTS = {"with": True, "without": False}
_LONGEST = 40


@dataclass(frozen=True)
class FundChoice:
    """``year`` of the funds; ``filters`` and ``sort`` (a key of SORTS) and ``page`` (from 1) are the list's."""

    year: int
    filters: FundFilters = NO_FILTERS
    sort: str = DEFAULT_SORT
    page: int = 1

    def parameters(self, own_year: int) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        project = next((word for word, value in _PROJECTS.items() if value is filters.with_project), None)
        given = {
            "year": str(self.year) if self.year != own_year else None,
            "source": filters.source,
            "late": "1" if filters.late else None,
            "project": project,
            "words": filters.words,
            "sort": self.sort if self.sort != DEFAULT_SORT else None,
            "page": str(self.page) if self.page > 1 else None,
        }
        return {name: value for name, value in given.items() if value}


def read_choice(
    parameters: Mapping[str, str], *, years: Sequence[int], own_year: int, problems: list[str]
) -> FundChoice:
    """The choice of an address; ``years`` are those with funds, ``own_year`` that of the month.

    What means nothing is replaced by the default, and a sentence about it added to ``problems``.
    """
    return FundChoice(
        year=_year(parameters.get("year"), years, own_year, problems),
        filters=FundFilters(
            source=_one_of(parameters.get("source"), FUND_SOURCES, "资金来源", problems) or "",
            late=_one_of(parameters.get("late"), ("1",), "滞后筛选", problems) is not None,
            with_project=_PROJECTS.get(_one_of(parameters.get("project"), _PROJECTS, "项目筛选", problems)),
            words=parameters.get("words", "").strip()[:_LONGEST],
        ),
        sort=_one_of(parameters.get("sort"), SORTS, "排序方式", problems) or DEFAULT_SORT,
        page=_page(parameters.get("page"), problems),
    )


def _year(asked: str | None, years: Sequence[int], own_year: int, problems: list[str]) -> int:
    if asked is None:
        return own_year
    known = {str(year): year for year in (*years, own_year)}
    if asked not in known:
        problems.append(f"没有“{asked[:10]}”年度的资金，已显示{own_year}年度。")
    return known.get(asked, own_year)


def _one_of(asked: str | None, known, noun: str, problems: list[str]) -> str | None:
    if asked is None or asked in known:
        return asked
    problems.append(f"地址中的{noun}“{asked[:20]}”不存在，已忽略。")
    return None


def _page(asked: str | None, problems: list[str]) -> int:
    if asked is None:
        return 1
    if asked.isascii() and asked.isdigit() and len(asked) <= 6 and int(asked):
        return int(asked)
    problems.append(f"名单没有第“{asked[:10]}”页，已显示第 1 页。")
    return 1


def fund_url(screen: Screen, code: str, region: str | None = None) -> str | None:
    """The page of one fund; one of a ``region`` above the viewer's own is named, and not to be opened by him."""
    return screen.link(FUNDS, fund=code) if region is None or screen.viewer.may_see(region) else None


def funds_link(screen: Screen, choice: FundChoice, *, region: str | None = None, **changes) -> str:
    """The address of the page with ``changes`` of the choice; another order or filter starts at page 1."""
    changed = replace(choice, **{"page": 1, **changes})
    place = {} if region is None else {"region": region}
    return screen.link(FUNDS, **place, **changed.parameters(screen.month // 12))
