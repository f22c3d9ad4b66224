"""月调度: reports of an open round that have not come, a village at a time, for who is to report; closing it is the
county's."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, select, text

from data.access.roles import MATTERS, WRITE
from data.access.viewer import within
from data.matters.round_figures import LISTED, MISSING_SQL, scoped
from data.matters.who import person_of
from data.model import dispatch_round
from data.months import month_of, spoken
from data.terms import LEVELS
from data.todo.clocks import Desk, Source, Told, Waits


def _waits(desk: Desk) -> Waits | None:
    if desk.mine and not desk.viewer.may(WRITE, MATTERS):
        return None
    r = dispatch_round.c
    counties = within(r.region, desk.region[:6])
    months = list(desk.connection.execute(select(r.month).where(r.closed.is_(None), counties).distinct()).scalars())
    if not months:
        return None
    here, bound = scoped(desk.viewer, desk.region)
    whose = "1 = 1"
    if desk.mine and not desk.viewer.sees_own_only and len(desk.viewer.region) < max(LEVELS):
        whose, bound = "d.person_id = :me", {**bound, "me": person_of(desk.connection, desk.viewer)}
    parts = []
    for at, month in enumerate(months):
        listed = LISTED.replace(":month", f":month_{at}")
        parts.append(f"""
            SELECT d.village || ':' || r.month AS key, d.village AS region, r.due AS due, r.opened AS since,
                NULL AS person, COUNT(*) AS number
            FROM {listed} WHERE r.closed IS NULL AND {here} AND {MISSING_SQL} AND {whose}
            GROUP BY d.village, r.month, r.due, r.opened""")
        bound[f"month_{at}"] = month
    return Waits(" UNION ALL ".join(parts), bound)


def _tell(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    told = {}
    for row in rows:
        month = int(row["key"].partition(":")[2])
        asked = {} if month == month_of(desk.today) else {"month": month}
        words = f"{spoken(month)}调度：{row['number']:,} 户没有报"
        told[row["key"]] = Told(words, "dispatch", {"region": row["region"], **asked}, "帮扶责任人、村")
    return told


def _done(desk: Desk, since: str) -> int:
    here, bound = scoped(desk.viewer, desk.region)
    asked = text(f"SELECT COUNT(*) FROM dispatch_report d WHERE d.actor = :actor AND d.reported >= :since AND {here}")
    return int(desk.connection.execute(asked, {**bound, "actor": desk.viewer.actor, "since": since}).scalar_one())


SOURCE = Source("dispatch", "月调度", "户", MATTERS, _waits, _tell, _done)
