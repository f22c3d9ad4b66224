"""SQL of dated values: what was known of a household or a member on a day, and from when to when.

Rows of 保障核实 and 成员状况 say all of an item; where there are none, its column does, from the day on that it was
collected. Before the first known day a value is unknown.
"""

from sqlalchemy import Integer

from data.model import member
from data.terms import MEMBER_FACTS

COLUMN_OF = {"housing": "housing_safe", "water": "water_safe"}
"""Assurances that a household has a column of as well."""


def checks(item: str, here: str) -> str:
    """SQL of the checks of an assurance of households whose ids ``here`` (a condition on ``{0}``) picks: household_id,
    since, until, secure."""
    column = COLUMN_OF.get(item)
    held = (
        f"SELECT household_id, checked, secure FROM assurance WHERE item = '{item}' AND {here.format('household_id')}"
    )
    if column:
        without = f"NOT EXISTS (SELECT 1 FROM assurance e WHERE e.household_id = h.id AND e.item = '{item}')"
        held += (
            f" UNION ALL SELECT h.id, COALESCE(h.collected, ''), h.{column} FROM household h"
            f" WHERE h.{column} IS NOT NULL AND {here.format('h.id')} AND {without}"
        )
    return (
        "SELECT a.household_id, a.checked AS since, LEAD(a.checked) OVER (PARTITION BY a.household_id"
        f" ORDER BY a.checked) AS until, a.secure FROM ({held}) a"
    )


def check_on(item: str, day: str) -> str:
    """SQL of what was known of an assurance of household ``h`` on a day: a key of ``terms.VERDICTS`` or NULL."""
    held = f"FROM assurance e WHERE e.household_id = h.id AND e.item = '{item}'"
    checked = f"(SELECT e.secure {held} AND e.checked <= {day} ORDER BY e.checked DESC LIMIT 1)"
    column = COLUMN_OF.get(item)
    if column is None:
        return checked
    return (
        f"CASE WHEN EXISTS (SELECT 1 {held}) THEN {checked} WHEN COALESCE(h.collected, '') <= {day} THEN h.{column} END"
    )


def facts(item: str, here: str, value: str = "1 = 1") -> str:
    """SQL of a dated value of members whose household ``here`` (a condition on ``{0}``) picks, now or once: member,
    since, until, value; only values for which the condition ``value`` on ``{0}`` holds."""
    _known(item)
    picked = f"(SELECT w.member FROM member_spell w WHERE {here.format('w.household_id')})"
    return (
        "SELECT member, since, until, value FROM (SELECT e.member, e.day AS since,"
        " LEAD(e.day) OVER (PARTITION BY e.member"
        f" ORDER BY e.day) AS until, e.value FROM member_fact e WHERE e.item = '{item}'"
        f" AND e.member IN {picked}) x"
        f" WHERE {value.format('x.value')} UNION ALL"
        f" SELECT e.code, COALESCE(e.collected, ''), NULL, CAST(e.{item} AS TEXT) FROM member e"
        f" WHERE {value.format(f'CAST(e.{item} AS TEXT)')}"
        f" AND e.code IN {picked}"
        f" AND NOT EXISTS (SELECT 1 FROM member_fact f WHERE f.member = e.code AND f.item = '{item}')"
    )


def fact_on(item: str, day: str, alias: str = "p") -> str:
    """SQL of what was known of a dated value of the member ``alias`` on a day: a text, or NULL."""
    _known(item)
    held = f"FROM member_fact e WHERE e.member = {alias}.code AND e.item = '{item}'"
    return (
        f"CASE WHEN EXISTS (SELECT 1 {held})"
        f" THEN (SELECT e.value {held} AND e.day <= {day} ORDER BY e.day DESC LIMIT 1)"
        f" WHEN COALESCE({alias}.collected, '') <= {day} THEN CAST({alias}.{item} AS TEXT) END"
    )


def facts_on(*items: str, day: str = "m.as_of") -> str:
    """SQL of columns: dated values of the member ``p`` on a day, called and typed as the columns of ``member``."""
    return ", ".join(f"{_typed(item, fact_on(item, day))} AS {item}" for item in items)


def _typed(item: str, value: str) -> str:
    return f"CAST({value} AS INTEGER)" if isinstance(member.c[item].type, Integer) else value


def _known(item: str) -> None:
    if item not in MEMBER_FACTS:
        raise ValueError(f"no dated value of a member: {item}")
