"""What the battle map is set to: read from the address, where every value is looked up, and written back into links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from components.shell.address import read_indicator
from components.shell.reading import UNKNOWN_FILTER, Reading, numbered
from components.shell.screen import Change, Screen
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
            "level": LEVEL_WORDS.get(self.level or 0),
            "with": with_what,
            "state": "-".join(map(str, self.filters.states)),
            "cause": "-".join(str(CAUSES.index(cause) + 1) for cause in self.filters.causes),
            **{name: "1" if getattr(self.filters, field) else None for name, field in _FLAGS.items()},
            "sort": self.sort,
            "page": None if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in given.items() if value}


def read_choice(
    parameters: Mapping[str, str], *, levels: Sequence[int], status: Status, month: Callable[[Indicator], int]
) -> tuple[MapChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default;
    ``levels`` are the lengths of codes that there are below its region, ``month`` where a figure stands."""
    reading = Reading(parameters)
    indicator = INDICATORS[read_indicator(reading) or DEFAULT]
    other, other_month = _other(reading, indicator, status, month(indicator))
    sort = reading.text("sort")
    choice = MapChoice(
        indicator=indicator,
        level=_level(reading.text("level"), levels),
        other=other,
        other_month=other_month,
        filters=_filters(reading),
        sort=sort if sort.removeprefix("-") in {*SORTS, *REGION_SORTS} else "",
        page=reading.page(),
        household=reading.number("household"),
    )
    return choice, reading.problems


def _level(asked: str, levels: Sequence[int]) -> int | None:
    """The level of the address where this region has it; another region may, so that nothing is said of it."""
    length = LEVELS.get(asked)
    return length if length in levels[1:] else None


def _other(reading: Reading, indicator: Indicator, status: Status, month: int) -> tuple[Indicator | None, int | None]:
    asked = reading.text("with")
    if not asked:
        return None, None
    if asked in INDICATORS:
        return (INDICATORS[asked] if asked != indicator.id else None), None
    try:
        other = month_of(asked)
    except NotFound:
        other = None
    if other is None or not status.first_month <= other <= status.last_month or asked != label(other):
        reading.mistaken(asked, "没有“{asked}”可供对比，已按不对比显示。")
        return None, None
    return None, other if other != month else None


def _filters(reading: Reading) -> Filters:
    states = reading.several("state", {str(state): state for state in STATE_NAMES}, UNKNOWN_FILTER)
    causes = reading.several("cause", numbered(CAUSES), UNKNOWN_FILTER)
    flags: dict[str, Change] = {field: reading.flag(name) for name, field in _FLAGS.items()}
    return Filters(states, causes, **flags)


def filter_words(filters: Filters) -> str:
    """What picks the households out, for who reads a list or the log."""
    flags = {"低于监测线": filters.below_line, "本月未走访": filters.unvisited, "有未销号问题": filters.with_problem}
    states = [STATE_NAMES[state] for state in filters.states]
    return "、".join([*states, *filters.causes, *filters.attributes, *(word for word, on in flags.items() if on)])


def map_link(screen: Screen, choice: MapChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the battle map with ``changes`` of the choice; another order or filter starts at page 1."""
    changed = replace(choice, **{"page": 1, **changes})
    place = {} if region is None else {"region": region}
    return screen.link(BATTLE_MAP, **place, **changed.parameters())
