"""交接: the households, problems and tasks of one who answers for them go over to another on a day, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, select

from data.access.rights import needs
from data.access.roles import APPROVE, DUTIES
from data.access.viewer import Viewer
from data.duties.file import seen_person
from data.duties.teams import helpers_of
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.edits import Edit, commit_within, queued, undo_together_within
from data.households.words import Values
from data.matters.states import REGISTERS
from data.matters.steps import Given, step_within
from data.model import household, pairing
from data.model.running import lasting
from data.store.engine import writing


@dataclass(frozen=True)
class HandedOver:
    """What went over: of whom to whom (persons), from which day, the changes of its households, its matters
    (record, code)."""

    person: int
    successor: int
    what: str
    changes: tuple[int, ...]
    matters: tuple[tuple[str, str], ...]


@needs(APPROVE, DUTIES)
def successors(connection: Connection, viewer: Viewer, person: int) -> dict[int, str]:
    """Who may take over: helpers of the viewer's region, and those who help nobody yet: person → what he is called."""
    known = helpers_of(connection, viewer, viewer.region)
    return {one.person: one.told for one in known if one.person is not None and one.person != person}


@needs(APPROVE, DUTIES)
def hand_over(
    engine: Engine,
    viewer: Viewer,
    person: int,
    successor: int | None,
    *,
    day: date | None,
    homes: Sequence[int],
    matters: Sequence[tuple[str, str]],
    now: datetime,
) -> HandedOver:
    """The pairings of one person with these households end on the day before, those of his successor begin on the day;
    these problems and tasks (record, code) are assigned to the successor. One transaction, each household with its
    history. Raises Refused with what stands against it."""
    if successor is None or day is None:
        raise Refused("请选择接手人和交接日期。")
    if person == successor:
        raise Refused("接手人就是他本人，请另选。")
    if not homes and not matters:
        raise Refused("没有勾选要交接的户、问题或任务。")
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        before, after = (seen_person(connection, viewer, one) for one in (person, successor))
        what = f"交接：{before['name']} → {after['name']}（{day.isoformat()} 起）"
        changes = _homes_go_over(connection, viewer, before, after, day, homes, what, now)
        for record, code in matters:
            _assign(connection, viewer, record, code, successor, what, now)
    return HandedOver(person, successor, what, tuple(changes), tuple(matters))


@needs(APPROVE, DUTIES)
def take_back(engine: Engine, viewer: Viewer, done: HandedOver, *, now: datetime) -> None:
    """Undo a handing over, all or nothing; raises Refused where something has gone on since."""
    with queued(), writing(engine) as connection:
        undo_together_within(connection, viewer, done.changes, now=now)
        for record, code in done.matters:
            _assign(connection, viewer, record, code, done.person, f"撤销：{done.what}", now)


def _homes_go_over(
    connection: Connection,
    viewer: Viewer,
    before: RowMapping,
    after: RowMapping,
    day: date,
    homes: Sequence[int],
    what: str,
    now: datetime,
) -> list[int]:
    if not homes:
        return []
    if after["helper"] is None:
        raise Refused(f"{after['name']}不是登记的帮扶责任人，请先在“帮扶责任人”表中登记。")
    last = (day - timedelta(days=1)).isoformat()
    asked = (
        select(pairing, household.c.village, household.c.head)
        .join(household, household.c.id == pairing.c.household_id)
        .where(pairing.c.helper == before["helper"], pairing.c.household_id.in_(list(homes)))
        .where(lasting(pairing, day.isoformat()))
        .order_by(household.c.village, household.c.id)
    )
    rows = connection.execute(asked).mappings().all()
    if {row["household_id"] for row in rows} != set(homes):
        raise Refused("有的户到交接那天已不与他结对。请重新打开再交接。")
    villages: dict[str, dict[int, list[Edit]]] = {}
    for row in rows:
        if row["started"] > last:
            raise Refused(f"{row['head']}户的结对从 {row['started']} 开始，交接日期应在其后。")
        edits = villages.setdefault(row["village"], {}).setdefault(row["household_id"], [])
        edits += _edits(connection, row, after["helper"], day.isoformat(), last)
    return [
        change for done in villages.values() for change in commit_within(connection, viewer, done, what=what, now=now)
    ]


def _edits(connection: Connection, row: RowMapping, successor: str, day: str, last: str) -> list[Edit]:
    """One pairing ends; the successor's begins, unless he has it already."""
    key: Values = {name: row[name] for name in ("helper", "household_id", "member", "started")}
    edits = [Edit("pairing", key, {"ended": row["ended"]}, {"ended": last})]
    held = select(pairing.c.started).where(
        pairing.c.helper == successor,
        pairing.c.household_id == row["household_id"],
        pairing.c.member == row["member"],
        lasting(pairing, day),
    )
    if connection.execute(held).first() is None:
        begun: Values = {**key, "helper": successor, "started": day}
        edits.append(Edit("pairing", begun, None, {"ended": row["ended"]}))
    return edits


def _assign(
    connection: Connection, viewer: Viewer, record: str, code: str, successor: int, what: str, now: datetime
) -> None:
    table = REGISTERS[record].things
    version = connection.execute(select(table.c.version).where(table.c.code == code)).scalar()
    if version is None:
        raise NotFound("有的问题或任务已经不在。请重新打开再交接。")
    given = Given(reason=what, owner=successor)
    step_within(connection, viewer, record, code, "assign", version=version, given=given, now=now)
