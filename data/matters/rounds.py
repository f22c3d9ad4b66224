"""The month's round of a county (月调度): every household that is left, who is to report of it, opened and closed.

On the list is who is 未脱贫 on the day, who is watched, and who is counted and below the line by whole books of the
last month that was closed when the round was opened. To report is who helps the household, the first by team; without
one who answers for its village; without either nobody is named.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, select, text

from data.access.rights import needs
from data.access.roles import APPROVE, MATTERS, READ
from data.access.viewer import Viewer, within, within_sql
from data.audit import log as audit
from data.clock import written
from data.duties.leaders import answering
from data.errors import NotFound, Refused
from data.figures import cube
from data.figures.books import COUNTY
from data.figures.indicators import BOOKS
from data.figures.sources import HELPED_SQL
from data.figures.standing import standings
from data.model import dispatch_report, dispatch_round
from data.model.running import holds_on, runs_on
from data.months import month_of, spoken
from data.store.engine import writing
from data.terms import DISPATCH_REASONS, TEAMS, UNLIFTED
from data.text.official import official
from data.text.signs import seen
from data.workflow import LONGEST_REASON, decides

LONGEST_ROUND = timedelta(days=60)
"""How far ahead its due day may lie at most."""
_BELOW = "household_month k WHERE k.month = {} AND k.below_line = 1"
_IS_BELOW = f"s.household_id IN (SELECT k.household_id FROM {_BELOW.format(':books')})"
_WHY = " || ".join(
    f"CASE WHEN {condition} THEN '{word}、' ELSE '' END"
    for word, condition in zip(DISPATCH_REASONS, (f"s.base = {UNLIFTED}", "s.watch <> 0", _IS_BELOW), strict=True)
)
_LISTED = f"(s.base = {UNLIFTED} OR s.watch <> 0 OR {{}})"
_LIST = f"""
    INSERT INTO dispatch_report (round, household_id, village, why, version)
    SELECT :round, s.household_id, s.village, rtrim({_WHY}, '、'), 1
    FROM state_spell s
    WHERE {{here}} AND {holds_on("s", ":day")} AND {HELPED_SQL} AND {_LISTED.format(_IS_BELOW)}
        AND NOT EXISTS (SELECT 1 FROM dispatch_report d WHERE d.round = :round AND d.household_id = s.household_id)
    ORDER BY s.village, s.household_id"""
LEFT_SQL = f"""CASE WHEN s.household_id IS NULL OR NOT {HELPED_SQL} THEN 'gone' WHEN s.village <> d.village THEN 'moved'
    WHEN {_LISTED.format("1 = 0")} THEN NULL WHEN EXISTS (SELECT 1 FROM {_BELOW.format("r.books")}
        AND k.village IN (SELECT u.village FROM state_spell u WHERE u.household_id = d.household_id)
        AND k.household_id = d.household_id) THEN NULL ELSE 'other' END"""
"""Why a household ``d`` of the round ``r`` would not be listed any more, of its spell ``s``; NULL: it would."""
_MOVED = f"""
    DELETE FROM dispatch_report WHERE id IN (SELECT d.id FROM dispatch_report d JOIN dispatch_round r ON r.id = d.round
        JOIN state_spell s ON s.household_id = d.household_id AND {holds_on("s", ":day")} AND {{here}}
        WHERE d.round = :round AND d.reported IS NULL AND ({LEFT_SQL}) = 'moved')"""
_ORDER = " ".join(f"WHEN '{team}' THEN {place}" for place, team in enumerate(TEAMS))
_HELPED_BY = f"""
    UPDATE dispatch_report SET person_id = (SELECT p.id FROM pairing x JOIN helper a ON a.code = x.helper
        JOIN person p ON p.helper = a.code
        WHERE x.household_id = dispatch_report.household_id AND x.member = '' AND {runs_on("x", ":day")}
        ORDER BY CASE a.team {_ORDER} END, x.started, a.code LIMIT 1)
    WHERE round = :round AND reported IS NULL"""
_LED_BY = "UPDATE dispatch_report SET person_id = :person WHERE round = :round AND village = :village AND {}".format(
    "person_id IS NULL AND reported IS NULL"
)


@dataclass(frozen=True)
class Round:
    """A round: of which county and month (ordinal), until when it is due, since and until when it is open, and why it
    was closed early or opened again."""

    id: int
    county: str
    month: int
    due: str
    opened: str
    closed: str | None
    reason: str | None


@dataclass(frozen=True)
class Supplement:
    """What became of a list: households new on it, and those put over to the village that they moved to."""

    added: int
    moved: int


@needs(READ, MATTERS)
def rounds(connection: Connection, viewer: Viewer, region: str) -> list[Round]:
    """The rounds that the region takes part in, the latest first."""
    here = viewer.narrowed(region)[:COUNTY]
    columns = dispatch_round.c
    asked = select(*(columns[name] for name in ("id", "region", "month", "due", "opened", "closed", "reason")))
    rows = connection.execute(asked.where(within(columns.region, here)).order_by(columns.month.desc(), columns.region))
    return [Round(*row) for row in rows]


@needs(APPROVE, MATTERS)
def open_round(engine: Engine, viewer: Viewer, county: str, *, due: date, now: datetime) -> int:
    """Open the round of the month that runs; returns its number.

    Raises Refused for who is not the county, for a day that has passed or lies too far, where the month has one
    already, and where no household is left.
    """
    _require_county(viewer, county)
    if not now.date() <= due <= now.date() + LONGEST_ROUND:
        raise Refused(f"报送期限应在今天至 {now.date() + LONGEST_ROUND} 之间。")
    month = month_of(now.date())
    with writing(engine) as connection:
        books = min(standings(connection, county, None)[BOOKS].month, month)
        facts = {"region": county, "month": month, "due": due.isoformat(), "books": books}
        made = connection.execute(text(_MAKE), {**facts, "opened": written(now), "actor": viewer.actor}).scalar()
        if made is None:
            raise Refused(f"{spoken(month)}的月调度已经开始，请刷新页面。")
        listed = _put_on_list(connection, viewer, made, county, books, now)
        if not listed:
            raise Refused(official("没有未脱贫户、监测对象和低于监测线的户，不用开始调度。"))
        _told(connection, viewer, made, f"开始{spoken(month)}调度，{listed} 户，{due} 前报", now)
        cube.stamp(connection, now, county)
    return int(made)


_MAKE = """INSERT INTO dispatch_round (region, month, due, books, opened, actor)
    VALUES (:region, :month, :due, :books, :opened, :actor) ON CONFLICT (region, month) DO NOTHING RETURNING id"""


@needs(APPROVE, MATTERS)
def supplement(engine: Engine, viewer: Viewer, round: int, *, now: datetime) -> Supplement:
    """Put on the list who belongs on it by now, put over to their new village those not yet reported who moved within
    the county, and name anew who is to report of what is not reported. Raises as ``close_round``."""
    with writing(engine) as connection:
        held = _held(connection, viewer, round, standing=True)
        here, bound = within_sql("s.village", held["region"])
        asked = {**bound, "round": round, "day": now.date().isoformat()}
        moved = connection.execute(text(_MOVED.format(here=here)), asked).rowcount
        added = _put_on_list(connection, viewer, round, held["region"], held["books"], now) - moved
        _told(connection, viewer, round, f"补充{spoken(held['month'])}名单，新增 {added} 户，转村 {moved} 户", now)
        cube.stamp(connection, now, held["region"])
    return Supplement(added, moved)


@needs(APPROVE, MATTERS)
def close_round(engine: Engine, viewer: Viewer, round: int, *, reason: str, now: datetime) -> None:
    """Close it: nothing is reported any more.

    Raises NotFound for one that is not the viewer's, Refused for who is not the county, where it is closed, and where
    households are not reported of and no reason is given.
    """
    with writing(engine) as connection:
        held = _held(connection, viewer, round, standing=True)
        missing = connection.execute(text(_MISSING), {"round": round, "day": now.date().isoformat()}).scalar_one()
        why = _reason(reason)
        if missing and not why:
            raise Refused(f"还有 {missing} 户没有报，提前结束请写明原因。")
        _set(connection, held, closed=written(now), closed_actor=viewer.actor, reason=why or None)
        _told(connection, viewer, round, f"结束{spoken(held['month'])}调度，{missing} 户未报", now)
        cube.stamp(connection, now, held["region"])


_MISSING = f"""SELECT COUNT(*) FROM dispatch_report d JOIN dispatch_round r ON r.id = d.round
    LEFT JOIN state_spell s ON s.household_id = d.household_id AND {holds_on("s", ":day")}
    WHERE d.round = :round AND d.reported IS NULL AND ({LEFT_SQL}) IS NULL"""


@needs(APPROVE, MATTERS)
def reopen_round(engine: Engine, viewer: Viewer, round: int, *, reason: str, now: datetime) -> None:
    """Open a closed round again; raises as ``close_round``, and Refused without a reason."""
    why = _reason(reason)
    if not why:
        raise Refused("请写明为什么重新打开。")
    with writing(engine) as connection:
        held = _held(connection, viewer, round, standing=False)
        _set(connection, held, closed=None, closed_actor=None, reason=why)
        _told(connection, viewer, round, f"重新打开{spoken(held['month'])}调度", now)
        cube.stamp(connection, now, held["region"])


def may_hold(viewer: Viewer, region: str) -> bool:
    """Whether the viewer opens and closes the rounds of this region: a county's own."""
    return len(region) == COUNTY and decides(viewer, "county", region) and viewer.may(APPROVE, MATTERS)


def _require_county(viewer: Viewer, county: str) -> None:
    if not may_hold(viewer, county):
        raise Refused("月调度由县级开始、补充和结束，请切换到该县的县级干部身份。")


def _held(connection: Connection, viewer: Viewer, round: int, *, standing: bool) -> RowMapping:
    """The round for writing."""
    asked = select(dispatch_round).where(dispatch_round.c.id == round).with_for_update()
    held = connection.execute(asked).mappings().first()
    if held is None or not viewer.may_see(held["region"]):
        raise NotFound("没有这次月调度，或它不在您的查看范围内。")
    _require_county(viewer, held["region"])
    if (held["closed"] is None) != standing:
        raise Refused(f"{spoken(held['month'])}的月调度已经{'结束' if standing else '打开'}，请刷新页面。")
    return held


def _reason(typed: str) -> str:
    reason = seen(typed)
    if len(reason) > LONGEST_REASON:
        raise Refused(f"原因最多 {LONGEST_REASON} 个字。")
    return reason


def _set(connection: Connection, held: RowMapping, **values: str | None) -> None:
    connection.execute(dispatch_round.update().where(dispatch_round.c.id == held["id"]).values(**values))


def _put_on_list(connection: Connection, viewer: Viewer, round: int, county: str, books: int, now: datetime) -> int:
    """Households that belong on the list and are not; how many. Whoever is to report is named of all not reported."""
    here, bound = within_sql("s.village", county)
    day = now.date().isoformat()
    asked = {**bound, "round": round, "books": books, "day": day}
    listed = connection.execute(text(_LIST.format(here=here)), asked).rowcount
    connection.execute(text(_HELPED_BY), {"round": round, "day": day})
    report = dispatch_report.c
    alone = select(report.village).where(report.round == round, report.person_id.is_(None)).distinct()
    answers = answering(connection, viewer, connection.execute(alone).scalars().all(), day)
    led = [
        {"round": round, "village": village, "person": leader.person}
        for village, leader in answers.items()
        if leader is not None
    ]
    if led:
        connection.execute(text(_LED_BY), led)
    return listed


def _told(connection: Connection, viewer: Viewer, round: int, what: str, now: datetime) -> None:
    audit.wrote(connection, "dispatch_round", [round], actor=viewer.actor, view="dispatch", detail=what, now=now)
