"""Since when it is known who belongs to a household: before it, those that are recorded now are taken."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, text

ESTIMATED = "按现有成员推算"
_ESTIMATED = """
    SELECT h.id FROM household h CROSS JOIN data_version d WHERE h.id IN :ids AND :day < d.built
    AND NOT EXISTS (SELECT 1 FROM member p WHERE p.household_id = h.id
        AND (p.collected <= :day OR p.joined <= :day OR p.gone <= :day))
    AND NOT EXISTS (SELECT 1 FROM member_event e WHERE e.household_id = h.id AND e.day <= :day)"""


def estimated(connection: Connection, households: Iterable[int], day: str) -> set[int]:
    """Those of the households whose members of a day (ISO) before today are those of now: nobody had been recorded,
    had joined or had gone by then."""
    asked = text(_ESTIMATED).bindparams(bindparam("ids", expanding=True))
    return set(connection.execute(asked, {"ids": list(households), "day": day}).scalars())
