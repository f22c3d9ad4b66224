"""What the battle map is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.address import read_indicator
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP
from data.errors import NotFound
from data.figures.indicators import INDICATORS, Indicator
from data.households.village import NO_FILTERS, SORTS, Filters
from data.months import label, month_of
from data.regions.outlines import LEVELS
from data.regions.tree import Status
from data.terms import CAUSES, STATE_NAMES

DEFAULT = "net_income_per_capita"
REGION_SORTS = ("rank", "name", "value", "numerator", "denominator", "distance", "beside", "step")
LEVEL_WORDS = {length: word for word, length in LEVELS.items()}
_FLAGS = {"below": "below_line", "unvisited": "unvisited", "problem": "with_problem"}


@dataclass(frozen=True)
class MapChoice:
    """``level``: length of the codes shown, None the direct children. Beside it stands ``other`` (an indicator) or
    ``other_month`` (of the same indicator), or neither. ``sort`` and ``page`` (from 1) are the table's: a key of
    households.SORTS or of REGION_SORTS, with "-" before it the other way round; '' puts the worst on top. ``filters``
    and ``household`` (the one to point out) are a village's."""

    indicator: Indicator
    level: int | None = None
    other: Indicator | None = None
    other_month: int | None = None
    filters: Filters = NO_FILTERS
    sort: str = ""
    page: int = 1
    household: int | None = None

    @property
    def compares(self) -> bool:
        """Whether there are two maps."""
        return self.other is not None or self.other_month is not None

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        with_what = self.other.id if self.other else label(self.other_month) if self.other_month else None
        given = {
            "indicator": self.indicator.id,
            "level": LEVEL_WORDS.get(self.level),
            "with": with_what,
            "state": "-".join(map(str, self.filters.states)),
            "cause": "-".join(str(CAUSES.index(cause) + 1) for cause in self.filters.causes),
            **{name: "1" if getattr(self.filters, field) else None for name, field in _FLAGS.items()},
            "sort": self.sort,
            "page": None if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in given.items() if value}


def read_choice(
    parameters: Mapping[str, str], *, levels: Sequence[int], status: Status, month: int, problems: list[str]
) -> MapChoice:
    """The choice of an address; ``levels`` are the lengths of codes that there are below its region.

    What means nothing is replaced by the default, and a sentence about it added to ``problems``.
    """
    indicator = INDICATORS[read_indicator(parameters.get("indicator"), DEFAULT, problems)]
    other, other_month = _other(parameters.get("with"), indicator, status, month, problems)
    sort = parameters.get("sort", "")
    return MapChoice(
        indicator=indicator,
        level=_level(parameters.get("level"), levels),
        other=other,
        other_month=other_month,
        filters=_filters(parameters, problems),
        sort=sort if sort.removeprefix("-") in {*SORTS, *REGION_SORTS} else "",
        page=_whole(parameters.get("page")) or 1,
        household=_whole(parameters.get("household")),
    )


def _level(asked: str | None, levels: Sequence[int]) -> int | None:
    """The level of the address where this region has it; another region may, so that nothing is said of it."""
    length = LEVELS.get(asked or "")
    return length if length in levels[1:] else None


def _other(
    asked: str | None, indicator: Indicator, status: Status, month: int, problems: list[str]
) -> tuple[Indicator | None, int | None]:
    if asked is None:
        return None, None
    if asked in INDICATORS:
        return (INDICATORS[asked] if asked != indicator.id else None), None
    try:
        other = month_of(asked)
    except NotFound:
        other = None
    if other is None or not status.first_month <= other <= status.last_month or asked != label(other):
        problems.append(f"没有“{asked[:30]}”可供对比，已按不对比显示。")
        return None, None
    return None, other if other != month else None


def _filters(parameters: Mapping[str, str], problems: list[str]) -> Filters:
    states = [number for number in _numbers(parameters.get("state")) if number in STATE_NAMES]
    causes = [CAUSES[number - 1] for number in _numbers(parameters.get("cause")) if 1 <= number <= len(CAUSES)]
    for name, known in (("state", states), ("cause", causes)):
        asked = parameters.get(name, "")
        if asked and len(known) < len(asked.split("-")):
            problems.append(f"筛选条件“{name}={asked[:20]}”无法识别，已忽略。")
    flags = {field: parameters.get(name) == "1" for name, field in _FLAGS.items()}
    return Filters(tuple(dict.fromkeys(states)), tuple(dict.fromkeys(causes)), **flags)


def _numbers(text: str | None) -> list[int]:
    return [number for part in (text or "").split("-") if (number := _whole(part)) is not None]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None


def map_link(screen: Screen, choice: MapChoice, *, region: str | None = None, **changes) -> str:
    """The address of the battle map with ``changes`` of the choice; another order or filter starts at page 1."""
    changed = replace(choice, **{"page": 1, **changes})
    place = {} if region is None else {"region": region}
    return screen.link(BATTLE_MAP, **place, **changed.parameters())
