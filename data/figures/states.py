"""SQL of households and their members as they stand on a day: in which state, of which village, whether at all, who
belongs, and in which order states come. A day is SQL of an ISO date.
"""

from data.figures.courses import BEGINS, ENDS
from data.model.running import holds_on
from data.terms import STATE_NAMES


def standing(household: str = "h.id", day: str = "m.as_of", alias: str = "s") -> str:
    """What follows JOIN: the spell ``alias`` (village, base, watch, state) that a household is in on the day."""
    return f"state_spell {alias} ON {alias}.household_id = {household} AND {holds_on(alias, day)}"


def there_on(household: str = "h.id", day: str = "m.as_of") -> str:
    """Condition: on the day the household is not struck off, nor merged into another, nor still to be split from one.

    Of what is no more nothing stands in lists; its file says what became of it.
    """
    ended = f"e.kind IN ({', '.join(repr(kind) for kind in ENDS)}) AND e.day <= {day}"
    return (
        f"NOT EXISTS (SELECT 1 FROM household_event e WHERE e.household_id = {household}"
        f" AND ({ended} OR e.kind = '{BEGINS}' AND e.day > {day}))"
    )


def members_on(condition: str, day: str = "m.as_of") -> str:
    """What follows FROM, up to the end of WHERE: the members ``p`` whose belonging ``b`` on the day (to the household
    ``b.household_id``) meets the condition."""
    return f"member_spell b JOIN member p ON p.code = b.member WHERE {condition} AND {holds_on('b', day)}"


RELATION = "CASE WHEN p.household_id = b.household_id THEN p.relation ELSE '原成员' END AS relation"
"""Column of the same: to the head of the household that he is of now; of another there is no telling any more."""


def persons_on(household: str = "h.id", day: str = "m.as_of") -> str:
    """How many members a household has on the day."""
    return f"(SELECT COUNT(*) FROM member_spell b WHERE b.household_id = {household} AND {holds_on('b', day)})"


def urgency(state: str) -> str:
    """SQL that sorts states, the most urgent first."""
    return f"CASE {state} {' '.join(f'WHEN {number} THEN {place}' for place, number in enumerate(STATE_NAMES))} END"
