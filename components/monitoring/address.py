"""What 监测帮扶 is set to: read from the address, where every value is looked up, and written into links.

Words that are searched for may be the name of a person: they are kept in the session and never stand in the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from components.shell.reading import UNKNOWN_FILTER, UNKNOWN_SORT, Reading
from components.shell.screen import Change, Screen
from components.shell.site import MONITORING
from data.audit.taken import BY_NAME
from data.monitoring.listing import EXIT_GROUPS, GROUPS, ITEM_GROUPS, SORTS, Filters
from data.terms import CASE_STATES, CLUE_SOURCES, HOUSEHOLD_STATES, RISKS
from data.text.signs import seen

VIEWS = {"board": "总体情况", "cases": "监测程序", "plans": "帮扶计划", "exits": "有序退出"}
KINDS = tuple(state.name for state in HOUSEHOLD_STATES if state.watched)
"""户类型 of the watched."""
WORDS = "monitoring_words"
_GROUPS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "cases": (GROUPS, "all"), "plans": (ITEM_GROUPS, "open"), "exits": (EXIT_GROUPS, "open"),
}  # fmt: skip
"""View → its groups, and which of them stands where the address asks for none."""
ALL = Filters()
_LONGEST = 40


@dataclass(frozen=True)
class MonitoringChoice:
    """``view`` of VIEWS. ``filters`` and ``sort`` (of SORTS) are the cases'; ``group`` is that of the plans or exits;
    ``page`` from 1."""

    view: str = "board"
    filters: Filters = ALL
    group: str = ""
    sort: str = "due"
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        filters = self.filters
        usual = _GROUPS[self.view][1] if self.view in _GROUPS else ""
        group = filters.group if self.view == "cases" else self.group
        given = {
            "view": self.view if self.view != "board" else "",
            "group": group if group != usual else "",
            "state": filters.state,
            "kind": filters.kind,
            "risk": filters.risk,
            "source": filters.source,
            "sort": self.sort if self.sort != "due" else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def read_choice(parameters: Mapping[str, str]) -> tuple[MonitoringChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    view = reading.one_of("view", VIEWS, "没有“{asked}”这一页，已显示总体情况。") or "board"
    if view not in _GROUPS:
        return MonitoringChoice(view), reading.problems
    groups, usual = _GROUPS[view]
    group = reading.one_of("group", groups, UNKNOWN_FILTER) or usual
    if view != "cases":
        return MonitoringChoice(view, group=group, page=reading.page()), reading.problems
    filters = Filters(
        group=group,
        state=reading.one_of("state", CASE_STATES, UNKNOWN_FILTER) or "",
        kind=reading.one_of("kind", KINDS, UNKNOWN_FILTER) or "",
        risk=reading.one_of("risk", RISKS, UNKNOWN_FILTER) or "",
        source=reading.one_of("source", CLUE_SOURCES, UNKNOWN_FILTER) or "",
        words=seen(str(st.session_state.get(WORDS, "")))[:_LONGEST],
    )
    sort = reading.one_of("sort", SORTS, UNKNOWN_SORT) or "due"
    return MonitoringChoice(view, filters, sort=sort, page=reading.page()), reading.problems


def monitoring_link(screen: Screen, choice: MonitoringChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the page with ``changes`` of the choice or of the cases' filters; another order, filter or view
    starts at page 1."""
    own = {name: value for name, value in changes.items() if name in Filters.__dataclass_fields__}
    if choice.view in ("plans", "exits") and "group" in own:
        changes["group"] = own.pop("group")
    rest = {name: value for name, value in changes.items() if name not in own}
    changed = replace(choice, **{"page": 1, "filters": replace(choice.filters, **own), **rest})
    return screen.link(MONITORING, **({} if region is None else {"region": region}), **changed.parameters())


def case_link(screen: Screen, id: int, region: str | None = None) -> str:
    """The address of one case."""
    return screen.link(MONITORING, **({} if region is None else {"region": region}), case=id)


def view_link(screen: Screen, view: str, *, region: str | None = None, **filters: str) -> str:
    """The address of a view as it stands where nothing else was chosen."""
    return monitoring_link(screen, MonitoringChoice(view), region=region, **filters)


def filter_words(filters: Filters) -> str:
    """What picks cases out, for who reads a list or the log; words searched for may be the name of a person."""
    told = (
        GROUPS[filters.group] if filters.group != "all" else "", CASE_STATES.get(filters.state, ""), filters.kind,
        filters.risk, CLUE_SOURCES.get(filters.source, ""), BY_NAME if filters.words else "",
    )  # fmt: skip
    return "、".join(filter(None, told))
