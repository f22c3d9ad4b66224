"""两不愁三保障和饮水安全 in short, for many cards at once: the same judgement as on the household's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.cards.record import IncomeCard
from data.figures.facts import check_on, facts_on
from data.figures.states import members_on
from data.households.lights import AT_RISK, Check, judged
from data.store.batches import batches
from data.store.rows import Record

AT_ONCE = 500  # households of one round of statements
_MEMBERS = ["name", "born", "schooling", "medical_insured", "health"]
_CHECKS = ["item", "checked", "secure", "evidence"]
_NO_MEASURES = pd.DataFrame(columns=["category", "running", "name"])
_SQL = {
    "facts": f"SELECT h.id, {check_on('housing', ':as_of')}, {check_on('water', ':as_of')} FROM household h"
    " WHERE h.id IN :households",
    "members": f"SELECT b.household_id, p.name, p.born, {facts_on(*_MEMBERS[2:], day=':as_of')}"
    f" FROM {members_on('b.household_id IN :households', ':as_of')}",
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
    days = [list(same) for _, same in groupby(cards, key=lambda card: card.as_of)]
    for some in (batch for same in days for batch in batches(same, AT_ONCE)):
        rows = {name: _rows(connection, name, some) for name in _SQL}
        found += [_lights(card, {name: held.get(card.household, []) for name, held in rows.items()}) for card in some]
    return found


def _rows(connection: Connection, name: str, cards: Sequence[IncomeCard]) -> dict[int, list[_Values]]:
    """Rows by household, on the day that all these cards are of."""
    asked = text(_SQL[name]).bindparams(bindparam("households", expanding=True))
    bound: dict[str, object] = {"households": [card.household for card in cards]}
    if ":as_of" in _SQL[name]:
        bound["as_of"] = cards[0].as_of
    found: dict[int, list[_Values]] = {}
    for household, *rest in connection.execute(asked, bound):
        found.setdefault(household, []).append(tuple(rest))
    return found


def _lights(card: IncomeCard, rows: dict[str, list[_Values]]) -> Lights:
    (housing, water), *_ = rows["facts"]
    members = pd.DataFrame(rows["members"], columns=_MEMBERS, dtype=object)
    facts = {"as_of": card.as_of, "housing_safe": housing, "water_safe": water}
    file = _Records(facts, members.assign(as_of=card.as_of), _NO_MEASURES, _NoIncome())
    checks = [Check(*row) for row in rows["checks"]]
    return [(light.name, light.state, light.state != AT_RISK) for light in judged(file, checks)]
