"""两不愁三保障和饮水安全 in short, for many cards at once: the same judgement as on the household's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.cards.record import IncomeCard
from data.households.lights import AT_RISK, Check, judged
from data.store.batches import batches
from data.store.rows import Record

AT_ONCE = 500  # households of one round of statements
_MEMBERS = ["name", "born", "schooling", "medical_insured", "health"]
_CHECKS = ["item", "checked", "secure", "evidence"]
_NO_MEASURES = pd.DataFrame(columns=["category", "running", "name"])
_SQL = {
    "facts": "SELECT id, housing_safe, water_safe FROM household WHERE id IN :households",
    "members": f"SELECT household_id, {', '.join(_MEMBERS)} FROM member WHERE household_id IN :households",
    "checks": f"SELECT household_id, {', '.join(_CHECKS)} FROM assurance WHERE household_id IN :households",
}

_Values = tuple[Any, ...]  # of the columns that _SQL names
Lights = list[tuple[str, str, bool]]
"""Name, state and whether it gives no cause to act (so does what nobody checked), of each of the six."""


@dataclass(frozen=True)
class _NoIncome:
    """Evidence, of which a card has no room."""

    per_head: None = None
    line: None = None


@dataclass(frozen=True)
class _Records:
    """What of a file the six are judged by."""

    facts: Record
    members: pd.DataFrame
    measures: pd.DataFrame
    income: _NoIncome


def card_lights(connection: Connection, cards: Sequence[IncomeCard]) -> list[Lights]:
    """The six of each card, in order, on the card's own day; who was given the cards may see them."""
    found: list[Lights] = []
    for some in batches(cards, AT_ONCE):
        rows = {name: _rows(connection, name, some) for name in _SQL}
        found += [_lights(card, {name: held.get(card.household, []) for name, held in rows.items()}) for card in some]
    return found


def _rows(connection: Connection, name: str, cards: Sequence[IncomeCard]) -> dict[int, list[_Values]]:
    asked = text(_SQL[name]).bindparams(bindparam("households", expanding=True))
    found: dict[int, list[_Values]] = {}
    for household, *rest in connection.execute(asked, {"households": [card.household for card in cards]}):
        found.setdefault(household, []).append(tuple(rest))
    return found


def _lights(card: IncomeCard, rows: dict[str, list[_Values]]) -> Lights:
    (housing, water), *_ = rows["facts"]
    members = pd.DataFrame(rows["members"], columns=_MEMBERS, dtype=object)
    facts = {"as_of": card.as_of, "housing_safe": housing, "water_safe": water}
    file = _Records(facts, members.assign(as_of=card.as_of), _NO_MEASURES, _NoIncome())
    checks = [Check(*row) for row in rows["checks"]]
    return [(light.name, light.state, light.state != AT_RISK) for light in judged(file, checks)]
