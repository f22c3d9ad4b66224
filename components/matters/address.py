"""What 督办整改 is set to: read from the address, where every value is looked up, and written into links.

Words that are searched for may be the name of a person: they are kept in the session and never stand in the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from components.shell.reading import UNKNOWN_FILTER, UNKNOWN_SORT, Reading
from components.shell.screen import Change, Screen
from components.shell.site import PROBLEMS
from data.audit.taken import BY_NAME
from data.matters.clocks import LEVELS
from data.matters.region import GROUPS, SORTS, Filters
from data.matters.states import REGISTERS
from data.terms import LEVELS as LEVEL_WORDS
from data.text.signs import seen

RECORDS = {"problem": "问题", "task": "任务"}
VIEWS = {"list": "清单", "place": "按区划", "owner": "按责任人", "gantt": "倒排工期", "matrix": "一览表"}
OF_TASKS = ("gantt", "matrix")
BATCHES = {
    "problem": {"urge": "open", "assign": "open", "grant": "asked", "close": "waiting"},
    "task": {"urge": "open", "assign": "open", "grant": "asked", "accept": "waiting"},
}
"""Record → what can be done to many at once → the group that it is done to, where the address asks for no other."""
OPEN = Filters()
OPEN = Filters()
WORDS = "matter_words"
_LONGEST = 40


@dataclass(frozen=True)
class MatterChoice:
    """``record``: problem or task; ``view`` of VIEWS; ``filters``, ``sort`` (of SORTS) and ``page`` (from 1) are the
    list's; ``act``: of BATCHES, what is being done to many."""

    record: str = "problem"
    view: str = "list"
    filters: Filters = OPEN
    sort: str = "deadline"
    page: int = 1
    act: str = ""

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        given = {
            "kind": self.record,
            "view": self.view if self.view != "list" else "",
            "group": filters.group if filters.group != "open" else "",
            "source": filters.source,
            "title": filters.title,
            "owner": str(filters.owner or ""),
            "household": str(filters.household or ""),
            "project": filters.project,
            "level": str(filters.level or ""),
            "sort": self.sort if self.sort != "deadline" else "",
            "page": str(self.page) if self.page > 1 else "",
            "act": self.act,
        }
        return {name: value for name, value in given.items() if value}


def read_choice(parameters: Mapping[str, str]) -> tuple[MatterChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    record = reading.one_of("kind", RECORDS, "没有“{asked}”这一类，已显示问题。") or "problem"
    views = [view for view in VIEWS if record == "task" or view not in OF_TASKS]
    act = reading.one_of("act", BATCHES[record], "没有“{asked}”这种批量办理，已显示清单。") or ""
    group = BATCHES[record].get(act, "open")
    levels = {str(level): level for level in LEVELS}
    choice = MatterChoice(
        record=record,
        view=reading.one_of("view", views, "没有“{asked}”这种看法，已显示清单。") or "list",
        filters=Filters(
            group=reading.one_of("group", GROUPS, UNKNOWN_FILTER) or group,
            words=seen(str(st.session_state.get(WORDS, "")))[:_LONGEST],
            source=seen(reading.text("source"))[:_LONGEST],
            title=seen(reading.text("title"))[:100],
            owner=reading.number("owner", UNKNOWN_FILTER),
            household=reading.number("household", UNKNOWN_FILTER),
            project=seen(reading.text("project"))[:_LONGEST],
            level=levels.get(reading.one_of("level", levels, UNKNOWN_FILTER) or ""),
        ),
        sort=reading.one_of("sort", SORTS, UNKNOWN_SORT) or "deadline",
        page=reading.page(),
        act=act,
    )
    return choice, reading.problems


def matters_link(screen: Screen, choice: MatterChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the page with ``changes`` of the choice or of its filters; another order, filter or view starts
    at page 1."""
    own = {name: value for name, value in changes.items() if name in Filters.__dataclass_fields__}
    rest = {name: value for name, value in changes.items() if name not in own}
    changed = replace(choice, **{"page": 1, "filters": replace(choice.filters, **own), **rest})
    return screen.link(PROBLEMS, **({} if region is None else {"region": region}), **changed.parameters())


def matter_link(screen: Screen, record: str, code: str, region: str | None = None) -> str:
    """The address of one problem or task."""
    return screen.link(PROBLEMS, **({} if region is None else {"region": region}), kind=record, code=code)


def filter_words(record: str, filters: Filters) -> str:
    """What picks them out, for who reads a list or the log; words searched for may be the name of a person."""
    flags = {
        GROUPS[filters.group]: filters.group != "all",
        filters.source: filters.source,
        filters.title: filters.title,
        "一名责任人": filters.owner,
        "一户": filters.household,
        f"项目 {filters.project}": filters.project,
        f"升到{LEVEL_WORDS.get(filters.level or 0, '')}": filters.level,
        BY_NAME: filters.words,
    }
    return "、".join(word for word, on in flags.items() if on)


def word_of(record: str, action: str) -> str:
    """An action in words."""
    return REGISTERS[record].way.actions[action]
