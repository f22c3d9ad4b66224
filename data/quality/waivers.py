"""豁免: a hit of which somebody says why it is right nevertheless, another agrees, and until when.

While it holds the hit is not counted; after its last day the hit is counted again by itself, since what is in force is
asked by the day.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, select, text

from data.access import roles
from data.access.actors import actor_name
from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import APPROVE, QUALITY, READ, WRITE
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound, Refused
from data.figures import cube
from data.model import quality_hit, quality_waiver, quality_waiver_step
from data.rules.counting import AGREED
from data.store.engine import writing
from data.store.rows import StoredRow
from data.workflow import Register, Step, Transition, Way

LONGEST = timedelta(days=366)
"""How far ahead its last day may lie."""
PAGE = 50
ASKED, REFUSED, ENDED = "asked", "refused", "ended"
_OFFICES = ("village", "township", "county")
_ABOVE = ("township", "county")
WAY = Way(
    name="数据质量豁免",
    noun="豁免",
    states={ASKED: "待同意", AGREED: "豁免中", REFUSED: "不同意", ENDED: "已提前结束"},
    actions={"ask": "申请豁免", "agree": "同意豁免", "refuse": "不同意", "withdraw": "撤回申请", "end": "提前结束"},
    transitions=(
        *(Transition("ask", None, ASKED, role, reason=True) for role in _OFFICES),
        *(Transition("agree", ASKED, AGREED, role, other_than="ask", right=roles.APPROVE) for role in _ABOVE),
        *(
            Transition("refuse", ASKED, REFUSED, role, reason=True, other_than="ask", right=roles.APPROVE)
            for role in _ABOVE
        ),
        *(Transition("withdraw", ASKED, ENDED, role) for role in _OFFICES),
        *(Transition("end", AGREED, ENDED, role, reason=True, right=roles.APPROVE) for role in _ABOVE),
    ),
    turn={ASKED: "township"},
    thing=QUALITY,
)
WAIVERS: Register[int] = Register(WAY, quality_waiver, quality_waiver_step, key="waiver", region="village")
IN_FORCE = f"""(w.rule = {{hit}}.rule AND w.record = {{hit}}.record AND w.key = {{hit}}.key AND w.state = '{AGREED}'
    AND w.until >= :this_day)"""
"""Condition: the waiver ``w`` holds for the hit on the day."""
WAIVED = f"EXISTS (SELECT 1 FROM quality_waiver w WHERE {IN_FORCE.format(hit='h')})"
"""Condition: the hit ``h`` is waived on the day ``:this_day``."""
GROUPS = {
    ASKED: "待同意", AGREED: "豁免中", "over": "已到期", REFUSED: "不同意", ENDED: "已提前结束", "all": "全部",
}  # fmt: skip
_CLAUSES = {
    ASKED: "w.state = 'asked'", AGREED: "w.state = 'agreed' AND w.until >= :this_day",
    "over": "w.state = 'agreed' AND w.until < :this_day", REFUSED: "w.state = 'refused'",
    ENDED: "w.state = 'ended'", "all": "1 = 1",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """What a hit is told by: its rule, the table of its record and the key there, as text."""

    rule: str
    record: str
    key: str


@dataclass(frozen=True)
class Waiver:
    """One waiver: its rule, what it is of (head of the household, as the viewer may read him), the village's code and
    name, why it was asked for, by whom and when, its last day, and how it stands on the day in question (of GROUPS)."""

    id: int
    rule: str
    household: int | None
    head: str | None
    village: str
    place: str
    reason: str
    who: str
    asked: str
    until: str
    group: str
    version: int


@needs(WRITE, QUALITY)
def ask(engine: Engine, viewer: Viewer, mark: Mark, *, until: date | None, reason: str, now: datetime) -> int:
    """Ask that a hit be waived up to a last day; returns the waiver's number.

    Raises NotFound where there is no such hit in the viewer's region, Refused without a reason, for a day that is not
    ahead or more than a year ahead, and where it is waived or asked for already.
    """
    today = now.date()
    if until is None or not today < until <= today + LONGEST:
        raise Refused(f"豁免要有到期日，应在明天至 {today + LONGEST} 之间，到期自动恢复检查。")
    with writing(engine) as connection:
        cube.hold(connection)
        hit = _hit(connection, viewer, mark)
        bound = {**asdict(mark), "this_day": today.isoformat()}
        standing = connection.execute(_STANDING, bound).first()
        if standing is not None:
            held = "已经豁免" if standing.state == AGREED else "已经申请豁免，等另一人同意"
            raise Refused(f"这条{held}（到 {standing.until}）。")
        about = {"household_id": hit.household_id, "village": hit.village, "until": until.isoformat()}
        id = WAIVERS.add(connection, viewer, "ask", {**asdict(mark), **about}, at=now, reason=reason)
        cube.stamp(connection, now, hit.village)
    return id


def _hit(connection: Connection, viewer: Viewer, mark: Mark) -> StoredRow:
    h = quality_hit.c
    asked = select(h.household_id, h.village).where(h.rule == mark.rule, h.record == mark.record, h.key == mark.key)
    found = connection.execute(asked).first()
    if found is None or not viewer.may_see(found.village):
        raise NotFound("没有这条问题（可能已经改好），或它不在您的查看范围内。")
    return found


_STANDING = text("""
    SELECT w.state, w.until FROM quality_waiver w WHERE w.rule = :rule AND w.record = :record AND w.key = :key
    AND (w.state = 'asked' OR (w.state = 'agreed' AND w.until >= :this_day)) ORDER BY w.id DESC LIMIT 1""")


@needs(WRITE, QUALITY)
def step(
    engine: Engine, viewer: Viewer, waiver: int, action: str, *, version: int, reason: str = "", now: datetime
) -> str:
    """Take a waiver one step on; its new state. Raises NotFound, Changed, and Refused as ``Way.transition`` does; to
    agree also where its last day has passed."""
    with writing(engine) as connection:
        cube.hold(connection)
        held = WAIVERS.locked(connection, viewer, waiver, version)
        arrow = WAIVERS.transition(connection, viewer, held, action)
        if arrow.after == AGREED and held["until"] < now.date().isoformat():
            raise Refused(f"申请的到期日 {held['until']} 已过，请退回重新申请。")
        WAIVERS.take(connection, viewer, held, arrow, at=now, reason=reason)
        cube.stamp(connection, now, held["village"])
    return arrow.after


@needs(APPROVE, QUALITY)
def agree(engine: Engine, viewer: Viewer, waiver: int, *, version: int, now: datetime) -> str:
    """Agree to what somebody else asked for. Raises as :func:`step`."""
    return step(engine, viewer, waiver, "agree", version=version, now=now)


@needs(READ, QUALITY)
def allowed(connection: Connection, viewer: Viewer, waiver: int) -> list[Transition]:
    """What the viewer may do to it now. Raises NotFound."""
    return WAIVERS.allowed(connection, viewer, WAIVERS.row(connection, viewer, waiver))


@needs(READ, QUALITY)
def history(connection: Connection, viewer: Viewer, waiver: int) -> tuple[Step, ...]:
    """Who did what to it when, the latest first. Raises NotFound."""
    WAIVERS.row(connection, viewer, waiver)
    return WAIVERS.history(connection, viewer, waiver)


@needs(READ, QUALITY)
def counts(connection: Connection, viewer: Viewer, region: str, today: date) -> Mapping[str, int]:
    """Key of GROUPS → how many of a region. Raises OutOfScope."""
    here, bound = within_sql("w.village", viewer.narrowed(region))
    sums = ", ".join(
        f'COALESCE(SUM(CASE WHEN {sql} THEN 1 ELSE 0 END), 0) AS "{name}"' for name, sql in _CLAUSES.items()
    )
    asked = text(f"SELECT {sums} FROM quality_waiver w WHERE {here}")
    row = connection.execute(asked, {**bound, "this_day": today.isoformat()}).mappings().one()
    return {name: int(row[name]) for name in GROUPS}


@needs(READ, QUALITY)
def waiver(connection: Connection, viewer: Viewer, id: int, today: date) -> Waiver:
    """One of them. Raises NotFound."""
    WAIVERS.row(connection, viewer, id)
    return _waivers(connection, viewer, "w.id = :id", {"id": id}, today, 0, 1)[0]


@needs(READ, QUALITY)
def waivers(
    connection: Connection,
    viewer: Viewer,
    region: str,
    today: date,
    *,
    group: str = ASKED,
    offset: int = 0,
    limit: int = PAGE,
) -> list[Waiver]:
    """Those of a region in a group, what ends soonest first. Raises OutOfScope."""
    here, bound = within_sql("w.village", viewer.narrowed(region))
    return _waivers(connection, viewer, f"{here} AND {_CLAUSES[group]}", bound, today, offset, limit)


def _waivers(
    connection: Connection,
    viewer: Viewer,
    where: str,
    bound: Mapping[str, object],
    today: date,
    offset: int,
    limit: int,
) -> list[Waiver]:
    stands = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in _CLAUSES.items() if name != "all")
    sql = f"""
        SELECT w.*, h.head, r.name AS place, x.reason, x.actor, x.at, CASE {stands} END AS "group"
        FROM quality_waiver w JOIN region r ON r.code = w.village LEFT JOIN household h ON h.id = w.household_id
        JOIN quality_waiver_step x ON x.waiver = w.id AND x.before IS NULL
        WHERE {where} ORDER BY w.until, w.id LIMIT :limit OFFSET :offset"""
    days = {"this_day": today.isoformat(), "limit": limit, "offset": offset}
    rows = connection.execute(text(sql), {**bound, **days}).mappings().all()
    names = {actor: actor_name(connection, actor) for actor in {row["actor"] for row in rows}}
    return [
        Waiver(
            row["id"],
            row["rule"],
            row["household_id"],
            row["head"] and (row["head"] if viewer.sees_identity else mask_name(row["head"])),
            row["village"],
            row["place"],
            row["reason"] if viewer.sees_identity else "",
            names[row["actor"]],
            row["at"][:10],
            row["until"],
            row["group"],
            row["version"],
        )
        for row in rows
    ]
