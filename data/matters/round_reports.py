"""What is reported of a household in a month's round: read beside what was said the month before, written once or by
the sheet, so that the second of two who write is told what the first has written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, bindparam, select, text

from data.access.actors import actor_name
from data.access.rights import needs, require_right
from data.access.roles import EXPORT, IDENTITY, MATTERS, READ, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, Refused
from data.figures import cube
from data.matters.round_figures import LISTED, MISSING_SQL, PAGE, scoped
from data.matters.rounds import LEFT_SQL
from data.model import dispatch_report
from data.months import spoken
from data.store.engine import writing
from data.terms import DISPATCH_STATES
from data.text.signs import seen
from data.workflow import decides

LONGEST = 200
"""Characters of a target and of what is said."""
EXPLAINED = ("slow", "stuck")
"""States that are not reported without a word."""
PICKS = {
    "missing": ("未报", MISSING_SQL),
    **{state: (word, f"d.state = '{state}'") for state, word in DISPATCH_STATES.items()},
    "again": ("两次存在困难", "d.state = 'stuck' AND b.state = 'stuck'"),
    "left": ("已不在名单范围", f"({LEFT_SQL}) IS NOT NULL"),
    "unnamed": ("未明确责任人", f"d.person_id IS NULL AND {MISSING_SQL}"),
}
"""What picks reports out of a round → its word, its condition."""
LEFT = {"gone": "已注销或不再帮扶", "moved": "已迁出本村", "other": "已不属于调度对象"}


@dataclass(frozen=True)
class Entry:
    """What is typed of a household; ``version`` is the one of its report that it was typed upon."""

    target: str
    state: str | None
    words: str
    version: int


@dataclass(frozen=True)
class Report:
    """A household of a round: who it is and why, who is to report (``person`` None: nobody is named), what stands, by
    whom and when; ``left`` (of LEFT) where it would not be listed any more; ``before``: what the round before says.
    ``mine``: whether the viewer may report of it."""

    id: int
    household: int
    head: str
    village: str
    place: str
    why: str
    person: int | None
    person_name: str | None
    phone: str | None
    entry: Entry
    reported: str | None
    actor: str | None
    left: str | None
    month: int
    closed: bool
    before: Entry | None
    before_month: int | None
    mine: bool


class Clash(Refused):
    """Somebody else has reported meanwhile; ``stands``: report → what stands now, ``who``: report → by whom, when."""

    def __init__(self, stands: Mapping[int, Entry], who: Mapping[int, str]) -> None:
        told = "；".join(dict.fromkeys(who.values()))
        super().__init__(f"{told} 已经报过其中 {len(stands)} 户，您填的还没有写入，请核对后再报。")
        self.stands, self.who = stands, who


@dataclass(frozen=True)
class Fault:
    """One cell of a sheet that cannot be taken: of which report, whose, which column, why."""

    report: int
    head: str
    column: str
    why: str


class Faulty(Refused):
    """A sheet with cells that cannot be taken: nothing of it was written."""

    def __init__(self, faults: list[Fault]) -> None:
        named = "；".join(f"{one.head}“{one.column}”：{one.why}" for one in faults[:8])
        more = f"；等 {len(faults)} 处" if len(faults) > 8 else ""
        super().__init__(f"没有写入，请先改 {len(faults)} 处：{named}{more}。" if len(faults) > 1 else f"{named}。")
        self.faults = faults


_FIELDS = f"""d.id, d.household_id, h.head, d.village,
    (SELECT t.name || ' ' FROM region t WHERE t.code = substr(d.village, 1, 9)) || g.name AS place,
    d.why, d.person_id, p.name AS person_name, COALESCE(a.phone, p.phone) AS phone, d.target, d.state, d.words,
    d.version, d.reported, d.actor, {LEFT_SQL} AS gone, r.month, r.closed,
    b.target AS before_target, b.state AS before_state, b.words AS before_words, b.version AS before_version,
    (SELECT o.month FROM dispatch_round o WHERE o.id = b.round) AS before_month
    FROM {LISTED} JOIN household h ON h.id = d.household_id JOIN region g ON g.code = d.village
    LEFT JOIN person p ON p.id = d.person_id LEFT JOIN helper a ON a.code = p.helper"""
_URGENT = f"""CASE WHEN {MISSING_SQL} THEN 0 ELSE 1 END, CASE d.state WHEN 'stuck' THEN 0 WHEN 'slow' THEN 1 ELSE 2 END,
    CASE b.state WHEN 'stuck' THEN 0 ELSE 1 END, d.village, d.id"""


@needs(READ, MATTERS)
def reports(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    *,
    picked: str | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[Report]:
    """A page of a round's households, what is missing first, then what is stuck; ``picked``: a key of PICKS."""
    return _read(connection, viewer, region, month, picked, "LIMIT :limit OFFSET :offset", limit=limit, offset=offset)


@needs(EXPORT, MATTERS)
def whole(
    connection: Connection, viewer: Viewer, region: str, month: int, *, picked: str | None = None
) -> list[Report]:
    """All of them, for an export."""
    return _read(connection, viewer, region, month, picked, "")


@needs(WRITE, MATTERS)
def whole_village(connection: Connection, viewer: Viewer, village: str, month: int) -> list[Report]:
    """Those of a village that the viewer may report of and that are still asked for or reported."""
    rows = _read(connection, viewer, village, month, None, "")
    return [one for one in rows if one.mine and not one.closed and (one.reported or not one.left)]


@needs(READ, MATTERS)
def report_of(connection: Connection, viewer: Viewer, id: int) -> Report:
    """One of them; raises NotFound where there is none that the viewer sees."""
    held = connection.execute(
        text("SELECT r.month FROM dispatch_report d JOIN dispatch_round r ON r.id = d.round WHERE d.id = :id"),
        {"id": id},
    ).scalar()
    found = [] if held is None else _read(connection, viewer, viewer.region, held, None, "", only=id)
    if not found:
        raise NotFound("没有这一户的调度，或它不在您的查看范围内；名单可能刚刚补充过，请从名单中重新打开。")
    return found[0]


def _read(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    picked: str | None,
    cut: str,
    *,
    only: int | None = None,
    **bound: int,
) -> list[Report]:
    require_right(viewer, READ, IDENTITY)
    here, named = scoped(viewer, region)
    which = PICKS[picked][1] if picked else "1 = 1"
    one = "" if only is None else " AND d.id = :only"
    page = f"SELECT d.id FROM {LISTED} WHERE {here} AND {which}{one} ORDER BY {_URGENT} {cut}"
    rows = connection.execute(
        text(f"SELECT {_FIELDS} WHERE d.id IN ({page}) ORDER BY {_URGENT}"),
        {**named, **bound, "month": month, **({} if only is None else {"only": only})},
    )
    listed = rows.mappings().all()
    actors = {key: actor_name(connection, key) for key in {row["actor"] for row in listed} if key}
    return [_report(viewer, row, actors) for row in listed]


def _report(viewer: Viewer, row: RowMapping, actors: Mapping[str, str]) -> Report:
    before = row["before_month"] is not None and row["before_state"] is not None
    return Report(
        id=row["id"],
        household=row["household_id"],
        head=row["head"],
        village=row["village"],
        place=row["place"],
        why=row["why"],
        person=row["person_id"],
        person_name=row["person_name"],
        phone=row["phone"],
        entry=_entry(row),
        reported=row["reported"],
        actor=actors.get(row["actor"]),
        left=LEFT.get(row["gone"] or ""),
        month=row["month"],
        closed=row["closed"] is not None,
        before=_entry(row, "before_") if before else None,
        before_month=row["before_month"] if before else None,
        mine=_may_report(viewer, row["village"], row["person_id"]),
    )


def _entry(row: RowMapping, of: str = "") -> Entry:
    told = {name: row[f"{of}{name}"] for name in ("target", "state", "words", "version")}
    return Entry(told["target"] or "", told["state"], told["words"] or "", told["version"])


def _may_report(viewer: Viewer, village: str, person: int | None) -> bool:
    """Who is named, who helps the household, the village's office; whoever is above it where nobody is named."""
    if not viewer.may(WRITE, MATTERS):
        return False
    own = viewer.sees_own_only or decides(viewer, "village", village)
    return own or person is None or person == viewer.person


@needs(WRITE, MATTERS)
def report(engine: Engine, viewer: Viewer, id: int, entry: Entry, *, now: datetime) -> None:
    """Report of one household; raises as ``report_sheet``."""
    report_sheet(engine, viewer, {id: entry}, now=now)


@needs(WRITE, MATTERS)
def report_sheet(engine: Engine, viewer: Viewer, entries: Mapping[int, Entry], *, now: datetime) -> int:
    """Report of several households, all or none; how many were written. What says nothing, or what stands already, is
    passed over.

    Raises NotFound for one that the viewer does not see, Refused where the round is closed or somebody else is to
    report, Faulty with each cell that cannot be taken, Clash where somebody reported since it was read.
    """
    with writing(engine) as connection:
        held = _held(connection, viewer, list(entries))
        entries = {id: _clean(entry) for id, entry in entries.items()}
        new = {id: entry for id, entry in entries.items() if _says(entry) != _says(_entry(held[id]))}
        faults = [fault for id, entry in new.items() for fault in _faults(held[id], entry)]
        if faults:
            raise Faulty(faults)
        for id in new:
            _require(viewer, held[id])
        late = {id: held[id] for id, entry in new.items() if held[id]["version"] != entry.version}
        if late:
            raise Clash(
                {id: _entry(row) for id, row in late.items()},
                {id: f"{row['reported'][:16].replace('T', ' ')} {actor_name(connection, row['actor'])}"
                 for id, row in late.items()},
            )  # fmt: skip
        for id, entry in new.items():
            values = {"target": entry.target or None, "state": entry.state, "words": entry.words or None}
            connection.execute(text(_WRITE), {**values, "id": id, "at": written(now), "actor": viewer.actor})
            told = f"报送{spoken(held[id]['month'])}调度：{DISPATCH_STATES[entry.state or '']}"
            whose = (held[id]["household_id"],)
            audit.enter(
                connection, actor=viewer.actor, address="", view="dispatch", households=whose, detail=told, now=now
            )
        if new:
            cube.stamp(connection, now, *sorted({held[id]["village"] for id in new}))
    return len(new)


_WRITE = """UPDATE dispatch_report SET target = :target, state = :state, words = :words, reported = :at, actor = :actor,
    version = version + 1 WHERE id = :id"""
_ROWS = """SELECT d.*, r.month, r.closed, h.head FROM dispatch_report d JOIN dispatch_round r ON r.id = d.round
    JOIN household h ON h.id = d.household_id WHERE d.id IN :ids AND {here} ORDER BY d.id"""


def _held(connection: Connection, viewer: Viewer, ids: list[int]) -> dict[int, RowMapping]:
    here, bound = scoped(viewer, viewer.region)
    connection.execute(select(dispatch_report.c.id).where(dispatch_report.c.id.in_(ids)).with_for_update())
    asked = text(_ROWS.format(here=here)).bindparams(bindparam("ids", expanding=True))
    held = {row["id"]: row for row in connection.execute(asked, {**bound, "ids": ids}).mappings()}
    if len(held) < len(set(ids)):
        raise NotFound("有的户不在您的查看范围内，或名单刚刚补充过，请刷新后再报。")
    return held


def _clean(entry: Entry) -> Entry:
    return Entry(seen(entry.target), entry.state or None, seen(entry.words), entry.version)


def _says(entry: Entry) -> tuple[str, str | None, str]:
    return entry.target, entry.state, entry.words


def _faults(held: RowMapping, entry: Entry) -> list[Fault]:
    found = []
    if entry.state not in DISPATCH_STATES:
        found.append(("本月进展", f"应为{'、'.join(DISPATCH_STATES.values())}之一"))
    if entry.state in EXPLAINED and not entry.words:
        found.append(("情况说明", f"“{DISPATCH_STATES[entry.state]}”要写明情况"))
    longest = {"本月目标": entry.target, "情况说明": entry.words}
    found += [(name, f"最多 {LONGEST} 个字") for name, value in longest.items() if len(value) > LONGEST]
    return [Fault(held["id"], held["head"], *one) for one in found]


def _require(viewer: Viewer, held: RowMapping) -> None:
    if held["closed"] is not None:
        raise Refused(f"{spoken(held['month'])}的月调度已经结束，不能再报；确需补报，请县里重新打开。")
    if not _may_report(viewer, held["village"], held["person_id"]):
        raise Refused("这一户由明确的责任人或村里报送；只有未明确责任人的户，上级才可以代报。")
