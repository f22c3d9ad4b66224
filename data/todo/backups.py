"""备份: the last good one is older than the timetable allows, or there is none."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from sqlalchemy import RowMapping

from data.access.roles import ADMINISTER, BACKUPS
from data.backups import runs
from data.regions.tree import holds_real_regions
from data.todo.clocks import Desk, Source, Told, Waits


def _waits(desk: Desk) -> Waits | None:
    """Of who administers backups, where he looks at all that is his; of demonstration data none is expected."""
    is_his = desk.viewer.may(ADMINISTER, BACKUPS) and desk.region == desk.viewer.region
    if not (desk.mine and is_his and holds_real_regions(desk.connection)):
        return None
    begins = datetime.fromisoformat(desk.today)
    newest, table = _newest(desk), runs.timetable(desk.connection)
    last = newest.made if newest and newest.at[:10] <= desk.today else None
    due = table.due_at(begins, last)
    if due is None or (last and last >= begins) or not table.late(begins, last):
        return None
    since = due.date().isoformat()
    sql = """SELECT 'backup' AS key, CAST(:place AS text) AS region, CAST(:due AS text) AS due,
        CAST(:since AS text) AS since, NULL AS person, 1 AS number"""
    return Waits(sql, {"place": desk.region, "due": since, "since": since})


def _newest(desk: Desk) -> runs.Run | None:
    return runs.newest(desk.connection, datetime.combine(datetime.fromisoformat(desk.today), time.max))


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    newest = _newest(desk)
    words = f"最近一次备份是 {newest.at[:10]}，已超过定时备份的间隔" if newest else "还没有备份过"
    return {row["key"]: Told(words, "data", {"view": "backups"}) for row in rows}


SOURCE = Source("backups", "备份", "项", BACKUPS, _waits, _tell)
