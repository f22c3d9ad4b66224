"""What was taken away, in words: as the log keeps it, and as who decides for the county reads it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import LOG, READ
from data.access.viewer import Viewer, within_sql
from data.audit.log import LONGEST_DETAIL

BY_NAME = "按姓名等搜索"
"""What stands in the log for words that were searched for: they may be a person's name."""
PAGE = 50
_TAKEN = """
    SELECT a.at, a.actor, a.address, a.view, a.detail
    FROM access_log a
    WHERE a.view IN ('export', 'print', 'card', 'archive', 'project_archive', 'plan')
        AND a.detail IS NOT NULL AND a.at >= :since AND (a.household_id IS NULL
        OR EXISTS (SELECT 1 FROM household h WHERE h.id = a.household_id AND {here}))
    GROUP BY a.at, a.actor, a.address, a.view, a.detail"""


@dataclass(frozen=True)
class Taken:
    """One thing that left: when, by whom (``Viewer.actor``), to which address, as what (a key of ``log.VIEWS``)."""

    at: str
    actor: str
    address: str
    view: str
    detail: str


def detail(what: str, *, place: str = "", filters: str = "", count: int, unit: str = "行") -> str:
    """``收入下降户名单 · 示范村 990181101201 · 筛选：因病 · 25 户``; where that is too long, the filters are cut.

    ``what`` and ``filters`` are words of ours: the names of lists and terms of the field, never a person's name.
    """
    begin, end = " · ".join(filter(None, (what, place))), f" · {count:,} {unit}"
    room = LONGEST_DETAIL - len(begin) - len(end) - len(" · 筛选：")
    if len(filters) > room:
        filters = f"{filters[: room - 1]}…"
    return begin + (f" · 筛选：{filters}" if filters else "") + end


@needs(READ, LOG)
def taken_since(
    connection: Connection, viewer: Viewer, since: str, *, offset: int = 0, limit: int = PAGE
) -> list[Taken]:
    """What left from a day (ISO) on, the newest first; a paper for many households is one.

    What concerns no single household counts everywhere.
    """
    sql, bound = _asked(viewer, since)
    ordered = f"{sql} ORDER BY a.at DESC, a.actor, a.detail LIMIT :limit OFFSET :offset"
    return [Taken(*row) for row in connection.execute(text(ordered), {**bound, "limit": limit, "offset": offset})]


@needs(READ, LOG)
def count_taken(connection: Connection, viewer: Viewer, since: str) -> int:
    """How many those are."""
    sql, bound = _asked(viewer, since)
    count: int = connection.execute(text(f"SELECT COUNT(*) FROM ({sql}) q"), bound).scalar_one()
    return count


def _asked(viewer: Viewer, since: str) -> tuple[str, dict[str, object]]:
    here, bound = within_sql("h.village", viewer.region)
    return _TAKEN.format(here=here), {**bound, "since": since}
