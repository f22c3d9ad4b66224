"""有序退出 of a lifted household: 退出 or 继续帮扶, each with its evidence, proposed, looked through and decided; who
leaves gets a row of 户变动."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from data.access.households import row_of
from data.access.masks import mask_name
from data.access.rights import needs, require_right
from data.access.roles import APPROVE, MONITORING, READ, WRITE
from data.access.viewer import Viewer, within
from data.errors import OutOfScope, Refused
from data.figures import cube
from data.households.edits import commit_within
from data.households.lives import turns
from data.model import exit_review, household
from data.monitoring.clocks import own_day
from data.monitoring.facts import facts_of_household
from data.monitoring.law import Facts, Obstacle, Unlawful
from data.monitoring.ways import EXIT_WAY, EXITS
from data.store.engine import writing
from data.terms import EXIT_VERDICTS, LIFTED, STATE_NAMES
from data.text.signs import seen
from data.workflow import Step, Transition

LEAVES = EXIT_VERDICTS[0]
LONGEST = 500
MOST = 50
"""On a page."""
_OPEN = ("reported", "county", "returned")


@dataclass(frozen=True)
class Review:
    """One review: ``head`` as the viewer reads it, ``evidence`` for who reads names. ``next``: what the viewer may do,
    each with what stands against it; ``steps``: the latest first."""

    id: int
    household: int
    head: str
    village: str
    verdict: str
    evidence: str | None
    state: str
    since: date | None
    version: int
    steps: tuple[Step, ...] = ()
    next: tuple[tuple[Transition, tuple[Obstacle, ...]], ...] = ()

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return EXIT_WAY.states[self.state]


@needs(READ, MONITORING)
def review(connection: Connection, viewer: Viewer, id: int, today: date) -> Review:
    """One review with its log. Raises NotFound where it is not the viewer's, OutOfScope for who sees single households
    alone."""
    held = EXITS.row(connection, viewer, id)
    facts = facts_of_household(connection, viewer, held["household_id"], today)
    following = tuple(
        (one, _against(one.action, held["verdict"], facts)) for one in EXITS.allowed(connection, viewer, held)
    )
    head = connection.execute(select(household.c.head).where(household.c.id == held["household_id"])).scalar_one()
    told = _review(viewer, held, head)
    return replace(told, steps=EXITS.history(connection, viewer, id), next=following)


@needs(READ, MONITORING)
def reviews(
    connection: Connection, viewer: Viewer, region: str, *, states: Sequence[str] = (), page: int = 1
) -> list[Review]:
    """Reviews of a region, the longest waiting first, MOST on a page. Raises OutOfScope where it is not the viewer's,
    and for who sees single households alone."""
    if viewer.sees_own_only:
        raise OutOfScope(f"整个{EXIT_WAY.name}")
    one = exit_review.c
    asked = (
        select(exit_review, household.c.head)
        .join(household, household.c.id == one.household_id)
        .where(within(one.village, viewer.narrowed(region)))
        .order_by(one.since, one.id)
    )
    asked = asked.where(one.state.in_(states)) if states else asked
    rows = connection.execute(asked.limit(MOST).offset(MOST * (max(page, 1) - 1))).mappings()
    return [_review(viewer, row, row["head"]) for row in rows]


@needs(WRITE, MONITORING)
def propose(
    engine: Engine,
    viewer: Viewer,
    household_id: int,
    *,
    verdict: str,
    evidence: str,
    day: date | None = None,
    now: datetime,
) -> int:
    """Propose that a household leaves help or keeps it; returns the review's id. Raises NotFound for a household that
    is not the viewer's, Refused for words, role or day, Unlawful where the household cannot leave."""
    with writing(engine) as connection:
        cube.hold(connection)
        home = row_of(connection, viewer, household_id, lock=True)
        values = {"household_id": household_id, "village": home["village"], **_said(verdict, evidence)}
        day = own_day(day, None, now.date())
        EXIT_WAY.transition(viewer, home["village"], None, "propose")
        one = exit_review.c
        running = select(one.id).where(one.household_id == household_id, one.state.in_(_OPEN))
        if connection.execute(running.limit(1)).first() is not None:
            raise Refused("本户已有在办的退出评估，请办完再提。")
        _require("propose", verdict, facts_of_household(connection, viewer, household_id, day))
        reason = str(values["evidence"])
        id = EXITS.add(connection, viewer, "propose", values, at=now, day=day, reason=reason)
        cube.stamp(connection, now, home["village"])
        return id


@needs(WRITE, MONITORING)
def step(
    engine: Engine,
    viewer: Viewer,
    id: int,
    action: str,
    *,
    version: int,
    day: date | None = None,
    reason: str = "",
    verdict: str | None = None,
    evidence: str | None = None,
    now: datetime,
) -> str:
    """Take one step of a review; returns its new state. ``verdict`` and ``evidence``: as amended. At the decision who
    leaves gets 有序退出 of the step's own day. Raises as ``propose``, and Changed where somebody else was first."""
    if EXIT_WAY.approves(action):
        require_right(viewer, APPROVE, MONITORING)
    with writing(engine) as connection:
        cube.hold(connection)
        held = EXITS.locked(connection, viewer, id, version)
        row_of(connection, viewer, held["household_id"], lock=True)
        arrow = EXITS.transition(connection, viewer, held, action)
        day = own_day(day, date.fromisoformat(held["since"]), now.date())
        values: dict[str, object] = {}
        if action == "amend":
            values |= _said(verdict or held["verdict"], evidence or held["evidence"])
            reason = reason or str(values["evidence"])
        told = str(values.get("verdict", held["verdict"]))
        _require(action, told, facts_of_household(connection, viewer, held["household_id"], day))
        EXITS.take(connection, viewer, held, arrow, at=now, day=day, reason=reason, values=values)
        if arrow.after == "decided" and told == LEAVES:
            _leaves(connection, viewer, held, day, now)
        cube.stamp(connection, now, held["village"])
        return arrow.after


def _leaves(connection: Connection, viewer: Viewer, held: RowMapping, day: date, now: datetime) -> None:
    deed = turns(
        connection,
        viewer,
        held["household_id"],
        "有序退出",
        words=held["evidence"],
        day=day.isoformat(),
        today=now.date(),
    )
    commit_within(connection, viewer, deed.done, what=deed.what, now=now)


def _said(verdict: str, evidence: str) -> dict[str, object]:
    told = seen(evidence)
    if verdict not in EXIT_VERDICTS:
        raise Refused(f"评估结论应为：{'、'.join(EXIT_VERDICTS)}。")
    if not told or len(told) > LONGEST:
        raise Refused(f"请写明评估依据，最多 {LONGEST} 个字。")
    return {"verdict": verdict, "evidence": told}


def _require(action: str, verdict: str, facts: Facts) -> None:
    if against := _against(action, verdict, facts):
        raise Unlawful(EXIT_WAY.actions[action], against)


def _against(action: str, verdict: str, facts: Facts) -> tuple[Obstacle, ...]:
    """What stands against a step that goes towards a decision."""
    if action in ("return", "void"):
        return ()
    found = []
    if facts.ended:
        found.append(Obstacle("已注销、并入的户不再评估", f"本户{facts.ended}"))
    elif facts.base != LIFTED:
        found.append(Obstacle("有序退出评估的是脱贫户", f"本户是{STATE_NAMES[facts.base]}，不作退出评估"))
    if verdict == LEAVES and facts.watched:
        found.append(Obstacle("正在监测的户不退出", "本户正在监测，风险还没有消除"))
    return tuple(found)


def _review(viewer: Viewer, held: RowMapping, head: str) -> Review:
    return Review(
        id=held["id"], household=held["household_id"], head=head if viewer.sees_identity else mask_name(head),
        village=held["village"], verdict=held["verdict"],
        evidence=held["evidence"] if viewer.sees_identity else None, state=held["state"],
        since=date.fromisoformat(held["since"]) if held["since"] else None, version=held["version"],
    )  # fmt: skip
