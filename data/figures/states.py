"""SQL of households and their members as they stand on a day: in which state, of which village, whether at all, who
belongs, and in which order states come. A day is SQL of an ISO date.
"""

from data.figures.courses import BEGINS, ENDS
from data.model.running import holds_on
from data.terms import HEADS, STATE_NAMES

_HEADS = ", ".join(f"'{word}'" for word in HEADS)


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


def relation_on(day: str = "m.as_of") -> str:
    """What the member ``p`` was to the head of ``b.household_id`` on the day: by his rows of 成员状况, before the first
    of them as that says; without any, to the head of the household that he is of now, of another 原成员."""
    rows = "SELECT r.value FROM member_fact r WHERE r.member = p.code AND r.item = 'relation'"
    return (
        f"COALESCE(({rows} AND r.day <= {day} ORDER BY r.day DESC LIMIT 1), ({rows} ORDER BY r.day LIMIT 1),"
        " CASE WHEN p.household_id = b.household_id THEN p.relation ELSE '原成员' END)"
    )


def head_first(day: str = "m.as_of") -> str:
    """SQL that sorts the head of the day before the others."""
    return f"CASE WHEN {relation_on(day)} IN ({_HEADS}) THEN 0 ELSE 1 END"


def head_on(day: str = "m.as_of") -> str:
    """The name of the head of household ``h`` on the day: today's, unless 成员状况 tells that what members are to the
    head has changed and who he was then."""
    told = (
        "SELECT 1 FROM member_spell b JOIN member_fact r ON r.member = b.member AND r.item = 'relation'"
        " WHERE b.household_id = h.id"
    )
    is_head = f"b.household_id = h.id AND {relation_on(day)} IN ({_HEADS})"
    then = f"SELECT MIN(p.name) FROM {members_on(is_head, day)}"
    return f"(CASE WHEN EXISTS ({told}) THEN COALESCE(({then}), h.head) ELSE h.head END)"


def persons_on(household: str = "h.id", day: str = "m.as_of") -> str:
    """How many members a household has on the day."""
    return f"(SELECT COUNT(*) FROM member_spell b WHERE b.household_id = {household} AND {holds_on('b', day)})"


def urgency(state: str) -> str:
    """SQL that sorts states, the most urgent first."""
    return f"CASE {state} {' '.join(f'WHEN {number} THEN {place}' for place, number in enumerate(STATE_NAMES))} END"
