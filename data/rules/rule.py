"""What a rule is, and what its SQL is given."""

import dataclasses
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from data.months import last_day, month_of
from data.settings import SETTINGS, values
from data.terms import LIFTED, UNLIFTED

HARD, DOUBT, HINT = "hard", "doubt", "hint"
KINDS = {HARD: "错误", DOUBT: "疑点", HINT: "缺项"}
"""Classes of rules: what cannot be, what is to be explained, what is missing or should be looked at."""


@dataclasses.dataclass(frozen=True)
class Parameters:
    """The day that rules are asked of (ISO), and the settings in force."""

    today: str
    settings: Mapping[str, str]

    @property
    def end(self) -> str:
        """The last day of the month: on it ages are told."""
        return last_day(month_of(self.today))

    def number(self, name: str) -> int:
        """A setting that is a number."""
        return int(self.settings[name])

    def low(self, name: str) -> int:
        """The lower end of a setting that is a span, ``6-14``."""
        return int(self.settings[name].partition("-")[0])

    def high(self, name: str) -> int:
        """Its upper end, which still belongs to it."""
        return int(self.settings[name].partition("-")[2])

    def turned(self, years: int) -> str:
        """SQL of a day: who was born on it or before has reached so many years at the month's end."""
        return f"'{int(self.end[:4]) - years:04d}{self.end[4:]}'"

    def months_ago(self, months: int) -> str:
        """SQL of the last day on which what is so many months old today began: on the last day of a month also what
        began on the days that this month lacks."""
        before = last_day(month_of(self.today) - months)
        return f"'{before if self.today == self.end else min(before, before[:8] + self.today[8:])}'"

    @property
    def day(self) -> str:
        """SQL of today."""
        return f"'{self.today}'"


def parameters(connection: Connection, today: str) -> Parameters:
    """What rules are given today."""
    return Parameters(today, values(connection))


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule about what people wrote.

    ``kind``: HARD, DOUBT or HINT. ``record``, ``field``: the table and column that are marked. ``definition``: in
    officials' words, ``{name}`` where a parameter stands, ``{name_low}`` and ``{name_high}`` the ends of a span.
    ``sql``: SELECT of key (text; ':' between the parts of one that has several), household_id (NULL: of no household)
    and village (the region, where it is of none), over what ``data.rules.parts`` lays out; each key once.
    ``parameters``: name → setting. ``version`` grows with its meaning.
    """

    id: str
    label: str
    kind: str
    record: str
    field: str
    definition: str
    sql: Callable[[Parameters], str]
    parameters: Mapping[str, str] = dataclasses.field(default_factory=dict)
    version: int = 1

    def told(self, settings: Mapping[str, str]) -> str:
        """The definition with its parameters filled in; ``settings``: name → value in force."""
        words: dict[str, str] = {}
        for name, held in self.parameters.items():
            first, _, last = settings[held].partition("-")
            words |= {name: f"{first}至{last}" if last else first, f"{name}_low": first, f"{name}_high": last}
        return self.definition.format(**words)

    def stands(self, settings: Mapping[str, str]) -> dict[str, object]:
        """Its version and parameters, as a run keeps them."""
        return {"version": self.version, **{held: settings[held] for held in self.parameters.values()}}


Where = Callable[[Parameters], str]


def named(*names: str) -> dict[str, str]:
    """Parameters that are called as their settings are; raises KeyError for one that is no setting."""
    return {name: SETTINGS[name].name for name in names}


HELPED = f"(h.watch > 0 OR h.base IN ({UNLIFTED}, {LIFTED}))"
"""Condition: the household ``h`` is 未脱贫, 脱贫 or watched."""


def listed(words: tuple[str, ...]) -> str:
    """SQL of a list of words."""
    return f"({', '.join(repr(word) for word in words)})"


def members(where: str) -> str:
    """Of members ``p`` (``rule_member``) for whom the condition holds."""
    return f"SELECT p.code AS key, p.household_id, p.village FROM rule_member p WHERE {where}"


def households(where: str) -> str:
    """Of households ``h`` (``rule_household``)."""
    return f"SELECT CAST(h.id AS TEXT) AS key, h.id AS household_id, h.village FROM rule_household h WHERE {where}"


def watched(where: str) -> str:
    """Of open episodes ``e`` and their households ``h``."""
    return _episodes(f"h.episode = e.code AND {where}")


def removed(where: str) -> str:
    """Of the last episode ``e`` of households ``h`` that are not watched any more."""
    return _episodes(f"h.ended = e.code AND {where}")


def _episodes(where: str) -> str:
    return (
        "SELECT e.code AS key, h.id AS household_id, h.village FROM rule_household h"
        f" JOIN episode e ON e.household_id = h.id WHERE {where}"
    )


def risk(word: str) -> str:
    """Condition: the episode ``e`` names this risk."""
    return f"('、' || COALESCE(e.risks, '') || '、') LIKE '%、{word}、%'"


def some_member(where: str) -> str:
    """Condition: a member ``p`` of the household ``h`` meets another."""
    return f"EXISTS (SELECT 1 FROM rule_member p WHERE p.household_id = h.id AND {where})"
