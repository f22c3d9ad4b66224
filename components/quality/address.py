"""What 数据治理 is set to: read from the address, where every value is looked up, and written into links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from components.shell.reading import UNKNOWN_FILTER, UNKNOWN_SORT, Reading
from components.shell.screen import Change, Screen
from components.shell.site import QUALITY
from data.quality import listing, waivers
from data.rules.registry import RULES
from data.rules.rule import KINDS

VIEWS = {"rules": "规则", "regions": "规则和区划", "score": "得分", "waivers": "豁免", "rounds": "清理轮次"}
FLAGGED = "flagged"
FILTERS = {**KINDS, FLAGGED: "需核对的规则"}
SORTS = ("hits", "new", "mended", "waived", "mean_days", "oldest", "rule")
"""Columns by which the rules may stand, the first of them without being asked."""


@dataclass(frozen=True)
class QualityChoice:
    """``view`` of VIEWS; ``kind`` of FILTERS, '' all; ``sort`` of SORTS; ``rule``: whose named list is open, '' none,
    with ``group`` of ``listing.GROUPS`` and ``send``, whether its tasks are being handed out; ``of`` of
    ``waivers.GROUPS``, ``waiver`` and ``round``: which one is open; ``page`` from 1."""

    view: str = "rules"
    kind: str = ""
    sort: str = "hits"
    rule: str = ""
    group: str = "open"
    send: bool = False
    of: str = waivers.ASKED
    waiver: int | None = None
    round: int | None = None
    page: int = 1

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        given = {
            "view": self.view if self.view != "rules" else "",
            "kind": self.kind,
            "sort": self.sort if self.sort != "hits" else "",
            "rule": self.rule,
            "group": self.group if self.group != "open" else "",
            "send": "1" if self.send else "",
            "of": self.of if self.of != waivers.ASKED else "",
            "waiver": str(self.waiver or ""),
            "round": str(self.round or ""),
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def read_choice(parameters: Mapping[str, str]) -> tuple[QualityChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is replaced by the default."""
    reading = Reading(parameters)
    choice = QualityChoice(
        view=reading.one_of("view", VIEWS, "没有“{asked}”这种看法，已显示规则。") or "rules",
        kind=reading.one_of("kind", FILTERS, UNKNOWN_FILTER) or "",
        sort=reading.one_of("sort", SORTS, UNKNOWN_SORT) or "hits",
        rule=reading.one_of("rule", RULES, "没有编号为“{asked}”的规则，已显示全部规则。") or "",
        group=reading.one_of("group", listing.GROUPS, UNKNOWN_FILTER) or "open",
        send=reading.one_of("send", ("1",), UNKNOWN_FILTER) == "1",
        of=reading.one_of("of", waivers.GROUPS, UNKNOWN_FILTER) or waivers.ASKED,
        waiver=reading.number("waiver", UNKNOWN_FILTER),
        round=reading.number("round", UNKNOWN_FILTER),
        page=reading.page(),
    )
    return choice, reading.problems


def quality_link(screen: Screen, choice: QualityChoice, *, region: str | None = None, **changes: Change) -> str:
    """The address of the page with ``changes`` of the choice; another view, list or filter starts at page 1."""
    changed = replace(choice, **{"page": 1, **changes})
    return screen.link(QUALITY, **({} if region is None else {"region": region}), **changed.parameters())


def rule_link(screen: Screen, rule: str, *, region: str | None = None, group: str = "open") -> str:
    """The address of a rule's named list."""
    return quality_link(screen, QualityChoice(rule=rule, group=group), region=region)
