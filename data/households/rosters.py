"""Since when it is known who belongs to a household: before it, those that are recorded now are taken."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, text

from data.model import data_version

ESTIMATED = "按现有成员推算"
_FIRST = """
    SELECT household_id, MIN(day) FROM (
        SELECT household_id, CASE WHEN joined < collected THEN joined ELSE COALESCE(collected, joined) END AS day
        FROM member WHERE household_id IN :ids
        UNION ALL SELECT household_id, gone FROM member WHERE household_id IN :ids
        UNION ALL SELECT household_id, day FROM member_event WHERE household_id IN :ids) q
    WHERE day IS NOT NULL GROUP BY household_id"""


def estimated(connection: Connection, households: Iterable[int], day: str) -> set[int]:
    """Those of the households whose roster of a day (ISO) before today is that of now: nobody was recorded, had joined
    or had gone by then."""
    households = list(households)
    if day >= (connection.execute(select(data_version.c.built)).scalar() or ""):
        return set()
    asked = text(_FIRST).bindparams(bindparam("ids", expanding=True))
    first = dict(connection.execute(asked, {"ids": households}).all())
    return {id for id in households if first.get(id, "9") > day}
