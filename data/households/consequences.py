"""What follows from a deed before it is done: persons, net income a head, state and village of each household."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select, text

from data import model
from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import FIGURES, HOUSEHOLDS, READ, WRITE
from data.access.viewer import Viewer
from data.figures.books import closed_month
from data.figures.facts import COLUMN_OF
from data.figures.household_months import of_one
from data.figures.read import figures, indicator
from data.figures.spells import state_spell
from data.households.edit_rules import check_approval
from data.households.edits import Edit
from data.households.endings import hanging
from data.households.file import household
from data.households.income import KINDS
from data.households.lights import Check, lights_upon
from data.households.lives import Deed
from data.model.running import holds_on
from data.terms import ASSURANCES, STATE_NAMES, UNHELPED, Record


@dataclass(frozen=True)
class Consequence:
    """One figure of one household, in words, before and after."""

    label: str
    before: str
    after: str


@needs(WRITE, HOUSEHOLDS)
def follows(connection: Connection, viewer: Viewer, deed: Deed) -> list[Consequence]:
    """What a deed changes, household by household; nothing is written.

    Net income a head is that of the last closed twelve months over the persons of now and those after it. Raises
    Refused for what is decided above the viewer.
    """
    for edit in (edit for edits in deed.done.values() for edit in edits):
        check_approval(viewer, edit.table, edit.key, edit.before, edit.after)
    found = []
    for id, edits in deed.done.items():
        new = next((edit.after for edit in edits if edit.table == "household" and edit.before is None), None)
        if new is not None:
            found.append(Consequence(f"新户 {new['head']}", "—", f"{new['type']}，{deed.persons[id]} 人"))
        else:
            found += _of_one(connection, viewer, writable_row(connection, viewer, id), deed)
    return found


def _of_one(connection: Connection, viewer: Viewer, home: RowMapping, deed: Deed) -> list[Consequence]:
    id, whose = home["id"], f"{home['head']}户"
    persons = _persons(connection, id)
    after = persons + deed.persons.get(id, 0)
    found = []
    if after != persons:
        found.append(Consequence(f"{whose}人口", f"{persons} 人", f"{after} 人"))
        found += _per_head(connection, home, whose, persons, after)
    for edit in deed.done[id]:
        if edit.table == "household" and edit.before and edit.after and "head" in edit.after:
            found.append(Consequence("户主", str(edit.before["head"]), f"{edit.after['head']}，以前月份不变"))
    found += _of_check(connection, viewer, home, deed.done[id])
    if id in deed.ends:
        found.append(Consequence(f"{whose}状态", _state(connection, id), "不再统计，以前月份不变"))
    if id in deed.states:
        before, then = deed.states[id]
        found.append(Consequence(f"{whose}状态", before, f"{then}，以前月份不变"))
    for edit in deed.done[id]:
        if edit.table == "household_move" and edit.after is not None:
            origin, village = (_name(connection, str(edit.after[name])) for name in ("origin", "village"))
            found.append(Consequence(f"{whose}所在村", origin, f"{village}，以前月份不变"))
            found += _hanging(connection, viewer, id, {})
    if id in deed.ends:
        found += _hanging(connection, viewer, id, Counter(edit.table for edit in deed.done[id]))
    return found


def _of_check(connection: Connection, viewer: Viewer, home: RowMapping, edits: Sequence[Edit]) -> list[Consequence]:
    """The light of what was checked, and what its village counts of it."""
    rows = [edit for edit in edits if edit.table == "assurance" and edit.after is not None]
    if not rows:
        return []
    key, after = rows[-1].key, rows[-1].after or {}  # before it may stand what was so far
    check = Check(str(key["item"]), str(key["checked"]), int(str(after["secure"])), None)
    month, first = connection.execute(_RUNNING).one()
    file = household(connection, viewer, home["id"], month)
    place = list(ASSURANCES).index(check.item)
    latest = any(edit.table == "household" for edit in edits)
    light, then = (six[place] for six in lights_upon(connection, viewer, file, check, latest=latest))
    found = [Consequence(f"{file.head}户{light.name}", light.state, then.state)]
    if check.checked < first:
        found.append(Consequence("以前月份", "按当时所知", f"{check.checked} 起按这次核实"))
    column = COLUMN_OF.get(check.item)
    if column is None or file.facts["state"] in UNHELPED:
        return found
    more = ((check.secure == 0) - (file.facts[column] == 0)) if latest else 0
    if more and viewer.may(READ, FIGURES) and not viewer.sees_own_only:
        one = indicator(f"unsafe_{check.item}")
        if (value := figures(connection, viewer, file.village, month, [one.id])[one.id].value) is not None:
            label = f"{file.facts['village_name']}{one.label}"
            found.append(Consequence(label, f"{value:.0f} 户", f"{value + more:.0f} 户"))
    if check.secure == 0 and latest and not file.facts["watch"]:
        found.append(Consequence("监测", "未纳入", "请乡镇研判是否纳入监测"))
    return found


_RUNNING = select(model.month.c.month, model.month.c.first_day).order_by(model.month.c.month.desc()).limit(1)


def _hanging(connection: Connection, viewer: Viewer, id: int, ending: Mapping[str, int]) -> list[Consequence]:
    """What hangs on a household that ends or moves; ``ending``: how many edits of a table end something."""
    stands = "不随户结束，仍要办结" if ending else "仍由原来的人办理，请与新村核对"
    ends = {"结对帮扶": ending.get("pairing"), "帮扶措施": ending.get("measure")}
    found = []
    for what, count in hanging(connection, viewer, id).items():
        after = f"{ends[what]} {_UNITS[what]}同日结束" if ends.get(what) else stands
        found.append(Consequence(what, f"{count} {_UNITS[what]}", after))
    return found


_UNITS = {"结对帮扶": "人", "帮扶措施": "项", "未销号问题": "个", "未完成任务": "项", "未消除风险的监测": "次"}


def _per_head(connection: Connection, home: RowMapping, whose: str, persons: int, after: int) -> list[Consequence]:
    net = _net(connection, home)
    if net is None or not persons:
        return []
    then = f"{_yuan(net / after)} 元" if after else "没有人口，不再计算"
    return [Consequence(f"{whose}人均纯收入（12个月收入不变）", f"{_yuan(net / persons)} 元", then)]


def _net(connection: Connection, home: RowMapping) -> float | None:
    """Net income of the last closed twelve months in yuan; None where the books are not whole."""
    month = closed_month(connection, home["village"])
    rows = {row["month"]: row for row in of_one(connection, home["id"], home["village"])}
    if not rows:
        return None
    now = rows.get(max(rows) if month is None else month)
    if now is None or now["record"] != Record.WHOLE:
        return None
    sums = [int(now[kind]) for kind in KINDS]
    return (sum(sums[:-1]) - sums[-1]) / 100


def _persons(connection: Connection, household: int) -> int:
    m = model.member.c
    asked = select(func.count()).where(m.household_id == household, m.gone.is_(None))
    return int(connection.execute(asked).scalar_one())


def _state(connection: Connection, household: int) -> str:
    today = connection.execute(select(model.data_version.c.built)).scalar()
    held = select(state_spell.c.state).where(state_spell.c.household_id == household)
    held = held.where(text(holds_on("state_spell", ":today")).bindparams(today=today))
    return STATE_NAMES[connection.execute(held).scalar_one()]


def _name(connection: Connection, region: str) -> str:
    table = model.region.c
    return str(connection.execute(select(table.name).where(table.code == region)).scalar_one())


def _yuan(amount: float) -> str:
    return f"{amount:,.0f}"
