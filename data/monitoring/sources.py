"""Clues that the system finds by itself: income that sinks or falls silent, a job that ended, a project in trouble, a
rule of data quality that says that somebody should be watched. Each comes once, by its mark; nobody who is watched or
looked into already, or whom the other measures of an unlifted household reach, becomes one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, text

from data.access.viewer import Viewer, within_sql
from data.audit import log as audit
from data.clock import written
from data.figures import cube
from data.figures.books import closed_months
from data.figures.courses import ENDS
from data.income.sinking import CAUSES, sinking
from data.income.year import year_of
from data.model import clue, clue_step
from data.model.running import open_on
from data.monitoring.ways import CLUES, ENDED
from data.months import label, spoken
from data.regions import tree as regions
from data.rules.registry import HARD
from data.rules.watching import RULES as WATCHING
from data.settings import value_of
from data.store.batches import batches
from data.store.engine import expanded, writing
from data.terms import JOB_MEASURES, Record

RULE, QUALITY = "rule", "quality"
"""Sources, of ``terms.CLUE_SOURCES``, of what is found here."""
_SYSTEM = "system"
_EVERYTHING = Viewer("county", regions.WHOLE)
_RECENT = timedelta(days=90)
"""How long after it ended a job is still news."""
_A_JOB = " AND ".join(f"m.name NOT LIKE '%{word}%'" for word in ("补", "奖", "培训", "推荐"))
"""What is a job itself: no subsidy, training or referral for one."""
_OPEN_TO_IT = f"""h.type IS DISTINCT FROM '未脱贫户'
    AND NOT EXISTS (SELECT 1 FROM episode e WHERE e.household_id = h.id AND e.removed IS NULL)
    AND NOT EXISTS (SELECT 1 FROM monitoring_case k WHERE k.household_id = h.id AND k.state NOT IN {ENDED})
    AND NOT EXISTS (SELECT 1 FROM household_event v WHERE v.household_id = h.id AND v.kind IN {ENDS})"""
_RISKS = {
    "housing_safe": "因安全住房", "water_safe": "因安全饮水", "schooling": "因学", "medical_insured": "因病",
}  # fmt: skip
"""Field that a rule of quality marks → the risk that it speaks of."""


@dataclass(frozen=True)
class Found:
    """What was found of a household: from which of the two sources, by which mark it comes once, the risk it speaks of
    (None: none of the list), in words."""

    household: int
    village: str
    source: str
    mark: str
    risk: str | None
    words: str


def found(connection: Connection, today: date) -> list[Found]:
    """All that is to be found as of a day, whether it was raised before or not."""
    return [one for finder in _FINDERS for one in finder(connection, today)]


def raise_found(connection: Connection, now: datetime, every: Iterable[Found] | None = None) -> int:
    """Raise what was not raised before (``every``: of what was found already); how many. In a writing transaction of
    the caller's that holds the store, so that two at once raise nothing twice."""
    every = found(connection, now.date()) if every is None else every
    known = set(connection.execute(select(clue.c.mark).where(clue.c.mark.is_not(None))).scalars())
    new = {one.mark: one for one in every if one.mark not in known}
    if not new:
        return 0
    day = now.date().isoformat()
    rows = [
        {"household_id": one.household, "village": one.village, "source": one.source, "mark": one.mark,
         "risk": one.risk, "words": one.words, "told": day, "state": "open", "since": day, "version": 1}
        for one in new.values()
    ]  # fmt: skip
    same = {"at": written(now), "day": day, "actor": _SYSTEM, "action": "tell", "after": "open"}
    for some in batches(rows):
        ids = list(connection.execute(insert(clue).returning(clue.c.id), some).scalars())
        steps = [{"clue": id, **same} for id in ids]
        made = list(connection.execute(insert(clue_step).returning(clue_step.c.id), steps).scalars())
        told = f"{CLUES.way.name}：{CLUES.way.actions['tell']}"
        audit.wrote(connection, clue_step.name, made, actor=_SYSTEM, view="approve", detail=told, now=now)
    cube.refresh_many(connection, {one.village for one in new.values()}, now, of="clues")
    return len(new)


def raise_all(engine: Engine, now: datetime) -> int:
    """The same of a store that stands as of today: what takes long is asked before the store is held."""
    with engine.connect() as connection:
        if regions.status(connection) is None:
            return 0
        every = found(connection, now.date())
    with writing(engine) as connection:
        cube.hold(connection)
        return raise_found(connection, now, every)


def withdraw(connection: Connection, households: str, now: datetime) -> None:
    """Take away what the system raised about households (SQL of their ids) and nobody has touched: an import that is
    taken back made them, and is taken back whole."""
    own = text(f"household_id IN ({households}) AND {_UNTOUCHED}")
    _take_away(connection, list(connection.execute(select(clue.c.id).where(own)).scalars()), now)


def withdraw_unfound(connection: Connection, households: Collection[int] | None, since: str, now: datetime) -> None:
    """The same of households that stay (None: of all): of what was raised since a moment (ISO), what is found no
    more."""
    raised = select(clue_step.c.clue).where(clue_step.c.before.is_(None), clue_step.c.at >= since)
    asked = select(clue.c.id, clue.c.mark, clue.c.household_id, clue.c.village)
    rows = connection.execute(asked.where(text(_UNTOUCHED), clue.c.id.in_(raised))).all()
    rows = [row for row in rows if households is None or row.household_id in households]
    if not rows:
        return
    still = {one.mark for one in found(connection, now.date())}
    gone = [row for row in rows if row.mark not in still]
    _take_away(connection, [row.id for row in gone], now)
    for village in sorted({row.village for row in gone}):
        cube.refresh(connection, village, now, households=False, of="clues")


_UNTOUCHED = "mark IS NOT NULL AND version = 1 AND state = 'open'"


def _take_away(connection: Connection, ids: list[int], now: datetime) -> None:
    for some in batches(ids):
        steps = list(connection.execute(select(clue_step.c.id).where(clue_step.c.clue.in_(some))).scalars())
        connection.execute(delete(clue_step).where(clue_step.c.id.in_(steps)))
        connection.execute(delete(clue).where(clue.c.id.in_(some)))
        told = f"{CLUES.way.name}：随导入撤回"
        audit.wrote(connection, clue_step.name, steps, actor=_SYSTEM, view="approve", detail=told, now=now)


def _months(connection: Connection) -> dict[str, int]:
    return closed_months(connection, regions.counties(connection))


def _sunk(connection: Connection, _: date) -> Iterator[Found]:
    """Fallen against the year before by the set share, and under the line or forecast to be: once an income year."""
    start = int(value_of(connection, "income_year_start"))
    for county, month in _months(connection).items():
        down = sinking(connection, _EVERYTHING, county, month)
        year = year_of(month, start).year
        places = [place for place in down.picked(basis="fell") if down.under[place] or down.below[place]]
        may = _may_be(connection, [int(down.household[place]) for place in places])
        causes = list(CAUSES.values())
        for place in places:
            id = int(down.household[place])
            if id not in may:
                continue
            now, before = int(down.net[place]) // 100, int(down.before[place]) // 100
            words = (
                f"截至{spoken(month)}，12个月纯收入 {now:,} 元，上年同期 {before:,} 元"
                f"（{causes[int(down.cause[place])]}），已低于或预计低于监测线。"
            )
            yield Found(id, str(down.village[place]), RULE, f"sunk:{id}:{year}", None, words)


def _silent(connection: Connection, _: date) -> Iterator[Found]:
    """Whole books a year before and nothing since: once for each month in which it fell silent."""
    for county, month in _months(connection).items():
        here, bound = within_sql("hm.village", county)
        sql = f"""
            SELECT h.id, h.village, COALESCE((SELECT MAX(l.month) FROM ledger l WHERE l.household_id = h.id
                AND l.month <= :month), 0) AS last FROM household_month hm JOIN household h ON h.id = hm.household_id
            WHERE hm.month = :month AND hm.record = {Record.SILENT:d} AND {here} AND {_OPEN_TO_IT} ORDER BY h.id"""
        for row in connection.execute(text(sql), {**bound, "month": month}):
            since = f"{spoken(row.last)}以后" if row.last else "此后"
            words = f"上年同期收支完整，{since}应有收支的月份没有再记账，截至{spoken(month)}，请上门核实。"
            mark = label(row.last) if row.last else "0"
            yield Found(row.id, row.village, RULE, f"silent:{row.id}:{mark}", None, words)


def _jobless(connection: Connection, today: date) -> Iterator[Found]:
    """A measure of work or a post that ended lately, and none runs."""
    kinds = tuple(JOB_MEASURES)
    sql = f"""
        SELECT h.id, h.village, m.code, m.name, m.ended FROM measure m JOIN household h ON h.id = m.household_id
        WHERE m.category IN {kinds} AND {_A_JOB} AND m.ended >= :since AND m.ended < :this_day AND {_OPEN_TO_IT}
        AND NOT EXISTS (SELECT 1 FROM measure o WHERE o.household_id = m.household_id AND o.category IN {kinds}
            AND o.code <> m.code AND {open_on("o.ended", "m.ended")}) ORDER BY m.code"""
    bound = {"since": (today - _RECENT).isoformat(), "this_day": today.isoformat()}
    for row in connection.execute(text(sql), bound):
        words = f"“{row.name}”已于 {row.ended} 结束，没有新的就业或公益岗位措施。"
        yield Found(row.id, row.village, RULE, f"job:{row.id}:{row.code}", "因务工就业不稳", words)


def _troubled(connection: Connection, today: date) -> Iterator[Found]:
    """Who lives by a project that is marked as in trouble, or whose operator is."""
    sql = f"""
        SELECT DISTINCT h.id, h.village, u.id AS trouble, u.since, p.code, p.name FROM trouble u
        JOIN project p ON (u.project = p.code OR u.operator = p.operator)
            AND substr(p.region, 1, length(u.region)) = u.region
        JOIN project_household x ON x.project = p.code AND x.year >= :year
        JOIN household h ON h.id = x.household_id
        WHERE u.ended IS NULL AND u.since <= :this_day AND {_OPEN_TO_IT} ORDER BY u.id, p.code, h.id"""
    for row in connection.execute(text(sql), {"this_day": today.isoformat(), "year": today.year - 1}):
        words = f"带动本户的项目“{row.name}”自 {row.since} 起有经营风险，分红或务工收入可能受影响。"
        mark = f"trouble:{row.id}:{row.trouble}:{row.code}"
        yield Found(row.id, row.village, RULE, mark, "因产业项目失败", words)


def _unwatched(connection: Connection, today: date) -> Iterator[Found]:
    """A hard rule of quality says that a household that is not watched should be; not where that is waived."""
    rules = {rule.id: rule for rule in WATCHING if rule.kind == HARD}
    sql = f"""
        SELECT DISTINCT h.id, h.village, q.rule, q.since FROM quality_hit q JOIN household h ON h.id = q.household_id
        WHERE q.rule IN :rules AND {_OPEN_TO_IT} AND NOT EXISTS (SELECT 1 FROM quality_waiver w WHERE w.rule = q.rule
            AND w.record = q.record AND w.key = q.key AND w.state = 'agreed' AND w.until >= :this_day)
        ORDER BY q.rule, h.id, q.since"""
    rows = connection.execute(
        expanded(sql, {"rules": list(rules)}), {"rules": list(rules), "this_day": today.isoformat()}
    )
    for row in rows:
        rule = rules[row.rule]
        mark = f"quality:{row.rule}:{row.id}:{row.since}"
        yield Found(row.id, row.village, QUALITY, mark, _RISKS.get(rule.field), f"{rule.label}。请核实。")


def _may_be(connection: Connection, ids: list[int]) -> set[int]:
    """Those of the households that are neither watched, looked into, unlifted nor ended."""
    kept: set[int] = set()
    for some in batches(ids):
        sql = f"SELECT h.id FROM household h WHERE h.id IN :ids AND {_OPEN_TO_IT}"
        kept |= set(connection.execute(expanded(sql, {"ids": list(some)}), {"ids": list(some)}).scalars())
    return kept


_FINDERS: tuple[Callable[[Connection, date], Iterator[Found]], ...] = (
    _sunk, _silent, _jobless, _troubled, _unwatched,
)  # fmt: skip
