"""The way of a thing that several offices handle one after the other: who may do what when, clocks, version, step log.

A ``Way`` is data and knows no store; a ``Register`` holds the things of one way in two tables. What else must be true
of a thing before a step is its own domain's, which asks for the arrow, checks, and takes it, in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Connection, RowMapping, Table, insert, select

from data import settings
from data.access.actors import actor_name
from data.access.roles import APPROVE, ROLES, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, OutOfScope, Refused
from data.store.rows import written_id
from data.text.signs import seen

LONGEST_REASON = 500
_LEVELS = {"helper": (12,), "village": (12,), "township": (9,), "county": (0, 2, 4, 6), "admin": (0, 2, 4, 6)}
"""Role → the lengths of region codes under which it is the one that decides."""
Key = TypeVar("Key", int, str)
"""What a thing is told apart by: a number, or the code that it came with."""
_NOBODY: Mapping[str, str] = {}
_NOTHING: Mapping[str, object] = {}


class Changed(Refused):
    """Somebody else wrote to the thing since it was read; ``version`` is the one that stands now."""

    def __init__(self, noun: str, who: str, at: str, version: int) -> None:
        super().__init__(f"{at[:16].replace('T', ' ')} {who}已经改动了这个{noun}，您的改动没有写入。请核对后再做。")
        self.version = version


@dataclass(frozen=True)
class Transition:
    """One arrow. ``before`` None: by it a thing comes into being. ``reason``: whether one must be given.
    ``other_than``: an earlier action, or several of which one comes first; who took it last does not take this one.
    ``right``: of the table of rights, which the role needs over the way's things besides."""

    action: str
    before: str | None
    after: str
    role: str
    reason: bool = False
    other_than: str | tuple[str, ...] | None = None
    right: str = WRITE

    @property
    def others(self) -> tuple[str, ...]:
        """The earlier actions that are another person's."""
        return (self.other_than,) if isinstance(self.other_than, str) else self.other_than or ()


@dataclass(frozen=True)
class Step:
    """One line of a thing's log, in words: ``at`` when it was written, ``day`` the step's own, ``after`` a state."""

    at: str
    who: str
    action: str
    after: str
    reason: str | None
    day: str


def actor(viewer: Viewer) -> str:
    """Who acts, as the log keeps it; by this one person is told from another."""
    return viewer.actor


def decides(viewer: Viewer, role: str, region: str) -> bool:
    """Whether the viewer is the village, township or county, as ``role`` says, that this region lies in."""
    return viewer.role == role and len(viewer.region) in _LEVELS[role] and viewer.may_see(region)


@dataclass(frozen=True)
class Way:
    """A way: ``name`` of the thing in full and ``noun`` in short, ``states`` and ``actions`` with their words, the
    arrows in the order in which they are offered. Several roles may take an action: an arrow for each.

    ``turn``: state → the role that it waits for. ``thing``: which of ``roles.THINGS`` it is. ``deadlines``:
    state → the setting that says in how many days it should be over.
    """

    name: str
    noun: str
    states: Mapping[str, str]
    actions: Mapping[str, str]
    transitions: tuple[Transition, ...]
    turn: Mapping[str, str]
    thing: str
    deadlines: Mapping[str, str] = field(default_factory=dict)

    def allowed(
        self, viewer: Viewer, region: str, state: str | None, actors: Mapping[str, str] = _NOBODY
    ) -> list[Transition]:
        """What the viewer may do to a thing of this region in this state. ``actors``: action → who took it last;
        without the one that an arrow names, nobody may take that arrow."""
        return [
            one
            for one in self.transitions
            if one.before == state and self._decides(viewer, one, region) and _is_second(viewer, one, actors)
        ]

    def transition(
        self, viewer: Viewer, region: str, state: str | None, action: str, actors: Mapping[str, str] = _NOBODY
    ) -> Transition:
        """The arrow that this action takes from this state.

        Raises OutOfScope for a region that is not the viewer's, Refused where the action is not possible now, is
        another role's, or must be another person's.
        """
        if not viewer.may_see(region):
            raise OutOfScope(f"这个{self.name}")
        arrows = [one for one in self.transitions if one.action == action and one.before == state]
        if not arrows:
            raise Refused(self._impossible(state, action))
        word = self.actions[action]
        mine = next((one for one in arrows if self._decides(viewer, one, region)), None)
        if mine is None:
            whose = "、".join(ROLES[one.role] for one in arrows)
            raise Refused(f"“{word}”由{whose}办理，您现在的身份是{ROLES.get(viewer.role, '访客')}。")
        if not _is_second(viewer, mine, actors):
            first = "”或“".join(self.actions[one] for one in mine.others)
            raise Refused(f"“{word}”要由“{first}”以外的另一人办理，办过“{first}”的不能自己{word}。")
        return mine

    def _impossible(self, state: str | None, action: str) -> str:
        befores = [one.before for one in self.transitions if one.action == action and one.before is not None]
        able = "、".join(dict.fromkeys(self.states[before] for before in befores))
        now = f"{self.noun}现在是“{self.states[state]}”" if state else f"{self.noun}还没有提出"
        when = f"；只有“{able}”的{self.noun}可以。" if able else "。"
        return f"{now}，不能{self.actions.get(action, '这样做')}{when}"

    def approves(self, action: str) -> bool:
        """Whether an action is an approval, whoever takes it from whatever state."""
        return {one.right for one in self.transitions if one.action == action} == {APPROVE}

    def waits_for(self, viewer: Viewer, region: str, state: str) -> bool:
        """Whether it is the viewer's turn."""
        return any(self._decides(viewer, one, region) for one in self._awaited(state))

    def turns_of(self, viewer: Viewer) -> list[str]:
        """The states in which a thing waits for a role such as the viewer's, somewhere."""
        return [state for state in self.turn if any(self._may(viewer, one) for one in self._awaited(state))]

    def _awaited(self, state: str) -> list[Transition]:
        """The arrows of the role that this state waits for."""
        return [one for one in self.transitions if one.before == state and one.role == self.turn.get(state)]

    def _decides(self, viewer: Viewer, arrow: Transition, region: str) -> bool:
        return decides(viewer, arrow.role, region) and self._may(viewer, arrow)

    def _may(self, viewer: Viewer, arrow: Transition) -> bool:
        return viewer.role == arrow.role and viewer.may(arrow.right, self.thing)

    def due(self, state: str, since: date | None, days: Mapping[str, int]) -> date | None:
        """The day by which a thing in this state since that day should be through; None where no clock runs."""
        return since + timedelta(days=days[state]) if since and state in self.deadlines else None

    def cuts(self, days: Mapping[str, int], today: date) -> dict[str, str]:
        """State → the day (ISO): what came into it before is late today, as ``due`` says."""
        return {state: (today - timedelta(days=days[state])).isoformat() for state in self.deadlines}


def _is_second(viewer: Viewer, arrow: Transition, actors: Mapping[str, str]) -> bool:
    took = [actors[one] for one in arrow.others if one in actors]
    return not arrow.others or (bool(took) and actor(viewer) not in took)


@dataclass(frozen=True)
class Register(Generic[Key]):
    """The things of a way in the store, each with its log.

    ``things`` has the columns ``id`` (its key), state, version, its ``region``, and may have since (the day it came
    into its state); ``steps`` has id, ``key`` (the thing's key), at, actor, action, before, after, reason, and may
    have day (the step's own, where it is written down later). ``own``: who sees single households alone sees those of
    his, as the domain asks. Whatever writes does so in the caller's transaction (``writing``).
    """

    way: Way
    things: Table
    steps: Table
    key: str
    region: str
    id: str = "id"
    own: bool = False

    def row(self, connection: Connection, viewer: Viewer, id: Key, *, lock: bool = False) -> RowMapping:
        """The thing's own row; raises NotFound where there is none in the viewer's region, OutOfScope for who sees
        single households alone. ``lock``: held until the end of the transaction."""
        if viewer.sees_own_only and not self.own:
            raise OutOfScope(f"整个{self.way.name}")
        asked = select(self.things).where(self.things.c[self.id] == id)
        held = connection.execute(asked.with_for_update() if lock else asked).mappings().first()
        if held is None or not viewer.may_see(held[self.region]):
            raise NotFound(f"没有这个{self.way.name}，或它不在您的查看范围内。")
        return held

    def locked(self, connection: Connection, viewer: Viewer, id: Key, version: int) -> RowMapping:
        """The row for writing; raises Changed where it is not the version that the viewer has before him."""
        held = self.row(connection, viewer, id, lock=True)
        if held["version"] != version:
            by = self.steps.c
            asked = select(by.actor, by.at).where(by[self.key] == id).order_by(by.id.desc()).limit(1)
            last = connection.execute(asked).one()
            raise Changed(self.way.noun, actor_name(connection, last.actor), last.at, held["version"])
        return held

    def allowed(self, connection: Connection, viewer: Viewer, held: RowMapping) -> list[Transition]:
        """What the viewer may do to this thing now."""
        return self.way.allowed(viewer, held[self.region], held["state"], self._actors(connection, held[self.id]))

    def transition(self, connection: Connection, viewer: Viewer, held: RowMapping, action: str) -> Transition:
        """The arrow that this action takes; raises as ``Way.transition`` does."""
        actors = self._actors(connection, held[self.id])
        return self.way.transition(viewer, held[self.region], held["state"], action, actors)

    def _actors(self, connection: Connection, id: Key) -> dict[str, str]:
        named = {other for one in self.way.transitions for other in one.others}
        if not named:
            return {}
        by = self.steps.c
        asked = select(by.action, by.actor).where(by[self.key] == id, by.action.in_(named)).order_by(by.id)
        return {row.action: row.actor for row in connection.execute(asked)}

    def add(
        self,
        connection: Connection,
        viewer: Viewer,
        action: str,
        values: Mapping[str, object],
        *,
        at: datetime,
        day: date | None = None,
        reason: str = "",
        also: Mapping[str, object] = _NOTHING,
    ) -> Key:
        """A new thing with these ``values``, by an arrow that begins; returns its key. ``also``: more of the step's
        own columns. Raises as ``transition``."""
        arrow = self.way.transition(viewer, str(values[self.region]), None, action)
        marks = {"state": arrow.after, "version": 1, **self._since(arrow, at, day)}
        made = connection.execute(insert(self.things).values(**values, **marks)).inserted_primary_key
        assert made is not None
        id: Key = made[0]
        self.log(connection, viewer, id, arrow, at=at, day=day, reason=reason, also=also)
        return id

    def take(
        self,
        connection: Connection,
        viewer: Viewer,
        held: RowMapping,
        arrow: Transition,
        *,
        at: datetime,
        day: date | None = None,
        reason: str = "",
        note: str = "",
        values: Mapping[str, object] | None = None,
        also: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Take a ``locked`` thing along an arrow, with further ``values`` of its row, ``also`` of its step. Raises
        Refused as ``log`` does, and where the row is not what was held any more."""
        self.log(connection, viewer, held[self.id], arrow, at=at, day=day, reason=reason, note=note, also=also)
        one = self.things.c
        changed = connection.execute(
            self.things.update()
            .where(one[self.id] == held[self.id], one.version == held["version"], one.state == arrow.before)
            .values(state=arrow.after, version=held["version"] + 1, **self._since(arrow, at, day), **(values or {}))
        )
        if changed.rowcount != 1:
            raise Refused(f"{self.way.noun}的状态刚刚变了，请刷新后再办。")

    def _since(self, arrow: Transition, at: datetime, day: date | None) -> dict[str, object]:
        if "since" not in self.things.c or arrow.before == arrow.after:
            return {}
        return {"since": (day or at.date()).isoformat()}

    def log(
        self,
        connection: Connection,
        viewer: Viewer,
        id: Key,
        arrow: Transition,
        *,
        at: datetime,
        day: date | None = None,
        reason: str = "",
        note: str = "",
        also: Mapping[str, object] = _NOTHING,
    ) -> None:
        """One line of a thing's log; ``note`` is what was known at the step, behind the reason.

        Raises Refused where a reason is missing that must be given, or it is too long.
        """
        reason = seen(reason)
        if arrow.reason and not reason:
            raise Refused("请写明原因，对方要按它来改。")
        if len(reason) > LONGEST_REASON:
            raise Refused(f"原因最多 {LONGEST_REASON} 个字。")
        own = {"day": (day or at.date()).isoformat()} if "day" in self.steps.c else {}
        made = connection.execute(
            insert(self.steps).values(
                at=written(at),
                actor=actor(viewer),
                action=arrow.action,
                before=arrow.before,
                after=arrow.after,
                reason="；".join(filter(None, (reason, note))) or None,
                **{self.key: id},
                **own,
                **also,
            )
        )
        told = f"{self.way.name}：{self.way.actions[arrow.action]}"
        audit.wrote(
            connection, self.steps.name, [written_id(made)], actor=actor(viewer), view="approve", detail=told, now=at
        )

    def history(self, connection: Connection, viewer: Viewer, id: Key) -> tuple[Step, ...]:
        """The log, the latest first; without the reasons for who sees no names, since they may name somebody."""
        by = self.steps.c
        rows = connection.execute(select(self.steps).where(by[self.key] == id).order_by(by.id.desc())).mappings().all()
        names = {key: actor_name(connection, key) for key in {row["actor"] for row in rows}}
        return tuple(
            Step(
                row["at"],
                names[row["actor"]],
                self.way.actions[row["action"]],
                row["after"],
                row["reason"] if viewer.sees_identity else None,
                row.get("day") or row["at"][:10],
            )
            for row in rows
        )

    def days(self, connection: Connection) -> dict[str, int]:
        """State → in how many days it should be over."""
        return {state: int(settings.value_of(connection, name)) for state, name in self.way.deadlines.items()}
