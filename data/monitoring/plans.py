"""一户一策: measures that are planned against a household's risks, how far each is, and what the plan still lacks."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, select, text

from data.access.households import row_of
from data.access.rights import needs
from data.access.roles import MONITORING, READ, WRITE
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures import cube
from data.figures.facts import fact_on
from data.figures.states import members_on
from data.households.edits import Edit, commit_within
from data.model import measure, person, plan_item
from data.model.running import lasting
from data.monitoring.clocks import months_after
from data.monitoring.ways import CASES, ITEMS, WATCHED
from data.settings import value_of
from data.store.engine import writing
from data.terms import ABLE, DEVELOPING_MEASURES, MEASURE_CATEGORIES, RISKS
from data.text.signs import seen
from data.workflow import Step

LONGEST = 200
"""Signs of what a measure is, and of who carries it out."""
OPEN = ("planned", "doing")


@dataclass(frozen=True)
class Draft:
    """A measure as it is planned: a risk of ``terms.RISKS``, a kind of ``terms.MEASURE_CATEGORIES``, what is done, who
    does it (a person's id, or words of who is none), the last day by which."""

    risk: str
    kind: str
    what: str
    owner: int | None
    who: str
    until: date


@dataclass(frozen=True)
class Item:
    """One measure of a plan. ``until``: ISO day; ``late``: it has passed and nothing is done. ``measure``: the code of
    the household's measure that it became. ``steps``: the latest first. ``allowed``: action → its word."""

    id: int
    risk: str
    kind: str
    what: str
    owner: int | None
    who: str
    until: str
    measure: str | None
    state: str
    version: int
    late: bool
    steps: tuple[Step, ...]
    allowed: Mapping[str, str]

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return ITEMS.way.states[self.state]

    @property
    def open(self) -> bool:
        """Whether it is still to be carried out."""
        return self.state in OPEN


@dataclass(frozen=True)
class Lack:
    """What a plan must have and has not: in words, by which day, and whether that has passed."""

    words: str
    due: date
    late: bool


@dataclass(frozen=True)
class Given:
    """What is given with an act: words, the act's own day (None: today), of a change the measure as it is now."""

    reason: str = ""
    day: date | None = None
    draft: Draft | None = None


@needs(READ, MONITORING)
def items(connection: Connection, viewer: Viewer, case: int, today: date) -> tuple[Item, ...]:
    """The plan of a case, what is to be done first. Raises NotFound where the viewer sees no such case."""
    _case(connection, viewer, case)
    order = "CASE state WHEN 'doing' THEN 0 WHEN 'planned' THEN 1 WHEN 'done' THEN 2 ELSE 3 END, until, id"
    asked = select(plan_item).where(plan_item.c.case_id == case).order_by(text(order))
    rows = connection.execute(asked).mappings().all()
    return tuple(_item(connection, viewer, row, today) for row in rows)


def _item(connection: Connection, viewer: Viewer, row: RowMapping, today: date) -> Item:
    offered = ITEMS.allowed(connection, viewer, row)
    return Item(
        id=row["id"], risk=row["risk"], kind=row["kind"], what=row["what"], owner=row["owner_id"], who=row["who"],
        until=row["until"], measure=row["measure"], state=row["state"], version=row["version"],
        late=row["state"] in OPEN and row["until"] < today.isoformat(),
        steps=ITEMS.history(connection, viewer, row["id"]),
        allowed={arrow.action: ITEMS.way.actions[arrow.action] for arrow in offered},
    )  # fmt: skip


def _case(connection: Connection, viewer: Viewer, id: int, *, lock: bool = False) -> RowMapping:
    held = CASES.row(connection, viewer, id, lock=lock)
    row_of(connection, viewer, held["household_id"])
    return held


@needs(READ, MONITORING)
def may_plan(connection: Connection, viewer: Viewer, case: int) -> bool:
    """Whether the viewer may add a measure to the plan of this case now."""
    held = _case(connection, viewer, case)
    return _helps(held) and bool(ITEMS.way.allowed(viewer, held["village"], None))


def _helps(held: RowMapping) -> bool:
    """Whether the household is helped: it is watched, or by 绿色通道 helped before its papers."""
    return held["state"] in WATCHED or (
        held["green"] is not None and held["state"] not in ("refused", "void", "removed")
    )


@needs(WRITE, MONITORING)
def plan(engine: Engine, viewer: Viewer, case: int, draft: Draft, *, now: datetime) -> int:
    """Add a measure to the plan of a case; its id. Raises NotFound, OutOfScope, Refused for what cannot be planned."""
    with writing(engine) as connection:
        cube.hold(connection)
        held = _case(connection, viewer, case, lock=True)
        if not _helps(held):
            raise Refused(f"程序现在是“{CASES.way.states[held['state']]}”，纳入监测或启用绿色通道以后才能列帮扶措施。")
        values = _checked(connection, held, draft, now.date())
        of_case = {"case_id": case, "household_id": held["household_id"], "village": held["village"]}
        id = ITEMS.add(connection, viewer, "plan", {**of_case, **values}, at=now)
        cube.refresh(connection, held["village"], now, households=False, of="plans")
    return id


def _checked(connection: Connection, held: RowMapping, draft: Draft, today: date) -> dict[str, object]:
    """The columns of a measure that is planned from this day on."""
    risks = _risks(held)
    if draft.risk not in risks:
        raise Refused(f"请选择针对的风险：{'、'.join(risks)}。")
    if draft.kind not in MEASURE_CATEGORIES:
        raise Refused("请选择措施类别。")
    what, who = seen(draft.what), seen(draft.who)
    if draft.owner is not None:
        who = connection.execute(select(person.c.name).where(person.c.id == draft.owner)).scalar() or ""
    if not what or not who:
        raise Refused("请写明措施内容。" if not what else "请写明由谁落实。")
    if max(len(what), len(who)) > LONGEST:
        raise Refused(f"措施内容和落实人最多各 {LONGEST} 个字。")
    if draft.until < today:
        raise Refused("落实期限不能早于今天。")
    return {
        "risk": draft.risk, "kind": draft.kind, "what": what, "owner_id": draft.owner, "who": who,
        "until": draft.until.isoformat(),
    }  # fmt: skip


def _risks(held: RowMapping) -> tuple[str, ...]:
    return tuple(held["risks"].split("、")) if held["risks"] else RISKS


@needs(READ, MONITORING)
def risks_of(connection: Connection, viewer: Viewer, case: int) -> tuple[str, ...]:
    """The risks that a measure of this case can be planned against: its own, all where none is known."""
    return _risks(_case(connection, viewer, case))


@needs(WRITE, MONITORING)
def act(engine: Engine, viewer: Viewer, item: int, action: str, *, version: int, given: Given, now: datetime) -> str:
    """Take a planned measure a step on: progress, carry_out, change, drop, resume; returns its new state.

    What is carried out becomes a measure of the household, from its own day on. Raises NotFound for what the viewer
    does not see, Changed where somebody else was first, Refused where role, state, day or words do not allow it.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        row = ITEMS.locked(connection, viewer, item, version)
        held = _case(connection, viewer, row["case_id"])
        arrow = ITEMS.transition(connection, viewer, row, action)
        day = _day(row, held, given.day, now.date())
        values: dict[str, object] = {}
        if action == "change":
            if given.draft is None:
                raise Refused("请写明调整后的措施。")
            values = _checked(connection, held, given.draft, now.date())
        note = "；".join(
            f"原为{row[name]}" for name in ("what", "who", "until") if name in values and values[name] != row[name]
        )
        if action == "carry_out" and row["measure"] is None:
            values["measure"] = _carried_out(connection, viewer, row, day, now)
        ITEMS.take(connection, viewer, row, arrow, at=now, day=day, reason=given.reason, note=note, values=values)
        cube.refresh(connection, row["village"], now, households=False, of="plans")
    return arrow.after


def _day(row: RowMapping, held: RowMapping, day: date | None, today: date) -> date:
    if day is None:
        return today
    if day > today:
        raise Refused("日期不能晚于今天。")
    if day.isoformat() < held["began"]:
        raise Refused(f"日期早于立案（{held['began']}），请核对。")
    return day


def _carried_out(connection: Connection, viewer: Viewer, row: RowMapping, day: date, now: datetime) -> str:
    """The household's measure that a planned one became, entered as a change of the household's."""
    code = f"M{now:%Y%m%d}-{secrets.token_hex(4)}"
    started = {"category": row["kind"], "name": row["what"], "started": day.isoformat(), "ended": None,
               "amount_fen": None, "unit": None}  # fmt: skip
    what = f"落实帮扶计划：{row['what']}"
    edits = [Edit("measure", {"code": code}, None, started)]
    commit_within(connection, viewer, {row["household_id"]: edits}, what=what, now=now)
    return code


@needs(READ, MONITORING)
def lacks(connection: Connection, viewer: Viewer, case: int, today: date) -> tuple[Lack, ...]:
    """What the help of a watched household still lacks: its first measure within the months of the setting, a 开发式
    one where somebody can work. Nothing of one that is not watched. Raises NotFound."""
    held = _case(connection, viewer, case)
    identified = held["green"] or _identified(connection, held)
    if not _helps(held) or identified is None:
        return ()
    kinds = _kinds_since(connection, held["household_id"], identified)
    found = []
    if not kinds:
        found.append(_lack(connection, identified, "first_measure_months", "还没有落实第一项帮扶措施", today))
    if not set(kinds) & set(DEVELOPING_MEASURES) and _able(connection, held["household_id"], today):
        words = f"有劳动能力，还没有开发式措施（{'、'.join(DEVELOPING_MEASURES)}）"
        found.append(_lack(connection, identified, "developing_months", words, today))
    return tuple(found)


def _identified(connection: Connection, held: RowMapping) -> str | None:
    asked = text("SELECT identified FROM episode WHERE code = :code")
    day: str | None = connection.execute(asked, {"code": held["code"]}).scalar()
    return day


def _lack(connection: Connection, since: str, setting: str, words: str, today: date) -> Lack:
    due = months_after(date.fromisoformat(since), int(value_of(connection, setting)))
    return Lack(words, due, due < today)


def _kinds_since(connection: Connection, household: int, day: str) -> Sequence[str]:
    """The kinds of measure that a household has had since a day."""
    since = lasting(measure, day)
    asked = select(measure.c.category).where(measure.c.household_id == household, since).distinct()
    return connection.execute(asked).scalars().all()


def _able(connection: Connection, household: int, today: date) -> bool:
    """Whether anybody of a household can work today, wholly or in part."""
    skill = fact_on("skill", ":this_day")
    asked = f"SELECT 1 FROM {members_on('b.household_id = :household', ':this_day')} AND {skill} IN :able"
    able = ", ".join(f"'{word}'" for word in ABLE)
    found = connection.execute(
        text(asked.replace(":able", f"({able})")), {"household": household, "this_day": today.isoformat()}
    )
    return found.first() is not None
