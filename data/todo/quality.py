"""数据治理: waivers that another has to agree to, and what a village has to put right."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, func, select, text

from data.access.roles import APPROVE, QUALITY, ROLES
from data.access.viewer import Viewer, within, within_sql
from data.model import quality_tally, quality_waiver, quality_waiver_step
from data.quality.waivers import ASKED, WAIVED
from data.rules.registry import RULES
from data.rules.rule import HINT
from data.todo.clocks import Desk, Source, Told, Waits
from data.workflow import decides

_TOWNSHIP = 9  # digits of a township's code
_COUNTED = ", ".join(f"'{rule.id}'" for rule in RULES.values() if rule.kind != HINT)
"""What a village is asked to put right."""
_FOR_COUNTY = f"""(length(w.village) < {_TOWNSHIP} OR
    NOT EXISTS (SELECT 1 FROM account a WHERE a.role = 'township' AND a.region = substr(w.village, 1, {_TOWNSHIP})
        AND a.disabled IS NULL AND 'person:' || a.person_id <> x.actor)
    AND (x.actor LIKE 'township:%' OR EXISTS (SELECT 1 FROM account)))"""
"""Condition: the waiver ``w`` is the county's to agree to: it lies in no township, or nobody there could but who asked
(step ``x``); where nobody has an account, each office is one person."""


def _waivers(desk: Desk) -> Waits | None:
    viewer = desk.viewer
    if viewer.sees_own_only or (desk.mine and not viewer.may(APPROVE, QUALITY)):
        return None
    here, bound = within_sql("w.village", desk.region)
    if desk.mine:
        here += f" AND x.actor <> :me AND {'NOT ' if _is_township(viewer) else ''}{_FOR_COUNTY}"
        bound |= {"me": viewer.actor}
    sql = f"""
        SELECT CAST(w.id AS TEXT) AS key, w.village AS region, NULL AS due, w.since AS since, NULL AS person,
            1 AS number
        FROM quality_waiver w JOIN quality_waiver_step x ON x.waiver = w.id AND x.action = 'ask'
        WHERE w.state = '{ASKED}' AND {here}"""
    return Waits(sql, bound)


def _is_township(viewer: Viewer) -> bool:
    return len(viewer.region) >= _TOWNSHIP


def _tell_waivers(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    listed = ", ".join(row["key"] for row in rows)  # whole numbers of our own
    asked = text(f"""SELECT w.id, w.rule, w.village, CASE WHEN {_FOR_COUNTY} THEN 'county' ELSE 'township' END AS turn
        FROM quality_waiver w JOIN quality_waiver_step x ON x.waiver = w.id AND x.action = 'ask'
        WHERE w.id IN ({listed})""")
    return {
        str(id): Told(
            f"{RULES[rule].label if rule in RULES else rule}：申请豁免，待同意",
            "quality",
            {"region": village, "view": "waivers", "waiver": id},
            ROLES[turn],
        )
        for id, rule, village, turn in desk.connection.execute(asked)
    }


def _done_waivers(desk: Desk, since: str) -> int:
    step, waiver = quality_waiver_step.c, quality_waiver.c
    found = select(func.count(step.waiver.distinct())).join(quality_waiver, waiver.id == step.waiver)
    found = found.where(within(waiver.village, desk.region), step.at >= since, step.before == ASKED)
    return desk.connection.execute(found).scalar_one()


def _hits(desk: Desk) -> Waits | None:
    if desk.viewer.sees_own_only or (desk.mine and not decides(desk.viewer, "village", desk.viewer.region)):
        return None
    here, bound = within_sql("h.village", desk.region)
    sql = f"""
        SELECT h.village AS key, h.village AS region, NULL AS due, MIN(h.since) AS since, NULL AS person,
            COUNT(*) AS number
        FROM quality_hit h WHERE h.rule IN ({_COUNTED}) AND {here} AND length(h.village) = 12 AND NOT {WAIVED}
        GROUP BY h.village"""
    return Waits(sql, {**bound, "this_day": desk.today})


def _tell_hits(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    asked = text(f"SELECT h.rule, COUNT(*) FROM quality_hit h WHERE h.village = :village AND h.rule IN ({_COUNTED})"
                 f" AND NOT {WAIVED} GROUP BY h.rule ORDER BY 2 DESC, 1")  # fmt: skip
    told = {}
    for row in rows:
        bound = {"village": row["key"], "this_day": desk.today}
        counted = [(RULES[rule].label, number) for rule, number in desk.connection.execute(asked, bound)]
        named = "、".join(f"{label} {number} 条" for label, number in counted[:3])
        more = f"等 {len(counted)} 类" if len(counted) > 3 else ""
        told[row["key"]] = Told(f"数据问题待改正：{named}{more}", "quality", {"region": row["key"]}, ROLES["village"])
    return told


def _done_hits(desk: Desk, since: str) -> int:
    t = quality_tally.c
    found = select(func.coalesce(func.sum(t.went), 0)).where(within(t.village, desk.region), t.day >= since[:10])
    return int(desk.connection.execute(found.where(t.rule.in_(list(RULES)))).scalar_one())


WAIVERS = Source("waivers", "数据豁免", "条", QUALITY, _waivers, _tell_waivers, _done_waivers)
HITS = Source("hits", "数据问题", "条", QUALITY, _hits, _tell_hits, _done_hits)
